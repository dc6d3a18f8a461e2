"""Issuing licenses: online ones to devices that ask, offline ones by the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.errors import LicenseError, SigningKeyUnreadable
from app.ledger.steps import Sql, Steps
from app.licensing.claims import VALIDITY_MAX, Claims, Kind
from app.licensing.keys import PublicKey
from app.licensing.license import read, sign
from app.licensing.rights import Rights, claims_for, rights_of_claims
from app.licensing.standing import RENEW_EVERY
from app.server.accounts.identify import Caller
from app.server.errors import Refused, bad_request, not_allowed, not_found
from app.server.events import Kind as Event
from app.server.events import announce
from app.server.licenses import repository
from app.server.licenses.repository import LicenseRow
from app.server.licenses.rights import read_holder, rights_of
from app.server.licenses.signing_keys import Signing, signing_at
from app.server.services import Services

DAYS_MAX = VALIDITY_MAX[Kind.OFFLINE].days
NOTE_LETTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """A license as a device gets it: with its claims, the ids of revoked ones, and whether it is
    a new one."""

    row: LicenseRow
    claims: Claims
    revoked: tuple[str, ...]
    is_new: bool


async def license_for(services: Services, caller: Caller) -> Issued:
    """The license of the caller's device for whom they act: the one of today, or a new one where
    that is a day old, another key signs, or the account's rights have changed.

    Raises Refused: 403 for an API key, which has no device, or a revoked license; 404.
    """
    if not caller.device:
        raise not_allowed("A license is for a device: sign in with it. An API key has none.")
    now = services.clock.now()
    signing = await signing_at(services, now)
    wanted = f"l_{services.clock.new_id()}"
    return await services.database.run(_renew, services, caller, signing, wanted, now)


def _renew(
    services: Services, caller: Caller, signing: Signing, license_id: str, now: datetime
) -> Steps[Issued]:
    # Who asks at the same moment waits here and then finds the license of the first.
    holder = yield from read_holder(caller.tenant, lock=True)
    device_key = yield from _device_key(caller)
    rights = rights_of(services.catalog, holder, now)
    before = yield from repository.online_license(caller.tenant, device_key.text)
    if before is not None and before.revoked_at is not None:
        raise Refused(
            403,
            "license_revoked",
            "The license of this device was called back by the operator of this server."
            + (f" The reason: {before.reason}" if before.reason else ""),
        )
    revoked = yield from repository.revoked_ids(caller.tenant, device_key.text, now)
    if before is not None and (claims := _still_good(before, signing, rights, now)) is not None:
        return Issued(before, claims, revoked, is_new=False)
    claims = claims_for(
        rights,
        license_id=license_id,
        kind=Kind.ONLINE,
        account=caller.tenant,
        device_key=device_key,
        now=now,
    )
    row = repository.row_of(
        claims,
        sign(claims, signing.key),
        signing.key.id,
        account=caller.account,
        device=caller.device,
    )
    yield from repository.keep_license(row)
    facts = {"device": caller.device, "license": row.id, "plan": row.plan}
    yield from announce(caller.tenant, Event.LICENSE_RENEWED, now, facts)
    return Issued(row, claims, revoked, is_new=True)


def _device_key(caller: Caller) -> Steps[PublicKey]:
    rows = yield Sql(
        "SELECT public_key FROM devices WHERE account = ? AND id = ? AND removed_ms IS NULL",
        (caller.account, caller.device),
    )
    if not rows:
        raise not_found("device")
    return PublicKey.from_text(rows[0][0])


def _still_good(row: LicenseRow, signing: Signing, rights: Rights, now: datetime) -> Claims | None:
    """The claims of a license of today with these rights; None where a new one is due."""
    # A clock that was set back must not keep an old license alive.
    if row.key_id != signing.key.id or not timedelta(0) <= now - row.issued_at < RENEW_EVERY:
        return None
    claims = read(row.block, signing.announced.pins).claims
    same = rights_of_claims(claims) == _sorted(rights)
    return claims if same else None


def _sorted(rights: Rights) -> Rights:
    return Rights(rights.plan, tuple(sorted(set(rights.features))), rights.own_keys, rights.seats)


async def issue_offline(
    services: Services, tenant: str, device_key: str, *, days: int = DAYS_MAX, note: str = ""
) -> LicenseRow:
    """A license for a machine without internet, by the operator: bound to its device key, which no
    account has to know. `row.block` is what is sent.

    Raises Refused: 404 for the account, 400 for a key or a length that cannot be.
    """
    if not 1 <= days <= DAYS_MAX:
        raise bad_request(f"An offline license is for 1 to {DAYS_MAX} days.", "days")
    if len(note) > NOTE_LETTERS_MAX:
        raise bad_request(f"A note has at most {NOTE_LETTERS_MAX} letters.", "note")
    try:
        key = PublicKey.from_text(device_key)
    except SigningKeyUnreadable as error:
        raise bad_request(str(error), "device_key") from error
    now = services.clock.now()
    signing = await signing_at(services, now)
    license_id = f"l_{services.clock.new_id()}"

    def issue() -> Steps[LicenseRow]:
        holder = yield from read_holder(tenant)
        try:
            claims = claims_for(
                rights_of(services.catalog, holder, now),
                license_id=license_id,
                kind=Kind.OFFLINE,
                account=tenant,
                device_key=key,
                now=now,
                validity=timedelta(days=days),
            )
        except LicenseError as error:
            raise bad_request(str(error)) from error
        row = repository.row_of(claims, sign(claims, signing.key), signing.key.id, note=note)
        yield from repository.keep_license(row)
        return row

    return await services.database.run(issue)


async def revoke(services: Services, tenant: str, license_id: str, reason: str) -> LicenseRow:
    """Call a license back: its device gets no other one, and learns of it when it next asks.

    A machine that never asks keeps an offline license until it ends; against that only revoking
    the signing key helps. Raises Refused: 404, 409.
    """
    now = services.clock.now()
    return await services.database.run(
        repository.revoke_license, tenant, license_id, reason[:NOTE_LETTERS_MAX], now
    )
