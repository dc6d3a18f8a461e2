"""A quote for every key typed into a long chat: in the real window, and as the engine computes it.

The floor for the first one is what tiktoken itself needs to load the same vocabulary.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import quote_window
from figures import RUNS, Figure, median_time_s, percentile

from app.catalog.pricebook import PriceBook, load_price_book
from app.metering.payer import Payer, PayerKind
from app.metering.quote import Quote, make_quote
from app.metering.tokens import TokenCounter
from app.request import ChatRequest, RequestMessage, Role, TextPart

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
MESSAGES = 210
CHAT_TOKENS_LEAST = 200_000
KEYS = 1500
WINDOW_KEYS = 60
P99_LIMIT_MS = 50.0
WINDOW_LIMIT_MS = 2.0
FIRST_LIMIT_MS = 600.0
RUN_LIMIT_S = 120
BARE_TIKTOKEN = """
import time
start = time.perf_counter()
import tiktoken
tiktoken.get_encoding("o200k_base").encode_ordinary("x")
print((time.perf_counter() - start) * 1000)
"""
BOOK_LIMIT_MS = 30.0
PASTE_LIMIT_MS = 500.0
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your key")
_WORDS = "the price of a message grows with its chat; Kosten wachsen. naïve 漢字 x=42 {}"
MODELS = (("openai", "gpt-5"), ("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro"))


def figures() -> Iterable[Figure]:
    """The window first; then loading, each key of a growing draft, and a huge paste."""
    yield from _in_the_window()
    folder = RESOURCES / "prices"
    load_ms = median_time_s(lambda: load_price_book(folder)) * 1000
    yield Figure(metric="load the price list", value=load_ms, unit="ms", limit=BOOK_LIMIT_MS)
    counter, book = TokenCounter(RESOURCES / "tokenizers"), load_price_book(folder)
    yield from _vocabulary(counter)
    history = _history()
    first_ms = _timed_ms(book, counter, history, "x", MODELS[0])
    yield Figure(metric="first quote of the chat", value=first_ms, unit="ms")
    times_ms = list(_typing(book, counter, history))
    yield Figure(metric="median of a key", value=percentile(times_ms, 0.5), unit="ms")
    yield Figure(
        metric="p99 of a key",
        value=percentile(times_ms, 0.99),
        unit="ms",
        against=f"{MESSAGES} messages, 3 panes",
        limit=P99_LIMIT_MS,
    )
    pasted = _text(random.Random(9), 5_000_000)
    paste_ms = _timed_ms(book, counter, history, pasted, MODELS[0])
    yield Figure(metric="paste 5 MB", value=paste_ms, unit="ms", limit=PASTE_LIMIT_MS)
    after_ms = _timed_ms(book, counter, history, pasted + " more", MODELS[0])
    yield Figure(metric="a key after it", value=after_ms, unit="ms", limit=P99_LIMIT_MS)


def _in_the_window() -> Iterable[Figure]:
    """Keys typed into the real window, in a process of its own for each run."""
    runs = []
    floors_ms = []
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        profile.mkdir()
        quote_window.fill(profile, [message.parts[0].text for message in _history()])
        for number in range(RUNS):
            home = Path(folder, str(number))
            shutil.copytree(profile, home)
            runs.append(_type_in_window(home))
            floors_ms.append(_bare_tiktoken_ms())
    tokens = min(run["tokens"] for run in runs)
    yield Figure(
        metric="the chat", value=tokens, unit="tokens", limit=CHAT_TOKENS_LEAST, at_least=True
    )
    first_ms = median(run["first_ms"] for run in runs)
    yield Figure(metric="first quote after start", value=first_ms, unit="ms", limit=FIRST_LIMIT_MS)
    floor_ms = median(floors_ms)
    yield Figure(
        metric="the same, against the floor", value=first_ms, unit="ms",
        against="bare tiktoken, loaded", base=floor_ms,
    )  # fmt: skip
    keys_ms = [took for run in runs for took in run["keys_ms"]]
    yield Figure(metric="key to quote, median", value=median(keys_ms), unit="ms")
    yield Figure(
        metric="key to quote, p99", value=percentile(keys_ms, 0.99), unit="ms", limit=P99_LIMIT_MS
    )
    used_ms = [took for run in runs for took in run["window_ms"]]
    bare_ms = median(took for run in runs for took in run["bare_ms"])
    yield Figure(
        metric="window's thread for a key with its quote", value=median(used_ms), unit="ms",
        against="a key in Qt's bare editor", base=bare_ms,
    )  # fmt: skip
    yield Figure(
        metric="of it for the quote", value=median(used_ms) - bare_ms, unit="ms",
        limit=WINDOW_LIMIT_MS,
    )  # fmt: skip
    yield Figure(metric="the whole, p99", value=percentile(used_ms, 0.99), unit="ms")
    for kind, metric in (("ModelCostsReady", "the picker's models"), ("CheaperFound", "cheaper")):
        took_ms = median(run[kind] for run in runs)
        yield Figure(
            metric=f"costs of {metric}",
            value=took_ms,
            unit="ms",
            against=f"{runs[0]['models']} models",
        )


def _type_in_window(home: Path) -> dict[str, Any]:
    """What `quote_window` measured."""
    words = [sys.executable, quote_window.__file__, str(home), str(WINDOW_KEYS)]
    variables = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": str(home)}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False, env=variables
    )
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError(f"nothing was measured:\n{done.stderr}")
    measured: dict[str, Any] = json.loads(lines[-1])
    return measured


def _bare_tiktoken_ms() -> float:
    """What tiktoken needs from its import to its first token, in a new process."""
    variables = {**os.environ, "TIKTOKEN_CACHE_DIR": str(RESOURCES / "tokenizers")}
    done = subprocess.run(
        [sys.executable, "-c", BARE_TIKTOKEN],
        capture_output=True, text=True, timeout=RUN_LIMIT_S, check=True, env=variables,
    )  # fmt: skip
    return float(done.stdout)


def _vocabulary(counter: TokenCounter) -> Iterable[Figure]:
    process = psutil.Process()
    before = process.memory_info().rss
    start = time.perf_counter()
    counter.warm_up()
    yield Figure(metric="load o200k_base", value=(time.perf_counter() - start) * 1000, unit="ms")
    grown = (process.memory_info().rss - before) / 2**20
    yield Figure(metric="memory of o200k_base", value=grown, unit="MiB")


def _typing(
    book: PriceBook, counter: TokenCounter, history: tuple[RequestMessage, ...]
) -> Iterable[float]:
    """Milliseconds from each key to the quotes of all panes."""
    text = _text(random.Random(7), KEYS)
    for length in range(1, KEYS):
        draft = text[:length]
        yield sum(_timed_ms(book, counter, history, draft, model) for model in MODELS)


def _timed_ms(
    book: PriceBook,
    counter: TokenCounter,
    history: tuple[RequestMessage, ...],
    draft: str,
    model: tuple[str, str],
) -> float:
    start = time.perf_counter()
    _quote(book, counter, history, draft, *model)
    return (time.perf_counter() - start) * 1000


def _quote(
    book: PriceBook,
    counter: TokenCounter,
    history: tuple[RequestMessage, ...],
    draft: str,
    provider: str,
    model: str,
) -> Quote:
    typed = RequestMessage(Role.USER, (TextPart(draft),))
    request = ChatRequest(model, (*history, typed), 4096)
    count = counter.count(request, provider=provider, model=model)
    return make_quote(
        count,
        book.price(provider, model, NOW),
        output_tokens_max=request.output_tokens_max,
        recent_outputs=(300, 500, 800, 200, 400),
        payer=PAYER,
    )


def _history() -> tuple[RequestMessage, ...]:
    chosen = random.Random(5)
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(
        RequestMessage(roles[place % 2], (TextPart(_text(chosen, chosen.randint(2000, 4600))),))
        for place in range(MESSAGES)
    )


def _text(chosen: random.Random, characters: int) -> str:
    words = _WORDS.split()
    made: list[str] = []
    length = 0
    while length < characters:
        word = chosen.choice(words) + str(chosen.randrange(1000)) * (chosen.random() < 0.1)
        made.append(word)
        length += len(word) + 1
    return " ".join(made)[:characters]
