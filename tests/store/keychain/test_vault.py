"""The vault file: what opens it, what does not, and what a thief of the file can read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.errors import KeychainError, VaultLocked
from app.store.vault import FILE_NAME, Vault

PASSPHRASE = "four plain words here"
SECRET = "sk-ant-api03-a-key-that-nobody-may-read-4711"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(tmp_path)
    vault.open(PASSPHRASE)
    return vault


def test_a_kept_secret_comes_back_after_the_vault_is_opened_anew(
    vault: Vault, tmp_path: Path
) -> None:
    vault.keep("k1", SECRET)
    again = Vault(tmp_path)
    again.open(PASSPHRASE)
    assert again.read("k1") == SECRET


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.keep("k1", SECRET)
    before = (tmp_path / FILE_NAME).read_bytes()
    again = Vault(tmp_path)
    with pytest.raises(VaultLocked, match="not the vault's passphrase"):
        again.open(PASSPHRASE + " ")
    assert not again.is_open
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_reading_from_a_locked_vault_says_locked_and_not_missing(vault: Vault) -> None:
    vault.keep("k1", SECRET)
    vault.close()
    with pytest.raises(VaultLocked, match="locked"):
        vault.read("k1")
    assert vault.read("another") is None


def test_a_secret_can_be_forgotten_while_the_vault_is_locked(vault: Vault) -> None:
    vault.keep("k1", SECRET)
    vault.keep("k2", "another secret")
    vault.close()
    vault.forget("k1")
    vault.open(PASSPHRASE)
    assert vault.read("k1") is None
    assert vault.read("k2") == "another secret"


def test_a_new_passphrase_opens_and_the_old_one_no_longer_does(
    vault: Vault, tmp_path: Path
) -> None:
    vault.keep("k1", SECRET)
    vault.change_passphrase(PASSPHRASE, "quite another passphrase")
    assert vault.read("k1") == SECRET
    again = Vault(tmp_path)
    with pytest.raises(VaultLocked):
        again.open(PASSPHRASE)
    again.open("quite another passphrase")
    assert again.read("k1") == SECRET


def test_a_change_of_passphrase_needs_the_old_one(vault: Vault, tmp_path: Path) -> None:
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(VaultLocked):
        vault.change_passphrase("a wrong old one", "quite another passphrase")
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_copy_taken_before_a_change_of_passphrase_does_not_open_what_came_after(
    vault: Vault, tmp_path: Path
) -> None:
    stolen = json.loads((tmp_path / FILE_NAME).read_text())
    vault.change_passphrase(PASSPHRASE, "quite another passphrase")
    vault.keep("k1", SECRET)
    mixed = json.loads((tmp_path / FILE_NAME).read_text())
    mixed["key"], mixed["kdf"] = stolen["key"], stolen["kdf"]
    (tmp_path / FILE_NAME).write_text(json.dumps(mixed))
    thief = Vault(tmp_path)
    thief.open(PASSPHRASE)
    with pytest.raises(KeychainError, match="damaged"):
        thief.read("k1")


def test_two_sealed_secrets_cannot_be_swapped(vault: Vault, tmp_path: Path) -> None:
    vault.keep("cheap", "key of the cheap account")
    vault.keep("dear", "key of the dear account")
    document = json.loads((tmp_path / FILE_NAME).read_text())
    entries = document["entries"]
    entries["cheap"], entries["dear"] = entries["dear"], entries["cheap"]
    (tmp_path / FILE_NAME).write_text(json.dumps(document))
    for name in ("cheap", "dear"):
        with pytest.raises(KeychainError, match="damaged"):
            vault.read(name)


@pytest.mark.parametrize("length", [0, 1, 7])
def test_a_short_passphrase_makes_no_vault(tmp_path: Path, length: int) -> None:
    with pytest.raises(VaultLocked, match="too short"):
        Vault(tmp_path).open("x" * length)
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 4096,
        b"[]",
        b"{}",
        b'{"format": "something else", "version": 1}',
        b'{"format": "tuppence-vault", "version": "1"}',
        b'{"format": "tuppence-vault", "version": 1, "kdf": [], "key": {}, "entries": {}}',
        b"[" * 100_000,
    ],
    ids=["empty", "zeros", "list", "bare", "foreign", "text version", "wrong shape", "deep"],
)
def test_a_damaged_file_is_said_so_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    vault = Vault(tmp_path)
    with pytest.raises(KeychainError, match="damaged"):
        vault.open(PASSPHRASE)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_every_cut_of_the_file_is_said_to_be_damaged(vault: Vault, tmp_path: Path) -> None:
    vault.keep("k1", SECRET)
    whole = (tmp_path / FILE_NAME).read_bytes()
    for length in range(0, len(whole.rstrip()), 7):
        (tmp_path / FILE_NAME).write_bytes(whole[:length])
        with pytest.raises(KeychainError, match="damaged"):
            vault.read("k1")


def test_a_damaged_file_set_aside_is_kept_and_a_new_vault_can_begin(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"rubbish")
    vault = Vault(tmp_path)
    kept = vault.set_aside()
    vault.open(PASSPHRASE)
    vault.keep("k1", SECRET)
    assert kept.read_bytes() == b"rubbish"
    assert vault.read("k1") == SECRET


def test_a_file_of_a_newer_version_is_not_touched(vault: Vault, tmp_path: Path) -> None:
    document = json.loads((tmp_path / FILE_NAME).read_text())
    document["version"] = 2
    (tmp_path / FILE_NAME).write_text(json.dumps(document))
    with pytest.raises(KeychainError, match="newer version"):
        vault.keep("k1", SECRET)
    assert json.loads((tmp_path / FILE_NAME).read_text())["version"] == 2


@pytest.mark.parametrize("n", [1, 2**14 + 1, 2**30, -1, "131072", None])
def test_a_prepared_cost_of_scrypt_is_refused(vault: Vault, tmp_path: Path, n: object) -> None:
    document = json.loads((tmp_path / FILE_NAME).read_text())
    document["kdf"]["n"] = n
    (tmp_path / FILE_NAME).write_text(json.dumps(document))
    with pytest.raises(KeychainError, match="damaged"):
        Vault(tmp_path).open(PASSPHRASE)


def test_the_cost_of_scrypt_is_what_was_promised(vault: Vault, tmp_path: Path) -> None:
    kdf = json.loads((tmp_path / FILE_NAME).read_text())["kdf"]
    assert (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) == ("scrypt", 2**17, 8, 1)


def test_only_its_owner_can_read_the_file(vault: Vault, tmp_path: Path) -> None:
    vault.keep("k1", SECRET)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_change_leaves_no_other_file_behind(vault: Vault, tmp_path: Path) -> None:
    vault.keep("k1", SECRET)
    vault.keep("k1", SECRET + "2")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [FILE_NAME]


def test_the_same_passphrase_typed_in_another_form_of_unicode_opens(tmp_path: Path) -> None:
    Vault(tmp_path).open("Schl\u00fcsselwort")
    again = Vault(tmp_path)
    again.open("Schlu\u0308sselwort")
    assert again.is_open


def test_a_vault_that_vanished_while_open_is_said_so(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(KeychainError, match="removed"):
        vault.keep("k1", SECRET)
