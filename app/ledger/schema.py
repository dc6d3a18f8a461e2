"""The ledger's tables, described once and written for SQLite and for PostgreSQL.

What must never happen is refused by the database itself as far as it can: checks, unique keys,
and triggers that keep ended holds and written postings as they are. Amounts are whole, times
milliseconds since 1970. The names begin with `ledger_`, so that the tables can live beside others.
The desktop's fourth step runs these statements: what a release had changes in a later step only.
"""

from __future__ import annotations

from app.ledger.records import SYSTEM_KINDS, AccountKind, EntryKind
from app.metering.hold import Basis, HoldState, Proof
from app.metering.payer import Unit

# The columns that take one of a few words. PostgreSQL reads the text of every check again for
# every statement, which can cost more than the statement: there they are types of their own.
_WORDS: dict[str, tuple[str, ...]] = {
    "account_kind": tuple(str(kind) for kind in AccountKind if kind not in SYSTEM_KINDS),
    "entry_kind": tuple(str(kind) for kind in EntryKind),
    "unit": tuple(str(unit) for unit in Unit),
    "state": tuple(str(state) for state in HoldState),
    "basis": tuple(str(basis) for basis in Basis),
    "proof": tuple(str(proof) for proof in Proof),
}
_COLUMN_OF = {"account_kind": "kind", "entry_kind": "kind"}


def _list_of(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)


_ACCOUNTS = """
CREATE TABLE ledger_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind {account_kind} NOT NULL,
    unit {unit} NOT NULL,
    limited INTEGER NOT NULL CHECK (limited IN (0, 1)),
    granted INTEGER NOT NULL DEFAULT 0,
    posted INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    taken INTEGER NOT NULL DEFAULT 0,
    closes_ms INTEGER,
    name TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_held_is_no_debt CHECK (held >= 0),
    CONSTRAINT ledger_never_negative CHECK (limited = 0 OR posted - held >= 0),
    CONSTRAINT ledger_debt_is_owed CHECK (kind <> 'debt' OR posted <= 0),
    CONSTRAINT ledger_taken_back CHECK (taken >= 0)
) {options_updated}"""

_HOLDS = """
CREATE TABLE ledger_holds (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    state {state} NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    frozen TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '',
    attempt INTEGER NOT NULL DEFAULT 0,
    route TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    lease_ms INTEGER,
    output_tokens_seen INTEGER NOT NULL DEFAULT 0,
    ended_ms INTEGER,
    basis {basis},
    proof {proof},
    flagged TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_one_hold_per_key UNIQUE (tenant, key){checks_of_holds}
) {options_updated}"""

# Free on SQLite. On PostgreSQL they would cost a fifth of each call: there the triggers of holds
# and the audit stand for them.
_CHECKS_OF_HOLDS = """,
    CONSTRAINT ledger_ended_at CHECK ((ended_ms IS NOT NULL) = (state IN ('settled', 'released'))),
    CONSTRAINT ledger_settled_on_a_basis CHECK ((basis IS NOT NULL) = (state = 'settled')),
    CONSTRAINT ledger_proof_of_release CHECK (proof IS NULL OR state = 'released'),
    CONSTRAINT ledger_held_was_not_sent CHECK (state <> 'held' OR attempt = 0),
    CONSTRAINT ledger_sent_has_an_attempt
        CHECK (state NOT IN ('dispatched', 'unknown', 'settled') OR attempt > 0),
    CONSTRAINT ledger_sent_is_released_with_proof
        CHECK (state <> 'released' OR attempt = 0 OR proof IS NOT NULL),
    CONSTRAINT ledger_attempt_has_a_lease CHECK (attempt = 0 OR lease_ms IS NOT NULL),
    CONSTRAINT ledger_tokens_are_counted CHECK (output_tokens_seen >= 0)"""

# `amount` is what was set aside, 0 where an account paid only what came on top of it.
_DRAWS = """
CREATE TABLE ledger_hold_draws (
    hold_id TEXT NOT NULL {references_holds},
    account TEXT NOT NULL {references_accounts},
    line INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    charged INTEGER CHECK (charged >= 0),
    PRIMARY KEY (hold_id, account)
) {options_clustered}"""

# One row for each attempt that was given up for another; the running one is in the hold's row.
_ATTEMPTS = """
CREATE TABLE ledger_attempts (
    hold_id TEXT NOT NULL {references_holds},
    number INTEGER NOT NULL CHECK (number > 0),
    route TEXT NOT NULL,
    owner TEXT NOT NULL,
    output_tokens_seen INTEGER NOT NULL CHECK (output_tokens_seen >= 0),
    given_up_ms INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (hold_id, number)
) {options_clustered}"""

