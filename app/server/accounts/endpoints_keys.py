"""The endpoints of API keys."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter

from app.money import pico_from_usd, usd_text
from app.server.accounts.asking import ThePerson
from app.server.accounts.identify import API_KEY_PREFIX
from app.server.accounts.keys import (
    SHOWN_LETTERS,
    ApiKey,
    KeyEdit,
    NewKey,
    edit_key,
    keep_key,
    keys_of,
    revoke_key,
)
from app.server.accounts.schemas import (
    KeyAnswer,
    KeyChange,
    KeyGiven,
    KeysAnswer,
    NewKeyAnswer,
    errors,
)
from app.server.caller import TheServices
from app.server.errors import bad_request
from app.server.secret import hash_of, new_token

router = APIRouter(tags=["API keys"])


@router.post(
    "/api/keys",
    status_code=201,
    response_model=NewKeyAnswer,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Make an API key; it is shown this once",
)
async def post_key(services: TheServices, caller: ThePerson, given: KeyGiven) -> NewKeyAnswer:
    token = new_token(API_KEY_PREFIX)
    key = NewKey(
        id=f"k_{services.clock.new_id()}",
        token_hash=hash_of(token),
        name=_name(given.name),
        shown=token[:SHOWN_LETTERS],
        cap_pusd=_pico(given.cap_usd),
    )
    made = await services.database.run(
        keep_key, services.catalog, caller, key, services.clock.now()
    )
    return NewKeyAnswer.model_validate(_facts(made) | {"token": token})


@router.get(
    "/api/keys",
    response_model=KeysAnswer,
    responses=errors(401, 403, 404, 429),
    summary="Your API keys, and what each drew this month",
)
async def get_keys(services: TheServices, caller: ThePerson) -> KeysAnswer:
    found = await services.database.read(keys_of, services.catalog, caller, services.clock.now())
    return KeysAnswer(keys=[KeyAnswer.model_validate(_facts(each)) for each in found])


@router.patch(
    "/api/keys/{key}",
    response_model=KeyAnswer,
    responses=errors(400, 401, 403, 404, 429),
    summary="Rename an API key, or change its cap",
)
async def patch_key(
    services: TheServices, caller: ThePerson, key: str, given: KeyChange
) -> KeyAnswer:
    if "name" in given.model_fields_set and given.name is None:
        raise bad_request("A key has a name.", "name")
    edit = KeyEdit(
        name=None if given.name is None else _name(given.name),
        sets_cap="cap_usd" in given.model_fields_set,
        cap_pusd=_pico(given.cap_usd),
    )
    edited = await services.database.run(
        edit_key, services.catalog, caller, key, edit, services.clock.now()
    )
    return KeyAnswer.model_validate(_facts(edited))


@router.delete(
    "/api/keys/{key}",
    status_code=204,
    responses=errors(401, 403, 404, 429),
    summary="Revoke an API key",
)
async def delete_key(services: TheServices, caller: ThePerson, key: str) -> None:
    now = services.clock.now()
    await services.database.run(revoke_key, services.catalog, caller, key, now)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise bad_request("A key has a name.", "name")
    return name


def _pico(usd: Decimal | None) -> int | None:
    return None if usd is None else pico_from_usd(usd)


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "shown": key.shown,
        "made_by": key.account,
        "cap_usd": None if key.cap_pusd is None else usd_text(key.cap_pusd),
        "drawn_this_month_usd": usd_text(key.drawn_pusd),
        "created_at": key.created_at,
    }
