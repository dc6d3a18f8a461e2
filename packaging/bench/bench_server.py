"""The credit server against a bare pass-through of the same bytes, in one run: what holding,
counting and settling every call costs.

All take part on one machine: the load, a scripted provider, PostgreSQL, the bare pass-through (raw
ASGI and aiohttp) and the server with its ledger on PostgreSQL. Runs take turns.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from figures import RUNS, Figure, report
from server.load import Ask, Load, burst_of, rate_of
from server.processes import Running, address_of, asgi, credit_server, make_keys
from server.soak import mixed, slow_streams

CONNECTIONS = 32
ACCOUNTS = 64
SECONDS = float(os.environ.get("SERVER_SECONDS", "2"))
STREAMS = 256
CHUNKS, PACE_MS = 100, 20
PLAIN_LEAST, STREAMED_LEAST = 0.1, 0.25
FIRST_BYTE_MS_MOST = 3.0
SLOWER_MOST = 1.15
FIRST_BYTE_ROUNDS = 4 * RUNS
CHUNK_US_MOST = 60.0
MEMORY_MIB_MOST = 160.0
TWO_WORKERS_LEAST = 1.6
CORES_FOR_TWO = 6  # the load, the provider and PostgreSQL want theirs too

PLAIN, STREAMED = Ask(stream=False), Ask(stream=True)
PACED = Ask(stream=True, chunks=CHUNKS, pace_ms=PACE_MS)


@dataclass(frozen=True, slots=True)
class Rivals:
    """The three addresses that take the same requests, and the keys of the server's accounts."""

    upstream: Running
    bare: Running
    ours: Running
    keys: tuple[str, ...]


def figures() -> Iterable[Figure]:
    """Every figure of the server, medians of runs that take turns."""
    _end_in_order()
    began_s, stolen_s = time.monotonic(), _stolen_s()
    with _rivals() as rivals:
        yield from _rates(rivals)
        yield from _first_byte(rivals)
        yield from _many_streams(rivals)
    all_of_it_s = (time.monotonic() - began_s) * (os.cpu_count() or 1)
    yield Figure(  # where it is much, no figure in seconds says anything
        metric="processor time that the machine's host took for others",
        value=100 * (_stolen_s() - stolen_s) / all_of_it_s,
        unit="%",
    )
    if (os.cpu_count() or 1) >= CORES_FOR_TWO:
        yield _two_workers()


def run(words: list[str]) -> int:
    """`soak MINUTES`: 500 streams for two minutes, then so many minutes of mixed load.

    `mixed MINUTES [SHARE]`: the mixed load alone; bursts take SHARE (0 to 1) of the time.
    """
    match words:
        case ["soak", minutes]:
            with_streams, share = True, 1.0
        case ["mixed", minutes, *rest] if len(rest) < 2:
            with_streams, share = False, float(rest[0]) if rest else 1.0
        case _:
            sys.exit("dev.py bench server soak MINUTES, or mixed MINUTES [SHARE]")
    _end_in_order()
    kept = True
    with _rivals() as rivals:
        if with_streams:
            kept = report("server", slow_streams(rivals.ours, rivals.upstream, rivals.keys))
        load = mixed(rivals.ours, rivals.keys, float(minutes), share)
        return 0 if report("server", load) and kept else 1


