"""Search over a million messages, key by key, as a person types.

The database is made once and kept in the work folder; a half made one is made again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from figures import Figure, percentile

from app.clock import Clock
from app.store.connection import connect
from app.store.database import Database
from app.store.migrations import migrate
from app.store.search import Search

MESSAGES = 1_000_000
MESSAGES_PER_CHAT = 100
BATCH = 20_000
SEARCHES = 150
P99_LIMIT_MS = 50.0
WORK = Path(__file__).resolve().parents[1] / ".environment" / "bench" / "search-1"

_SYLLABLES = (
    *("ka", "lo", "mi", "ren", "sto", "ta", "bel", "ur", "an", "is", "che", "do", "fra"),
    *("gi", "hu", "ost", "pre", "qui", "sal", "ti", "un", "ver", "wo", "ex"),
)


def figures() -> Iterable[Figure]:
    """The times of every key stroke of 150 searches of one to three words."""
    database = _database()
    try:
        search = Search(database)
        for typed in list(_key_strokes())[:50]:
            search.find(typed)
        times_ms = [_time_ms(search, typed) for typed in _key_strokes()]
    finally:
        database.close()
    yield Figure(metric="key strokes", value=len(times_ms), unit="searches")
    yield Figure(metric="median of a key stroke", value=percentile(times_ms, 0.5), unit="ms")
    yield Figure(
        metric="p99 of a key stroke",
        value=percentile(times_ms, 0.99),
        unit="ms",
        against=f"{MESSAGES:,} messages",
        limit=P99_LIMIT_MS,
    )
    yield Figure(metric="slowest key stroke", value=max(times_ms), unit="ms")
    size_mb = (WORK / "tuppence.db").stat().st_size / 1e6
    yield Figure(metric="size of the database", value=size_mb, unit="MB")


def _time_ms(search: Search, typed: str) -> float:
    start = time.perf_counter()
    search.find(typed)
    return (time.perf_counter() - start) * 1000


def _key_strokes() -> Iterator[str]:
    """What stands in the search field after each key."""
    chosen = random.Random(2)
    words = _words()
    for _ in range(SEARCHES):
        # Half of what people look for is common, half is rare.
        reach = chosen.choice((200, len(words)))
        text = " ".join(chosen.choices(words[:reach], k=chosen.randint(1, 3)))
        for length in range(1, len(text) + 1):
            yield text[:length]


def _database() -> Database:
    if not (WORK / "whole").exists():
        _make()
    return Database.open(WORK, Clock())


def _make() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "tuppence.db"
    for old in WORK.glob("tuppence.db*"):
        old.unlink()
    connection = connect(path)
    migrate(connection)
    rows = _rows()
    for _ in range(MESSAGES // BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(BATCH):
            number, text = next(rows)
            chat = f"chat-{number // MESSAGES_PER_CHAT}"
            if number % MESSAGES_PER_CHAT == 0:
                connection.execute(
                    "INSERT INTO chats (id, title, created_ms, updated_ms) VALUES (?, ?, ?, ?)",
                    (chat, text[:40], number, number),
                )
            connection.execute(
                "INSERT INTO messages (id, chat_id, parent_id, role, state, created_ms, text)"
                " VALUES (?, ?, ?, ?, 'complete', ?, ?)",
                (
                    f"{number:032x}",
                    chat,
                    f"{number - 1:032x}" if number % MESSAGES_PER_CHAT else None,
                    ("user", "assistant")[number % 2],
                    number,
                    text,
                ),
            )
        connection.execute("COMMIT")
    connection.close()
    (WORK / "whole").touch()


def _rows() -> Iterator[tuple[int, str]]:
    """Messages of about 60 words, with words as common and as rare as in a language (Zipf)."""
    chosen = random.Random(1)
    words = _words()
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    sentences = [
        " ".join(chosen.choices(words, cum_weights=weights, k=12)) + "." for _ in range(50_000)
    ]
    for number in range(MESSAGES):
        yield number, " ".join(chosen.choices(sentences, k=chosen.randint(1, 9)))


def _words() -> list[str]:
    """30,000 words that can be said, the shortest and most common first."""
    chosen = random.Random(0)
    words: dict[str, None] = dict.fromkeys(_SYLLABLES)
    while len(words) < 30_000:
        syllables = 2 if len(words) < 300 else chosen.randint(2, 5)
        words["".join(chosen.choices(_SYLLABLES, k=syllables))] = None
    return list(words)
