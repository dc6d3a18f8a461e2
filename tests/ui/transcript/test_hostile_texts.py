"""What a model writes opens no file and no connection, wherever it is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel

from app.ui.transcript.prose import LockedBrowser
from app.ui.transcript.view import TranscriptView
from tests.fixtures.needs import missing

PROGRAM = Path(__file__).with_name("hostile.py")
CALLS = "trace=open,openat,stat,newfstatat,statx,access,readlink,connect,socket,sendto,execve"


@pytest.fixture(scope="module")
def hostile() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_at_least_sixty_hostile_texts(hostile: ModuleType) -> None:
    assert len(set(hostile.texts())) >= 60


@dataclass(frozen=True, slots=True)
class Traced:
    """The system calls between the first hostile text and the last that touch what they name."""

    asked: int
    touched: list[str]
    connected: list[str]


Trace = Callable[..., Traced]


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Runs the program beside this file with a picture as bait, and watches what it opens."""
    if shutil.which("strace") is None:
        pytest.skip(missing("strace"))
    bait = tmp_path / "bait"
    bait.mkdir()
    QImage(4, 4, QImage.Format.Format_RGB32).save(str(bait / "bait.png"))

    def run(*ways: str) -> Traced:
        log = tmp_path / "calls"
        words = ["strace", "-f", "-qq", "-s", "300", "-e", CALLS, "-o", str(log)]
        done = subprocess.run(
            [*words, sys.executable, "-B", str(PROGRAM), str(bait), *ways],
            cwd=bait, capture_output=True, text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        lines = log.read_text(errors="replace").splitlines()
        begin = next(number for number, line in enumerate(lines) if f"{bait}/begin" in line)
        end = next(number for number, line in enumerate(lines) if f"{bait}/end" in line)
        shown = lines[begin + 1 : end]
        return Traced(
            asked=int(done.stdout.rpartition("ASKED ")[2]),
            touched=[line for line in shown if "bait.png" in line or "203.0.113.7" in line],
            connected=[
                line for line in shown if re.search(r"\b(connect|sendto|execve)\(|AF_INET", line)
            ],
        )

    return run


@pytest.mark.timeout(300)
def test_no_hostile_text_opens_a_file_or_a_connection(trace: Trace) -> None:
    traced = trace()
    assert traced.asked == 0
    assert not traced.touched
    assert not traced.connected


@pytest.mark.parametrize("way", ["browser", "label"])
def test_a_widget_that_is_not_locked_would_be_caught_opening_the_file(
    trace: Trace, way: str
) -> None:
    assert [line for line in trace(way).touched if "open" in line]


def test_a_connection_would_be_caught(trace: Trace) -> None:
    traced = trace("connection")
    assert traced.connected
    assert traced.touched


def test_the_trap_would_notice_a_browser_that_is_not_locked(tmp_path: Path) -> None:
    picture = tmp_path / "bait.png"
    QImage(4, 4, QImage.Format.Format_RGB32).save(str(picture))
    before = LockedBrowser.loads_refused
    _ = QApplication.instance() or QApplication([])
    browser = LockedBrowser()
    browser.setHtml(f'<img src="{picture}">')
    browser.document().size()
    browser.grab()
    assert LockedBrowser.loads_refused > before


def test_a_resource_is_answered_with_an_empty_picture_never_with_nothing(
    qapp: QApplication,
) -> None:
    found = LockedBrowser().loadResource(2, QUrl("file:///etc/hostname"))
    assert isinstance(found, QImage)
    assert (found.width(), found.height()) == (1, 1)


def test_every_label_shows_foreign_text_as_plain_text(
    view: TranscriptView, hostile: ModuleType
) -> None:
    view.resize(600, 4000)
    view.show_messages(hostile.messages_for('<img src="x"><b>bold</b>', 1))
    labels = [label for label in view.findChildren(QLabel) if "<b>" in label.text()]
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
