"""`doctor --ledger` and `ledger`: sound books pass, a row changed by hand is found and named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import CommandLine

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture(scope="module")
def home_with_a_call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("asked") / "home"
    assert CommandLine(home)("--demo", "ask", "Hello").code == 0
    return home


@pytest.fixture
def asked(tuppence: CommandLine, home_with_a_call: Path) -> CommandLine:
    """A command line whose database has a paid call in it."""
    shutil.copytree(home_with_a_call, tuppence.home)
    return tuppence


def by_hand(tuppence: CommandLine, statement: str) -> None:
    """Change a row past every rule of the ledger, as a database tool does."""
    path = next(tuppence.home.rglob("tuppence.db"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute(TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(statement).rowcount == 1


def test_sound_books_pass(asked: CommandLine) -> None:
    doctor = asked("--demo", "doctor", "--ledger")
    assert (doctor.code, doctor.err) == (0, "")
    assert "ok    Ledger: every posting, hold and balance adds up" in doctor.out
    assert asked("--demo", "ledger", "check").code == 0


def test_before_the_first_start_there_is_no_ledger(tuppence: CommandLine) -> None:
    done = tuppence("doctor", "--ledger")
    assert done.code == 0
    assert "note  Ledger: there is none yet" in done.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE ledger_accounts SET posted = posted - 5", "account spent/demo"),
        ("UPDATE ledger_accounts SET held = held + 5", "account spent/demo"),
        ("UPDATE holds SET state = 'unknown'", "hold "),
        ("UPDATE usage SET cost_pusd = cost_pusd + 7", "key demo"),
        ("UPDATE ledger_hold_draws SET charged = charged + 1", "hold "),
        ("UPDATE ledger_holds SET state = 'dispatched'", "hold "),
    ],
)
def test_a_row_changed_by_hand_is_found_and_named(
    asked: CommandLine, change: str, said: str
) -> None:
    by_hand(asked, change)
    done = asked("--demo", "doctor", "--ledger")
    assert done.code == 1
    assert f"FAIL  Ledger: {said}" in done.out
    assert "(rule " in done.out


def test_a_balance_changed_by_hand_is_worked_out_again(asked: CommandLine) -> None:
    by_hand(asked, "UPDATE ledger_accounts SET posted = posted - 5, held = held + 9")
    mended: Any = asked("--demo", "ledger", "rebuild")
    assert mended.code == 0
    assert "spent/demo: its balance was wrong and is right again" in mended.out
    assert asked("--demo", "doctor", "--ledger").code == 0
