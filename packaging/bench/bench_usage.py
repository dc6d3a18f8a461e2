"""The usage page over 200,000 messages: its sums, its list, and the time until it is on show.

Every answer was made with an assistant, several of them in each chat. The database is made once
and kept in the work folder; a half made one is made again. The floor is the page's bars alone,
summed up from single calls through an index that covers them: less than a page made that way
would take.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import RUNS, Figure, median_time_s

from app.catalog.pricebook import load_price_book
from app.chat.spending import Spending
from app.clock import Clock
from app.config import Config, Paths, resources_folder
from app.seam.usage_views import UsageOrder, UsagePeriod, UsageScope
from app.store.connection import connect
from app.store.migrations import migrate
from app.store.schema import CURRENT_VERSION
from app.store.shelves import Shelves, open_shelves

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 200_000
MESSAGES_PER_CHAT = 100
ASSISTANTS, ANSWERS_PER_ASSISTANT = 20, 25  # of all chats; one after the other in a chat
DAYS = 730
BATCH = 20_000
LIMIT_MS = 100.0
SLOT_LIMIT_MS = 50.0
WORK = ROOT / "packaging" / ".environment" / "bench" / f"usage-assistants-{CURRENT_VERSION}"
ALL = UsageScope(UsagePeriod.ALL)
_FLOOR = (
    "SELECT at_ms / 86400000, sum(cost_pusd), sum(certainty <> 'exact'), sum(first_call)"
    " FROM usage INDEXED BY usage_by_time WHERE at_ms >= 0 GROUP BY 1"
)
MODELS = (
    ("k1", "openai", "gpt-4o"), ("k1", "openai", "gpt-4o-mini"), ("k1", "openai", "o3"),
    ("k2", "anthropic", "claude-sonnet-4-5"), ("k2", "anthropic", "claude-haiku-4-5"),
    ("local:ollama", "ollama", "gpt-oss:20b"), ("hosted:s1:a1", "openai", "gpt-4o"),
)  # fmt: skip


def figures() -> Iterable[Figure]:
    """What the core's thread takes, then what a person waits for."""
    make_if_needed()
    shelves = open_shelves(WORK, Clock())
    try:
        yield from _core_figures(shelves)
    finally:
        shelves.database.close()
    yield from _window_figures()


