"""What each assistant came to: its calls once, within the span, and what they drew."""

from __future__ import annotations

from datetime import date

import pytest

from app.store.assistants import AssistantRecord
from app.store.hosted_calls import CallPlace, DrawRecord, HostedCall
from app.store.shelves import Shelves
from app.store.usage_assistants import AssistantSums
from app.store.usage_records import UsageSpan
from tests.store.given import NOON, Records
from tests.store.test_usage_days import DAY, EVER, TODAY, spent

FREE = DrawRecord("g1", "Free", "plan_tokens", 1_588)
PACK = DrawRecord("g2", "Starter pack", "plan_tokens", 347)


@pytest.fixture
def made(shelves: Shelves, records: Records) -> Shelves:
    """Of five answers one was made by Tutor in two calls, two by one who was taken away."""
    spent(shelves, records)
    for assistant_id in ("tutor", "gone"):
        shelves.assistants.save(AssistantRecord(assistant_id, assistant_id.title()))
    shelves.assistants.remove("gone")
    for hold_id, assistant_id, message_id in (
        ("h1", "tutor", "one"),
        ("h2", "tutor", "one"),
        ("h3", "gone", "two"),
        ("h4", "gone", "five"),
    ):
        shelves.assistants.note_call(hold_id, assistant_id, message_id)
    return shelves


def told(found: list[AssistantSums]) -> list[tuple[str, bool, int, int, int]]:
    return [
        (one.name, one.removed, one.sums.calls, one.sums.messages, one.sums.pusd) for one in found
    ]


def test_each_call_counts_once_with_its_assistant_and_others_in_none(made: Shelves) -> None:
    assert told(made.usage_assistants.sums_of(EVER)) == [
        ("Gone", True, 2, 2, 2_000_000),
        ("Tutor", False, 2, 1, 1_500_000),
    ]


def test_a_span_holds_whole_days_and_can_be_narrowed(made: Shelves) -> None:
    sums_of = made.usage_assistants.sums_of
    assert told(sums_of(UsageSpan(TODAY, TODAY))) == [("Tutor", False, 2, 1, 1_500_000)]
    yesterday = UsageSpan(TODAY - DAY, TODAY - DAY)
    assert told(sums_of(yesterday)) == [("Gone", True, 1, 1, 1_000_000)]
    narrowed = UsageSpan(TODAY, TODAY, key_id="other")
    assert told(sums_of(narrowed)) == [("Tutor", False, 1, 0, 500_000)]
    assert sums_of(UsageSpan(TODAY + DAY, date.max)) == []


def test_draws_are_told_by_assistant_and_unit(made: Shelves) -> None:
    call = HostedCall("h1", "one", "s1", "a1", "gpt-4o", NOON)
    made.hosted_calls.begin(call)
    made.hosted_calls.end(call, "{}", (FREE, PACK), CallPlace("chat", "openai", NOON))
    assert made.usage_assistants.drawn(EVER) == {"tutor": {"plan_tokens": 1_935}}
    assert made.usage_assistants.drawn(UsageSpan(TODAY - DAY, TODAY - DAY)) == {}
    other = UsageSpan(TODAY, TODAY, key_id="hosted:s1:a2")
    assert made.usage_assistants.drawn(other) == {}
