"""What hosted credit drew, brought beside the sums of money: by line, day, chat and call.

Dollars that were drawn are money, and are in those sums already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from app.chat.holder_names import is_holder
from app.metering.payer import Unit
from app.seam.hosted_views import DrawnView, MemberDrawnView, WalletView
from app.seam.usage_views import UsageLine, UsageSum
from app.seam.views import Certainty
from app.store.instants import ms_from
from app.store.usage_draws import DrawnSums, UsageDraws
from app.store.usage_records import SourceSums, UsageSpan

Units = Mapping[str, int]
# Plan tokens before what free models are counted in.
_ORDER = (Unit.PLAN_TOKENS.value, Unit.TOKENS.value, Unit.REQUESTS.value)


class Drawn:
    """The draws of a span."""

    def __init__(self, draws: UsageDraws, span: UsageSpan) -> None:
        self._draws = draws
        self._span = span
        self._rows = [row for row in draws.sources_of(span) if row.unit in _ORDER]
        self._by_source: dict[tuple[str, str, str], list[DrawnSums]] = {}
        for row in self._rows:
            place = (row.key_id, row.provider, row.model)
            self._by_source.setdefault(place, []).append(row)

    def beside(self, sums: UsageSum) -> UsageSum:
        """The whole span's sum with all that was drawn."""
        return with_drawn(sums, _units(self._rows))

    def of(self, sources: Sequence[SourceSums]) -> dict[str, int]:
        """What was drawn for calls of these keys and models, by unit."""
        return _units(
            draw
            for row in sources
            for draw in self._by_source.get((row.key_id, row.provider, row.model), ())
        )

    def grants_of(self, key_id: str) -> tuple[DrawnView, ...]:
        """What each grant of a holder paid; empty for what is no holder's id."""
        found: dict[tuple[str, str], int] = {}
        for row in self._rows:
            if row.key_id == key_id:
                place = (row.grant_name, row.unit)
                found[place] = found.get(place, 0) + row.amount
        ordered = sorted(found, key=lambda place: (_ORDER.index(place[1]), -found[place]))
        return tuple(DrawnView(*place, found[place]) for place in ordered)

    def tokens_by_day(self) -> dict[date, int]:
        """Plan tokens by day."""
        days = self._draws.days(self._span) if self._rows else {}
        return {day: units.get(Unit.PLAN_TOKENS.value, 0) for day, units in days.items()}


class DrawsOfCalls:
    """What each grant paid of single calls; a message is read once."""

    def __init__(self, draws: UsageDraws) -> None:
        self._draws = draws
        self._message_id = ""
        self._found: dict[int, list[DrawnView]] = {}

    def of(self, key_id: str, message_id: str, at: datetime) -> tuple[DrawnView, ...]:
        """Of the call of a message that was made at a moment; nothing for an own key's."""
        if not is_holder(key_id):
            return ()
        if message_id != self._message_id:
            self._message_id, self._found = message_id, {}
            for at_ms, name, unit, amount in self._draws.of_message(message_id):
                self._found.setdefault(at_ms, []).append(DrawnView(name, unit, amount))
        return tuple(self._found.pop(ms_from(at), ()))


def with_drawn(sums: UsageSum, units: Units | None) -> UsageSum:
    """A sum with what was drawn beside it, each unit once."""
    found = units or {}
    drawn = tuple(DrawnView("", unit, found[unit]) for unit in _ORDER if found.get(unit))
    return replace(sums, drawn=drawn) if drawn else sums


def member_lines(wallet: WalletView | None) -> tuple[UsageLine, ...]:
    """Who drew what of a group's tokens, as lines of the page; who drew most first."""
    members = () if wallet is None else wallet.members
    return tuple(
        UsageLine(
            "",
            member.name or ("You" if member.is_me else "Somebody who left"),
            "you" if member.is_me and member.name else "",
            with_drawn(_of_member(member), {Unit.PLAN_TOKENS.value: member.plan_tokens}),
        )
        for member in members
    )


def _of_member(member: MemberDrawnView) -> UsageSum:
    return UsageSum(
        total_pusd=member.pusd,
        certainty=Certainty.EXACT,
        estimated_pusd=0,
        unpriced=0,
        calls=member.calls,
        messages=member.calls,
        input_tokens=member.input_tokens,
        output_tokens=member.output_tokens,
    )


def added(all_units: Iterable[Units]) -> dict[str, int]:
    """Several sums as one."""
    found: dict[str, int] = {}
    for units in all_units:
        for unit, amount in units.items():
            found[unit] = found.get(unit, 0) + amount
    return found


def most_of(units: Units) -> int:
    """What lines that cost no money are put in order by: plan tokens."""
    return units.get(Unit.PLAN_TOKENS.value, 0)


def _units(rows: Iterable[DrawnSums]) -> dict[str, int]:
    return added({row.unit: row.amount} for row in rows)
