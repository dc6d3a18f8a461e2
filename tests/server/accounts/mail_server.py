"""A real mail server on loopback, in the test's own loop: it keeps what it takes."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "post@tuppence.example", "wörd/with:signs@"


@dataclass
class MailServer:
    """`mails` is what came; `answer` is told after each one; `secure` counts those over TLS."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    secure: int = 0
    users: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.secure += server.transport.get_extra_info("ssl_object") is not None
        return self.answer.replace("{content}", str(envelope.content)[:400])

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, facts: object
    ) -> AuthResult:
        assert isinstance(facts, LoginPassword)
        self.users.append(facts.login.decode())
        is_right = facts.login == USER.encode() and facts.password == PASSWORD.encode()
        return AuthResult(success=is_right, handled=False)

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def code_to(self, address: str) -> str:
        """The code in the newest mail to an address."""
        found = re.search(r"\b[0-9]{6}\b", text_of(self.to(address)[-1]))
        assert found is not None
        return found.group()


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, tls_first: bool = False, login: bool = False
) -> AsyncIterator[MailServer]:
    """A server until the block ends; with `tls` it wants STARTTLS, or TLS from the first byte."""
    kept = MailServer()
    starttls = tls is not None and not tls_first

    def protocol() -> SMTP:
        return SMTP(
            kept,
            hostname="mail.test",
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            authenticator=kept.authenticate if login else None,
            auth_required=login,
            auth_require_tls=starttls,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=tls if tls_first else None
    )
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await server.wait_closed()
