"""Who may ask the endpoints of organizations: a person with a session, who belongs to the one in
the address. Everybody else learns nothing, not even that it is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from app.server.accounts.asking import ThePerson
from app.server.caller import TheServices
from app.server.organizations.groups import Acting, GroupKind, acting_in

ORGANIZATIONS, WORKSPACES = "/api/organizations", "/api/workspaces"
GroupId = Annotated[str, Path(max_length=80, description="The organization's or workspace's id")]


def kind_of(request: Request) -> GroupKind:
    """Which of the two an address is about."""
    is_workspace = request.url.path.startswith(WORKSPACES)
    return GroupKind.WORKSPACE if is_workspace else GroupKind.ORGANIZATION


async def _acting(
    services: TheServices, person: ThePerson, request: Request, group: GroupId
) -> Acting:
    return await services.database.read(acting_in, person, group, kind_of(request))


TheMember = Annotated[Acting, Depends(_acting)]
TheKind = Annotated[GroupKind, Depends(kind_of)]
