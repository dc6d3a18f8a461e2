"""The line between desktop and server fails at every phase: words, charges and figures are right
all the same, on both sides alike."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from app.seam import commands, events, hosted, hosted_views
from app.seam.views import MessageState
from app.store.keychain import Keychain
from tests.account.desktop import MODEL, Desktop, opened
from tests.end_to_end.hosted_faults.books import until
from tests.end_to_end.hosted_faults.conftest import WHOLE, Life

SEND = "POST /v1/chat/completions"
RECEIPT = "GET /api/requests/"
SIGN_IN = "POST /api/session"
BALANCE = "GET /api/me"
# The head of an answer ends at about 500 bytes; 40 bytes are within its first line.
ANYWHERE = (0, 40, 300, 700, 1100, 1900, 2600)
# Each kind for each phase: a question that is lost, overtaken by the next one or heard twice, and
# an answer that is slow or ends early, in its head or in its body.
EVERY_KIND = [
    ("lost", 0), ("late", 0), ("twice", 0), ("slow", 0),
    ("cut", 0), ("cut", 300), ("reset", 0), ("reset", 300),
]  # fmt: skip
WHOLE_KINDS = ("twice", "slow")  # the answer arrives all the same
ANY_FAULT = [
    *EVERY_KIND[:4],
    *(("cut", after) for after in ANYWHERE),
    *(("reset", after) for after in ANYWHERE[:4]),
]


async def test_an_answer_through_every_fault_is_charged_once_and_right(life: Life) -> None:
    """Faults while it is sent and while it streams."""
    for kind, after in ANY_FAULT:
        fault = life.line.fail(kind, SEND, after)
        message = await life.ended(await life.say())
        assert fault.met, kind
        assert WHOLE.startswith(message.text), (kind, after)
        if kind in ("slow", "twice", "late"):
            assert message.text == WHOLE, (kind, after)
        if kind == "lost":
            assert message.text == ""
            assert message.cost is None
    assert await life.desktop.place.troubles() == []


async def test_a_receipt_is_had_through_every_fault(life: Life) -> None:
    """The answer is lost on its way, and so is what was asked about it."""
    for kind, after in [*EVERY_KIND, ("cut", 700)]:
        life.line.fail("cut", SEND, 0)
        fault = life.line.fail(kind, RECEIPT, after, times=2)
        message = await life.ended(await life.say())
        assert fault.met, kind
        assert message.state in (MessageState.COMPLETE, MessageState.INCOMPLETE)
        assert WHOLE.startswith(message.text)
    assert await life.desktop.place.troubles() == []


async def test_the_session_is_renewed_through_every_fault(life: Life) -> None:
    core = life.desktop.driver.core
    session = core.hosted.desk.session(life.desktop.server_id)
    for kind, after in EVERY_KIND:
        session.forget()
        fault = life.line.fail(kind, SIGN_IN, after, times=2)
        message = await life.ended(await life.say())
        assert fault.met, kind
        assert message.text in ("", WHOLE)
        assert (await life.desktop.asked("/api/me"))["account"] == session.record.account
    assert await life.desktop.place.server.run("SELECT count(*) FROM accounts") == [(1,)]
    await life.auditor.check()


async def test_an_account_is_begun_once_through_every_fault(life: Life, tmp_path: Path) -> None:
    driver = await opened(life.desktop.place, tmp_path / "new", Keychain(tmp_path, backends=()))
    try:
        for request in ("POST /api/devices", "POST /api/session", "GET /api/server"):
            for kind, after in EVERY_KIND:
                life.line.fail(kind, request, after)
                await driver.ask(hosted.StartFree(1, where="session"), hosted.HostedDone)
                done = await driver.ask(hosted.StartFree(2, where="session"), hosted.HostedDone)
                assert done.fault is None, (request, kind, done.fault)
        assert await life.desktop.place.server.run("SELECT count(*) FROM accounts") == [(2,)]
    finally:
        await driver.close()


async def test_what_the_server_is_asked_before_sending_may_fail(life: Life) -> None:
    """A message that seems not covered asks for a quote: refused with its text kept, or sent."""
    core, driver = life.desktop.driver.core, life.desktop.driver
    chat_id = await life.desktop.chat(MODEL)
    for kind, after in sorted(EVERY_KIND, key=lambda one: one[0] in WHOLE_KINDS):
        core.hosted._stop_listening()  # nothing may say in between what is left
        await until(lambda: not core.hosted._behind)
        _make_poor(life.desktop)
        fault = life.line.fail(kind, "POST /api/quote", after)
        seen = len(driver.heard)
        driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Hello"))
        await until(
            lambda seen=seen: any(
                isinstance(event, events.SendRefused)
                or (isinstance(event, events.MessageChanged) and event.settled)
                for event in driver.heard[seen:]
            )
        )
        assert fault.met, kind
        if kind in WHOLE_KINDS:
            assert driver.all(events.MessageChanged)[-1].message.text == WHOLE
        else:
            refused = driver.all(events.SendRefused)[-1]
            assert refused.fault.message
    assert len(life.desktop.place.provider.calls) == 2
    core.hosted.wake()
    await life.auditor.check()


def _make_poor(desktop: Desktop) -> None:
    """What is kept says that nothing is left, as on a computer that was away for a while."""
    core = desktop.driver.core
    record = core.hosted.desk.chosen()
    assert record is not None
    me = core.hosted.wallets.aged(record, "me")
    assert me is not None
    poor = json.loads(json.dumps(dict(me.fields.value)))
    for balance in poor["balances"]:
        balance |= {"left": 0, "used": balance["granted"]}
    core.shelves.servers.keep(record.id, record.holder, "me", json.dumps(poor), core.clock.now())


async def test_a_payment_is_credited_once_through_every_fault(life: Life) -> None:
    paid = 0
    for request in ("POST /api/checkout", "GET /api/checkout/", BALANCE, "GET /api/purchases"):
        for kind, after in EVERY_KIND:
            life.line.fail(kind, request, after)
            checkout = await bought(life)
            paid += 1
            await until(lambda checkout=checkout: state_of(life, checkout) == "credited")  # type: ignore[misc]
            wallet = await life.auditor.shown()
            assert wallet.available == 1_010_000 + paid * 1_000_000
    assert await life.desktop.place.troubles() == []


async def bought(life: Life, offer: str = "pro-pack") -> str:
    """Begin to buy, a second time where the first order failed, and pay; the checkout."""
    driver = life.desktop.driver
    done = await driver.ask(hosted.Buy(1, offer), hosted.HostedDone)
    if done.fault is not None:
        done = await driver.ask(hosted.Buy(1, offer), hosted.HostedDone)
    assert done.fault is None, done.fault
    asked = parse_qs(urlsplit(driver.all(hosted.OpenPage)[-1].url).query)
    checkout = asked["checkout"][0]
    async with httpx2.AsyncClient(base_url=life.line.url) as browser:
        await browser.post(
            f"/api/checkout/{checkout}/simulate", json={"secret": asked["secret"][0]}
        )
    return checkout


def state_of(life: Life, checkout: str) -> str:
    found = life.desktop.driver.core.shelves.checkouts.get(checkout)
    assert found is not None
    return found.state


async def test_events_that_come_late_twice_and_in_any_order_make_nothing_wrong(life: Life) -> None:
    for kind, after in [("swapped", 0), ("cut", 700), ("reset", 900), ("slow", 0)]:
        life.line.fail(kind, "GET /api/events", after, times=3)
        life.desktop.driver.core.hosted._stop_listening()
        life.desktop.driver.core.hosted.follow()
        for _ in range(3):
            await life.ended(await life.say())
        await life.auditor.check_panel()


async def test_a_figure_that_cannot_be_asked_for_has_its_age(life: Life) -> None:
    """The stream of events is there, and the wallet is not: what is shown is said to be old."""
    before = await settled(life)
    for kind, after in [*EVERY_KIND, ("silent", 30)]:
        life.line.fail(kind, BALANCE, after, times=1000)
        if kind not in WHOLE_KINDS:
            # A question that left before the fault has its answer: none comes during the call.
            life.desktop.driver.core.hosted.wake()
            await until(lambda: not wallet_shown(life).online)
        await life.say()
        if kind not in WHOLE_KINDS:
            await until(lambda: not wallet_shown(life).online)
            wallet = wallet_shown(life)
            assert wallet.available == before, kind
            assert wallet.as_of <= life.desktop.place.server.time.at
        life.line.mend()
        fresh = await settled(life)
        assert fresh < before, kind
        before = fresh


def wallet_shown(life: Life) -> hosted_views.WalletView:
    driver = life.desktop.driver
    driver.core.hosted.show()
    wallet = driver.all(hosted.AccountsShown)[-1].accounts.wallet
    assert wallet is not None
    return wallet


async def settled(life: Life) -> int:
    """What is left once no call runs, as the server and the window say it alike."""
    await life.desktop.place.quiet()
    left = (await life.desktop.asked(BALANCE.removeprefix("GET ")))["availableTokens"]
    assert isinstance(left, int)
    life.desktop.driver.core.hosted.wake()
    await until(lambda: wallet_shown(life).online and wallet_shown(life).available == left)
    return left
