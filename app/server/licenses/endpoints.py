"""The endpoints of licenses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.licensing.key_list import NUMBER_MAX
from app.server.accounts.asking import CountedCaller
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.licenses.schemas import KeysAnswer, LicenseAnswer, keys_answer, license_answer
from app.server.licenses.service import license_for
from app.server.licenses.signing_keys import announced_keys, lists_after, signing_at

router = APIRouter(tags=["licenses"])


@router.get(
    "/api/license",
    response_model=LicenseAnswer,
    responses=errors(401, 403, 404, 429),
    summary="The license of your device, renewed once a day and when your plan changes",
)
async def get_license(services: TheServices, caller: CountedCaller) -> LicenseAnswer:
    return license_answer(await license_for(services, caller))


@router.get(
    "/api/license/keys",
    response_model=KeysAnswer,
    responses=errors(400),
    summary="The public keys that licenses are signed with, and the signed lists that say so",
)
async def get_license_keys(
    services: TheServices,
    after: Annotated[
        int, Query(ge=0, le=NUMBER_MAX, description="The number of the list that you know")
    ] = 0,
) -> KeysAnswer:
    now = services.clock.now()
    announced = await announced_keys(services) or (await signing_at(services, now)).announced
    blocks = await services.database.read(lists_after, after)
    return keys_answer(announced, list(blocks), now)
