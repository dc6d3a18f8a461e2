"""Long loads: many slow streams side by side, and a mixture of everything with flat memory."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence

from figures import Figure, percentile

from server.load import Ask, GapLine, Load, burst_of, rate_of
from server.processes import Running

STREAMS, TOKENS_PER_S, STREAM_S = 500, 20, 120
GAP_MS_MOST = 50.0
GROWS_MOST = 1.1
WARM_S, CONNECTIONS = 60.0, 16
BURST_S, READING_S = 2.0, 60.0
_PACE_MS = 1000 // TOKENS_PER_S


def slow_streams(
    ours: Running, upstream: Running, keys: Sequence[str], seconds: int = STREAM_S
) -> Iterable[Figure]:
    """500 streams of 20 tokens a second: none dropped, and how much later tokens come."""
    ask = Ask(stream=True, chunks=TOKENS_PER_S * seconds, pace_ms=_PACE_MS)

    def gap_ms(place: Running) -> tuple[float, int]:
        GapLine.gaps = []
        load = asyncio.run(burst_of(place.url, keys, ask, connections=STREAMS, line=GapLine))
        return 1000 * percentile(GapLine.gaps, 0.99), load.failed

    (ours_ms, failed), (direct_ms, _) = gap_ms(ours), gap_ms(upstream)
    words = f"{STREAMS} streams of {TOKENS_PER_S} tokens/s for {seconds} s"
    yield Figure(metric=f"{words}: dropped", value=failed, unit="streams", limit=0)
    yield Figure(
        metric=f"{words}: p99 between tokens, over the provider's {direct_ms:.0f} ms",
        value=ours_ms - direct_ms,
        unit="ms",
        limit=GAP_MS_MOST,
    )


def mixed(
    ours: Running, keys: Sequence[str], minutes: float, share: float = 1.0
) -> Iterable[Figure]:
    """Plain and streamed, short and long, in turns: memory after it against memory after a
    minute of it. `share` is the part of the time that bursts take; the rest is pauses between
    them, for a machine that others work on."""
    chance = random.Random(5)
    _mix(ours, keys, WARM_S, chance, share)
    before = ours.memory_mib()
    words = f"{minutes:g} minutes of mixed load"
    if share < 1:
        words += f" with pauses, bursts {share:.0%} of the time"
    done = failed = 0
    most_mib, left_s = before, 60 * minutes
    while left_s > 0:
        load = _mix(ours, keys, min(left_s, READING_S), chance, share)
        done, failed, left_s = done + load.done, failed + load.failed, left_s - READING_S
        most_mib = max(most_mib, ours.memory_mib())
    yield Figure(metric=f"{words}: answered", value=done, unit="requests")
    yield Figure(metric=f"{words}: failed", value=failed, unit="requests", limit=0)
    yield Figure(
        metric=f"{words}: most memory of a worker, read each minute", value=most_mib, unit="MiB"
    )
    yield Figure(
        metric=f"{words}: memory of a worker",
        value=ours.memory_mib(),
        unit="MiB",
        against="after the first minute",
        base=before,
        limit=GROWS_MOST,
    )


def _mix(
    ours: Running, keys: Sequence[str], seconds: float, chance: random.Random, share: float
) -> Load:
    start, sum_of = time.perf_counter(), Load(seconds)
    while (begun := time.perf_counter()) < start + seconds:
        stream = chance.random() < 0.7
        pace_ms = chance.choice((0, 0, 10)) if stream else 0
        ask = Ask(stream=stream, chunks=chance.choice((1, 20, 100)), pace_ms=pace_ms)
        burst = rate_of(ours.url, keys, ask, connections=CONNECTIONS, seconds=BURST_S)
        load = asyncio.run(burst)
        sum_of.done, sum_of.failed = sum_of.done + load.done, sum_of.failed + load.failed
        time.sleep((time.perf_counter() - begun) * (1 / share - 1))
    return sum_of
