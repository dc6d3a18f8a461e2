"""The figure beside a chat's title."""

from __future__ import annotations

from app.seam.views import Certainty
from app.ui.words import short_cost


def test_nothing_is_said_of_a_cost_that_is_not_known_yet() -> None:
    assert short_cost(0, Certainty.PENDING) == ""


def test_a_sum_to_which_something_is_still_added_is_no_exact_one() -> None:
    assert short_cost(21 * 10**9, Certainty.PENDING) == "~$0.021"
