"""Which call of which receipt a row of the usage cache is."""

from __future__ import annotations

import logging

from app.chat.holder_names import is_holder
from app.errors import MeteringError
from app.metering.receipt import Receipt, ReceiptCall
from app.store.records import UsageRecord
from app.store.shelves import Shelves

_MILLISECONDS = 1000
_log = logging.getLogger(__name__)


class CallReceipts:
    """Finds calls on their messages' receipts; the last message is kept, its calls come together.

    A call is told by when it was made, by its model and what it cost; one that hosted credit paid
    for by its moment alone, since its receipt has its provider's names and price. Of two that are
    the same in all of this the first one that was not given out yet is taken.
    """

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._message_id = ""
        self._receipt: Receipt | None = None
        self._left: list[ReceiptCall] = []

    def of(self, row: UsageRecord) -> tuple[Receipt | None, ReceiptCall | None]:
        """The receipt and the call on it; None where the message or its receipt is gone."""
        if row.message_id != self._message_id:
            self._open(row.message_id)
        for place, call in enumerate(self._left):
            if _is_same(call, row):
                return self._receipt, self._left.pop(place)
        return self._receipt, None

    def _open(self, message_id: str) -> None:
        self._message_id = message_id
        text = self._shelves.usage_calls.receipt_json(message_id)
        self._receipt = _read(text)
        self._left = list(self._receipt.calls) if self._receipt is not None else []


def _read(text: str | None) -> Receipt | None:
    if text is None:
        return None
    try:
        return Receipt.from_json(text)
    except MeteringError as error:
        # What it cost is in the row; one receipt that is damaged must not end a whole export.
        _log.warning("%s", error)
        return None


def _is_same(call: ReceiptCall, row: UsageRecord) -> bool:
    if int(call.at.timestamp() * _MILLISECONDS) != int(row.at.timestamp() * _MILLISECONDS):
        return False
    if is_holder(row.key_id):
        return True
    return call.model == row.model and call.charge.total_pusd == row.cost_pusd
