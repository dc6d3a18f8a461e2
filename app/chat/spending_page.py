"""The usage page: what was spent in a scope, by day, model, chat, key and payer.

Everything is summed up from the days that the store keeps; the calls themselves come by pages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date
from operator import attrgetter

from app.chat.names import Names, told_apart
from app.chat.spending_drawn import Drawn, DrawsOfCalls, added, most_of, with_drawn
from app.chat.spending_scope import bar_spans, bar_unit, days_of, heat_start
from app.clock import Clock
from app.seam.hosted_views import DrawnView
from app.seam.usage_views import (
    UsageBar,
    UsageCall,
    UsageLine,
    UsageOrder,
    UsageScope,
    UsageSum,
    UsageView,
)
from app.seam.views import Certainty
from app.store.shelves import Shelves
from app.store.usage_records import (
    CallOrder,
    CallRecord,
    ChatSums,
    SourceSums,
    UsageSpan,
    UsageSums,
)

CHATS_MAX = 200
CALLS_MAX = 500  # more than any window shows at once
GONE_CHAT = "A chat that was deleted"
GONE_ASSISTANT = "An assistant that is gone"
_NOTHING = UsageSums()
_FIGURES = attrgetter(*(field.name for field in fields(UsageSums)))


class UsagePage:
    """Builds the page's views; reads the store, changes nothing."""

    def __init__(self, shelves: Shelves, names: Names, clock: Clock) -> None:
        self._shelves = shelves
        self._names = names
        self._clock = clock

    def view(self, scope: UsageScope) -> UsageView:
        """The page of a scope, as of now."""
        now = self._clock.now()
        today = now.astimezone(UTC).date()
        store = self._shelves.usage_days
        span = self.span(scope)
        unit = bar_unit(span.first, span.last)
        sources, drawn = store.sources_of(span), Drawn(self._shelves.usage_draws, span)
        heat = replace(span, first=heat_start(today), last=today)
        return UsageView(
            scope=replace(scope, first=span.first, last=span.last),
            total=drawn.beside(_sum(joined(row.sums for row in sources))),
            bars=tuple(_bars(store.days(span), drawn.tokens_by_day(), span, unit)),
            bar_unit=unit,
            year=tuple(_bars(store.days(heat), {}, heat, "day")),
            models=self._models(sources, drawn),
            chats=self.chats(span, CHATS_MAX),
            keys=_lines(sources, drawn, self._key_of),
            payers=_with_grants(_lines(sources, drawn, self._payer_of), drawn),
            narrowed=tuple(self._narrowed(scope)),
            ever_used=store.reach() is not None,
            today=today,
            as_of=now,
            assistants=self.assistants(span),
        )

    def span(self, scope: UsageScope) -> UsageSpan:
        """The scope as the store takes it."""
        today = self._clock.now().astimezone(UTC).date()
        store = self._shelves.usage_days
        first, last = days_of(scope, today, store.reach())
        provider, _, model = scope.model_id.partition("/")
        return UsageSpan(
            first=first,
            last=last,
            key_id=scope.key_id or None,
            model=(provider, model) if scope.model_id else None,
            chat_id=scope.chat_id or None,
            sources=self._sources(scope.payer_id) if scope.payer_id else None,
        )

    def calls(
        self, scope: UsageScope, order: UsageOrder, offset: int, limit: int
    ) -> tuple[UsageCall, ...]:
        """So many calls from a place of the list on; fewer where it ends or limit is absurd."""
        rows = self._shelves.usage_calls.page(
            self.span(scope), CallOrder(order.value), max(offset, 0), max(0, min(limit, CALLS_MAX))
        )
        names = self._names.for_many()
        draws = DrawsOfCalls(self._shelves.usage_draws)
        return tuple(
            _call(
                row,
                names.model(row.provider, row.model),
                names.key(row.key_id),
                draws.of(row.key_id, row.message_id, row.at),
            )
            for row in rows
        )

    def days(self, span: UsageSpan) -> tuple[UsageLine, ...]:
        """Every day that anything was used on, oldest first; the id is the ISO date."""
        found, drawn = self._shelves.usage_days.days(span), self._shelves.usage_draws.days(span)
        return tuple(
            UsageLine(
                day.isoformat(), f"{day:%d %B %Y}", "", with_drawn(_sum(found[day]), drawn.get(day))
            )
            for day in sorted(found)
        )

    def chats(self, span: UsageSpan, at_most: int) -> tuple[UsageLine, ...]:
        """The dearest chats, and all others as one line."""
        drawn = self._shelves.usage_draws.chats(span)
        found = self._shelves.usage_days.chats(span)
        lines = [_chat_line(chat, drawn.get(chat.chat_id)) for chat in found[:at_most]]
        if others := found[at_most:]:
            label = "1 more chat" if len(others) == 1 else f"{len(others):,} more chats"
            together = added(drawn.get(chat.chat_id, {}) for chat in others)
            sums = with_drawn(_sum(joined(chat.sums for chat in others)), together)
            lines.append(UsageLine("", label, "", sums))
        return tuple(lines)

    def assistants(self, span: UsageSpan) -> tuple[UsageLine, ...]:
        """What was spent with each assistant, the dearest first."""
        store = self._shelves.usage_assistants
        drawn = store.drawn(span)
        return tuple(
            UsageLine(
                one.assistant_id,
                one.name or GONE_ASSISTANT,
                "deleted" if one.removed else "",
                with_drawn(_sum(one.sums), drawn.get(one.assistant_id)),
            )
            for one in store.sums_of(span)
        )

    def _models(self, sources: Sequence[SourceSums], drawn: Drawn) -> tuple[UsageLine, ...]:
        lines = _lines(sources, drawn, self._model_of)
        labels = told_apart(
            [line.label for line in lines], [line.id.partition("/")[2] for line in lines]
        )
        return tuple(replace(line, label=label) for line, label in zip(lines, labels, strict=True))

    def _model_of(self, row: SourceSums) -> tuple[str, str, str]:
        name = self._names.model(row.provider, row.model)
        return f"{row.provider}/{row.model}", name, self._names.host(row.provider, row.key_id)

    def _key_of(self, row: SourceSums) -> tuple[str, str, str]:
        host = self._names.host(row.provider, row.key_id)
        return row.key_id, self._names.key(row.key_id), host

    def _payer_of(self, row: SourceSums) -> tuple[str, str, str]:
        return (*self._names.biller(row.key_id, row.provider), "")

    def _sources(self, payer_id: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            source
            for source in self._shelves.usage_days.sources()
            if self._names.biller(*source)[0] == payer_id
        )

    def _narrowed(self, scope: UsageScope) -> Iterator[tuple[str, str]]:
        if scope.model_id:
            provider, _, model = scope.model_id.partition("/")
            yield "model", self._names.model(provider, model)
        if scope.chat_id:
            chat = self._shelves.chats.get(scope.chat_id)
            yield "chat", GONE_CHAT if chat is None else chat.title
        if scope.key_id:
            yield "key", self._names.key(scope.key_id)
        if scope.payer_id:
            sources = self._sources(scope.payer_id)
            yield "payer", self._names.biller(*sources[0])[1] if sources else scope.payer_id


