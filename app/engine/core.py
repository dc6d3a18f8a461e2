"""The core: everything that the window and the commands work with, opened and closed together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from app.catalog.pricebook import PriceBook, load_price_book
from app.chat.counting import Counting
from app.chat.keys import KeyDesk, KeyOutcome
from app.chat.model_list import ModelList
from app.chat.preferences import Preferences
from app.chat.quotes import Quoter
from app.chat.recovery import recover
from app.chat.routes import DEMO_REF, Routes
from app.chat.secrets import Secrets
from app.chat.send import Sender
from app.chat.settle import Settler
from app.chat.spending import Spending
from app.chat.turns import Turns
from app.chat.views import ChatViews
from app.clock import Clock
from app.config import Config, Paths, resources_folder
from app.errors import TuppenceError
from app.metering.tokens import TokenCounter
from app.providers.http import HttpClient, Proxy
from app.seam import events
from app.seam.events import Event
from app.seam.views import Certainty, CostLine
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.records import ChatRecord, MessageRecord, PaneRecord
from app.store.shelves import Shelves, open_shelves

HIDDEN_KEPT = timedelta(days=1)
PROXY_PASSWORD = "proxy-password"

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
    routes: Routes
    quoter: Quoter
    settler: Settler
    turns: Turns
    sender: Sender
    key_desk: KeyDesk
    model_list: ModelList
    spending: Spending
    http: HttpClient
    door: Closable | None = None  # where second starts and commands knock
    key_checks: dict[int, asyncio.Future[KeyOutcome]] = field(default_factory=dict)
    _unsaved: dict[str, ChatRecord] = field(default_factory=dict)
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    def chat(self, chat_id: str) -> ChatRecord:
        """A chat by id, stored or not; raises TuppenceError where there is none."""
        chat = self._unsaved.get(chat_id) or self.shelves.chats.get(chat_id)
        if chat is None:
            raise TuppenceError("This chat is not there any more.", "It was deleted.")
        return chat

    def is_unsaved(self, chat_id: str) -> bool:
        return chat_id in self._unsaved

    def unsaved_chat(self) -> ChatRecord:
        """A chat that is stored with its first message."""
        now = self.clock.now()
        chat = ChatRecord(
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
            panes=(PaneRecord(0, self.default_model_ref(), None),),
        )
        self._unsaved = {chat.id: chat}
        return chat

    def default_model_ref(self) -> str:
        """The model that new chats begin with: the last one chosen, else the first usable one."""
        if self.demo:
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
        return self.shelves.chats.create(chat.id, title, chat.panes)

    def forget_unsaved(self, chat_id: str) -> None:
        self._unsaved.pop(chat_id, None)

    def emit_chats(self) -> None:
        running = self.turns.running_chats()
        rows = tuple(
            self.views.row(chat, streaming=chat.id in running) for chat in self.shelves.chats.rows()
        )
        self.emit(events.ChatsListed(rows))

    def emit_chat_row(self, chat_id: str) -> None:
        chat = self.shelves.chats.get(chat_id)
        if chat is not None:
            streaming = self.turns.is_running(chat_id)
            self.emit(events.ChatRowChanged(self.views.row(chat, streaming=streaming)))

    def emit_billing(self) -> None:
        self.emit(events.BillingReady(self.spending.billing()))

    def in_background(self, task: asyncio.Task[None]) -> None:
        """Hold on to a task until it is done or the core closes."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def use_proxy(self) -> None:
        """Open a client for the proxy that is set now; what runs keeps the old one."""
        old, self.http = self.http, HttpClient(proxy=await self.proxy())
        if not self.turns.running_chats():
            await old.aclose()

    async def proxy(self) -> Proxy | None:
        """The user's proxy, the settings file's where there is none, None without."""
        view = self.preferences.proxy()
        if not view.url:
            return Proxy(self.config.proxy_url) if self.config.proxy_url else None
        password = await self.keychain.read(PROXY_PASSWORD) if view.has_password else None
        return Proxy(view.url, view.user, password or "")

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
        self.emit_chat_row(chat_id)
        self.emit_billing()

    async def close(self) -> None:
        """Close in the order that loses nothing."""
        if self.door is not None:
            self.door.close()
        for task in list(self._background):
            task.cancel()
        await self.turns.stop_all()
        self.counting.close()
        await self.http.aclose()
        self.shelves.database.close()


