"""The server's tables as numbered steps. What was released changes in a later step only.

Written once: SQLite takes the text as it stands, PostgreSQL gets 64-bit integers and text that
sorts by its bytes. The ledger makes its own tables.
"""

from __future__ import annotations

from app.errors import ConfigError
from app.ledger import closing
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
BY_BLOCKS = credit_tables.BY_BLOCKS

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
    (closing.INDEX,),
    (payments.CANCELED,),
)
VERSION = len(_STEPS)
_FORGETS_SINCE = 2  # keys that were given up


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
    if version == 0:
        for statement in _kept(dialect, operator.APPEND_ONLY):
            yield Sql(statement)
    if version < _FORGETS_SINCE:
        for statement in closing.MAY_BE_FORGOTTEN[dialect]:
            yield Sql(statement)
    yield Sql("UPDATE server_schema SET version = ?", (VERSION,))


def _kept(dialect: str, table: str) -> Statements:
    """The triggers that refuse to change or delete what a table holds."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_stay_{moment.lower()} BEFORE {moment} ON {table}"
            f" BEGIN SELECT RAISE (ABORT, '{table} is append-only'); END"
            for moment in ("UPDATE", "DELETE")
        )
    refuse = (
        f"CREATE FUNCTION {table}_stay() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN RAISE EXCEPTION ''{table} is append-only''; END'"
    )
    moments = "UPDATE OR DELETE OR TRUNCATE"
    trigger = (
        f"CREATE TRIGGER {table}_stay BEFORE {moments} ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_stay()"
    )
    return refuse, trigger


def _in(dialect: str, statement: str) -> str:
    if dialect == "sqlite":
        return statement
    # What comes in the order of time is found by a few bytes for each hundred pages.
    statement = statement.replace(BY_BLOCKS, "USING brin")
    return statement.replace(" INTEGER", " BIGINT").replace(" TEXT", ' TEXT COLLATE "C"')
