"""A refused message leaves a window that goes on, whatever is done next.

The whole program in its own process: a dead Qt object would end it, and this suite with it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.clock import Clock
from app.metering.budgets import Budget, Scope
from app.store.shelves import open_shelves
from tests.end_to_end.conftest import UseWindow


def test_the_demo_can_be_taken_after_a_refusal(use_window: UseWindow) -> None:
    use_window("refused_then_demo")


def test_the_demo_can_be_taken_after_a_look_at_the_models(use_window: UseWindow) -> None:
    use_window("models_then_demo")


@pytest.fixture
def spent(openai_key: str, own_profile: Path) -> None:
    """A budget that is used up: every message is refused."""
    shelves = open_shelves(own_profile, Clock())
    shelves.budgets.save(Budget("b1", Scope.MONTH, limit_pusd=1, hard=True))
    shelves.database.close()


def test_a_refusal_on_screen_outlives_other_colors_sizes_and_pages(
    spent: None, use_window: UseWindow
) -> None:
    use_window("refused_in_every_look")


def test_a_refusal_on_screen_outlives_whatever_is_opened(
    spent: None, use_window: UseWindow
) -> None:
    use_window("wander", "10", "4")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_a_refusal_on_screen_outlives_fifty_things_in_any_order(
    spent: None, use_window: UseWindow, seed: int
) -> None:
    use_window("wander", "50", str(seed))
