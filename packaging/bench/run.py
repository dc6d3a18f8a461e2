"""Runs benches by name, or all of them: `dev.py bench [NAME ...]`. Exit code 1: a limit missed.

A bench with a function `run` may also be given words of its own: `dev.py bench NAME FILE`.
"""

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
    if len(wanted) > 1 and wanted[0] in known and not set(wanted[1:]) & set(known):
        return _with_words(wanted[0], wanted[1:])
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No bench is called {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    _find_sources()
    from figures import report

    kept = True
    for name in wanted or known:
        bench = importlib.import_module(PREFIX + name)
        kept = report(name, bench.figures()) and kept
    return 0 if kept else 1


def _with_words(name: str, words: list[str]) -> int:
    """One bench on what it is given; returns its own exit code."""
    _find_sources()
    bench = importlib.import_module(PREFIX + name)
    if not hasattr(bench, "run"):
        print(f"The bench {name} takes no words of its own: {' '.join(words)}.")
        return 2
    code: int = bench.run(words)
    return code


def _find_sources() -> None:
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
