"""The billing panel over 200,000 messages of own keys and hosted tokens: its sums in the core, and
the time until it is on show with a wallet of many grants.

The database is the usage bench's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench_usage import MESSAGES, WORK, engine_for, make_if_needed, painted, until
from figures import RUNS, Figure, median_time_s

from app.catalog.pricebook import load_price_book
from app.chat.spending import Spending
from app.clock import Clock
from app.config import resources_folder
from app.seam.hosted_views import DrawnDayView, GrantView, WalletView
from app.store.shelves import open_shelves

ROOT = Path(__file__).resolve().parents[2]
LIMIT_MS = 50.0
SETTLE_S = 3.0
PACKS, FREE_MODELS = 8, 12


def figures() -> Iterable[Figure]:
    """What the core's thread takes, then what a person waits for."""
    make_if_needed()
    words = f"{MESSAGES:,} messages"
    shelves = open_shelves(WORK, Clock())
    try:
        spending = Spending(shelves, load_price_book(resources_folder() / "prices"), Clock())
        spending.billing()  # the pages of the file are read once
        taken = median_time_s(spending.billing) * 1000
    finally:
        shelves.database.close()
    yield Figure(metric="sums of the panel", value=taken, unit="ms", against=words, limit=LIMIT_MS)
    runs = [_window_run() for _ in range(RUNS)]
    for name, metric in (
        ("opened_ms", "from unfolding to the painted panel"),
        ("fresh_ms", "from unfolding to its fresh sums, painted"),
        ("thread_ms", "the window's thread from unfolding to fresh sums"),
        ("made_ms", "the window's thread while it is made and filled"),
        ("again_ms", "the window's thread for a changed balance"),
    ):
        value = statistics.median(run[name] for run in runs)
        yield Figure(
            metric=metric, value=value, unit="ms", against=f"{words}, offscreen", limit=LIMIT_MS
        )


def _window_run() -> dict[str, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, __file__], env=environment, check=True, capture_output=True, timeout=120
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def open_panel() -> dict[str, float]:
    """The real engine on its thread and the real bridge; the panel in a window; milliseconds."""
    from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

    from app.seam import commands, events
    from app.ui.billing.panel import BillingPanel
    from app.ui.bridge import Bridge
    from app.ui.theme import Theme

    application = QApplication([])
    Theme.current().start(application, "light", 100)
    bridge = Bridge()
    engine, opened = engine_for(bridge)
    window = QWidget()
    window.resize(1440, 900)
    place = QHBoxLayout(window)
    window.show()
    until(opened)
    rested = time.monotonic() + SETTLE_S
    until(lambda: time.monotonic() > rested)  # a start's own work is over
    found = {}
    # The program makes it after its first paint, when all that it stands on is imported.
    _filled(BillingPanel(), place, application).deleteLater()
    began = time.thread_time()
    panel = _filled(BillingPanel(), place, application)
    found["made_ms"] = (time.thread_time() - began) * 1000
    panel.hide()
    application.processEvents()
    told: list[object] = []

    def take(event: object) -> None:
        if isinstance(event, events.BillingReady):
            panel.show_billing(event.billing)
            panel.show_budgets(event.budgets)
            told.append(event)

    bridge.event.connect(take)
    began, thread_began = time.perf_counter(), time.thread_time()
    is_painted, is_fresh = painted(panel, lambda: True), painted(panel, lambda: bool(told))
    panel.show()
    bridge.submit(commands.AskBilling())
    until(is_painted)
    found["opened_ms"] = (time.perf_counter() - began) * 1000
    until(is_fresh)
    found["fresh_ms"] = (time.perf_counter() - began) * 1000
    found["thread_ms"] = (time.thread_time() - thread_began) * 1000
    began = time.thread_time()
    panel.show_wallet(wallet(spent=1_935))
    application.processEvents()
    found["again_ms"] = (time.thread_time() - began) * 1000
    engine.stop()
    engine.join(20)
    return found


def _filled(panel, place, application):  # noqa: ANN001, ANN202 - Qt is imported there alone
    panel.show_wallet(wallet())
    place.addWidget(panel)
    application.processEvents()
    return panel


def wallet(spent: int = 0) -> WalletView:
    """A monthly grant, packs, free models, and two weeks of days."""
    now = datetime.now(UTC)
    reset = now + timedelta(days=10)
    packs = [
        GrantView(f"Pack {n}", "pack", "plan_tokens", "once", 10**6, 0, 0, 10**6, None, (), False)
        for n in range(PACKS)
    ]
    free = [
        GrantView(f"Model {n}", "free", "requests", "day", 50, n, 0, 50 - n, reset, (), True)
        for n in range(FREE_MODELS)
    ]
    left = 8_412 - spent
    monthly = GrantView(
        "Free", "free", "plan_tokens", "month", 10_000, 10_000 - left, 0, left, reset, (), False
    )
    days = tuple(
        DrawnDayView((now - timedelta(days=13 - n)).date(), 1_000 * n, 0, n) for n in range(14)
    )
    return WalletView(
        "s1", "Example", "a1", "", "person", "", "", "free", "Free", "Free",
        (monthly, *packs, *free), left + PACKS * 10**6, reset, 1_588 + spent, None, (), False,
        now, True, days,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(open_panel()))
