"""The hosted side of a core: accounts, wallets, the line to the chosen server, and what is told
of them. Everything here runs on the engine's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from app.account.desk import AccountDesk
from app.account.drawing import Drawing
from app.account.group_books import GroupBooks
from app.account.groups import Groups
from app.account.hosted import OutOfTokens
from app.account.licenses import LicenseKeeper
from app.account.listening import Listener, Told
from app.account.purchases import Purchases
from app.account.shop_views import ShopViews, checkout_view
from app.account.views import AccountViews, out_of_tokens_view
from app.account.wallet import DAYS, ME, MEMBERS, MODELS, OFFERS, PURCHASES, Wallets
from app.chat.alternates import Alternates
from app.chat.hosted_resolving import HostedResolver
from app.chat.hosted_routes import HostedRoutes, hosted_ref, is_hosted, server_of
from app.chat.receipts import per_million
from app.chat.routes import Route
from app.chat.turn_tasks import start_task
from app.clock import Clock
from app.errors import TuppenceError
from app.seam import hosted
from app.seam.events import Event, Notice
from app.seam.hosted_views import InsteadView, LicenseView, OutOfTokensView, WalletView
from app.store.checkouts import CheckoutRecord, Checkouts
from app.store.hosted_calls import HostedCalls
from app.store.records import MessageRecord
from app.store.servers import ServerRecord, Servers

_log = logging.getLogger(__name__)

# How long at most until the clock is looked at again, for the license's sake.
_LICENSE_LOOK_S = 3600.0
_LICENSE_AGAIN_S = 600.0
# For so long after an answer a quote or a message waits for what that answer left.
_CATCH_UP_S = 2.0


@dataclass(slots=True)
class HostedSide:
    """`models_changed` shows the picker's lines anew."""

    servers: Servers
    desk: AccountDesk
    wallets: Wallets
    routes: HostedRoutes
    alternates: Alternates
    purchases: Purchases
    checkouts: Checkouts
    calls: HostedCalls
    licenses: LicenseKeeper
    groups: Groups
    drawing: Drawing
    group_books: GroupBooks
    groups_named: Callable[[ServerRecord], None]
    resolver: HostedResolver
    clock: Clock
    emit: Callable[[Event], None]
    models_changed: Callable[[], None]
    why_short: Callable[[str], OutOfTokens | None]
    offline: bool = False
    _online: dict[str, bool] = field(default_factory=dict)
    _listening: tuple[str, str, asyncio.Task[None]] | None = None
    _listener: Listener | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _behind: dict[str, asyncio.Task[None]] = field(default_factory=dict)  # by server
    _follows: bool = False  # a command is over before anything could be told
    _license_due: asyncio.Event = field(default_factory=asyncio.Event)
    _license_wanted: bool = False  # something was bought: it counts more than what was pasted

    @property
    def views(self) -> AccountViews:
        is_online = lambda id_: self._online.get(id_, False)  # noqa: E731
        return AccountViews(self.desk, self.wallets, self.groups, self.drawing, is_online)

    @property
    def shop_views(self) -> ShopViews:
        return ShopViews(self.wallets, self.purchases, self.checkouts, self.calls, self.clock)

    def start(self) -> None:
        """Follow the chosen server for a window; what waits for its word is asked for."""
        self._follows = True
        self.follow()
        self.purchases.resume()
        self.in_background(self._keep_license())

    def show(self) -> None:
        self.emit(hosted.AccountsShown(self.views.accounts(self.servers.rows())))

    def chosen_wallet(self) -> WalletView | None:
        """What is known of the tokens that are spent now; nothing is asked."""
        record = self.desk.chosen()
        return None if record is None else self.views.wallet(record)

    def account_changed(self, record: ServerRecord) -> None:
        """A server's standing changed: somebody signed in or out, or acts for somebody else."""
        self.show()
        self.models_changed()
        self.follow()
        if record.is_signed_in:
            self.resolver.begin()
            self.purchases.resume()
            self._license_due.set()

    def subject_changed(self, record: ServerRecord, subject: str) -> None:
        """A server said something anew."""
        if subject in (ME, MODELS):
            self.models_changed()
        if subject in (ME, DAYS, MEMBERS):
            self.show()
        if subject == ME and self._follows:
            self.in_background(self.drawing.follow(record))
        if subject in (OFFERS, PURCHASES):
            self.show_shop()

    def follow(self) -> None:
        """Listen to the chosen server alone, as whoever is chosen there."""
        record = self.desk.chosen()
        wanted = None
        if self._follows and record is not None and record.is_signed_in and not self.offline:
            wanted = (record.id, record.holder)
        if self._listening is not None and self._listening[:2] == wanted:
            return
        self._stop_listening()
        if wanted is None or record is None:
            return
        listener = Listener(
            self.desk.session(record.id),
            self.servers,
            self.wallets,
            lambda told: self._heard(record.id, told),
            lambda online: self._line(record.id, online),
        )
        self._listener = listener
        self._listening = (*wanted, start_task(listener.run()))
        self.in_background(self._read_all(record))

    def turn_settled(self, chat_id: str, pane: int, message: MessageRecord) -> None:
        """An answer ended: what it drew is in the wallet, or is still to be asked for."""
        error = self.why_short(message.id)
        if error is not None:
            view = self.out_of_tokens(error, message.model_ref)
            self.emit(hosted.SendOutOfTokens(chat_id, pane, view, message.id))
        if is_hosted(message.model_ref):
            self.resolver.begin()
            self.wake()
            record = self.servers.get(server_of(message.model_ref))
            if record is not None and record.is_signed_in and not self.offline:
                self._behind[record.id] = start_task(self._catch_up(record))

    async def caught_up(self, model_refs: Collection[str]) -> None:
        """Wait, for a moment at most, until the wallets that models draw on are known as the
        answers before have left them: what was held for those counts as taken until then."""
        servers = {server_of(ref) for ref in model_refs if is_hosted(ref)}
        behind = [task for id_, task in self._behind.items() if id_ in servers]
        if behind:
            await asyncio.wait(behind)

    async def _catch_up(self, record: ServerRecord) -> None:
        try:
            async with asyncio.timeout(_CATCH_UP_S):
                await self.wallets.refresh(record, ME)
        except (TuppenceError, TimeoutError) as error:
            # The listener goes on trying, and the server judges what is sent meanwhile.
            _log.info("%s: %s", record.title, str(error) or "the wallet takes longer")
        finally:
            if self._behind.get(record.id) is asyncio.current_task():
                del self._behind[record.id]

    def wake(self) -> None:
        """Something was done whose effect the wallet shows."""
        if self._listener is not None:
            self._listener.wake()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = start_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        self.resolver.close()
        self.purchases.close()
        self._stop_listening()
        for task in [*self._tasks, *self._behind.values()]:
            task.cancel()

    def out_of_tokens(self, error: OutOfTokens, model_ref: str) -> OutOfTokensView:
        """Why hosted credit cannot pay, with every way on that there is."""
        model_id = model_ref.partition("/")[2]
        record = self.desk.chosen()
        wallet = None if record is None else self.wallets.wallet(record)
        free = {
            target.model.id: InsteadView(
                hosted_ref(target.record.id, target.model.id),
                target.model.name,
                target.payer.words,
            )
            for target in self.routes.targets()
        }
        return out_of_tokens_view(
            error,
            model_id,
            free=free.get,
            own_keys=tuple(map(_instead, self.alternates.own_keys_for(model_id))),
            offers=None if record is None else self.wallets.offers(record),
            kind=wallet.kind if wallet is not None else "person",
            may_buy=record is None or self.views.may_buy(record),
        )

    def show_shop(self) -> None:
        record = self.desk.chosen()
        if record is not None:
            self.emit(hosted.ShopShown(self.shop_views.shop(record)))

    def purchase_changed(self, checkout: CheckoutRecord) -> None:
        self.emit(hosted.CheckoutChanged(checkout_view(checkout, self.purchases)))
        self.show_shop()

    async def show_license(self) -> None:
        """How the license stands; silence where there is no account to have one."""
        record = self.desk.chosen()
        if record is not None and record.account:
            self.emit(
                hosted.LicenseShown(self._with_name(await self.licenses.view(record), record))
            )

    def _with_name(self, license_: LicenseView, record: ServerRecord) -> LicenseView:
        """A license bears its plan's id; people know the plan by its name."""
        wallet = self.wallets.wallet(record)
        if wallet is None or wallet.plan != license_.plan:
            return license_
        message = license_.message.replace(f"“{license_.plan}”", f"“{wallet.plan_name}”")
        return replace(license_, message=message)

    async def renew_license(self, *, wanted: bool = True) -> None:
        """Ask for the license of today, and show how it stands whatever comes of that. Unless it
        is `wanted`, one that was pasted for use without internet stays."""
        record = self.desk.chosen()
        if record is None or not record.is_signed_in:
            await self.show_license()
            return
        try:
            await self.licenses.renew(record, wanted=wanted)
        finally:
            await self.show_license()

    async def _keep_license(self) -> None:
        """Renew when a day is over, when the plan changed, and after the clock was mended."""
        while True:
            pause_s = await self._license_pause_s()
            self._license_due.clear()
            try:
                async with asyncio.timeout(pause_s):
                    await self._license_due.wait()
            except TimeoutError:
                _log.debug("the license is looked at")

    async def _license_pause_s(self) -> float:
        record = self.desk.chosen()
        if record is None or not record.is_signed_in or self.offline:
            return _LICENSE_LOOK_S
        try:
            found = await self.licenses.standing(record)
            if (
                self._license_due.is_set()
                or found.renew_at is None
                or (found.renewal_is_due(self.clock.now()))
            ):
                wanted, self._license_wanted = self._license_wanted, False
                await self.renew_license(wanted=wanted)
                found = await self.licenses.standing(record)
        except TuppenceError as error:
            _log.info("the license: %s", error)
            return _LICENSE_AGAIN_S
        if found.renew_at is None:
            return _LICENSE_LOOK_S
        left_s = (found.renew_at - self.clock.now()).total_seconds()
        return min(max(left_s, _LICENSE_AGAIN_S), _LICENSE_LOOK_S)

    async def _read_purchases(self, record: ServerRecord) -> None:
        try:
            await self.wallets.refresh(record, ME, PURCHASES)
        except TuppenceError as error:
            _log.info("%s: %s", record.title, error)

    async def read_groups(self, record: ServerRecord) -> None:
        """Ask which groups there are. Whoever belongs to the chosen one no more spends their own
        tokens again, and is told so. Raises what asking raises."""
        before = {group.id: group.name for group in self.groups.known(record)}
        found = [group.id for group in await self.groups.all(record)]
        self.groups_named(record)
        now = self.servers.get(record.id)
        if now is not None and now.acts_for and now.acts_for not in found:
            name = before.get(now.acts_for, "the group")
            self.desk.act_for(record.id, "")
            said = f"You do not belong to {name} any more."
            self.emit(Notice("warning", said, "Your own tokens are spent from now on."))
        else:
            self.show()

    async def _read_all(self, record: ServerRecord) -> None:
        try:
            await self.read_groups(record)
            record = self.servers.get(record.id) or record
            await self.wallets.refresh(record, ME, MODELS, OFFERS)
        except TuppenceError as error:
            # The old figures stay, with their age; the listener goes on trying.
            _log.info("%s: %s", record.title, error)

    def _heard(self, server_id: str, told: Told) -> None:
        record = self.servers.get(server_id)
        if record is None:
            return
        if told.kind == "notice":
            self._notice(record, told)
        elif told.kind == "purchase_landed":
            # Here or on another device: what it brought is shown either way.
            self.purchases.poke()
            self.in_background(self._read_purchases(record))
            self._license_wanted = True
            self._license_due.set()
        elif told.kind == "license_renewed":
            self._license_due.set()

    def _notice(self, record: ServerRecord, told: Told) -> None:
        facts = told.facts
        percent, used, granted = (facts.get(name) for name in ("percent", "used", "granted"))
        if not (isinstance(percent, int) and isinstance(used, int) and isinstance(granted, int)):
            _log.warning("a notice that cannot be read")
            return
        grant, now = str(facts.get("grant", "")), self.clock.now()
        if self.servers.tell_once(record.id, grant, percent, now):
            name, unit = str(facts.get("name", ""))[:120], str(facts.get("unit", ""))
            self.emit(hosted.BalanceNotice(name, unit, percent, used, granted))

    def _line(self, server_id: str, online: bool) -> None:
        self._online[server_id] = online
        self.show()
        if online:
            self.resolver.begin()
            record = self.servers.get(server_id)
            if record is not None:
                self.in_background(self._read_all(record))

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening[2].cancel()
            self._listening = self._listener = None


def _instead(route: Route) -> InsteadView:
    price = route.price
    words = ""
    if price is not None and price.input_rate is not None and price.output_rate is not None:
        words = f"{per_million(price.input_rate)} in, {per_million(price.output_rate)} out"
    return InsteadView(route.ref, route.model_name, route.payer.words, words)
