"""The interface as a page for people, from the application's own description of itself. The usual
viewers of such descriptions are scripts from somebody else's server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OPENAI = "The OpenAI interface"


@dataclass(frozen=True, slots=True)
class Row:
    method: str
    path: str
    summary: str


def groups_of(description: Mapping[str, Any]) -> list[tuple[str, list[Row]]]:
    """Every endpoint by the first word of its path, those of OpenAI first."""
    groups: dict[str, list[Row]] = {}
    for path, methods in description["paths"].items():
        for method, endpoint in methods.items():
            row = Row(method.upper(), path, str(endpoint.get("summary", "")))
            groups.setdefault(_group(path), []).append(row)
    return sorted(groups.items(), key=lambda pair: (pair[0] != OPENAI, pair[0]))


def _group(path: str) -> str:
    words = [word for word in path.split("/") if word]
    if words[:1] == ["v1"]:
        return OPENAI
    name = words[1] if words[:1] == ["api"] and len(words) > 1 else words[0] if words else "pages"
    return name.capitalize()
