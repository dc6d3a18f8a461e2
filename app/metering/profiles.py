"""How each vendor's models count, as data: weights for the figures of a request.

OpenAI's text framing and tools follow its published rules (cookbook, "How to count tokens",
2026-08); Anthropic's table of tool system prompts (docs.anthropic.com, tool use, 2026-08). The
rest is what 435 recorded requests of all these vendors were billed, fitted by least absolute
error, rounded, and kept only where it held on requests that it was not fitted to: tokens that a
vendor adds unseen have no published figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from app.metering.tool_text import ToolsForm


@dataclass(frozen=True, slots=True)
class Profile:
    """Weights in tokens, or in thousandths of a token where so named.

    `tools_base` is due once where any tool is there, `tools_without_system` on top where there is
    no system message. `spread_permille` is how far nine in ten counts were off at most.
    """

    name: str
    vocabulary: str = "o200k_base"
    images: str = "openai"
    tools_form: ToolsForm = ToolsForm.JSON_LINES
    text_permille: int = 1000
    rare_rank: int = 0  # tokens from this rank on weigh `rare_permille` more
    rare_permille: int = 0
    base: int = 3
    per_message: int = 4
    free_system: bool = False  # a system text at the beginning is no message of its own
    tools_base: int = 0
    tools_without_system: int = 0
    per_tool: int = 0
    tools_permille: int = 1000
    per_call: int = 0
    parallel_call: int = 0
    result_name_permille: int = 0
    schema_base: int = 0
    schema_permille: int = 0
    told_to_think: int = 0
    thinking_permille: int = 0
    signature_permille: int = 0
    signature_free_chars: int = 0
    keeps_thinking: bool = False  # thinking of earlier turns is read again, and billed
    drops_think_tags: bool = False  # its chat template cuts <think>..</think> from old answers
    server_tools: Mapping[str, int] = field(default_factory=dict)
    spread_permille: int = 100


_GPT_CHAT = Profile(
    "gpt-chat",
    tools_form=ToolsForm.TYPESCRIPT,
    tools_base=-3,
    tools_without_system=5,
    per_call=5,
    parallel_call=17,
    result_name_permille=1000,
    schema_permille=800,
    server_tools={"web_search": 300, "file_search": 1140, "code_interpreter": 1320, "mcp": 870},
    spread_permille=20,
)
_GPT_RESPONSES = replace(
    _GPT_CHAT,
    name="gpt-responses",
    tools_without_system=-1,
    per_call=3,
    schema_permille=540,
    spread_permille=60,
)
_REASONING_CHAT = replace(
    _GPT_CHAT,
    name="gpt-reasoning-chat",
    base=2,
    tools_base=84,
    tools_without_system=0,
    per_call=8,
    result_name_permille=2000,
)
_REASONING_RESPONSES = replace(
    _REASONING_CHAT,
    name="gpt-reasoning-responses",
    tools_base=2,
    per_call=7,
    parallel_call=0,
    schema_permille=600,
    # What the model thought comes back sealed; its length is all that can be seen of it.
    signature_permille=180,
    signature_free_chars=900,
    server_tools={
        "web_search": 9300,
        "code_interpreter": 1320,
        "image_generation": 345,
        "file_search": 1140,
        "mcp": 870,
        "namespace": 75,
        # Until it has found something the provider asks the model twice, and bills both.
        "tool_search": 560,
        "tool_search_done": 20,
    },
    spread_permille=100,
)
_CLAUDE = Profile(
    "claude",
    images="anthropic",
    # A vocabulary of fewer words than o200k: what is rare there is two tokens here.
    rare_rank=40_000,
    rare_permille=1000,
    base=2,
    per_message=5,
    free_system=True,
    tools_base=432,
    per_tool=69,
    tools_permille=730,
    per_call=75,
    schema_base=130,
    schema_permille=1000,
    told_to_think=29,
    thinking_permille=1000,
    server_tools={
        "code_execution": 5000,
        "tool_search_tool_bm25": 260,
        "tool_search_tool_regex": 260,
        "memory": 1120,
        "web_search": 7300,
        "web_fetch": 7000,
        "advisor": 1900,
    },
    spread_permille=120,
)
_CLAUDE_4 = replace(_CLAUDE, name="claude-4", tools_base=276, per_tool=22, tools_permille=770)
_CLAUDE_NEW = replace(_CLAUDE, name="claude-new", free_system=False, told_to_think=0)
_GEMINI = Profile(
    "gemini",
    images="gemini",
    base=0,
    per_message=1,
    per_tool=-6,
    per_call=9,
    thinking_permille=1050,
    keeps_thinking=True,
    server_tools={"googleSearch": 0, "fileSearch": 40, "codeExecution": 110},
    spread_permille=150,
)
_GEMINI_2_0 = replace(
    _GEMINI, name="gemini-2.0", per_message=0, tools_permille=260, per_tool=-1, per_call=0
)
_GEMINI_3 = replace(
    _GEMINI,
    name="gemini-3",
    per_tool=-13,
    per_call=2,
    # The signature carries the thoughts themselves, which are read and billed again.
    signature_permille=207,
)
# Text is exact, by Mistral's own vocabulary; its template has two marks around each question and
# the tools, and one behind each answer.
_MISTRAL = Profile(
    "mistral",
    vocabulary="tekken",
    tools_form=ToolsForm.JSON_LIST,
    images="mistral",
    base=1,
    per_message=2,
    tools_base=2,
    per_call=2,
    thinking_permille=1000,
    keeps_thinking=True,
    spread_permille=60,
)
_OTHER = Profile(
    "other",
    images="openai",
    text_permille=1100,
    base=4,
    tools_base=60,
    per_tool=10,
    per_call=10,
    spread_permille=250,
)
# Open models: their templates leave out what was thought between <think> tags in old answers.
_OPEN = replace(_OTHER, text_permille=1000, drops_think_tags=True)
_DEEPSEEK_RESPONSES = replace(
    _OPEN, name="deepseek-responses", base=82, per_message=1, tools_base=210, per_call=20
)
# Tried in order against the model's name without its vendor, in lower case.
_BY_NAME: tuple[tuple[str, Profile], ...] = (
    (r"^gpt-oss", replace(_OPEN, name="gpt-oss", base=67, tools_base=20)),
    (
        r"claude-(3|sonnet-4-2|opus-4-(1|2)|sonnet-4$|opus-4$|2)",
        _CLAUDE_4,
    ),
    (r"claude-((sonnet|opus|haiku)-4-?[56]|4\.[56]|(sonnet|opus|haiku)-4\.[56])", _CLAUDE),
    (r"claude", _CLAUDE_NEW),
    (r"gemini-(1|2\.0)", _GEMINI_2_0),
    (r"gemini-2\.5", replace(_GEMINI, name="gemini-2.5", tools_permille=966, per_tool=-9)),
    (r"gemini", _GEMINI_3),
    (r"gemma", replace(_GEMINI, name="gemma", per_message=4, base=2)),
    (r"(mistral|magistral|ministral)-small", replace(_MISTRAL, name="mistral-small", base=13)),
    (r"mi[ns]tral|magistral|codestral|devstral|pixtral|mixtral", _MISTRAL),
    (r"deepseek-r1-distill", replace(_OTHER, name="deepseek-r1-distill", text_permille=1010)),
    # Its chat template knows no tools, so they cost nothing and do nothing.
    (
        r"deepseek-r1",
        replace(
            _OPEN,
            name="deepseek-r1",
            base=3,
            per_message=0,
            tools_base=0,
            per_tool=0,
            tools_permille=0,
        ),
    ),
    (
        r"deepseek",
        replace(_OPEN, name="deepseek", base=4, per_message=1, tools_base=270),
    ),
    (r"glm-5", replace(_OPEN, name="glm-5", base=12, per_message=0)),
    (r"glm", replace(_OPEN, name="glm", base=5, per_message=0)),
    (r"llama-?4", replace(_OPEN, name="llama-4", base=8, tools_base=655)),
    (r"llama-?3", replace(_OPEN, name="llama-3", base=31, tools_base=100)),
    (r"qwen|qwq", replace(_OPEN, name="qwen", base=4, tools_base=100)),
    # Both are always told who they are, in words that are billed.
    (r"grok-4(?!.*fast)", replace(_OTHER, name="grok-4", text_permille=1000, base=676)),
    (r"minimax-m2", replace(_OPEN, name="minimax-m2", base=33)),
    (r"grok", replace(_OTHER, name="grok", text_permille=1000)),
    (
        r"^(gpt-4-|gpt-4$|gpt-3\.5)",
        replace(_GPT_CHAT, name="gpt-4", vocabulary="cl100k_base"),
    ),
)
_REASONING = re.compile(r"^(gpt-[5-9]|o[1-9]|computer-use|codex)")
_GPT = re.compile(r"^(gpt-|chatgpt|o[1-9]|computer-use|codex|text-)")


@lru_cache(maxsize=1024)
def profile_for(model: str, *, language: str = "") -> Profile:
    """The profile of a model, whoever serves it; `language` tells OpenAI's two ways apart."""
    bare = model.lower().rpartition("/")[2].lstrip("~")
    responses = "responses" in language
    if responses and bare.startswith("deepseek-v"):
        return _DEEPSEEK_RESPONSES
    for pattern, profile in _BY_NAME:
        if re.search(pattern, bare):
            return profile
    if not _GPT.search(bare):
        return _OTHER
    if _REASONING.search(bare):
        return _REASONING_RESPONSES if responses else _REASONING_CHAT
    return _GPT_RESPONSES if responses else _GPT_CHAT
