"""A plain-text back-end, installed and configured in every way there is, is never used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

SECRET = "sk-proj-a-key-that-nobody-may-read-8d1f"

BACKEND = '''
import pathlib, os
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    """What the well-known packages do: everything into a readable file."""
    priority = 99

    def get_password(self, service, username):
        path = pathlib.Path(os.environ["PLAINTEXT_FILE"])
        return path.read_text() if path.exists() else None

    def set_password(self, service, username, password):
        pathlib.Path(os.environ["PLAINTEXT_FILE"]).write_text(password)

    def delete_password(self, service, username):
        pathlib.Path(os.environ["PLAINTEXT_FILE"]).unlink()
'''

KEEP = """
import pathlib, sys
from app.errors import KeyringAbsent
from app.store.keychain import Keychain
keychain = Keychain(pathlib.Path(sys.argv[1]))
print(keychain.place().where)
try:
    keychain.keep("key", sys.argv[2], "keyring")
    print("kept")
except KeyringAbsent:
    print("absent")
"""

LIBRARYS_CHOICE = """
import keyring
keyring.set_password("Tuppence", "key", "by the library")
print(type(keyring.get_keyring()).__name__)
"""


class Leaks(Protocol):
    def __call__(self, secret: str) -> list[str]: ...


class Machine:
    """A machine where a plain-text back-end is installed, with ways to configure it."""

    def __init__(self, folder: Path) -> None:
        self._packages = folder / "packages"
        (self._packages / "plainkeyring").mkdir(parents=True)
        (self._packages / "plainkeyring" / "__init__.py").write_text(BACKEND)
        self.file = folder / "plain.txt"
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self._packages), os.getcwd()]),
            "PLAINTEXT_FILE": str(self.file),
        }

    def install(self) -> None:
        known = self._packages / "plainkeyring-1.0.dist-info"
        known.mkdir()
        (known / "METADATA").write_text("Metadata-Version: 2.1\nName: plainkeyring\nVersion: 1.0\n")
        (known / "entry_points.txt").write_text("[keyring.backends]\nplain = plainkeyring\n")

    def configure_by_variable(self) -> None:
        self.environment["PYTHON_KEYRING_BACKEND"] = "plainkeyring.PlaintextKeyring"

    def configure_by_file(self) -> None:
        folder = Path(self.environment["XDG_CONFIG_HOME"]) / "python_keyring"
        folder.mkdir(parents=True)
        (folder / "keyringrc.cfg").write_text(
            "[backend]\n"
            "default-keyring = plainkeyring.PlaintextKeyring\n"
            f"keyring-path = {self._packages}\n"
        )

    def run(self, program: str, *arguments: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True, text=True, timeout=60, check=False, env=self.environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split()


@pytest.fixture
def machine(tmp_path: Path, no_keyring_by_chance: None) -> Machine:
    return Machine(tmp_path)


WAYS = ["install", "configure_by_variable", "configure_by_file"]


@pytest.mark.parametrize("way", WAYS)
def test_the_library_by_itself_would_take_the_plain_text_back_end(
    machine: Machine, way: str
) -> None:
    getattr(machine, way)()
    assert "PlaintextKeyring" in machine.run(LIBRARYS_CHOICE)[0] or machine.file.exists()
    assert machine.file.read_text() == "by the library"


@pytest.mark.parametrize("way", WAYS)
def test_tuppence_does_not_take_the_plain_text_back_end(
    machine: Machine, find_leaks: Leaks, tmp_path: Path, way: str
) -> None:
    getattr(machine, way)()
    assert machine.run(KEEP, str(tmp_path / "data"), SECRET) == ["undecided", "absent"]
    assert not machine.file.exists()
    assert find_leaks(SECRET) == []


def test_beside_a_real_keyring_the_real_one_is_taken(
    secret_service: object, tmp_path: Path, find_leaks: Leaks
) -> None:
    machine = Machine(tmp_path)
    for way in WAYS:
        getattr(machine, way)()
    assert machine.run(KEEP, str(tmp_path / "data"), SECRET) == ["keyring", "kept"]
    assert not machine.file.exists()
    assert find_leaks(SECRET) == []
