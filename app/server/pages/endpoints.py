"""The pages' addresses."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Cookie, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from app.server.caller import TheCaller, TheServices
from app.server.cookies import entered
from app.server.errors import Refused, not_allowed
from app.server.pages import account, checkout, visits
from app.server.pages.interface import groups_of
from app.server.pages.looks import page, style_sheet
from app.server.pages.visits import Visit
from app.server.payments import service, simulated
from app.server.payments.endpoints import TheTill
from app.server.payments.repository import Checkout
from app.server.services import Services

router = APIRouter()
COOKIE = "tuppence_visit"
_ID = Query(max_length=64)
_LONG = Query(max_length=2000)


class AccountLink(BaseModel):
    """Opens the account in a browser, once, within five minutes. With `&receipt=` and a purchase's
    id behind it, it opens at that receipt."""

    url: str


@router.get("/pages.css", include_in_schema=False)
async def looks() -> Response:
    return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": "max-age=600"})


@router.get("/", include_in_schema=False)
async def start(services: TheServices) -> HTMLResponse:
    settings = services.settings
    return page("start", {"demo": settings.demo, "address": settings.address})


@router.get("/docs", include_in_schema=False)
async def docs(services: TheServices, request: Request) -> HTMLResponse:
    groups = groups_of(request.app.openapi())
    return page("docs", {"demo": services.settings.demo, "groups": groups})


@router.get("/email", include_in_schema=False)
async def email(services: TheServices) -> HTMLResponse:
    return page("email", {"demo": services.settings.demo})


@router.get("/checkout/done", include_in_schema=False)
async def checkout_done(
    till: TheTill,
    checkout_id: Annotated[str, Query(alias="checkout", max_length=64)] = "",
    back: Annotated[str, Query(alias="return", max_length=2000)] = "",
    order: Annotated[str, _ID] = "",
) -> HTMLResponse:
    await service.came_back(till, checkout_id, order)
    found = await checkout.found(till, checkout_id)
    return _checkout_page(till, found, checkout.told_after(found), back)


@router.get("/checkout/cancelled", include_in_schema=False)
async def checkout_cancelled(
    till: TheTill,
    checkout_id: Annotated[str, Query(alias="checkout", max_length=64)] = "",
    back: Annotated[str, Query(alias="return", max_length=2000)] = "",
) -> HTMLResponse:
    found = await checkout.found(till, checkout_id)
    return _checkout_page(till, found, checkout.told_cancelled(found), back)


def _checkout_page(
    till: TheTill, found: Checkout | None, told: checkout.Told, back: str
) -> HTMLResponse:
    values = {
        "demo": till.services.settings.demo,
        "title": told.title,
        "words": told.words,
        "tone": told.tone,
        "waiting": told.waiting,
        "name": checkout.offer_name(till, found),
        "price": checkout.price_of(found),
        "back": checkout.way_back(till, back),
    }
    return page("checkout", values)


@router.get(simulated.PAGE, include_in_schema=False)
async def simulated_page(
    till: TheTill,
    checkout_id: Annotated[str, Query(alias="checkout", max_length=64)],
    secret: Annotated[str, Query(max_length=200)],
    back: Annotated[str, Query(alias="return", max_length=2000)] = "",
) -> HTMLResponse:
    try:
        found = await simulated.checkout_to_confirm(till, checkout_id, secret)
    except Refused as refused:
        return _problem(till.services, refused.status, "No such payment", str(refused.message))
    if found.state != "pending":
        return _checkout_page(till, found, checkout.told_after(found), back)
    offer = till.shelf.offer(found.offer)
    values = {
        "demo": True,
        "name": checkout.offer_name(till, found),
        "price": checkout.price_of(found),
        "monthly": offer is not None and offer.monthly,
        "checkout": found.id,
        "secret": secret,
        "back": checkout.way_back(till, back),
    }
    return page("simulated", values)


@router.post(simulated.PAGE, include_in_schema=False)
async def simulated_confirmed(
    till: TheTill,
    checkout_id: Annotated[str, Form(alias="checkout", max_length=64)],
    secret: Annotated[str, Form(max_length=200)],
    pay: Annotated[str, Form(max_length=10)],
    back: Annotated[str, Form(max_length=2000)] = "",
) -> HTMLResponse:
    try:
        found = await simulated.confirm(till, checkout_id, secret, pays=pay == "yes")
    except Refused as refused:
        return _problem(till.services, refused.status, "This did not work", str(refused.message))
    told = checkout.told_after(found) if pay == "yes" else checkout.told_cancelled(found)
    return _checkout_page(till, found, told, back)


@router.post(
    "/api/account/link",
    status_code=201,
    responses={403: {"description": "An API key opens no page"}},
    summary="A link to the account's page",
)
async def account_link(services: TheServices, caller: TheCaller) -> AccountLink:
    if not caller.device:
        raise not_allowed("An API key opens no page. Open the account from the program.")
    token = await services.database.run(visits.make_link, caller, services.clock.now())
    return AccountLink(url=f"{services.settings.address}/account/enter?token={token}")


@router.get("/account/enter", include_in_schema=False)
async def account_enter(
    services: TheServices,
    token: Annotated[str, Query(max_length=200)] = "",
    receipt: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    visit = await services.database.run(visits.enter, token, services.clock.now())
    if visit is None:
        return _again(services)
    place = f"/account/receipt?{urlencode({'id': receipt})}" if receipt else "/account"
    return entered(services, place, cookie=COOKIE, visit=visit, lasts=visits.VISIT_LASTS)


@router.get("/account", include_in_schema=False)
async def account_page(
    services: TheServices, tuppence_visit: Annotated[str, Cookie(max_length=200)] = ""
) -> HTMLResponse:
    visit = await _visit(services, tuppence_visit)
    if visit is None:
        return _again(services)
    now = services.clock.now()
    found = await services.database.read(account.read_page, services, visit, now)
    values = account.page_values(services, found, now)
    return page("account", {"demo": services.settings.demo, **values})


@router.get("/account/receipt", include_in_schema=False)
async def account_receipt(
    services: TheServices,
    purchase: Annotated[str, Query(alias="id", max_length=200)],
    tuppence_visit: Annotated[str, Cookie(max_length=200)] = "",
) -> HTMLResponse:
    visit = await _visit(services, tuppence_visit)
    if visit is None:
        return _again(services)
    now = services.clock.now()
    found = await services.database.read(account.read_page, services, visit, now)
    bought = next((each for each in found.purchases if each.id == purchase), None)
    if bought is None:
        return _problem(services, 404, "No such receipt", "This account has no such purchase.")
    values = account.receipt_values(services, bought)
    who = account.who_of(found.standing)
    return page("receipt", {"demo": services.settings.demo, "who": who, **values})


@router.get("/account/statement", include_in_schema=False)
async def account_statement(
    services: TheServices,
    month: Annotated[str, Query(max_length=10)] = "",
    tuppence_visit: Annotated[str, Cookie(max_length=200)] = "",
) -> HTMLResponse:
    visit = await _visit(services, tuppence_visit)
    if visit is None:
        return _again(services)
    now = services.clock.now()
    month = month or f"{now:%Y-%m}"
    span = account.month_span(month)
    if span is None:
        return _problem(services, 400, "No such month", "A month is written like 2026-11.")
    begin, end = span
    found = await services.database.read(account.read_page, services, visit, now)
    sums, bought = await services.database.read(account.read_statement, services, visit, begin, end)
    used, total = account.used_lines(sums)
    values = {
        "demo": services.settings.demo,
        "who": account.who_of(found.standing),
        "month": month,
        "start": begin,
        "end": end,
        "running": now < end,
        "used": used,
        "total": total,
        "own": account.own_key_lines(sums),
        "purchases": account.bought_lines(services, bought),
    }
    return page("statement", values)


@router.post("/account/leave", include_in_schema=False)
async def account_leave(
    services: TheServices, tuppence_visit: Annotated[str, Cookie(max_length=200)] = ""
) -> HTMLResponse:
    await services.database.run(visits.leave, tuppence_visit)
    answer = _problem(services, 200, "Signed out", "This browser shows the account no longer.")
    answer.delete_cookie(COOKIE, path="/account")
    return answer


async def _visit(services: Services, token: str) -> Visit | None:
    if not token:
        return None
    return await services.database.read(visits.visit_of, token, services.clock.now())


def _again(services: Services) -> HTMLResponse:
    return _problem(
        services,
        401,
        "Open your account from Tuppence",
        "This page opens from the program: Billing, Open account. A link works once and for a few "
        "minutes; a visit ends after an hour.",
    )


def _problem(services: Services, status: int, title: str, words: str) -> HTMLResponse:
    values = {"demo": services.settings.demo, "title": title, "words": words}
    return page("problem", values, status=status)
