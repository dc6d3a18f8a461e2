"""The table of hosts: where they are, how they are asked, what is peculiar to each. Data only.

A host that speaks a language of this package is a row here; there is no code for one host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from app.providers.languages import Language

CUSTOM_HOST = "custom"
_BEARER = "Authorization"
# Models that think before they answer take no temperature and count their cap in another field.
_OPENAI_THINKERS = ("o1*", "o3*", "o4*", "gpt-5*", "codex*")


@dataclass(frozen=True, slots=True)
class Quirks:
    """What differs among hosts of one language. Globs are matched against the model's name.

    `effort_as` names the field that carries the effort: `reasoning_effort`, `reasoning`
    (OpenRouter), `enable_thinking` (Qwen), `thinking` (z.ai, DeepSeek), `prompt_mode` (Mistral),
    or empty. `thinking_back_as` is how an assistant message carries its thinking: as a field of
    that name, as `parts` (Mistral), or not at all.
    """

    output_cap: str = "max_tokens"
    include_usage: bool = True
    effort_as: str = ""
    thinking_back_as: str = ""
    thinking_models: tuple[str, ...] = ()
    no_temperature_models: tuple[str, ...] = ()
    developer_role_models: tuple[str, ...] = ()
    adaptive_models: tuple[str, ...] = ()
    usage_accounting: bool = False  # ask OpenRouter to tell the cost
    context_tokens: int = 0  # set as `num_ctx`, or Ollama cuts long chats in silence
    caches_from: int = 0  # reads a known prefix of so many tokens from its cache, unasked
    bills_on: bool = False  # goes on billing after the connection was closed
    key_path: str = ""  # what to ask about a key where the list of models is public
    counter_path: str = ""  # the free token counter
    lookup_path: str = ""  # where one call's record is found; the id comes behind it
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Host:
    """One place to ask. `base_url` has no slash at its end; `name` is for people.

    `languages` are exceptions to `language` by model; `price_provider` is the price book's name.
    """

    id: str
    name: str
    language: Language
    base_url: str
    price_provider: str
    key_prefixes: tuple[str, ...] = ()
    key_page: str = ""
    auth_header: str = _BEARER
    languages: tuple[tuple[str, Language], ...] = ()
    regions: tuple[tuple[str, str], ...] = ()
    quirks: Quirks = field(default_factory=Quirks)
    local: bool = False
    needs_key: bool = True

    def language_of(self, model: str) -> Language:
        """The language in which this model is asked."""
        found = _exception(self.languages, model) if self.languages else None
        return found or self.language

    def auth_value(self, secret: str) -> str:
        """What the authentication header carries."""
        return f"Bearer {secret}" if self.auth_header == _BEARER else secret


@lru_cache(maxsize=1024)
def _exception(languages: tuple[tuple[str, Language], ...], model: str) -> Language | None:
    return next((found for glob, found in languages if fnmatchcase(model, glob)), None)


def matches(globs: tuple[str, ...], model: str) -> bool:
    """Whether a model's name fits one of the globs; a gateway's `vendor/` before it is ignored."""
    if not globs:
        return False
    bare = model.rpartition("/")[2]
    return any(fnmatchcase(bare, glob) or fnmatchcase(model, glob) for glob in globs)


def _claude(*versions: str) -> tuple[str, ...]:
    """Globs of these versions in every family; `claude-3-5-haiku` must not pass for a version 5."""
    families = ("opus", "sonnet", "haiku")
    return tuple(f"claude-{family}-{version}" for family in families for version in versions)


_OPENAI_QUIRKS = Quirks(
    output_cap="max_completion_tokens",
    effort_as="reasoning_effort",
    thinking_models=_OPENAI_THINKERS,
    no_temperature_models=_OPENAI_THINKERS,
    developer_role_models=("o1", "o1-2*", "o3*", "o4*", "gpt-5*"),
    counter_path="/responses/input_tokens",
    caches_from=1024,
)

_ROWS: tuple[Host, ...] = (
    Host(
        id="openai",
        name="OpenAI",
        language=Language.OPENAI_CHAT,
        base_url="https://api.openai.com/v1",
        price_provider="openai",
        key_prefixes=("sk-proj-", "sk-svcacct-", "sk-admin-"),
        key_page="https://platform.openai.com/api-keys",
        languages=tuple(
            (glob, Language.OPENAI_RESPONSES)
            for glob in (
                "gpt-5*",
                "o1-pro*",
                "o3*",
                "o4*",
                "*codex*",
                "*deep-research*",
                "computer-use*",
            )
        ),
        quirks=_OPENAI_QUIRKS,
    ),
    Host(
        id="anthropic",
        name="Anthropic",
        language=Language.ANTHROPIC,
        base_url="https://api.anthropic.com/v1",
        price_provider="anthropic",
        key_prefixes=("sk-ant-",),
        key_page="https://console.anthropic.com/settings/keys",
        auth_header="x-api-key",
        quirks=Quirks(
            effort_as="thinking",
            thinking_models=("claude-3-7*", *_claude("4*", "5*"), "claude-mythos*"),
            # From these on the model itself decides how long to think, within an effort.
            adaptive_models=_claude("4-6*", "4-7*", "4-8*", "5*"),
            no_temperature_models=("claude-opus-4-7*", "claude-opus-4-8*", *_claude("5*")),
            counter_path="/messages/count_tokens",
            headers=(("anthropic-version", "2023-06-01"),),
        ),
    ),
    Host(
        id="gemini",
        name="Google Gemini",
        language=Language.GEMINI,
        base_url="https://generativelanguage.googleapis.com/v1beta",
        price_provider="google",
        key_prefixes=("AIza", "AQ."),
        key_page="https://aistudio.google.com/apikey",
        auth_header="x-goog-api-key",
        quirks=Quirks(
            effort_as="thinkingConfig",
            thinking_models=("gemini-2.5*", "gemini-3*", "gemini-*-latest"),
            adaptive_models=("gemini-3*",),  # a level instead of a budget
            caches_from=2048,
            bills_on=True,
            counter_path=":countTokens",
        ),
    ),
    Host(
        id="openrouter",
        name="OpenRouter",
        language=Language.OPENAI_CHAT,
        base_url="https://openrouter.ai/api/v1",
        price_provider="openrouter",
        key_prefixes=("sk-or-",),
        key_page="https://openrouter.ai/settings/keys",
        quirks=Quirks(
            effort_as="reasoning",
            thinking_back_as="reasoning",
            usage_accounting=True,
            key_path="/key",
            lookup_path="/generation?id=",
            headers=(("X-Title", "Tuppence"),),
        ),
    ),
    Host(
        id="deepseek",
        name="DeepSeek",
        language=Language.OPENAI_CHAT,
        base_url="https://api.deepseek.com",
        price_provider="deepseek",
        key_page="https://platform.deepseek.com/api_keys",
        quirks=Quirks(effort_as="type", thinking_back_as="reasoning_content", caches_from=1024),
    ),
    Host(
        id="qwen",
        name="Qwen (DashScope)",
        language=Language.OPENAI_CHAT,
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        price_provider="alibaba",
        key_page="https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key",
        regions=(
            ("International", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
            ("United States", "https://dashscope-us.aliyuncs.com/compatible-mode/v1"),
            ("China", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ),
        quirks=Quirks(
            effort_as="enable_thinking",
            thinking_models=("qwen3*", "qwen-plus*", "qwen-turbo*", "qwen-flash*", "qwq*"),
        ),
    ),
    Host(
        id="mistral",
        name="Mistral",
        language=Language.OPENAI_CHAT,
        base_url="https://api.mistral.ai/v1",
        price_provider="mistral",
        key_page="https://console.mistral.ai/api-keys",
        quirks=Quirks(
            include_usage=False,  # the last chunk has it unasked
            effort_as="prompt_mode",
            thinking_models=("magistral*",),
            thinking_back_as="parts",
            bills_on=True,
        ),
    ),
    Host(
        id="groq",
        name="Groq",
        language=Language.OPENAI_CHAT,
        base_url="https://api.groq.com/openai/v1",
        price_provider="groq",
        key_prefixes=("gsk_",),
        key_page="https://console.groq.com/keys",
        quirks=Quirks(
            output_cap="max_completion_tokens",
            effort_as="reasoning_effort",
            thinking_models=("gpt-oss*",),
            bills_on=True,
        ),
    ),
    Host(
        id="zai",
        name="Z.ai",
        language=Language.OPENAI_CHAT,
        base_url="https://api.z.ai/api/paas/v4",
        price_provider="zai",
        key_page="https://z.ai/manage-apikey/apikey-list",
        quirks=Quirks(
            effort_as="type",
            thinking_models=("glm-4.5*", "glm-4.6*", "glm-4.7*", "glm-5*"),
            thinking_back_as="reasoning_content",
        ),
    ),
    Host(
        id="xai",
        name="xAI",
        language=Language.OPENAI_CHAT,
        base_url="https://api.x.ai/v1",
        price_provider="x-ai",
        key_prefixes=("xai-",),
        key_page="https://console.x.ai",
        quirks=Quirks(effort_as="reasoning_effort", thinking_models=("grok-3-mini*",)),
    ),
    Host(
        id="together",
        name="Together",
        language=Language.OPENAI_CHAT,
        base_url="https://api.together.xyz/v1",
        price_provider="together",
        key_prefixes=("tgp_",),
        key_page="https://api.together.ai/settings/api-keys",
    ),
    Host(
        id="fireworks",
        name="Fireworks",
        language=Language.OPENAI_CHAT,
        base_url="https://api.fireworks.ai/inference/v1",
        price_provider="fireworks",
        key_prefixes=("fw_",),
        key_page="https://app.fireworks.ai/settings/users/api-keys",
    ),
    Host(
        id="cerebras",
        name="Cerebras",
        language=Language.OPENAI_CHAT,
        base_url="https://api.cerebras.ai/v1",
        price_provider="cerebras",
        key_prefixes=("csk-",),
        key_page="https://cloud.cerebras.ai",
        quirks=Quirks(output_cap="max_completion_tokens"),
    ),
    Host(
        id="moonshot",
        name="Moonshot",
        language=Language.OPENAI_CHAT,
        base_url="https://api.moonshot.ai/v1",
        price_provider="moonshotai",
        key_page="https://platform.moonshot.ai/console/api-keys",
        quirks=Quirks(thinking_back_as="reasoning_content"),
    ),
    Host(
        id="huggingface",
        name="Hugging Face",
        language=Language.OPENAI_CHAT,
        base_url="https://router.huggingface.co/v1",
        price_provider="huggingface",
        key_prefixes=("hf_",),
        key_page="https://huggingface.co/settings/tokens",
    ),
    Host(
        id="crusoe",
        name="Crusoe",
        language=Language.OPENAI_CHAT,
        base_url="https://api.inference.crusoecloud.com/v1",
        price_provider="crusoe",
        key_page="https://console.crusoecloud.com",
    ),
    Host(
        id="ollama",
        name="Ollama",
        language=Language.OLLAMA,
        base_url="http://localhost:11434",
        price_provider="ollama",
        quirks=Quirks(context_tokens=32_768),
        local=True,
        needs_key=False,
    ),
    Host(
        id="lmstudio",
        name="LM Studio",
        language=Language.OPENAI_CHAT,
        base_url="http://localhost:1234/v1",
        price_provider="lmstudio",
        local=True,
        needs_key=False,
    ),
    Host(
        id="llamacpp",
        name="llama.cpp",
        language=Language.OPENAI_CHAT,
        base_url="http://localhost:8080/v1",
        price_provider="llamacpp",
        local=True,
        needs_key=False,
    ),
)
HOSTS: Mapping[str, Host] = {host.id: host for host in _ROWS}

# Forms that are told by more than their beginning. `sk-` alone belongs to several hosts, so a
# legacy OpenAI key is known by the mark in its middle and others are not guessed.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"), "openai"),
    (re.compile(r"[0-9a-f]{32}\.[A-Za-z0-9]{16}"), "zai"),
)


def recognize_key(secret: str) -> Host | None:
    """The host that a key is for, told from its form; None where several could be meant."""
    secret = secret.strip()
    found = [
        (len(prefix), host)
        for host in _ROWS
        for prefix in host.key_prefixes
        if secret.startswith(prefix)
    ]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    return next((HOSTS[host] for form, host in _FORMS if form.fullmatch(secret)), None)


def custom_host(base_url: str, name: str = "") -> Host:
    """Any address that speaks OpenAI's Chat; its prices are the user's, or unknown."""
    url = base_url.strip().rstrip("/")
    for ending in ("/chat/completions", "/models"):
        url = url.removesuffix(ending)
    if "://" not in url:
        url = f"https://{url}"
    return Host(
        id=CUSTOM_HOST,
        name=name or url.partition("://")[2].partition("/")[0],
        language=Language.OPENAI_CHAT,
        base_url=url,
        price_provider=CUSTOM_HOST,
        quirks=Quirks(),
        needs_key=False,
    )


def host_of_url(url: str) -> Host | None:
    """The host whose address begins this one; None for addresses outside of the table."""
    place = url.partition("://")[2].partition("/")[0].lower()
    for host in _ROWS:
        bases = (host.base_url, *(base for _, base in host.regions))
        if place in {base.partition("://")[2].partition("/")[0] for base in bases}:
            return host
    return None
