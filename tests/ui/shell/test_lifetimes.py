"""What Python and Qt hold together: neither may let go of it while the other one still needs it.

In a process of its own, since a dead object ends the program and no exception tells of it.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.ui.shell.spoken import ROOT

BEGIN = """
import gc
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton
application = QApplication([])
from app.ui.theme import Theme
Theme.current().start(application, "light")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", BEGIN + program],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_icon_that_qt_copies_for_itself_can_be_drawn() -> None:
    done = run("""
from app.ui.icons import icon
for number in range(100):
    original = icon("x")
    copy = QIcon(original)
    copy.setIsMask(True)  # Qt takes an engine of its own for it
    gc.collect()
    assert not copy.pixmap(QSize(16, 16)).isNull()
    del copy
""")
    assert done.returncode == 0, done.stderr


def test_a_row_of_widgets_lives_through_what_is_taken_out_of_it() -> None:
    done = run("""
from app.ui.composer.flow_row import FlowRow
row = FlowRow()
row.show()
for number in range(200):
    button = QPushButton(str(number))
    row.add(button)
    row.resize(100 + number, 100)
    if number % 3:
        row.drop(button)
    gc.collect(number % 3)
    application.processEvents()
    Theme.current().set_mode("dark" if number % 20 == 0 else "light")
    row.heightForWidth(120)
""")
    assert done.returncode == 0, done.stderr
