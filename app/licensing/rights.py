"""What a plan or a license lets a person do on their own computer, beside the tokens it grants.

Tokens are the server's to count; reading, searching, exporting and deleting what is one's own is
never a right that could be lost, so it does not appear here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.catalog.plans import OwnKeys, Plan
from app.licensing.claims import VALIDITY_MAX, Claims, Kind
from app.licensing.keys import PublicKey

EVERY_FEATURE = "*"


@dataclass(frozen=True, slots=True)
class Rights:
    """`features` are names of the catalog, `*` is all of them; `seats` None is without limit."""

    plan: str
    features: tuple[str, ...]
    own_keys: OwnKeys
    seats: int | None = 1

    def has_feature(self, name: str) -> bool:
        return EVERY_FEATURE in self.features or name in self.features


# Without a catalog of a server at hand: its start plan's rights are given where there is one.
FREE_RIGHTS = Rights("free", (EVERY_FEATURE,), OwnKeys.ALWAYS)


def rights_of_plan(plan: Plan) -> Rights:
    """The rights of a catalog's plan, such as its start plan, whose rules hold without a license.

    A plan for one account has one seat; one with seats, as many as it names at most.
    """
    return Rights(plan.id, plan.features, plan.own_keys, plan.seats.most if plan.seats else 1)


def rights_of_claims(claims: Claims) -> Rights:
    return Rights(claims.plan, claims.features, claims.own_keys, claims.seats)


def claims_for(
    rights: Rights,
    *,
    license_id: str,
    kind: Kind,
    account: str,
    device_key: PublicKey,
    now: datetime,
    validity: timedelta | None = None,
) -> Claims:
    """The claims of a license that is issued now, for as long as its kind may without `validity`.

    `now` is aware; the license is dated in UTC and whole seconds, never after it.
    Raises ClaimsWrong or ValidityTooLong.
    """
    issued = now.astimezone(UTC).replace(microsecond=0)
    return Claims(
        id=license_id,
        kind=kind,
        account=account,
        plan=rights.plan,
        features=tuple(sorted(set(rights.features))),
        own_keys=rights.own_keys,
        seats=rights.seats,
        device_key=device_key,
        issued=issued,
        expires=issued + (VALIDITY_MAX[kind] if validity is None else validity),
    )
