"""The keychain on a real Secret Service."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

import pytest

from app.errors import KeyringAbsent, KeyringFailed, KeyringLocked
from app.store.keychain import Keychain
from app.store.keychain_calls import KeychainCalls
from app.store.keychain_keyring import NamedBackend

KEY = "01936f0e7c4e7000a1b2c3d4e5f60718"
SECRET = "sk-proj-a-key-that-nobody-may-read-8d1f"


class Daemon(Protocol):
    home: Path

    def lock(self) -> None: ...
    def die(self) -> None: ...


class Leaks(Protocol):
    def __call__(self, secret: str) -> list[str]: ...


def _secret(length: int) -> str:
    return ("sk-äöü-日本語-😀-" + "0123456789abcdef" * 640)[:length]


@pytest.mark.parametrize("length", [1, 2, 16, 1279, 1280, 1281, 2560, 9_999, 10_000])
def test_a_secret_of_any_length_comes_back_in_a_new_run(
    secret_service: Daemon, find_leaks: Leaks, tmp_path: Path, length: int
) -> None:
    secret = _secret(length)
    Keychain(tmp_path / "data").keep(KEY, secret, "keyring")
    assert Keychain(tmp_path / "data").read(KEY) == secret
    assert length < 8 or find_leaks(secret) == []


@pytest.mark.parametrize(
    "secret",
    [
        "line one\nline two\r\n",
        "ends in zero\0",
        "\ufeffbegins with a mark",
        "tuppence-sealed:1:x",
        "\x7f",
    ],
    ids=["lines", "zero", "byte-order mark", "our own mark", "delete"],
)
def test_a_secret_with_odd_characters_comes_back(
    secret_service: Daemon, find_leaks: Leaks, tmp_path: Path, secret: str
) -> None:
    keychain = Keychain(tmp_path / "data")
    keychain.keep(KEY, secret, "keyring")
    assert keychain.read(KEY) == secret
    assert len(secret) < 8 or find_leaks(secret) == []


def test_the_place_is_the_keyring_by_its_name(secret_service: Daemon, tmp_path: Path) -> None:
    place = Keychain(tmp_path).place()
    assert (place.where, place.name, place.trouble) == (
        "keyring",
        "Secret Service (GNOME Keyring)",
        "",
    )


def test_a_key_that_was_never_kept_is_none(secret_service: Daemon, tmp_path: Path) -> None:
    assert Keychain(tmp_path).read(KEY) is None


def test_a_forgotten_key_is_gone_and_forgetting_it_again_is_no_error(
    secret_service: Daemon, tmp_path: Path
) -> None:
    keychain = Keychain(tmp_path)
    keychain.keep(KEY, SECRET, "keyring")
    keychain.forget(KEY)
    keychain.forget(KEY)
    assert keychain.read(KEY) is None


def test_keys_do_not_overwrite_each_other(secret_service: Daemon, tmp_path: Path) -> None:
    keychain = Keychain(tmp_path)
    for number in range(5):
        keychain.keep(f"{KEY}{number}", f"{SECRET}{number}", "keyring")
    keychain.keep(f"{KEY}3", "replaced", "keyring")
    keychain.forget(f"{KEY}4")
    found = [keychain.read(f"{KEY}{number}") for number in range(5)]
    assert found == [f"{SECRET}0", f"{SECRET}1", f"{SECRET}2", "replaced", None]


def test_a_locked_keyring_says_locked_and_keeps_the_key(
    secret_service: Daemon, find_leaks: Leaks, tmp_path: Path
) -> None:
    keychain = Keychain(tmp_path / "data")
    keychain.keep(KEY, SECRET, "keyring")
    secret_service.lock()
    with pytest.raises(KeyringLocked, match="locked") as reading:
        keychain.read(KEY)
    with pytest.raises(KeyringLocked):
        keychain.keep(KEY, "another", "keyring")
    with pytest.raises(KeyringLocked):
        keychain.forget(KEY)
    assert "still in it" in reading.value.advice
    assert keychain.place().where == "keyring"
    assert find_leaks(SECRET) == []


async def test_a_locked_keyring_that_asks_on_the_display_is_not_waited_for_without_end(
    secret_service_with_display: Daemon, tmp_path: Path
) -> None:
    calls = KeychainCalls(Keychain(tmp_path), timeout_s=2)
    await calls.keep(KEY, SECRET, "keyring")
    secret_service_with_display.lock()
    begun = time.monotonic()
    with pytest.raises(KeyringLocked, match="did not answer within 2 seconds"):
        await calls.read(KEY)
    assert 1.5 < time.monotonic() - begun < 10


def test_a_daemon_that_dies_is_a_failure_and_not_an_empty_keyring(
    secret_service: Daemon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keychain = Keychain(tmp_path)
    keychain.keep(KEY, SECRET, "keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/gone")
    with pytest.raises(KeyringFailed, match="Nothing was removed"):
        keychain.read(KEY)
    with pytest.raises(KeyringFailed):
        keychain.keep(KEY, "another", "keyring")
    with pytest.raises(KeyringFailed):
        keychain.forget(KEY)


def test_without_a_bus_there_is_no_keyring_and_the_user_is_asked(tmp_path: Path) -> None:
    keychain = Keychain(tmp_path)
    place = keychain.place()
    assert place.where == "undecided"
    assert "no keyring" in place.trouble
    with pytest.raises(KeyringAbsent):
        keychain.keep(KEY, SECRET, "keyring")
    with pytest.raises(KeyringAbsent):
        keychain.read(KEY)


def test_a_long_secret_is_sealed_where_the_keyring_is_short(
    secret_service: Daemon, find_leaks: Leaks, tmp_path: Path
) -> None:
    keychain = Keychain(tmp_path / "data", backends=_short_keyring())
    keychain.keep(KEY, _secret(10_000), "keyring")
    sealed = list((tmp_path / "data" / "sealed").iterdir())
    assert [oct(path.stat().st_mode & 0o777) for path in sealed] == ["0o600"]
    assert keychain.read(KEY) == _secret(10_000)
    assert find_leaks(_secret(10_000)) == []


def test_a_sealed_file_goes_with_its_key(secret_service: Daemon, tmp_path: Path) -> None:
    keychain = Keychain(tmp_path / "data", backends=_short_keyring())
    for secret in (_secret(5_000), _secret(6_000), "short now", _secret(7_000)):
        keychain.keep(KEY, secret, "keyring")
        assert keychain.read(KEY) == secret
    keychain.forget(KEY)
    assert list((tmp_path / "data" / "sealed").iterdir()) == []


def test_sealed_files_cannot_be_swapped(secret_service: Daemon, tmp_path: Path) -> None:
    keychain = Keychain(tmp_path / "data", backends=_short_keyring())
    keychain.keep("one", _secret(5_000), "keyring")
    keychain.keep("two", _secret(6_000), "keyring")
    first, second = sorted((tmp_path / "data" / "sealed").iterdir())
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    for name in ("one", "two"):
        with pytest.raises(KeyringFailed, match="damaged"):
            keychain.read(name)


def test_a_missing_sealed_file_is_an_error_and_not_a_missing_key(
    secret_service: Daemon, tmp_path: Path
) -> None:
    keychain = Keychain(tmp_path / "data", backends=_short_keyring())
    keychain.keep(KEY, _secret(5_000), "keyring")
    next((tmp_path / "data" / "sealed").iterdir()).unlink()
    with pytest.raises(KeyringFailed, match="missing"):
        keychain.read(KEY)


def _short_keyring() -> tuple[NamedBackend, ...]:
    """The real daemon, taken to hold no more than Windows does."""
    from app.store.keychain import trusted_backends

    return (NamedBackend("Secret Service", trusted_backends("linux")[0].load, 2_560),)
