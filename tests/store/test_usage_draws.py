"""What hosted credit drew is summed up by day beside the usage, whatever happens to the draws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.hosted_calls import CallPlace, DrawRecord, HostedCall
from app.store.schema_draws import REBUILD_DRAW_DAYS
from app.store.shelves import Shelves
from app.store.usage_draws import DrawnSums
from app.store.usage_records import UsageSpan
from tests.store.given import NOON
from tests.store.test_migrations import lay_down

DAY = timedelta(days=1)
EVER = UsageSpan(date(1970, 1, 1), date.max)
FREE = DrawRecord("g1", "Free", "plan_tokens", 1_588)
PACK = DrawRecord("g2", "Starter pack", "plan_tokens", 347)
ASKED = DrawRecord("g3", "Gemini", "requests", 1)


@pytest.fixture
def drawn(shelves: Shelves) -> Shelves:
    """Three calls: one split over two grants, one on the day before, one of a free model."""
    _end(shelves, "h1", "m1", "first", NOON, FREE, PACK)
    _end(shelves, "h2", "m2", "first", NOON - DAY, FREE)
    _end(shelves, "h3", "m3", "second", NOON, ASKED, model="gemini")
    return shelves


def _end(
    shelves: Shelves, hold: str, message: str, chat: str, at: object, *draws: DrawRecord,
    model: str = "gpt-4o",
) -> None:  # fmt: skip
    call = HostedCall(hold, message, "s1", "a1", model, NOON - 9 * DAY)
    shelves.hosted_calls.begin(call)
    place = CallPlace(chat, "openai", at)  # type: ignore[arg-type]
    shelves.hosted_calls.end(call, "{}", draws, place)


def contents(database: Database) -> list[tuple[object, ...]]:
    return database.rows("SELECT * FROM draw_days ORDER BY 1, 2, 3, 4, 5, 6, 7")


def test_draws_are_summed_up_by_the_day_of_their_call(drawn: Shelves) -> None:
    assert drawn.usage_draws.days(EVER) == {
        NOON.date(): {"plan_tokens": 1_935, "requests": 1},
        (NOON - DAY).date(): {"plan_tokens": 1_588},
    }


def test_they_are_told_by_key_model_and_grant(drawn: Shelves) -> None:
    today = UsageSpan(NOON.date(), NOON.date())
    assert drawn.usage_draws.sources_of(today) == [
        DrawnSums("hosted:s1:a1", "openai", "gemini", "Gemini", "requests", 1),
        DrawnSums("hosted:s1:a1", "openai", "gpt-4o", "Free", "plan_tokens", 1_588),
        DrawnSums("hosted:s1:a1", "openai", "gpt-4o", "Starter pack", "plan_tokens", 347),
    ]


def test_they_are_narrowed_as_usage_is(drawn: Shelves) -> None:
    chat = UsageSpan(date(1970, 1, 1), date.max, chat_id="second")
    assert drawn.usage_draws.chats(chat) == {"second": {"requests": 1}}
    own = UsageSpan(date(1970, 1, 1), date.max, key_id="another")
    assert drawn.usage_draws.sources_of(own) == []


def test_the_same_receipt_again_counts_once(drawn: Shelves) -> None:
    before = contents(drawn.database)
    call = drawn.hosted_calls.get("h1")
    assert call is not None
    drawn.hosted_calls.end(call, "{}", [FREE, PACK], CallPlace("first", "openai", NOON))
    assert contents(drawn.database) == before


def test_the_sums_hold_what_the_draws_hold_after_changes(drawn: Shelves) -> None:
    database = drawn.database
    database.write("UPDATE hosted_draws SET amount = 7 WHERE grant_id = 'g2'")
    database.write("DELETE FROM hosted_draws WHERE hold_id = 'h2'")
    kept = contents(database)
    for statement in REBUILD_DRAW_DAYS:
        database.write(statement)
    assert contents(database) == kept
    assert drawn.usage_draws.days(EVER) == {NOON.date(): {"plan_tokens": 1_595, "requests": 1}}


def test_draws_of_an_old_database_find_the_place_of_their_call(
    open_at: Callable[[Path], Shelves], tmp_path: Path
) -> None:
    lay_down(tmp_path, "version-9.sql")
    draws = open_at(tmp_path).usage_draws
    assert draws.sources_of(EVER) == [
        DrawnSums("hosted:s1:a1", "openai", "gpt-4o", "Free", "plan_tokens", 1_935)
    ]
    assert draws.chats(EVER) == {"c1": {"plan_tokens": 1_935}}
