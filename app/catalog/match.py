"""Which model a name means: the matching rules of the price list.

A rule is a table with one key: `equals`, `starts_with`, `ends_with`, `contains`, `regex`, or
`or` and `and` with a list of rules. Names are compared in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_COMPACT_DATE = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_DATED_SUFFIX = re.compile(r"[-@](?:20\d{2}-?\d{2}-?\d{2}|\d{4}|latest|v\d+:\d+|\d{3})$")


def matches(rule: object, name: str) -> bool:
    """Whether a rule fits a name given in lower case; raises ValueError where it is no rule."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        raise ValueError(f"not a matching rule: {rule!r}")
    kind, wanted = next(iter(rule.items()))
    if kind in ("or", "and"):
        if not isinstance(wanted, list) or not wanted:
            raise ValueError(f"not a list of rules: {wanted!r}")
        found = (matches(inner, name) for inner in wanted)
        return any(found) if kind == "or" else all(found)
    if not isinstance(wanted, str):
        raise ValueError(f"not a matching rule: {rule!r}")
    return _matches_text(kind, wanted, name)


def only_names(rule: object) -> frozenset[str] | None:
    """The names that a rule fits where it does nothing but compare names, else None."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return None
    kind, wanted = next(iter(rule.items()))
    if kind == "equals" and isinstance(wanted, str):
        return frozenset({wanted.lower()})
    if kind != "or" or not isinstance(wanted, list):
        return None
    inner = [only_names(rule) for rule in wanted]
    found = [names for names in inner if names is not None]
    return frozenset().union(*found) if found and len(found) == len(inner) else None


def _matches_text(kind: object, wanted: str, name: str) -> bool:
    match kind:
        case "equals":
            return name == wanted.lower()
        case "starts_with":
            return name.startswith(wanted.lower())
        case "ends_with":
            return name.endswith(wanted.lower())
        case "contains":
            return wanted.lower() in name
        case "regex":
            return _pattern(wanted).search(name) is not None
        case _:
            raise ValueError(f"not a matching rule: {kind!r}")


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def spellings(model_id: str) -> Iterator[str]:
    """The names to try for a model id, the most literal first, in lower case.

    `models/` and a leading `~` are dropped; a date without dashes is tried with them.
    """
    name = (
        model_id.strip().lower().removeprefix("models/").removeprefix("publishers/google/models/")
    )
    yield name
    dashed = _COMPACT_DATE.sub(r"-\1-\2-\3", name)
    if dashed != name:
        yield dashed


@lru_cache(maxsize=1024)
def undated(name: str) -> str:
    """A name without the date or the `-latest` at its end: `gpt-4o-2024-08-06` is `gpt-4o`."""
    return _DATED_SUFFIX.sub("", name)
