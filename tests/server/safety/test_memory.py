"""A worker's memory after it has loaded: frozen, and in large pages where Linux gives them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENABLED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROGRAM = """
import gc
from app.server import memory
kept = [str(number) * 40 for number in range(200_000)]
began = list(memory._own_memory())
assert began and all(a % 2**21 == b % 2**21 == 0 and a < b for a, b in began)
memory.leave_in_peace()
assert gc.get_freeze_count() > 0
assert gc.get_threshold()[0] == memory.COLLECT_AFTER
assert kept[-1] == "199999" * 40
rollup = open("/proc/self/smaps_rollup").read().split("AnonHugePages:")[1]
print(int(rollup.split()[0]))
"""


@pytest.mark.skipif(not ENABLED.exists(), reason="this system has no large pages")
def test_what_was_loaded_lies_in_large_pages_and_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    offered = "[never]" not in ENABLED.read_text()
    assert (int(done.stdout) > 0) is offered
