"""The ledger's tests against small wrongs in the ledger: each is noticed by its own invariant."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.postgres import Postgres
from tests.ledger.mutant_run import DSN_VARIABLE
from tests.ledger.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]
NONE = ""


def run(name: str, dsn: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.ledger.mutant_run", name],
        cwd=ROOT,
        env=os.environ | {DSN_VARIABLE: dsn, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def ends(postgres: Postgres) -> dict[str, subprocess.CompletedProcess[str]]:
    """How the runs with each mutant ended, and the one without."""
    names = [NONE, *MUTANTS]
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        for number in range(len(names)):
            connection.execute(f"CREATE SCHEMA mutant_{number}")
    dsns = [
        f"{postgres.dsn} options='-c search_path=mutant_{number}'" for number in range(len(names))
    ]
    with ThreadPoolExecutor(max_workers=2) as workers:
        return dict(zip(names, workers.map(run, names, dsns), strict=True))


@pytest.mark.timeout(600)
def test_the_ledger_as_it_is_passes(ends: dict[str, subprocess.CompletedProcess[str]]) -> None:
    assert ends[NONE].returncode == 0, ends[NONE].stderr[-3000:]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_is_noticed_by_its_invariant(
    ends: dict[str, subprocess.CompletedProcess[str]], name: str
) -> None:
    end = ends[name]
    assert end.returncode == 1, f"nothing noticed: {name}\n{end.stderr[-2000:]}"
    assert MUTANTS[name].killed_by in end.stderr, end.stderr[-3000:]


def test_there_are_enough_of_them() -> None:
    assert len(MUTANTS) >= 15
