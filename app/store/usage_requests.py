"""The providers' ids of single calls: they stand on the receipts, not in the usage cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from app.store.database import Database
from app.store.instants import ms_from

_PAGE_ROWS = 500


def request_ids(database: Database, start: datetime, end: datetime) -> Iterator[dict[str, str]]:
    """The provider's id by our id of a call, page by page; times from `start` until before `end`.

    A receipt holds every call of its message: the one that was made at the row's own moment is
    meant. One that cannot be read has no ids; the message itself is not affected.
    """
    after = (ms_from(start), 0)
    while page := database.rows(
        "SELECT usage.seq, usage.at_ms, usage.id, usage.model, messages.receipt_json FROM usage"
        " JOIN messages ON messages.id = usage.message_id"
        " WHERE (usage.at_ms, usage.seq) > (?, ?) AND usage.at_ms < ?"
        " ORDER BY usage.at_ms, usage.seq LIMIT ?",
        (*after, ms_from(end), _PAGE_ROWS),
    ):
        found: dict[str, str] = {}
        for _, at_ms, id_, model, receipt in page:
            request_id = _id_on(receipt, at_ms, model)
            if request_id is not None:
                found[id_] = request_id
        yield found
        after = (page[-1][1], page[-1][0])


def _id_on(receipt: str | None, at_ms: int, model: str) -> str | None:
    try:
        calls = json.loads(receipt)["calls"] if receipt else []
        fitting = [
            call["request_id"]
            for call in calls
            if call["request_id"] and call["delivered"] is True and call["model"] == model
            and ms_from(datetime.fromisoformat(call["at"])) == at_ms
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None
    return fitting[0] if len(fitting) == 1 and isinstance(fitting[0], str) else None
