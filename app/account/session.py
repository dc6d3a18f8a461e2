"""A session at one server: short-lived, renewed quietly, and in memory alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.account.client import Asking, CreditServer
from app.account.device import SIGN_IN, DeviceKeys, proof
from app.account.shapes import Fields
from app.clock import Clock
from app.errors import CreditServerError, DeviceRemoved, ServerRefused, SignedOut
from app.logs import register_secret
from app.store.servers import ServerRecord

if TYPE_CHECKING:
    from app.licensing.keys import SigningKey

# A session that is about to end is renewed before anything hangs on it.
_RENEW_BEFORE = timedelta(minutes=2)
_LIVES = timedelta(hours=1)
_REMOVED_CODES = ("device_removed", "device_unknown")


async def challenge(server: CreditServer, key: SigningKey) -> str:
    """A challenge to be signed once."""
    fields = await server.ask("POST", "/api/session", {"public_key": key.public.text})
    return fields.text("challenge")


class Session:
    """Asks a server as this computer's account. `removed` hears that the device was taken off."""

    def __init__(
        self,
        server: CreditServer,
        record: Callable[[], ServerRecord],
        keys: DeviceKeys,
        clock: Clock,
        removed: Callable[[], None],
    ) -> None:
        self.server = server
        self._record = record
        self._keys = keys
        self._clock = clock
        self._removed = removed
        self._token = ""
        self._until: datetime | None = None
        self._renewing: asyncio.Future[str] | None = None

    @property
    def record(self) -> ServerRecord:
        """The server's row as it is now."""
        return self._record()

    @property
    def has_token(self) -> bool:
        return bool(self._token)

    def take(self, fields: Fields) -> tuple[str, str]:
        """Go on with a session that a server has just given; (account, device)."""
        token = fields.text("token")
        register_secret(token)
        now = self._clock.now()
        left = fields.moment("expires_at") - now
        # By this clock, which may differ from the server's: then by what a session usually lives.
        usual = timedelta(0) < left - _RENEW_BEFORE and left <= _LIVES
        self._token, self._until = token, now + (left if usual else _LIVES)
        return fields.text("account"), fields.text("device")

    def forget(self, token: str | None = None) -> None:
        """Take a new token next time; with `token` only where that is still the one: another
        question may have renewed it meanwhile."""
        if token is None or token == self._token:
            self._token, self._until = "", None

    async def asking(self, acts_for: str | None = None) -> Asking:
        """As whom to ask now; `acts_for` None: for whoever is chosen.

        Raises SignedOut, KeychainError and what asking raises.
        """
        chosen = self.record.acts_for if acts_for is None else acts_for
        return Asking(await self.token(), chosen)

    async def token(self) -> str:
        """A token that holds a while; several who want one at once share the renewal."""
        if self._token and self._until and self._clock.now() < self._until - _RENEW_BEFORE:
            return self._token
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.ensure_future(self._renew())
            self._renewing.add_done_callback(_heard)
        return await asyncio.shield(self._renewing)

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        acts_for: str | None = None,
    ) -> Fields:
        """As `CreditServer.ask`, signed in; a session that has ended is renewed once."""
        for again in (True, False):
            asking = await self.asking(acts_for)
            try:
                return await self.server.ask(method, path, body, asking)
            except ServerRefused as refused:
                if refused.status != 401 or not again:
                    raise
                self.forget(asking.token)
        raise AssertionError("the second question is answered or refused")

    async def _renew(self) -> str:
        record = self.record
        if not record.is_signed_in:
            raise signed_out(record)
        key = await self._keys.read(record.id, record.where)
        try:
            asked = await challenge(self.server, key)
            fields = await self.server.ask(
                "POST", "/api/session", proof(key, SIGN_IN, self.server.address, asked)
            )
        except ServerRefused as refused:
            if refused.code in _REMOVED_CODES:
                self.forget()
                self._removed()
                raise device_removed(record) from refused
            raise
        self.take(fields)
        return self._token


def signed_out(record: ServerRecord) -> CreditServerError:
    """Why nobody can be asked for at a server."""
    if record.state == "removed":
        return device_removed(record)
    return SignedOut(
        f"You are signed out at {record.title}.", "Sign in again to use your tokens there."
    )


def device_removed(record: ServerRecord) -> DeviceRemoved:
    return DeviceRemoved(
        f"This computer was removed from your account at {record.title}.",
        "Find the account again by its e-mail address, or begin a new one. Your chats stay.",
    )


def _heard(renewing: asyncio.Future[str]) -> None:
    # Whoever waited may be gone: what went wrong is said by the next one who asks.
    if not renewing.cancelled():
        renewing.exception()
