"""A chat's name, taken from its first message: no model is asked and nothing is charged."""

from __future__ import annotations

import re

TITLE_LENGTH_MAX = 60
_MARKUP = re.compile(r"^[#>*\-\s`~]+|[`*_]{1,3}")


def title_from(text: str) -> str:
    """The first line with words in it, cut at a word; "New chat" where there is none."""
    for line in text[:4000].splitlines():
        words = " ".join(_MARKUP.sub("", line).split())
        if any(character.isalnum() for character in words):
            return _cut(words)
    return "New chat"


def _cut(words: str) -> str:
    if len(words) <= TITLE_LENGTH_MAX:
        return words
    head = words[:TITLE_LENGTH_MAX]
    cut = head.rfind(" ")
    return (head[:cut] if cut > TITLE_LENGTH_MAX // 2 else head).rstrip(" ,.;:") + "…"
