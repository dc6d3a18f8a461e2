"""What a member of an organization may do: roles of a catalog, asked one right at a time."""

from __future__ import annotations

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plans import Holder, Plan, Right


def may(role: str | None, right: Right, catalog: PlanCatalog) -> bool:
    """Whether a role has a right.

    `role` None is the holder of an account of their own, who may everything. A role that the
    catalog does not name may nothing: a name that was dropped opens no door.
    """
    if role is None:
        return True
    return any(right in each.may for each in catalog.roles if each.id == role)


def rights_of(role: str | None, catalog: PlanCatalog) -> tuple[Right, ...]:
    """All that a role may do, to show what it can ask for."""
    return tuple(right for right in Right if may(role, right, catalog))


def roles_with(right: Right, catalog: PlanCatalog) -> tuple[str, ...]:
    """The roles that have a right, to say who can help."""
    return tuple(role.id for role in catalog.roles if right in role.may)


def buyer_of(plan: Plan, catalog: PlanCatalog) -> Holder:
    """Who buys a plan. Where a catalog names no role that could found an organization, each
    account stands for one, and has the start plan as one does."""
    if plan.holder is Holder.ORGANIZATION and not roles_with(Right.MEMBERS, catalog):
        return Holder.ACCOUNT
    return plan.holder
