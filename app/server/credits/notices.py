"""Threshold notices: one for each grant and percent, told to open windows at once, and by e-mail
by whoever asks for those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.ledger.notices import notice_thresholds
from app.ledger.steps import Steps
from app.metering.allowances import percents_of
from app.metering.allowances_split import Draw
from app.server.events import Kind, announce


def tell_thresholds(
    catalog: PlanCatalog, tenant: str, draws: Sequence[Draw], now: datetime
) -> Steps[None]:
    """Remember and announce which thresholds these draws have crossed, in their transaction."""
    for draw in draws:
        grant = draw.grant
        if not grant.limited or not draw.amount:
            continue
        for notice in (yield from notice_thresholds([grant.id], percents_of(catalog, grant), now)):
            yield from announce(
                tenant,
                Kind.NOTICE,
                now,
                {
                    "grant": grant.id,
                    "name": grant.name,
                    "unit": str(grant.unit),
                    "percent": notice.percent,
                    "used": notice.used,
                    "granted": notice.granted,
                },
            )
