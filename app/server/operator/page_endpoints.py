"""The addresses of the operator's pages that show."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from app.ledger.holds import open_holds
from app.ledger.rows import at_from
from app.server.caller import TheServices, address_of
from app.server.cookies import entered
from app.server.errors import Refused, not_found
from app.server.operator import entrance
from app.server.operator import margins as figures
from app.server.operator.account_rows import Mark, find_accounts, whole_account
from app.server.operator.audit import acts
from app.server.operator.closed_routes import all_closed
from app.server.operator.commands_money import OUTCOMES
from app.server.operator.counting import counts_of
from app.server.operator.page_acts import router as acts_router
from app.server.operator.page_entered import COOKIE, Entered, TheCookie, shown, way_in
from app.server.operator.page_looks import operator_style
from app.server.payments.kept_events import kept_event, kept_events
from app.server.proxy.desk import desk_of
from app.server.services import Services

router = APIRouter(include_in_schema=False)
router.include_router(acts_router)
_TEXT = Query(max_length=200)
_DONE = Query(max_length=300)
_DAYS_MAX = 92


@router.get("/operator.css")
async def looks() -> Response:
    headers = {"Cache-Control": "max-age=600"}
    return Response(operator_style(), media_type="text/css", headers=headers)


@router.get("/operator/enter")
async def enter(
    services: TheServices, token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    if not token:
        return way_in(services, status=200)
    now = services.clock.now()
    visit = await services.database.run(entrance.enter_by_link, token, now)
    if visit is None:
        return way_in(services, "This link was used already, or is too old.")
    return _entered(services, visit)


@router.post("/operator/enter")
async def enter_with_password(
    services: TheServices, request: Request, password: Annotated[str, Form(max_length=500)]
) -> Response:
    address = address_of(services, request.scope)
    try:
        visit = await entrance.enter_by_password(services, password, address)
    except Refused as refused:
        return way_in(services, refused.message, refused.status)
    if visit is None:
        return way_in(services, "This is not the password.")
    return _entered(services, visit)


@router.post("/operator/leave")
async def leave(services: TheServices, token: TheCookie = "") -> HTMLResponse:
    await services.database.run(entrance.leave, token)
    answer = way_in(services, "This browser is the operator's no longer.", 200)
    answer.delete_cookie(COOKIE, path="/operator")
    return answer


@router.get("/operator")
async def accounts(
    services: TheServices,
    token: TheCookie = "",
    text: Annotated[str, _TEXT] = "",
    done: Annotated[str, _DONE] = "",
) -> Response:
    async def make(entered: Entered) -> Response:
        read = entered.operator.looks.database.read
        found = await read(find_accounts, text.strip(), at_most=100)
        return entered.page("accounts", "operator_accounts", text=text, accounts=found)

    return await shown(services, token, make, done)


@router.get("/operator/account")
async def account(
    services: TheServices,
    account_id: Annotated[str, Query(alias="id", max_length=200)],
    token: TheCookie = "",
    done: Annotated[str, _DONE] = "",
) -> Response:
    async def make(entered: Entered) -> Response:
        read, now = entered.operator.looks.database.read, services.clock.now()
        found = await read(whole_account, account_id, now + timedelta(seconds=1))
        log = await read(acts, subject=account_id, at_most=20)
        return entered.page(
            "accounts", "operator_account", found=found, log=log, marks=list(Mark), at=at_from
        )

    return await shown(services, token, make, done)


@router.get("/operator/holds")
async def holds(
    services: TheServices, token: TheCookie = "", done: Annotated[str, _DONE] = ""
) -> Response:
    async def make(entered: Entered) -> Response:
        found = await entered.operator.looks.database.read(open_holds)
        now = services.clock.now()
        return entered.page("holds", "operator_holds", holds=found[:500], all=len(found), now=now)

    return await shown(services, token, make, done)


@router.get("/operator/events")
async def events(
    services: TheServices,
    token: TheCookie = "",
    outcome: Annotated[str, _TEXT] = "set_aside",
    done: Annotated[str, _DONE] = "",
) -> Response:
    async def make(entered: Entered) -> Response:
        found = await entered.operator.looks.database.read(kept_events, outcome)
        return entered.page(
            "events", "operator_events", events=found, outcome=outcome, outcomes=OUTCOMES
        )

    return await shown(services, token, make, done)


@router.get("/operator/event")
async def event(
    services: TheServices,
    processor: Annotated[str, _TEXT],
    event_id: Annotated[str, Query(alias="id", max_length=300)],
    token: TheCookie = "",
) -> Response:
    async def make(entered: Entered) -> Response:
        found = await entered.operator.looks.database.read(kept_event, processor, event_id)
        if found is None:
            raise not_found("event")
        return entered.page("events", "operator_event", event=found)

    return await shown(services, token, make)


@router.get("/operator/routes")
async def routes(
    services: TheServices, token: TheCookie = "", done: Annotated[str, _DONE] = ""
) -> Response:
    async def make(entered: Entered) -> Response:
        closed = await entered.operator.looks.database.read(all_closed)
        return entered.page("routes", "operator_routes", routes=_routes(services, closed))

    return await shown(services, token, make, done)


@router.get("/operator/margins")
async def margins(
    services: TheServices,
    token: TheCookie = "",
    days: Annotated[int, Query(ge=1, le=_DAYS_MAX)] = 7,
) -> Response:
    async def make(entered: Entered) -> Response:
        first, last = figures.days_back(services.clock.now(), days)
        found = await entered.operator.looks.database.read(figures.margins, first, last)
        return entered.page(
            "margins", "operator_margins", margins=found, total=figures.total(found), days=days
        )

    return await shown(services, token, make)


@router.get("/operator/log")
async def log(
    services: TheServices, token: TheCookie = "", subject: Annotated[str, _TEXT] = ""
) -> Response:
    async def make(entered: Entered) -> Response:
        found = await entered.operator.looks.database.read(acts, subject=subject, at_most=200)
        return entered.page("log", "operator_log", log=found, subject=subject)

    return await shown(services, token, make)


def _routes(services: Services, closed: dict[str, str]) -> list[dict[str, object]]:
    """The catalog's routes with what this worker knows of their health."""
    health, counts = desk_of(services).health, counts_of(services)
    found = []
    for route in services.catalog.routes:
        errors = sum(number for (name, _), number in counts.upstream.items() if name == route.id)
        found.append(
            {
                "id": route.id,
                "name": route.name,
                "reason": closed.get(route.id, route.disabled),
                "by_catalog": bool(route.disabled),
                "breaker": str(health.state(f"{route.id}/")),
                "errors": errors,
            }
        )
    return found


def _entered(services: Services, visit: str) -> Response:
    lasts = entrance.VISIT_LASTS
    return entered(services, "/operator", cookie=COOKIE, visit=visit, lasts=lasts)
