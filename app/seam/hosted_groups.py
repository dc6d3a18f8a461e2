"""Across the seam: what organizations and workspaces have beside their members: a shared pool and
who drew on it, a workspace's own keys for providers, its statement.

Money is picodollars. Each order with a serial is answered by `HostedDone`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.seam.hosted_views import WalletView


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role that a member can have. `rights`: billing, seats, members, use, read."""

    id: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CappedView:
    """A shared allowance that a member's part of can be capped, in each window."""

    allowance: str
    name: str
    unit: str
    window: str


@dataclass(frozen=True, slots=True)
class SpendView:
    """What one member or model used: of the pool, and apart from it on own keys.

    `name` is the member's account or the model's id.
    """

    name: str
    calls: int
    tokens: int
    plan_tokens: int
    pusd: int
    own_key_calls: int
    own_key_tokens: int
    own_key_pusd: int
    own_key_unpriced: int


@dataclass(frozen=True, slots=True)
class GroupKeyView:
    """A workspace's key for a provider; nobody is shown more of it than its last letters."""

    id: str
    provider: str
    name: str
    ends_with: str
    checked: bool
    added_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeyProviderView:
    """A provider that a key can be kept for."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StatementView:
    """A month of a workspace. `limit_pusd` is its managed credit, None where none is set;
    `beyond_pusd` what was charged past it. `final`: nothing of the month is still to come."""

    month: str
    plan_name: str
    platform_fee: str
    final: bool
    limit_pusd: int | None
    charged_pusd: int
    beyond_pusd: int
    own_key_pusd: int
    models: tuple[SpendView, ...]
    members: tuple[SpendView, ...]


@dataclass(frozen=True, slots=True)
class AskGroupSpending:
    """What is left of the shared pool, and who drew on it in the last days."""

    serial: int
    group_id: str
    days: int = 30


@dataclass(frozen=True, slots=True)
class AskGroupKeys:
    serial: int
    group_id: str


@dataclass(frozen=True, slots=True)
class AddGroupKey:
    """Keep a key sealed at the server, which asks its provider first; `replaces` the one that is
    there for this provider."""

    serial: int
    group_id: str
    provider: str
    key: str
    name: str = ""
    replaces: bool = False

    def __repr__(self) -> str:
        return f"AddGroupKey(serial={self.serial}, provider={self.provider!r})"


@dataclass(frozen=True, slots=True)
class RemoveGroupKey:
    serial: int
    group_id: str
    key_id: str


@dataclass(frozen=True, slots=True)
class AskStatement:
    """`month` is 2026-11; empty: this one."""

    serial: int
    group_id: str
    month: str = ""


@dataclass(frozen=True, slots=True)
class RenameGroup:
    serial: int
    group_id: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """For everybody and for good; tokens that are left are lost."""

    serial: int
    group_id: str


GroupCommand = (
    AskGroupSpending | AskGroupKeys | AddGroupKey | RemoveGroupKey | AskStatement | RenameGroup
    | DeleteGroup
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupSpendingShown:
    """`wallet` is the group's own; `since` is the first day of `members`."""

    serial: int
    group_id: str
    wallet: WalletView | None
    since: datetime
    members: tuple[SpendView, ...]


@dataclass(frozen=True, slots=True)
class GroupKeysShown:
    serial: int
    group_id: str
    keys: tuple[GroupKeyView, ...]
    providers: tuple[KeyProviderView, ...]


@dataclass(frozen=True, slots=True)
class StatementShown:
    serial: int
    group_id: str
    statement: StatementView


GroupEvent = GroupSpendingShown | GroupKeysShown | StatementShown
