"""The table of licenses: how each stands at each moment, and what holds then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.plans import OwnKeys
from app.licensing.claims import Claims
from app.licensing.clock_guard import ClockGuard
from app.licensing.rights import FREE_RIGHTS, Rights, rights_of_claims
from app.licensing.standing import Cause, Standing, Status, standing
from tests.licensing.issued import (
    DAY,
    DEVICE,
    ISSUED,
    OFFLINE,
    ONLINE,
    OTHER_DEVICE,
    licensed,
)

SECOND = timedelta(seconds=1)
NEVER = Rights("trial", ("web_search",), OwnKeys.NEVER)


def stands(claims: Claims, days: float, highest: float | None = None, **more: object) -> Standing:
    """How a license stands some days after it was issued, `highest` days having been seen."""
    return standing(
        licensed(claims),
        now=ISSUED + days * DAY,
        device_key=DEVICE,
        highest_time_seen=None if highest is None else ISSUED + highest * DAY,
        **more,  # type: ignore[arg-type]
    )


S = SECOND / DAY  # a second, in days
V, G, E = Status.VALID, Status.GRACE, Status.EXPIRED
NOT_RENEWED, CLOCK = Cause.NOT_RENEWED, Cause.CLOCK_TURNED_BACK

# Claims, the day it is by the clock, the highest day seen; then status, cause, and the day on
# which that changes by itself.
TABLE: dict[str, tuple[Claims, float, float | None, Status, Cause | None, float | None]] = {
    "online, new": (ONLINE, 0, None, V, None, 30),
    "online, on its last second": (ONLINE, 30 - S, None, V, None, 30),
    "online, not renewed": (ONLINE, 30, None, G, NOT_RENEWED, 44),
    "online, the last second of grace": (ONLINE, 44 - S, None, G, NOT_RENEWED, 44),
    "online, over": (ONLINE, 44, None, E, NOT_RENEWED, None),
    "online, long over": (ONLINE, 4_400, None, E, NOT_RENEWED, None),
    "offline, new": (OFFLINE, 0, None, V, None, 335),
    "offline, ends soon": (OFFLINE, 335, None, V, None, 365),
    "offline, on its last second": (OFFLINE, 365 - S, None, V, None, 365),
    "offline, over without grace": (OFFLINE, 365, None, E, NOT_RENEWED, None),
    "clock an hour behind": (ONLINE, 10, 10.04, V, None, 30),
    "clock a day behind": (ONLINE, 10, 11, V, None, 30),
    "clock more than a day behind": (ONLINE, 10, 11 + S, G, CLOCK, 10 + S),
    "clock far behind": (ONLINE, 10, 29, G, CLOCK, 24),
    "offline, clock far behind": (OFFLINE, 10, 100, G, CLOCK, 24),
    "clock behind a license that is not renewed": (ONLINE, 10, 40, G, CLOCK, 24),
    "a day behind brings nothing back": (ONLINE, 29.5, 30, G, NOT_RENEWED, 44),
    "turned back, what is over stays over": (ONLINE, 10, 44, E, NOT_RENEWED, None),
    "offline, turned back, what is over stays over": (OFFLINE, 10, 365, E, NOT_RENEWED, None),
    "clock before the license, by a day": (ONLINE, -1, None, V, None, 30),
    "clock before the license, by more": (ONLINE, -3, None, G, CLOCK, -1),
    "clock years before the license": (OFFLINE, -2_000, None, G, CLOCK, -1_986),
    "a highest time before the license": (ONLINE, 5, -10, V, None, 30),
}


@pytest.mark.parametrize(
    ("claims", "days", "highest", "status", "cause", "changes"), TABLE.values(), ids=TABLE.keys()
)
def test_a_license_stands_as_the_table_says(
    claims: Claims,
    days: float,
    highest: float | None,
    status: Status,
    cause: Cause | None,
    changes: float | None,
) -> None:
    found = stands(claims, days, highest)
    assert (found.status, found.cause) == (status, cause)
    assert found.changes_at == (None if changes is None else ISSUED + changes * DAY)
    in_force = status in (V, G)
    assert found.rights == (rights_of_claims(claims) if in_force else FREE_RIGHTS)
    assert found.is_free is not in_force


def test_a_license_of_another_device_gives_the_free_rules() -> None:
    found = standing(licensed(OFFLINE), now=ISSUED, device_key=OTHER_DEVICE)
    assert (found.status, found.rights) == (Status.OTHER_DEVICE, FREE_RIGHTS)
    assert "another computer" in found.message
    assert found.renew_at is None


def test_without_a_license_the_free_rules_hold_and_nothing_is_asked_of_anybody() -> None:
    found = standing(None, now=ISSUED, device_key=DEVICE, free=NEVER)
    assert (found.status, found.rights) == (Status.ABSENT, NEVER)
    assert (found.advice, found.renew_at, found.changes_at) == ("", None, None)


def test_the_free_rules_are_those_of_the_catalog_that_is_given() -> None:
    found = standing(licensed(), now=ISSUED + 44 * DAY, device_key=DEVICE, free=NEVER)
    assert found.rights == NEVER


def test_a_clock_that_stays_turned_back_ends_the_grace_after_fourteen_days() -> None:
    grace = timedelta(days=14)
    before = stands(OFFLINE, 10, 100, turned_back_for=grace - SECOND)
    assert (before.status, before.changes_at) == (G, ISSUED + 10 * DAY + SECOND)
    after = stands(OFFLINE, 10, 100, turned_back_for=grace)
    assert (after.status, after.cause) == (E, CLOCK)
    assert after.changes_at == ISSUED + 99 * DAY
    assert "until it is right" in after.message
    assert "Set date and time" in after.advice


def test_a_clock_that_is_set_right_makes_all_as_before() -> None:
    assert stands(OFFLINE, 100, 100, turned_back_for=timedelta(days=20)).status is V


def test_an_online_license_is_renewed_a_day_after_the_last_time() -> None:
    first = stands(ONLINE, 0)
    assert first.renew_at == ISSUED + DAY
    assert not first.renewal_is_due(ISSUED + DAY - SECOND)
    assert first.renewal_is_due(ISSUED + DAY)
    renewed = stands(ONLINE, 3, last_renewal=ISSUED + timedelta(hours=1))
    assert renewed.renew_at == ISSUED + timedelta(hours=25)


def test_renewing_goes_on_in_grace_and_after_it() -> None:
    for days in (31, 45, 400):
        assert stands(ONLINE, days).renewal_is_due(ISSUED + days * DAY)


def test_a_wrong_clock_asks_the_server_at_once() -> None:
    assert stands(ONLINE, 10, 12, last_renewal=ISSUED + 9.9 * DAY).renew_at == ISSUED + 10 * DAY


def test_an_offline_license_asks_no_server() -> None:
    assert [stands(OFFLINE, days).renew_at for days in (0, 340, 366)] == [None] * 3


@pytest.mark.parametrize("off", [-3_000, -3, 3, 3_000])
def test_where_the_clock_is_wrong_a_renewed_license_is_counted_in_days(off: int) -> None:
    """The server was reached a moment ago: a person with a wrong clock has what they pay for."""
    renewed = ISSUED + off * DAY
    at = {"highest": off, "last_renewal": renewed}
    assert stands(ONLINE, off, **at).status is V
    assert stands(ONLINE, off + 30 - S, **at).status is V
    assert stands(ONLINE, off + 30, **at).status is G
    assert stands(ONLINE, off + 44, **at).status is E


def test_a_clock_that_is_right_counts_the_license_s_own_dates() -> None:
    late = stands(ONLINE, 1, last_renewal=ISSUED + timedelta(hours=20))
    assert late.changes_at == ONLINE.expires


def test_a_person_reads_how_the_license_stands() -> None:
    assert stands(ONLINE, 0).message == (
        "Your plan is “premium”. The license is renewed daily, and works without internet until "
        "21 December 2026."
    )
    assert stands(OFFLINE, 340).advice.startswith("It ends in 25 days. Ask the operator")
    assert stands(ONLINE, 31).message == (
        "The license for “premium” could not be renewed for a while. Nothing changes until "
        "4 January 2027; from then on the rules of a free account hold."
    )
    assert stands(ONLINE, 10, 15).message == (
        "The clock of this computer says 1 December 2026, and it was 6 December 2026 before. The "
        "license for “premium” works for 14 days more like this; from then on the rules of a free "
        "account hold, until the clock is right."
    )
    over = stands(ONLINE, 50)
    assert over.message.startswith("The license for “premium” ended on 21 December 2026")
    assert over.advice == "Connect to the internet once; the license is renewed by itself."


@pytest.mark.parametrize("days", [44, 400])
def test_what_is_over_says_that_nothing_is_locked(days: int) -> None:
    assert "can be read, searched and exported" in stands(ONLINE, days).message


@given(claims=st.sampled_from([ONLINE, OFFLINE]), hours=st.lists(st.integers(0, 24 * 420)))
def test_time_alone_never_makes_a_license_better(claims: Claims, hours: list[int]) -> None:
    order = [V, G, E]
    found = [stands(claims, each / 24).status for each in sorted(hours)]
    assert found == sorted(found, key=order.index)


@given(
    claims=st.sampled_from([ONLINE, OFFLINE]),
    highest=st.integers(0, 24 * 420),
    back=st.integers(0, 24 * 420),
)
def test_a_clock_that_is_turned_back_never_makes_a_license_better(
    claims: Claims, highest: int, back: int
) -> None:
    order = [V, G, E]
    then = stands(claims, highest / 24, highest / 24).status
    now = stands(claims, (highest - back) / 24, highest / 24).status
    assert order.index(now) >= order.index(then)


def lived(claims: Claims, guard: ClockGuard, now: datetime) -> Standing:
    return standing(
        licensed(claims),
        now=now,
        device_key=DEVICE,
        highest_time_seen=guard.highest_seen,
        turned_back_for=guard.turned_back_for,
    )


@given(
    claims=st.sampled_from([ONLINE, OFFLINE]),
    highest=st.integers(0, 400),
    start=st.integers(-30, 400),
)
def test_a_standing_holds_until_the_moment_that_it_names_and_no_longer(
    claims: Claims, highest: int, start: int
) -> None:
    now = ISSUED + start * DAY
    guard, _ = ClockGuard(ISSUED + highest * DAY).advance(now)
    found = lived(claims, guard, now)
    if found.changes_at is None:
        later = lived(claims, guard.advance(now + 3650 * DAY)[0], now + 3650 * DAY)
        assert later.status is found.status
        return
    assert found.changes_at > now
    just_before = found.changes_at - SECOND
    if just_before >= now:
        kept = lived(claims, guard.advance(just_before)[0], just_before)
        assert (kept.status, kept.cause) == (found.status, found.cause)
    then = lived(claims, guard.advance(found.changes_at)[0], found.changes_at)
    assert (then.status, then.cause, bool(then.advice)) != (
        found.status, found.cause, bool(found.advice),
    )  # fmt: skip


def test_a_clock_turned_to_and_fro_gains_fourteen_days_in_all() -> None:
    """Two days back, half a day's work, and right again for a moment: a license for 30 days."""
    guard = ClockGuard(ISSUED)
    lasted = 0
    for _ in range(400):
        for hours in (-48, -36, 0):
            guard, _ = guard.advance(ISSUED + timedelta(hours=hours))
        now = ISSUED - 2 * DAY
        guard, _ = guard.advance(now)
        if lived(ONLINE, guard, now).is_free:
            break
        lasted += 1
    assert lasted == 27  # half days: 14 days in all, less the step that ends them


def test_a_renewal_ends_the_clock_s_grace() -> None:
    guard, _ = ClockGuard(ISSUED + 400 * DAY).advance(ISSUED + 20 * DAY)
    assert lived(replace(ONLINE), guard, ISSUED + 20 * DAY).status is E
    now = ISSUED + 20 * DAY
    again = replace(ONLINE, issued=now, expires=now + 30 * DAY)
    assert lived(again, guard.renewed(now), now).status is V
