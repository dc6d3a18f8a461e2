"""Accounts at credit servers: begin one, find it again, its devices, sign in and out.

One server is the chosen one; the others stay signed in and keep what they have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.account.about import About, ask_about
from app.account.address import ServerAddress, read_address
from app.account.client import CreditServer
from app.account.device import ADD, REGISTER, DeviceKeys, device_name, proof
from app.account.session import Session, challenge
from app.account.shapes import Fields
from app.clock import Clock
from app.errors import KeyringAbsent, ServerRefused, SignedOut, TuppenceError
from app.providers.connection import Http
from app.store.keychain_calls import KeychainCalls
from app.store.servers import ServerRecord, Servers, ServerState
from app.store.settings import Settings

if TYPE_CHECKING:
    from app.licensing.keys import SigningKey

CHOSEN = "credit_server"  # the setting with the chosen server's id
ABOUT = "about"
_KEPT_IN = ("keyring", "vault", "session")


@dataclass(frozen=True, slots=True)
class Device:
    """A computer of the account; `key_id` is to be compared by eye."""

    id: str
    name: str
    key_id: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way to an address; `request` goes with it."""

    server_id: str
    request: str
    expires_at: datetime


class AccountDesk:
    """`changed` hears of a server whose standing changed."""

    def __init__(
        self,
        servers: Servers,
        settings: Settings,
        keychain: KeychainCalls,
        http: Callable[[], Http],
        clock: Clock,
        *,
        built_in: str,
        changed: Callable[[ServerRecord], None],
    ) -> None:
        self._servers = servers
        self._settings = settings
        self._keychain = keychain
        self._keys = DeviceKeys(keychain)
        self._http = http
        self._clock = clock
        self._built_in = built_in
        self._changed = changed
        self._sessions: dict[str, Session] = {}

    @property
    def default_address(self) -> str:
        """Where the button for free tokens leads; empty where it shall not be there."""
        return self._built_in

    def chosen(self) -> ServerRecord | None:
        """The server whose tokens are shown and offered; None where there is none."""
        chosen = self._servers.get(str(self._settings.get(CHOSEN, "")))
        if chosen is not None:
            return chosen
        signed_in = [row for row in self._servers.rows() if row.is_signed_in]
        return signed_in[0] if signed_in else None

    def choose(self, server_id: str) -> ServerRecord:
        """Raises TuppenceError where the server is not known any more."""
        record = self._require(server_id)
        self._settings.set(CHOSEN, record.id)
        self._changed(record)
        return record

    def session(self, server_id: str) -> Session:
        """The session at a server; raises SignedOut where the server is gone."""
        record = self._require(server_id)
        if server_id not in self._sessions:
            self._sessions[server_id] = Session(
                self._at(read_address(record.url)),
                lambda: self._require(server_id),
                self._keys,
                self._clock,
                lambda: self._mark(server_id, ServerState.REMOVED),
            )
        return self._sessions[server_id]

    async def device_key(self, server_id: str) -> SigningKey:
        """Raises KeychainError or SignedOut."""
        return await self._keys.read(server_id, self._require(server_id).where)

    async def check(self, text: str) -> tuple[ServerRecord, About]:
        """Ask an address what it is, and remember it. Raises ConfigError, CreditServerError and
        ProviderError, each in words; nothing is remembered then."""
        address = read_address(text)
        about = await ask_about(self._at(address), self._clock.now())
        known = self._servers.at(address.url)
        record = replace(
            known
            or ServerRecord(
                self._clock.new_id(),
                address.url,
                about.title,
                about.demo,
                ServerState.NEW,
                self._clock.now(),
            ),
            title=about.title,
            demo=about.demo,
        )
        self._servers.save(record)
        self._servers.keep(record.id, "", ABOUT, about.content, self._clock.now())
        return record, about

    async def start(self, text: str = "", where: str = "") -> ServerRecord:
        """A free account for this computer, in one call; or the one that it has there already.

        `where` says where the key is kept; empty: in the keyring. Raises KeyringAbsent where
        there is none, so that the user can choose.
        """
        if not (text or self._built_in):
            raise TuppenceError(
                "No credit server is set.", "Type its address, or use a key of your own."
            )
        record, _ = await self.check(text or self._built_in)
        place = await self._place(where)
        if record.state is ServerState.REMOVED:
            await self._keys.forget(record.id, record.where)
        key = await self._keys.make(record.id, place)
        session = self.session(record.id)
        asked = await challenge(session.server, key)
        body = {**proof(key, REGISTER, session.server.address, asked), "name": device_name()}
        return self._signed_in(
            record, place, await session.server.ask("POST", "/api/devices", body)
        )

    async def sign_in(self, server_id: str) -> ServerRecord:
        """Sign in again with the key that was kept. Raises SignedOut where that is over."""
        record = self._require(server_id)
        if record.state in (ServerState.NEW, ServerState.REMOVED):
            return await self.start(record.url, record.where)
        if not record.is_signed_in:
            self._mark(server_id, ServerState.SIGNED_IN)
        try:
            await self.session(server_id).token()
        except TuppenceError:
            if self._require(server_id).is_signed_in:
                self._mark(server_id, record.state)
            raise
        return self._require(server_id)

    async def sign_out(self, server_id: str) -> None:
        """End the session here. The key stays in the keychain, so that signing in is one click."""
        record = self._require(server_id)
        session = self.session(server_id)
        if record.is_signed_in and session.has_token:
            try:
                await session.ask("DELETE", "/api/session", acts_for="")
            except TuppenceError:
                # It ends by itself within the hour; what matters is that it is forgotten here.
                session.forget()
        session.forget()
        self._mark(server_id, ServerState.SIGNED_OUT)

    async def forget(self, server_id: str) -> None:
        """Take this computer off the account and the server off this computer.

        Raises ServerRefused where it is the account's only way back.
        """
        record = self._require(server_id)
        if record.is_signed_in and record.device:
            session = self.session(server_id)
            await session.ask("DELETE", f"/api/devices/{record.device}", acts_for="")
        await self._keys.forget(server_id, record.where)
        self._sessions.pop(server_id, None)
        self._servers.remove(server_id)
        self._changed(record)

    async def devices(self, server_id: str) -> tuple[Device, ...]:
        """The computers of the account."""
        fields = await self.session(server_id).ask("GET", "/api/devices", acts_for="")
        return tuple(_device(each) for each in fields.objects("devices"))

    async def remove_device(self, server_id: str, device: str) -> None:
        await self.session(server_id).ask("DELETE", f"/api/devices/{device}", acts_for="")
        record = self._require(server_id)
        if device == record.device:
            await self._keys.forget(server_id, record.where)
            self._mark(server_id, ServerState.REMOVED)

    async def ask_email_code(self, server_id: str, email: str) -> CodeSent:
        """Send a code to an address that is to become the account's."""
        body = {"email": _email(email)}
        fields = await self.session(server_id).ask("POST", "/api/email", body, acts_for="")
        return _code_sent(server_id, fields)

    async def confirm_email(self, server_id: str, request: str, code: str) -> str:
        """The address, once it is the account's. Raises ServerRefused for a wrong code."""
        body = {"request": request, "code": _code(code)}
        session = self.session(server_id)
        return (await session.ask("POST", "/api/email/confirm", body, acts_for="")).text("email")

    async def ask_recovery_code(self, text: str, email: str) -> CodeSent:
        """Send a code to the address of an account that is to be found again."""
        record, _ = await self.check(text or self._built_in)
        server = self.session(record.id).server
        fields = await server.ask("POST", "/api/email/recover", {"email": _email(email)})
        return _code_sent(record.id, fields)

    async def recover(self, sent: CodeSent, code: str, where: str = "") -> ServerRecord:
        """Add this computer to the account that a code was sent for."""
        record = self._require(sent.server_id)
        typed, place = _code(code), await self._place(where or record.where)
        # A key of another account is taken by none, and with a wrong code that account stays.
        key = await self._keys.make_next(record.id, place)
        session = self.session(record.id)
        asked = await challenge(session.server, key)
        body = {
            **proof(key, ADD, session.server.address, asked),
            "name": device_name(),
            "request": sent.request,
            "code": typed,
        }
        fields = await session.server.ask("POST", "/api/email/recover/confirm", body)
        await self._keys.take_next(record.id, key, where=place, before=record.where)
        return self._signed_in(record, place, fields)

    def act_for(self, server_id: str, group: str) -> ServerRecord:
        """From now on an organization's or workspace's tokens are spent; empty: one's own."""
        record = self._require(server_id)
        changed = replace(record, acts_for="" if group == record.account else group)
        self._servers.save(changed)
        self._changed(changed)
        return changed

    def _signed_in(self, record: ServerRecord, place: str, fields: Fields) -> ServerRecord:
        account, device = self.session(record.id).take(fields)
        if record.account not in ("", account):
            self._servers.forget_kept(record.id)
        same = record.account == account
        kept = replace(
            record,
            state=ServerState.SIGNED_IN,
            account=account,
            device=device,
            where=place,
            acts_for=record.acts_for if same else "",
            last_event=record.last_event if same else "",
        )
        self._servers.save(kept)
        self._settings.set(CHOSEN, kept.id)
        self._changed(kept)
        return kept

    async def _place(self, where: str) -> str:
        if where in _KEPT_IN:
            return where
        place = await self._keychain.place()
        if place.where not in _KEPT_IN:
            raise KeyringAbsent(
                place.trouble or "This computer has no keyring that can be trusted.",
                "Choose a vault with a passphrase, or keep the account for this session only.",
            )
        return place.where

    def _mark(self, server_id: str, state: ServerState) -> None:
        record = replace(self._require(server_id), state=state)
        self._servers.save(record)
        self._changed(record)

    def _require(self, server_id: str) -> ServerRecord:
        record = self._servers.get(server_id)
        if record is None:
            raise SignedOut("This server is not known any more.", "Type its address again.")
        return record

    def _at(self, address: ServerAddress) -> CreditServer:
        return CreditServer(address, self._http)


def _email(text: str) -> str:
    email = text.strip()
    name, _, host = email.rpartition("@")
    if not name or "." not in host.strip(".") or " " in email or len(email) > 254:
        raise TuppenceError(
            f"“{email[:80]}” is no e-mail address.", "Look at it again: name@example.org."
        )
    return email


def _code(text: str) -> str:
    code = "".join(text.split())
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        raise ServerRefused(
            "A code has six digits.", "Copy it from the mail.", code="code_wrong", status=400
        )
    return code


def _code_sent(server_id: str, fields: Fields) -> CodeSent:
    return CodeSent(server_id, fields.text("request"), fields.moment("expires_at"))


def _device(fields: Fields) -> Device:
    return Device(
        fields.text("id"),
        fields.text("name")[:80],
        fields.text("key_id"),
        fields.moment("created_at"),
        fields.moment("seen_at"),
        fields.truth("current"),
    )
