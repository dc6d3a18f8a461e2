"""Which other models could answer a message for less: few, sensible, the cheapest first.

Pure: the candidates come with the price of this very message. A cheaper model of another kind is
no advice, so that those which the user knows come first, then those like the one in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

SHOWN_MAX = 3
LEAST_SAVING_PERCENT = 10
FAR_CHEAPER = 12  # times: a model of another class, named after those of the same
YOUNGER_THAN = timedelta(days=548)  # about eighteen months before the model in use


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that can take the message. `family` is the same for all keys that have the model.

    `likely_pusd` is what this message will likely cost with it; `abilities` are empty where
    nobody has written them down.
    """

    ref: str
    family: str
    provider: str
    likely_pusd: int
    abilities: frozenset[str] = frozenset()
    released: date | None = None
    favorite: bool = False
    used_at: datetime | None = None
    local: bool = False
    deprecated: bool = False


def cheaper_than(current: Candidate, others: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """At most three that cost at least a tenth less; of one model the cheapest way.

    Chosen by how well the user knows them and how like they are, shown by price. Among equal
    prices the better known one comes first, then the one whose reference sorts first, so that
    the order never depends on how the models were listed.
    """
    most = current.likely_pusd * (100 - LEAST_SAVING_PERCENT) // 100
    ranked = sorted(
        (rank, _is_far(current, one), one.likely_pusd, one.ref, one)
        for one in others
        if one.ref != current.ref
        and not one.deprecated
        and one.likely_pusd <= most
        and one.likely_pusd < current.likely_pusd
        and (rank := _rank(current, one)) is not None
    )
    chosen = _one_of_each([entry[4] for entry in ranked])
    order = {one.ref: place for place, one in enumerate(chosen)}
    return tuple(sorted(chosen, key=lambda one: (one.likely_pusd, order[one.ref])))


def _rank(current: Candidate, one: Candidate) -> int | None:
    """How near a model is to what the user would take; None where it is another kind."""
    if one.favorite:
        return 0
    if one.used_at is not None:
        return 1
    if one.family == current.family:
        return 2
    if one.local:
        return 4
    if not _is_like(current, one):
        return None
    return 3 if one.provider == current.provider else 5


def _is_far(current: Candidate, one: Candidate) -> bool:
    """Whether a model is so much cheaper that it is hardly of the same class."""
    return one.likely_pusd * FAR_CHEAPER < current.likely_pusd


def _is_like(current: Candidate, one: Candidate) -> bool:
    """Whether it can do what the model in use can, and is not much older."""
    if not one.abilities or not current.abilities <= one.abilities:
        return False
    if current.released is None or one.released is None:
        return True
    return one.released >= current.released - YOUNGER_THAN


def _one_of_each(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The first three families, each by its cheapest way; one of this computer is enough."""
    cheapest: dict[str, Candidate] = {}
    for one in candidates:
        known = cheapest.setdefault(one.family, one)
        if one.likely_pusd < known.likely_pusd:
            cheapest[one.family] = one
    chosen: list[Candidate] = []
    for one in candidates:
        if len(chosen) == SHOWN_MAX:
            break
        if any(one.family == other.family for other in chosen):
            continue
        if one.local and any(other.local for other in chosen):
            continue
        chosen.append(cheapest[one.family])
    return chosen
