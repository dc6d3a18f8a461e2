"""The server as one ASGI application: every domain's endpoints, one error form, the jobs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.config import VERSION
from app.errors import TuppenceError
from app.server import about, memory
from app.server.accounts import endpoints as accounts
from app.server.accounts import jobs as accounts_jobs
from app.server.background import Job, running
from app.server.bounded import SHORT_BODY_BYTES, Asgi, Bounded, Receive, Scope, Send
from app.server.caller import caller_of_scope
from app.server.credits import endpoints as credit_endpoints
from app.server.credits import jobs as credits_jobs
from app.server.document import describe, methods_of
from app.server.errors import Refused, not_found
from app.server.licenses import endpoints as licenses
from app.server.licenses import jobs as licenses_jobs
from app.server.operator import endpoints as operator
from app.server.operator import jobs as operator_jobs
from app.server.operator.closed_routes import read_again as read_closed_routes
from app.server.operator.counting import counts_of
from app.server.organizations import endpoints as organizations
from app.server.organizations import jobs as organizations_jobs
from app.server.pages import endpoints as pages
from app.server.pages import jobs as pages_jobs
from app.server.payments import endpoints as payments
from app.server.payments import jobs as payments_jobs
from app.server.proxy import desk as proxy_desk
from app.server.proxy import endpoints as proxy
from app.server.proxy import jobs as proxy_jobs
from app.server.services import Services

_log = logging.getLogger(__name__)

_TOLD_MAX = 200

_DOMAINS = (
    about,
    accounts,
    credit_endpoints,
    licenses,
    operator,
    organizations,
    pages,
    payments,
    proxy,
)
_JOBS = (
    accounts_jobs,
    credits_jobs,
    licenses_jobs,
    memory,
    operator_jobs,
    organizations_jobs,
    pages_jobs,
    payments_jobs,
    proxy_jobs,
)


def build_app(services: Services) -> Asgi:
    """The whole application. The database is opened when the application starts."""
    inner = FastAPI(
        title="Tuppence",
        version=VERSION,
        summary="Hosted tokens that any OpenAI-compatible client can spend.",
        lifespan=_lifespan,
        docs_url=None,  # the usual page loads scripts from elsewhere; ours is in `pages`
        redoc_url=None,
    )
    inner.state.services = services
    for domain in _DOMAINS:
        inner.include_router(domain.router)
    _install_errors(inner)
    describe(inner)
    front, limits = _Front(inner, services), services.settings.limits
    return Bounded(front, limits.body_bytes, counts_of(services).answered)


class _Front:
    """The raw paths first: what streams goes past the framework."""

    # Elsewhere the framework reads a body before it knows who sent it; those are short.
    _KNOWN_FIRST = ("POST", "/api/quote")

    def __init__(self, inner: FastAPI, services: Services) -> None:
        self._inner = inner
        self._services = services
        self._raw = proxy.raw_paths(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raw = self._raw.get((scope["method"], scope["path"]))
            if raw is not None:
                await raw(scope, receive, send)
                return
            if (scope["method"], scope["path"]) == self._KNOWN_FIRST and _is_long(scope):
                await caller_of_scope(self._services, scope)
        await self._inner(scope, receive, send)


def _is_long(scope: Scope) -> bool:
    told = dict(scope["headers"]).get(b"content-length", b"")
    return not told.isdigit() or int(told[:20]) > SHORT_BODY_BYTES


@asynccontextmanager
async def _lifespan(inner: FastAPI) -> AsyncIterator[None]:
    services: Services = inner.state.services
    await services.database.open()
    try:
        await read_closed_routes(services)  # known before the first call
        jobs: list[Job] = [job for domain in _JOBS for job in domain.jobs(services)]
        async with running(jobs):
            yield
            await proxy_desk.finish(services)
    finally:
        await services.database.close()


def _install_errors(inner: FastAPI) -> None:
    @inner.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return JSONResponse(error.body, error.status, headers=error.headers)

    @inner.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        param = _told(".".join(str(part) for part in first["loc"][1:])) or None
        words = f"{param or 'The body'}: {_told(first['msg'])}."
        return JSONResponse(Refused(400, "invalid_value", words, param).body, 400)

    @inner.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, Refused):  # raised while the body was read
            refused = error.__cause__
            return JSONResponse(refused.body, refused.status, headers=refused.headers)
        if error.status_code == 404:
            return JSONResponse(not_found("address").body, 404)
        headers = dict(error.headers or {})
        # The framework names the methods of the first endpoint with this address alone.
        if error.status_code == 405 and (known := methods_of(inner.openapi(), request.url.path)):
            headers["Allow"] = ", ".join(known)
        answer = Refused(error.status_code, "not_possible", f"{_told(str(error.detail))}.")
        return JSONResponse(answer.body, error.status_code, headers=headers)

    @inner.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        # The server's one handler for what nobody foresaw; the framework logs it as well.
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        words = error.message if isinstance(error, TuppenceError) else "The server made a mistake."
        answer = Refused(500, "internal_error", f"{words} Nothing more was charged.")
        return JSONResponse(answer.body, 500)


def _told(text: str) -> str:
    """Something of the client's own, short and without halves of characters."""
    return text[:_TOLD_MAX].encode(errors="replace").decode()
