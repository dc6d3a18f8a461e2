"""Whose key is whose: the provider's names for keys against ours.

Where nothing tells, all keys of both sides are compared together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.metering.reconciliation_gather import Gathered
from app.metering.reconciliation_rows import OwnCall, ReportFacts

_POOL = ""
_FOREIGN = "\x00"  # no id of ours begins so


@dataclass(frozen=True, slots=True)
class KeySides:
    """Which key a call of ours and a line of theirs belong to; a pool where it cannot be told.

    `together`: all keys are one pool. `alone` is the only key of ours, which then names the pool.
    `absent` are keys of ours that a provider which was asked does not list.
    """

    ours: Mapping[str, str]
    known: frozenset[str]
    names: Mapping[str, str]
    together: bool
    pooled: bool
    alone: str = ""
    absent: frozenset[str] = frozenset()

    def own(self, call: OwnCall) -> str:
        apart = call.key_id in self.known or call.key_id in self.absent
        return call.key_id if apart and not self.together else _POOL

    def theirs(self, key: str | None, key_id: str | None) -> str:
        """A key of the provider as one of ours, as the pool, or as a stranger."""
        if self.together:
            return _POOL
        mine = key_id or (self.ours.get(key) if key is not None else None)
        if mine is not None:
            return mine
        return _POOL if key is None or self.pooled else f"{_FOREIGN}{key}"

    def foreign_name(self, place: str) -> str | None:
        """The provider's name of a key that is none of ours; None for ours and the pool."""
        if not place.startswith(_FOREIGN):
            return None
        key = place.removeprefix(_FOREIGN)
        return self.names.get(key, key)

    def shown(self, place: str) -> str:
        return self.alone if place == _POOL else place


def key_sides(calls: Sequence[OwnCall], found: Gathered, facts: ReportFacts) -> KeySides:
    """Put the keys of both sides together: as the report knows them, or as their calls show."""
    ours = dict(facts.keys)
    for call, row in found.pairs:
        if row.key is not None:
            ours.setdefault(row.key, call.key_id)
    direct = {place.key_id for place in found.heaps if place.key_id is not None}
    direct |= {row.key_id for _, row in found.pairs if row.key_id is not None}
    known = frozenset({*ours.values(), *direct})
    used = {call.key_id for call in calls}
    nothing_tells = not found.keys and not direct
    together = nothing_tells or (not known and not facts.keys_known)
    unknown = frozenset() if together else frozenset(used - known)
    # Calls of ours through a key that the provider may list under any name.
    pooled = bool(unknown) and not facts.keys_known
    alone = next(iter(used)) if len(used) == 1 and (together or pooled) else ""
    absent = unknown if facts.keys_known else frozenset()
    return KeySides(ours, known, facts.key_names, together, pooled, alone, absent)
