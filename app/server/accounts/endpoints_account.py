"""The endpoints of an account itself: what it is, its data, its end, its passphrase, its events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from app.server.accounts.asking import CountedCaller, ThePerson
from app.server.accounts.own_data import delete_account, exported, view_of
from app.server.accounts.passphrase_checks import open_with_passphrase
from app.server.accounts.passphrases import Opened
from app.server.accounts.schemas import (
    AccountAnswer,
    DeletionGiven,
    Membership,
    PassphraseAnswer,
    PassphraseGiven,
    errors,
)
from app.server.accounts.stream_answer import StreamAnswer
from app.server.accounts.streams import Streams, take_lease, was_missed
from app.server.caller import TheServices, caller_of_scope
from app.server.errors import bad_request
from app.server.services import Services

router = APIRouter(tags=["account"])


@router.get(
    "/api/account",
    response_model=AccountAnswer,
    responses=errors(401, 403, 429),
    summary="Your account: address, devices, organizations, passphrase",
)
async def get_account(services: TheServices, caller: ThePerson) -> AccountAnswer:
    view = await services.database.read(
        view_of, services.catalog, caller.account, services.clock.now()
    )
    return AccountAnswer(
        id=view.id,
        created_at=view.created_at,
        plan=view.plan,
        email=view.email,
        devices=view.devices,
        belongs_to=[
            Membership(id=each.id, kind=each.kind, name=each.name, role=each.role)
            for each in view.belongs_to
        ],
        passphrase=None if view.opened is None else _opened(view.opened),
    )


@router.get(
    "/api/account/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {}}}, **errors(401, 403, 429)},
    summary="All that is kept of you, as one JSON file",
)
async def get_export(services: TheServices, caller: ThePerson) -> StreamingResponse:
    return StreamingResponse(
        exported(services.database, caller.account),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="tuppence-account.json"'},
    )


@router.delete(
    "/api/account",
    status_code=204,
    responses=errors(400, 401, 403, 409, 429),
    summary="Delete your account; tokens that are left are lost",
)
async def delete_own_account(
    services: TheServices, caller: ThePerson, given: DeletionGiven
) -> None:
    if given.confirm != caller.account:
        raise bad_request("Write your account's id to confirm that it goes for good.", "confirm")
    await services.database.run(
        delete_account, services.catalog, caller.account, services.clock.now()
    )


@router.post(
    "/api/passphrase",
    response_model=PassphraseAnswer,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Open the plan that a shared passphrase is for",
)
async def post_passphrase(
    services: TheServices, caller: ThePerson, given: PassphraseGiven
) -> PassphraseAnswer:
    return _opened(await open_with_passphrase(services, caller, given.passphrase))


@router.get(
    "/api/events",
    status_code=200,
    response_class=StreamAnswer,
    responses={200: {"content": {"text/event-stream": {}}}, **errors(400, 401, 404, 429)},
    summary="Server-sent events: balance changed, purchase landed, license renewed, notice",
)
async def get_events(
    services: TheServices, caller: CountedCaller, request: Request
) -> StreamAnswer:
    last_id = request.headers.get("last-event-id", "").strip()
    now = services.clock.now()
    try:
        missed = bool(last_id) and was_missed(last_id, now)
    except ValueError as error:
        raise bad_request("No event has this id.", "Last-Event-ID") from error
    stream_id = services.clock.new_id()
    await services.database.run(take_lease, caller.account, stream_id, now)
    return StreamAnswer(
        services,
        streams_of(request, services),
        caller,
        stream_id,
        last_id,
        missed=missed,
        identify_again=lambda: caller_of_scope(services, request.scope),
    )


def streams_of(request: Request, services: Services) -> Streams:
    """The streams of this worker, which its application keeps."""
    state = request.app.state
    if not hasattr(state, "streams"):
        state.streams = Streams(services.database)
    streams: Streams = state.streams
    return streams


def _opened(opened: Opened) -> PassphraseAnswer:
    return PassphraseAnswer(plan=opened.plan, standing=str(opened.standing), until=opened.until)
