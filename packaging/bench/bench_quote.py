"""A quote for every key typed into a long chat, as the engine computes it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import psutil
from figures import Figure, median_time_s, percentile

from app.catalog.pricebook import PriceBook, load_price_book
from app.metering.payer import Payer, PayerKind
from app.metering.quote import Quote, make_quote
from app.metering.tokens import TokenCounter
from app.request import ChatRequest, RequestMessage, Role, TextPart

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
MESSAGES = 200
KEYS = 1500
P99_LIMIT_MS = 50.0
BOOK_LIMIT_MS = 30.0
PASTE_LIMIT_MS = 500.0
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your key")
_WORDS = "the price of a message grows with its chat; Kosten wachsen. naïve 漢字 x=42 {}"
MODELS = (("openai", "gpt-5"), ("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro"))


def figures() -> Iterable[Figure]:
    """Loading, the first count, each key of a draft of growing length, and a huge paste."""
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
        RequestMessage(roles[place % 2], (TextPart(_text(chosen, chosen.randint(50, 4000))),))
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
