"""What a refusal teaches: the same request without the parameter that the model does not take.

Only after a 400 or 422, which is never billed, and only once; what is dropped is never the
conversation itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.errors import RequestRejected
from app.providers.wire import Body

_UNSUPPORTED = re.compile(
    r"unsupported|not support|unrecognized|unknown (name|parameter|field)|not permitted|"
    r"extra (inputs|fields)|not allowed|deprecated|must be verified|unexpected",
    re.IGNORECASE,
)
# Another name for the same wish, tried before it is dropped.
_RENAMES: Mapping[str, str] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
# A request can do without these.
_DROPPABLE = (
    "temperature",
    "top_p",
    "reasoning_effort",
    "reasoning",
    "output_config",
    "thinking",
    "enable_thinking",
    "prompt_mode",
    "stream_options",
    "usage",
    "include",
    "store",
    "think",
)
# What a provider calls it in words, where that is not the field's name.
_SPOKEN: Mapping[str, tuple[str, ...]] = {
    "effort": ("output_config", "reasoning_effort", "reasoning"),
    "web search options": (),
    "encrypted content": ("include",),
    "adaptive thinking": ("thinking", "output_config"),
}


def without_unsupported(body: Body, error: RequestRejected) -> Body | None:
    """The body to try instead; None where the refusal teaches nothing."""
    words = error.message
    if _UNSUPPORTED.search(words) is None:
        return None
    parameter = error.parameter or ""
    if (role := _other_role(body, parameter, words)) is not None:
        return role
    for name in _named(body, parameter, words):
        if name in _RENAMES and name in body:
            renamed = {key: value for key, value in body.items() if key != name}
            return {**renamed, _RENAMES[name]: body[name]}
        if (changed := _dropped(body, name)) is not None:
            return changed
    return None


def _named(body: Body, parameter: str, words: str) -> list[str]:
    names = [parameter] if parameter else []
    lower = words.lower()
    for spoken, fields in _SPOKEN.items():
        if spoken in lower:
            names.extend(field for field in fields if field in body)
    sent = [name for name in (*_RENAMES, *_DROPPABLE) if name in body]
    names.extend(name for name in sent if re.search(rf"\b{name}\b", lower))
    return names


def _dropped(body: Body, name: str) -> Body | None:
    outer, _, inner = name.partition(".")
    if outer not in _DROPPABLE or outer not in body:
        return None
    left = {key: value for key, value in body.items() if key != outer}
    held = body[outer]
    if inner and isinstance(held, dict):
        rest = {key: value for key, value in held.items() if key != inner}
        return {**left, outer: rest} if rest else left
    return left


def _other_role(body: Body, parameter: str, words: str) -> Body | None:
    """`developer` where only `system` is taken, and `user` where neither is."""
    messages = body.get("messages")
    if "role" not in parameter or not isinstance(messages, list):
        return None
    for refused, instead in (("developer", "system"), ("system", "user")):
        if f"'{refused}'" in words:
            changed = [
                {**message, "role": instead}
                if isinstance(message, dict) and message.get("role") == refused
                else message
                for message in messages
            ]
            return {**body, "messages": changed}
    return None