_ENTRIES = """
CREATE TABLE ledger_entries (
    id {sequence},
    at_ms INTEGER NOT NULL,
    kind {entry_kind} NOT NULL,
    hold_id TEXT {references_holds},
    corrects INTEGER {references_entries},
    note TEXT NOT NULL DEFAULT '',
    CONSTRAINT ledger_charge_has_a_hold CHECK (kind <> 'charge' OR hold_id IS NOT NULL)
) {options}"""

_POSTINGS = """
CREATE TABLE ledger_postings (
    entry_id INTEGER NOT NULL {references_entries},
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    tenant TEXT NOT NULL,
    unit {unit} NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry_id, line)
) {options_clustered}"""

# What a payment processor told us, once each; `handled` is set where its effect is committed.
_EVENTS = """
CREATE TABLE ledger_events (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payment TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    handled INTEGER NOT NULL DEFAULT 0 CHECK (handled IN (0, 1)),
    outcome TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (processor, mode, event_id)
) {options_clustered}"""

# `amount_minor` is what was paid, in the currency's smallest coin; `granted` what it bought.
_CREDITS = """
CREATE TABLE ledger_credits (
    processor TEXT NOT NULL,
    payment TEXT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    event_id TEXT NOT NULL,
    price TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    tenant TEXT NOT NULL,
    account TEXT NOT NULL {references_accounts},
    unit {unit} NOT NULL,
    granted INTEGER NOT NULL CHECK (granted > 0),
    taken_back INTEGER NOT NULL DEFAULT 0,
    entry_id INTEGER NOT NULL UNIQUE {references_entries},
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, payment, kind),
    CONSTRAINT ledger_taken_back_of_a_credit CHECK (taken_back >= 0 AND taken_back <= granted)
) {options_clustered}"""

# What was asked back of a payment: one row for its refunds in all, one for each dispute. It may be
# here before the payment is; where mode or currency are not the payment's it has no effect.
_REFUNDS = """
CREATE TABLE ledger_refunds (
    processor TEXT NOT NULL,
    mode TEXT NOT NULL,
    payment TEXT NOT NULL,
    currency TEXT NOT NULL,
    dispute TEXT NOT NULL DEFAULT '',
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state TEXT NOT NULL CHECK (state IN ('refunded', 'open', 'lost', 'won')),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (processor, mode, payment, currency, dispute),
    CONSTRAINT ledger_refund_or_dispute CHECK ((dispute = '') = (state = 'refunded'))
) {options_clustered}"""

_NOTICES = """
CREATE TABLE ledger_notices (
    account TEXT NOT NULL {references_accounts},
    percent INTEGER NOT NULL CHECK (percent > 0),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, percent)
) {options_clustered}"""

_TABLES = (
    _ACCOUNTS,
    _HOLDS,
    _DRAWS,
    _ATTEMPTS,
    _ENTRIES,
    _POSTINGS,
    _EVENTS,
    _CREDITS,
    _REFUNDS,
    _NOTICES,
)

# The open holds are found by `ended_ms`: a dispatch changes no column of any index.
_INDEXES = (
    "CREATE INDEX ledger_accounts_of_tenant ON ledger_accounts (kind, tenant)",
    "CREATE INDEX ledger_holds_open ON ledger_holds (expires_ms) WHERE ended_ms IS NULL",
    (
        "CREATE UNIQUE INDEX ledger_one_charge_per_hold ON ledger_entries (hold_id)"
        " WHERE kind = 'charge'"
    ),
    (
        "CREATE UNIQUE INDEX ledger_corrected_once ON ledger_entries (corrects)"
        " WHERE corrects IS NOT NULL"
    ),
    "CREATE INDEX ledger_postings_of_account ON ledger_postings (account, entry_id)",
    "CREATE INDEX ledger_credits_of_tenant ON ledger_credits (tenant, unit)",
)

_APPEND_ONLY = ("ledger_entries", "ledger_postings")
_NEVER_DELETED = (
    "ledger_accounts",
    "ledger_holds",
    "ledger_hold_draws",
    "ledger_attempts",
    "ledger_events",
    "ledger_credits",
    "ledger_refunds",
)


