"""A conversation's answer read frame by frame, as a slow stream comes, and read in one piece."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from app.metering.payer import PayerKind
from app.metering.token_count import TokenCount
from app.providers.hosts import HOSTS
from app.server.accounts.identify import Caller
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute
from app.server.proxy.asked_chat import ChatAsked, ChatReader
from app.server.wire.chat_request import read_chat
from tests.server.wire.test_quick_frames import HALVES, ODD, ONE_QUOTE, WORDS, event, said, told

ROUTE = PricedRoute("openai", "openai", "gpt-4o", None)
END = [
    said("", finish_reason="stop"),
    event(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 4}),
    b"data: [DONE]\n\n",
]


def reader() -> ChatReader:
    wish = {"model": "ours", "messages": [{"role": "user", "content": "x"}], "stream": True}
    asked = ChatAsked(CallKind.CHAT, read_chat(wish), "", TokenCount(1))
    call = AdmittedCall(
        "r1",
        Caller("a", "a"),
        CallKind.CHAT,
        "ours",
        1,
        99,
        (ROUTE,),
        PayerKind.ALLOWANCE,
        (),
        datetime(2026, 11, 22, tzinfo=UTC),
    )
    made = ChatReader(asked, ROUTE, HOSTS["openai"], call, lambda text, _: len(text))
    made.begin("text/event-stream")
    return made


def read(pieces: Iterable[bytes]) -> tuple[object, ...]:
    """Everything that a reader says of an answer."""
    one = reader()
    sent = b"".join([one.feed(piece) for piece in pieces])
    if not one.ended:
        sent += one.close()
    return told(sent), one.answer(), one.usage, one.finished, one.counted_output(), one.began


@pytest.mark.parametrize("seed", range(60))
def test_frame_by_frame_it_says_and_counts_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    frames = [said(chance.choice([*WORDS, "plain ", "words "])) for _ in range(30)]
    for _ in range(seed % 4):
        odd = chance.choice([ONE_QUOTE, chance.choice(ODD), chance.choice(HALVES)])
        frames.insert(chance.randrange(1, 30), odd)
    frames += END
    quick = read(frames)
    monkeypatch.setattr("app.server.wire.quick_frames._LEARNED_MAX", 0)
    assert quick == read([b"".join(frames)])


def test_a_lone_frame_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    one = reader()
    first = one.feed(said("Hello"))
    one.feed(said(" there"))
    monkeypatch.setattr("app.server.wire.passing.Passing.feed", None)
    sent = one.feed(said(" again"))
    assert told(first + sent)[-1] == told(first + sent)[0] | {  # type: ignore[operator]
        "choices": [{"index": 0, "delta": {"content": " again"}}]
    }
    assert one.counted_output() == len("Hello there again")
