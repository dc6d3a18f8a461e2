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
from app.server.accounts.mail import Mail, Mailer, MailNotSent, mailer_of
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
        gone = await _send(mailer, alert)
        sent += gone
        if not gone:
            await services.database.run(give_up_mail, alert.notice)
            break  # the mail server is down: at the next turn
    return sent


async def _send(mailer: Mailer, alert: Alert) -> int:
    """How many mails went out: where one did, nobody is written to a second time."""
    subject, text = mail_of(alert.notice)
    gone = 0
    for address in alert.to:
        try:
            await mailer.send(Mail(address, f"{alert.group}: {subject}", text))
        except MailNotSent:
            continue  # the mailer has said why
        gone += 1
    return gone


def _alerts(catalog: PlanCatalog, since_ms: int) -> Steps[tuple[Alert, ...]]:
    roles = roles_with(Right.BILLING, catalog)
    rows = yield Sql(
        "SELECT n.account, l.tenant, l.name, CAST(l.unit AS TEXT), n.percent,"
        " l.granted - l.posted, l.granted, l.closes_ms, a.name FROM ledger_notices n"
        " JOIN ledger_accounts l ON l.id = n.account"
        " JOIN accounts a ON a.id = l.tenant AND a.kind <> 'person' AND a.deleted_ms IS NULL"
        " LEFT JOIN notice_mails m ON m.account = n.account AND m.percent = n.percent"
        " WHERE m.account IS NULL AND n.at_ms >= ?"
        f" AND EXISTS (SELECT 1 {_PEOPLE % {'tenant': 'l.tenant', 'roles': _marks(roles)}})"
        " ORDER BY n.at_ms LIMIT ?",
        (since_ms, *roles, _AT_ONCE),
    )
    found = []
    for account, tenant, name, unit, percent, used, granted, closes_ms, group in rows:
        to = yield from _addresses(tenant, roles)
        resets = None if closes_ms is None else at_from(closes_ms)
        notice = MailNotice(account, tenant, "", name, Unit(unit), percent, used, granted, resets)
        found.append(Alert(notice, group, to))
    return tuple(found)


def _addresses(tenant: str, roles: Sequence[str]) -> Steps[tuple[str, ...]]:
    people = _PEOPLE % {"tenant": "?", "roles": _marks(roles)}
    rows = yield Sql(
        f"SELECT p.email {people} ORDER BY b.joined_ms, b.account",
        (tenant, *roles),
    )
    return tuple(str(row[0]) for row in rows)


# Those of a group who may bill and have an address.
_PEOPLE = (
    "FROM members b JOIN accounts p ON p.id = b.account WHERE b.tenant = %(tenant)s"
    " AND p.email IS NOT NULL AND p.deleted_ms IS NULL AND b.role IN (%(roles)s)"
)


def _marks(roles: Sequence[str]) -> str:
    return ", ".join("?" * len(roles)) or "''"
