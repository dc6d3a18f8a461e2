"""What one call used and cost, asked at its provider afterwards, by the provider's own id of it.

For calls whose end nobody saw. A host that keeps such records says so in its row (hosts.py):
OpenRouter does. OpenAI keeps a response only where it may store it, which it is told not to.
Sources, read 2026-11-21: https://openrouter.ai/docs/api/api-reference/generations/get-generation,
https://openrouter.ai/docs/client-sdks/python/components/generationresponsedata. The record of a
call that was cut off comes late: https://github.com/RooCodeInc/Roo-Code/pull/915,
https://github.com/speakeasy-api/gram/pull/978; until then the answer is 404.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

from app.errors import ProviderError
from app.metering.usage import Usage
from app.providers.connection import Call, Http, Key
from app.providers.hosts import Host
from app.providers.json_text import Json, as_object, as_tier, read_json_exact
from app.providers.usage_openai import openai_usage

_WITHIN_S = 30.0
_BYTES_MAX = 1024 * 1024

_log = logging.getLogger(__name__)


def has_records(host: Host) -> bool:
    """Whether a host tells afterwards what a call used."""
    return bool(host.quirks.lookup_path)


async def lookup(
    host: Host, secret: str | None, http: Http, generation_id: str, *, base_url: str = ""
) -> Usage | None:
    """The provider's record of a call, asked for once; costs nothing.

    None where there is none (yet), where it cannot be read, and for every fault on the way.
    `base_url` replaces the host's address.
    """
    if not has_records(host):
        return None
    base = (base_url or host.base_url).rstrip("/")
    key = Key(host.auth_header, host.auth_value(secret), base) if secret else None
    url = f"{base}{host.quirks.lookup_path}{quote(generation_id, safe='')}"
    call = Call("GET", url, host.name, headers=host.quirks.headers, key=key)
    try:
        async with http.open(call, within_s=_WITHIN_S) as answer:
            if answer.status != 200:
                _log.info("%s has no record of a call: status %d", host.name, answer.status)
                return None
            body = await answer.body(_BYTES_MAX)
    except ProviderError as error:
        _log.info("a call was not looked up: %s", error)
        return None
    return usage_of_record(body)


def usage_of_record(body: bytes) -> Usage | None:
    """A record in OpenRouter's words as usage; None where it does not tell what was used."""
    try:
        record = as_object(as_object(read_json_exact(body)).get("data"))
    except (ValueError, RecursionError):
        return None
    told = ("native_tokens_prompt", "native_tokens_completion", "total_cost")
    if any(record.get(name) is None for name in told):
        return None  # it is made, and not filled in yet
    return openai_usage(_in_openai_words(record), service_tier=_tier(record))


def _in_openai_words(record: Json) -> Json:
    """The record as the usage that the end of a stream carries: the same figures, other names."""
    return {
        "prompt_tokens": record["native_tokens_prompt"],
        "completion_tokens": record["native_tokens_completion"],
        "prompt_tokens_details": {"cached_tokens": record.get("native_tokens_cached")},
        "completion_tokens_details": {
            "reasoning_tokens": record.get("native_tokens_reasoning"),
            "image_tokens": record.get("native_tokens_completion_images"),
        },
        "cost": record["total_cost"],
        "is_byok": record.get("is_byok"),
        "cost_details": {"upstream_inference_cost": record.get("upstream_inference_cost")},
    }


def _tier(record: Json) -> str | None:
    return as_tier(record.get("service_tier")) or None
