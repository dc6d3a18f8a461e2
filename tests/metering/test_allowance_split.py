"""How a cost is divided among grants: exact, in order, never past a limit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.models_sold import Markup
from app.catalog.plans import Unit
from app.errors import MeteringError
from app.metering.allowances import Grant, thresholds_crossed
from app.metering.allowances_split import CallCost, WorstCase, given_back, settle_split, split


def grant(name: str, unit: Unit, amount: int, *, used: int = 0, held: int = 0) -> Grant:
    return Grant(name, name, name, unit, amount, used, held, resets=None)


def test_the_first_grant_pays_what_it_can_and_the_next_the_rest() -> None:
    grants = [grant("free", Unit.PLAN_TOKENS, 1_000), grant("pack", Unit.PLAN_TOKENS, 5_000)]
    divided = split(CallCost(pusd=0, plan_tokens=1_935, tokens=387), grants)
    assert [(draw.grant.id, draw.amount) for draw in divided.draws] == [
        ("free", 1_000),
        ("pack", 935),
    ]


def test_unlike_units_pay_by_share() -> None:
    """40 % of the call in plan tokens; 60 % of its cost in dollars."""
    grants = [grant("free", Unit.PLAN_TOKENS, 400), grant("budget", Unit.USD, 10**12)]
    divided = split(CallCost(pusd=5_000_001, plan_tokens=1_000, tokens=200), grants)
    assert [(draw.amount, draw.share) for draw in divided.draws] == [
        (400, Fraction(2, 5)),
        (3_000_001, Fraction(3, 5)),  # 3,000,000.6 picodollars, rounded up once
    ]


def test_a_unit_that_cannot_count_the_call_is_passed_over() -> None:
    grants = [grant("free", Unit.PLAN_TOKENS, 400), grant("native", Unit.REQUESTS, 50)]
    divided = split(CallCost(pusd=1, plan_tokens=None, tokens=9), grants)
    assert [(draw.grant.id, draw.amount) for draw in divided.draws] == [("native", 1)]


def test_managed_credit_is_charged_with_its_markup() -> None:
    managed = Grant("m", "m", "m", Unit.USD, 10**12, 0, 0, None, markup=Markup(3, 4))
    (draw,) = split(CallCost(pusd=1_000_000, plan_tokens=None, tokens=9), [managed]).draws
    assert draw.amount == 1_333_334


def test_a_seat_cap_bounds_what_one_member_draws() -> None:
    shared = Grant("s", "s", "s", Unit.TOKENS, 1_000, 0, 0, None, cap_id="s/ann", cap_left=10)
    divided = split(CallCost(pusd=0, plan_tokens=None, tokens=40), [shared])
    assert [draw.amount for draw in divided.draws] == [10]
    assert divided.missing == Fraction(3, 4)


def test_a_negative_cost_is_no_cost() -> None:
    with pytest.raises(MeteringError):
        CallCost(pusd=-1, plan_tokens=0, tokens=0)


def test_above_the_hold_the_rest_comes_from_what_is_free() -> None:
    first = grant("pack", Unit.PLAN_TOKENS, 1_000)
    held = split(CallCost(pusd=0, plan_tokens=600, tokens=600), [first]).draws
    now = grant("pack", Unit.PLAN_TOKENS, 1_000, held=600)
    settled = settle_split(held, CallCost(pusd=0, plan_tokens=1_100, tokens=1_100), [now])
    assert [draw.amount for draw in settled.draws] == [600, 400]
    assert settled.missing == Fraction(100, 1_100)


@pytest.mark.parametrize(
    ("before", "used", "crossed"),
    [(0, 79, ()), (79, 80, (80,)), (80, 99, ()), (0, 100, (80, 100)), (100, 100, ())],
)
def test_a_threshold_is_told_once(before: int, used: int, crossed: tuple[int, ...]) -> None:
    spent = grant("free", Unit.TOKENS, 100, used=used)
    assert thresholds_crossed(spent, before, (80, 100)) == crossed


amounts = st.integers(0, 10**13)
grants_drawn = st.lists(
    st.builds(
        Grant,
        id=st.uuids().map(str),
        source=st.just("a"),
        name=st.just("a"),
        unit=st.sampled_from(Unit),
        amount=amounts,
        used=amounts,
        held=amounts,
        resets=st.none(),
        markup=st.none() | st.builds(Markup, st.integers(1, 99), st.integers(99, 200)),
        cap_left=st.none() | amounts,
    ),
    max_size=6,
)
costs = st.builds(
    CallCost, pusd=st.none() | amounts, plan_tokens=st.none() | amounts, tokens=amounts
)


@given(costs, grants_drawn)
def test_no_limit_is_passed_and_the_shares_make_the_whole(
    cost: CallCost, grants: list[Grant]
) -> None:
    divided = split(cost, grants)
    for draw in divided.draws:
        assert 0 <= draw.amount <= draw.grant.left
        assert draw.share > 0
        room = draw.grant.amount - draw.grant.used - draw.grant.held
        assert draw.amount <= max(room, 0)
    assert sum((draw.share for draw in divided.draws), divided.missing) == 1
    assert 0 <= divided.missing <= 1
    assert divided == split(cost, grants)


@given(costs, grants_drawn)
def test_a_covered_call_is_overcharged_by_less_than_one_unit(
    cost: CallCost, grants: list[Grant]
) -> None:
    for draw in split(cost, grants).draws:
        whole = cost.in_unit_of(draw.grant)
        assert whole is not None
        assert 0 <= draw.amount - draw.share * whole < 1


@given(costs, st.integers(1, 20), amounts)
def test_grants_of_one_unit_pay_exactly_the_cost(cost: CallCost, count: int, size: int) -> None:
    grants = [grant(str(number), Unit.TOKENS, size) for number in range(count)]
    divided = split(cost, grants)
    drawn = sum(draw.amount for draw in divided.draws)
    assert drawn == min(cost.tokens, count * size)


@given(costs, costs, grants_drawn, grants_drawn)
def test_a_hold_is_settled_like_grants_of_what_it_held(
    most: CallCost, cost: CallCost, grants: list[Grant], free: list[Grant]
) -> None:
    held = split(most, grants).draws
    kept = [replace(draw.grant, amount=draw.amount, used=0, held=0, cap_left=None) for draw in held]
    assert settle_split(held, cost, free) == split(cost, [*kept, *free])


@given(
    st.builds(
        WorstCase,
        input_tokens=st.integers(0, 10**6),
        output_tokens_max=st.integers(0, 10**5),
        weight=st.none() | st.integers(1, 50),
        input_pusd=amounts,
        output_rate_pusd=st.integers(0, 10**8),
    ),
    grants_drawn,
    st.data(),
)
def test_what_was_held_covers_every_shorter_answer(
    worst: WorstCase, grants: list[Grant], data: st.DataObject
) -> None:
    held = split(worst.at(worst.output_tokens_max), grants)
    actual = worst.at(data.draw(st.integers(0, worst.output_tokens_max)))
    settled = settle_split(held.draws, actual)
    back = given_back(held.draws, settled)
    charged = {draw.grant.id: draw.amount for draw in settled.draws}
    for draw in held.draws:
        assert charged.get(draw.grant.id, 0) + back.get(draw.grant.id, 0) == draw.amount
    assert settled.is_covered or not held.is_covered
