"""Keyrings that fail in ways that a real daemon cannot be made to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import keyring.errors
import pytest
import secretstorage.exceptions
from keyring.backend import KeyringBackend

from app.errors import KeyringAbsent, KeyringDenied, KeyringFailed, KeyringLocked
from app.store.keychain import Keychain
from app.store.keychain_keyring import NamedBackend
from app.store.vault import VaultUnreadable

KEY = "01936f0e7c4e7000a1b2c3d4e5f60718"
SECRET = "sk-proj-a-key-that-nobody-may-read-8d1f"
LONG = "sk-" + "0123456789abcdef" * 600


class Leaks(Protocol):
    def __call__(self, secret: str) -> list[str]: ...


class FaultyKeyring(KeyringBackend):
    """A back-end that works until a call is told to fail, as macOS fails: half way."""

    priority = -1  # the library must never choose it by itself

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self.fail_on: dict[str, BaseException] = {}
        self.alters: Callable[[str], str] = lambda value: value

    def get_password(self, service: str, username: str) -> str | None:
        self._fail("get")
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail("set")
        old = self.kept.pop(username, None)
        self._fail("half way")
        self.kept[username] = self.alters(password)
        assert old is None or old != password

    def delete_password(self, service: str, username: str) -> None:
        self._fail("delete")
        del self.kept[username]

    def _fail(self, step: str) -> None:
        if error := self.fail_on.pop(step, None):
            raise error


class MacError(Exception):
    """How the library's macOS back-end reports a status: its number first."""


@pytest.fixture
def backend() -> FaultyKeyring:
    return FaultyKeyring()


@pytest.fixture
def keychain(backend: FaultyKeyring, tmp_path: Path) -> Keychain:
    return Keychain(
        tmp_path / "data", backends=(NamedBackend("Test keyring", lambda: backend, 2_560),)
    )


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (keyring.errors.NoKeyringError("none"), KeyringAbsent),
        (keyring.errors.InitError("Failed to open keyring"), KeyringFailed),
        (keyring.errors.KeyringLocked("Failed to unlock"), KeyringLocked),
        (keyring.errors.PasswordSetError("Cancelled by user"), KeyringDenied),
        (keyring.errors.PasswordSetError("Can't store"), KeyringFailed),
        (keyring.errors.KeyringError("Can't get"), KeyringFailed),
        (
            _caused(keyring.errors.KeyringError("no window allowed"), MacError(-25308, "Unknown")),
            KeyringLocked,
        ),
        (
            _caused(
                keyring.errors.InitError("Failed to create"),
                secretstorage.exceptions.PromptDismissedException("Prompt dismissed."),
            ),
            KeyringDenied,
        ),
        (secretstorage.exceptions.LockedException("Item is locked!"), KeyringLocked),
        (secretstorage.exceptions.SecretServiceNotAvailableException("gone"), KeyringFailed),
        (ConnectionResetError("bus"), KeyringFailed),
        (EOFError(), KeyringFailed),
        (PermissionError(13, "denied"), KeyringDenied),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), KeyringFailed),
    ],
)
@pytest.mark.parametrize("step", ["get", "set"])
def test_each_failure_is_told_apart(
    keychain: Keychain,
    backend: FaultyKeyring,
    find_leaks: Leaks,
    step: str,
    error: Exception,
    kind: type[Exception],
) -> None:
    backend.fail_on[step] = error
    with pytest.raises(kind) as fault:
        keychain.keep(KEY, SECRET, "keyring")
    assert type(fault.value) is kind
    assert SECRET not in str(fault.value)
    assert fault.value.advice  # type: ignore[attr-defined]
    assert find_leaks(SECRET) == []


