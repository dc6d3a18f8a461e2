"""The store's everyday reads and writes, on a disk: paths, the sidebar, sums, saving a stream.

They are measured in processor time, so that a busy machine hardly changes the figure.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Figure, median_of

from app.clock import Clock
from app.store.records import MessageRecord, PaneRecord, State, UsageRecord
from app.store.shelves import Shelves, open_shelves

PATH_MESSAGES = 10_000
CHATS = 1_000
MESSAGES_PER_CHAT = 100
CALLS = 200_000
NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = "the store keeps every word that was paid for and says what it cost " * 9


def figures() -> Iterable[Figure]:
    """Medians in milliseconds, with 110,000 messages and 200,000 calls in the database."""
    with tempfile.TemporaryDirectory() as folder:
        shelves = open_shelves(Path(folder), Clock())
        try:
            _fill(shelves)
            yield from _reads(shelves)
            yield from _writes(shelves)
        finally:
            shelves.database.close()


def _reads(shelves: Shelves) -> Iterable[Figure]:
    month = (NOW - timedelta(days=30), NOW)
    leaf = f"long-{PATH_MESSAGES - 1}"
    yield _figure("path of 10,000 messages", lambda: shelves.messages.path(leaf))
    yield _figure("list of 1,000 chats", shelves.chats.rows, limit_ms=50)
    yield _figure("a month's total", lambda: shelves.usage.totals(*month), limit_ms=20)
    yield _figure("a month by key", lambda: shelves.usage.by_key(*month), limit_ms=20)
    yield _figure("a month by model", lambda: shelves.usage.by_model(*month), limit_ms=20)
    yield _figure("a month by day", lambda: shelves.usage.by_day(*month), limit_ms=20)


def _writes(shelves: Shelves) -> Iterable[Figure]:
    shelves.messages.add(_message("running", "chat-0", None, "", State.STREAMING))
    text = "x" * 5_000_000

    def save() -> None:
        nonlocal text
        text += "some more words "
        shelves.messages.save_partial("running", text=text, thinking="", output_tokens=1)

    save()
    yield _figure("saving a piece of an answer of 5 MB", save, limit_ms=25)
    ended = _message("ended", "chat-0", None, WORDS, State.COMPLETE)
    yield _figure(
        "ending a turn",
        lambda: shelves.messages.finish(ended, [_call(CALLS)], None),
        limit_ms=25,
    )


def _figure(metric: str, work: Callable[[], object], *, limit_ms: float | None = None) -> Figure:
    def once_ms() -> float:
        start = time.process_time()
        work()
        return (time.process_time() - start) * 1000

    return Figure(metric=metric, value=median_of(once_ms, 9), unit="ms", limit=limit_ms)


def _fill(shelves: Shelves) -> None:
    with shelves.database.transaction():
        _line(shelves, "long", PATH_MESSAGES)
        for number in range(CHATS):
            _line(shelves, f"chat-{number}", MESSAGES_PER_CHAT)
        answer = _message("calls", "long", None, "", State.COMPLETE)
        shelves.messages.finish(answer, [_call(number) for number in range(CALLS)], None)


def _line(shelves: Shelves, chat: str, messages: int) -> None:
    shelves.chats.create(chat, chat, [PaneRecord(0, "key/model", f"{chat}-{messages - 1}")])
    parent = None
    for number in range(messages):
        id_ = f"{chat}-{number}"
        shelves.messages.add(_message(id_, chat, parent, WORDS, State.COMPLETE))
        parent = id_


def _message(id_: str, chat: str, parent: str | None, text: str, state: State) -> MessageRecord:
    return MessageRecord(id_, chat, parent, "assistant", text, state, NOW)


def _call(number: int) -> UsageRecord:
    """One call of a year, evenly spread over keys and models."""
    return UsageRecord(
        id=f"call-{number}",
        message_id=f"answer-{number}",
        chat_id="long",
        at=NOW - timedelta(days=365) * (number / CALLS),
        key_id=f"key-{number % 5}",
        provider="openai",
        model=f"model-{number % 20}",
        input_tokens=1000,
        cache_read_tokens=0,
        cache_write_tokens=0,
        output_tokens=500,
        reasoning_tokens=0,
        cost_pusd=123_456_789 if number % 20 else None,
        certainty="exact" if number % 19 else "estimated",
    )
