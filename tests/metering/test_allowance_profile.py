"""Profiles of simulated months: what a file may say, and the messages that it comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.catalog.plan_reader import CatalogProblems
from app.metering.allowances_profile import Between, Profile, calls_of
from app.metering.allowances_profile_file import read_profile
from tests.metering.allowance_accounts import CATALOGS, catalog

GOOD = """
format = 1
title = "Mine"
plan = "premium"
start = 2026-11-01
messages_a_day = [2, 4]
hours = [9, 17]
input_tokens = 312
output_tokens = [50, 75]
output_tokens_max = 1_000
own_key = "after_allowance"

[[models]]
id = "openai/gpt-4o"
share = 3
input_tokens = [100, 200]

[[models]]
id = "qwen-*"

[[packs]]
pack = "starter-pack"
day = 3

[[packs]]
pack = "ultra-pack"
when = "used_up"
most = 2

[[prices]]
model = "openai/gpt-4o"
input_usd = "2.50"
output_usd = "10"
"""


def read(folder: Path, text: str, name: str = "tuppence", **more: object) -> Profile:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path, catalog(name), **more)  # type: ignore[arg-type]


def test_a_profile_says_who_asks_how_much(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD)
    assert (profile.plan, profile.days, profile.seats) == ("premium", 30, 1)
    assert profile.start == datetime(2026, 11, 1, tzinfo=UTC)
    first, second = profile.models
    assert (first.models, first.share, first.input_tokens) == (
        ("openai/gpt-4o",), 3, Between(100, 200),
    )  # fmt: skip
    assert len(second.models) == 6  # five free Qwen models and the one with a weight
    assert [(rule.pack, rule.day, rule.most) for rule in profile.packs] == [
        ("starter-pack", 3, 1), ("ultra-pack", None, 2),
    ]  # fmt: skip
    assert profile.prices["openai/gpt-4o"].input_rate == 2_500_000


def test_what_is_asked_for_wins_over_the_file(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD, plan="free", days=3)
    assert (profile.plan, profile.days) == ("free", 3)


@pytest.mark.parametrize("path", sorted(CATALOGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_usual_profile_fits_every_catalog(path: Path) -> None:
    sold = catalog(path.stem)
    profile = read_profile(CATALOGS / "profiles" / "usual.toml", sold)
    assert profile.plan == sold.start_plan
    assert all(use.models for use in profile.models)


# (what is replaced, by what): table, field, and words of what would be right
WRONG = {
    "an unknown field": ("hours = [9, 17]", "hour = [9, 17]", "", "hour", '"hours"'),
    "no messages": ("messages_a_day = [2, 4]\n", "", "", "messages_a_day", "20, or [10, 30]"),
    "a range that falls": ("[2, 4]", "[4, 2]", "", "messages_a_day", "that rise"),
    "a range of three": ("[2, 4]", "[2, 3, 4]", "", "messages_a_day", "two of them"),
    "too many messages": ("[2, 4]", "[2, 4_000]", "", "messages_a_day", "at most 100,000"),
    "negative tokens": ("input_tokens = 312", "input_tokens = -1", "", "input_tokens", "from 0"),
    "tokens of truth": ("input_tokens = 312", "input_tokens = true", "", "input_tokens", "whole"),
    "half a token": ("input_tokens = 312", "input_tokens = 0.5", "", "input_tokens", "whole"),
    "a day of no clock": ("start = 2026-11-01", 'start = "soon"', "", "start", "2026-11-01"),
    "a time without a zone": ("start = 2026-11-01", "start = 2026-11-01T08:00:00", "", "start",
                              "write a day"),
    "hours that are none": ("hours = [9, 17]", "hours = [9, 9]", "", "hours", "[8, 22]"),
    "an hour too late": ("hours = [9, 17]", "hours = [9, 25]", "", "hours", "to 24"),
    "no such plan": ('plan = "premium"', 'plan = "premum"', "", "plan", '"premium"'),
    "a glob of nothing": ('"qwen-*"', '"qwem-*"', 'models[1] "qwem-*"', "id", "there is no model"),
    "a share of nothing": ("share = 3", "share = 0", 'models[0] "openai/gpt-4o"', "share",
                           "from 1"),
    "no such pack": ('pack = "starter-pack"', 'pack = "start-pack"', "packs[0]", "pack",
                     '"starter-pack"'),
    "a pack at no time": ("day = 3\n", "", "packs[0]", "when", "one of them"),
    "a pack at two times": ("day = 3", 'day = 3\nwhen = "used_up"', "packs[0]", "when",
                            "one of them"),
    "a pack at some time": ('"used_up"', '"sometimes"', "packs[1]", "when", '"used_up"'),
    "own keys": ('"after_allowance"', '"maybe"', "", "own_key", "never, after_allowance, always"),
    "several seats of one person": ("format = 1", "format = 1\nseats = 2", "", "seats",
                                    "one person"),
    "a price without a part": ('input_usd = "2.50"\n', "", "prices[0]", "input_usd", '"9.50"'),
    "another format": ("format = 1", "format = 7", "", "format", "reads format 1"),
    "an amount of nobody": ("[[packs]]", "[amounts]\nfree-monthly = 5\n[[packs]]", "amounts",
                            "free-monthly", "operator sets"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_profile_is_told_with_file_table_field_and_what_is_right(
    what: str, tmp_path: Path
) -> None:
    right, wrong, table, field, words = WRONG[what]
    assert right in GOOD
    with pytest.raises(CatalogProblems, match=r"The profile mine\.toml has") as caught:
        read(tmp_path, GOOD.replace(right, wrong, 1))
    told = [(each.table, each.field) for each in caught.value.problems if words in each.words]
    assert (table, field) in told, [str(each) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("seats", "words"), [("4", "has 5 or more"), ('"five"', "whole number"), ("0", "at least 1")]
)
def test_an_organization_has_its_least_seats_or_more(
    seats: str, words: str, tmp_path: Path
) -> None:
    text = GOOD.replace('plan = "premium"', f'plan = "organization"\nseats = {seats}')
    with pytest.raises(CatalogProblems) as caught:
        read(tmp_path, text)
    assert words in caught.value.message or "from 1" in caught.value.message


def test_an_organization_has_its_least_seats_where_none_are_named(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace('"premium"', '"organization"')).seats == 5


def test_models_in_a_plain_list_are_asked_in_turn(tmp_path: Path) -> None:
    text = """
    format = 1
    messages_a_day = 3
    models = ["openai/gpt-4o", "qwen-turbo"]
    """
    profile = read(tmp_path, text, days=2)
    assert [call.model for call in calls_of(profile)] == ["openai/gpt-4o", "qwen-turbo"] * 3


def test_the_same_seed_gives_the_same_messages_and_another_others(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD)
    assert list(calls_of(profile)) == list(calls_of(profile))
    other = read(tmp_path, GOOD.replace("format = 1", "format = 1\nseed = 2"))
    assert list(calls_of(profile)) != list(calls_of(other))


def test_messages_are_in_their_hours_in_their_numbers_and_in_order(tmp_path: Path) -> None:
    profile = read(tmp_path, GOOD, days=200)
    calls = list(calls_of(profile))
    assert [call.at for call in calls] == sorted(call.at for call in calls)
    assert all(9 <= call.at.hour < 17 for call in calls)
    by_day: dict[str, int] = {}
    for call in calls:
        day = f"{call.at:%Y-%m-%d}"
        by_day[day] = by_day.get(day, 0) + 1
        assert 50 <= call.output_tokens <= 75
        assert call.output_tokens_max == 1_000
    assert set(by_day.values()) == {2, 3, 4}
    assert len(by_day) == 200
    asked = sum(call.model == "openai/gpt-4o" for call in calls)
    assert 0.68 < asked / len(calls) < 0.82  # three of four


def test_a_model_that_is_not_listed_is_asked_where_the_catalog_sells_by_price(
    tmp_path: Path,
) -> None:
    text = 'format = 1\nmessages_a_day = 1\nmodels = ["openai/gpt-5"]\n'
    assert read(tmp_path, text, "daily-budgets").models[0].models == ("openai/gpt-5",)
    with pytest.raises(CatalogProblems, match="there is no model"):
        read(tmp_path, text, "monthly-plans")
    with pytest.raises(CatalogProblems, match='did you mean "gpt-4o"'):
        read(tmp_path, text.replace("openai/gpt-5", "gtp-4o"), "monthly-plans")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe", "UTF-8"), (b"x = ", "not valid TOML"), (b"#" * 2_000_000, "too large")],
    ids=["bytes", "cut", "large"],
)
def test_a_file_that_is_no_profile_is_told_so(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(CatalogProblems, match=words):
        read_profile(path, catalog("tuppence"))
