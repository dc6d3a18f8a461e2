"""Opens a core: the store, what is counted and priced with it, and what a crash left open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from app.account.desk import AccountDesk
from app.catalog.pricebook import PriceBook, load_price_book
from app.chat.alternates import Alternates
from app.chat.counting import Counting
from app.chat.exact_counts import ExactCounts
from app.chat.hosted_quotes import require_covered
from app.chat.hosted_routes import HostedRoutes, HostedTarget
from app.chat.hosted_settling import HostedSettler
from app.chat.keys import KeyDesk
from app.chat.model_costs import ModelCosts
from app.chat.model_list import ModelList
from app.chat.names import Names
from app.chat.own_prices import OwnPrices
from app.chat.preferences import Preferences
from app.chat.quotes import Quoter
from app.chat.reconciliation import Reconciler
from app.chat.reconciliation_keys import AdminKeys
from app.chat.recovery import recover
from app.chat.resolving import Resolver
from app.chat.routes import Routes
from app.chat.secrets import Secrets
from app.chat.send import Sender
from app.chat.settle import Settler
from app.chat.spending import Spending
from app.chat.tool_loop import ToolLoop
from app.chat.turns import Turns
from app.chat.views import ChatViews
from app.clock import Clock
from app.config import Config, Paths, resources_folder
from app.engine.core import Core
from app.engine.wiring_hosted import HostedParts, follow_demo
from app.engine.wiring_tools import ToolParts
from app.errors import TuppenceError
from app.metering.quote import Quote
from app.metering.tokens import TokenCounter
from app.providers.http import HttpClient
from app.providers.scripted import DEMO_HOST, DEMO_MODEL
from app.request import ChatRequest
from app.seam import events
from app.seam.events import Event
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.keychain_demo import DemoKeychain
from app.store.records import MessageRecord
from app.store.shelves import Shelves, open_shelves

HIDDEN_KEPT = timedelta(days=1)

_log = logging.getLogger(__name__)


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

    With `window` the events that a window starts from are emitted as well. With `demo` the
    scripted model answers, unless the settings name the demo's own credit server.
    """
    clock = clock or Clock()
    with ExitStack() as undo:
        shelves = open_shelves(paths.data, clock)
        # Whoever tries again in this program must not find the database taken.
        undo.callback(shelves.database.close)
        if keychain is None:
            keychain = DemoKeychain(paths.data) if demo else Keychain(paths.data)
        if demo and config.credit_server:
            follow_demo(shelves.servers, config.credit_server)
        core = _wire(paths, config, emit, clock, shelves, keychain, demo)
        await _prepare(core)
        undo.pop_all()
    if window:
        core.hosted.start()
        _announce(core, notices)
    return core


async def _prepare(core: Core) -> None:
    """What a start owes to the last one, and the way to the network."""
    core.shelves.chats.purge_hidden(core.clock.now() - HIDDEN_KEPT)
    core.shelves.attachments.purge_unused()
    core.shelves.setups.purge_unused()
    core.shelves.tool_permits.forget_gone(core.shelves.chats.get)
    recover(core.shelves, core.settler)
    core.resolver.settle_overdue()
    core.key_desk.mark_missing()
    try:
        core.open_http()
    except TuppenceError as error:
        _log.warning("proxy: %s", error)
        core.emit(events.Notice("warning", error.message, error.advice))
    core.resolver.begin()
    core.hosted.resolver.begin()


