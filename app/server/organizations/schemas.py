"""What the endpoints of organizations take and give, as the server's own document shows it. Money
is dollars as text, exact."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Unit
from app.catalog.rights import rights_of
from app.money import usd_text
from app.server.accounts.schemas import Email, Given
from app.server.credits.schemas import UsageRow, amount_of, usage_row
from app.server.organizations.groups import Group
from app.server.organizations.invitations import Invitation
from app.server.organizations.membership import Member, capped_allowances
from app.server.organizations.provider_keys import ProviderKey
from app.server.organizations.statements import Statement


def _one_line(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise ValueError("write letters that can be seen")
    return name


GroupName = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_one_line)]
RoleName = Annotated[str, Field(max_length=40, description="A role of the catalog.")]


class NameGiven(Given):
    name: GroupName


class DeletionGiven(Given):
    """`confirm` is the id: what is left of its tokens is lost."""

    confirm: Annotated[str, Field(max_length=80)]


class GroupAnswer(BaseModel):
    """`seats` null is without limit; `managed_limit_usd` is a month's managed credit as the
    operator set it, null where there is none. `own_keys_held_by`: organization or member. `rights`
    are what the asker's role may do."""

    id: str
    kind: str
    name: str
    plan: str
    plan_name: str
    role: str
    rights: list[str]
    members: int
    seats: int | None
    own_keys: str
    own_keys_held_by: str
    managed_limit_usd: str | None
    when_reached: str | None
    flags: list[str]
    created_at: datetime


class GroupsAnswer(BaseModel):
    items: list[GroupAnswer]


class MemberAnswer(BaseModel):
    """`email` is told to those who see to the members alone. `caps` are by allowance: dollars as
    text, everything else a whole number."""

    account: str
    role: str
    name: str
    email: str | None
    caps: dict[str, int | str]
    joined_at: datetime


class RoleAnswer(BaseModel):
    """A role that a member can have, and what it may do."""

    id: str
    rights: list[str]


class CappedAnswer(BaseModel):
    """A shared allowance that a member's part of can be capped, for each of its windows."""

    allowance: str
    name: str
    unit: str
    window: str


class MembersAnswer(BaseModel):
    members: list[MemberAnswer]
    seats: int | None
    roles: list[RoleAnswer]
    capped: list[CappedAnswer]


class MemberChange(Given):
    """What is not named stays. `caps` are by allowance, dollars as text such as "2.50"; an empty
    object takes every cap away."""

    role: RoleName | None = None
    caps: dict[Annotated[str, Field(max_length=80)], int | str] | None = Field(
        default=None, max_length=20
    )


class InvitationGiven(Given):
    """Without `email` the link is handed over by whoever invites."""

    role: RoleName
    email: Email | None = None


class InvitationAnswer(BaseModel):
    id: str
    role: str
    email: str
    invited_by: str
    created_at: datetime
    expires_at: datetime


class SentAnswer(InvitationAnswer):
    """`token` and `link` are shown this once. `mailed`: it went out by mail."""

    token: str
    link: str
    mailed: bool


class InvitationsAnswer(BaseModel):
    invitations: list[InvitationAnswer]


class AcceptGiven(Given):
    token: Annotated[str, Field(min_length=8, max_length=200, description="Or the whole link.")]


class AcceptedAnswer(BaseModel):
    id: str
    kind: str
    name: str


class KeyGiven(Given):
    """A provider's key of the workspace's own. It is shown to nobody again."""

    provider: Annotated[str, Field(max_length=40)]
    key: Annotated[str, Field(min_length=16, max_length=512, pattern=r"^[\x21-\x7e]+$", repr=False)]
    name: Annotated[str, Field(max_length=80)] = ""
    replace: bool = False


class KeyAnswer(BaseModel):
    """`ends_with` are its last four letters. `checked`: the provider took it when it was added."""

    id: str
    provider: str
    name: str
    ends_with: str
    checked: bool
    added_by: str
    created_at: datetime


