"""A clock that stands still until told, and records with only what a test cares about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session

from app.clock import Clock
from app.metering.hold import HoldState
from app.store.database import Database
from app.store.records import HoldRecord, MessageRecord, PaneRecord, State, UsageRecord

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that shows what the test sets."""

    at: datetime = NOON
    ids: Iterator[int] = field(default_factory=count)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, new_id=lambda: f"{next(self.ids):032x}")

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class Records:
    """Records with only what a test cares about spelled out."""

    noon = NOON

    def message(self, id_: str, parent_id: str | None = None, **fields: object) -> MessageRecord:
        values: dict[str, object] = {
            "chat_id": "chat",
            "role": "user",
            "text": f"words of {id_}",
            "state": State.COMPLETE,
            "created_at": NOON,
        }
        return MessageRecord(id=id_, parent_id=parent_id, **(values | fields))  # type: ignore[arg-type]

    def usage(self, id_: str, message_id: str = "answer", **fields: object) -> UsageRecord:
        values: dict[str, object] = {
            "chat_id": "chat",
            "at": NOON,
            "key_id": "key",
            "provider": "openai",
            "model": "gpt",
            "input_tokens": 100,
            "cache_read_tokens": 20,
            "cache_write_tokens": 3,
            "output_tokens": 40,
            "reasoning_tokens": 5,
            "cost_pusd": 1_000_000,
            "certainty": "exact",
        }
        return UsageRecord(id=id_, message_id=message_id, **(values | fields))  # type: ignore[arg-type]

    def hold(self, id_: str = "hold", **fields: object) -> HoldRecord:
        values: dict[str, object] = {
            "message_id": "answer",
            "chat_id": "chat",
            "key_id": "key",
            "model_ref": "key/gpt",
            "state": HoldState.HELD,
            "amount_pusd": 5_000_000,
            "price_json": "{}",
            "input_tokens": 100,
            "output_tokens_max": 4096,
            "created_at": NOON,
        }
        return HoldRecord(id=id_, **(values | fields))  # type: ignore[arg-type]

    def pane(self, leaf_id: str | None = None, position: int = 0) -> PaneRecord:
        return PaneRecord(position, "key/gpt", leaf_id)


class Undone(Exception):
    """Raised by a test to leave a transaction."""


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A transaction that does what the block says and then fails."""
    with suppress(Undone), database.transaction() as session:
        yield session
        raise Undone
