"""The usage page's figures: periods, bars, lines that add up, calls, what a scope leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.pricebook import load_price_book
from app.chat.spending import Spending
from app.chat.spending_page import CHATS_MAX
from app.chat.spending_scope import bar_spans, bar_unit, days_of, heat_start
from app.clock import Clock
from app.config import resources_folder
from app.seam.usage_views import UsageLine, UsageOrder, UsagePeriod, UsageScope, UsageSum
from app.seam.views import Certainty
from app.store.database import Database
from app.store.records import KeyRecord, UsageRecord
from app.store.shelves import Shelves, shelves_over
from app.store.usage import write_usage

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
ALL = UsageScope(UsagePeriod.ALL)


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    clock = Clock(now=lambda: NOW)
    database = Database.in_memory(clock)
    made = shelves_over(database, tmp_path, clock)
    made.chats.create("c1", "Sourdough", ())
    made.chats.create("c2", "Locks", ())
    for key_id, provider in (("k1", "openai"), ("k2", "anthropic")):
        made.keys.save(
            KeyRecord(key_id, provider, "", "f3Qk", "", "keyring", "works", "", None, NOW)
        )
    return made


def spending(shelves: Shelves) -> Spending:
    book = load_price_book(resources_folder() / "prices")
    return Spending(shelves, book, Clock(now=lambda: NOW))


def call(number: int, **fields: object) -> UsageRecord:
    usual = UsageRecord(
        f"u{number}", f"m{number}", "c1", NOW, "k1", "openai", "gpt-4o", 100, 20, 3, 40, 5,
        1_000_000, "exact",
    )  # fmt: skip
    return replace(usual, **fields)  # type: ignore[arg-type]


CALLS = (
    call(1),
    call(2, model="gpt-4o-mini", cost_pusd=500_000, certainty="estimated"),
    call(
        3, key_id="k2", provider="anthropic", model="claude-sonnet-4-5", cost_pusd=7, chat_id="c2"
    ),
    call(4, cost_pusd=None, at=NOW - DAY),
    call(5, key_id="local:ollama", provider="ollama", model="llama3", cost_pusd=0),
    call(6, key_id="gone", cost_pusd=11, chat_id="gone", at=NOW - 40 * DAY),
    call(7, message_id="m1", cost_pusd=13, certainty="pending", at=NOW - 400 * DAY),
)


def used(shelves: Shelves) -> Spending:
    write_usage(shelves.database, CALLS)
    return spending(shelves)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (UsagePeriod.MONTH, date(2026, 3, 1), date(2026, 3, 31)),
        (UsagePeriod.LAST_MONTH, date(2026, 2, 1), date(2026, 2, 28)),
        (UsagePeriod.DAYS_7, date(2026, 3, 25), date(2026, 3, 31)),
        (UsagePeriod.DAYS_30, date(2026, 3, 2), date(2026, 3, 31)),
        (UsagePeriod.DAYS_90, date(2026, 1, 1), date(2026, 3, 31)),
        (UsagePeriod.YEAR, date(2026, 1, 1), date(2026, 3, 31)),
        (UsagePeriod.ALL, date(2025, 7, 4), date(2026, 3, 31)),
        (UsagePeriod.CUSTOM, date(2026, 3, 31), date(2026, 3, 31)),
    ],
)
def test_periods_are_whole_days_that_end_today(
    period: UsagePeriod, first: date, last: date
) -> None:
    reach = (date(2025, 7, 4), date(2026, 3, 30))
    assert days_of(UsageScope(period), date(2026, 3, 31), reach) == (first, last)


def test_named_days_are_taken_in_either_order_and_one_stands_for_both() -> None:
    first, last = date(2026, 1, 5), date(2026, 2, 7)
    custom = UsageScope(UsagePeriod.CUSTOM, last, first)
    assert days_of(custom, TODAY, None) == (first, last)
    assert days_of(replace(custom, last=None), TODAY, None) == (last, last)


def test_everything_reaches_beyond_today_where_a_clock_was_ahead() -> None:
    assert days_of(ALL, TODAY, (TODAY, TODAY + DAY)) == (TODAY, TODAY + DAY)
    assert days_of(ALL, TODAY, None) == (TODAY, TODAY)
    assert days_of(ALL, TODAY, (date.min, TODAY))[0] == date(2000, 1, 1)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 20_000))
def test_bars_follow_each_other_without_a_gap_and_are_few_enough(first: date, days: int) -> None:
    last = min(first + days * DAY, date.max)
    spans = list(bar_spans(first, last, bar_unit(first, last)))
    assert (spans[0][0], spans[-1][1]) == (first, last)
    for (_, end), (start, _) in pairwise(spans):
        assert start == end + DAY
    assert len(spans) <= 148


def test_bars_end_at_the_end_of_time() -> None:
    assert list(bar_spans(date(9999, 12, 30), date.max, "week"))[-1][1] == date.max


def test_the_last_53_weeks_begin_on_a_monday() -> None:
    for number in range(14):
        start = heat_start(TODAY + number * DAY)
        assert start.weekday() == 0
        assert 52 * 7 <= (TODAY + number * DAY - start).days < 53 * 7


def adds_up(lines: tuple[UsageLine, ...], total: UsageSum) -> None:
    assert sum(line.sum.total_pusd or 0 for line in lines) == (total.total_pusd or 0)
    for name in ("estimated_pusd", "unpriced", "calls", "messages", "input_tokens"):
        assert sum(getattr(line.sum, name) for line in lines) == getattr(total, name), name


@pytest.mark.parametrize("period", list(UsagePeriod))
def test_models_chats_keys_payers_and_bars_add_up_to_the_total(
    shelves: Shelves, period: UsagePeriod
) -> None:
    view = used(shelves).page.view(UsageScope(period))
    for lines in (view.models, view.chats, view.keys, view.payers):
        adds_up(lines, view.total)
    bars = sum(bar.exact_pusd + bar.estimated_pusd for bar in view.bars)
    assert bars == (view.total.total_pusd or 0)
    assert sum(bar.messages for bar in view.bars) == view.total.messages


def test_the_page_of_this_month(shelves: Shelves) -> None:
    view = used(shelves).page.view(UsageScope())
    assert (view.scope.first, view.scope.last) == (date(2026, 11, 1), TODAY)
    assert view.total == UsageSum(
        1_500_007, Certainty.ESTIMATED, 500_000, 1, 5, 5, 5 * 123, 5 * 45, (), 1
    )
    assert [(line.label, line.note, line.sum.total_pusd) for line in view.models] == [
        ("GPT-4o", "OpenAI", 1_000_000),
        ("GPT-4o mini", "OpenAI", 500_000),
        ("Claude Sonnet 4.5", "Anthropic", 7),
        ("llama3", "Ollama", 0),
    ]
    assert [(line.label, line.sum.total_pusd) for line in view.keys] == [
        ("OpenAI …f3Qk", 1_500_000), ("Anthropic …f3Qk", 7), ("This computer", 0),
    ]  # fmt: skip
    assert [line.label for line in view.payers] == [
        "You, billed by OpenAI", "You, billed by Anthropic", "Nobody: this computer",
    ]  # fmt: skip
    assert [(line.label, line.sum.calls) for line in view.chats] == [("Sourdough", 4), ("Locks", 1)]
    assert (view.bar_unit, len(view.bars), len(view.year)) == ("day", 21, 370)
    assert view.bars[-1].exact_pusd == 1_000_007
    assert view.bars[-1].estimated_pusd == 500_000
    assert view.bars[-2].unpriced == 1


def test_what_is_gone_is_named_as_gone(shelves: Shelves) -> None:
    view = used(shelves).page.view(ALL)
    assert "A chat that was deleted" in {line.label for line in view.chats}
    assert "A key that was removed" in {line.label for line in view.keys}
    shelves.chats.hide("c2")
    hidden = next(line for line in spending(shelves).page.view(ALL).chats if line.id == "c2")
    assert (hidden.label, hidden.note) == ("Locks", "deleted")


def test_a_page_of_calls_without_any_price_says_unknown_and_not_zero(shelves: Shelves) -> None:
    write_usage(shelves.database, [call(1, cost_pusd=None)])
    total = spending(shelves).page.view(UsageScope()).total
    assert (total.total_pusd, total.certainty, total.unpriced) == (None, Certainty.UNKNOWN, 1)


def test_an_unused_page_is_zero_and_exact(shelves: Shelves) -> None:
    view = spending(shelves).page.view(ALL)
    assert view.total == UsageSum(0, Certainty.EXACT, 0, 0, 0, 0, 0, 0)
    assert not view.ever_used
    assert view.models == view.chats == view.keys == view.payers == ()
    assert used(shelves).page.view(UsageScope(UsagePeriod.LAST_MONTH)).ever_used


@pytest.mark.parametrize(
    ("narrowed", "label", "calls"),
    [
        ({"model_id": "openai/gpt-4o"}, ("model", "GPT-4o"), ["u1", "u4", "u6", "u7"]),
        ({"chat_id": "c2"}, ("chat", "Locks"), ["u3"]),
        ({"key_id": "k2"}, ("key", "Anthropic …f3Qk"), ["u3"]),
        ({"payer_id": "own:OpenAI"}, ("payer", "You, billed by OpenAI"),
         ["u2", "u1", "u4", "u6", "u7"]),
        ({"payer_id": "local"}, ("payer", "Nobody: this computer"), ["u5"]),
        ({"payer_id": "own:Nobody"}, ("payer", "own:Nobody"), []),
    ],
)  # fmt: skip
def test_a_scope_is_narrowed_for_sums_bars_and_calls_alike(
    shelves: Shelves, narrowed: dict[str, str], label: tuple[str, str], calls: list[str]
) -> None:
    page = used(shelves).page
    scope = replace(ALL, **narrowed)  # type: ignore[arg-type]
    view = page.view(scope)
    shown = page.calls(scope, UsageOrder.NEWEST, 0, 50)
    assert view.narrowed == (label,)
    assert sorted(one.id for one in shown) == sorted(calls)
    assert sum(one.cost_pusd or 0 for one in shown) == (view.total.total_pusd or 0)
    adds_up(view.models, view.total)


def test_every_line_narrows_to_what_it_says(shelves: Shelves) -> None:
    page = used(shelves).page
    view = page.view(ALL)
    for name, lines in (
        ("model_id", view.models), ("chat_id", view.chats), ("key_id", view.keys),
        ("payer_id", view.payers),
    ):  # fmt: skip
        for line in lines:
            narrowed = replace(ALL, **{name: line.id})  # type: ignore[arg-type]
            assert page.view(narrowed).total == line.sum, line


def test_models_of_one_name_are_told_apart(shelves: Shelves) -> None:
    sonnet = {"key_id": "k2", "provider": "anthropic"}
    write_usage(
        shelves.database,
        [
            call(1, model="claude-sonnet-4-5", **sonnet),
            call(2, model="claude-sonnet-4-5-20250929", cost_pusd=1, **sonnet),
        ],
    )
    assert [line.label for line in spending(shelves).page.view(ALL).models] == [
        "Claude Sonnet 4.5", "Claude Sonnet 4.5 (2025-09-29)",
    ]  # fmt: skip


def test_more_chats_than_a_person_reads_are_one_line_at_the_end(shelves: Shelves) -> None:
    write_usage(
        shelves.database,
        [call(n, chat_id=f"x{n}", cost_pusd=1000 - n) for n in range(CHATS_MAX + 3)],
    )
    view = spending(shelves).page.view(ALL)
    assert len(view.chats) == CHATS_MAX + 1
    assert (view.chats[-1].id, view.chats[-1].label) == ("", "3 more chats")
    adds_up(view.chats, view.total)


def test_calls_say_what_they_were_and_what_is_sure_of_them(shelves: Shelves) -> None:
    page = used(shelves).page
    first, *_, unpriced = page.calls(UsageScope(), UsageOrder.DEAREST, 0, 50)
    assert (first.model, first.key, first.chat_title, first.certainty) == (
        "GPT-4o", "OpenAI …f3Qk", "Sourdough", Certainty.EXACT,
    )  # fmt: skip
    assert (unpriced.cost_pusd, unpriced.certainty) == (None, Certainty.UNKNOWN)
    assert first.gone  # its message was never stored here
    assert page.calls(UsageScope(), UsageOrder.NEWEST, 3, 1)[0].id == "u1"
    assert page.calls(UsageScope(), UsageOrder.NEWEST, -5, 10**9)
    assert page.calls(UsageScope(), UsageOrder.NEWEST, 99, 10) == ()
