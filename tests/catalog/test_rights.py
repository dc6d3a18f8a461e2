"""What roles may do, by the shipped catalogs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_file import load_catalog
from app.catalog.plans import Holder, Right
from app.catalog.rights import buyer_of, may, roles_with

CATALOGS = Path(__file__).resolve().parents[2] / "resources" / "catalogs"


def catalog(name: str) -> PlanCatalog:
    return load_catalog(CATALOGS / f"{name}.toml")


RIGHTS = {
    "admin": {Right.BILLING, Right.SEATS, Right.MEMBERS, Right.USE, Right.READ},
    "builder": {Right.USE, Right.READ},
    "viewer": {Right.READ},
    "owner": set(),  # the catalog does not know it
    "": set(),
}


@pytest.mark.parametrize("name", ["daily-budgets", "tuppence"])
@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_may_what_the_catalog_says_and_nothing_else(role: str, name: str) -> None:
    sold = catalog(name)
    assert {right for right in Right if may(role, right, sold)} == RIGHTS[role]


def test_who_has_an_account_of_their_own_may_everything() -> None:
    assert all(may(None, right, catalog("tuppence")) for right in Right)


def test_a_role_may_nothing_where_the_catalog_has_no_roles() -> None:
    assert not any(may("admin", right, catalog("packs-and-weights")) for right in Right)


def test_it_can_be_said_who_changes_seats() -> None:
    assert roles_with(Right.SEATS, catalog("daily-budgets")) == ("admin",)


def test_an_account_buys_an_organizations_plan_where_no_organization_can_be_founded() -> None:
    def buyers(name: str) -> dict[str, Holder]:
        sold = catalog(name)
        return {plan.id: buyer_of(plan, sold) for plan in sold.plans}

    assert set(buyers("monthly-plans").values()) == {Holder.ACCOUNT}
    assert buyers("tuppence")["organization"] is Holder.ORGANIZATION
    assert buyers("tuppence")["premium"] is Holder.ACCOUNT
