from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import Clock
from app.store.database import Database
from app.store.records import State
from app.store.schema import SEARCH_INDEXES
from app.store.search import Search, match_query
from app.store.shelves import Shelves
from tests.store.given import Records


def found(shelves: Shelves, text: str, limit: int = 50) -> list[str]:
    return [hit.message_id for hit in shelves.search.find(text, limit)]


@pytest.fixture
def library(shelves: Shelves, records: Records) -> Shelves:
    texts = {
        "m1": "The quick brown fox jumps",
        "m2": "Zürich is a city in Switzerland",
        "m3": "C++ and c# are languages, foxes are not",
        "m4": "日本語の文章を検索する",
        "m5": "Well done 🎉 everybody",
    }
    for number, (id_, text) in enumerate(texts.items()):
        at = records.noon.replace(minute=number)
        shelves.messages.add(records.message(id_, text=text, created_at=at))
    return shelves


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("fox", ["m3", "m1"]),
        ("qui bro", []),
        ("quick bro", ["m1"]),
        ("QUICK", ["m1"]),
        ("zurich", ["m2"]),
        ("switz", ["m2"]),
        ("検索", ["m4"]),
        ("🎉", ["m5"]),
        ("++", ["m3"]),
        ("nothing of it", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_was_typed_finds_the_newest_first(
    library: Shelves, typed: str, expected: list[str]
) -> None:
    assert found(library, typed) == expected


@pytest.mark.parametrize(
    "typed", ['"', "'", "fox OR", "NOT fox", "NEAR(fox)", "fox*", "text:fox", "(fox", "^fox", "-"]
)
def test_operators_are_plain_words(library: Shelves, typed: str) -> None:
    library.search.find(typed)


def test_the_hit_is_marked_in_its_snippet(library: Shelves) -> None:
    assert library.search.find("quick")[0].snippet == "The \x02quick\x03 brown fox jumps"
    assert "\x02検索\x03" in library.search.find("検索")[0].snippet


def test_a_title_alone_leads_to_the_chats_newest_message(library: Shelves) -> None:
    library.chats.rename("chat", "Winter holidays", own=True)
    (hit,) = library.search.find("holi")
    assert (hit.chat_id, hit.message_id, hit.snippet) == ("chat", "m5", "Winter \x02holidays\x03")


def test_a_chat_without_messages_is_found_by_its_title(shelves: Shelves) -> None:
    (hit,) = shelves.search.find("chat")
    assert (hit.chat_id, hit.message_id) == ("chat", "")


def test_a_hidden_chat_is_never_found(library: Shelves) -> None:
    library.chats.hide("chat")
    for typed in ("fox", "chat", "検索", "🎉"):
        assert library.search.find(typed) == []


def test_no_more_hits_than_asked_for(library: Shelves, records: Records) -> None:
    for number in range(30):
        library.messages.add(records.message(f"x{number}", text="fox again"))
    assert len(library.search.find("fox", 10)) == 10


def test_an_answer_is_found_once_it_has_ended(library: Shelves, records: Records) -> None:
    running = records.message("run", text="", role="assistant", state=State.STREAMING)
    library.messages.add(running)
    library.messages.save_partial("run", text="a platypus", thinking="", output_tokens=2)
    assert found(library, "platypus") == []
    library.messages.set_state("run", State.INTERRUPTED)
    assert found(library, "platypus") == ["run"]
    assert library.database.integrity() == ()


def test_a_text_that_changed_is_found_by_its_new_words_only(
    library: Shelves, records: Records
) -> None:
    library.messages.finish(records.message("m1", text="slow green turtle"), [], None)
    assert found(library, "quick") == []
    assert found(library, "turtle") == ["m1"]
    assert library.database.integrity() == ()


def test_a_damaged_index_is_made_again(library: Shelves) -> None:
    for index in SEARCH_INDEXES:
        library.database.write(f"UPDATE {index}_data SET block = x'00' WHERE id > 1000")
    assert found(library, "fox") == ["m3", "m1"]
    assert library.database.integrity() == ()


def test_a_damaged_index_keeps_no_message_from_being_saved(
    library: Shelves, records: Records
) -> None:
    library.database.write("UPDATE message_search_data SET block = x'ff' WHERE id = 10")
    for number in range(3):
        library.messages.add(records.message(f"new{number}", text="fox number"))
    assert found(library, "number")[0] == "new2"


def test_the_index_can_be_rebuilt(library: Shelves) -> None:
    library.database.write("INSERT INTO message_search (message_search) VALUES ('delete-all')")
    assert found(library, "quick") == []
    library.search.rebuild()
    assert found(library, "quick") == ["m1"]


def test_one_letter_is_a_word_and_no_beginning() -> None:
    assert match_query("c") == '"c"'
    assert match_query("a fo") == '"a" "fo"*'
    assert match_query("fox ") == '"fox"'


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_any_text_is_safe_to_search_for(text: str) -> None:
    database = _EMPTY.setdefault("database", Database.in_memory(Clock()))
    Search(database).find(text)


_EMPTY: dict[str, Database] = {}
