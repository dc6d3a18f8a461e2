"""The endpoints of a workspace's own keys for providers, and of its monthly statement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.catalog.plans import Right
from app.server.accounts.schemas import errors
from app.server.caller import TheServices
from app.server.organizations.asking import TheMember
from app.server.organizations.groups import require
from app.server.organizations.key_checks import hosts_for
from app.server.organizations.provider_keys import add_key, provider_keys_of, remove_key
from app.server.organizations.schemas import (
    KeyAnswer,
    KeyGiven,
    KeysAnswer,
    ProviderAnswer,
    StatementAnswer,
    key_answer,
    statement_answer,
)
from app.server.organizations.statements import statement_csv, statement_of

router = APIRouter()


@router.get(
    "/{group}/keys",
    response_model=KeysAnswer,
    responses=errors(401, 403, 404, 429),
    summary="The workspace's own keys for providers, by their last four letters",
)
async def get_keys(services: TheServices, member: TheMember) -> KeysAnswer:
    require(member, Right.READ, services.catalog)
    found = await services.database.read(provider_keys_of, member.group)
    hosts = hosts_for(services.catalog)
    providers = [ProviderAnswer(id=host.id, name=host.name) for host in hosts]
    return KeysAnswer(keys=[key_answer(each) for each in found], providers=providers)


@router.post(
    "/{group}/keys",
    status_code=201,
    response_model=KeyAnswer,
    responses=errors(400, 401, 403, 404, 409, 429),
    summary="Check a key with its provider and keep it sealed",
)
async def post_key(services: TheServices, member: TheMember, given: KeyGiven) -> KeyAnswer:
    require(member, Right.BILLING, services.catalog)
    key = await add_key(
        services, member, given.provider, given.key, name=given.name, replaces=given.replace
    )
    return key_answer(key)


@router.delete(
    "/{group}/keys/{key}",
    status_code=204,
    responses=errors(401, 403, 404, 429),
    summary="Forget a key for good",
)
async def delete_key(services: TheServices, member: TheMember, key: str) -> None:
    await services.database.run(remove_key, services.catalog, member, key, services.clock.now())


@router.get(
    "/{group}/statement",
    response_model=StatementAnswer,
    responses={**errors(400, 401, 403, 404, 429), 200: {"content": {"text/csv": {}}}},
    summary="A month of managed credit and own keys, by model and member; JSON or CSV",
)
async def get_statement(
    services: TheServices,
    member: TheMember,
    month: Annotated[str, Query(max_length=7, description="2026-11; left out: this month")] = "",
    form: Annotated[str, Query(alias="format", pattern="^(json|csv)$")] = "json",
) -> StatementAnswer | Response:
    require(member, Right.BILLING, services.catalog)
    statement = await services.database.read(
        statement_of, services.catalog, member.group, month, services.clock.now()
    )
    if form == "csv":
        name = f"statement-{statement.month}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(statement_csv(statement), media_type="text/csv", headers=disposition)
    return statement_answer(statement)