def _call(row: CallRecord, model: str, key: str, drawn: tuple[DrawnView, ...]) -> UsageCall:
    """A call as a line."""
    certainty = Certainty(row.certainty)
    return UsageCall(
        id=row.id,
        message_id=row.message_id,
        chat_id=row.chat_id,
        chat_title=row.chat_title or GONE_CHAT,
        text=" ".join(row.text.split()),
        at=row.at,
        model=model,
        key=key,
        input_tokens=row.read_tokens,
        output_tokens=row.written_tokens,
        cost_pusd=row.cost_pusd,
        certainty=Certainty.UNKNOWN if row.cost_pusd is None else certainty,
        gone=row.gone,
        has_receipt=row.has_receipt,
        drawn=drawn,
    )


def joined(all_sums: Iterable[UsageSums]) -> UsageSums:
    """Several sums as one."""
    columns = list(zip(*map(_FIGURES, all_sums), strict=True))
    return UsageSums(*(sum(column) for column in columns)) if columns else _NOTHING


def _sum(sums: UsageSums) -> UsageSum:
    nothing_priced = sums.calls > 0 and sums.unpriced == sums.calls
    return UsageSum(
        total_pusd=None if nothing_priced else sums.pusd,
        certainty=_certainty(sums, nothing_priced=nothing_priced),
        estimated_pusd=sums.estimated_pusd,
        unpriced=sums.unpriced,
        calls=sums.calls,
        messages=sums.messages,
        input_tokens=sums.read_tokens,
        output_tokens=sums.written_tokens,
        estimated=sums.estimated,
    )


