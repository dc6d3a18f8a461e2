"""What a tenant's open windows are told: rows, because the window may hang on another worker."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.clock import new_id
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps

KEPT = timedelta(hours=1)
TENANTS_PER_STATEMENT = 500


class Kind(StrEnum):
    BALANCE_CHANGED = "balance_changed"
    PURCHASE_LANDED = "purchase_landed"
    LICENSE_RENEWED = "license_renewed"
    NOTICE = "notice"  # a threshold was reached


@dataclass(frozen=True, slots=True)
class Announcement:
    """`id` sorts by time; `facts` is a JSON object."""

    tenant: str
    id: str
    at: datetime
    kind: str
    facts: str


def announce(
    tenant: str, kind: Kind, now: datetime, facts: Mapping[str, object] | None = None
) -> Steps[None]:
    """Tell a tenant's windows, in the transaction of what happened."""
    yield Sql(
        "INSERT INTO announcements (tenant, id, at_ms, kind, facts) VALUES (?, ?, ?, ?, ?)",
        (tenant, new_id(), ms_from(now), str(kind), json.dumps(dict(facts or {}))),
    )


def announced_since(
    tenants: tuple[str, ...], after_id: str, at_most: int = 500
) -> Steps[tuple[Announcement, ...]]:
    """What was announced after this one, the oldest first."""
    if not tenants:
        return ()
    marks = ", ".join("?" * len(tenants))
    rows = yield Sql(
        "SELECT tenant, id, at_ms, kind, facts FROM announcements"
        f" WHERE tenant IN ({marks}) AND id > ? ORDER BY id LIMIT ?",
        (*tenants, after_id, at_most),
    )
    return tuple(Announcement(row[0], row[1], at_from(row[2]), row[3], row[4]) for row in rows)


def all_announced_since(
    tenants: Sequence[str], after_id: str, at_most: int = 500
) -> Steps[tuple[Announcement, ...]]:
    """All that was announced after this one to any number of tenants, in the order of ids."""
    found: list[Announcement] = []
    for start in range(0, len(tenants), TENANTS_PER_STATEMENT):
        some, last = tuple(tenants[start : start + TENANTS_PER_STATEMENT]), after_id
        while True:
            page = yield from announced_since(some, last, at_most)
            found.extend(page)
            if len(page) < at_most:
                break
            last = page[-1].id
    return tuple(sorted(found, key=lambda each: each.id))


def id_at(at: datetime) -> str:
    """The smallest id that an announcement of this moment can have; ids begin with their time."""
    return f"{ms_from(at):012x}" + "0" * 20


def at_of(announcement_id: str) -> datetime:
    """When an id was made. Raises ValueError for what is none."""
    if not re.fullmatch("[0-9a-f]{32}", announcement_id):
        raise ValueError(f"not an announcement's id: {announcement_id!r}")
    return at_from(int(announcement_id[:12], 16))


def forget_announcements(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM announcements WHERE at_ms < ?", (ms_from(now - KEPT),))
