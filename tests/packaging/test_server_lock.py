"""The server's own lock: enough for the server, and nothing of the window's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "packaging" / "requirements-server.lock"
# What a machine without a window does not have; the names under which it is imported.
_ABSENT = ("PySide6", "shiboken6", "keyring", "rapidfuzz", "pygments", "markdown_it", "sqlmodel")

_TRY = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {_ABSENT!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import app.server.main, app.server.run, app.server.demo, app.server.operator.commands
import app.server.database_sqlite, app.server.database_postgres
print("imported")
"""


def _names(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.M))


def test_the_server_runs_without_the_windows_packages() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _TRY], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "imported", found.stderr


def test_the_servers_lock_has_nothing_of_the_windows() -> None:
    names = _names(LOCK)
    assert {"fastapi", "uvicorn", "aiohttp", "stripe", "psycopg"} <= set(names)
    assert not {"pyside6-essentials", "keyring", "sqlmodel", "rapidfuzz"} & set(names)


def test_all_locks_agree_on_every_version() -> None:
    server = _names(LOCK)
    for other in ("requirements.lock", "requirements-dev.lock"):
        names = _names(ROOT / "packaging" / other)
        differing = {name for name in set(server) & set(names) if server[name] != names[name]}
        assert differing == set(), other
