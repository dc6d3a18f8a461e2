from __future__ import annotations

from typing import Any

import pytest

from app.catalog.match import matches, spellings, undated


@pytest.mark.parametrize(
    ("rule", "name", "fits"),
    [
        ({"equals": "GPT-4o"}, "gpt-4o", True),
        ({"equals": "gpt-4o"}, "gpt-4o-mini", False),
        ({"starts_with": "claude-3"}, "claude-3-opus", True),
        ({"ends_with": "-latest"}, "mistral-large-latest", True),
        ({"contains": "sonnet"}, "anthropic.claude-sonnet", True),
        ({"regex": r"^o[134]"}, "o3-mini", True),
        ({"regex": r"^o[134]"}, "gpt-4o", False),
        ({"or": [{"equals": "a"}, {"equals": "b"}]}, "b", True),
        ({"and": [{"contains": "a"}, {"contains": "b"}]}, "a", False),
        ({"and": [{"contains": "a"}, {"or": [{"equals": "ab"}]}]}, "ab", True),
    ],
)
def test_a_rule_fits_as_its_authors_mean_it(rule: Any, name: str, fits: bool) -> None:
    assert matches(rule, name) is fits


@pytest.mark.parametrize("rule", [{}, {"like": "x"}, {"or": []}, {"equals": 1}, "x", {"or": "x"}])
def test_what_is_no_rule_is_refused(rule: Any) -> None:
    with pytest.raises(ValueError, match="rule"):
        matches(rule, "x")


def test_a_google_name_is_tried_without_its_folder() -> None:
    assert list(spellings("models/Gemini-2.5-Pro")) == ["gemini-2.5-pro"]


def test_a_compact_date_is_tried_with_dashes_too() -> None:
    assert list(spellings("gpt-5.2-20251211")) == ["gpt-5.2-20251211", "gpt-5.2-2025-12-11"]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("mistral-large-2411", "mistral-large"),
        ("mistral-large-latest", "mistral-large"),
        ("gpt-4o", "gpt-4o"),
    ],
)
def test_a_date_at_the_end_is_left_off(name: str, bare: str) -> None:
    assert undated(name) == bare
