from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.store.records import DraftRecord, KeyRecord
from app.store.shelves import Shelves
from tests.store.given import Records


def test_a_draft_is_kept_per_chat_and_before_there_is_one(shelves: Shelves) -> None:
    shelves.drafts.save(DraftRecord("new", "first"))
    shelves.drafts.save(DraftRecord("new", "second", ("file",)))
    shelves.drafts.save(DraftRecord("chat", "other"))
    assert shelves.drafts.get("new") == DraftRecord("new", "second", ("file",))
    assert shelves.drafts.get("chat").text == "other"


def test_a_cleared_draft_is_gone(shelves: Shelves) -> None:
    shelves.drafts.save(DraftRecord("chat", "text"))
    shelves.drafts.clear("chat")
    assert shelves.drafts.get("chat") is None


def test_a_setting_is_what_was_set_or_the_default(shelves: Shelves) -> None:
    assert shelves.settings.get("theme", "system") == "system"
    shelves.settings.set("theme", {"name": "dark", "zoom": [1, 2.5, None]})
    assert shelves.settings.get("theme") == {"name": "dark", "zoom": [1, 2.5, None]}
    assert shelves.settings.all() == {"theme": {"name": "dark", "zoom": [1, 2.5, None]}}


def test_a_setting_that_cannot_be_read_is_the_default(shelves: Shelves) -> None:
    shelves.settings.set("theme", "dark")
    shelves.database.write("UPDATE settings SET value_json = '{'")
    assert shelves.settings.get("theme", "system") == "system"


def key(records: Records, id_: str = "key") -> KeyRecord:
    return KeyRecord(id_, "openai", "Work", "9f2c", "", "keyring", "works", "", None, records.noon)


def test_a_key_record_is_written_changed_and_removed(shelves: Shelves, records: Records) -> None:
    shelves.keys.save(key(records))
    changed = replace(key(records), state="refused", checked_at=records.noon)
    shelves.keys.save(changed)
    shelves.keys.save(key(records, "second"))
    assert shelves.keys.get("key") == changed
    assert [row.id for row in shelves.keys.rows()] == ["key", "second"]
    shelves.keys.remove("key")
    assert shelves.keys.get("key") is None


def test_favorites_are_set_and_unset(shelves: Shelves) -> None:
    shelves.marks.set_favorite("key/a", True)
    shelves.marks.set_favorite("key/b", True)
    shelves.marks.set_favorite("key/a", False)
    assert shelves.marks.favorites() == {"key/b"}


def test_recent_models_come_with_their_last_use_the_latest_first(
    shelves: Shelves, records: Records
) -> None:
    shelves.marks.used("key/a", records.noon)
    shelves.marks.used("key/b", records.noon + timedelta(minutes=1))
    shelves.marks.used("key/a", records.noon - timedelta(days=1))
    assert list(shelves.marks.recents().items()) == [
        ("key/b", records.noon + timedelta(minutes=1)),
        ("key/a", records.noon),
    ]
