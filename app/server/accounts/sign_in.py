"""Coming in: a device registers, asks for a challenge, and gets a session for its signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from app.ledger.steps import Steps
from app.server.accounts.devices import (
    DEVICES_MAX,
    NewDevice,
    device_of_key,
    devices_of,
    keep_account,
    keep_device,
    lock_account,
)
from app.server.accounts.pace import DAY, MINUTE, take_one
from app.server.accounts.proofs import (
    CHALLENGE_PREFIX,
    CHALLENGE_VALID,
    Proof,
    keep_challenge,
    public_key,
    take_challenge,
)
from app.server.accounts.sessions import Session, new_session_token, start_session
from app.server.addresses import person_network
from app.server.errors import Refused, conflict
from app.server.secret import new_token
from app.server.services import Services

T = TypeVar("T")
P = ParamSpec("P")

CHALLENGES_PER_MINUTE = 60  # of one IPv4 address or IPv6 /64


@dataclass(frozen=True, slots=True)
class Challenge:
    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A device that wants an account; ids and the token are made before, for a repeat."""

    proof: Proof
    device: NewDevice
    account: str
    token: str
    network: str


async def kept(
    services: Services,
    operation: Callable[P, Steps[T | Refused]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """An operation whose refusal has something to keep: what was counted or used up. The refusal
    is raised once it is written."""
    answer = await services.database.run(operation, *args, **kwargs)
    if isinstance(answer, Refused):
        raise answer
    return answer


async def ask_challenge(services: Services, key: str, address: str) -> Challenge:
    """A challenge for a public half, known or not. Raises Refused: 400, 429."""
    challenge = new_token(CHALLENGE_PREFIX)
    now = services.clock.now()

    def keep() -> Steps[Challenge | Refused]:
        public = public_key(key)
        refused = yield from take_one(
            f"challenges/{person_network(address)}",
            CHALLENGES_PER_MINUTE,
            MINUTE,
            now,
            "Too many challenges were asked for from this address.",
        )
        if refused is not None:
            return refused
        yield from keep_challenge(challenge, public, now)
        return Challenge(challenge, now + CHALLENGE_VALID)

    return await kept(services, keep)


def new_device(services: Services, proof: Proof, name: str) -> NewDevice:
    return NewDevice(f"d_{services.clock.new_id()}", proof.key, " ".join(name.split()))


async def register(services: Services, proof: Proof, name: str, address: str) -> Session:
    """A free account for a device, and its first session. A device that has an account already
    gets a session of that one, so that a lost answer does no harm.

    Raises Refused: 401 for the proof, 409 for a device that was removed, 429 for the day's limit
    of the address.
    """
    arrival = Arrival(
        proof,
        new_device(services, proof, name),
        f"a_{services.clock.new_id()}",
        new_session_token(),
        person_network(address),
    )
    return await kept(services, _register, services, arrival, services.clock.now())


def _register(services: Services, arrival: Arrival, now: datetime) -> Steps[Session | Refused]:
    refused = yield from take_challenge(arrival.proof, now)
    if refused is not None:
        return refused
    known = yield from device_of_key(arrival.proof.key)
    if known is None:
        known = yield from _new_account(services, arrival, now)
    if isinstance(known, Refused):
        return known
    assert known is not None
    return (yield from start_session(*known, arrival.token, now))


def _new_account(
    services: Services, arrival: Arrival, now: datetime
) -> Steps[tuple[str, str] | Refused | None]:
    refused = yield from take_one(
        f"accounts/{arrival.network}",
        services.settings.limits.devices_per_address_day,
        DAY,
        now,
        "No more free accounts today from this address. Sign in with one that is there, or find "
        "it again by its e-mail address.",
    )
    if refused is not None:
        return refused
    if not (yield from keep_device(arrival.account, arrival.device, now)):
        return (yield from device_of_key(arrival.proof.key))
    plan = services.catalog.start_plan
    yield from keep_account(arrival.account, plan, arrival.network, now)
    return arrival.account, arrival.device.id


async def sign_in(services: Services, proof: Proof) -> Session:
    """A session for a device that is known. Raises Refused: 401, 409."""
    return await kept(services, _sign_in, proof, new_session_token(), services.clock.now())


def _sign_in(proof: Proof, token: str, now: datetime) -> Steps[Session | Refused]:
    refused = yield from take_challenge(proof, now)
    if refused is not None:
        return refused
    known = yield from device_of_key(proof.key)
    if known is None:
        return Refused(401, "device_unknown", "This device has no account here. Register it first.")
    if isinstance(known, Refused):
        return known
    return (yield from start_session(*known, token, now))


def add_device(
    account: str, device: NewDevice, token: str, now: datetime
) -> Steps[Session | Refused]:
    """One more device of an account, with a session. Whoever calls has seen its proof."""
    yield from lock_account(account)
    if len((yield from devices_of(account))) >= DEVICES_MAX:
        return conflict("devices_full", f"An account may have {DEVICES_MAX} devices. Remove one.")
    if not (yield from keep_device(account, device, now)):
        known = yield from device_of_key(device.key)
        if isinstance(known, Refused):
            return known
        if known is None or known[0] != account:
            return conflict(
                "device_known",
                "This device's key belongs to another account. Make a new key for this one.",
            )
        return (yield from start_session(*known, token, now))
    return (yield from start_session(account, device.id, token, now))