def _certainty(sums: UsageSums, *, nothing_priced: bool) -> Certainty:
    """Exact only where every call in the sum is."""
    if nothing_priced:
        return Certainty.UNKNOWN
    return Certainty.ESTIMATED if sums.estimated or sums.unpriced else Certainty.EXACT


def _lines(
    sources: Sequence[SourceSums],
    drawn: Drawn,
    told: Callable[[SourceSums], tuple[str, str, str]],
) -> tuple[UsageLine, ...]:
    """The sums by what `told` makes of each: id, label and note; the dearest first."""
    found: dict[str, tuple[str, set[str], list[SourceSums]]] = {}
    for row in sources:
        id_, label, note = told(row)
        _, notes, rows = found.setdefault(id_, (label, set(), []))
        notes.add(note)
        rows.append(row)
    sums = {id_: joined(row.sums for row in rows) for id_, (_, _, rows) in found.items()}
    units = {id_: drawn.of(rows) for id_, (_, _, rows) in found.items()}
    ordered = sorted(
        sums, key=lambda id_: (-sums[id_].pusd, -most_of(units[id_]), -sums[id_].calls, id_)
    )
    return tuple(
        UsageLine(
            id_,
            found[id_][0],
            ", ".join(sorted(found[id_][1] - {""})),
            with_drawn(_sum(sums[id_]), units[id_]),
        )
        for id_ in ordered
    )


def _with_grants(lines: tuple[UsageLine, ...], drawn: Drawn) -> tuple[UsageLine, ...]:
    return tuple(replace(line, grants=drawn.grants_of(line.id)) for line in lines)


def _chat_line(chat: ChatSums, units: Mapping[str, int] | None) -> UsageLine:
    note, sums = "deleted" if chat.hidden else "", with_drawn(_sum(chat.sums), units)
    return UsageLine(chat.chat_id, chat.title or GONE_CHAT, note, sums)


def _bars(
    days: Mapping[date, UsageSums], tokens: Mapping[date, int], span: UsageSpan, unit: str
) -> Iterator[UsageBar]:
    spans = list(bar_spans(span.first, span.last, unit))
    starts = [first for first, _ in spans]
    found: dict[int, list[UsageSums]] = {}
    for day, sums in days.items():
        found.setdefault(bisect_right(starts, day) - 1, []).append(sums)
    drawn: dict[int, int] = {}
    for day, amount in tokens.items():
        place = bisect_right(starts, day) - 1
        drawn[place] = drawn.get(place, 0) + amount
    for place, (first, last) in enumerate(spans):
        sums = joined(found[place]) if place in found else _NOTHING
        exact_pusd = sums.pusd - sums.estimated_pusd
        yield UsageBar(
            first, last, exact_pusd, sums.estimated_pusd, sums.unpriced, sums.messages,
            drawn.get(place, 0),
        )  # fmt: skip
