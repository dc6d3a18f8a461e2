"""Who imports whom, as pyproject.toml lays it down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_files import ROOT

HEAVY = (
    "asyncio", "cryptography", "httpx2", "keyring", "markdown_it", "pygments", "rapidfuzz",
    "sqlalchemy", "sqlmodel", "tiktoken",
)  # fmt: skip


def test_imports_point_down_and_each_library_has_one_door() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout[result.stdout.find("Contracts") :] + result.stderr


@pytest.mark.parametrize(
    "module", ["app.__main__", "app.desktop", "app.ui.window", "app.ui.bridge"]
)
def test_nothing_heavy_is_imported_before_the_first_paint(module: str) -> None:
    code = f"import sys, {module}\nprint(*sorted(set(sys.modules) & set({HEAVY!r})))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
