"""Signs of life of the calls that run: tokens so far, a longer lease, and the name that the
provider has for the call, so that another worker can end what this one leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.ledger import calls as ledger_calls
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.server.proxy.beat import Beat
from app.server.proxy.desk import Desk

BEAT_S = 5.0
_TOGETHER = 50  # holds are locked until their transaction ends
_KEPT = timedelta(days=1)


async def beat_all(desk: Desk) -> int:
    """Tell of every call that was sent at least `BEAT_S` ago; how many there were."""
    since = desk.services.clock.monotonic() - BEAT_S
    due = [
        run
        for run in list(desk.running.values())
        if run.dispatched_s is not None and run.dispatched_s <= since
    ]
    beats = [run.beat() for run in due]
    beats.sort(key=lambda beat: beat.hold_id)
    now, lease = desk.services.clock.now(), desk.lease_until()
    for at in range(0, len(beats), _TOGETHER):
        part = beats[at : at + _TOGETHER]
        await desk.services.database.run(_write, part, desk.owner, lease, now)
    return len(beats)


def _write(beats: Sequence[Beat], owner: str, lease: datetime, now: datetime) -> Steps[None]:
    for beat in beats:
        yield from ledger_calls.heartbeat(
            beat.hold_id, owner=owner, output_tokens=beat.output_tokens, lease_until=lease
        )
        if beat.upstream_id:
            yield Sql(
                "INSERT INTO generations (tenant, hold_id, upstream_id, seen_ms)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (tenant, hold_id)"
                " DO UPDATE SET upstream_id = excluded.upstream_id",
                (beat.tenant, beat.hold_id, beat.upstream_id, ms_from(now)),
            )


def generation_of(tenant: str, hold_id: str) -> Steps[str]:
    """The provider's name for a call, empty where it was never told."""
    rows = yield Sql(
        "SELECT upstream_id FROM generations WHERE tenant = ? AND hold_id = ?", (tenant, hold_id)
    )
    return str(rows[0][0]) if rows else ""


def forget_generations(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM generations WHERE seen_ms < ?", (ms_from(now - _KEPT),))
