"""A proxy on the way keeps a message and delivers it when nobody waits any more: what was called
free stays free, and what was answered is had."""

from __future__ import annotations

import asyncio

import pytest

from app.account.device import key_entry
from app.seam.views import Certainty, MessageState, MessageView
from tests.account.desktop import MODEL, desktop_at, opened
from tests.end_to_end.hosted_faults import programs
from tests.end_to_end.hosted_faults.books import until
from tests.end_to_end.hosted_faults.conftest import WHOLE, Life
from tests.end_to_end.hosted_faults.programs import Home
from tests.end_to_end.hosted_faults.test_faulty_line import EVERY_KIND, WHOLE_KINDS
from tests.fixtures.killable import Killable

SEND, ORDER = "POST /v1/chat/completions", "POST /api/requests/"
GATEWAYS = (504, 502, 524, 408)


def open_here(life: Life) -> bool:
    return bool(life.desktop.driver.core.shelves.holds.open_holds())


async def after(life: Life, seconds: float) -> None:
    """So much later the desktop has asked for what waits, and had an answer or none."""
    life.desktop.place.server.time.pass_by(seconds=seconds)
    asked = sum(line.startswith("GET /api/requests/") for line in life.line.heard)
    life.desktop.driver.core.hosted.resolver.begin()
    await until(
        lambda: (
            not open_here(life)
            or sum(line.startswith("GET /api/requests/") for line in life.line.heard) > asked + 1
        )
    )


async def stays_free(life: Life, message: MessageView, *, answers: tuple[bytes, ...]) -> None:
    """What was kept arrives now: it is refused, and the books are right on both sides."""
    assert not open_here(life)
    calls = len(life.desktop.place.provider.calls)
    late = await life.line.deliver()
    assert [each.split(b" ", 2)[1] for each in late] == list(answers)
    row = life.desktop.driver.core.shelves.messages.get(message.id)
    assert row is not None
    assert row.receipt_json is None
    assert len(life.desktop.place.provider.calls) == calls
    await life.auditor.check()
    assert await life.desktop.place.troubles() == []


def orders(life: Life) -> int:
    return sum(line.startswith(ORDER) for line in life.line.heard)


async def test_a_message_that_comes_after_it_was_called_free_is_refused(life: Life) -> None:
    life.line.fail("held", SEND)
    message = await life.say()
    assert message.cost is not None
    assert message.cost.certainty is Certainty.PENDING
    await after(life, 30)
    assert open_here(life)
    assert orders(life) == 0
    await after(life, 31)
    await stays_free(life, message, answers=(b"410",))


async def test_a_message_that_comes_before_it_is_given_up_is_answered_and_had(life: Life) -> None:
    life.line.fail("held", SEND)
    message = await life.say()
    [answer] = await life.line.deliver()
    assert b" 200 " in answer.partition(b"\r\n")[0]
    ended = await life.ended(message)
    assert (ended.text, ended.state) == (WHOLE, MessageState.COMPLETE)
    assert ended.cost is not None
    assert ended.cost.drawn
    assert orders(life) == 0


@pytest.mark.parametrize("status", GATEWAYS)
async def test_a_gateway_that_waited_in_vain_proves_nothing(life: Life, status: int) -> None:
    """Its page is no answer of the server's: the order is, and it is there at once."""
    life.line.fail("gateway", SEND, status)
    message = await life.say()
    assert message.fault is not None
    assert orders(life) == 1
    await stays_free(life, message, answers=(b"410",))


@pytest.mark.parametrize("status", GATEWAYS)
async def test_what_a_gateway_passed_on_is_had_although_it_said_it_could_not(
    life: Life, status: int
) -> None:
    life.line.fail("hasty", SEND, status)
    ended = await life.ended(await life.say())
    if life.desktop.place.provider.calls:
        assert (ended.text, ended.state) == (WHOLE, MessageState.COMPLETE)
    else:  # the order was faster
        assert ended.cost is None
    assert await life.desktop.place.troubles() == []


async def test_without_the_order_nothing_is_called_free(life: Life) -> None:
    """Days may go by: it is known again when the order comes through."""
    life.line.fail("gateway", SEND, 504)
    lost = life.line.fail("lost", ORDER, times=1000)
    message = await life.say()
    assert message.cost is not None
    assert message.cost.certainty is Certainty.PENDING
    for seconds in (61, 3600, 2 * 86400):
        await after(life, seconds)
        assert open_here(life)
    assert lost.met >= 3
    life.line.mend()
    await after(life, 1)
    await stays_free(life, message, answers=(b"401",))  # its session ended long ago


