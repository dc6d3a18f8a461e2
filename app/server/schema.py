"""The server's tables as numbered steps. What was released changes in a later step only.

Written once: SQLite takes the text as it stands, PostgreSQL gets 64-bit integers and text that
sorts by its bytes. The ledger makes its own tables.
"""

from __future__ import annotations

from app.errors import ConfigError
from app.ledger.steps import Sql, Steps
from app.server.accounts import tables as accounts
from app.server.credits import tables as credit_tables
from app.server.licenses import tables as licenses
from app.server.operator import tables as operator
from app.server.organizations import tables as organizations
from app.server.pages import tables as pages
from app.server.payments import tables as payments
from app.server.proxy import tables as proxy

Statements = tuple[str, ...]

_STEPS: tuple[Statements, ...] = (
    (
        *accounts.STATEMENTS,
        *credit_tables.STATEMENTS,
        *licenses.STATEMENTS,
        *operator.STATEMENTS,
        *organizations.STATEMENTS,
        *pages.STATEMENTS,
        *payments.STATEMENTS,
        *proxy.STATEMENTS,
    ),
)
VERSION = len(_STEPS)


def upgrade(dialect: str) -> Steps[None]:
    """Make what is missing, in the caller's transaction. `dialect` is sqlite or postgres."""
    yield Sql(_in(dialect, "CREATE TABLE IF NOT EXISTS server_schema (version INTEGER NOT NULL)"))
    rows = yield Sql("SELECT version FROM server_schema")
    version = rows[0][0] if rows else 0
    if version > VERSION:
        raise ConfigError(
            "The database was written by a newer version of the server.",
            "Start that version, or restore a backup from before.",
        )
    if not rows:
        yield Sql("INSERT INTO server_schema (version) VALUES (0)")
    for statements in _STEPS[version:]:
        for statement in statements:
            yield Sql(_in(dialect, statement))
    yield Sql("UPDATE server_schema SET version = ?", (VERSION,))


def _in(dialect: str, statement: str) -> str:
    if dialect == "sqlite":
        return statement
    return statement.replace(" INTEGER", " BIGINT").replace(" TEXT", ' TEXT COLLATE "C"')
