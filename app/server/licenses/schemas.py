"""What the endpoints of licenses give, as the server's own document shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.licensing.key_list import KeyList
from app.licensing.standing import RENEW_EVERY
from app.server.licenses.service import Issued


class LicenseAnswer(BaseModel):
    """`license` is the signed block, to be verified and kept; what stands beside it is in it.

    `seats` null is without limit. `revoked` are licenses of this device that hold no longer.
    """

    license: str
    id: str
    kind: str
    account: str
    plan: str
    features: list[str]
    own_keys: Annotated[str, Field(description="always, after_allowance or never")]
    seats: int | None
    device_key: str
    key_id: str
    issued_at: datetime
    expires_at: datetime
    renew_at: datetime
    revoked: list[str]


class SigningKeyAnswer(BaseModel):
    """A public key and the time in which it signs; null is an open end."""

    id: str
    key: str
    signs_from: datetime | None
    signs_until: datetime | None
    revoked: bool


class KeysAnswer(BaseModel):
    """`lists` are the signed lists after the number that was asked with, in order: a copy follows
    them one by one. `current` and `next` are key ids."""

    number: int
    current: str | None
    next: str | None
    keys: list[SigningKeyAnswer]
    lists: list[str]


def license_answer(issued: Issued) -> LicenseAnswer:
    claims = issued.claims
    return LicenseAnswer(
        license=issued.row.block,
        id=claims.id,
        kind=str(claims.kind),
        account=claims.account,
        plan=claims.plan,
        features=list(claims.features),
        own_keys=str(claims.own_keys),
        seats=claims.seats,
        device_key=claims.device_key.text,
        key_id=issued.row.key_id,
        issued_at=claims.issued,
        expires_at=claims.expires,
        renew_at=claims.issued + RENEW_EVERY,
        revoked=list(issued.revoked),
    )


def keys_answer(announced: KeyList, blocks: list[str], now: datetime) -> KeysAnswer:
    pins = announced.pins
    current, coming = pins.current(now), pins.coming(now)
    return KeysAnswer(
        number=announced.number,
        current=None if current is None else current.key.id,
        next=None if coming is None else coming.key.id,
        keys=[
            SigningKeyAnswer(
                id=each.key.id,
                key=each.key.text,
                signs_from=each.signs_from,
                signs_until=each.signs_until,
                revoked=each.key.id in pins.revoked,
            )
            for each in pins.keys
        ],
        lists=blocks,
    )
