"""A real keyring daemon on its own bus, and the search for a secret in all that was written."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.needs import missing

Leaks = Callable[[str], list[str]]


@dataclass(frozen=True)
class Daemon:
    """A running GNOME Keyring; `home` holds every file that it writes."""

    home: Path
    process: subprocess.Popen[bytes]

    def lock(self) -> None:
        """Lock the collection; without a display nobody can be asked to unlock it."""
        import secretstorage

        connection = secretstorage.dbus_init()
        secretstorage.get_default_collection(connection).lock()
        connection.close()

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(autouse=True)
def no_keyring_by_chance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may reach the keyring of the person who runs it."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        folder = tmp_path / "home" / name.lower()
        folder.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(name, str(folder))
    # jeepney falls back to the bus in the runtime folder, which is empty here.


# A bus that starts nothing by itself: a keyring that died stays dead, and nobody is asked.
_QUIET_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@pytest.fixture
def secret_service(
    no_keyring_by_chance: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Daemon]:
    """GNOME Keyring, unlocked, on a D-Bus of its own, with no display to ask anybody on."""
    config = tmp_path / "quiet-bus.conf"
    config.write_text(_QUIET_BUS, encoding="utf-8")
    with _running_daemon(monkeypatch, f"--config-file={config}") as daemon:
        yield daemon


@pytest.fixture
def secret_service_with_display(
    no_keyring_by_chance: None, x_display: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Daemon]:
    """The same with a display, on which its question to unlock is really shown."""
    monkeypatch.setenv("DISPLAY", x_display)
    with _running_daemon(monkeypatch, "--session") as daemon:
        yield daemon


@contextmanager
def _running_daemon(monkeypatch: pytest.MonkeyPatch, bus_config: str) -> Iterator[Daemon]:
    if not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-daemon"):
        pytest.skip(missing("gnome-keyring and dbus"))
    bus = subprocess.Popen(
        ["dbus-daemon", bus_config, "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert bus.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().decode().strip())
    keyring = _unlocked_keyring()
    try:
        yield Daemon(Path(os.environ["XDG_DATA_HOME"]), keyring)
    finally:
        for process in (keyring, bus):
            process.kill()
            process.wait()


def _unlocked_keyring() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(b"the login password")
    process.stdin.close()
    deadline, pause = time.monotonic() + 20, threading.Event()
    while not _collection_is_open():
        assert time.monotonic() < deadline, "the keyring daemon did not come up"
        pause.wait(0.02)
    return process


def _collection_is_open() -> bool:
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        from jeepney import message_bus
        from jeepney.io.blocking import Proxy

        # Asking the service itself would make the bus start a second daemon.
        if not Proxy(message_bus, connection).NameHasOwner("org.freedesktop.secrets")[0]:
            return False
        return not secretstorage.Collection(connection).is_locked()
    except secretstorage.ItemNotFoundException:
        return False
    finally:
        connection.close()


@pytest.fixture
def find_leaks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Leaks:
    """Where a secret stands in any usual form: files under the test's folder, or the log."""
    caplog.set_level(logging.DEBUG)

    def find(secret: str) -> list[str]:
        forms = _forms(secret)
        places = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        places["the log"] = caplog.text.encode("utf-8", "surrogatepass")
        return [name for name, content in places.items() if any(form in content for form in forms)]

    return find


def _forms(secret: str) -> list[bytes]:
    # A long secret may be cut: any 16 characters of it in a row are a leak.
    pieces = (
        [secret] if len(secret) <= 16 else [secret[at : at + 16] for at in (0, len(secret) // 2)]
    )
    forms: list[bytes] = []
    for piece in pieces:
        for raw in (piece.encode(), piece.encode("utf-16-le"), piece.encode("utf-16-be")):
            forms += [raw, raw.hex().encode(), raw.hex().upper().encode()]
            for shift in range(3):
                # Base64 of the piece wherever it begins within a group of three bytes; the
                # first and the last group mix with what stands beside it.
                forms.append(base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4])
    return [form for form in forms if len(form) >= 4]
