"""A ledger's file: opened beside somebody who writes, and not taken for another version's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import LedgerError
from app.ledger.audit import audit
from app.ledger.sqlite import SqliteLedger


def test_it_is_opened_and_read_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteLedger(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with SqliteLedger(path, busy_timeout_s=0) as ledger:
            assert ledger.read(audit) == ()


def test_a_file_with_other_tables_of_these_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE ledger_accounts (id TEXT)")
    with pytest.raises(LedgerError, match="another version"):
        SqliteLedger(path)