def _end_in_order() -> None:
    """Told to end, leave what was begun, so that PostgreSQL and the rivals end too."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _rates(rivals: Rivals) -> Iterable[Figure]:
    for words, ask, least in (
        ("plain", PLAIN, PLAIN_LEAST),
        ("streamed, 20 chunks", STREAMED, STREAMED_LEAST),
    ):
        for place in (rivals.bare, rivals.ours):
            _load(place, rivals.keys, ask)  # connections are made, statements prepared
        pairs = [
            (_load(rivals.ours, rivals.keys, ask), _load(rivals.bare, rivals.keys, ask))
            for _ in range(RUNS)
        ]
        failed = sum(ours.failed for ours, _ in pairs)
        yield Figure(
            metric=f"{words}, {CONNECTIONS} connections",
            value=median(ours.rate for ours, _ in pairs),
            unit="requests/s",
            against="a bare pass-through",
            base=median(bare.rate for _, bare in pairs),
            limit=least,
            at_least=True,
        )
        yield Figure(metric=f"{words}: failed", value=failed, unit="requests", limit=0)


def _first_byte(rivals: Rivals) -> Iterable[Figure]:
    def first_ms(place: Running) -> float:
        load = _run(rate_of(place.url, rivals.keys, STREAMED, connections=1, seconds=SECONDS / 8))
        return 1000 * median(load.first_byte_s)

    # Many and short: what takes the processors away for a second then spoils few of them.
    rounds = [
        tuple(map(first_ms, (rivals.ours, rivals.bare, rivals.upstream)))
        for _ in range(FIRST_BYTE_ROUNDS)
    ]
    yield Figure(
        metric="added to the first byte, 1 connection",
        value=median(ours - direct for ours, _, direct in rounds),
        unit="ms",
        limit=FIRST_BYTE_MS_MOST,
    )
    yield Figure(  # how fast the machine is at this hour
        metric="added to the first byte, by a bare pass-through",
        value=median(bare - direct for _, bare, direct in rounds),
        unit="ms",
    )


def _many_streams(rivals: Rivals) -> Iterable[Figure]:
    def burst(place: Running) -> Load:
        return _run(burst_of(place.url, rivals.keys, PACED, connections=STREAMS))

    def with_cpu_us(place: Running) -> tuple[Load, float]:
        before = place.cpu_s()
        return burst(place), 1e6 * (place.cpu_s() - before) / (STREAMS * CHUNKS)

    burst(rivals.ours)
    loads, direct, cpu_us, bare_us = [], [], [], []
    for _ in range(RUNS):
        load, us = with_cpu_us(rivals.ours)
        loads.append(load)
        cpu_us.append(us)
        bare_us.append(with_cpu_us(rivals.bare)[1])
        direct.append(burst(rivals.upstream))
    yield Figure(
        metric=f"{STREAMS} streams of {CHUNKS} chunks each {PACE_MS} ms",
        value=median(load.seconds for load in loads),
        unit="s",
        against="the provider itself",
        base=median(load.seconds for load in direct),
        limit=SLOWER_MOST,
    )
    failed = sum(load.failed for load in loads)
    yield Figure(metric=f"{STREAMS} streams: failed", value=failed, unit="requests", limit=0)
    yield Figure(
        metric="processor time for a chunk, with its share of the call",
        value=median(cpu_us),
        unit="us",
        limit=CHUNK_US_MOST,
    )
    yield Figure(  # how fast the machine is at this hour
        metric="processor time for a chunk, of a bare pass-through",
        value=median(bare_us),
        unit="us",
    )
    yield Figure(
        metric="memory of a worker after all of it",
        value=rivals.ours.memory_mib(),
        unit="MiB",
        limit=MEMORY_MIB_MOST,
    )


def _stolen_s() -> float:
    """Seconds of all processors since the start that a virtual machine's host took for others; 0
    where the system does not say."""
    try:
        with open("/proc/stat", encoding="ascii") as lines:
            return int(lines.readline().split()[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0


def _two_workers() -> Figure:
    def rate(workers: int) -> float:
        with _rivals(workers) as rivals:
            _load(rivals.ours, rivals.keys, STREAMED)
            return median(_load(rivals.ours, rivals.keys, STREAMED).rate for _ in range(RUNS))

    return Figure(
        metric="streamed with two workers",
        value=rate(2),
        unit="requests/s",
        against="one worker",
        base=rate(1),
        limit=TWO_WORKERS_LEAST,
        at_least=True,
    )


def _load(place: Running, keys: tuple[str, ...], ask: Ask) -> Load:
    return _run(rate_of(place.url, keys, ask, connections=CONNECTIONS, seconds=SECONDS))


def _run(work: Coroutine[Any, Any, Load]) -> Load:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@contextmanager
def _rivals(workers: int = 1) -> Iterator[Rivals]:
    from tests.fixtures.postgres import find_programs, running

    programs = find_programs()
    if programs is None:
        sys.exit("The bench of the server needs PostgreSQL.")
    with ExitStack() as stack:
        postgres = stack.enter_context(running(programs))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = stack.enter_context(asgi("scripted"))
        bare = stack.enter_context(asgi("bare", {"BENCH_UPSTREAM": upstream.url}))
        books = address_of(postgres)
        keys = make_keys(books, folder, ACCOUNTS)
        ours = stack.enter_context(credit_server(upstream.url, books, folder, workers=workers))
        yield Rivals(upstream, bare, ours, tuple(keys))
