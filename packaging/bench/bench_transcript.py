"""The transcript: opening, scrolling and streaming, beside a text browser that is set anew.

Offscreen, in one process for each measure, since fonts, imports and memory are paid only once.
The rival shows the same answer in a QTextBrowser with `setMarkdown` after every token.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from figures import RUNS, Figure, percentile

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 10_000
TOKENS = 4_000
SCROLL_STEPS = 300
PANES = 4
FRAME_S = 0.033
PANE_TOKENS_PER_S = 100
PANE_SECONDS = 6
AT = datetime(2026, 11, 21, tzinfo=UTC)
PARAGRAPH = (
    "A row lock is **held** until the transaction ends, and `SELECT` reads the last version that "
    "was committed; see [the manual](https://example.com/locks) for the *whole* table of locks.\n\n"
)
CODE = (
    "```python\ndef settle(hold: Hold, *, at: datetime) -> int:\n"
    '    """The part of a hold that is spent."""\n    if hold.ended:\n'
    "        raise ValueError(f'ended at {at}')\n    return hold.amount * 3  # exact\n```\n\n"
)
LIST = "1. first take the lock\n2. then **change** the row\n   - and nothing else\n3. commit\n\n"
TABLE = "| lock | waits for |\n|---|---|\n| `UPDATE` | *all* |\n| `SHARE` | writers |\n\n"


def answer_text(characters: int) -> str:
    """An answer of mixed blocks, as models write them."""
    blocks = ("## Locks\n\n", PARAGRAPH, PARAGRAPH, LIST, CODE, PARAGRAPH, TABLE)
    text = ""
    number = 0
    while len(text) < characters:
        text += blocks[number % len(blocks)]
        number += 1
    return text[:characters]


def tokens_of(text: str) -> list[str]:
    """Stretches of four characters, as long as tokens are on average."""
    return [text[place : place + 4] for place in range(0, len(text), 4)]


def figures() -> Iterable[Figure]:
    """All figures, each the median of several processes."""
    opened = _measures("opening")
    yield Figure(
        metric="open_10000_messages", value=_middle(opened, "seconds") * 1000, unit="ms", limit=100
    )
    yield Figure(
        metric="open_10000_messages_memory",
        value=_middle(opened, "mebibytes"),
        unit="MiB",
        limit=40,
    )
    scrolled = _measures("scrolling")
    yield Figure(
        metric="scroll_step_p99", value=_middle(scrolled, "p99") * 1000, unit="ms", limit=16
    )
    yield _work("scroll_step_p99", scrolled)
    ours, rival = _measures("streaming"), _measures("rival", runs=1)
    yield Figure(metric="stream_update_p99", value=_middle(ours, "p99") * 1000, unit="ms", limit=8)
    yield Figure(
        metric="stream_worst_stall", value=_middle(ours, "worst") * 1000, unit="ms", limit=33
    )
    yield Figure(
        metric="stream_4000_tokens_cpu", value=_middle(ours, "cpu"), unit="s", limit=0.2,
        against="QTextBrowser.setMarkdown for each token", base=_middle(rival, "cpu"),
    )  # fmt: skip
    yield _work("stream_update_p99", ours)
    panes = _measures("panes")
    yield _work("four_panes_worst_stall", panes)
    yield Figure(
        metric="four_panes_worst_stall", value=_middle(panes, "worst") * 1000, unit="ms", limit=33
    )
    yield Figure(metric="four_panes_cpu_share", value=_middle(panes, "share"), unit="of one core")


def _work(metric: str, results: list[dict[str, float]]) -> Figure:
    """The same in processor time: what a busy neighbor cannot change, told to compare with."""
    value = _middle(results, "worked") * 1000
    return Figure(metric=f"{metric}_work", value=value, unit="ms of processor time")


def _measures(name: str, runs: int = RUNS) -> list[dict[str, float]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    results = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, __file__, name],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        results.append(json.loads(done.stdout.splitlines()[-1]))
    return results


def _middle(results: list[dict[str, float]], name: str) -> float:
    return median(result[name] for result in results)


@dataclass
class _Stage:
    """A started application and a way to let it work."""

    process: Callable[[], None]


def _start() -> _Stage:
    from PySide6.QtWidgets import QApplication

    from app.ui.resources import load_more_fonts
    from app.ui.theme import Theme

    application = QApplication([])
    Theme.current().start(application, "light")
    load_more_fonts()
    return _Stage(application.processEvents)


def _view(width: int = 620, height: int = 800):  # noqa: ANN202
    from app.ui.transcript.view import TranscriptView
    from app.ui.transcript.warm_up import warm_up

    view = TranscriptView()
    view.resize(width, height)
    view.show()
    for step in warm_up():
        step()
    return view


def _message(number: int, text: str, *, growing: bool = False):  # noqa: ANN202
    from app.seam.views import Certainty, CostLine, MessageState, MessageView

    user = number % 2 == 0
    cost = None if user else CostLine(5_600_000_000, Certainty.EXACT, 318, 96, 0, "your key", 4.1)
    return MessageView(
        id=f"{number:032x}",
        parent_id=f"{number - 1:032x}" if number else None,
        role="user" if user else "assistant",
        text=text,
        state=MessageState.STREAMING if growing else MessageState.COMPLETE,
        created_at=AT,
        cost=None if growing else cost,
    )


def _chat(count: int):  # noqa: ANN202
    texts = [answer_text(200 + 97 * (number % 29)) for number in range(29)]
    return tuple(
        _message(number, f"Question {number}?" if number % 2 == 0 else texts[number % 29])
        for number in range(count)
    )


def _settle(stage: _Stage, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        stage.process()
        time.sleep(0.002)


def opening() -> dict[str, float]:
    """A chat of 10,000 messages, from the call to the first paint."""
    import psutil

    stage = _start()
    view = _view()
    view.show_messages(_chat(6))
    _settle(stage, 0.5)
    messages = _chat(MESSAGES)
    gc.collect()
    gc.freeze()
    before = psutil.Process().memory_info().rss
    begin = time.perf_counter()
    view.show_messages(messages)
    stage.process()
    view.viewport().repaint()
    seconds = time.perf_counter() - begin
    after = psutil.Process().memory_info().rss
    return {"seconds": seconds, "mebibytes": (after - before) / 2**20}


def scrolling() -> dict[str, float]:
    """Steps of a third of a page through unseen messages, up from the end."""
    stage = _start()
    view = _view()
    view.show_messages(_chat(MESSAGES))
    _settle(stage, 0.5)
    gc.collect()
    gc.freeze()
    bar = view.verticalScrollBar()
    spent, worked = [], []
    for _ in range(SCROLL_STEPS):
        begin, work = time.perf_counter(), time.thread_time()
        bar.setValue(bar.value() - view.viewport().height() // 3)
        view.grab()
        spent.append(time.perf_counter() - begin)
        worked.append(time.thread_time() - work)
        _settle(stage, 0.03)
    return {"p99": percentile(spent, 0.99), "worked": percentile(worked, 0.99)}


def streaming() -> dict[str, float]:
    """An answer of 4,000 tokens, as fast as updates are taken, and the stalls of the loop."""
    stage = _start()
    view = _view()
    view.show_messages((_message(0, "Tell me."),))
    growing = _message(1, "", growing=True)
    view.add_message(growing)
    _settle(stage, 0.3)
    gc.collect()
    gc.freeze()
    text = answer_text(TOKENS * 4)
    spent, worked = [], []
    cpu = time.process_time()
    for number, token in enumerate(tokens_of(text)):
        view.append_text(growing.id, token)
        if number % 3 == 2:
            begin, work = time.perf_counter(), time.thread_time()
            view.flush()
            stage.process()
            spent.append(time.perf_counter() - begin)
            worked.append(time.thread_time() - work)
    begin = time.perf_counter()
    view.change_message(_message(1, text))
    stage.process()
    stalls = [*spent, time.perf_counter() - begin]
    for _ in range(50):
        begin = time.perf_counter()
        stage.process()
        stalls.append(time.perf_counter() - begin)
        time.sleep(0.01)
    return {
        "p99": percentile(spent, 0.99), "worst": max(stalls), "cpu": time.process_time() - cpu,
        "worked": percentile(worked, 0.99),
    }  # fmt: skip


def rival() -> dict[str, float]:
    """The same answer in a QTextBrowser that is given all Markdown after every token."""
    from PySide6.QtWidgets import QTextBrowser

    stage = _start()
    browser = QTextBrowser()
    browser.resize(620, 800)
    browser.show()
    _settle(stage, 0.3)
    text, shown = answer_text(TOKENS * 4), ""
    spent = []
    cpu = time.process_time()
    for token in tokens_of(text):
        shown += token
        begin = time.perf_counter()
        browser.setMarkdown(shown)
        bar = browser.verticalScrollBar()
        bar.setValue(bar.maximum())
        stage.process()
        spent.append(time.perf_counter() - begin)
    return {"p99": percentile(spent, 0.99), "cpu": time.process_time() - cpu}


def panes() -> dict[str, float]:
    """Four panes at 100 tokens a second each: the longest that the window did not answer."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    stage = _start()
    views = [_view(360, 800) for _ in range(PANES)]
    growing = _message(1, "", growing=True)
    for view in views:
        view.show_messages((_message(0, "Tell me."),))
        view.add_message(growing)
    _settle(stage, 0.5)
    gc.collect()
    gc.freeze()
    token_lists = [tokens_of(answer_text(PANE_TOKENS_PER_S * PANE_SECONDS * 4)) for _ in views]
    beats: list[float] = []
    works: list[float] = []
    loop, drain, heart = QEventLoop(), QTimer(), QTimer()
    begin, sent = time.perf_counter(), 0

    def on_drain() -> None:
        nonlocal sent
        due = min(len(token_lists[0]), int((time.perf_counter() - begin) * PANE_TOKENS_PER_S))
        for view, tokens in zip(views, token_lists, strict=True):
            if due > sent:
                view.append_text(growing.id, "".join(tokens[sent:due]))
        sent = due
        if due == len(token_lists[0]):
            loop.quit()

    drain.setTimerType(Qt.TimerType.PreciseTimer)
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    drain.timeout.connect(on_drain)
    heart.timeout.connect(lambda: beats.append(time.perf_counter()))
    heart.timeout.connect(lambda: works.append(time.thread_time()))
    drain.start(33)
    heart.start(1)
    cpu = time.process_time()
    loop.exec()
    share = (time.process_time() - cpu) / (time.perf_counter() - begin)
    gaps = [later - earlier for earlier, later in pairwise(beats)]
    worked = [later - earlier for earlier, later in pairwise(works)]
    return {"worst": max(gaps), "share": share, "worked": max(worked)}


if __name__ == "__main__":
    measure = {f.__name__: f for f in (opening, scrolling, streaming, rival, panes)}[sys.argv[1]]
    print(json.dumps(measure()))
