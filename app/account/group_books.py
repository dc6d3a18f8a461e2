"""What organizations and workspaces have beside their members: who drew on the shared pool, a
workspace's own keys for providers, and its monthly statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.account.desk import AccountDesk
from app.account.groups import Groups, entry_id, one_line
from app.account.shapes import Fields
from app.account.wallet import ME, Wallets
from app.errors import TuppenceError
from app.logs import register_secret
from app.seam.hosted_groups import (
    GroupKeyView,
    KeyProviderView,
    SpendView,
    StatementView,
)
from app.store.servers import ServerRecord

_NAME_MAX = 80
_KEY_MIN = 16


@dataclass(frozen=True, slots=True)
class GroupBooks:
    """Asks a server; it alone decides who may see what."""

    desk: AccountDesk
    groups: Groups
    wallets: Wallets

    async def pool(self, record: ServerRecord, group: str) -> ServerRecord:
        """Read a group's wallet anew; the record that acts for it, under which it is kept."""
        acting = replace(record, acts_for=group)
        await self.wallets.refresh(acting, ME)
        return acting

    async def spending(
        self, record: ServerRecord, group: str, since: datetime
    ) -> tuple[SpendView, ...]:
        """What each member used since a day; who does not see to the members sees their own."""
        path = f"{await self.groups.path(record, group)}/usage?by=member&start={since:%Y-%m-%d}"
        fields = await self._ask(record, "GET", path)
        return tuple(_spend(each) for each in fields.objects("rows"))

    async def keys(
        self, record: ServerRecord, group: str
    ) -> tuple[tuple[GroupKeyView, ...], tuple[KeyProviderView, ...]]:
        """A workspace's keys, and the providers that one can be kept for."""
        fields = await self._ask(record, "GET", f"{await self.groups.path(record, group)}/keys")
        providers = tuple(
            KeyProviderView(each.text("id"), each.text("name")[:_NAME_MAX])
            for each in fields.objects("providers")
        )
        return tuple(_key(each) for each in fields.objects("keys")), providers

    async def add_key(
        self,
        record: ServerRecord,
        group: str,
        provider: str,
        key: str,
        *,
        name: str = "",
        replaces: bool = False,
    ) -> None:
        """Have a key checked and sealed at the server. Nothing of it is kept here."""
        secret = "".join(key.split())
        register_secret(secret)
        if len(secret) < _KEY_MIN or not secret.isascii():
            raise TuppenceError("This is no whole key.", "Copy it again from the provider.")
        body = {
            "provider": provider,
            "key": secret,
            "name": " ".join(name.split())[:_NAME_MAX],
            "replace": replaces,
        }
        await self._ask(record, "POST", f"{await self.groups.path(record, group)}/keys", body)

    async def remove_key(self, record: ServerRecord, group: str, key: str) -> None:
        path = f"{await self.groups.path(record, group)}/keys/{entry_id(key)}"
        await self._ask(record, "DELETE", path)

    async def statement(self, record: ServerRecord, group: str, month: str = "") -> StatementView:
        """A month of a workspace, this one where none is named."""
        path = f"{await self.groups.path(record, group)}/statement"
        fields = await self._ask(record, "GET", f"{path}?month={month}" if month else path)
        return StatementView(
            month=fields.text("month"),
            plan_name=fields.text("plan_name")[:_NAME_MAX],
            platform_fee=fields.text("platform_fee")[:_NAME_MAX],
            final=fields.truth("final"),
            limit_pusd=fields.pusd_or_none("limit_usd"),
            charged_pusd=fields.pusd("charged_usd"),
            beyond_pusd=fields.pusd("beyond_limit_usd"),
            own_key_pusd=fields.pusd("own_key_usd"),
            models=tuple(_spend(each) for each in fields.objects("models")),
            members=tuple(_spend(each) for each in fields.objects("members")),
        )

    async def rename(self, record: ServerRecord, group: str, name: str) -> None:
        path = await self.groups.path(record, group)
        await self._ask(record, "PATCH", path, {"name": one_line(name)})

    async def delete(self, record: ServerRecord, group: str) -> None:
        """End a group for everybody. Raises ServerRefused while a subscription runs."""
        path = await self.groups.path(record, group)
        await self._ask(record, "DELETE", path, {"confirm": group})

    async def _ask(
        self, record: ServerRecord, method: str, path: str, body: dict[str, object] | None = None
    ) -> Fields:
        return await self.desk.session(record.id).ask(method, path, body, acts_for="")


def _spend(fields: Fields) -> SpendView:
    platform, own = fields.inner("platform"), fields.inner("own_key")
    return SpendView(
        name=fields.text("group")[:200],
        calls=platform.whole("calls"),
        tokens=platform.whole("input_tokens") + platform.whole("output_tokens"),
        plan_tokens=platform.whole("plan_tokens"),
        pusd=platform.pusd("usd"),
        own_key_calls=own.whole("calls"),
        own_key_tokens=own.whole("input_tokens") + own.whole("output_tokens"),
        own_key_pusd=own.pusd("usd"),
        own_key_unpriced=own.whole("unpriced_calls"),
    )


def _key(fields: Fields) -> GroupKeyView:
    return GroupKeyView(
        id=fields.text("id"),
        provider=fields.text("provider"),
        name=fields.text("name")[:_NAME_MAX],
        ends_with=fields.text("ends_with")[:8],
        checked=fields.truth("checked"),
        added_by=fields.text("added_by"),
        created_at=fields.moment("created_at"),
    )
