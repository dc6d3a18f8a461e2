"""Organizations and workspaces as a server says them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.seam.hosted import AccountsShown, GroupsShown, MembersShown
from app.seam.hosted_groups import (
    CappedView,
    GroupKeysShown,
    GroupKeyView,
    GroupSpendingShown,
    KeyProviderView,
    RoleView,
    SpendView,
    StatementShown,
    StatementView,
)
from app.seam.hosted_views import AccountsView, GroupView, InvitationView, MemberView
from tests.ui.hosted.samples import SERVER, grant, soon, wallet

ALL = ("billing", "seats", "members", "use", "read")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROLES = (
    RoleView("admin", ALL),
    RoleView("builder", ("use", "read")),
    RoleView("viewer", ("read",)),
)
POOL = CappedView("organization-daily", "Organization", "usd", "day")
CREW = GroupView(
    "o_crew", "organization", "The Crew", "Organization", "admin", 2, 10, "never", (), False,
    rights=ALL, own_keys_held_by="member",
)  # fmt: skip
STUDIO = GroupView(
    "w_studio", "workspace", "Studio", "Pro", "admin", 1, None, "always", (), False,
    rights=ALL, own_keys_held_by="organization", limit_pusd=100 * 10**12, when_reached="block",
)  # fmt: skip
ANN = MemberView("a1", "admin", "Ann", "ann@example.org", (), NOON)
BOB = MemberView("a2", "builder", "", "", (("organization-daily", "2.50"),), NOON)
OPEN = InvitationView("i1", "viewer", "cid@example.org", soon(days=7))
SPENT = SpendView("a2", 12, 34_500, 0, 420 * 10**9, 0, 0, 0, 0)
OWN = SpendView("gpt-4o", 0, 0, 0, 0, 3, 1_200, 7 * 10**9, 0)
KEY = GroupKeyView("pk_1", "openai", "Ours", "own0", True, "a1", NOON)


def role(group: GroupView, name: str) -> GroupView:
    """The group as somebody else is told of it."""
    rights = next(each.rights for each in ROLES if each.id == name)
    return replace(group, role=name, rights=rights)


def accounts(*groups: GroupView, acts_for: str = "") -> AccountsShown:
    """Signed in, and acting for one of the groups where one is named."""
    server = replace(SERVER, acts_for=acts_for)
    shown = tuple(replace(group, chosen=group.id == acts_for) for group in groups)
    found = wallet()
    for group in shown:
        if group.chosen:
            found = replace(found, account=group.id, name=group.name, kind=group.kind)
    return AccountsShown(AccountsView((server,), "s1", "", found, shown))


def listed(serial: int, *groups: GroupView) -> GroupsShown:
    return GroupsShown(serial, groups)


def members(*rows: MemberView, invitations: tuple[InvitationView, ...] = ()) -> MembersShown:
    return MembersShown(1, CREW.id, rows or (ANN, BOB), invitations, 10, ROLES, (POOL,))


def spending() -> GroupSpendingShown:
    pool = replace(wallet(), account=CREW.id, name="The Crew", kind="organization",
                   grants=(grant("Organization", 7_000, 10_000),))  # fmt: skip
    return GroupSpendingShown(1, CREW.id, pool, NOON, (SPENT,))


def keys(*kept: GroupKeyView) -> GroupKeysShown:
    providers = (KeyProviderView("anthropic", "Anthropic"), KeyProviderView("openai", "OpenAI"))
    return GroupKeysShown(1, STUDIO.id, kept, providers)


def statement(month: str = "2026-11") -> StatementShown:
    view = StatementView(
        month, "Pro", "$49 a month", False, 100 * 10**12, 25 * 10**12, 0, 7 * 10**9, (OWN,),
        (replace(OWN, name="a1"),),
    )  # fmt: skip
    return StatementShown(1, STUDIO.id, view)
