"""Taking a database to the current version, one committed step after the other.

The version is SQLite's `user_version`: it is written with the step or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from app.store.schema import APPLICATION_ID, STEPS, Step


def version_of(connection: sqlite3.Connection) -> int:
    """The version that the file was written with; 0 where there is nothing yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> int:
    """Run the steps that are missing; the version that it had before.

    Each step is one transaction: a crash leaves the version before it or after it. Raises
    sqlite3.Error, with the step that failed undone.
    """
    before = version_of(connection)
    for step in steps:
        if step.version > before:
            _take(connection, step)
    return before


def _take(connection: sqlite3.Connection, step: Step) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in step.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {step.version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