@pytest.mark.parametrize(("kind", "at"), EVERY_KIND)
async def test_an_order_whose_answer_was_lost_is_given_again(
    life: Life, kind: str, at: int
) -> None:
    life.line.fail("held", SEND)
    life.line.fail(kind, ORDER, at, times=2)
    message = await life.say()
    await after(life, 61)
    life.line.mend()
    await after(life, 1)
    assert orders(life) >= (1 if kind in WHOLE_KINDS else 2)
    await stays_free(life, message, answers=(b"410",))


async def test_a_window_that_is_killed_between_order_and_note_gives_it_again(life: Life) -> None:
    """The server has the order, and the desktop's books end before they hear of it."""
    life.line.fail("held", SEND)
    message = await life.say()
    life.line.fail("silent", ORDER)
    life.desktop.place.server.time.pass_by(seconds=61)
    life.desktop.driver.core.hosted.resolver.begin()
    given_up = "SELECT count(*) FROM ledger_holds WHERE body_hash = 'given up'"
    while await life.desktop.place.server.run(given_up) != [(1,)]:
        await asyncio.sleep(0.01)
    assert open_here(life)
    await life.desktop.start_after_a_kill()
    await until(lambda: not open_here(life))
    assert orders(life) == 2
    await stays_free(life, message, answers=(b"410",))


async def test_a_process_that_is_killed_at_its_order_gives_it_again(life: Life) -> None:
    """The same with a process and a real kill."""
    desktop, id_ = life.desktop, "0" * 31 + "7"
    server_id, at = desktop.server_id, desktop.place.server.time.at
    pem = desktop.keychain.read(key_entry(server_id), "session")
    assert pem is not None
    home = Home(desktop.folder, life.line.url, server_id, pem, at)
    await desktop.driver.close()
    life.line.fail("gateway", SEND, 504)
    life.line.fail("silent", ORDER)
    child = Killable(programs.send, home, MODEL, [id_])
    await until(lambda: orders(life) == 1)
    given_up = "SELECT key FROM ledger_holds WHERE body_hash = 'given up'"
    while await desktop.place.server.run(given_up) != [(id_,)]:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(child.kill_after, 0)
    desktop.place.server.time.pass_by(seconds=61)
    desktop.driver = await opened(desktop.place, desktop.folder, desktop.keychain)
    await until(lambda: not open_here(life))
    [answer] = await life.line.deliver()
    assert b" 410 " in answer.partition(b"\r\n")[0]
    await life.auditor.check()
    assert desktop.place.provider.calls == []


async def test_many_questions_at_once_are_one_order(life: Life) -> None:
    life.line.fail("held", SEND)
    message = await life.say()
    life.desktop.place.server.time.pass_by(seconds=61)
    for _ in range(20):
        life.desktop.driver.core.hosted.resolver.begin()
        await asyncio.sleep(0)
    await until(lambda: not open_here(life))
    assert orders(life) == 1
    await stays_free(life, message, answers=(b"410",))


async def test_what_one_computer_gives_up_is_no_other_ones(life: Life) -> None:
    """Two windows of two people, the same id in both."""
    place = life.desktop.place
    other = await desktop_at(place, life.desktop.folder.parent / "other")
    try:
        life.line.fail("held", SEND)
        message = await life.say()
        [hold] = life.desktop.driver.core.shelves.holds.open_holds()
        session = other.driver.core.hosted.desk.session(other.server_id)
        closed = await session.ask("POST", f"/api/requests/{hold.id}/close")
        assert closed.whole("status") == 410
        [answer] = await life.line.deliver()
        assert b" 200 " in answer.partition(b"\r\n")[0]
        ended = await life.ended(message)
        assert ended.text == WHOLE
    finally:
        await other.driver.close()


async def test_an_older_server_is_waited_for_until_nothing_can_come(life: Life) -> None:
    """It has no such order, but takes nothing from a session that has ended."""
    life.line.fail("held", SEND)
    unknown = life.line.fail("unknown", ORDER, times=1000)
    message = await life.say()
    for seconds in (61, 59 * 60, 14 * 60):
        await after(life, seconds)
        assert open_here(life), seconds
    assert unknown.met >= 3
    await after(life, 2 * 60)
    await stays_free(life, message, answers=(b"401",))


async def test_an_older_server_behind_a_gateway_is_waited_for_too(life: Life) -> None:
    life.line.fail("gateway", SEND, 504)
    life.line.fail("unknown", ORDER, times=1000)
    message = await life.say()
    assert message.cost is not None
    assert message.cost.certainty is Certainty.PENDING
    await after(life, 76 * 60)
    await stays_free(life, message, answers=(b"401",))
