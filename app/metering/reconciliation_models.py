"""Which of our models a provider means: `gpt-4o` is billed as `gpt-4o-2024-08-06`.

Names that may be the same are put together; apart they could not be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from app.catalog.match import spellings, undated

_SPACED = re.compile(r"[ .]+")


def model_classes(ours: Iterable[str], theirs: Iterable[str]) -> Mapping[str, str]:
    """For each name of either side the one name that stands for it, ours where there is one.

    A dated name of the provider belongs to ours of that date, and to ours without a date, which
    may have been answered by it. Display names (`Claude Haiku 4.5`) are compared as ids.
    """
    own = sorted(set(ours))
    found = {name: name for name in own}
    by_spelling: dict[str, list[str]] = {}
    for name in own:
        by_spelling.setdefault(_plain(name), []).append(name)
    for name in sorted(set(theirs) - set(own)):
        plain = _plain(name)
        same = by_spelling.get(plain, []) + by_spelling.get(undated(plain), [])
        if plain == undated(plain):
            # The bill's name has no date: it is that of ours which only has one more.
            same += [mine for mine in own if undated(_plain(mine)) == plain]
        found[name] = same[0] if same else name
    return _joined(found, own, theirs)


def _joined(found: dict[str, str], own: list[str], theirs: Iterable[str]) -> dict[str, str]:
    """Ours without a date and ours with the date that is billed for both are one class."""
    billed = {_plain(name) for name in theirs}
    for name in own:
        plain = _plain(name)
        base = undated(plain)
        if plain == base or plain not in billed:
            continue
        alone = next((other for other in own if _plain(other) == base), None)
        # `gpt-4o` itself on the bill: then the dated one is another line there.
        if alone is not None and base not in billed:
            found = {key: alone if value == name else value for key, value in found.items()}
    return found


def _plain(name: str) -> str:
    """A name as an id in lower case, with its date in one spelling."""
    *_, spelled = spellings(_SPACED.sub("-", name.strip()))
    return spelled
