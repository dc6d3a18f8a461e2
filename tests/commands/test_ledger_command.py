"""`doctor --ledger` and `ledger`: sound books pass, a row changed by hand is found and named."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from app.clock import Clock
from app.config import load_paths
from app.metering.hold import HoldState, Proof
from app.store.records import State
from app.store.shelves import open_shelves
from tests.commands.conftest import CommandLine
from tests.store.given import Records

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


COST_PUSD = 1_000_000


@pytest.fixture(scope="module")
def home_with_a_call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one call was paid and another one was refused at no cost."""
    home = tmp_path_factory.mktemp("asked") / "home"
    records = Records()
    shelves = open_shelves(load_paths({"TUPPENCE_HOME": str(home)}).data, Clock())
    shelves.chats.create("chat", "A chat", [records.pane()])
    shelves.messages.add(records.message("answer", role="assistant", state=State.STREAMING))
    for name in ("hold", "refused"):
        shelves.holds.admit(records.hold(name))
        shelves.holds.dispatch(name)
    shelves.holds.release("refused", proof=Proof.REFUSED)
    answer = records.message("answer", role="assistant", text="Hi", state=State.COMPLETE)
    settled = replace(
        records.hold(), state=HoldState.SETTLED, settled_pusd=COST_PUSD, basis="provider_usage"
    )
    shelves.messages.finish(answer, [records.usage("call", cost_pusd=COST_PUSD)], settled)
    shelves.database.close()
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
    doctor = asked("doctor", "--ledger")
    assert (doctor.code, doctor.err) == (0, "")
    assert "ok    Ledger: every posting, hold and balance adds up" in doctor.out
    assert asked("ledger", "check").code == 0


def test_before_the_first_start_there_is_no_ledger(tuppence: CommandLine) -> None:
    done = tuppence("doctor", "--ledger")
    assert done.code == 0
    assert "note  Ledger: there is none yet" in done.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE ledger_accounts SET posted = posted - 5", "account spent/key"),
        ("UPDATE ledger_accounts SET held = held + 5", "account spent/key"),
        ("UPDATE holds SET state = 'unknown' WHERE id = 'hold'", "hold "),
        ("UPDATE usage SET cost_pusd = cost_pusd + 7", "key key"),
        ("UPDATE ledger_hold_draws SET charged = charged + 1 WHERE hold_id = 'hold'", "hold "),
        ("UPDATE ledger_holds SET state = 'dispatched' WHERE id = 'hold'", "hold "),
    ],
)
def test_a_row_changed_by_hand_is_found_and_named(
    asked: CommandLine, change: str, said: str
) -> None:
    by_hand(asked, change)
    done = asked("doctor", "--ledger")
    assert done.code == 1
    assert f"FAIL  Ledger: {said}" in done.out
    assert "(rule " in done.out


def test_a_balance_changed_by_hand_is_worked_out_again(asked: CommandLine) -> None:
    by_hand(asked, "UPDATE ledger_accounts SET posted = posted - 5, held = held + 9")
    mended: Any = asked("ledger", "rebuild")
    assert mended.code == 0
    assert "spent/key: its balance was wrong and is right again" in mended.out
    assert asked("doctor", "--ledger").code == 0


def test_the_journal_as_csv_has_every_posting(asked: CommandLine) -> None:
    done = asked("ledger", "export")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["kind"] for row in rows] == ["charge", "charge"]
    assert sum(int(row["amount"]) for row in rows) == 0
    assert {row["account"].partition("/")[0] for row in rows} == {"spent", "counted"}


def test_another_accounting_tool_reads_the_journal_without_an_error(
    asked: CommandLine, tmp_path: Path
) -> None:
    written = tmp_path / "journal.beancount"
    done = asked("ledger", "export", "--form", "beancount", "-o", str(written))
    assert (done.code, done.out) == (0, "")
    entries, errors, _ = loader.load_file(str(written))
    assert errors == []
    assert [type(entry).__name__ for entry in entries].count("Transaction") == 1


def test_a_folder_is_no_file_for_the_journal(asked: CommandLine, tmp_path: Path) -> None:
    done = asked("ledger", "export", "-o", str(tmp_path))
    assert done.code == 1
    assert "is a folder" in done.err
