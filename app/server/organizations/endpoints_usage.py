"""The endpoint of an organization's usage: by member first, platform and own keys apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator

from app.catalog.plans import Right
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.credits.schemas import UsageShown, usage_row
from app.server.credits.usage import DAYS_MAX, By, usage_by, usage_csv
from app.server.errors import bad_request
from app.server.organizations.asking import TheMember
from app.server.organizations.groups import require

router = APIRouter()
_USUAL_DAYS = 30


def _written_out(day: object) -> object:
    # A bare number would be taken as seconds since 1970.
    if isinstance(day, str) and "-" not in day[1:]:
        raise ValueError("write a day such as 2026-11-21")
    return day


_Day = Annotated[date, BeforeValidator(_written_out)]


@router.get(
    "/{group}/usage",
    response_model=UsageShown,
    responses={**errors(400, 401, 403, 404, 429), 200: {"content": {"text/csv": {}}}},
    summary="What was used, by member, day, model or key; who does not see to the members sees "
    "their own part",
)
async def get_usage(
    services: TheServices,
    member: TheMember,
    by: By = By.MEMBER,
    start: Annotated[_Day | None, Query(description="Since this day, UTC")] = None,
    end: Annotated[_Day | None, Query(description="Before this day, UTC")] = None,
    form: Annotated[str, Query(alias="format", pattern="^(json|csv)$")] = "json",
) -> UsageShown | Response:
    require(member, Right.READ, services.catalog)
    today = services.clock.now().date()
    until = end or today + timedelta(days=1)
    since = start or until - timedelta(days=min(_USUAL_DAYS, (until - date.min).days))
    if not since < until or until - since > timedelta(days=DAYS_MAX):
        raise bad_request(f"Ask for up to {DAYS_MAX} days that follow each other.", "start")
    sees_all = member.may(Right.MEMBERS, services.catalog)
    first, last = _midnight(since), _midnight(until)
    account = "" if sees_all else member.person.account
    sums = await services.database.read(usage_by, member.group, by, first, last, account=account)
    if form == "csv":
        name = f"usage-{by}-{since}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(usage_csv(by, sums), media_type="text/csv", headers=disposition)
    return UsageShown(by=str(by), start=first, end=last, rows=[usage_row(each) for each in sums])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
