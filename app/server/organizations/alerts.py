"""Mails about thresholds of a shared pool or of managed credit: to those who may bill, once each.

An organization has no address of its own, so its people are written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Right, Unit
from app.catalog.rights import roles_with
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Sql, Steps
from app.server.accounts.mail import Mail, MailNotSent, mailer_of
from app.server.credits.notices import MailNotice, claim_mail, give_up_mail, mail_of
from app.server.services import Services

_SINCE = timedelta(days=3)  # what is older is no news
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """A threshold of a group that nobody was written about yet, and who is to be."""

    notice: MailNotice
    group: str
    to: tuple[str, ...]


async def mail_alerts(services: Services) -> int:
    """Write about what was crossed since the last time; how many mails went out. Where no mail
    server is set nothing is done: open windows were told when it happened."""
    settings = services.settings
    if not settings.smtp_url and not settings.demo:
        return 0
    mailer, now, sent = mailer_of(settings), services.clock.now(), 0
    since_ms = ms_from(now - _SINCE)
    for alert in await services.database.read(_alerts, services.catalog, since_ms):
        if not await services.database.run(claim_mail, alert.notice, now):
            continue
        subject, text = mail_of(alert.notice)
        try:
            for address in alert.to:
                await mailer.send(Mail(address, f"{alert.group}: {subject}", text))
                sent += 1
        except MailNotSent:
            await services.database.run(give_up_mail, alert.notice)
            break  # the mail server is down: at the next turn
    return sent


def _alerts(catalog: PlanCatalog, since_ms: int) -> Steps[tuple[Alert, ...]]:
    rows = yield Sql(
        "SELECT n.account, l.tenant, l.name, CAST(l.unit AS TEXT), n.percent,"
        " l.granted - l.posted, l.granted, l.closes_ms, a.name FROM ledger_notices n"
        " JOIN ledger_accounts l ON l.id = n.account"
        " JOIN accounts a ON a.id = l.tenant AND a.kind <> 'person' AND a.deleted_ms IS NULL"
        " LEFT JOIN notice_mails m ON m.account = n.account AND m.percent = n.percent"
        " WHERE m.account IS NULL AND n.at_ms >= ? ORDER BY n.at_ms LIMIT ?",
        (since_ms, _AT_ONCE),
    )
    found = []
    for account, tenant, name, unit, percent, used, granted, closes_ms, group in rows:
        to = yield from _addresses(tenant, roles_with(Right.BILLING, catalog))
        resets = None if closes_ms is None else at_from(closes_ms)
        notice = MailNotice(account, tenant, "", name, Unit(unit), percent, used, granted, resets)
        if to:
            found.append(Alert(notice, group, tuple(to)))
    return tuple(found)


def _addresses(tenant: str, roles: Sequence[str]) -> Steps[list[str]]:
    marks = ", ".join("?" * len(roles)) or "''"
    rows = yield Sql(
        "SELECT a.email FROM members m JOIN accounts a ON a.id = m.account"
        " WHERE m.tenant = ? AND a.email IS NOT NULL AND a.deleted_ms IS NULL"
        f" AND m.role IN ({marks}) ORDER BY m.joined_ms, m.account",
        (tenant, *roles),
    )
    return [str(row[0]) for row in rows]