def _wire(
    paths: Paths,
    config: Config,
    emit: Callable[[Event], None],
    clock: Clock,
    shelves: Shelves,
    keychain: Keychain,
    demo: bool,
) -> Core:
    """Every part with what it needs; none of them does anything yet."""
    prices = load_price_book(resources_folder() / "prices")
    counter = TokenCounter(resources_folder() / "tokenizers")
    counting = Counting(counter, shelves.settings)
    calls = KeychainCalls(keychain)
    secrets = Secrets(calls.read)
    http: Callable[[], HttpClient] = lambda: core.http  # noqa: E731 - made below
    later: Callable[[], Core] = lambda: core  # noqa: E731
    own_prices, preferences = OwnPrices(shelves.settings, clock), Preferences(shelves.settings)
    hosted = HostedParts.make(shelves, calls, http, config, prices, clock, later)
    routes = _routes(shelves, secrets, http, prices, counter, clock, own_prices, hosted.routes)
    alternates = Alternates(shelves.keys, routes, preferences, hosted.routes)
    tools = ToolParts.make(shelves, http, clock, emit)
    quoter = _quoter(shelves, routes, alternates, counting, preferences, config, hosted.desk, tools)
    scripted = demo and not config.credit_server
    model_list = ModelList(shelves, prices, own_prices, clock, hosted.list, demo=scripted)
    settler = HostedSettler(shelves, counting, clock)
    turns = _turns(shelves, routes, settler, clock, emit, later, tools.loop(quoter))
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
        chat_groups=hosted.chat_groups,
        routes=routes,
        quoter=quoter,
        model_costs=ModelCosts(shelves, routes, counting, quoter, model_list),
        settler=settler,
        turns=turns,
        resolver=_resolver(shelves, settler, secrets, turns, clock, later),
        sender=Sender(shelves, routes, quoter, tools.gate, turns, clock),
        key_desk=KeyDesk(shelves.keys, calls, secrets, http, own_prices, clock),
        model_list=model_list,
        spending=Spending(shelves, prices, clock),
        budgets=tools.budgets,
        budget_desk=tools.budget_desk(Names(shelves.keys, prices)),
        reconciler=_reconciler(shelves, prices, calls, secrets, http, clock),
        hosted=hosted.side(settler, turns, alternates, emit, config),
        tools=tools,
        http=HttpClient(offline=config.offline),
    )
    return core


def _quoter(
    shelves: Shelves,
    routes: Routes,
    alternates: Alternates,
    counting: Counting,
    preferences: Preferences,
    config: Config,
    desk: AccountDesk,
    tools: ToolParts,
) -> Quoter:
    clock = tools.clock
    exact = ExactCounts(routes, preferences.counts_with_provider, clock, offline=config.offline)

    async def ask_covered(target: HostedTarget, quote: Quote) -> None:
        await require_covered(
            desk.session(target.record.id),
            target,
            input_tokens=quote.input_tokens_most,
            output_tokens_max=quote.most_output_tokens,
        )

    return Quoter(
        shelves,
        routes,
        alternates,
        counting,
        exact,
        clock,
        limits=tools.budgets.output_limits,
        ask_covered=ask_covered,
        setup=tools.setups.of,
    )


def _reconciler(
    shelves: Shelves,
    prices: PriceBook,
    keychain: KeychainCalls,
    secrets: Secrets,
    http: Callable[[], HttpClient],
    clock: Clock,
) -> Reconciler:
    admin_keys = AdminKeys(shelves.settings, keychain, secrets, http, clock)
    return Reconciler(shelves, Names(shelves.keys, prices), secrets, admin_keys, http, clock)


def _routes(
    shelves: Shelves,
    secrets: Secrets,
    http: Callable[[], HttpClient],
    prices: PriceBook,
    counter: TokenCounter,
    clock: Clock,
    own_prices: OwnPrices,
    hosted: HostedRoutes,
) -> Routes:
    def count_demo(request: ChatRequest) -> int:
        return counter.count(request, provider=DEMO_HOST.price_provider, model=DEMO_MODEL).tokens

    return Routes(
        shelves.keys, secrets, http, lambda: prices, clock, count_demo, own_prices, hosted
    )


def _turns(
    shelves: Shelves,
    routes: Routes,
    settler: Settler,
    clock: Clock,
    emit: Callable[[Event], None],
    core: Callable[[], Core],
    loop: ToolLoop,
) -> Turns:
    def on_stopped(chat_id: str, pane: int, message: MessageRecord) -> None:
        core().turn_stopped(chat_id, pane, message)

    def on_settled(chat_id: str, pane: int, message: MessageRecord) -> None:
        core().turn_settled(chat_id, pane, message)

    return Turns(shelves, routes, settler, clock, emit, on_stopped, on_settled, loop)


def _resolver(
    shelves: Shelves,
    settler: Settler,
    secrets: Secrets,
    turns: Turns,
    clock: Clock,
    core: Callable[[], Core],
) -> Resolver:
    return Resolver(
        shelves,
        settler,
        secrets,
        lambda: core().http,
        clock,
        is_busy=turns.works_on,
        resolved=lambda message: core().call_resolved(message),
        keep_task=lambda task: core().in_background(task),
    )


def _announce(core: Core, notices: tuple[str, ...]) -> None:
    report = core.shelves.database.report
    first_run = not core.is_scripted
    first_run = first_run and not core.shelves.keys.rows() and not core.shelves.chats.rows()
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
    core.hosted.show()
    core.emit_models()
