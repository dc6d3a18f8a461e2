"""Runs benches by name, or all of them: `dev.py bench [NAME ...]`. Exit code 1: a limit missed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PREFIX = "bench_"


def names() -> list[str]:
    """Every bench that there is."""
    return sorted(path.stem.removeprefix(PREFIX) for path in HERE.glob(f"{PREFIX}*.py"))


def main(wanted: list[str]) -> int:
    """Run them one after the other."""
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No bench is called {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    from figures import report

    kept = True
    for name in wanted or known:
        bench = importlib.import_module(PREFIX + name)
        kept = report(name, bench.figures()) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
