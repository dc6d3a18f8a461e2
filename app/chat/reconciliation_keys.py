"""Admin keys: another kind of secret than keys for messages, kept and used apart from them.

They read what an organization was charged and nothing else is ever asked with them. Their records
are a setting, so that no list of keys for messages can hold one; the secrets are in the keychain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.chat.secrets import KeyMissing, Secrets
from app.clock import Clock
from app.errors import KeyRefused, TuppenceError
from app.logs import register_secret
from app.providers.http import HttpClient
from app.providers.usage_reports import SITES, recognize_admin_key, require_admin_form, where_to_get
from app.providers.usage_reports_sources import check_admin_key
from app.store.keychain_calls import KeychainCalls
from app.store.settings import Settings

_SETTING = "admin_keys"
_ID_PREFIX = "admin-"


@dataclass(frozen=True, slots=True)
class AdminKey:
    """What is known of a kept admin key; the secret is in the keychain under `id`."""

    id: str
    provider: str
    ends_in: str
    where: str
    created: str
    base_url: str = ""

    @property
    def name(self) -> str:
        site = SITES[self.provider]
        return f"{site.name} {site.key_name} …{self.ends_in}"


class AdminKeys:
    """Keeps, lists, reads and removes admin keys."""

    def __init__(
        self,
        settings: Settings,
        keychain: KeychainCalls,
        secrets: Secrets,
        http: Callable[[], HttpClient],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._keychain = keychain
        self._secrets = secrets
        self._http = http
        self._clock = clock

    def rows(self) -> list[AdminKey]:
        """Those that are kept, oldest first; what another version wrote is left alone."""
        kept = self._settings.get(_SETTING, [])
        found = (_record(entry) for entry in kept) if isinstance(kept, list) else ()
        return [record for record in found if record is not None]

    def choose(self, wanted: str = "", provider: str = "") -> AdminKey:
        """By id or its beginning, last characters or provider; raises TuppenceError."""
        rows = [row for row in self.rows() if provider in ("", row.provider)]
        fitting = [
            row for row in rows
            if not wanted or row.id.startswith(wanted) or wanted in (row.ends_in, row.provider)
        ]  # fmt: skip
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            ids = ", ".join(row.id for row in fitting)
            raise TuppenceError(f"Several admin keys are meant: {ids}.", "Name one by its id.")
        if provider in SITES and not wanted:
            site = SITES[provider]
            raise KeyRefused(f"There is no {site.key_name} of {site.name}.", where_to_get(site))
        raise TuppenceError(
            "There is no such admin key.", "Add one, or compare with a CSV file instead."
        )

    async def secret(self, key: AdminKey) -> str:
        """Raises the KeychainError tree."""
        try:
            return await self._secrets.read(key.id)
        except KeyMissing as error:
            raise KeyMissing(
                f"The {key.name} is not in the keychain any more.", "Add it again."
            ) from error

    async def add(
        self, secret: str, *, provider: str = "", where: str = "keyring", base_url: str = ""
    ) -> AdminKey:
        """Check a key with its provider and keep it.

        Raises the ProviderError and KeychainError trees; a key of the wrong kind is not sent.
        """
        secret = secret.strip()
        provider = provider or recognize_admin_key(secret) or ""
        if provider not in SITES:
            raise KeyRefused(
                "This is no admin key that is known.",
                "Choose the provider: " + ", ".join(site.name for site in SITES.values()) + ".",
            )
        require_admin_form(SITES[provider], secret)
        register_secret(secret)
        await check_admin_key(self._http(), provider, secret, self._clock.now(), base_url)
        ends_in = secret[-4:]
        same = next(
            (row for row in self.rows() if (row.provider, row.ends_in) == (provider, ends_in)), None
        )
        record = AdminKey(
            same.id if same else f"{_ID_PREFIX}{provider}-{self._clock.new_id()[:8]}",
            provider, ends_in, where, _text(self._clock.now()), base_url,
        )  # fmt: skip
        await self._keychain.keep(record.id, secret, where)
        self._secrets.remember(record.id, secret)
        others = [row for row in self.rows() if row.id != record.id]
        self._settings.set(_SETTING, [asdict(row) for row in (*others, record)])
        return record

    async def remove(self, key_id: str) -> None:
        """Take it out of the keychain, then out of the list."""
        await self._keychain.forget(key_id)
        self._secrets.forget(key_id)
        self._settings.set(_SETTING, [asdict(row) for row in self.rows() if row.id != key_id])


def _record(entry: Any) -> AdminKey | None:
    if not isinstance(entry, dict):
        return None
    names = ("id", "provider", "ends_in", "where", "created", "base_url")
    values = [entry.get(name, "") for name in names]
    if not all(isinstance(value, str) for value in values):
        return None
    record = AdminKey(*values)
    is_ours = record.provider in SITES and record.id.startswith(_ID_PREFIX)
    return record if is_ours else None


def _text(at: datetime) -> str:
    return at.isoformat()
