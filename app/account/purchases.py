"""Buying: a purchase is begun here, paid in the browser, and waited for until its end is known.

The server alone says what was credited. What is waited for is kept, so that a closed program goes
on waiting at its next start; giving up here takes nothing back that is paid.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat
from urllib.parse import urlencode, urlsplit

from app.account.desk import AccountDesk
from app.account.shapes import Fields
from app.account.wallet import ME, OFFERS, PURCHASES, Wallets
from app.clock import Clock
from app.errors import (
    AnswerImpossible,
    CreditServerError,
    ServerRefused,
    SignedOut,
    TuppenceError,
)
from app.store.checkouts import CheckoutRecord, Checkouts
from app.store.servers import ServerRecord

_PAUSES_S = (1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 10.0, 15.0, 30.0)
SLOW_AFTER = timedelta(minutes=2)
_STATES = ("pending", "paid", "credited", "expired", "failed")

_log = logging.getLogger(__name__)


class Purchases:
    """`changed` hears of each purchase that moved on."""

    def __init__(
        self,
        checkouts: Checkouts,
        desk: AccountDesk,
        wallets: Wallets,
        clock: Clock,
        changed: Callable[[CheckoutRecord], None],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._checkouts = checkouts
        self._desk = desk
        self._wallets = wallets
        self._clock = clock
        self._changed = changed
        self._sleep = sleep
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._beginning: dict[tuple[str, str, str], asyncio.Future[CheckoutRecord]] = {}
        self._poked = asyncio.Event()

    async def buy(
        self, record: ServerRecord, offer_id: str, seats: int | None = None
    ) -> CheckoutRecord:
        """Begin to buy; the purchase with the page where it is paid.

        A second order of what is under way gives the first. Raises ServerRefused where the offer
        was withdrawn; the list of offers is asked for anew then.
        """
        for each in self._checkouts.of(record.id, record.holder):
            if each.offer == offer_id and each.state == "pending" and each.url and seats is None:
                self._wait_for(each)
                return each
        key = (record.id, record.holder, offer_id)
        if key not in self._beginning:
            self._beginning[key] = asyncio.ensure_future(self._begin(record, offer_id, seats))
            self._beginning[key].add_done_callback(lambda done: self._begun(key, done))
        return await asyncio.shield(self._beginning[key])

    def give_up(self, checkout_id: str) -> None:
        """Wait no more."""
        task = self._waiting.pop(checkout_id, None)
        if task is not None:
            task.cancel()
        found = self._checkouts.get(checkout_id)
        if found is not None and found.is_waiting:
            self._move(found, "given_up")

    async def cancel(self, checkout_id: str) -> None:
        """Have the page of payment closed; what was paid on it meanwhile is still waited for.

        Raises ServerRefused where its processor keeps it open, or the server is too old to ask.
        """
        found = self._checkouts.get(checkout_id)
        if found is None or not found.is_waiting:
            return
        said = await self._ask_about(found, "POST", "/cancel")
        now = self._checkouts.get(checkout_id)
        if now is not None and _state(said) != now.state:
            self._move(now, _state(said))

    def resume(self) -> None:
        """Wait on for what was under way when the program ended, or before a sign-in."""
        for each in self._checkouts.waiting():
            self._wait_for(each)

    def poke(self) -> None:
        """Something landed: ask now for all that is waited for."""
        self._poked.set()
        self._poked = asyncio.Event()

    def close(self) -> None:
        for task in self._waiting.values():
            task.cancel()
        self._waiting.clear()

    def is_slow(self, checkout: CheckoutRecord) -> bool:
        """Whether it takes longer than payments usually do."""
        return checkout.is_waiting and self._clock.now() - checkout.begun_at > SLOW_AFTER

    async def change_subscription(self, record: ServerRecord, action: str, offer: str = "") -> None:
        """`action` is change (to `offer`), cancel or resume. Raises ServerRefused; what is kept is
        asked for anew then: an earlier order, whose answer was lost, may have been carried out."""
        body: dict[str, object] = {"action": action}
        if offer:
            body["offer"] = offer
        try:
            await self._desk.session(record.id).ask("POST", "/api/subscription/subscribe", body)
        except ServerRefused as refused:
            if refused.status == 409:
                await self._wallets.refresh(record, ME, PURCHASES)
            raise
        await self._wallets.refresh(record, ME, PURCHASES)

    async def portal(self, record: ServerRecord) -> str:
        """The processor's page for invoices and cards."""
        fields = await self._desk.session(record.id).ask("POST", "/api/billing/portal", {})
        return _page(record, fields)

    async def account_page(self, record: ServerRecord, receipt: str = "") -> str:
        """A link that opens the account in a browser once; at a purchase's receipt, if named."""
        fields = await self._desk.session(record.id).ask("POST", "/api/account/link")
        url = _page(record, fields)
        return f"{url}&{urlencode({'receipt': receipt})}" if receipt else url

    async def use_passphrase(self, record: ServerRecord, passphrase: str) -> str:
        """Open the plan that a shared passphrase is for; the plan."""
        session = self._desk.session(record.id)
        body = {"passphrase": passphrase.strip()}
        fields = await session.ask("POST", "/api/passphrase", body, acts_for="")
        await self._wallets.refresh(record, ME)
        return fields.text("plan")

    async def _begin(
        self, record: ServerRecord, offer_id: str, seats: int | None
    ) -> CheckoutRecord:
        if self._wallets.offers(record) is None:
            await self._wallets.refresh(record, OFFERS)
        offers = self._wallets.offers(record)
        offer = offers.find(offer_id) if offers is not None else None
        session = self._desk.session(record.id)
        try:
            if offer is None or offer.kind == "pack":
                said = await session.ask("POST", "/api/checkout", {"offer": offer_id})
            else:
                body: dict[str, object] = {"action": "new", "offer": offer_id}
                body |= {} if seats is None else {"seats": seats}
                answer = await session.ask("POST", "/api/subscription/subscribe", body)
                said = answer.inner("checkout")
        except ServerRefused as refused:
            if refused.status in (404, 409):
                await self._wallets.refresh(record, OFFERS)
            raise
        now = self._clock.now()
        begun = CheckoutRecord(
            id=said.text("id"),
            server_id=record.id,
            holder=record.holder,
            offer=offer_id,
            name=offer.name if offer is not None else offer_id,
            state=_state(said),
            url=_page(record, said),
            amount_cents=said.whole("amount_cents"),
            currency=said.text("currency")[:8],
            begun_at=now,
            changed_at=now,
        )
        self._checkouts.save(begun)
        self._changed(begun)
        self._wait_for(begun)
        return begun

    def _begun(self, key: tuple[str, str, str], beginning: asyncio.Future[CheckoutRecord]) -> None:
        self._beginning.pop(key, None)
        if not beginning.cancelled():
            beginning.exception()

    def _wait_for(self, checkout: CheckoutRecord) -> None:
        if checkout.id not in self._waiting:
            task = asyncio.get_running_loop().create_task(self._wait(checkout.id))
            self._waiting[checkout.id] = task
            task.add_done_callback(lambda done: self._waited(checkout.id, done))

    def _waited(self, checkout_id: str, task: asyncio.Task[None]) -> None:
        if self._waiting.get(checkout_id) is task:
            del self._waiting[checkout_id]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("waiting for a purchase failed", exc_info=error)

    async def _wait(self, checkout_id: str) -> None:
        told_slow = False
        for pause_s in chain(_PAUSES_S, repeat(_PAUSES_S[-1])):
            found = self._checkouts.get(checkout_id)
            if found is None or not found.is_waiting:
                return
            try:
                await self._ask(found)
            except SignedOut:
                return  # goes on after the next sign-in
            except TuppenceError as error:
                _log.info("purchase %s: %s", checkout_id, error)
            if not told_slow and self.is_slow(found):
                told_slow = True
                self._changed(self._checkouts.get(checkout_id) or found)
            await self._pause(pause_s)

    async def _ask(self, checkout: CheckoutRecord) -> None:
        state = _state(await self._ask_about(checkout, "GET"))
        if state == checkout.state:
            return
        if state == "credited":
            await self._show_credit(self._desk.session(checkout.server_id).record)
        self._move(checkout, state)

    async def _ask_about(self, checkout: CheckoutRecord, method: str, what: str = "") -> Fields:
        session = self._desk.session(checkout.server_id)
        acts_for = "" if checkout.holder == session.record.account else checkout.holder
        path = f"/api/checkout/{checkout.id}{what}"
        return await session.ask(method, path, acts_for=acts_for)

    async def _show_credit(self, record: ServerRecord) -> None:
        """The window that is told of a credit shows the tokens already."""
        try:
            await self._wallets.refresh(record, ME, PURCHASES)
        except CreditServerError as error:
            _log.info("the wallet after a purchase: %s", error)

    def _move(self, checkout: CheckoutRecord, state: str) -> None:
        url = checkout.url if state == "pending" else ""
        moved = replace(checkout, state=state, url=url, changed_at=self._clock.now())
        self._checkouts.save(moved)
        self._changed(moved)

    async def _pause(self, pause_s: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(pause_s))
        poked = asyncio.ensure_future(self._poked.wait())
        try:
            await asyncio.wait({sleeping, poked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            poked.cancel()


def _state(fields: Fields) -> str:
    state = fields.text("state")
    if state == "expired" and fields.value.get("canceled") is True:
        return "canceled"  # an older server does not say so
    if state not in _STATES:
        raise fields.wrong("state", f"is “{state[:40]}”, which no purchase has")
    return state


def _page(record: ServerRecord, fields: Fields) -> str:
    """The page to open: encrypted, or the server's own; anything else is not handed on."""
    url = fields.text("url")
    if not url and fields.has("state"):
        return ""
    server = urlsplit(record.url)
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    # The server's own host: on this computer or a private network it may be without TLS.
    own = (parts.scheme, parts.hostname) == (server.scheme, server.hostname)
    if not parts.hostname or parts.username or not (own or parts.scheme == "https"):
        raise AnswerImpossible(
            f"{record.title} named a page for paying that cannot be trusted.",
            "Nothing was opened. Tell whoever runs the server.",
        )
    return url
