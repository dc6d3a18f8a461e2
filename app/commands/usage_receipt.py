"""`usage --receipt`: one message's receipt as the window shows it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.chat.receipts import receipt_view
from app.chat.spending_csv import CsvForm
from app.commands.columns import in_columns, one_line
from app.commands.usage_items import write_rows
from app.commands.usage_json import as_json, receipt_object
from app.commands.usage_words import call_words, drawn_words, parts_table, sure, total_words
from app.errors import TuppenceError
from app.money import format_usd
from app.seam.views import ReceiptView

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_ID_LETTERS_MIN = 6


async def print_receipt(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    """Print the receipt, or write its parts as CSV; raises TuppenceError where there is none."""
    receipt = _find(core, arguments.receipt)
    if arguments.csv:
        source = core.spending.rows
        rows = [row for call in source.of_message(receipt.message_id) for row in call]
        await write_rows(arguments.csv, streams, source.header(CsvForm.PARTS), rows)
    elif arguments.json:
        await streams.out(as_json(receipt_object(receipt)) + "\n")
    else:
        await streams.out("".join(_text(receipt)))


def _find(core: Core, text: str) -> ReceiptView:
    """By the whole id, or by its beginning where that is one message's."""
    message = core.shelves.messages.get(text)
    if message is None and len(text) >= _ID_LETTERS_MIN:
        ids = core.shelves.usage_calls.message_ids(text, 2)
        if len(ids) > 1:
            raise TuppenceError(
                f"Several messages' ids begin with “{one_line(text)}”.", "Give more of the id."
            )
        message = core.shelves.messages.get(ids[0]) if ids else None
    if message is None:
        raise TuppenceError(
            f"There is no message “{one_line(text)}”.", "`usage --csv` lists their ids."
        )
    view = receipt_view(message, core.spending.names, core.views.group_of)
    if view is None:
        raise TuppenceError("There is no receipt for this message.", "Nothing was charged for it.")
    return view


def _text(receipt: ReceiptView) -> Iterator[str]:
    hosted = bool(receipt.calls) and all(call.is_hosted for call in receipt.calls)
    facts = [
        ("Message", receipt.message_id),
        ("Quoted before", _quoted(receipt)),
        ("Charged after", _charged(receipt)),
        ("Certainty", sure(receipt.certainty, hosted=hosted)),
        ("Paid by", _shares(receipt)),
        ("Rule", receipt.rule),
        ("Prices from", receipt.price_source),
    ]
    yield in_columns([(f"{name}:", one_line(value)) for name, value in facts if value])
    for place, call in enumerate(receipt.calls, start=1):
        yield f"\nCall {place} of {len(receipt.calls)}: {call_words(call)}\n"
        yield parts_table(call)
    for note in receipt.notes:
        yield f"\n{one_line(note)}\n"


def _charged(receipt: ReceiptView) -> str:
    """What was drawn, and the money beside it where there is some."""
    drawn = drawn_words(receipt.drawn)
    if not drawn:
        return total_words(receipt.total_pusd, receipt.certainty)
    dollars = sum(each.amount for each in receipt.drawn if each.unit == "usd")
    rest = (receipt.total_pusd or 0) - dollars
    return f"{drawn} + {total_words(rest, receipt.certainty)}" if rest else drawn


def _quoted(receipt: ReceiptView) -> str:
    likely, most = receipt.quoted_likely_pusd, receipt.quoted_most_pusd
    said = ["" if likely is None else f"about {format_usd(likely)}"]
    said.append("" if most is None else f"at most {format_usd(most)}")
    return ", ".join(text for text in said if text)


def _shares(receipt: ReceiptView) -> str:
    if len(receipt.shares) < 2:
        return receipt.payer
    return ", ".join(
        f"{share.payer} {total_words(share.total_pusd, share.certainty)}"
        + ("" if share.percent is None else f" ({share.percent} %)")
        for share in receipt.shares
    )
