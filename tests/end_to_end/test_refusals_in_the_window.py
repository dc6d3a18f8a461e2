"""A refused message leaves a window that goes on, whatever is done next.

The whole program in its own process: a dead Qt object would end it, and this suite with it.
"""

from __future__ import annotations

from tests.end_to_end.conftest import UseWindow


def test_the_demo_can_be_taken_after_a_refusal(use_window: UseWindow) -> None:
    use_window("refused_then_demo")


def test_a_refusal_on_screen_outlives_other_colors_sizes_and_pages(use_window: UseWindow) -> None:
    use_window("refused_in_every_look")
