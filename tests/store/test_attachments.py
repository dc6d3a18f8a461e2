from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.errors import AttachmentError, StoreError
from app.store.records import DraftRecord
from app.store.shelves import Shelves
from tests.store.given import Records

CONTENT = b"\x89PNG and more"
ID = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attachments" / ID[:2] / ID[2:]


def test_a_file_is_kept_by_the_hash_of_its_content(shelves: Shelves, path: Path) -> None:
    kept = shelves.attachments.keep("a.png", "image/png", CONTENT, 3, 4)
    assert (kept.id, kept.size_bytes, kept.width, kept.height) == (ID, len(CONTENT), 3, 4)
    assert path.read_bytes() == CONTENT
    assert shelves.attachments.get(ID) == kept
    assert shelves.attachments.read(ID) == CONTENT


def test_the_same_content_takes_no_more_room(shelves: Shelves, path: Path) -> None:
    shelves.attachments.keep("a.png", "image/png", CONTENT)
    shelves.attachments.keep("b.png", "image/png", CONTENT)
    assert shelves.attachments.get(ID).name == "b.png"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_gone_is_named(shelves: Shelves, path: Path) -> None:
    shelves.attachments.keep("photo.png", "image/png", CONTENT)
    path.unlink()
    with pytest.raises(AttachmentError, match=r"photo\.png"):
        shelves.attachments.read(ID)


def test_a_file_that_was_altered_is_not_sent(shelves: Shelves, path: Path) -> None:
    shelves.attachments.keep("photo.png", "image/png", CONTENT)
    path.write_bytes(b"something else")
    with pytest.raises(AttachmentError, match="changed"):
        shelves.attachments.read(ID)


def test_an_altered_file_is_whole_again_when_it_is_added_again(
    shelves: Shelves, path: Path
) -> None:
    shelves.attachments.keep("photo.png", "image/png", CONTENT)
    path.write_bytes(b"something else")
    shelves.attachments.keep("photo.png", "image/png", CONTENT)
    assert shelves.attachments.read(ID) == CONTENT


def test_an_unknown_id_is_an_error(shelves: Shelves) -> None:
    assert shelves.attachments.get("0" * 64) is None
    with pytest.raises(AttachmentError):
        shelves.attachments.read("0" * 64)


def test_a_folder_that_cannot_be_used_says_so(shelves: Shelves, tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file in the folder's place")
    with pytest.raises(StoreError):
        shelves.attachments.keep("a.png", "image/png", CONTENT)
    assert shelves.attachments.get(ID) is None


def test_only_files_that_nothing_names_are_purged(
    shelves: Shelves, records: Records, tmp_path: Path
) -> None:
    in_message, in_draft, unused = (
        shelves.attachments.keep(name, "text/plain", name.encode()) for name in "abc"
    )
    shelves.messages.add(records.message("m", attachment_ids=(in_message.id,)))
    shelves.drafts.save(DraftRecord("chat", "", (in_draft.id,)))
    assert shelves.attachments.purge_unused() == 1
    assert shelves.attachments.get(unused.id) is None
    assert not (tmp_path / "attachments" / unused.id[:2] / unused.id[2:]).exists()
    assert shelves.attachments.read(in_draft.id) == b"b"


def test_nothing_is_purged_while_a_damaged_database_is_kept(
    shelves: Shelves, tmp_path: Path
) -> None:
    kept = shelves.attachments.keep("a", "text/plain", b"a")
    (tmp_path / "tuppence.damaged-20261121-120000.db").touch()
    assert shelves.attachments.purge_unused() == 0
    assert shelves.attachments.read(kept.id) == b"a"


def test_a_file_that_cannot_be_deleted_keeps_nobody_from_starting(
    shelves: Shelves, tmp_path: Path
) -> None:
    kept = shelves.attachments.keep("a", "text/plain", b"a")
    path = tmp_path / "attachments" / kept.id[:2] / kept.id[2:]
    path.unlink()
    path.mkdir()  # what is no file cannot be unlinked, not even by an administrator
    assert shelves.attachments.purge_unused() == 1
    assert shelves.attachments.get(kept.id) is None
