"""A process of its own for each wrong in the ledger: `python -m tests.ledger.mutant_run FOLDER`.

It reads FOLDER/names, one a line, each with the words of its database's connection. The libraries
are loaded once; each name's process is a fork that loads the ledger with its wrong in it. What
noticed the wrong stands in FOLDER/<number>: nothing where nothing did.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from tests.ledger.mutants import MUTANTS, Edit

RUNS = 200  # of the same runs each time; the slowest wrong takes more than 100
WRITERS = 20
BURSTS = 10
SIDE_BY_SIDE = 2


class _Mutated(SourceFileLoader):
    """Loads a module from its source with edits; never from or into a cache."""

    def __init__(self, name: str, path: str, edits: Sequence[Edit]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_source(fullname)
        for _, old, new in self._edits:
            assert text is not None
            assert text.count(old) == 1, f"{fullname} has {text.count(old)} times: {old}"
            text = text.replace(old, new)
        return compile(text or "", self.path, "exec")  # type: ignore[arg-type]


class _Mutator(MetaPathFinder):
    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits: dict[str, list[Edit]] = {}
        for edit in edits:
            self._edits.setdefault(f"app.ledger.{edit[0]}", []).append(edit)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._edits:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Mutated(fullname, spec.origin, self._edits[fullname])
        return spec


def run_in_any_order() -> None:
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.ledger.test_any_order import OnSqlite

    run_state_machine_as_test(
        OnSqlite,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )


def run_side_by_side(dsn: str) -> None:
    """Many writers at a barrier, again and again, each time on a window with room for four."""
    import psycopg

    from app.ledger.accounts import open_accounts
    from app.ledger.admission import admit
    from app.ledger.postgres import PostgresLedger, make_tables
    from tests.ledger.given import NOW, a_call, window
    from tests.ledger.invariants import read_rows, troubles

    with psycopg.connect(dsn, autocommit=True) as connection:
        make_tables(connection)
        ledger = PostgresLedger(lambda: nullcontext(connection))
        ledger.run(open_accounts, [window(400, id_=f"burst/{n}") for n in range(BURSTS)], NOW)
    start = threading.Barrier(WRITERS)

    def write(number: int) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            ledger = PostgresLedger(lambda: nullcontext(connection))
            for burst in range(BURSTS):
                call = a_call(f"{number}/{burst}", draws={f"burst/{burst}": 100})
                start.wait()
                ledger.run(admit, call)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(dsn, autocommit=True) as connection:
        found = troubles(read_rows(lambda text: connection.execute(text).fetchall()))
    assert not found, found


def notice(name: str, dsn: str) -> str:
    """What notices a mutant, or the ledger as it is where the name is empty; "" if nothing does."""
    race = not name or MUTANTS[name].race
    if name:
        sys.meta_path.insert(0, _Mutator(MUTANTS[name].edits))
    try:
        if not name or not race:
            run_in_any_order()
        if race:
            run_side_by_side(dsn)
    except BaseException:  # noqa: BLE001 - whatever notices it
        return traceback.format_exc()
    return ""


def main(folder: Path) -> int:
    """Run each name in a fork; gives 0 where each of them came to its end."""
    load_libraries()
    loaded = [module for module in sys.modules if module.startswith("app.ledger")]
    assert not loaded, loaded
    lines = (folder / "names").read_text(encoding="utf-8").splitlines()
    waiting = [(number, *line.split("\t")) for number, line in enumerate(lines)]
    running: set[int] = set()
    trouble = 0
    while waiting or running:
        while waiting and len(running) < SIDE_BY_SIDE:
            running.add(_fork(folder, *waiting.pop(0)))
        child, status = os.wait()
        running.discard(child)
        trouble |= status
    return int(trouble != 0)


def load_libraries() -> None:
    """All that the runs import and that has no wrong in it: most of what a start costs."""
    import hypothesis.stateful  # noqa: F401
    import psycopg  # noqa: F401
    import pytest  # noqa: F401


def _fork(folder: Path, number: int, name: str, dsn: str) -> int:
    child = os.fork()
    if child:
        return child
    said = notice(name, dsn)
    (folder / str(number)).write_text(said, encoding="utf-8")
    os._exit(0)  # nothing of the parent's is ended twice


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
