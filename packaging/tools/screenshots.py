"""Pictures of the real window: the demo on a display of its own, used by keyboard.

Started by `dev.py screenshots FOLDER` with the environment's interpreter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fixtures.display import virtual_display

SCREEN = "1440x900x24"
START_LIMIT_S = 60.0
SETTLE_S = 2.5
ANSWER_S = 12.0  # the scripted answer comes at a model's pace
QUESTION = "How much does a message cost before I send it?"
# What is pressed, and the picture that is taken once the window has settled.
SCENES: tuple[tuple[tuple[tuple[str, ...], ...], str], ...] = (
    ((), "start"),
    ((("type", "--delay", "12", QUESTION),), "quote"),
    ((("key", "Return"),), "answer"),
    ((("key", "ctrl+k"),), "palette"),
    ((("key", "Escape"), ("key", "ctrl+comma")), "settings"),
)
GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
sys.exit(not application.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""


def main(folder: Path) -> int:
    """Take every picture; the window's own profile is thrown away afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, virtual_display(SCREEN) as display:
        trace = Path(home, "trace.jsonl")
        variables = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "TUPPENCE_HOME": home,
            "TUPPENCE_STARTUP_TRACE": str(trace),
        }
        variables.pop("WAYLAND_DISPLAY", None)
        window = subprocess.Popen([sys.executable, "-P", "-m", "app", "--demo"], env=variables)
        try:
            _wait_for_paint(window, trace)
            _focus(window, variables)
            for presses, name in SCENES:
                for words in presses:
                    subprocess.run(["xdotool", *words], env=variables, check=True)
                time.sleep(ANSWER_S if name == "answer" else SETTLE_S)
                picture = folder / f"{name}.png"
                subprocess.run([sys.executable, "-c", GRAB, picture], env=variables, check=True)
                print(picture)
        finally:
            window.kill()
            window.wait()
    return 0


def _wait_for_paint(window: subprocess.Popen[bytes], trace: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not trace.exists():
        if window.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the window did not come up")
        time.sleep(0.05)
    time.sleep(SETTLE_S)


def _focus(window: subprocess.Popen[bytes], variables: dict[str, str]) -> None:
    """Without a window manager nobody gives the focus."""
    search = ["search", "--onlyvisible", "--pid", str(window.pid), "--name", "Tuppence"]
    subprocess.run(["xdotool", *search, "windowfocus", "%1"], env=variables, check=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
