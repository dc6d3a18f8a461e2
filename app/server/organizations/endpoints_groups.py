"""The endpoints of organizations and workspaces themselves: found, read, rename, delete."""

from __future__ import annotations

from fastapi import APIRouter

from app.server.accounts.asking import ThePerson
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.errors import bad_request
from app.server.organizations.asking import TheKind, TheMember
from app.server.organizations.founding import found_group
from app.server.organizations.groups import delete_group, groups_of, read_group, rename_group
from app.server.organizations.membership import count_members
from app.server.organizations.schemas import (
    DeletionGiven,
    GroupAnswer,
    GroupsAnswer,
    NameGiven,
    group_answer,
)

router = APIRouter()


@router.post(
    "",
    status_code=201,
    response_model=GroupAnswer,
    responses=errors(400, 401, 403, 409, 429),
    summary="Found one; you are its first admin",
)
async def post_group(
    services: TheServices, person: ThePerson, kind: TheKind, given: NameGiven
) -> GroupAnswer:
    group = await found_group(services, person, kind, given.name)
    found = await services.database.read(groups_of, person.account, kind)
    ours = next(each for each in found if each.group.id == group.id)
    return group_answer(services.catalog, group, ours.role, ours.members, services.clock.now())


@router.get(
    "",
    response_model=GroupsAnswer,
    responses=errors(401, 403, 429),
    summary="Those that you belong to",
)
async def get_groups(services: TheServices, person: ThePerson, kind: TheKind) -> GroupsAnswer:
    found = await services.database.read(groups_of, person.account, kind)
    now, catalog = services.clock.now(), services.catalog
    return GroupsAnswer(
        items=[group_answer(catalog, each.group, each.role, each.members, now) for each in found]
    )


@router.get(
    "/{group}",
    response_model=GroupAnswer,
    responses=errors(401, 403, 404, 429),
    summary="One of them: its plan, seats and limit",
)
async def get_group(services: TheServices, member: TheMember) -> GroupAnswer:
    group = await services.database.read(read_group, member.group)
    members = await services.database.read(count_members, member.group)
    return group_answer(services.catalog, group, member.role, members, services.clock.now())


@router.patch(
    "/{group}",
    response_model=GroupAnswer,
    responses=errors(400, 401, 403, 404, 429),
    summary="Rename it",
)
async def patch_group(services: TheServices, member: TheMember, given: NameGiven) -> GroupAnswer:
    await services.database.run(rename_group, services.catalog, member, given.name)
    return await get_group(services, member)


@router.delete(
    "/{group}",
    status_code=204,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Delete it for everybody; tokens that are left are lost",
)
async def delete_whole_group(
    services: TheServices, member: TheMember, given: DeletionGiven
) -> None:
    if given.confirm != member.group:
        raise bad_request("Write its id to confirm that it goes for good.", "confirm")
    await services.database.run(delete_group, services.catalog, member, services.clock.now())
