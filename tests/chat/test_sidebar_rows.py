"""The cost of a chat in the sidebar: what is not known yet is never a zero."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.chat.views import ChatViews
from app.clock import Clock
from app.seam.views import Certainty
from app.store.database import Database
from app.store.records import ChatRecord, PaneRecord
from app.store.shelves import shelves_over

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def views(tmp_path: Path) -> ChatViews:
    clock = Clock()
    return ChatViews(shelves_over(Database.in_memory(clock), tmp_path, clock))


def certainty(
    views: ChatViews, total_pusd: int, *, leaf: str | None = "m2", streaming: bool = False
) -> Certainty:
    chat = ChatRecord(
        "c1", "Title", False, AT, AT, False, None, total_pusd, 0, 0, False,
        (PaneRecord(0, "key/model", leaf),),
    )  # fmt: skip
    return views.row(chat, streaming=streaming).certainty


def test_the_cost_of_a_first_answer_that_is_being_written_is_not_known(views: ChatViews) -> None:
    assert certainty(views, 0, streaming=True) is Certainty.PENDING


def test_a_chat_in_which_nothing_was_said_has_no_cost_yet(views: ChatViews) -> None:
    assert certainty(views, 0, leaf=None) is Certainty.PENDING


def test_an_answer_that_cost_nothing_is_exact(views: ChatViews) -> None:
    assert certainty(views, 0) is Certainty.EXACT


def test_what_was_spent_before_stays_known_while_more_is_written(views: ChatViews) -> None:
    assert certainty(views, 10**9, streaming=True) is Certainty.EXACT
