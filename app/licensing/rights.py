"""What a plan or a license lets a person do on their own computer, beside the tokens it grants.

Tokens are the server's to count; reading, searching, exporting and deleting what is one's own is
never a right that could be lost, so it does not appear here.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.plans import OwnKeys, Plan
from app.licensing.claims import Claims

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
