"""Which cheaper models are worth naming."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.metering.quote_cheaper import Candidate, cheaper_than

USED = datetime(2026, 11, 20, tzinfo=UTC)
ABLE = frozenset({"images", "tools", "thinks"})
CURRENT = Candidate(
    "k1/sonnet", "sonnet", "anthropic", 6_000, ABLE, date(2025, 9, 29), used_at=USED
)
HAIKU = replace(CURRENT, ref="k1/haiku", family="haiku", likely_pusd=2_000, used_at=None)
MINI = Candidate("k2/mini", "mini", "openai", 500, ABLE, date(2025, 8, 7))
LOCAL = Candidate("local:ollama/llama", "llama", "ollama", 0, local=True)


def refs(*others: Candidate, current: Candidate = CURRENT) -> list[str]:
    return [one.ref for one in cheaper_than(current, others)]


def test_they_stand_by_their_price() -> None:
    assert refs(HAIKU, MINI, LOCAL) == ["local:ollama/llama", "k2/mini", "k1/haiku"]


def test_what_the_user_knows_comes_before_what_is_merely_cheap() -> None:
    cheap = [replace(MINI, ref=f"k2/x{n}", family=f"x{n}", likely_pusd=n) for n in range(1, 9)]
    known = [
        replace(MINI, ref="k2/old", family="old", likely_pusd=4_000, favorite=True, released=None),
        replace(MINI, ref="k2/used", family="used", likely_pusd=4_500, used_at=USED),
    ]
    assert refs(*cheap, *known) == ["k2/x1", "k2/old", "k2/used"]


def test_models_of_the_same_class_come_before_tiny_ones() -> None:
    tiny = [replace(MINI, ref=f"k2/n{n}", family=f"n{n}", likely_pusd=10 + n) for n in range(3)]
    assert refs(*tiny, MINI, HAIKU) == ["k2/n0", "k2/mini", "k1/haiku"]


@pytest.mark.parametrize(
    "other",
    [
        replace(MINI, likely_pusd=5_500),
        replace(MINI, likely_pusd=6_000),
        replace(MINI, deprecated=True),
        replace(MINI, abilities=frozenset({"images", "tools"})),
        replace(MINI, abilities=frozenset()),
        replace(MINI, released=date(2023, 3, 1)),
        replace(MINI, ref=CURRENT.ref),
    ],
    ids=["hardly cheaper", "a tie", "deprecated", "does less", "unknown", "old", "itself"],
)
def test_what_is_no_advice_is_not_given(other: Candidate) -> None:
    assert refs(other) == []


def test_a_favorite_is_named_though_it_does_less() -> None:
    assert refs(replace(MINI, abilities=frozenset(), favorite=True)) == ["k2/mini"]


def test_of_one_model_behind_two_keys_the_cheaper_way_is_named() -> None:
    assert refs(replace(MINI, ref="k3/mini", likely_pusd=450), MINI) == ["k3/mini"]


def test_the_same_model_for_less_behind_another_key_is_worth_naming() -> None:
    assert refs(replace(CURRENT, ref="k9/sonnet", likely_pusd=3_000, used_at=None)) == ["k9/sonnet"]


def test_one_model_of_this_computer_is_enough() -> None:
    other = replace(LOCAL, ref="local:ollama/qwen", family="qwen")
    assert refs(LOCAL, other) == ["local:ollama/llama"]


def test_nothing_is_cheaper_than_free() -> None:
    assert refs(LOCAL, MINI, current=replace(CURRENT, likely_pusd=0)) == []


def test_a_tie_of_prices_is_the_same_in_whatever_order_the_models_came() -> None:
    tied = [replace(MINI, ref=f"k2/t{n}", family=f"t{n}") for n in range(6)]
    found = set()
    for seed in range(20):
        random.Random(seed).shuffle(tied)
        found.add(tuple(refs(*tied)))
    assert found == {("k2/t0", "k2/t1", "k2/t2")}
