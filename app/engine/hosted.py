"""The hosted side of a core: accounts, wallets, the line to the chosen server, and what is told
of them. Everything here runs on the engine's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from app.account.desk import AccountDesk
from app.account.hosted import OutOfTokens
from app.account.listening import Listener, Told
from app.account.views import AccountViews, out_of_tokens_view
from app.account.wallet import ME, MODELS, OFFERS, Wallets
from app.chat.alternates import Alternates
from app.chat.hosted_resolving import HostedResolver
from app.chat.hosted_routes import HostedRoutes, hosted_ref, is_hosted
from app.chat.receipts import per_million
from app.chat.routes import Route
from app.chat.turn_tasks import start_task
from app.clock import Clock
from app.errors import TuppenceError
from app.seam import hosted
from app.seam.events import Event
from app.seam.hosted_views import InsteadView, OutOfTokensView
from app.store.records import MessageRecord
from app.store.servers import ServerRecord, Servers

_log = logging.getLogger(__name__)

Hear = Callable[[ServerRecord, Told], None]


@dataclass(slots=True)
class HostedSide:
    """`models_changed` shows the picker's lines anew; `hearers` are told of each event."""

    servers: Servers
    desk: AccountDesk
    wallets: Wallets
    routes: HostedRoutes
    alternates: Alternates
    resolver: HostedResolver
    clock: Clock
    emit: Callable[[Event], None]
    models_changed: Callable[[], None]
    offline: bool = False
    hearers: list[Hear] = field(default_factory=list)
    _online: dict[str, bool] = field(default_factory=dict)
    _listening: tuple[str, str, asyncio.Task[None]] | None = None
    _listener: Listener | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def views(self) -> AccountViews:
        return AccountViews(self.desk, self.wallets, lambda id_: self._online.get(id_, False))

    def start(self) -> None:
        """Follow the chosen server; what waits for its word is asked for."""
        self.follow()
        self.resolver.begin()

    def show(self) -> None:
        self.emit(hosted.AccountsShown(self.views.accounts(self.servers.rows())))

    def account_changed(self, record: ServerRecord) -> None:
        """A server's standing changed: somebody signed in or out, or acts for somebody else."""
        self.show()
        self.models_changed()
        self.follow()
        if record.is_signed_in:
            self.resolver.begin()

    def subject_changed(self, record: ServerRecord, subject: str) -> None:
        """A server said something anew."""
        if subject in (ME, MODELS):
            self.models_changed()
        if subject == ME:
            self.show()

    def follow(self) -> None:
        """Listen to the chosen server alone, as whoever is chosen there."""
        record = self.desk.chosen()
        wanted = None
        if record is not None and record.is_signed_in and not self.offline:
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

    def turn_settled(self, message: MessageRecord) -> None:
        """An answer ended: what it drew is in the wallet, or is still to be asked for."""
        if is_hosted(message.model_ref):
            self.resolver.begin()
            self.wake()

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
        self._stop_listening()
        for task in list(self._tasks):
            task.cancel()

    def out_of_tokens(self, error: OutOfTokens, model_ref: str) -> OutOfTokensView:
        """Why hosted credit cannot pay, with every way on that there is."""
        model_id = model_ref.partition("/")[2]
        record = self.desk.chosen()
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
        )

    async def _read_all(self, record: ServerRecord) -> None:
        try:
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
        for hear in self.hearers:
            hear(record, told)

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
