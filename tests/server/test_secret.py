"""The server's secret where several processes begin together."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = """
import sys, time
from pathlib import Path
from app.server.secret import read_or_make
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    made = sys.argv[2].encode() * 20_000
    found = read_or_make(Path(sys.argv[1]) / f"{number}.secret", made)
    print(len(found), found[:1].decode())
"""


def test_processes_that_begin_together_have_one_whole_secret(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in "abcd"
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate()[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert said[0] == said[1] == said[2] == said[3]
    assert {line.split()[0] for line in said[0]} == {"20000"}
    made = sorted(tmp_path.iterdir())
    assert len(made) == 50  # no drafts stay
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