class ProviderAnswer(BaseModel):
    id: str
    name: str


class KeysAnswer(BaseModel):
    """`providers` are those that a key can be for."""

    keys: list[KeyAnswer]
    providers: list[ProviderAnswer]


class StatementAnswer(BaseModel):
    """`charged_usd` is what managed credit comes to, markup included, billed apart from the
    platform fee; `own_key_usd` what providers charged on the workspace's own keys."""

    workspace: str
    name: str
    plan: str
    plan_name: str
    platform_fee: str
    month: str
    start: datetime
    end: datetime
    final: bool
    limit_usd: str | None
    charged_usd: str
    beyond_limit_usd: str
    own_key_usd: str
    models: list[UsageRow]
    members: list[UsageRow]


def group_answer(
    catalog: PlanCatalog, group: Group, role: str, members: int, now: datetime
) -> GroupAnswer:
    plan, credit = group.plan_in(catalog), catalog.managed_credit
    limit = group.amounts.get(credit.allowance) if credit else None
    return GroupAnswer(
        id=group.id,
        kind=str(group.kind),
        name=group.name,
        plan=group.plan,
        plan_name=plan.name if plan else group.plan,
        role=role,
        rights=[str(right) for right in rights_of(role, catalog)],
        members=members,
        seats=group.seats(catalog, now),
        own_keys=str(plan.own_keys) if plan else "never",
        own_keys_held_by=str(plan.own_keys_held_by) if plan else "member",
        managed_limit_usd=None if limit is None else usd_text(limit),
        when_reached=None if credit is None or limit is None else str(credit.when_reached),
        flags=sorted(str(flag) for flag in group.flags),
        created_at=group.created_at,
    )


def role_answers(catalog: PlanCatalog) -> list[RoleAnswer]:
    return [
        RoleAnswer(id=role.id, rights=[str(each) for each in role.may]) for role in catalog.roles
    ]


def capped_answers(catalog: PlanCatalog, group: Group) -> list[CappedAnswer]:
    return [
        CappedAnswer(
            allowance=each.id,
            name=each.name or each.id,
            unit=str(each.unit),
            window=str(each.window),
        )
        for each in capped_allowances(catalog, group)
    ]


def member_answer(catalog: PlanCatalog, member: Member, *, with_email: bool) -> MemberAnswer:
    return MemberAnswer(
        account=member.account,
        role=member.role,
        name=member.name,
        email=member.email if with_email else None,
        caps={name: amount_of(_unit(catalog, name), cap) for name, cap in member.caps.items()},
        joined_at=member.joined_at,
    )


def _unit(catalog: PlanCatalog, allowance: str) -> Unit:
    found = catalog.allowance(allowance)
    return found.unit if found is not None else Unit.PLAN_TOKENS


def invitation_answer(invitation: Invitation) -> InvitationAnswer:
    return InvitationAnswer(
        id=invitation.id,
        role=invitation.role,
        email=invitation.email,
        invited_by=invitation.invited_by,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )


def key_answer(key: ProviderKey) -> KeyAnswer:
    return KeyAnswer(
        id=key.id,
        provider=key.host,
        name=key.name,
        ends_with=key.shown,
        checked=key.checked,
        added_by=key.added_by,
        created_at=key.created_at,
    )


def statement_answer(statement: Statement) -> StatementAnswer:
    limit = statement.limit_pusd
    return StatementAnswer(
        workspace=statement.group.id,
        name=statement.group.name,
        plan=statement.group.plan,
        plan_name=statement.plan_name,
        platform_fee=statement.platform_fee,
        month=statement.month,
        start=statement.start,
        end=statement.end,
        final=statement.is_final,
        limit_usd=None if limit is None else usd_text(limit),
        charged_usd=usd_text(statement.charged_pusd),
        beyond_limit_usd=usd_text(statement.beyond_pusd),
        own_key_usd=usd_text(statement.own_key_pusd),
        models=[usage_row(each) for each in statement.models],
        members=[usage_row(each) for each in statement.members],
    )
