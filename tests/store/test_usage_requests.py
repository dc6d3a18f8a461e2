"""The providers' ids of calls, read from the receipts that hold them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.clock import Clock
from app.store.database import Database
from app.store.records import MessageRecord, State, UsageRecord
from app.store.shelves import Shelves, shelves_over
from app.store.usage_requests import request_ids

AT = datetime(2026, 11, 3, 12, 0, 0, 123_000, tzinfo=UTC)


def kept(shelves: Shelves, id_: str, receipt: str | None, *, at: datetime = AT) -> None:
    message = MessageRecord(id_, "c1", None, "assistant", "Yes.", State.COMPLETE, at,
                            receipt_json=receipt)  # fmt: skip
    row = UsageRecord(f"{id_}-0", id_, "c1", at, "k1", "openrouter", "m", 1, 0, 0, 1, 0, 5, "exact")
    with shelves.database.transaction():
        shelves.messages.add(message)
        shelves.messages.finish(message, [row], None)


def receipt(*calls: dict[str, object]) -> str:
    usual = {"request_id": "gen-1", "delivered": True, "model": "m", "at": AT.isoformat()}
    return json.dumps({"calls": [{**usual, **call} for call in calls]})


@pytest.fixture
def shelves(tmp_path: object) -> Shelves:
    database = Database.in_memory(Clock())
    found = shelves_over(database, tmp_path, Clock())  # type: ignore[arg-type]
    with database.transaction():
        found.chats.create("c1", "Chat", ())
    return found


def found(shelves: Shelves) -> dict[str, str]:
    pages = request_ids(shelves.database, AT - timedelta(days=1), AT + timedelta(days=1))
    return {own: theirs for page in pages for own, theirs in page.items()}


def test_the_call_that_was_made_at_the_rows_moment_is_meant(shelves: Shelves) -> None:
    other = {"request_id": "gen-0", "at": (AT - timedelta(minutes=1)).isoformat()}
    kept(shelves, "m1", receipt(other, {}))
    assert found(shelves) == {"m1-0": "gen-1"}


@pytest.mark.parametrize(
    "text",
    [
        "[]", '{"calls": 3}', '{"calls": [{}]}', receipt({"request_id": None}),
        receipt({"delivered": False}), receipt({"model": "other"}), receipt({}, {}),
        receipt({"request_id": 7}), receipt({"at": "then"}),
    ],
)  # fmt: skip
def test_a_receipt_that_does_not_tell_has_no_id(shelves: Shelves, text: str) -> None:
    kept(shelves, "m1", text)
    assert found(shelves) == {}


def test_every_page_is_read(shelves: Shelves) -> None:
    for number in range(1_101):
        at = AT + timedelta(milliseconds=number)
        kept(shelves, f"m{number}", receipt({"at": at.isoformat(), "request_id": f"g{number}"}),
             at=at)  # fmt: skip
    assert len(found(shelves)) == 1_101
