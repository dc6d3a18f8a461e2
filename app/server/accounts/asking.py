"""Who may ask the endpoints of accounts: a person with a session; each request is counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.server.accounts.identify import Caller
from app.server.accounts.pace import hurry
from app.server.accounts.proofs import Proof, Purpose, proof_of, server_name
from app.server.accounts.schemas import DeviceProof
from app.server.caller import TheCaller, TheServices, address_of
from app.server.errors import not_allowed
from app.server.services import Services


async def _counted(services: TheServices, caller: TheCaller) -> Caller:
    await hurry(services, caller)
    return caller


async def _person(caller: Annotated[Caller, Depends(_counted)]) -> Caller:
    if not caller.device:
        raise not_allowed("An API key may ask models; for this, sign in with your device.")
    return caller


def _address(services: TheServices, request: Request) -> str:
    return address_of(services, request.scope)


def proof_in(services: Services, request: Request, given: DeviceProof, purpose: Purpose) -> Proof:
    """The proof of a body, for this server. Raises Refused (400)."""
    server = server_name(services.settings, request.headers.get("host", ""))
    return proof_of(given.public_key, given.challenge, given.signature, purpose, server)


# A caller, counted; the same with a session; where an unknown person asks from.
CountedCaller = Annotated[Caller, Depends(_counted)]
ThePerson = Annotated[Caller, Depends(_person)]
TheAddress = Annotated[str, Depends(_address)]
