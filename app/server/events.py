"""What a tenant's open windows are told: rows, because the window may hang on another worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.clock import new_id
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps

KEPT = timedelta(hours=1)


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


def forget_announcements(now: datetime) -> Steps[None]:
    yield Sql("DELETE FROM announcements WHERE at_ms < ?", (ms_from(now - KEPT),))
