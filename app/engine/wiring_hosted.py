"""Wires the hosted side: what has to be there before a route is found, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.account.desk import AccountDesk
from app.account.drawing import Drawing
from app.account.group_books import GroupBooks
from app.account.groups import Groups
from app.account.licenses import LicenseKeeper
from app.account.purchases import Purchases
from app.account.wallet import Wallets
from app.catalog.pricebook import PriceBook
from app.chat.alternates import Alternates
from app.chat.chat_groups import ChatGroups
from app.chat.hosted_list import HostedList
from app.chat.hosted_resolving import HostedResolver
from app.chat.hosted_routes import HostedRoutes
from app.chat.hosted_settling import HostedSettler
from app.chat.turns import Turns
from app.clock import Clock
from app.config import Config
from app.engine.hosted import HostedSide
from app.providers.http import HttpClient
from app.seam.events import Event
from app.store.checkouts import CheckoutRecord
from app.store.keychain_calls import KeychainCalls
from app.store.servers import ServerRecord, Servers
from app.store.shelves import Shelves

if TYPE_CHECKING:
    from app.engine.core import Core


def follow_demo(servers: Servers, url: str) -> None:
    """The demo's server is the same one, also where it had to take another port."""
    for row in servers.rows():
        if row.demo and row.url != url and servers.at(url) is None:
            servers.save(replace(row, url=url))


@dataclass(frozen=True, slots=True)
class HostedParts:
    """The parts that routes and the model list are made with. `core` is there later."""

    shelves: Shelves
    clock: Clock
    core: Callable[[], Core]
    desk: AccountDesk
    wallets: Wallets
    groups: Groups
    chat_groups: ChatGroups
    routes: HostedRoutes
    list: HostedList

    @classmethod
    def make(
        cls,
        shelves: Shelves,
        keychain: KeychainCalls,
        http: Callable[[], HttpClient],
        config: Config,
        prices: PriceBook,
        clock: Clock,
        core: Callable[[], Core],
    ) -> HostedParts:
        def account_changed(record: ServerRecord) -> None:
            core().let_unsaved_follow()
            core().hosted.account_changed(record)

        def subject_changed(record: ServerRecord, subject: str) -> None:
            core().hosted.subject_changed(record, subject)

        desk = AccountDesk(
            shelves.servers,
            shelves.settings,
            keychain,
            http,
            clock,
            built_in=config.credit_server,
            changed=account_changed,
        )
        wallets = Wallets(shelves.servers, desk, clock, subject_changed)
        groups = Groups(desk, shelves.servers, clock)
        chat_groups = ChatGroups(shelves.chats, desk, groups, lambda id_: core().unsaved(id_))
        routes = HostedRoutes(shelves.servers, desk, wallets, prices, chat_groups)
        return cls(
            shelves, clock, core, desk, wallets, groups, chat_groups, routes,
            HostedList(routes, wallets),
        )  # fmt: skip

    def side(
        self,
        settler: HostedSettler,
        turns: Turns,
        alternates: Alternates,
        emit: Callable[[Event], None],
        config: Config,
    ) -> HostedSide:
        """The whole of it."""
        shelves, desk, clock = self.shelves, self.desk, self.clock

        def purchase_changed(checkout: CheckoutRecord) -> None:
            self.core().hosted.purchase_changed(checkout)

        return HostedSide(
            servers=shelves.servers,
            desk=desk,
            wallets=self.wallets,
            routes=self.routes,
            alternates=alternates,
            purchases=Purchases(shelves.checkouts, desk, self.wallets, clock, purchase_changed),
            checkouts=shelves.checkouts,
            calls=shelves.hosted_calls,
            groups=self.groups,
            drawing=Drawing(self.wallets, self.groups, clock),
            group_books=GroupBooks(desk, self.groups, self.wallets),
            groups_named=self.name_chats,
            licenses=LicenseKeeper(shelves.licenses, shelves.settings, desk, clock),
            resolver=self._resolver(settler, turns),
            clock=clock,
            emit=emit,
            models_changed=lambda: self.core().emit_models(),
            why_short=settler.why_short,
            offline=config.offline,
        )

    def name_chats(self, record: ServerRecord) -> None:
        """Chats bear the names that their groups have today."""
        known, chats = self.groups.known(record), self.shelves.chats
        if sum(chats.rename_group(record.id, group.id, group.name) for group in known):
            self.core().emit_chats()

    def _resolver(self, settler: HostedSettler, turns: Turns) -> HostedResolver:
        return HostedResolver(
            self.shelves,
            settler,
            self.desk,
            self.clock,
            is_busy=turns.works_on,
            resolved=lambda message: self.core().call_resolved(message),
            keep_task=lambda task: self.core().in_background(task),
        )
