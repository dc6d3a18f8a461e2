"""A profile as after years of use: many chats, many messages, each with words of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.clock import Clock
from app.store.connection import connect
from app.store.records import MessageRecord, PaneRecord, State
from app.store.shelves import open_shelves

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
TEXT = (
    "the price of an answer is known before it is asked for and what it did cost stands "
    "below it with every part and rate so that nobody has to guess at the end of a month"
)
WORDS = TEXT.split()


def fill(folder: Path, *, chats: int, messages: int) -> None:
    """Write so many chats with so many messages in all, evenly, through the store itself."""
    each = messages // chats
    clock = Clock()
    shelves = open_shelves(folder, clock)
    with shelves.database.transaction():
        for number in range(chats):
            at = FIRST_DAY + timedelta(hours=12 * number)
            chat_id = f"{number:032x}"
            shelves.chats.create(chat_id, f"Chat {number} about {_words(number, 4)}", ())
            leaf = None
            for message in _conversation(chat_id, number, each, at):
                shelves.messages.add(message)
                leaf = message.id
            shelves.chats.set_panes(chat_id, [PaneRecord(0, "", leaf)])
            shelves.chats.touch(chat_id, at)
    shelves.database.close()


def take_account(folder: Path, demo: Path) -> None:
    """Give the profile the account, the wallet and the license that the demo's window was given.

    Its server is gone by then: what a start shows of them comes from the profile alone. Raises
    RuntimeError where the demo has no license yet.
    """
    [found] = list(demo.rglob("tuppence.db"))
    with closing(connect(folder / "tuppence.db")) as connection:
        connection.execute("ATTACH ? AS demo", (str(found),))
        connection.execute("BEGIN IMMEDIATE")
        for table in ("servers", "account_cache", "licenses"):
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM demo.{table}")
        connection.execute("UPDATE main.servers SET demo = 0")
        [(licenses,)] = connection.execute("SELECT count(*) FROM main.licenses").fetchall()
        connection.execute("COMMIT")
    if not licenses:
        raise RuntimeError("the demo gave no license")


def _conversation(chat_id: str, number: int, each: int, at: datetime) -> Iterator[MessageRecord]:
    parent = None
    for place in range(each):
        message = MessageRecord(
            id=f"{number:016x}{place:016x}",
            chat_id=chat_id,
            parent_id=parent,
            role="assistant" if place % 2 else "user",
            text=_words(number * each + place, 40),
            state=State.COMPLETE,
            created_at=at + timedelta(minutes=place),
        )
        parent = message.id
        yield message


def _words(seed: int, count: int) -> str:
    return " ".join(
        WORDS[(seed * 7 + place * (seed % 11 + 1)) % len(WORDS)] for place in range(count)
    )
