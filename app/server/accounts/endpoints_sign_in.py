"""The endpoints of devices and sessions."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.server.accounts.asking import TheAddress, ThePerson, proof_in
from app.server.accounts.devices import Device, devices_of, remove_device
from app.server.accounts.identify import Caller
from app.server.accounts.proofs import Purpose, proof_of, server_name
from app.server.accounts.schemas import (
    ChallengeAnswer,
    DeviceAnswer,
    DeviceProof,
    DevicesAnswer,
    SessionAnswer,
    SessionGiven,
    errors,
)
from app.server.accounts.sessions import Session, end_session
from app.server.accounts.sign_in import ask_challenge, register, sign_in
from app.server.caller import TheServices, bearer
from app.server.errors import bad_request

router = APIRouter(tags=["sign-in"])


@router.post(
    "/api/devices",
    status_code=201,
    response_model=SessionAnswer,
    responses=errors(400, 401, 409, 429),
    summary="Register a device: a free account and its first session",
)
async def post_device(
    services: TheServices, request: Request, address: TheAddress, given: DeviceProof
) -> SessionAnswer:
    proof = proof_in(services, request, given, Purpose.REGISTER)
    return answer_of(await register(services, proof, given.name, address))


@router.post(
    "/api/session",
    response_model=ChallengeAnswer | SessionAnswer,
    responses=errors(400, 401, 409, 429),
    summary="Ask for a challenge, then sign in with its signature",
)
async def post_session(
    services: TheServices, request: Request, address: TheAddress, given: SessionGiven
) -> ChallengeAnswer | SessionAnswer:
    if not given.challenge and not given.signature:
        challenge = await ask_challenge(services, given.public_key, address)
        return ChallengeAnswer(challenge=challenge.text, expires_at=challenge.expires_at)
    if not given.challenge or not given.signature:
        missing = "signature" if given.challenge else "challenge"
        raise bad_request("Challenge and signature go together.", missing)
    server = server_name(services.settings, request.headers.get("host", ""))
    proof = proof_of(given.public_key, given.challenge, given.signature, Purpose.SIGN_IN, server)
    return answer_of(await sign_in(services, proof))


@router.delete("/api/session", status_code=204, responses=errors(401, 403, 429), summary="Sign out")
async def delete_session(services: TheServices, caller: ThePerson, request: Request) -> None:
    await services.database.run(end_session, bearer(request.headers["authorization"]))


@router.get(
    "/api/devices",
    response_model=DevicesAnswer,
    responses=errors(401, 403, 429),
    summary="The devices of your account",
)
async def get_devices(services: TheServices, caller: ThePerson) -> DevicesAnswer:
    found = await services.database.read(devices_of, caller.account)
    return DevicesAnswer(devices=[_device(each, caller) for each in found])


@router.delete(
    "/api/devices/{device}",
    status_code=204,
    responses=errors(401, 403, 404, 409, 429),
    summary="Remove a device and end its sessions",
)
async def delete_device(services: TheServices, caller: ThePerson, device: str) -> None:
    await services.database.run(remove_device, caller.account, device, services.clock.now())


def answer_of(session: Session) -> SessionAnswer:
    return SessionAnswer(
        token=session.token,
        expires_at=session.expires_at,
        account=session.account,
        device=session.device,
    )


def _device(device: Device, caller: Caller) -> DeviceAnswer:
    return DeviceAnswer(
        id=device.id,
        name=device.name,
        key_id=device.key_id,
        created_at=device.created_at,
        seen_at=device.seen_at,
        current=device.id == caller.device,
    )