async def open_core(
    paths: Paths,
    config: Config,
    emit: Callable[[Event], None],
    *,
    clock: Clock | None = None,
    keychain: Keychain | None = None,
    notices: tuple[str, ...] = (),
    demo: bool = False,
    window: bool = False,
) -> Core:
    """Open the core in a folder; raises StoreError where the database cannot be opened.

    With `window` the events that a window starts from are emitted as well.
    """
    clock = clock or Clock()
    shelves = open_shelves(paths.data, clock)
    core = _wire(paths, config, emit, clock, shelves, keychain or Keychain(paths.data), demo)
    core.shelves.chats.purge_hidden(clock.now() - HIDDEN_KEPT)
    core.shelves.attachments.purge_unused()
    recover(shelves, core.settler)
    try:
        core.http = HttpClient(proxy=await core.proxy())
    except TuppenceError as error:
        _log.warning("proxy password: %s", error)
        emit(events.Notice("warning", "The proxy's password cannot be read.", error.message))
    if window:
        _announce(core, notices)
    return core


def _wire(
    paths: Paths,
    config: Config,
    emit: Callable[[Event], None],
    clock: Clock,
    shelves: Shelves,
    keychain: Keychain,
    demo: bool,
) -> Core:
    resources = resources_folder()
    prices = load_price_book(resources / "prices")
    counting = Counting(TokenCounter(resources / "tokenizers"), shelves.settings)
    calls = KeychainCalls(keychain)
    secrets = Secrets(calls.read)
    preferences = Preferences(shelves.settings)
    routes = Routes(shelves.keys, secrets, lambda: core.http, lambda: prices, clock)
    quoter = Quoter(shelves, routes, counting, clock)

    def on_stopped(chat_id: str, pane: int, message: MessageRecord) -> None:
        core.turn_stopped(chat_id, pane, message)

    def on_settled(chat_id: str, pane: int, message: MessageRecord) -> None:
        core.turn_settled(chat_id, pane, message)

    settler = Settler(shelves, counting, clock)
    turns = Turns(
        shelves,
        routes,
        settler,
        clock,
        emit,
        on_stopped,
        on_settled,
    )
    core = Core(
        paths=paths,
        config=config,
        clock=clock,
        emit=emit,
        demo=demo,
        shelves=shelves,
        keychain=calls,
        secrets=secrets,
        prices=prices,
        counting=counting,
        preferences=preferences,
        views=ChatViews(shelves, turns.live),
        routes=routes,
        quoter=quoter,
        settler=settler,
        turns=turns,
        sender=Sender(shelves, routes, quoter, turns, clock),
        key_desk=KeyDesk(shelves.keys, calls, secrets, lambda: core.http, clock),
        model_list=ModelList(shelves, prices, clock, demo=demo),
        spending=Spending(shelves, clock),
        http=HttpClient(),
    )
    return core


def _announce(core: Core, notices: tuple[str, ...]) -> None:
    report = core.shelves.database.report
    first_run = not core.demo and not core.shelves.keys.rows() and not core.shelves.chats.rows()
    first_run = first_run and not core.preferences.view().default_model_ref
    core.emit(events.EngineReady(first_run, core.preferences.view(), core.demo))
    if report.damaged is not None:
        core.emit(
            events.Notice(
                "warning",
                f"The database was damaged. {report.salvaged_chats:,} chats with "
                f"{report.salvaged_messages:,} messages were saved.",
                f"The damaged file is kept as {report.damaged}.",
            )
        )
    for text in (*notices, *report.notes):
        core.emit(events.Notice("warning", text))
    core.emit_chats()
    core.emit_billing()
    core.emit(events.ModelsListed(core.model_list.rows()))
