"""The line that the demo prints, pasted into a shell."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.needs import missing
from tests.server.safety.processes import server_process


def test_the_printed_line_works_when_it_is_pasted(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip(missing("curl"))
    with server_process(tmp_path / "server", "--demo") as server:
        (line,) = [text for text in server.printed.splitlines() if text.startswith("curl ")]
        assert server.url in line
        assert server.api_key in line
        done = subprocess.run(
            ["sh", "-c", f"{line} --silent --show-error"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "scripted demo" in answer["choices"][0]["message"]["content"]
    assert answer["tuppence"]["drawn"][0]["amount"] > 0