@pytest.mark.parametrize("new", ["a new short key", LONG + "new"], ids=["short", "sealed"])
@pytest.mark.parametrize("old", [SECRET, LONG], ids=["short", "sealed"])
@pytest.mark.parametrize("step", ["get", "set", "half way"])
def test_a_replacement_that_fails_leaves_the_old_key(
    keychain: Keychain, backend: FaultyKeyring, old: str, new: str, step: str
) -> None:
    keychain.keep(KEY, old, "keyring")
    backend.fail_on[step] = keyring.errors.PasswordSetError("it broke")
    with pytest.raises(KeyringFailed, match="Nothing was removed"):
        keychain.keep(KEY, new, "keyring")
    assert keychain.read(KEY) == old


def test_a_failed_replacement_leaves_no_sealed_file_of_its_own(
    keychain: Keychain, backend: FaultyKeyring, tmp_path: Path
) -> None:
    keychain.keep(KEY, LONG, "keyring")
    backend.fail_on["half way"] = keyring.errors.PasswordSetError("it broke")
    with pytest.raises(KeyringFailed):
        keychain.keep(KEY, LONG + "new", "keyring")
    assert len(list((tmp_path / "data" / "sealed").iterdir())) == 1


def test_a_failed_removal_keeps_the_key_and_its_sealed_file(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    keychain.keep(KEY, LONG, "keyring")
    backend.fail_on["delete"] = keyring.errors.PasswordDeleteError("not now")
    with pytest.raises(KeyringFailed):
        keychain.forget(KEY)
    assert keychain.read(KEY) == LONG


def test_a_keyring_that_cuts_what_it_keeps_is_found_out(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    keychain.keep(KEY, "the old key", "keyring")
    backend.alters = lambda value: value if value == "the old key" else value[:10]
    with pytest.raises(KeyringFailed):
        keychain.keep(KEY, SECRET, "keyring")
    assert keychain.read(KEY) == "the old key"


def test_a_keyring_that_fails_for_a_moment_works_again_afterwards(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    keychain.keep(KEY, SECRET, "keyring")
    backend.fail_on["get"] = ConnectionResetError("bus")
    with pytest.raises(KeyringFailed):
        keychain.read(KEY)
    assert keychain.read(KEY) == SECRET


def test_a_full_keyring_of_windows_holds_exactly_its_bytes(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    keychain.keep("fits", "x" * 1280, "keyring")
    keychain.keep("too long", "x" * 1281, "keyring")
    keychain.keep("pairs", "😀" * 641, "keyring")
    lengths = {name: len(value.encode("utf-16-le")) for name, value in backend.kept.items()}
    assert lengths["fits"] == 2_560
    assert max(lengths.values()) == 2_560
    assert keychain.read("too long") == "x" * 1281
    assert keychain.read("pairs") == "😀" * 641


def test_a_bug_in_a_back_end_is_not_hidden_as_a_keyring_failure(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    backend.fail_on["get"] = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        keychain.read(KEY)


def test_a_damaged_vault_does_not_keep_keys_of_the_keyring_away(
    keychain: Keychain, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vault.json").write_bytes(b"rubbish")
    keychain.keep(KEY, SECRET, "keyring")
    assert keychain.read(KEY) == SECRET
    with pytest.raises(VaultUnreadable, match="left as it is"):
        keychain.read("another")
    keychain.forget(KEY)
    assert keychain.read(KEY, "keyring") is None
    assert (tmp_path / "data" / "vault.json").read_bytes() == b"rubbish"


def test_a_key_of_this_session_is_forgotten_though_the_keyring_fails(
    keychain: Keychain, backend: FaultyKeyring
) -> None:
    keychain.keep(KEY, SECRET, "session")
    backend.fail_on["get"] = keyring.errors.KeyringLocked("locked")
    keychain.forget(KEY)
    assert keychain.read(KEY) is None


def test_a_key_that_moved_is_forgotten_in_both_places(keychain: Keychain) -> None:
    keychain.keep(KEY, SECRET, "keyring")
    keychain.keep(KEY, SECRET, "session")
    keychain.forget(KEY)
    assert keychain.read(KEY) is None
