"""Budgets as pure rules: windows, what is left, what is shortened, refused, warned of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import MeteringError
from app.metering.allowances_split import WorstCase
from app.metering.budgets import (
    Budget,
    BudgetUse,
    Period,
    Scope,
    budgets_for,
    due_notice,
    output_limits,
    refusal_of,
    unpriced_under,
    warning_of,
    window_at,
)
from app.metering.quote_limits import LEAST_OUTPUT_TOKENS, shortest

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = Budget("d", Scope.DAY, 1000, True, period=Period.DAY)
MONTH = Budget("m", Scope.MONTH, 5000, True)
CHAT = Budget("c", Scope.CHAT, 100, True, "chat1", Period.EVER)
KEY = Budget("k", Scope.KEY, 100, False, "key1", Period.DAY)
ASSISTANT = Budget("a", Scope.ASSISTANT, 100, True, "tutor", Period.MONTH)
ALL = (DAY, MONTH, CHAT, KEY, ASSISTANT)

moments = st.integers(0, 10**9).map(
    lambda s: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
sums = st.integers(0, 10**15)
worst_cases = st.builds(
    WorstCase,
    input_tokens=st.integers(0, 10**6),
    output_tokens_max=st.integers(LEAST_OUTPUT_TOKENS, 10**5),
    weight=st.none(),
    input_pusd=st.integers(0, 10**13),
    output_rate_pusd=st.integers(0, 10**9),
)


def use(budget: Budget, spent: int = 0, held: int = 0) -> BudgetUse:
    return BudgetUse(window_at(budget, NOON), spent, held)


def names(chat: str = "", key: str = "", assistant: str = "") -> list[str]:
    windows = budgets_for(ALL, chat_id=chat, key_id=key, assistant_id=assistant, now=NOON)
    return [window.account for window in windows]


def test_a_call_counts_in_everything_and_in_what_it_belongs_to() -> None:
    everything = ["budget/d/2026-11-21", "budget/m/2026-11"]
    assert names("other", "other") == everything
    assert names("chat1", "key1", "tutor") == [
        *everything, "budget/c/ever", "budget/k/2026-11-21", "budget/a/2026-11",
    ]  # fmt: skip


@given(moments, st.sampled_from(ALL))
def test_a_moment_is_in_its_window_and_windows_meet_without_a_gap(
    now: datetime, budget: Budget
) -> None:
    window = window_at(budget, now)
    if window.start is None or window.end is None:
        assert budget.period is Period.EVER
        return
    assert window.start <= now < window.end
    after = window_at(budget, window.end)
    assert after.start == window.end
    assert after.account != window.account
    assert window_at(budget, window.end - timedelta(microseconds=1)) == window


def test_a_day_is_a_day_in_utc_wherever_the_user_is() -> None:
    auckland = timezone(timedelta(hours=13))
    early = datetime(2026, 11, 22, 11, tzinfo=auckland)  # 21 November, 22:00 UTC
    assert window_at(DAY, early).account == "budget/d/2026-11-21"
    with pytest.raises(MeteringError):
        window_at(DAY, datetime(2026, 11, 21))  # noqa: DTZ001 - a time without zone is refused


@given(sums, sums, sums, worst_cases)
def test_a_call_that_is_let_through_never_passes_the_limit(
    limit: int, spent: int, held: int, worst: WorstCase
) -> None:
    uses = [use(Budget("b", Scope.MONTH, limit, True), spent, held)]
    if refusal_of(uses, worst) is not None:
        return
    cap, _ = shortest(worst.output_tokens_max, output_limits(uses, worst))
    most = worst.at(cap).pusd
    assert most is not None
    assert cap >= LEAST_OUTPUT_TOKENS
    assert most <= max(0, limit - spent - held)


@given(sums, sums, worst_cases)
def test_what_is_refused_could_not_have_been_answered_shortly(
    limit: int, spent: int, worst: WorstCase
) -> None:
    uses = [use(Budget("b", Scope.MONTH, limit, True), spent)]
    found = refusal_of(uses, worst)
    least = worst.at(LEAST_OUTPUT_TOKENS).pusd
    assert least is not None
    # What costs nothing passes a budget that is overdrawn, too.
    assert (found is not None) == (least > max(0, limit - spent))
    if found is not None:
        assert found.left_pusd < found.needed_pusd == least


@given(sums, worst_cases)
def test_a_soft_budget_neither_shortens_nor_refuses(spent: int, worst: WorstCase) -> None:
    uses = [use(Budget("b", Scope.MONTH, 0, False), spent)]
    assert output_limits(uses, worst) == ()
    assert refusal_of(uses, worst) is None


def test_the_tightest_budget_is_the_one_that_is_named() -> None:
    worst = WorstCase(10, 1000, None, 100, 1)
    wide = Budget("w", Scope.MONTH, 900, True)
    narrow = Budget("n", Scope.CHAT, 500, True, "chat1", Period.DAY)
    cap, limit = shortest(1000, output_limits([use(wide), use(narrow)], worst))
    assert limit is not None
    assert (cap, limit.name) == (400, "your daily budget for this chat")
    found = refusal_of([use(wide, 800), use(narrow, 450)], worst)
    assert found is not None
    assert (found.budget.id, found.left_pusd, found.needed_pusd) == ("n", 50, 356)


def test_a_call_without_a_price_is_neither_refused_nor_shortened_but_asked_about() -> None:
    worst = WorstCase(10, 1000, None, None)
    uses = [use(KEY), use(DAY, 10**6)]
    assert refusal_of(uses, worst) is None
    assert output_limits(uses, worst) == ()
    assert unpriced_under(uses) == DAY
    assert unpriced_under([use(KEY)]) is None


@given(st.lists(sums, max_size=30), st.integers(1, 100), st.integers(1, 10**14))
def test_each_mark_is_told_once_however_the_spending_comes(
    costs: list[int], warn: int, limit: int
) -> None:
    budget = Budget("b", Scope.MONTH, limit, False, warn_percent=warn)
    told: set[int] = set()
    spent = 0
    for cost in costs:
        spent += cost
        percent = due_notice(use(budget, spent), told)
        if percent is not None:
            assert percent not in told
            told |= {mark for mark in (warn, 100) if mark <= percent}
        assert due_notice(use(budget, spent), told) is None
    assert (100 in told) == (spent >= limit)
    assert bool(told) == (spent * 100 // limit >= warn)


def test_the_line_beside_send_warns_of_what_the_message_would_bring() -> None:
    uses = [use(DAY, 700), use(MONTH, 700)]
    assert warning_of(uses, 50) is None
    found = warning_of(uses, 100)
    assert found is not None
    assert found.budget == DAY
    assert warning_of([use(Budget("z", Scope.MONTH, 0, False))], None) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit_pusd": -1},
        {"warn_percent": 0},
        {"warn_percent": 101},
        {"id": ""},
        {"id": "a/b"},
        {"scope": Scope.DAY},
        {"scope": Scope.CHAT},
        {"subject_id": "chat1"},
    ],
)
def test_a_budget_that_makes_no_sense_is_not_made(wrong: dict[str, object]) -> None:
    fields: dict[str, object] = {
        "id": "b", "scope": Scope.MONTH, "limit_pusd": 1, "hard": True, **wrong,
    }  # fmt: skip
    with pytest.raises(MeteringError):
        Budget(**fields)  # type: ignore[arg-type]
