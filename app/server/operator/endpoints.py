"""The addresses for whoever runs the server: is it alive, is it ready, its figures, its page."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from app.errors import TuppenceError
from app.ledger.steps import Sql, Steps
from app.server.caller import TheServices, bearer, header
from app.server.errors import Refused, not_found
from app.server.licenses.signing_keys import signing_at
from app.server.operator.figures import CONTENT_TYPE, all_figures
from app.server.operator.page_endpoints import router as page_router
from app.server.services import Services

router = APIRouter(tags=["operator"])
router.include_router(page_router)
_TOKEN = HTTPBearer(
    scheme_name="metrics", auto_error=False, description="TUPPENCE_SERVER_METRICS_TOKEN"
)


class Alive(BaseModel):
    """The process answers."""

    alive: bool = True


class Readiness(BaseModel):
    """Each part that a request needs: `ok`, or what is wrong with it in words."""

    ready: bool
    parts: dict[str, str]


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> Alive:
    return Alive()


@router.get(
    "/readyz",
    summary="Whether requests can be answered",
    responses={503: {"model": Readiness, "description": "A part is missing"}},
)
async def readyz(services: TheServices, response: Response) -> Readiness:
    parts = {
        "database": await _database(services),
        "catalog": "ok" if services.catalog.models or services.catalog.plans else "empty",
        "signing_key": await _signing_key(services),
    }
    ready = all(words == "ok" for words in parts.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, parts=parts)


@router.get(
    "/metrics",
    summary="Figures in Prometheus' text form, for this computer or with the operator's token",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, 404: {"description": "For nobody else"}},
)
async def metrics(
    services: TheServices, request: Request, _: Annotated[object, Security(_TOKEN)]
) -> Response:
    if not _may_read(services, request):
        raise not_found("address")
    return Response(await all_figures(services), media_type=CONTENT_TYPE)


def _may_read(services: Services, request: Request) -> bool:
    """Whoever has the token; where none is set, this computer itself. What a proxy on this
    computer passes on comes from elsewhere, and says so in a header."""
    headers = request.scope["headers"]
    if token := services.settings.metrics_token:
        try:
            sent = bearer(header(headers, b"authorization"))
        except Refused:
            return False
        return hmac.compare_digest(sent.encode(), token.encode())
    passed_on = any(header(headers, name) for name in (b"x-forwarded-for", b"forwarded", b"via"))
    return not passed_on and _is_loopback((request.scope.get("client") or ("", 0))[0])


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


async def _database(services: Services) -> str:
    try:
        await services.database.read(_ask_one)
    except Refused:
        return "cannot be reached"
    return "ok"


async def _signing_key(services: Services) -> str:
    try:
        await signing_at(services, services.clock.now())
    except (Refused, TuppenceError):
        return "is missing"  # which file it is stands in the log, not in an answer to anybody
    return "ok"


def _ask_one() -> Steps[None]:
    yield Sql("SELECT 1")
