"""Mail that the server sends: codes, invitations, notices. Every domain sends through a `Mailer`:

    await mailer_of(services.settings).send(Mail(to, subject, text))

in the request or job that wants it, outside of a transaction, and after it. It raises `MailNotSent`
and has then logged why, without a word of the text; an endpoint turns that into an answer with
`mail_trouble`. What has to be sent later all the same is a row of the domain's own and a job.
"""

from __future__ import annotations

import logging
import ssl
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.errors import ConfigError, TuppenceError
from app.server.errors import Refused
from app.server.settings import PREFIX, ServerSettings

_log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_FORM = "Write smtp://name:word@host:587, or smtps://… where TLS comes first."


class MailNotSent(TuppenceError):
    """No server took the mail; sending it again may work."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address, in plain text. `text` is in no `repr`: it may hold a code."""

    to: str
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand a mail to the server that delivers it. Raises MailNotSent."""
        ...


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. Outside of this computer it goes over TLS or not at all."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls_first: bool = False

    @property
    def is_local(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def start_tls(self) -> bool | None:
        """Whether the connection has to change to TLS; None: where the server offers it, which is
        for this computer alone."""
        if self.tls_first:
            return False
        return None if self.is_local else True


def smtp_server(url: str) -> SmtpServer:
    """The server of `smtp://` (STARTTLS) or `smtps://`; name and password percent-encoded.

    Raises ConfigError, never with the password in its words.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{PREFIX}SMTP_URL has a port that is none.", _FORM) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigError(f"{PREFIX}SMTP_URL names no mail server.", _FORM)
    return SmtpServer(
        parts.hostname,
        port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtps",
    )


def mailer_of(settings: ServerSettings) -> Mailer:
    """How this server sends mail: over SMTP, in the demo onto its console, or not at all.

    Raises ConfigError for settings that cannot be right.
    """
    if settings.demo:
        return ConsoleMailer()
    if not settings.smtp_url:
        return NoMailer()
    server = smtp_server(settings.smtp_url)
    sender = settings.mail_from or server.user
    if "@" not in sender:
        raise ConfigError(
            f"{PREFIX}MAIL_FROM is missing.", "Write the address that mails come from."
        )
    return SmtpMailer(server, sender)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Hands each mail in over a connection of its own."""

    server: SmtpServer
    sender: str

    async def send(self, mail: Mail) -> None:
        """As `Mailer.send`. Answers of the server are logged by their number alone: some repeat
        what they were sent."""
        server = self.server
        try:
            await aiosmtplib.send(
                written(mail, self.sender),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls_first,
                start_tls=server.start_tls,
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, UnicodeError, ValueError) as error:
            _log.error(
                "a mail could not be handed to %s:%s: %s", server.host, server.port, _kind(error)
            )
            raise MailNotSent(
                "The mail could not be sent.", "Try again in a few minutes."
            ) from None


class ConsoleMailer:
    """The demo's: whoever started the server reads the mail there."""

    async def send(self, mail: Mail) -> None:
        sys.stdout.write(f"\n--- mail to {mail.to}: {mail.subject}\n{mail.text}\n---\n")
        sys.stdout.flush()


class NoMailer:
    """Where no mail server is set."""

    async def send(self, mail: Mail) -> None:
        _log.error("no mail server is set, so a mail was not sent")
        raise MailNotSent("This server sends no mail.", "Ask whoever runs it to set a mail server.")


def written(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it is sent. Raises ValueError for an address with a line break in it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def mail_trouble(error: MailNotSent) -> Refused:
    """What an endpoint answers where its mail was not sent."""
    return Refused(503, "mail_not_sent", str(error), retry_after_s=60)


def _kind(error: Exception) -> str:
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__