def _core_figures(shelves: Shelves) -> Iterator[Figure]:
    page = Spending(shelves, load_price_book(resources_folder() / "prices"), Clock()).page
    assert page.view(ALL).total.calls == MESSAGES, "the database is not the one that was made"
    rows = shelves.database.rows
    floor = _ms(lambda: rows(_FLOOR))
    sums = _ms(lambda: page.view(ALL))
    words = f"{MESSAGES:,} messages"
    yield Figure(metric="single calls summed up by day", value=floor, unit="ms", against=words)
    yield Figure(
        metric="page data of all days", value=sums, unit="ms", base=floor, limit=0.5,
        against="single calls summed up by day",
    )  # fmt: skip
    yield Figure(
        metric="page data of all days", value=sums, unit="ms", against=words, limit=LIMIT_MS
    )
    assistants = page.assistants(page.span(ALL))
    assert sum(line.sum.calls for line in assistants) == MESSAGES, "some are of no assistant"
    taken = _ms(lambda: page.assistants(page.span(ALL)))
    yield Figure(metric="sums by assistant of all days", value=taken, unit="ms",
                 against=f"{words}, {len(assistants)} assistants", limit=LIMIT_MS)  # fmt: skip
    month = _ms(lambda: page.view(UsageScope()))
    yield Figure(metric="page data of this month", value=month, unit="ms", against=words,
                 limit=LIMIT_MS)  # fmt: skip
    for order in UsageOrder:
        for place, offset in (("first", 0), ("middle", MESSAGES // 2)):
            taken = _ms(lambda order=order, offset=offset: page.calls(ALL, order, offset, 100))
            yield Figure(
                metric=f"100 calls, {order}, {place}", value=taken, unit="ms", against=words,
                limit=LIMIT_MS,
            )  # fmt: skip


def _window_figures() -> Iterator[Figure]:
    runs = [_window_run() for _ in range(RUNS)]
    for name, limit, metric in (
        ("shown_ms", LIMIT_MS, "from the key to the painted page"),
        ("again_ms", LIMIT_MS, "from another period to the painted page"),
        ("thread_ms", SLOT_LIMIT_MS, "the window's thread while the page opens"),
        ("list_ms", LIMIT_MS, "from the middle of the list to its painted lines"),
    ):
        value = statistics.median(run[name] for run in runs)
        words = f"{MESSAGES:,} messages, offscreen"
        yield Figure(metric=metric, value=value, unit="ms", against=words, limit=limit)


def _ms(work: Callable[[], object]) -> float:
    work()  # the pages of the file are read once
    return median_time_s(work) * 1000


def _window_run() -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, __file__], env=environment, check=True, capture_output=True, timeout=120
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def open_page() -> dict[str, float]:
    """The real engine on its thread, the real bridge, the card over a window; in milliseconds."""
    from PySide6.QtWidgets import QApplication, QWidget

    from app.seam.events import LocalModelsFound
    from app.ui.bridge import Bridge
    from app.ui.theme import Theme
    from app.ui.usage.dialog import UsageDialog
    from app.ui.usage.lists import CALLS

    application = QApplication([])
    Theme.current().start(application, "light", 100)
    bridge = Bridge()
    engine, opened = engine_for(bridge)
    window = QWidget()
    window.resize(1440, 900)
    window.show()
    heard = []
    bridge.event.connect(lambda event: heard.append(type(event)))
    until(opened)
    # The core's own start goes on behind the open window; `bench startup` has it.
    until(lambda: LocalModelsFound in heard)
    found = {}
    # The card is opened more than once in a day: the first time is its imports' too.
    for _ in range(2):
        began, thread_began = time.perf_counter(), time.thread_time()
        card = UsageDialog(window, bridge, ALL)
        card.open()
        until(painted(card.chart, lambda card=card: card.figure.text() != "…"))
        found["shown_ms"] = (time.perf_counter() - began) * 1000
        found["thread_ms"] = (time.thread_time() - thread_began) * 1000
        card.done(0)
    card = UsageDialog(window, bridge, ALL)
    card.open()
    until(painted(card.chart, lambda: card.figure.text() != "…"))
    before = card.figure.text()
    began = time.perf_counter()
    card.ask(UsageScope(UsagePeriod.YEAR))
    until(painted(card.chart, lambda: card.figure.text() != before))
    found["again_ms"] = (time.perf_counter() - began) * 1000
    card.ask(ALL)
    until(lambda: card.figure.text() == before)
    card.lists.tabs.setCurrentIndex(CALLS)
    calls = card.lists.calls
    until(lambda: calls.calls.call(0) is not None)
    began = time.perf_counter()
    calls.scrollTo(calls.calls.index(MESSAGES // 2, 0))
    until(painted(calls.viewport(), lambda: calls.calls.call(MESSAGES // 2) is not None))
    found["list_ms"] = (time.perf_counter() - began) * 1000
    engine.stop()
    engine.join(20)
    return found


def engine_for(bridge):  # noqa: ANN001, ANN201 - Qt is imported in the other process alone
    """The real engine over the database, and whether it is open."""
    from app.engine.runtime import Engine
    from app.engine.wiring import open_core

    there = []

    async def open_here(emit):  # noqa: ANN001, ANN202
        paths = Paths(WORK, WORK, WORK / "cache", WORK / "logs")
        core = await open_core(paths, Config(offline=True), emit)
        there.append(core)
        return core

    engine = Engine(open_here, bridge.wake)
    bridge.connect_port(engine)
    engine.start()
    return engine, lambda: bool(there)


def painted(widget, there: Callable[[], bool]) -> Callable[[], bool]:  # noqa: ANN001
    """Whether a widget was painted since something was there to be painted."""
    from PySide6.QtCore import QEvent, QObject

    class Watch(QObject):
        painted = False

        def eventFilter(self, watched, event) -> bool:  # noqa: ANN001, N802
            if event.type() == QEvent.Type.Paint and there():
                self.painted = True
            return False

    watch = Watch(widget)
    widget.installEventFilter(watch)
    return lambda: watch.painted


def until(done: Callable[[], bool]) -> None:
    """Let the window's loop run as it does for a person: asleep while nothing happens."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, look = QEventLoop(), QTimer(interval=2)
    look.timeout.connect(lambda: done() and loop.quit())
    QTimer.singleShot(60_000, loop.quit)
    look.start()
    began = time.monotonic()
    loop.exec()
    if time.monotonic() - began > 59:
        raise RuntimeError("the page did not come")


def make_if_needed() -> None:
    """Make the database where there is no whole one."""
    if (WORK / "whole").exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "tuppence.db"
    for old in WORK.glob("tuppence.db*"):
        old.unlink()
    connection = connect(path)
    migrate(connection)
    connection.executemany(
        "INSERT INTO assistants (id, name, created_ms) VALUES (?, ?, 0)",
        [(f"a{one}", f"Assistant {one}") for one in range(ASSISTANTS)],
    )
    rows = _rows()
    for _ in range(MESSAGES // BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for number, row in (next(rows) for _ in range(BATCH)):
            _write(connection.execute, number, row)
        connection.execute("COMMIT")
    connection.close()
    (WORK / "whole").touch()


def _write(execute: Callable[..., object], number: int, row: tuple[object, ...]) -> None:
    message, chat, at_ms = row[1:4]
    if number % MESSAGES_PER_CHAT == 0:
        execute(
            "INSERT INTO chats (id, title, created_ms, updated_ms) VALUES (?, ?, ?, ?)",
            (chat, f"Chat {number // MESSAGES_PER_CHAT}", at_ms, at_ms),
        )
    execute(
        "INSERT INTO messages (id, chat_id, role, state, created_ms, text, receipt_json)"
        " VALUES (?, ?, 'assistant', 'complete', ?, 'An answer.', '{}')",
        (message, chat, at_ms),
    )
    # As a turn does: with whom it is made is known before it is paid.
    execute(
        "INSERT INTO assistant_calls (hold_id, assistant_id, message_id) VALUES (?, ?, ?)",
        (row[0], f"a{number // ANSWERS_PER_ASSISTANT % ASSISTANTS}", message),
    )
    execute(f"INSERT INTO usage VALUES (NULL{', ?' * len(row)})", row)
    if str(row[4]).startswith("hosted:"):
        _write_draw(execute, row)


def _write_draw(execute: Callable[..., object], row: tuple[object, ...]) -> None:
    """What its grant paid, in tokens."""
    call, message, chat, at_ms = row[:4]
    execute(
        "INSERT INTO hosted_calls (hold_id, message_id, server_id, holder, model, at_ms,"
        " base_letters, base_thinking, receipt) VALUES (?, ?, 's1', 'a1', 'gpt-4o', ?, 0, 0, '{}')",
        (call, message, at_ms),
    )
    execute(
        "INSERT INTO hosted_draws (hold_id, server_id, holder, at_ms, model, grant_id, grant_name,"
        " unit, amount, chat_id, provider)"
        " VALUES (?, 's1', 'a1', ?, 'gpt-4o', 'g1', 'Free', 'plan_tokens', ?, ?, 'openai')",
        (call, at_ms, 5 * (int(str(row[7])) + int(str(row[10]))), chat),
    )


def _rows() -> Iterator[tuple[int, tuple[object, ...]]]:
    """A call for each message, spread over two years, one chat after the other."""
    chosen = random.Random(1)
    first = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / MESSAGES
    for number in range(MESSAGES):
        key_id, provider, model = MODELS[(number // MESSAGES_PER_CHAT) % len(MODELS)]
        at_ms = int((first + number * step).timestamp() * 1000)
        certainty = "estimated" if chosen.random() < 0.1 else "exact"
        yield number, (
            f"u{number:031x}", f"{number:032x}", f"{number // MESSAGES_PER_CHAT:032x}", at_ms,
            key_id, provider, model, chosen.randrange(9000), 0, 0, chosen.randrange(900), 0,
            0 if key_id.startswith("hosted:") else chosen.randrange(10**10), certainty, 1,
        )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(open_page()))
