"""Threshold notices: one for each grant and percent, told to open windows at once, and by e-mail
by whoever asks for those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Unit
from app.ledger.notices import notice_thresholds
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps
from app.metering.allowances import percents_of
from app.metering.allowances_split import Draw
from app.server.credits.refusals import amount_words
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


@dataclass(frozen=True, slots=True)
class MailNotice:
    """A threshold that the holder was not written about yet. Amounts are in `unit`."""

    account: str
    tenant: str
    email: str
    name: str
    unit: Unit
    percent: int
    used: int
    granted: int
    resets: datetime | None


def notices_to_mail(since: datetime, at_most: int) -> Steps[tuple[MailNotice, ...]]:
    """Thresholds reached since a moment whose holder has an e-mail address and no mail yet."""
    rows = yield Sql(
        "SELECT n.account, l.tenant, a.email, l.name, CAST(l.unit AS TEXT), n.percent,"
        " l.granted - l.posted, l.granted, l.closes_ms FROM ledger_notices n"
        " JOIN ledger_accounts l ON l.id = n.account"
        " JOIN accounts a ON a.id = l.tenant AND a.email IS NOT NULL AND a.deleted_ms IS NULL"
        " LEFT JOIN notice_mails m ON m.account = n.account AND m.percent = n.percent"
        " WHERE m.account IS NULL AND n.at_ms >= ? ORDER BY n.at_ms LIMIT ?",
        (ms_from(since), at_most),
    )
    return tuple(
        MailNotice(
            row[0],
            row[1],
            row[2],
            row[3],
            Unit(row[4]),
            row[5],
            row[6],
            row[7],
            None if row[8] is None else at_from(row[8]),
        )
        for row in rows
    )


def claim_mail(notice: MailNotice, now: datetime) -> Steps[bool]:
    """Whether this worker is the one to write about a threshold: one mail each."""
    rows = yield Sql(
        "INSERT INTO notice_mails (account, percent, at_ms) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING account",
        (notice.account, notice.percent, ms_from(now)),
    )
    return bool(rows)


def give_up_mail(notice: MailNotice) -> Steps[None]:
    """The mail could not be sent: it is tried again."""
    yield Sql(
        "DELETE FROM notice_mails WHERE account = ? AND percent = ?",
        (notice.account, notice.percent),
    )


def mail_of(notice: MailNotice) -> tuple[str, str]:
    """Subject and text of a notice."""
    used = amount_words(notice.unit, notice.used)
    granted = amount_words(notice.unit, notice.granted)
    what = "is used up" if notice.percent >= 100 else f"is {notice.percent} % used"
    lines = [f"{notice.name} {what}: {used} of {granted}."]
    if notice.resets is not None:
        lines.append(f"It is granted anew on {notice.resets:%d %B %Y, %H:%M} UTC.")
    return f"{notice.name} {what}", "\n".join(lines) + "\n"
