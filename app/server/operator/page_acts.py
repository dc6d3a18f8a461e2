"""The operator's forms: each does what a command does, and leads back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.catalog.plans import Unit
from app.money import pico_from_usd
from app.server.caller import TheServices
from app.server.credits.refusals import amount_words
from app.server.errors import bad_request
from app.server.operator.account_rows import Mark, Which, mark
from app.server.operator.closed_routes import read_again
from app.server.operator.commands_money import resend
from app.server.operator.commands_server import switch_route
from app.server.operator.granting import grant, revoke_grant
from app.server.operator.open_calls import end_hold
from app.server.operator.page_entered import Entered, TheCookie, TheForm, TheReason, acted

router = APIRouter(include_in_schema=False)
_ID = Form(max_length=300)


@router.post("/operator/account/mark")
async def mark_account(
    services: TheServices,
    account: Annotated[str, _ID],
    mark_: Annotated[Mark, Form(alias="mark")],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        changed = await mark(entered.operator, Which((account,)), mark_, reason)
        return f"Marked: {mark_}." if changed else "It was marked so before."

    return await acted(services, token, form, _account(account), act)


@router.post("/operator/account/grant")
async def give(
    services: TheServices,
    account: Annotated[str, _ID],
    amount: Annotated[str, Form(max_length=30)],
    unit: Annotated[Unit, Form()],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        number = _amount(amount, unit)
        await grant(entered.operator, account, number, unit, reason)
        return f"{amount_words(unit, number)} given."

    return await acted(services, token, form, _account(account), act)


@router.post("/operator/account/take-back")
async def take_back(
    services: TheServices,
    account: Annotated[str, _ID],
    wallet: Annotated[str, _ID],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        taken = await revoke_grant(entered.operator, wallet, reason)
        return f"{taken:,} taken back."

    return await acted(services, token, form, _account(account), act)


@router.post("/operator/holds/end")
async def end(
    services: TheServices,
    hold: Annotated[str, _ID],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        await end_hold(entered.operator, hold, reason)
        return "The hold has ended."

    return await acted(services, token, form, "/operator/holds", act)


@router.post("/operator/events/again")
async def again(
    services: TheServices,
    processor: Annotated[str, Form(max_length=40)],
    event: Annotated[str, _ID],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        ends = await resend(entered.operator, processor, event, reason)
        return f"Handled again: {'; '.join(ends)}."[:300]

    return await acted(services, token, form, "/operator/events", act)


@router.post("/operator/routes/switch")
async def switch(
    services: TheServices,
    route: Annotated[str, _ID],
    to: Annotated[str, Form(max_length=10)],
    form: TheForm,
    reason: TheReason = "",
    token: TheCookie = "",
) -> Response:
    async def act(entered: Entered) -> str:
        await switch_route(entered.operator, route, reason, opens=to == "open")
        await read_again(services)  # this worker at once
        return f"{route} is {'open' if to == 'open' else 'closed'}."

    return await acted(services, token, form, "/operator/routes", act)


def _account(account: str) -> str:
    return f"/operator/account?{urlencode({'id': account})}"


def _amount(text: str, unit: Unit) -> int:
    plain = text.replace(",", "").strip()
    if unit is Unit.USD:
        try:
            return pico_from_usd(plain)
        except ValueError as error:
            raise bad_request("Write dollars, such as 12.50.", "amount") from error
    if not plain.isascii() or not plain.isdigit():
        raise bad_request("Write a whole number.", "amount")
    return int(plain)
