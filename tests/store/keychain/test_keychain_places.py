"""The places that the user can choose, on a machine without a keyring."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from app.errors import KeychainError, KeyringAbsent, VaultLocked
from app.store.keychain import Keychain, trusted_backends

KEY = "01936f0e7c4e7000a1b2c3d4e5f60718"
SECRET = "sk-proj-a-key-that-nobody-may-read-8d1f"
PASSPHRASE = "four plain words here"


class Leaks(Protocol):
    def __call__(self, secret: str) -> list[str]: ...


@pytest.fixture
def keychain(tmp_path: Path) -> Keychain:
    return Keychain(tmp_path / "data", backends=())


def test_a_key_for_this_session_is_in_no_file(
    keychain: Keychain, find_leaks: Leaks, tmp_path: Path
) -> None:
    keychain.keep(KEY, SECRET, "session")
    assert keychain.read(KEY) == SECRET
    assert keychain.place().where == "session"
    assert not (tmp_path / "data").exists()
    assert find_leaks(SECRET) == []


def test_a_key_for_this_session_is_gone_in_the_next(keychain: Keychain, tmp_path: Path) -> None:
    keychain.keep(KEY, SECRET, "session")
    again = Keychain(tmp_path / "data", backends=())
    assert again.read(KEY, "session") is None


def test_a_key_in_the_vault_is_in_no_file_in_plain_text(
    keychain: Keychain, find_leaks: Leaks
) -> None:
    keychain.open_vault(PASSPHRASE)
    keychain.keep(KEY, SECRET, "vault")
    assert keychain.read(KEY) == SECRET
    assert find_leaks(SECRET) == []
    assert find_leaks(PASSPHRASE) == []


@pytest.mark.parametrize("length", [1, 1281, 10_000])
def test_the_vault_takes_secrets_of_any_length(keychain: Keychain, length: int) -> None:
    secret = ("äöü-日本語-😀\n\0" + "0123456789abcdef" * 640)[:length]
    keychain.open_vault(PASSPHRASE)
    keychain.keep(KEY, secret, "vault")
    assert keychain.read(KEY) == secret


def test_the_vault_is_never_made_unasked(keychain: Keychain, tmp_path: Path) -> None:
    with pytest.raises(VaultLocked):
        keychain.keep(KEY, SECRET, "vault")
    assert not keychain.vault_exists
    assert not (tmp_path / "data").exists()


def test_where_a_vault_is_it_is_the_place(keychain: Keychain, tmp_path: Path) -> None:
    keychain.open_vault(PASSPHRASE)
    again = Keychain(tmp_path / "data", backends=())
    assert again.place().where == "vault"
    assert (again.vault_exists, again.vault_open) == (True, False)


def test_a_key_moved_into_the_vault_leaves_the_session(keychain: Keychain) -> None:
    keychain.keep(KEY, SECRET, "session")
    keychain.open_vault(PASSPHRASE)
    keychain.keep(KEY, SECRET, "vault")
    assert keychain.read(KEY, "session") is None
    assert keychain.read(KEY, "vault") == SECRET


def test_without_a_choice_nothing_is_kept(keychain: Keychain, tmp_path: Path) -> None:
    for where in ("undecided", "", "plain"):
        with pytest.raises(KeychainError, match="no place yet"):
            keychain.keep(KEY, SECRET, where)
    assert not (tmp_path / "data").exists()


def test_an_absent_keyring_is_never_replaced_by_another_place(
    keychain: Keychain, tmp_path: Path
) -> None:
    keychain.open_vault(PASSPHRASE)
    with pytest.raises(KeyringAbsent):
        keychain.keep(KEY, SECRET, "keyring")
    assert keychain.read(KEY, "vault") is None
    assert keychain.read(KEY, "session") is None


@pytest.mark.parametrize("secret", ["", "x" * 10_001, "half a pair \ud800"])
def test_what_cannot_be_a_key_is_refused_with_the_reason(keychain: Keychain, secret: str) -> None:
    with pytest.raises(KeychainError, match=r"10,000|not text") as refusal:
        keychain.keep(KEY, secret, "session")
    assert refusal.value.advice


def test_forgetting_removes_a_key_from_the_vault_and_the_session(keychain: Keychain) -> None:
    keychain.open_vault(PASSPHRASE)
    keychain.keep("in the vault", SECRET, "vault")
    keychain.keep("in memory", SECRET, "session")
    keychain.forget("in the vault")
    keychain.forget("in memory")
    assert keychain.read("in the vault", "vault") is None
    assert keychain.read("in memory", "session") is None


@pytest.mark.parametrize(
    ("platform", "names"),
    [
        ("linux", ["Secret Service", "KWallet"]),
        ("freebsd14", ["Secret Service", "KWallet"]),
        ("darwin", ["macOS Keychain"]),
        ("win32", ["Windows Credential Manager"]),
    ],
)
def test_each_system_has_its_own_short_list(platform: str, names: list[str]) -> None:
    assert [named.name for named in trusted_backends(platform)] == names


def test_only_the_list_of_windows_has_a_limit() -> None:
    limits = {
        named.name: named.bytes_max
        for platform in ("linux", "darwin", "win32")
        for named in trusted_backends(platform)
    }
    assert {name: limit for name, limit in limits.items() if limit is not None} == {
        "Windows Credential Manager": 2_560
    }


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_a_keyring_of_another_system_is_absent_and_no_crash(tmp_path: Path, platform: str) -> None:
    keychain = Keychain(tmp_path, backends=trusted_backends(platform))
    assert keychain.place().where == "undecided"
