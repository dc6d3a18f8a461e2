"""An empty Qt window of the same size, the least that a program can be: the base of the figures."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class BareWindow(QMainWindow):
    """Notes its first paint in the same way, in the same file, as Tuppence's window."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - named by Qt
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, note_paint)


def note_paint() -> None:
    """Write down when it was."""
    line = f'{{"mark": "painted", "monotonic_s": {time.monotonic():.6f}}}\n'
    Path(os.environ["TUPPENCE_STARTUP_TRACE"]).write_text(line, encoding="utf-8")


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = BareWindow()
    window.resize(1440, 900)
    window.show()
    sys.exit(application.exec())
