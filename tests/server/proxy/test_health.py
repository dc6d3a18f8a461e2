"""The circuit breaker: opens, lets one try, closes, and never leaves a model without any way."""

from __future__ import annotations

import pytest

from app.server.proxy.health import FAILURES_MAX, PASSED_OVER_S, PROBE_S, Breaker, Health


class Seconds:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def health(seconds: Seconds) -> Health:
    return Health(seconds)


def fail(health: Health, route: str, times: int = FAILURES_MAX) -> None:
    for _ in range(times):
        health.asked(route)
        health.failed(route)


def order(health: Health) -> list[str]:
    return health.in_order(["first", "second"], lambda way: way)


def test_a_route_that_fails_in_a_row_is_passed_over(health: Health) -> None:
    fail(health, "first")
    assert order(health) == ["second", "first"]


def test_one_failure_is_not_enough(health: Health) -> None:
    fail(health, "first", FAILURES_MAX - 1)
    assert order(health) == ["first", "second"]


def test_an_answer_in_between_begins_the_row_anew(health: Health) -> None:
    fail(health, "first", FAILURES_MAX - 1)
    health.answered("first")
    fail(health, "first", FAILURES_MAX - 1)
    assert health.state("first") is Breaker.CLOSED


def test_after_a_while_one_call_tries_it_and_the_others_do_not(
    health: Health, seconds: Seconds
) -> None:
    fail(health, "first")
    seconds.at += PASSED_OVER_S
    assert order(health) == ["first", "second"]
    health.asked("first")
    assert order(health) == ["second", "first"]


def test_a_probe_that_is_answered_closes_it(health: Health, seconds: Seconds) -> None:
    fail(health, "first")
    seconds.at += PASSED_OVER_S
    health.asked("first")
    health.answered("first")
    assert health.state("first") is Breaker.CLOSED


def test_a_probe_that_fails_waits_longer(health: Health, seconds: Seconds) -> None:
    fail(health, "first")
    seconds.at += PASSED_OVER_S
    fail(health, "first", 1)
    seconds.at += PASSED_OVER_S
    assert health.state("first") is Breaker.OPEN
    seconds.at += PASSED_OVER_S
    assert health.state("first") is Breaker.HALF_OPEN


def test_a_probe_that_never_comes_back_is_made_again(health: Health, seconds: Seconds) -> None:
    fail(health, "first")
    seconds.at += PASSED_OVER_S
    health.asked("first")
    seconds.at += PROBE_S
    assert health.state("first") is Breaker.HALF_OPEN


def test_where_all_are_open_the_one_that_is_due_first_is_asked_all_the_same(
    health: Health, seconds: Seconds
) -> None:
    fail(health, "second")
    seconds.at += 1
    fail(health, "first")
    assert order(health) == ["second", "first"]


def test_calls_that_were_under_way_do_not_open_it_for_longer(
    health: Health, seconds: Seconds
) -> None:
    fail(health, "first", 20)
    seconds.at += PASSED_OVER_S
    assert health.state("first") is Breaker.HALF_OPEN
