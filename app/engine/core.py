"""The core: everything that the window and the commands work with, opened and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.catalog.pricebook import PriceBook
from app.chat.budget_desk import BudgetDesk
from app.chat.budgets import BudgetKeeper
from app.chat.chat_groups import ChatGroups
from app.chat.counting import Counting
from app.chat.keys import KeyDesk, KeyOutcome
from app.chat.model_costs import ModelCosts
from app.chat.model_list import ModelList
from app.chat.preferences import Preferences
from app.chat.quotes import Quoter
from app.chat.reconciliation import Reconciler
from app.chat.resolving import Resolver
from app.chat.routes import DEMO_REF, Routes
from app.chat.secrets import Secrets
from app.chat.send import Sender
from app.chat.settle import Settler
from app.chat.spending import Spending
from app.chat.turns import Turns
from app.chat.views import ChatViews
from app.clock import Clock
from app.config import Config, Paths
from app.engine.hosted import HostedSide
from app.engine.wiring_tools import ToolParts
from app.errors import KeychainError, TuppenceError
from app.logs import register_secret
from app.providers.connection import Proxy
from app.providers.http import HttpClient
from app.seam import events
from app.seam.events import Event
from app.seam.views import Certainty, CostLine
from app.store.keychain_calls import KeychainCalls
from app.store.records import ChatRecord, MessageRecord, PaneRecord
from app.store.shelves import Shelves

PROXY_PASSWORD = "proxy-password"
_READ_AT_ONCE = 4  # attached files

_log = logging.getLogger(__name__)


class Closable(Protocol):
    """Something to close before the core."""

    def close(self) -> None: ...


@dataclass(slots=True)
class Core:
    """The parts, wired. Lives on the engine's thread."""

    paths: Paths
    config: Config
    clock: Clock
    emit: Callable[[Event], None]
    demo: bool
    shelves: Shelves
    keychain: KeychainCalls
    secrets: Secrets
    prices: PriceBook
    counting: Counting
    preferences: Preferences
    views: ChatViews
    chat_groups: ChatGroups
    routes: Routes
    quoter: Quoter
    model_costs: ModelCosts
    settler: Settler
    turns: Turns
    resolver: Resolver
    sender: Sender
    key_desk: KeyDesk
    model_list: ModelList
    spending: Spending
    reconciler: Reconciler
    budgets: BudgetKeeper
    budget_desk: BudgetDesk
    hosted: HostedSide
    tools: ToolParts
    http: HttpClient
    door: Closable | None = None  # where second starts and commands knock
    key_checks: dict[int, asyncio.Future[KeyOutcome]] = field(default_factory=dict)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READ_AT_ONCE))
    _unsaved: dict[str, ChatRecord] = field(default_factory=dict)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_scripted(self) -> bool:
        """Whether this is the demo without a server: its own model answers."""
        return self.demo and not self.config.credit_server

    def chat(self, chat_id: str) -> ChatRecord:
        """A chat by id, stored or not; raises TuppenceError where there is none."""
        chat = self._unsaved.get(chat_id) or self.shelves.chats.get(chat_id)
        if chat is None:
            raise TuppenceError("This chat is not there any more.", "It was deleted.")
        return chat

    def is_unsaved(self, chat_id: str) -> bool:
        return chat_id in self._unsaved

    def unsaved(self, chat_id: str) -> ChatRecord | None:
        return self._unsaved.get(chat_id)

    def let_unsaved_follow(self) -> None:
        """Somebody else's tokens are spent from now on: chats without a message belong to them."""
        for chat in list(self._unsaved.values()):
            if not self.turns.is_running(chat.id):
                self._unsaved[chat.id] = replace(chat, group=self.chat_groups.acting())

    def unsaved_chat(self) -> ChatRecord:
        """A chat that is stored with its first message."""
        chat = self.empty_chat(self.default_model_ref())
        # One that is on its way to be stored stays until it is.
        self._unsaved = {
            id_: left for id_, left in self._unsaved.items() if self.turns.is_running(id_)
        }
        self._unsaved[chat.id] = chat
        return chat

    def empty_chat(self, model_ref: str) -> ChatRecord:
        """The record of a chat that nobody knows yet."""
        now = self.clock.now()
        return ChatRecord(
            id=self.clock.new_id(),
            title="New chat",
            title_is_own=False,
            created_at=now,
            updated_at=now,
            pinned=False,
            hidden_at=None,
            total_pusd=0,
            unpriced=0,
            estimated=0,
            unfinished=False,
            panes=(PaneRecord(0, model_ref, None),),
            group=self.chat_groups.acting(),
        )

    def default_model_ref(self) -> str:
        """The model that new chats begin with: the last one chosen, else the first usable one."""
        if self.is_scripted:
            return DEMO_REF
        return self.preferences.view().default_model_ref or self.model_list.first_ref()

    def set_panes(self, chat: ChatRecord, panes: Sequence[PaneRecord]) -> None:
        """Replace a chat's panes, stored or not."""
        if chat.id in self._unsaved:
            self._unsaved[chat.id] = replace(chat, panes=tuple(panes))
        else:
            self.shelves.chats.set_panes(chat.id, panes)

    def stored(self, chat_id: str, title: str) -> ChatRecord:
        """The chat as a row; an unsaved one is stored now. Part of the caller's transaction."""
        chat = self._unsaved.get(chat_id)
        if chat is None:
            return self.chat(chat_id)
        return self.shelves.chats.create(chat.id, title, chat.panes, chat.group)

    def forget_unsaved(self, chat_id: str) -> None:
        self._unsaved.pop(chat_id, None)

    def emit_chats(self) -> None:
        running = self.turns.running_chats()
        rows = tuple(
            self.views.row(chat, streaming=chat.id in running) for chat in self.shelves.chats.rows()
        )
        self.emit(events.ChatsListed(rows))

    def show_setup(self, chat_id: str) -> None:
        """Which assistant and which tools a chat has."""
        self.emit(self.tools.desk.setup(chat_id))

    def emit_chat_row(self, chat_id: str) -> None:
        chat = self.shelves.chats.get(chat_id)
        if chat is not None and chat.hidden_at is None:
            streaming = self.turns.is_running(chat_id)
            self.emit(events.ChatRowChanged(self.views.row(chat, streaming=streaming)))

    def emit_billing(self) -> None:
        self.emit(events.BillingReady(self.spending.billing(), self.budget_desk.views()))

    def emit_models(self) -> None:
        self.emit(events.ModelsListed(self.model_list.rows()))

    def tell_of_budgets(self) -> None:
        """Say once of each budget that it reached its mark."""
        for said, advice in self.budgets.due_notices():
            self.emit(events.Notice("warning", said, advice))

    def in_background(self, task: asyncio.Task[None]) -> None:
        """Hold on to a task until it is done or the core closes."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def use_proxy(self) -> None:
        """Open a client for the proxy that is set now; what runs keeps the old one to its end."""
        old = self.http
        self.open_http()
        await old.retire()

    def open_http(self) -> None:
        """The way to the network as it is set now, at once; raises ConfigError.

        A keyring that has to be unlocked for the proxy's password holds up requests and nothing
        else. It is asked now, so that it may be open by the first one.
        """
        view = self.preferences.proxy()
        self.http = HttpClient(
            self._proxy(),
            ask_password=self._proxy_password if view.url and view.has_password else None,
            offline=self.config.offline,
        )
        self.in_background(asyncio.create_task(self._have_proxy_password(self.http)))

    def _proxy(self) -> Proxy | None:
        """The user's proxy, the settings file's where there is none, None without."""
        view = self.preferences.proxy()
        if view.url:
            return Proxy(view.url, view.user)
        return Proxy(self.config.proxy_url) if self.config.proxy_url else None

    async def _have_proxy_password(self, http: HttpClient) -> None:
        try:
            await http.have_password()
        except KeychainError as error:
            # Through the proxy or not at all: each request asks again.
            _log.warning("proxy password: %s", error)
            text = "The proxy's password cannot be read."
            self.emit(events.Notice("warning", text, error.message))

    async def _proxy_password(self) -> str:
        password = await self.keychain.read(PROXY_PASSWORD) or ""
        register_secret(password)
        return password

    def turn_stopped(self, chat_id: str, pane: int, message: MessageRecord) -> None:
        """The user stopped a turn whose bill is still being read: its cost is pending."""
        row = self.shelves.messages.get(message.id) or message
        view = self.views.message(replace(message, siblings=row.siblings))
        pending = CostLine(None, Certainty.PENDING, 0, 0, 0, "", None)
        self.emit(events.MessageChanged(chat_id, pane, replace(view, cost=pending), settled=True))
        self.emit_chat_row(chat_id)

    def turn_settled(self, chat_id: str, pane: int, message: MessageRecord) -> None:
        """A turn ended and is stored: show the card, the row and the sums as they are now."""
        self.quoter.forget_paths()
        row = self.shelves.messages.get(message.id) or message
        self.emit(events.MessageChanged(chat_id, pane, self.views.message(row), settled=True))
        self._show_sums(chat_id)
        self.resolver.begin()
        self.hosted.turn_settled(chat_id, pane, row)

    def call_resolved(self, message: MessageRecord) -> None:
        """A bill that was pending is known: show it wherever its message may stand."""
        chat = self.shelves.chats.get(message.chat_id)
        for pane in chat.panes if chat is not None else ():
            view = self.views.message(message)
            self.emit(events.MessageChanged(message.chat_id, pane.position, view))
        self._show_sums(message.chat_id)
        self.hosted.wake()

    def _show_sums(self, chat_id: str) -> None:
        self.emit_chat_row(chat_id)
        self.emit_billing()
        self.tell_of_budgets()

    async def close(self) -> None:
        """Close in the order that loses nothing."""
        if self.door is not None:
            self.door.close()
        self.resolver.close()
        self.hosted.close()
        for task in list(self._background):
            task.cancel()
        try:
            await self.turns.stop_all()
            self.counting.close()
            await self.http.aclose()
        finally:
            self.shelves.database.close()
