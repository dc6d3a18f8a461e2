"""The endpoints of credits: what there is, what a message would cost, what was used, receipts."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from app.catalog.offers import offer_of_plan
from app.catalog.plans import Right
from app.catalog.rights import may
from app.ledger.rows import at_from
from app.server.accounts.identify import Caller
from app.server.caller import TheCaller, TheServices
from app.server.credits import calls, requests, schemas
from app.server.credits.closing import close_request as close
from app.server.credits.counting import input_tokens_of
from app.server.credits.models import model_sold, models_by_own_key, models_sold
from app.server.credits.quotes import QuoteWish, quotes
from app.server.credits.reading import Ask, read_situation, side_tenants
from app.server.credits.records import DoneBefore
from app.server.credits.standing import read_standing
from app.server.credits.usage import DAYS_MAX, By, usage_by, usage_csv
from app.server.errors import bad_request, not_found, too_many
from app.server.limits import take
from app.server.services import Services

router = APIRouter(tags=["credits"])

_QUOTES_PER_MINUTE = 600
_PAGE = 100
_MINUTE = timedelta(minutes=1)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_999  # the last millisecond of the year 9999


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        400: "Malformed",
        401: "Not signed in",
        404: "There is no such thing here",
        409: "It still runs: ask again later",
        429: "Too many in this minute",
    }
    return {status: {"description": words[status]} for status in statuses}


@router.get("/v1/models", summary="The models that are sold", responses=_errors(401))
async def list_models(services: TheServices, caller: TheCaller) -> schemas.ModelList:
    now = services.clock.now()
    return schemas.ModelList(data=[schemas.model_object(m) for m in models_sold(services, now)])


@router.get("/v1/models/{model:path}", summary="One model", responses=_errors(401, 404))
async def get_model(services: TheServices, caller: TheCaller, model: str) -> schemas.ModelObject:
    shown = model_sold(services, model, services.clock.now())
    if shown is None:
        raise not_found("model")
    return schemas.model_object(shown)


@router.post(
    "/api/quote",
    summary="Whether a message could be sent, what it would cost, and who would pay",
    responses=_errors(400, 401, 429),
)
async def quote(
    services: TheServices, caller: TheCaller, asked: schemas.QuoteAsked
) -> schemas.QuotesShown:
    now = services.clock.now()
    name = f"quotes/{caller.tenant}/{caller.api_key or caller.device}"
    wait_s = await services.database.run(take, name, _QUOTES_PER_MINUTE, _MINUTE, now)
    if wait_s is not None:
        raise too_many(f"At most {_QUOTES_PER_MINUTE} quotes a minute.", retry_after_s=wait_s)
    listed = tuple(model.id for model in services.catalog.models)
    models = (asked.model,) if asked.model else listed
    tokens = asked.input_tokens
    if tokens is None:
        if asked.messages is None:
            raise bad_request("Give the messages, or how many tokens they have.", "messages")
        tokens = await asyncio.to_thread(input_tokens_of, services, models[0], asked.messages)
    ask = Ask(caller, now, "", side_tenants(services.catalog, caller))
    situation = await services.database.read(read_situation, services.catalog, ask)
    wish = QuoteWish(models, tokens, asked.output_tokens_max, tuple(asked.recent_outputs))
    found = quotes(services, wish, caller, situation, now)
    return schemas.QuotesShown(
        input_tokens=tokens, quotes=[schemas.quote_shown(each) for each in found]
    )


@router.get(
    "/api/me",
    summary="Plan, balances and flags of whom the caller acts for",
    responses=_errors(401),
)
async def me(services: TheServices, caller: TheCaller) -> schemas.MeShown:
    catalog = services.catalog
    standing = await services.database.read(
        read_standing, catalog, Ask(caller, services.clock.now())
    )
    account = standing.account
    plan = catalog.plan(account.plan)
    shown = schemas.PlanShown(
        id=account.plan,
        name=plan.name if plan else account.plan,
        price=offer_of_plan(plan).price_text if plan else "",
        subscribed_at=account.subscribed_at,
        paid_until=account.paid_until,
        own_keys=str(plan.own_keys) if plan else "never",
        priority=plan.priority if plan else False,
    )
    by_own_key = models_by_own_key(services, standing.own_key_hosts, services.clock.now())
    return schemas.me_shown(standing, caller.account, caller.tenant, shown, by_own_key)


@router.get(
    "/api/usage",
    summary="What was used, by day, model, key or member; credit and own keys apart",
    response_model=schemas.UsageShown,
    responses={**_errors(400, 401), 200: {"content": {"text/csv": {}}}},
)
async def usage(
    services: TheServices,
    caller: TheCaller,
    by: By = By.DAY,
    start: Annotated[str, Query(max_length=40, description="Since this day or time, UTC")] = "",
    end: Annotated[str, Query(max_length=40, description="Before this day or time, UTC")] = "",
    form: Annotated[str, Query(alias="format", pattern="^(json|csv)$")] = "json",
) -> schemas.UsageShown | Response:
    now = services.clock.now()
    until = _moment(end, "end") or now + timedelta(seconds=1)
    since = _moment(start, "start") or _day_of(max(until, _EARLIEST) - timedelta(days=30))
    if not since < until or until - since > timedelta(days=DAYS_MAX):
        raise bad_request(f"Ask for up to {DAYS_MAX} days that follow each other.", "start")
    account = _only(services, caller)
    sums = await services.database.read(usage_by, caller.tenant, by, since, until, account=account)
    if form == "csv":
        name = f"usage-{by}-{since:%Y-%m-%d}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(usage_csv(by, sums), media_type="text/csv", headers=disposition)
    rows = [schemas.usage_row(each) for each in sums]
    return schemas.UsageShown(by=str(by), start=since, end=until, rows=rows)


@router.get("/api/requests", summary="Ended requests, the newest first", responses=_errors(401))
async def list_requests(
    services: TheServices,
    caller: TheCaller,
    before: Annotated[int | None, Query(ge=0, le=_LATEST_MS)] = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 50,
) -> schemas.RequestsShown:
    until = services.clock.now() + timedelta(seconds=1) if before is None else at_from(before)
    rows = await services.database.read(
        requests.rows_before, caller.tenant, until, limit, account=_only(services, caller)
    )
    return schemas.RequestsShown(
        requests=[schemas.request_shown(row) for row in rows],
        before=rows[-1].at_ms if len(rows) >= limit else None,
    )


@router.get(
    "/api/requests/{request_id}",
    summary="A request's receipt, and its answer if the client lost it",
    responses=_errors(401, 404, 409),
)
async def get_request(
    services: TheServices, caller: TheCaller, request_id: str
) -> schemas.ReceiptShown:
    return _receipt_shown(await calls.answer_of(services, caller, request_id), caller)


@router.post(
    "/api/requests/{request_id}/close",
    summary="Give up a request by its Idempotency-Key: if it still comes, it is refused",
    responses=_errors(401, 409, 429),
)
async def close_request(
    services: TheServices,
    caller: TheCaller,
    request_id: Annotated[str, Path(pattern=r"^[!-~]{1,255}$")],
) -> schemas.ReceiptShown:
    """With status 410 and no receipt: nothing came with the key, and what still comes with it
    within a day is refused with 410 and costs nothing. Where something came, as GET tells it.
    No body is read."""
    return _receipt_shown(await close(services, caller, request_id), caller)


def _receipt_shown(done: DoneBefore, caller: Caller) -> schemas.ReceiptShown:
    """What became of a request; its answer only to whoever asked for it."""
    answer = None
    if done.answer and done.account == caller.account:
        answer = _json_or_text(done.answer)
    return schemas.ReceiptShown(
        id=done.request_id,
        status=done.status,
        corrected=done.corrected or None,
        receipt=None if done.receipt is None else calls.receipt_json(done.receipt),
        answer=answer,
    )


def _only(services: Services, caller: Caller) -> str:
    """Whose requests a member sees: their own, all of them only who may see to the members."""
    if caller.acts_for_itself or may(caller.role, Right.MEMBERS, services.catalog):
        return ""
    return caller.account


def _json_or_text(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return answer


def _moment(text: str, param: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_request(
            "Write a day such as 2026-11-21, or a time with its zone.", param
        ) from error


def _day_of(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), UTC)
