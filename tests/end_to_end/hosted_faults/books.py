"""What must hold between a desktop and its server, whatever happened to either of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.ledger.closing import GIVEN_UP
from app.metering.hold import HoldState
from app.seam import hosted
from app.seam.hosted_views import WalletView
from app.server.accounts.identify import Caller
from app.store.records import State
from tests.account.desktop import Desktop
from tests.fixtures.credit_server import Person
from tests.server.credits.given import give
from tests.server.proxy.conftest import Place

WAIT_S = 60.0
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


async def until(holds: Callable[[], object], limit_s: float = WAIT_S) -> None:
    async with asyncio.timeout(limit_s):
        while not holds():
            await asyncio.sleep(0.01)


async def make_rich(desktop: Desktop, amount: int) -> None:
    """A pack beside the free tokens: answers are paid by both, one after the other."""
    [account] = await desktop.place.server.run("SELECT id FROM accounts")
    await give(desktop.place.server, Person(Caller(str(account[0]), str(account[0])), ""), amount)


@dataclass
class Auditor:
    """Looks at each call once, and at the whole each time. `retries`: the provider refuses now
    and then, and is asked again for the same call."""

    desktop: Desktop
    retries: bool = False
    _seen: set[str] = field(default_factory=set)

    @property
    def place(self) -> Place:
        return self.desktop.place

    async def check(self) -> None:
        """Once the desktop has asked for all that it waited for."""
        shelves = self.desktop.driver.core.shelves
        await self.place.quiet()
        await until(lambda: not shelves.holds.open_holds())
        await self.check_calls()
        await self._check_given_up()
        await self.check_panel()
        # What is set aside of the free accounts' common budget lasts longer than its call.
        assert await self.place.server.run(
            "SELECT id FROM ledger_holds WHERE ended_ms IS NULL AND tenant <> 'free'"
        ) == []  # fmt: skip

    async def check_calls(self) -> None:
        """One call for each message, one charge for each call; no answer that was paid is lost."""
        shelves = self.desktop.driver.core.shelves
        there = {str(key): str(id_) for id_, key in await self._holds()}
        calls = shelves.database.rows("SELECT hold_id, message_id, receipt FROM hosted_calls")
        here = {row[0]: row for row in calls}
        assert set(there) <= set(here), "the server knows a call that this computer does not"
        assert self.retries or len(self.place.provider.calls) <= len(there)
        for hold_id in set(here) - self._seen:
            _, message_id, receipt = here[hold_id]
            self._seen.add(hold_id)
            if hold_id not in there:
                assert receipt is None, "a receipt for what the server never had"
                continue
            said = await self.desktop.asked(f"/api/requests/{hold_id}")
            if receipt is None:
                there_said = json.loads(said["receipt"]["receipt"])
                assert not there_said["calls"], "what the server charged is not known here"
                assert not any(amount for _, amount, _ in there_said.get("amounts", []))
                continue
            assert said["receipt"]["receipt"] == receipt
            rows = shelves.database.rows(
                "SELECT grant_id, unit, amount FROM hosted_draws WHERE hold_id = ? ORDER BY seq",
                (hold_id,),
            )
            amounts = json.loads(receipt).get("amounts", [])
            assert [list(row) for row in rows] == [
                [payer[2], unit, amount] for payer, amount, unit in amounts
            ]
            message = shelves.messages.get(message_id)
            assert message is not None
            answer = (said.get("answer") or {}).get("choices", [{}])[0].get("message", {})
            if answer:  # kept for a day
                kept = answer.get("content") or ""
                # What was on its way when the user stopped is not shown any more.
                stopped = message.state is State.INTERRUPTED
                shown = kept[: len(message.text)] if stopped else kept
                assert message.text == shown, hold_id
            if said["status"] == 200 and not json.loads(receipt).get("rule"):
                assert message.state is State.COMPLETE, "a whole answer is told to be half"

    async def check_panel(self) -> None:
        """What the panel shows is what the postings add up to, to the unit."""
        core = self.desktop.driver.core
        record = core.hosted.desk.chosen()
        assert record is not None
        await core.hosted.wallets.refresh(record, "me")
        wallet = await self.shown()
        rows = await self.place.server.run(
            "SELECT p.account, -SUM(p.amount) FROM ledger_postings p"
            " JOIN ledger_entries e ON e.id = p.entry_id"
            " JOIN ledger_accounts a ON a.id = p.account AND a.tenant = p.tenant"
            " WHERE e.hold_id IS NOT NULL AND p.tenant <> 'free'"
            " AND CAST(a.kind AS TEXT) IN ('window', 'wallet') GROUP BY p.account"
        )
        charged = {str(account): int(str(amount)) for account, amount in rows}
        kept = core.hosted.wallets.wallet(record)
        assert kept is not None
        for line, view in zip(kept.grants, wallet.grants, strict=True):
            assert (view.used, view.held) == (charged.get(line.id, 0), 0), line
            assert view.left == view.granted - view.used
        drawn = core.shelves.hosted_calls.drawn(record.id, record.holder, ALWAYS)
        assert {one.grant_id: one.amount for one in drawn if one.amount} == {
            account: amount for account, amount in charged.items() if amount
        }

    async def shown(self) -> WalletView:
        """The wallet as the window shows it, once it says that it is no old one."""
        found: list[WalletView] = []
        self.desktop.driver.core.hosted.wake()

        def fresh() -> bool:
            self.desktop.driver.core.hosted.show()
            wallet = self.desktop.driver.all(hosted.AccountsShown)[-1].accounts.wallet
            if wallet is not None and wallet.online and not any(one.held for one in wallet.grants):
                found.append(wallet)
            return bool(found)

        await until(fresh)
        return found[-1]

    async def _check_given_up(self) -> None:
        """What was given up is a message of here that cost nothing, on both sides."""
        shelves = self.desktop.driver.core.shelves
        [account] = {row.account for row in shelves.servers.rows()}
        given_up = await self.place.server.run(
            "SELECT key FROM ledger_holds WHERE body_hash = ? AND tenant = ?", GIVEN_UP, account
        )
        for (key,) in given_up:
            hold = shelves.holds.get(str(key))
            assert hold is not None, "somebody gave up an id that this computer does not know"
            assert (hold.state, hold.settled_pusd or 0) == (HoldState.RELEASED, 0)
            call = shelves.hosted_calls.get(hold.id)
            assert call is not None
            assert call.receipt is None

    async def _holds(self) -> list[tuple[object, ...]]:
        """Of the calls; what was given up never became one."""
        return await self.place.server.run(
            "SELECT id, key FROM ledger_holds WHERE tenant <> 'free' AND frozen <> ''"
        )
