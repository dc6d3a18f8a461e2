"""Figures of the usual kind are read in fewer steps, and are what the general rules make of any."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers import usage_openai
from app.providers.counts import TOKENS_MAX
from app.providers.usage_openai import openai_usage

_COUNTS = st.sampled_from([0, 1, 2, 3, 20, 40, TOKENS_MAX, TOKENS_MAX + 1])
_ODD = st.sampled_from(
    [None, True, False, -1, 1.5, 0.0, Decimal(2), Decimal("NaN"), "3", "", [], [1], {}, {"a": 1}]
)
_FIGURES = _COUNTS | _COUNTS | _COUNTS | _ODD
_INSIDE = st.fixed_dictionaries(
    {},
    optional={
        name: _FIGURES | st.just(0)
        for name in ("cached_tokens", "audio_tokens", "cache_write_tokens", "new_tokens")
    },
)
_MADE = st.fixed_dictionaries(
    {},
    optional={
        name: _FIGURES | st.just(0)
        for name in ("reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "new")
    },
)
_RAW = st.fixed_dictionaries(
    {"prompt_tokens": _FIGURES, "completion_tokens": _FIGURES},
    optional={
        "total_tokens": _FIGURES,
        "prompt_tokens_details": _INSIDE | _INSIDE | _ODD,
        "completion_tokens_details": _MADE | _MADE | _ODD,
        "cost": _FIGURES,
        "input_tokens": _FIGURES,
    },
)


def _summed(raw: dict[str, Any]) -> dict[str, Any]:
    counts = raw["prompt_tokens"], raw["completion_tokens"]
    return {**raw, "total_tokens": sum(counts)} if {*map(type, counts)} == {int} else raw


@given(
    _RAW | _RAW.map(_summed),
    st.sampled_from([None, "auto", "flex"]),
    st.sampled_from([None, None, 0, 2, 20, 10**10]),
    st.sampled_from([None, None, {}, {"web_search": 2}]),
)
def test_the_usual_is_what_the_rules_make_of_it(
    raw: dict[str, Any], tier: str | None, most: int | None, units: dict[str, int] | None
) -> None:
    def read() -> object:
        return openai_usage(raw, service_tier=tier, output_tokens_max=most, tool_units=units)

    found = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usage_openai, "_usual", lambda *_: None)
        assert found == read()


def test_what_openai_tells_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_openai, "unknown_figures", None)
    told = {
        "prompt_tokens": 30,
        "completion_tokens": 12,
        "total_tokens": 42,
        "prompt_tokens_details": {"cached_tokens": 10, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 5, "audio_tokens": 0},
    }
    usage = openai_usage(told)
    assert (usage.input, usage.cache_read, usage.output, usage.reasoning) == (20, 10, 7, 5)
