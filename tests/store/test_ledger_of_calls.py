"""The ledger in the desktop's database: filled by its step, kept by every call, and by a rescue."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.metering.hold import HoldState, Proof
from app.store.shelves import Shelves
from tests.ledger.invariants import read_rows, troubles
from tests.store.given import Records

OpenAt = Callable[[Path], Shelves]
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "databases"


def troubles_of(shelves: Shelves) -> list[str]:
    return troubles(read_rows(shelves.database.rows))


def spent(shelves: Shelves) -> dict[str, int]:
    rows = shelves.database.rows("SELECT id, -posted FROM ledger_accounts WHERE kind = 'spent'")
    return {account.removeprefix("spent/"): amount for account, amount in rows}


@pytest.mark.parametrize("dump", sorted(path.name for path in GOLDEN.glob("*.sql")))
def test_the_calls_of_an_old_database_stand_in_the_ledger(
    open_at: OpenAt, tmp_path: Path, dump: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "tuppence.db")) as connection:
        connection.executescript((GOLDEN / dump).read_text("utf-8"))
    shelves = open_at(tmp_path)
    assert spent(shelves) == {"key": 12_345_000_000}
    assert troubles_of(shelves) == []


def test_every_end_of_a_call_leaves_books_that_add_up(shelves: Shelves, records: Records) -> None:
    holds = shelves.holds
    for name in ("held", "freed", "sent", "parked", "settled", "unpriced", "refused", "moved"):
        holds.admit(records.hold(name))
    for name in ("sent", "parked", "settled", "unpriced", "refused", "moved"):
        holds.dispatch(name)
    holds.release("freed")
    holds.park("parked")
    holds.settle("settled", 4_000_000, "provider_usage")
    holds.settle("unpriced", None, "counted_partial")
    holds.release("refused", proof=Proof.REFUSED)
    holds.reroute("moved", key_id="other", model_ref="other/m", price_json=None)
    holds.settle("moved", 9_000_000, "provider_usage")
    assert troubles_of(shelves) == []
    assert spent(shelves) == {"key": 4_000_000, "other": 9_000_000}
    cards = shelves.database.rows(
        "SELECT holds.id FROM holds JOIN ledger_holds USING (id)"
        " WHERE holds.state <> ledger_holds.state"
    )
    assert cards == []


def test_a_rescue_brings_the_ledger_back_from_the_cards(
    open_at: OpenAt, tmp_path: Path, records: Records
) -> None:
    shelves = open_at(tmp_path)
    for name in ("running", "done", "refused"):
        shelves.holds.admit(records.hold(name))
        shelves.holds.dispatch(name)
    shelves.holds.settle("done", 1_234_567, "provider_usage")
    shelves.holds.release("refused", proof=Proof.REFUSED)
    shelves.database.close()
    with (tmp_path / "tuppence.db").open("r+b") as file:
        file.write(b"damage")
    again = open_at(tmp_path)
    assert again.database.report.damaged is not None
    assert spent(again) == {"key": 1_234_567}
    assert troubles_of(again) == []
    again.holds.park("running")
    again.holds.settle("running", 5, "counted_partial")
    assert again.holds.get("running").state is HoldState.SETTLED
    assert troubles_of(again) == []
