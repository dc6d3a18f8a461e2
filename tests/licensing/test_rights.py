"""From a plan of the catalog to what a license states, and back to what a person may do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from app.catalog.plan_file import load_catalog
from app.catalog.plans import OwnKeys
from app.config import resources_folder
from app.errors import ClaimsWrong, ValidityTooLong
from app.licensing.claims import Claims, Kind
from app.licensing.license import read, sign
from app.licensing.rights import (
    FREE_RIGHTS,
    Rights,
    claims_for,
    rights_of_claims,
    rights_of_plan,
)
from tests.licensing.issued import CURRENT, DAY, DEVICE, ISSUED, PINS

CATALOGS = sorted((resources_folder() / "catalogs").glob("*.toml"))
TEAM = Rights("organization", ("web_search", "knowledge"), OwnKeys.AFTER_ALLOWANCE, 5)


def claimed(now: datetime, kind: Kind = Kind.ONLINE, validity: timedelta | None = None) -> Claims:
    return claims_for(
        TEAM, license_id="1", kind=kind, account="ada", device_key=DEVICE, now=now,
        validity=validity,
    )  # fmt: skip


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.stem)
def test_every_plan_that_is_sold_can_be_licensed(path: Path) -> None:
    plans = load_catalog(path).plans
    assert plans
    for plan in plans:
        rights = rights_of_plan(plan)
        claims = claims_for(
            rights, license_id="1", kind=Kind.OFFLINE, account="ada", device_key=DEVICE, now=ISSUED
        )
        back = rights_of_claims(read(sign(claims, CURRENT), PINS).claims)
        assert (back.plan, set(back.features)) == (plan.id, set(plan.features))
        assert back.own_keys is plan.own_keys
        assert back.seats == (plan.seats.most if plan.seats else 1)


def test_the_free_rules_are_those_of_the_shipped_start_plan() -> None:
    catalog = load_catalog(resources_folder() / "catalogs" / "tuppence.toml")
    start = catalog.plan(catalog.start_plan)
    assert start is not None
    assert rights_of_plan(start) == FREE_RIGHTS


def test_a_license_is_dated_in_whole_seconds_of_utc_and_not_after_now() -> None:
    now = (ISSUED + timedelta(microseconds=999_999)).astimezone(timezone(timedelta(hours=5)))
    assert claimed(now).issued == ISSUED
    assert claimed(now).issued.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("kind", "days"), [(Kind.ONLINE, 30), (Kind.OFFLINE, 365)])
def test_a_license_is_issued_for_as_long_as_its_kind_may(kind: Kind, days: int) -> None:
    assert claimed(ISSUED, kind).expires == ISSUED + days * DAY
    assert claimed(ISSUED, kind, 7 * DAY).expires == ISSUED + 7 * DAY
    with pytest.raises(ValidityTooLong):
        claimed(ISSUED, kind, (days + 1) * DAY)
    with pytest.raises(ClaimsWrong):
        claimed(ISSUED, kind, timedelta(0))


def test_the_features_are_put_in_order() -> None:
    assert claimed(ISSUED).features == ("knowledge", "web_search")


def test_a_feature_is_there_by_its_name_or_with_all() -> None:
    assert TEAM.has_feature("knowledge")
    assert not TEAM.has_feature("voice")
    assert FREE_RIGHTS.has_feature("voice")
