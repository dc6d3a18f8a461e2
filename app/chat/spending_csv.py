"""Calls as rows of CSV: one row for each call, or one for each part that it was charged for.

Amounts are exact decimal dollars; in both forms they add up to what the page shows. What hosted
credit drew stands beside them, once for each call.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from app.chat.holder_names import is_holder
from app.chat.names import Names
from app.chat.receipts import BASES, PROVIDERS_FIGURE, WHOLE_ANSWER, call_view
from app.chat.spending_drawn import DrawsOfCalls
from app.chat.spending_receipts import CallReceipts
from app.metering.payer import Unit
from app.metering.receipt import Receipt, ReceiptCall
from app.money import usd_text
from app.seam.hosted_views import DrawnView
from app.seam.views import Certainty, ReceiptCallView
from app.store.records import UsageRecord
from app.store.shelves import Shelves
from app.store.usage_records import UsageSpan

_CALL = (
    "at", "model", "provider", "key", "input_tokens", "cache_read_tokens", "cache_write_tokens",
    "output_tokens", "reasoning_tokens", "cost_usd", "certainty", "chat", "message", "call",
)  # fmt: skip
_ABOUT = (
    "chat_title", "model_name", "provider_name", "payer", "price_source", "priced_on",
    "request_id", "basis", "rule", "plan_tokens", "drawn",
)  # fmt: skip
_PART = (
    "at", "model", "provider", "key", "part", "quantity", "unit", "rate_usd", "amount_usd",
    "certainty", "chat", "message", "call",
)  # fmt: skip
# A spreadsheet runs a cell that begins like a formula; it cuts blanks off before it looks.
# The last four are the wide forms of the first four.
_FORMULA = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class CsvForm(StrEnum):
    """What one row is."""

    CALLS = "calls"
    PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Item:
    """A call and what its receipt says of it; `rule` empty where there is no receipt any more."""

    row: UsageRecord
    chat_title: str | None
    key: str
    rule: str
    call: ReceiptCallView
    drawn: tuple[DrawnView, ...] = ()


class UsageRows:
    """Rows of cells for a span, read from the calls and their receipts."""

    def __init__(self, shelves: Shelves, names: Names) -> None:
        self._shelves = shelves
        self._names = names

    def count(self, span: UsageSpan) -> int:
        """How many calls will come."""
        return self._shelves.usage_days.calls(span)

    def header(self, form: CsvForm) -> tuple[str, ...]:
        """The names of the columns."""
        return (*(_CALL if form is CsvForm.CALLS else _PART), *_ABOUT)

    def rows(self, span: UsageSpan, form: CsvForm) -> Iterator[list[tuple[str, ...]]]:
        """For each call, oldest first, its rows."""
        yield from self._rows(self._shelves.usage_calls.records(span), form)

    def of_message(self, message_id: str) -> Iterator[list[tuple[str, ...]]]:
        """For each call of one message its parts."""
        calls = self._shelves.usage_calls.of_message(message_id)
        yield from self._rows(calls, CsvForm.PARTS)

    def items(self, span: UsageSpan) -> Iterator[Item]:
        """Every call with what stands of it on its receipt, oldest first."""
        receipts, names = CallReceipts(self._shelves), self._names.for_many()
        draws = DrawsOfCalls(self._shelves.usage_draws)
        for row, title in self._shelves.usage_calls.records(span):
            receipt, call = receipts.of(row)
            rule = "" if receipt is None else receipt.rule or WHOLE_ANSWER
            view = (
                _bare_call(row, names)
                if receipt is None or call is None
                else call_view(receipt, call, names)
            )
            drawn = draws.of(row.key_id, row.message_id, row.at)
            yield Item(row, title, names.key(row.key_id), rule, view, drawn)

    def _rows(
        self, calls: Iterable[tuple[UsageRecord, str | None]], form: CsvForm
    ) -> Iterator[list[tuple[str, ...]]]:
        receipts, names = CallReceipts(self._shelves), self._names.for_many()
        draws = DrawsOfCalls(self._shelves.usage_draws)
        for call, title in calls:
            receipt, on_receipt = receipts.of(call)
            about = _about(call, title, receipt, on_receipt, names)
            drawn = _drawn_cells(draws.of(call.key_id, call.message_id, call.at))
            head = _head(call, names)
            if form is CsvForm.CALLS:
                yield [(*head, *_figures(call), *_foot(call), *about, *drawn)]
            else:
                foot = (*_foot(call), *about)
                cells = _part_cells(call, on_receipt)
                # Once for a call, so that the column adds up.
                yield [
                    (*head, *part, *foot, *(drawn if place == 0 else ("", "")))
                    for place, part in enumerate(cells)
                ]


def _bare_call(row: UsageRecord, names: Names) -> ReceiptCallView:
    """A call whose receipt is gone with its message."""
    return ReceiptCallView(
        model=names.model(row.provider, row.model),
        provider=names.host(row.provider, row.key_id),
        request_id=None,
        at=row.at,
        certainty=Certainty.UNKNOWN if row.cost_pusd is None else Certainty(row.certainty),
        parts=(),
        total_pusd=None if is_holder(row.key_id) else row.cost_pusd,
        payer=names.biller(row.key_id, row.provider)[1],
        is_hosted=is_holder(row.key_id),
    )


def _head(call: UsageRecord, names: Names) -> tuple[str, ...]:
    at = call.at.astimezone(UTC).isoformat()
    return at, harmless(call.model), call.provider, harmless(names.key(call.key_id))


def _figures(call: UsageRecord) -> tuple[str, ...]:
    return (
        str(call.input_tokens), str(call.cache_read_tokens), str(call.cache_write_tokens),
        str(call.output_tokens), str(call.reasoning_tokens), amount_text(call.cost_pusd),
    )  # fmt: skip


def _part_cells(call: UsageRecord, on_receipt: ReceiptCall | None) -> Iterator[tuple[str, ...]]:
    for name, quantity, unit, rate_pusd, amount_pusd in _parts_of(call, on_receipt):
        yield name, quantity, unit, amount_text(rate_pusd), amount_text(amount_pusd)


def _about(
    call: UsageRecord,
    title: str | None,
    receipt: Receipt | None,
    on_receipt: ReceiptCall | None,
    names: Names,
) -> tuple[str, ...]:
    price = on_receipt.price if on_receipt is not None else None
    if is_holder(call.key_id):
        price = None  # the rates are its server's affair: nobody here was charged by them
    payer = ""
    if receipt is not None and on_receipt is not None:
        payer = names.payer(receipt.payer_of(on_receipt))
    return tuple(
        harmless(text)
        for text in (
            title or "",
            names.model(call.provider, call.model),
            names.host(call.provider, call.key_id),
            payer or names.biller(call.key_id, call.provider)[1],
            price.source if price is not None else "",
            price.dated.isoformat() if price is not None and price.dated else "",
            (on_receipt.request_id or "") if on_receipt is not None else "",
            BASES.get(on_receipt.basis, "") if on_receipt is not None else "",
            "" if receipt is None else receipt.rule or WHOLE_ANSWER,
        )
    )


Part = tuple[str, str, str, int | None, int | None]


def _parts_of(call: UsageRecord, on_receipt: ReceiptCall | None) -> list[Part]:
    """Name, quantity, unit, rate and amount of each part; the amounts add up to the cost."""
    if on_receipt is None:
        return [("whole call", "", "", None, call.cost_pusd)]
    if is_holder(call.key_id):
        counted: list[Part] = [
            (line.name, str(line.quantity), line.unit, None, None)
            for line in on_receipt.charge.lines
        ]
        drawn: list[Part] = [("drawn", "", "", None, call.cost_pusd)] if call.cost_pusd else []
        return counted + drawn or [("whole call", "", "", None, call.cost_pusd)]
    parts: list[Part] = [
        (line.name, str(line.quantity), line.unit, line.rate_pusd, line.amount_pusd)
        for line in on_receipt.charge.lines
    ]
    known = sum(amount for *_, amount in parts if amount is not None)
    if call.cost_pusd is not None and call.cost_pusd != known:
        parts.append((PROVIDERS_FIGURE, "", "", None, call.cost_pusd - known))
    return parts or [("whole call", "", "", None, call.cost_pusd)]


def _drawn_cells(drawn: Sequence[DrawnView]) -> tuple[str, str]:
    """Plan tokens as a figure, and everything in words: `1935 plan_tokens from Free`."""
    tokens = sum(each.amount for each in drawn if each.unit == Unit.PLAN_TOKENS.value)
    said = "; ".join(f"{each.amount} {each.unit} from {each.name}" for each in drawn)
    return str(tokens) if drawn else "", harmless(said)


def _foot(call: UsageRecord) -> tuple[str, ...]:
    return call.certainty, call.chat_id, call.message_id, call.id


def amount_text(amount_pusd: int | None) -> str:
    """Exact decimal dollars; empty where the amount is not known."""
    return "" if amount_pusd is None else usd_text(amount_pusd)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula, in one line."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
