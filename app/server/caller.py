"""From a request to its caller: the token, the address, whom they act for. For FastAPI and for the
raw path alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from app.server.accounts.identify import Caller, identify
from app.server.addresses import client_address
from app.server.errors import not_signed_in
from app.server.services import Services

# For the server's document alone: what is wrong with a token is said by `identify`.
_BEARER = HTTPBearer(
    scheme_name="bearer", auto_error=False, description="A session or an API key (`tp_...`)."
)
ACTS_FOR = "x-tuppence-account"  # a session's choice of organization or workspace


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """A header's value, several of them joined by commas; names in lower case."""
    found = [value for key, value in headers if key == name]
    if not found:
        return ""
    return (found[0] if len(found) == 1 else b", ".join(found)).decode("latin-1")


def headers_by_name(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """All of them as `header` joins each, for who asks for more than one."""
    found = dict(headers)
    if len(found) < len(headers):
        for name in found:
            found[name] = b", ".join([value for key, value in headers if key == name])
    return found


def bearer(authorization: str) -> str:
    """The token of an `Authorization` header; raises Refused (401)."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise not_signed_in("Send your key as “Authorization: Bearer …”.")
    return token.strip()


def address_of(services: Services, scope: object, forwarded_for: str | None = None) -> str:
    """The client's address of an ASGI scope. `forwarded_for`: the header of this name, where it
    was read before."""
    assert isinstance(scope, dict)
    peer = (scope.get("client") or ("", 0))[0]
    if forwarded_for is None:
        forwarded_for = header(scope["headers"], b"x-forwarded-for")
    return client_address(peer, forwarded_for, services.settings.trusted_proxies)


async def caller_of_scope(services: Services, scope: object) -> Caller:
    """Who sent it; raises Refused."""
    assert isinstance(scope, dict)
    token = bearer(header(scope["headers"], b"authorization"))
    acts_for = header(scope["headers"], ACTS_FOR.encode())
    address = address_of(services, scope)
    return await services.database.read(identify, token, acts_for, address, services.clock.now())


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _caller(request: Request, _: Annotated[object, Security(_BEARER)]) -> Caller:
    return await caller_of_scope(services_of(request), request.scope)


# What endpoints ask for: `services: TheServices, caller: TheCaller`.
TheServices = Annotated[Services, Depends(services_of)]
TheCaller = Annotated[Caller, Depends(_caller)]
