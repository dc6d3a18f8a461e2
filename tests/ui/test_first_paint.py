"""What the first paint must not wait for. Run in a process of its own: modules stay loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Making Qt's enums is counted where they are made: each is made once, when it is first asked for.
PROGRAM = """
import enum, os, sys
from pathlib import Path
made = []
create = enum.EnumType._create_
def note(kind, name, *rest, **more):
    made.append(str(name))
    return create(kind, name, *rest, **more)
enum.EnumType._create_ = note
import app.desktop, app.instance
from PySide6.QtWidgets import QApplication
from app.ui.bridge import Bridge
from app.ui.collector import QuietCollector
from app.ui.window import MainWindow, prepare_application
folder = Path(sys.argv[1])
application = QApplication([])
prepare_application(application, folder)
window = MainWindow(Bridge(), folder)
def end():
    print(*sys.modules)
    print(*made)
    import app.engine.runtime
    print(*sys.modules)
    from app.ui.window_later import imports_of_window
    for step in imports_of_window():
        step()
    before = set(sys.modules)
    window.complete()
    print(*(set(sys.modules) - before))
    sys.stdout.flush()
    os._exit(0)
window.painted.connect(end)
window.show()
application.exec()
"""


def test_the_first_paint_waits_for_no_part_that_it_does_not_show(tmp_path: Path) -> None:
    modules, enums, _, _ = _first_paint(tmp_path)
    assert {
        name
        for name in modules
        if name.startswith(("app.seam.", "app.ui.hosted.", "app.ui.transcript."))
    } == set()
    assert modules.isdisjoint(
        {"asyncio", "socket", "sqlmodel", "httpx2", "markdown_it", "pygments"}
    )
    assert modules.isdisjoint({"hashlib", "hmac", "secrets"}), "they load OpenSSL"
    # One name out of Qt's namespace makes all of its enums, and costs as much as a whole pane.
    assert "AlignmentFlag" not in enums, "“Qt” was used before the first paint: import it inside"
    assert "PrimitiveElement" not in enums, "“QStyle” was used before the first paint"
    assert "Weight" in enums, "enums are not seen any more: this test cannot fail"


def test_a_key_after_the_first_paint_waits_for_no_more_than_one_module(tmp_path: Path) -> None:
    _, _, with_engine, completed = _first_paint(tmp_path)
    assert "app.engine.runtime" in with_engine
    slow = {name for name in with_engine if name.startswith(("app.seam.", "asyncio"))}
    assert slow == set(), "the core's own thread imports these"
    assert "app.ui.window_focus" in completed, "what is imported here is not seen any more"
    assert {name for name in completed if name.startswith("app.seam.")} <= {"app.seam.port"}


def test_the_program_itself_imports_no_more_than_its_window_before_the_first_paint(
    tmp_path: Path,
) -> None:
    """Modules at the mark that the real program writes, with all that it wires."""
    code = (
        "import sys, app.desktop as desktop\n"
        "mark = desktop.StartupTrace.mark\n"
        "def note(self, name):\n"
        "    print(*sys.modules, flush=True)\n"
        "    import os; os._exit(0)\n"
        "desktop.StartupTrace.mark = note\n"
        "desktop.open_window()\n"
    )
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT),
        "TUPPENCE_HOME": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    modules = set(done.stdout.splitlines()[-1].split())
    assert "app.ui.window" in modules
    assert modules.isdisjoint({"subprocess", "socket", "hashlib", "asyncio", "app.demo"})


def _first_paint(folder: Path) -> list[set[str]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(folder)],
        env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return [set(line.split()) for line in done.stdout.splitlines()[-4:]]
