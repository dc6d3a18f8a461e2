"""The user's own keys: check with the provider, keep, check again, remove.

Secrets pass through here on their way to the keychain and are never written anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.chat.own_prices import OwnPrice, OwnPrices, PriceFormError, takes_own_price
from app.chat.routes import NO_SECRET, host_of
from app.chat.secrets import KeyMissing, Secrets
from app.clock import Clock
from app.errors import (
    KeychainError,
    KeyRefused,
    NotTheProvider,
    OfflineAsSet,
    OutOfProviderCredit,
    ProviderDown,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
    TuppenceError,
)
from app.logs import register_secret
from app.providers.client import connect
from app.providers.hosts import HOSTS, Host, custom_host, recognize_key
from app.providers.http import HttpClient
from app.store.keychain import SESSION
from app.store.keychain_calls import KeychainCalls
from app.store.keys import Keys
from app.store.records import KeyRecord

MISSING = "missing"
# Input, output and cached input, as they were typed: dollars per million tokens.
PriceTexts = tuple[str, str, str]
NO_PRICE: PriceTexts = ("", "", "")
_MAY_KEEP_UNCHECKED = (
    ProviderUnreachable,
    ProviderDown,
    RateLimited,
    OutOfProviderCredit,
    OfflineAsSet,
)


class KeyFormError(TuppenceError):
    """What was pasted cannot be a key."""


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """What became of a key that was offered."""

    kept: bool
    provider_name: str
    message: str
    advice: str = ""
    can_keep_unchecked: bool = False


class KeyDesk:
    """Adds, checks and removes keys."""

    def __init__(
        self,
        keys: Keys,
        keychain: KeychainCalls,
        secrets: Secrets,
        http: Callable[[], HttpClient],
        own_prices: OwnPrices,
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._own_prices = own_prices
        self._keychain = keychain
        self._secrets = secrets
        self._http = http
        self._clock = clock

    async def add(
        self,
        secret: str,
        *,
        provider: str = "",
        base_url: str = "",
        label: str = "",
        where: str = "keyring",
        keep_unchecked: bool = False,
        own_price: PriceTexts = NO_PRICE,
    ) -> KeyOutcome:
        """Check a key and keep it; a key that is kept already is replaced.

        `own_price` is what the user says that a server of their own charges.
        Raises KeyFormError, PriceFormError and the KeychainError tree; a provider's no is an
        outcome.
        """
        secret = secret.strip()
        host = _host_for(secret, provider, base_url, label)
        price = self._price_for(host, own_price)
        if secret or host.needs_key:
            _require_form(secret)
            register_secret(secret)
        record = await self._record_for(host, secret, base_url, label, where)
        if not keep_unchecked:
            record, outcome = await self._checked(record, host, secret)
            if not outcome.kept:
                return outcome
        else:
            outcome = KeyOutcome(True, host.name, "Kept; it has not been checked.")
        await self._keep(record, secret, where)
        if price is not None:
            self._own_prices.set(record.id, price)
        return outcome

    def own_price(self, key_id: str) -> OwnPrice | None:
        """What the user said that the server behind a key charges; None where it is unknown."""
        return self._own_prices.of(key_id)

    def set_price(self, key_id: str, texts: PriceTexts) -> OwnPrice | None:
        """What the server behind a kept key charges from now on; all empty: it is unknown.

        Raises PriceFormError, and KeyFormError where the key is not kept any more.
        """
        record = self._keys.get(key_id)
        if record is None:
            raise KeyFormError("This key is not kept any more.")
        price = self._price_for(host_of(record), texts)
        self._own_prices.set(key_id, price)
        return price

    def mark_missing(self) -> None:
        """After a start: keys that were kept for an earlier session only are gone."""
        for record in self._keys.rows():
            if record.where == SESSION and record.state != MISSING:
                detail = "was kept for that session only; paste it again"
                self._keys.save(replace(record, state=MISSING, detail=detail))

    async def check(self, key_id: str) -> KeyRecord | None:
        """Ask the provider about a kept key again; None where it is not kept any more."""
        record = self._keys.get(key_id)
        if record is None:
            return None
        secret = await self._secrets.read(key_id) if record.where != NO_SECRET else ""
        checked, outcome = await self._checked(record, host_of(record), secret)
        if self._keys.get(key_id) is None:
            return None  # removed while the provider was asked: it does not come back
        if not outcome.kept:
            state = record.state if outcome.can_keep_unchecked else "refused"
            checked = replace(record, state=state, detail=outcome.message)
        self._keys.save(checked)
        return checked

    async def remove(self, key_id: str) -> None:
        """Take a key out of the keychain, then out of the list."""
        await self._keychain.forget(key_id)
        self._secrets.forget(key_id)
        self._keys.remove(key_id)
        self._own_prices.set(key_id, None)

    def _price_for(self, host: Host, texts: PriceTexts) -> OwnPrice | None:
        price = self._own_prices.read(*texts)
        if price is not None and not takes_own_price(host.id):
            raise PriceFormError(
                f"The prices of {host.name} are its own, one for each model.",
                "A price of yours is for a server at an address of your own.",
            )
        return price

    async def _keep(self, record: KeyRecord, secret: str, where: str) -> None:
        if secret:
            await self._keychain.keep(record.id, secret, where)
            self._secrets.remember(record.id, secret)
        self._keys.save(record)

    async def _checked(
        self, record: KeyRecord, host: Host, secret: str
    ) -> tuple[KeyRecord, KeyOutcome]:
        provider = connect(
            host,
            secret=secret or None,
            http=self._http(),
            base_url=record.base_url,
            clock=self._clock,
        )
        try:
            check = await provider.check_key()
        except ProviderError as error:
            may_keep = isinstance(error, _MAY_KEEP_UNCHECKED)
            message = error.message
            if isinstance(error, KeyRefused | NotTheProvider):
                may_keep = False
            return record, KeyOutcome(False, host.name, message, error.advice, may_keep)
        models = [[model.id, model.name, model.context_tokens] for model in check.models]
        count = len(models)
        detail = f"works, {count} model{'' if count == 1 else 's'}"
        checked = replace(
            record,
            state="works",
            detail=detail,
            checked_at=self._clock.now(),
            models_json=json.dumps(models),
        )
        return checked, KeyOutcome(True, host.name, f"This key {detail}.")

    async def _record_for(
        self, host: Host, secret: str, base_url: str, label: str, where: str
    ) -> KeyRecord:
        """A row for a key that is offered; the old row's id where it is the same key again."""
        ends_in = secret[-4:] if len(secret) >= 12 else ""
        alike = [
            row
            for row in self._keys.rows()
            if row.provider == host.id and row.base_url == base_url and row.ends_in == ends_in
        ]
        same = [row for row in alike if await self._holds(row, secret)]
        return KeyRecord(
            id=same[0].id if same else self._clock.new_id(),
            provider=host.id,
            label=label,
            ends_in=ends_in,
            base_url=base_url,
            where=where if secret else NO_SECRET,
            state="unchecked",
            detail="not checked yet",
            checked_at=None,
            created_at=self._clock.now(),
        )

    async def _holds(self, row: KeyRecord, secret: str) -> bool:
        """Whether a row is for this very key; one whose secret is gone is given it back."""
        if row.where == NO_SECRET:
            return not secret
        if row.state == MISSING:
            return True
        try:
            return await self._secrets.read(row.id) == secret
        except KeyMissing:
            return True
        except KeychainError:
            return False  # it cannot be told: better two rows than a key that is written over


def _host_for(secret: str, provider: str, base_url: str, label: str) -> Host:
    if base_url and provider in ("", "custom"):
        return custom_host(base_url, label)
    host = HOSTS.get(provider) if provider else recognize_key(secret)
    if host is None:
        raise KeyFormError(
            "The provider cannot be told from this key.", "Choose whose key it is, then try again."
        )
    return host


def _require_form(secret: str) -> None:
    if not secret:
        raise KeyFormError("There is no key yet.", "Paste the key that the provider showed you.")
    if any(character.isspace() or not character.isprintable() for character in secret):
        raise KeyFormError(
            "There is a space or a line break in the middle of this key.",
            "Copy it again, the key alone.",
        )
    if not secret.isascii():
        raise KeyFormError(
            "This key holds characters that no key has.", "Copy it again, the key alone."
        )
