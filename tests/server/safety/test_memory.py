"""A worker's memory after it has loaded: frozen, and in large pages where Linux gives them."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from app.server import memory

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


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


async def test_what_is_left_in_circles_goes_with_the_next_look() -> None:
    (job,) = memory.jobs(None)
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(memory.COLLECT_AFTER)
    try:
        few = [weakref.ref(_Cycle()) for _ in range(100)]
        await job.work()
        assert all(each() is not None for each in few), "a walk for nothing"
        many = [weakref.ref(_Cycle()) for _ in range(30_000)]
        assert many[0]() is not None
        await job.work()
        assert not any(each() for each in (*few, *many))
    finally:
        gc.set_threshold(*before)


def test_a_worker_has_no_second_pydantic() -> None:
    loaded = "[name for name, module in sys.modules.items() if module and 'pydantic.v1' in name]"
    code = f"import sys, app.server.main, app.server.run\nprint('fastapi' in sys.modules, {loaded})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("True []", "")
