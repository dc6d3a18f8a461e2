"""The ledger's tests against small wrongs in the ledger: each is noticed by its own invariant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.postgres import Postgres
from tests.ledger.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
NONE = ""


@pytest.fixture(scope="module")
def noticed(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What noticed each mutant, and the ledger without one: "" where nothing did."""
    folder = tmp_path_factory.mktemp("mutants")
    names = [NONE, *MUTANTS]
    lines = []
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        for number, name in enumerate(names):
            connection.execute(f"CREATE SCHEMA mutant_{number}")
            lines.append(f"{name}\t{postgres.dsn} options='-c search_path=mutant_{number}'")
    (folder / "names").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.mutant_run", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {name: (folder / str(number)).read_text() for number, name in enumerate(names)}


@pytest.mark.timeout(600)
def test_the_ledger_as_it_is_passes(noticed: dict[str, str]) -> None:
    assert noticed[NONE] == ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_is_noticed_by_its_invariant(noticed: dict[str, str], name: str) -> None:
    assert noticed[name], f"nothing noticed: {name}"
    assert MUTANTS[name].killed_by in noticed[name], noticed[name][-3000:]


def test_there_are_enough_of_them() -> None:
    assert len(MUTANTS) >= 15
