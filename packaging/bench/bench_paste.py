"""How long a paste of 5 MB holds up the real window: as a file, then in the message, then a key.

The floor is Qt's own field, given the same text at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from figures import Figure

LINE = "marmalade and toast for breakfast, please\n"
TEXT_BYTES = 5 * 1024 * 1024
# Two frames of a screen at 60 Hz for what the window does itself; a busy machine adds to it.
LIMIT_MS = 100.0
RUN_LIMIT_S = 120
ROOT = Path(__file__).resolve().parents[2]


def figures() -> Iterable[Figure]:
    """Run in a process of its own, so that no other bench's widgets take part."""
    offscreen = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, __file__], cwd=ROOT, check=True, capture_output=True, text=True,
            timeout=RUN_LIMIT_S, env={**os.environ, **offscreen, "TUPPENCE_HOME": home},
        )  # fmt: skip
    bare_ms, paste_ms, show_ms, shown_ms = map(float, done.stdout.split())
    against = f"Qt's own field, all at once: {bare_ms:.0f} ms"
    yield Figure(
        metric="held up by a paste of 5 MB", value=paste_ms, unit="ms", against=against,
        limit=LIMIT_MS,
    )  # fmt: skip
    yield Figure(
        metric="held up by showing it in the message", value=show_ms, unit="ms", limit=LIMIT_MS
    )
    yield Figure(metric="until all of it is shown", value=shown_ms, unit="ms")


def main() -> None:
    """Print the four figures in milliseconds."""
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

    from app.seam.views import AttachmentView
    from app.ui.composer.composer import Composer
    from app.ui.theme import Theme

    app = QApplication([])
    Theme.current().start(app, "light", 100)
    text = LINE * (TEXT_BYTES // len(LINE))
    bare = QPlainTextEdit()
    bare.show()
    app.processEvents()
    bare_ms = _longest_ms(lambda: bare.insertPlainText(text), lambda: True)
    composer = Composer()
    composer.resize(800, 200)
    composer.attach_asked.connect(
        lambda serial, name, path, content: composer.show_attached(
            serial, AttachmentView("f", name, "text/plain", len(content))
        )
    )
    composer.show()
    app.processEvents()
    pasted = QMimeData()
    pasted.setText(text)
    editor = composer.box.editor
    paste_ms = _longest_ms(lambda: editor.insertFromMimeData(pasted), lambda: True)
    button = next(one for one in composer.findChildren(QPushButton) if one.text().startswith("Sho"))
    began = time.perf_counter()
    show_ms = _longest_ms(button.click, lambda: not editor.is_inserting())
    shown_ms = (time.perf_counter() - began) * 1000
    assert composer.text() == text
    print(bare_ms, paste_ms, show_ms, shown_ms)


def _longest_ms(act: Callable[[], object], done: Callable[[], bool]) -> float:
    """The longest turn of the window's loop from an act to its end."""
    from PySide6.QtWidgets import QApplication

    longest_s, begun = 0.0, False
    while not begun or not done():
        at = time.perf_counter()
        if not begun:
            act()
            begun = True
        QApplication.processEvents()
        longest_s = max(longest_s, time.perf_counter() - at)
    return longest_s * 1000


if __name__ == "__main__":
    main()
