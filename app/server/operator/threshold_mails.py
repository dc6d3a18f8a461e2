"""Mails to people about thresholds of their own grants: one for each grant and percent.

Organizations and workspaces have their own, in `organizations.alerts`.
"""

from __future__ import annotations

from datetime import timedelta

from app.server.accounts.mail import Mail, MailNotSent, mailer_of
from app.server.credits.notices import claim_mail, give_up_mail, mail_of, notices_to_mail
from app.server.services import Services

_SINCE = timedelta(days=3)  # what is older is no news
_AT_ONCE = 100


async def mail_thresholds(services: Services) -> int:
    """Write to those whose use has crossed a threshold; how many mails went out. Where no mail
    server is set nothing is done: open windows were told when it happened."""
    settings = services.settings
    if not settings.smtp_url and not settings.demo:
        return 0
    mailer, now, sent = mailer_of(settings), services.clock.now(), 0
    for notice in await services.database.read(notices_to_mail, now - _SINCE, _AT_ONCE):
        if not await services.database.run(claim_mail, notice, now):
            continue  # another worker writes it
        subject, text = mail_of(notice)
        try:
            await mailer.send(Mail(notice.email, subject, text))
        except MailNotSent:
            await services.database.run(give_up_mail, notice)
            break  # the mail server is down: at the next turn
        sent += 1
    return sent
