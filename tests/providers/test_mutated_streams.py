"""Broken, repeated, cut and lying streams: no crash, one end, no figure out of bounds."""

from __future__ import annotations

import random
import re
import tracemalloc

import pytest

from app.metering.usage import Certainty
from app.providers.counts import TOKENS_MAX
from app.providers.decode import decoder_for
from app.providers.events import Finished, StreamEvent, UsageArrived
from app.providers.framing import Bounds
from tests.providers.recordings import Recorded, recordings

STREAMS = tuple(r for r in recordings("streams") if len(r.body) < 20_000)
_NUMBERS = (
    "-5",
    "NaN",
    "-Infinity",
    "Infinity",
    "1e999",
    "1E+400000",
    "99999999999999999999",
    "1.5",
    "null",
    "true",
    '"12"',
    "[]",
    "{}",
)
_RUBBISH = (
    b": a comment\n",
    b"\r\n",
    b"\r",
    b"data\n",
    b"data:\n\n",
    b"id: 7\nretry: 10\n",
    b"\xff",
    b"\xe2\x82",
    b"\xed\xa0\x80",
    b"\\ud83d",
    b"data: [1,2]\n\n",
    b"data: 7\n\n",
    b"event: error\n",
    b"data: null\n\n",
    b"data: {}\n\n",
    b"\xef\xbb\xbf",
    b"\0",
    b"data: [DONE]\n\n",
)


def _mutated(body: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 4)):
        match dice.randrange(9):
            case 0:
                body = body[: dice.randrange(len(body) + 1)]
            case 1:
                place = dice.randrange(len(body) + 1)
                body = body[:place] + dice.choice(_RUBBISH) + body[place:]
            case 2:
                body = body.replace(b"\n", dice.choice((b"\r\n", b"\r")))
            case 3:
                body = _with_number(body, dice)
            case 4:
                body += body[-dice.randint(1, 400) :]
            case 5:
                events = body.split(b"\n\n")
                dice.shuffle(events)
                body = b"\n\n".join(events)
            case 6:
                body = body.replace(b"data: [DONE]", b"").replace(b"message_stop", b"ping")
            case 7 if body:
                place = dice.randrange(len(body))
                body = body[:place] + bytes([dice.randrange(256)]) + body[place + 1 :]
            case _:
                place = dice.randrange(len(body) + 1)
                body = body[:place] + b"x" * dice.randint(1, 30_000) + body[place:]
    return body


def _with_number(body: bytes, dice: random.Random) -> bytes:
    """Some figure of the usage becomes something else."""
    figures = list(
        re.finditer(rb'"[a-zA-Z_]*[tT]oken[a-zA-Z_]*": ?(\d+)|"cost": ?([\d.e-]+)', body)
    )
    if not figures:
        return body
    start, end = dice.choice(figures).span(dice.choice((1,)))
    if start < 0:
        return body
    return body[:start] + dice.choice(_NUMBERS).encode() + body[end:]


def _pieces(body: bytes, dice: random.Random) -> list[bytes]:
    cuts = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randint(0, 6)))
    return [body[a:b] for a, b in zip((0, *cuts), (*cuts, len(body)), strict=True)]


def _check(events: list[StreamEvent]) -> None:
    ends = [event for event in events if isinstance(event, Finished)]
    assert ends == [events[-1]]
    for event in events:
        if isinstance(event, UsageArrived):
            usage = event.usage
            assert all(0 <= count <= 4 * TOKENS_MAX for _, count in usage.parts())
            assert isinstance(usage.input, int)
            assert usage.reported_cost_pusd is None or 0 <= usage.reported_cost_pusd <= 10**18
            assert usage.certainty in (Certainty.EXACT, Certainty.PENDING)
        for text in (getattr(event, "text", ""), getattr(event, "arguments", "")):
            text.encode("utf-8")  # no half characters: windows and files refuse them


def _run(count: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(count):
        recorded = dice.choice(STREAMS)
        body = _mutated(recorded.body.encode(), dice)
        bounds = Bounds(line_bytes_max=20_000) if dice.random() < 0.3 else None
        cap = dice.choice((None, None, 10, 4096))
        decoder = decoder_for(recorded.language, bounds=bounds, output_tokens_max=cap)
        events = [event for piece in _pieces(body, dice) for event in decoder.feed(piece)]
        events += decoder.close()
        _check(events)
        assert decoder.feed(b"data: {}\n\n") == []
        assert decoder.close() == []
        if cap is not None:
            _check_cap(events, cap, recorded)


def _check_cap(events: list[StreamEvent], cap: int, recorded: Recorded) -> None:
    for event in events:
        if isinstance(event, UsageArrived) and b"iterations" not in recorded.body.encode():
            assert event.usage.output_total <= cap


@pytest.mark.parametrize("seed", range(10))
def test_a_mutated_stream_never_crashes_or_lies(seed: int) -> None:
    _run(100, seed)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_mutated_streams_never_crash_or_fill_the_memory() -> None:
    _run(2_000, 1_000)
    tracemalloc.start()
    _run(98_000, 2_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 4 * 2**20
