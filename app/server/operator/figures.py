"""The server's figures in Prometheus' text form.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-21). What the
books know is asked of them; what workers count themselves is added up from their rows.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ledger.rows import ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.operator.counting import counts_of
from app.server.proxy.desk import desk_of
from app.server.services import Services

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
WRITE_EVERY_S = 5.0
_HEARD_WITHIN = timedelta(seconds=60)
_KEPT = timedelta(hours=1)
# Open holds are told by how old they are; an old one is the sign of trouble.
HOLD_AGES_S = (10, 60, 300, 900, 3600)

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a metric."""

    name: str
    value: float
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """What a name means to whoever reads it."""

    name: str
    kind: str
    about: str


METRICS = (
    Metric("tuppence_requests_total", "counter", "Answers by path and status."),
    Metric("tuppence_streams_open", "gauge", "Calls that are being answered now."),
    Metric("tuppence_queue_waiting", "gauge", "Calls that wait for their turn."),
    Metric("tuppence_drains_open", "gauge", "Answers read to their end although the client went."),
    Metric(
        "tuppence_upstream_errors_total", "counter", "Attempts that failed before a first token."
    ),
    Metric("tuppence_commit_seconds", "gauge", "How long a worker's last own commit took."),
    Metric("tuppence_database_seconds", "gauge", "How long the books took to answer just now."),
    Metric("tuppence_workers", "gauge", "Workers that were heard of within a minute."),
    Metric("tuppence_holds_open", "gauge", "Open holds by state."),
    Metric("tuppence_holds_open_age", "gauge", "Open holds that are at least so many seconds old."),
    Metric("tuppence_settlements_total", "counter", "Ended calls by how they ended."),
    Metric("tuppence_credited_payments_total", "counter", "Payments that were credited."),
    Metric("tuppence_events_set_aside", "gauge", "Payment events that wait for a person."),
    Metric("tuppence_events_unhandled", "gauge", "Payment events without an effect yet."),
    Metric("tuppence_released_cost_picodollars_total", "counter", "Cost of released calls."),
)


def own_samples(services: Services) -> Iterator[Sample]:
    """What this worker knows of itself."""
    desk, counts = desk_of(services), counts_of(services)
    yield Sample("tuppence_streams_open", desk.gate.inside)
    yield Sample("tuppence_queue_waiting", desk.gate.waiting)
    yield Sample("tuppence_drains_open", desk.drains)
    yield Sample("tuppence_commit_seconds", counts.commit_s)
    for (path, status), number in sorted(counts.requests.items()):
        labels = (("path", path), ("status", str(status)))
        yield Sample("tuppence_requests_total", number, labels)
    for (route, error), number in sorted(counts.upstream.items()):
        labels = (("route", route), ("error", error))
        yield Sample("tuppence_upstream_errors_total", number, labels)
    yield from _by("tuppence_settlements_total", "ending", counts.ended)
    yield from _by("tuppence_credited_payments_total", "processor", counts.credited)
    yield Sample("tuppence_released_cost_picodollars_total", counts.lost_pusd)


async def write_own(services: Services) -> None:
    """Leave this worker's figures where the others find them; its commit is timed."""
    text = json.dumps([[each.name, each.value, each.labels] for each in own_samples(services)])
    worker, began = desk_of(services).owner, time.perf_counter()
    await services.database.run(_write, worker, text, services.clock.now())
    counts_of(services).commit_s = time.perf_counter() - began


async def all_figures(services: Services) -> str:
    """The whole text: this worker as it is, the others as they were last heard of, the books."""
    now, began = services.clock.now(), time.perf_counter()
    rows = await services.database.read(_others, desk_of(services).owner, now)
    latency_s = time.perf_counter() - began
    samples = list(_labelled(desk_of(services).owner, own_samples(services)))
    for worker, figures in rows:
        told = (
            Sample(name, value, tuple((key, word) for key, word in labels))
            for name, value, labels in json.loads(figures)
        )
        samples += _labelled(worker, told)
    samples.append(Sample("tuppence_database_seconds", latency_s))
    samples.append(Sample("tuppence_workers", len(rows) + 1))
    samples += await services.database.read(_of_books, now)
    return rendered(samples)


def rendered(samples: Iterable[Sample]) -> str:
    """The text: each metric with what it is, then its values."""
    by_name: dict[str, list[Sample]] = {metric.name: [] for metric in METRICS}
    for sample in samples:
        by_name[sample.name].append(sample)
    lines = []
    for metric in METRICS:
        lines += [f"# HELP {metric.name} {metric.about}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [_line(sample) for sample in by_name[metric.name]]
    return "\n".join(lines) + "\n"


def _line(sample: Sample) -> str:
    value = f"{sample.value:.9g}" if isinstance(sample.value, float) else str(sample.value)
    if not sample.labels:
        return f"{sample.name} {value}"
    labels = ",".join(f'{name}="{_escaped(word)}"' for name, word in sample.labels)
    return f"{sample.name}{{{labels}}} {value}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _labelled(worker: str, samples: Iterable[Sample]) -> Iterator[Sample]:
    """A worker's name is the same whoever answers, and says nothing of the machine."""
    name = hashlib.sha256(worker.encode()).hexdigest()[:8]
    for sample in samples:
        yield Sample(sample.name, sample.value, (*sample.labels, ("worker", name)))


def _write(worker: str, text: str, now: datetime) -> Steps[None]:
    yield Sql(
        "INSERT INTO worker_figures (worker, figures, at_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (worker) DO UPDATE SET figures = excluded.figures, at_ms = excluded.at_ms",
        (worker, text, ms_from(now)),
    )
    yield Sql("DELETE FROM worker_figures WHERE at_ms < ?", (ms_from(now - _KEPT),))


def _others(worker: str, now: datetime) -> Steps[Sequence[Row]]:
    return (
        yield Sql(
            "SELECT worker, figures FROM worker_figures WHERE worker <> ? AND at_ms > ?"
            " ORDER BY worker",
            (worker, ms_from(now - _HEARD_WITHIN)),
        )
    )


def _of_books(now: datetime) -> Steps[list[Sample]]:
    found: list[Sample] = []
    rows = yield Sql(
        "SELECT CAST(state AS TEXT), created_ms FROM ledger_holds WHERE ended_ms IS NULL"
    )
    by_state = dict.fromkeys(("held", "dispatched", "unknown"), 0)
    for state, _ in rows:
        by_state[state] += 1
    found += _by("tuppence_holds_open", "state", by_state)
    for age_s in HOLD_AGES_S:
        old = sum(1 for _, created_ms in rows if created_ms <= ms_from(now) - age_s * 1000)
        found.append(Sample("tuppence_holds_open_age", old, (("seconds", str(age_s)),)))
    waiting = yield Sql(
        "SELECT count(*) FROM payment_events e WHERE e.outcome = 'set_aside' AND NOT EXISTS"
        " (SELECT 1 FROM payment_events a WHERE a.processor = e.processor AND a.mode = e.mode"
        " AND a.event_id <> e.event_id AND a.at_ms >= e.at_ms"
        " AND substr(a.event_id, 1, length(e.event_id) + 7) = e.event_id || '/again/')"
    )
    found.append(Sample("tuppence_events_set_aside", waiting[0][0]))
    unhandled = yield Sql("SELECT count(*) FROM ledger_events WHERE handled = 0")
    found.append(Sample("tuppence_events_unhandled", unhandled[0][0]))
    return found


def _by(name: str, label: str, numbers: Mapping[str, int]) -> Iterator[Sample]:
    for word, number in sorted(numbers.items()):
        yield Sample(name, number, ((label, word),))