def _refusals() -> list[tuple[str, str, str, str, str]]:
    """What no statement may do: trigger, table, moment, condition, and the reason given."""
    found = [
        (
            "ledger_accounts_keep_their_owner", "ledger_accounts",
            "UPDATE OF id, tenant, kind, unit", "", "an account never changes its owner or unit",
        ),
        (
            "ledger_holds_end_once", "ledger_holds", "UPDATE",
            "OLD.ended_ms IS NOT NULL", "a hold ends exactly once",
        ),
        (
            "ledger_holds_in_order", "ledger_holds", "UPDATE OF state",
            (
                "NEW.state IN ('held', 'dispatched') AND OLD.state <> 'held'"
                " OR NEW.state IN ('unknown', 'settled') AND OLD.state = 'held'"
                " OR NEW.state = 'released' AND OLD.state <> 'held' AND NEW.proof IS NULL"
                " OR (NEW.ended_ms IS NULL) <> (NEW.state IN ('held', 'dispatched', 'unknown'))"
            ),
            "a hold cannot go that way",
        ),
        (
            "ledger_holds_are_frozen", "ledger_holds",
            "UPDATE OF id, tenant, key, body_hash, created_ms, expires_ms, frozen, facts",
            "", "what a hold was admitted with never changes",
        ),
        (
            "ledger_draws_end_once", "ledger_hold_draws", "UPDATE",
            ("OLD.charged IS NOT NULL OR NEW.amount <> OLD.amount OR NEW.account <> OLD.account"
            " OR NEW.hold_id <> OLD.hold_id"),
            "a draw is charged exactly once",
        ),
        (
            "ledger_refunds_only_grow", "ledger_refunds", "UPDATE",
            ("NEW.amount_minor < OLD.amount_minor OR OLD.state = 'lost' AND NEW.state <> 'lost'"
                " OR OLD.state <> 'open' AND NEW.state = 'open'"
            ),
            "refund totals only grow, and what ended is not opened again",
        ),
    ]  # fmt: skip
    for table in _APPEND_ONLY:
        found.append((f"{table}_are_kept", table, "UPDATE", "", "the journal is append-only"))
    for table in (*_APPEND_ONLY, *_NEVER_DELETED):
        found.append((f"{table}_stay", table, "DELETE", "", "the ledger deletes nothing"))
    return found


def _sqlite() -> tuple[str, ...]:
    words = {
        "options": "STRICT",
        "options_updated": "STRICT",
        "options_clustered": "STRICT, WITHOUT ROWID",
        "sequence": "INTEGER PRIMARY KEY",
        "checks_of_holds": _CHECKS_OF_HOLDS,
        "references_accounts": "REFERENCES ledger_accounts (id)",
        "references_holds": "REFERENCES ledger_holds (id)",
        "references_entries": "REFERENCES ledger_entries (id)",
    }
    for name, values in _WORDS.items():
        column = _COLUMN_OF.get(name, name)
        words[name] = f"TEXT CHECK ({column} IN ({_list_of(values)}))"
    tables = tuple(table.format(**words).strip() for table in _TABLES)
    triggers = tuple(
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{f' WHEN {when}' if when else ''}\n"
        f"BEGIN\n    SELECT RAISE (ABORT, '{reason}');\nEND"
        for name, table, moment, when, reason in _refusals()
    )
    return (*tables, *_INDEXES, *triggers)


def _postgres() -> tuple[str, ...]:
    """Without references: rows that name each other are written by one statement, and each
    reference would cost a lookup and a row lock; the audit looks for them instead. The triggers
    come after the row: one before it would first lock it again."""
    words = {
        "options": "",
        "options_updated": "WITH (fillfactor = 70)",
        "checks_of_holds": "",
        **{name: f"ledger_{name}" for name in _WORDS},
        "options_clustered": "",
        "sequence": "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        "references_accounts": "",
        "references_holds": "",
        "references_entries": "",
    }
    # Bytes in their own order: the same on every machine, and as Python sorts them.
    types = {" INTEGER": " BIGINT", " TEXT": ' TEXT COLLATE "C"'}
    enums = tuple(
        f"CREATE TYPE ledger_{name} AS ENUM ({_list_of(values)})" for name, values in _WORDS.items()
    )
    tables = []
    for table in _TABLES:
        text = table.format(**words).strip()
        for name, other in types.items():
            text = text.replace(name, other)
        tables.append(text)
    refuse = (
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    triggers = tuple(
        f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH ROW"
        f"{f' WHEN ({when})' if when else ''}"
        f" EXECUTE FUNCTION ledger_refuse('{reason}')"
        for name, table, moment, when, reason in _refusals()
    )
    emptying = tuple(
        f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        " EXECUTE FUNCTION ledger_refuse('the ledger deletes nothing')"
        for table in (*_APPEND_ONLY, *_NEVER_DELETED)
    )
    return (*enums, *tables, *_INDEXES, refuse, *triggers, *emptying)


SQLITE_STATEMENTS: tuple[str, ...] = _sqlite()
POSTGRES_STATEMENTS: tuple[str, ...] = _postgres()
