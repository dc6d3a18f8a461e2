"""Where the server's rows are: steps in, answers out, whichever database is behind it.

An operation is a generator of statements, as in the ledger, so that a domain's rows and the
ledger's are written in one transaction. Statements are portable: placeholders are `?`, times are
milliseconds, flags are 0 and 1, and no literal holds `?` or `%`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from app.ledger.postgres_statements import Hot
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.steps import Row, Sql, Steps

T = TypeVar("T")
P = ParamSpec("P")

SQLITE_FILE = "server.db"


class Database(Protocol):
    """Every method raises `Refused` (503) where the database cannot be reached; then nothing was
    done, or a repeat of the same order finds that it was."""

    has_short_ways: bool  # PostgreSQL: several writes can be one statement

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take an operation's steps in one transaction: all of it, or nothing."""
        ...

    async def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take reading steps on one state of the database, beside whoever writes."""
        ...

    async def ask(self, statement: Sql) -> Sequence[Row]:
        """The rows of one statement that is a transaction of its own."""
        ...

    async def at_once(self, statement: Hot) -> bool:
        """Whether PostgreSQL did what the statement is for, with as many rows as it says; else
        nothing was done. SQLite has no such short way: always False."""
        ...

    async def count_at_once(self, statement: Hot) -> tuple[bool, bool]:
        """Whether a request was counted, and whether its call was held, by a statement of
        `credits.postgres_known`. Asked only where there are short ways."""
        ...

    async def admit(self, wish: Admit) -> Admission:
        """As `ledger.admission.admit`."""
        ...

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        """As `ledger.calls.dispatch`."""
        ...

    async def settle(self, order: Settle) -> Settled:
        """As `ledger.settlement.settle`."""
        ...

    async def open(self) -> None:
        """Connect and bring the tables up to date. Raises ConfigError."""
        ...

    async def close(self) -> None: ...


def database_at(url: str, data: Path) -> Database:
    """PostgreSQL where the address is one, else SQLite in the folder. No connection is made yet."""
    if url:
        from app.server.database_postgres import PostgresDatabase

        return PostgresDatabase(url)
    from app.server.database_sqlite import SqliteDatabase

    return SqliteDatabase(data / SQLITE_FILE)
