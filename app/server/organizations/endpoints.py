"""The endpoints of organizations and workspaces, joined: the same ones for both, with their own
keys and statements for workspaces; and the way in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.server.accounts.asking import ThePerson
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.organizations import (
    endpoints_groups,
    endpoints_keys,
    endpoints_members,
    endpoints_usage,
)
from app.server.organizations.asking import ORGANIZATIONS, WORKSPACES
from app.server.organizations.invitations import accept_invitation
from app.server.organizations.schemas import AcceptedAnswer, AcceptGiven

router = APIRouter()
for _prefix, _tag in ((ORGANIZATIONS, "organizations"), (WORKSPACES, "workspaces")):
    for _part in (endpoints_groups, endpoints_members, endpoints_usage):
        router.include_router(_part.router, prefix=_prefix, tags=[_tag])
router.include_router(endpoints_keys.router, prefix=WORKSPACES, tags=["workspaces"])


@router.post(
    "/api/invitations/accept",
    response_model=AcceptedAnswer,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Accept an invitation, where a seat is free",
    tags=["organizations"],
)
async def post_accept(
    services: TheServices, person: ThePerson, given: AcceptGiven
) -> AcceptedAnswer:
    token = given.token.strip().rpartition("#")[2]
    group = await accept_invitation(services, person, token)
    return AcceptedAnswer(id=group.id, kind=str(group.kind), name=group.name)


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Invitation</title>
<h1>You are invited</h1>
<p>Copy this page's whole address, and paste it in Tuppence: Organizations and workspaces,
Accept an invitation.
<p>The address holds a secret that works once: pass it on to nobody.
</html>
"""


@router.get("/invitation", response_class=HTMLResponse, include_in_schema=False)
async def get_invitation() -> HTMLResponse:
    """Where an invitation's link leads: what to do with it. The token never reaches the server."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(_PAGE, headers=headers)
