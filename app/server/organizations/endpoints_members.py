"""The endpoints of members: who they are, their roles and caps, invitations."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Right, Unit
from app.ledger.rows import AMOUNT_MAX
from app.money import pico_from_usd
from app.server.accounts.email_addresses import email_address
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.errors import bad_request
from app.server.organizations.asking import TheMember
from app.server.organizations.groups import read_group, require
from app.server.organizations.invitations import invite, open_invitations, revoke_invitation
from app.server.organizations.membership import (
    MemberEdit,
    edit_member,
    members_of,
    remove_member,
)
from app.server.organizations.schemas import (
    InvitationGiven,
    InvitationsAnswer,
    MemberAnswer,
    MemberChange,
    MembersAnswer,
    SentAnswer,
    capped_answers,
    invitation_answer,
    member_answer,
    role_answers,
)

router = APIRouter()


@router.get(
    "/{group}/members",
    response_model=MembersAnswer,
    responses=errors(401, 403, 404, 429),
    summary="Who belongs to it, and how many seats there are",
)
async def get_members(services: TheServices, member: TheMember) -> MembersAnswer:
    require(member, Right.READ, services.catalog)
    group = await services.database.read(read_group, member.group)
    found = await services.database.read(members_of, member.group)
    sees = member.may(Right.MEMBERS, services.catalog)
    return MembersAnswer(
        members=[member_answer(services.catalog, each, with_email=sees) for each in found],
        seats=group.seats(services.catalog, services.clock.now()),
        roles=role_answers(services.catalog),
        capped=capped_answers(services.catalog, group),
    )


@router.patch(
    "/{group}/members/{account}",
    response_model=MemberAnswer,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Change a member's role, or their caps on the shared pool",
)
async def patch_member(
    services: TheServices, member: TheMember, account: str, given: MemberChange
) -> MemberAnswer:
    if given.role is None and given.caps is None:
        raise bad_request("Name a role, caps, or both.", "role")
    caps = None if given.caps is None else _caps(services.catalog, given.caps)
    edit = MemberEdit(given.role, caps)
    found = await services.database.run(
        edit_member, services.catalog, member, account, edit, services.clock.now()
    )
    sees = member.may(Right.MEMBERS, services.catalog)
    return member_answer(services.catalog, found, with_email=sees)


@router.delete(
    "/{group}/members/{account}",
    status_code=204,
    responses=errors(401, 403, 404, 409, 429),
    summary="Remove a member, or leave; their API keys here end",
)
async def delete_member(services: TheServices, member: TheMember, account: str) -> None:
    now = services.clock.now()
    await services.database.run(remove_member, services.catalog, member, account, now)


@router.post(
    "/{group}/invitations",
    status_code=201,
    response_model=SentAnswer,
    responses=errors(400, 401, 403, 404, 429),
    summary="Invite somebody by mail or by a link, for one person and once",
)
async def post_invitation(
    services: TheServices, member: TheMember, given: InvitationGiven
) -> SentAnswer:
    email = "" if given.email is None else email_address(given.email)
    sent = await invite(services, member, given.role, email)
    shown = invitation_answer(sent.invitation).model_dump()
    return SentAnswer(**shown, token=sent.token, link=sent.link, mailed=sent.mailed)


@router.get(
    "/{group}/invitations",
    response_model=InvitationsAnswer,
    responses=errors(401, 403, 404, 429),
    summary="Invitations that nobody has accepted yet",
)
async def get_invitations(services: TheServices, member: TheMember) -> InvitationsAnswer:
    require(member, Right.MEMBERS, services.catalog)
    now = services.clock.now()
    found = await services.database.read(open_invitations, member.group, now)
    return InvitationsAnswer(invitations=[invitation_answer(each) for each in found])


@router.delete(
    "/{group}/invitations/{invitation}",
    status_code=204,
    responses=errors(401, 403, 404, 429),
    summary="Take an invitation back",
)
async def delete_invitation(services: TheServices, member: TheMember, invitation: str) -> None:
    now = services.clock.now()
    await services.database.run(revoke_invitation, services.catalog, member, invitation, now)


def _caps(catalog: PlanCatalog, given: Mapping[str, int | str]) -> dict[str, int]:
    """Caps in the units of their allowances. Raises Refused (400)."""
    return {name: _cap(catalog, name, value) for name, value in given.items()}


def _cap(catalog: PlanCatalog, name: str, value: int | str) -> int:
    found = catalog.allowance(name)
    in_dollars = found is not None and found.unit is Unit.USD
    try:
        amount = pico_from_usd(value) if in_dollars else int(value)
    except ValueError as error:
        raise bad_request("Write dollars such as 2.50, or a whole number.", "caps") from error
    if not 0 <= amount <= AMOUNT_MAX:
        raise bad_request("This cap is below zero or too large.", "caps")
    return amount
