"""The program is killed at any moment: what was shown is there again, and every hold is ended."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.metering.receipt import Receipt
from app.seam import commands, events
from app.seam.views import MessageState
from app.store.records import HoldState, State
from app.store.shelves import Shelves
from tests.end_to_end import core_program
from tests.end_to_end.long_answers import numbered_words
from tests.fixtures.core import CoreDriver
from tests.fixtures.killable import Killable
from tests.fixtures.provider_server import ProviderServer
from tests.ledger.invariants import read_rows, troubles

WORDS = 40
LONGEST_LIFE_S = 1.0
# A partial answer is saved after 250 ms; the rest is what one save may take on a busy machine.
UNSAVED_S_MAX = 0.25 + 0.1
INPUT_RATE, OUTPUT_RATE = 2_500_000, 10_000_000  # GPT-4o, picodollars per token


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the killed program had shown."""

    kind: str
    at_s: float
    chat_id: str
    message_id: str
    text: str
    total_pusd: int | None


def told_until_killed(folder: Path, url: str, life_s: float) -> list[Told]:
    """Start the core, kill it so long after its first text came, and give what it had said."""
    child = Killable(core_program.main, folder, url)
    told: list[Told] = []
    while not told or told[-1].kind != "text":
        told.append(_read(child.said.readline()))
    return told + [_read(line) for line in child.kill_after(life_s)]


def _read(line: str) -> Told:
    return Told(*json.loads(line))


async def check_start_after(folder: Path, told: list[Told]) -> set[MessageState]:
    """Open what is left and compare it with what was shown; the states of this life's answers."""
    driver = CoreDriver(folder)
    await driver.open()
    shelves = driver.core.shelves
    assert shelves.database.report.damaged is None
    assert shelves.database.integrity() == ()
    assert shelves.holds.open_holds() == []
    check_acknowledged(shelves, told)
    check_sums(shelves)
    assert troubles(read_rows(shelves.database.rows)) == []
    states = set()
    for message_id in {one.message_id for one in told if one.kind == "text"}:
        states.add(check_answer(driver, message_id, told))
    chat_id = told[-1].chat_id or next(one.chat_id for one in reversed(told) if one.chat_id)
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    for message in opened.chat.panes[0].messages:
        if message.state is MessageState.INCOMPLETE:
            assert message.fault is not None
            assert message.fault.kind == "ProgramEnded"
    await driver.close()
    return states


def check_acknowledged(shelves: Shelves, told: list[Told]) -> None:
    for one in told:
        if one.kind == "added":
            message = shelves.messages.get(one.message_id)
            assert message is not None
            assert message.text.startswith(one.text)
        elif one.kind == "settled":
            message = shelves.messages.get(one.message_id)
            assert message is not None
            assert (message.state, message.text) == (State.COMPLETE, one.text)
            assert message.receipt_json is not None
            assert Receipt.from_json(message.receipt_json).total_pusd == one.total_pusd


def check_answer(driver: CoreDriver, message_id: str, told: list[Told]) -> MessageState:
    """One answer: nothing of it is lost but the last moment, and it is charged for what is left."""
    shelves = driver.core.shelves
    message = shelves.messages.get(message_id)
    assert message is not None
    pieces = [one for one in told if one.kind == "text" and one.message_id == message_id]
    last_s = told[-1].at_s
    old = "".join(piece.text for piece in pieces if piece.at_s < last_s - UNSAVED_S_MAX)
    whole = "".join(f"{number} " for number in range(WORDS))
    assert whole.startswith(message.text)
    assert message.text.startswith(old), f"lost {old.removeprefix(message.text)!r}"
    hold = shelves.holds.for_message(message_id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert message.receipt_json is not None
    total = Receipt.from_json(message.receipt_json).total_pusd
    assert hold.settled_pusd == total
    if message.state is State.INCOMPLETE:
        written = driver.core.counting.count_text(message.text, "gpt-4o")
        assert total == hold.input_tokens * INPUT_RATE + written * OUTPUT_RATE
    return MessageState(message.state)


def check_sums(shelves: Shelves) -> None:
    """Each call is charged once, and the sums are the sums of the calls."""
    rows = shelves.database.rows
    assert rows("SELECT message_id FROM usage GROUP BY message_id HAVING count(*) > 1", ()) == []
    for chat in shelves.chats.rows():
        used = rows("SELECT coalesce(sum(cost_pusd), 0) FROM usage WHERE chat_id = ?", (chat.id,))
        assert used == [(chat.total_pusd,)]


async def kill_again_and_again(folder: Path, server: ProviderServer, kills: int) -> None:
    folder.mkdir()
    server.replies = [numbered_words(WORDS, pace_s=0.01)]
    chosen = random.Random(kills)
    states: set[MessageState] = set()
    for _ in range(kills):
        life_s = chosen.uniform(0, LONGEST_LIFE_S)
        told = told_until_killed(folder, f"{server.url}/v1", life_s)
        states |= await check_start_after(folder, told)
    assert MessageState.INCOMPLETE in states, "no kill came in the middle of an answer"


async def test_a_kill_at_any_moment_loses_nothing_that_was_shown(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    await kill_again_and_again(tmp_path / "killed", provider_server, 20)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_two_hundred_kills_lose_nothing_that_was_shown(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    await kill_again_and_again(tmp_path / "killed", provider_server, 200)
