"""The systemd unit, read by systemd itself, and what it starts and keeps."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.server.run import STOP_WITHIN_S
from app.server.settings import PREFIX, load_settings
from tests.fixtures.needs import missing

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging" / "server" / "tuppence-server.service"


def value(name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text("utf-8"), re.M)
    return str(found)


def analyzed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`systemd-analyze` about the unit, with a Python that is there in the place of its own."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip(missing("systemd-analyze"))
    copy = folder / UNIT.name
    text = UNIT.read_text("utf-8")
    assert text.count("/opt/tuppence/venv/bin/python -m app") == 1
    copy.write_text(text.replace("/opt/tuppence/venv/bin/python -m", f"{sys.executable} -m"))
    return subprocess.run(
        [program, *words, str(copy)], capture_output=True, text=True, timeout=60, check=False
    )


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    done = analyzed(tmp_path, "verify", "--man=no")
    ours = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


def test_systemd_calls_it_safe(tmp_path: Path) -> None:
    done = analyzed(tmp_path, "security", "--offline=true", "--threshold=20")
    assert done.returncode == 0, done.stdout[-600:]
    assert "OK" in done.stdout.splitlines()[-1]


def test_it_starts_the_server_over_the_folder_that_systemd_makes(tmp_path: Path) -> None:
    assert value("ExecStart").split()[1:] == ["-m", "app.server.main", "run"]
    env = dict(word.split("=", 1) for word in value("Environment").split())
    settings = load_settings(env, data=tmp_path)
    assert settings.strange == ()
    assert settings.data == Path("/var/lib") / value("StateDirectory")
    assert (value("StateDirectoryMode"), value("UMask")) == ("0700", "0077")
    assert env["PYTHONPATH"] == "/opt/tuppence"


def test_what_its_head_says_to_do_fits_what_it_says() -> None:
    head = UNIT.read_text("utf-8").partition("[Unit]")[0]
    assert f"useradd --system --home-dir {'/var/lib/tuppence-server'} {value('User')}" in head
    assert value("EnvironmentFile") in head
    for path in re.findall(r"(?<=/opt/tuppence/)packaging/\S+|(?<=cp )packaging/\S+", head):
        assert (ROOT / path).is_file(), path
    assert value("ExecStart").startswith("/opt/tuppence/venv/bin/python")
    assert "python3 -m venv /opt/tuppence/venv" in head


def test_it_has_time_to_end_its_streams() -> None:
    kept = re.search(rf"{PREFIX}STREAMS_MAX=(\d+)", (ROOT / ".env.sample").read_text("utf-8"))
    assert kept
    assert int(value("LimitNOFILE")) >= 3 * int(kept[1])
    assert int(value("TimeoutStopSec")) > STOP_WITHIN_S
