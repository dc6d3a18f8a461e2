"""The database's shape, as the numbered steps that build it.

A step that was released never changes: later ones change what it made. Rows have an integer
`seq` that only grows: it orders what clocks cannot, and a damaged table is read along it.
Amounts are integer picodollars, times milliseconds since 1970 (instants.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.store.schema_account import BRING_ACCOUNTS
from app.store.schema_assistant_days import SUM_UP_ASSISTANTS
from app.store.schema_assistants import BRING_ASSISTANTS
from app.store.schema_budgets import BRING_BUDGETS
from app.store.schema_chat_groups import BRING_CHAT_GROUPS
from app.store.schema_draws import SUM_UP_DRAWS
from app.store.schema_generations import BRING_GENERATIONS
from app.store.schema_ledger import BRING_LEDGER
from app.store.schema_usage import SUM_UP_USAGE

APPLICATION_ID = 0x54555050  # "TUPP": https://www.sqlite.org/pragma.html#pragma_application_id


@dataclass(frozen=True, slots=True)
class Step:
    """What takes a database from `version - 1` to `version`, in one transaction."""

    version: int
    name: str
    statements: tuple[str, ...]


_CHATS = """
CREATE TABLE chats (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_is_own INTEGER NOT NULL DEFAULT 0 CHECK (title_is_own IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    hidden_ms INTEGER,
    total_pusd INTEGER NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0
) STRICT"""

_PANES = """
CREATE TABLE panes (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position >= 0),
    model_ref TEXT NOT NULL,
    leaf_id TEXT,
    UNIQUE (chat_id, position)
) STRICT"""

# The text comes last, so that reading the other columns never walks its overflow pages.
_MESSAGES = """
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    chat_id TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('streaming', 'complete', 'interrupted', 'incomplete')),
    created_ms INTEGER NOT NULL,
    thinking_ms INTEGER,
    duration_ms INTEGER,
    model_ref TEXT NOT NULL DEFAULT '',
    model_name TEXT NOT NULL DEFAULT '',
    attachment_ids TEXT NOT NULL DEFAULT '[]',
    fault_json TEXT,
    extras_json TEXT,
    receipt_json TEXT,
    thinking TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL
) STRICT"""

# What a running answer got since its row was written. Appending a piece costs the piece;
# writing the row again would cost the whole answer four times a second.
_PIECES = """
CREATE TABLE pieces (
    seq INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    thinking TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT"""

_ATTACHMENTS = """
CREATE TABLE attachments (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0
) STRICT"""

_DRAFTS = """
CREATE TABLE drafts (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    attachment_ids TEXT NOT NULL DEFAULT '[]'
) STRICT"""

# No reference to chats: what was spent stays known when a chat is gone. The first call of a
# message is marked: counting marks is ten times faster than counting distinct messages.
_USAGE = """
CREATE TABLE usage (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    cache_read_tokens INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
    cache_write_tokens INTEGER NOT NULL CHECK (cache_write_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    reasoning_tokens INTEGER NOT NULL CHECK (reasoning_tokens >= 0),
    cost_pusd INTEGER CHECK (cost_pusd >= 0),
    certainty TEXT NOT NULL CHECK (certainty IN ('exact', 'estimated', 'pending')),
    first_call INTEGER NOT NULL CHECK (first_call IN (0, 1))
) STRICT"""

_HOLDS = """
CREATE TABLE holds (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model_ref TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('held', 'dispatched', 'unknown', 'settled', 'released')),
    amount_pusd INTEGER NOT NULL CHECK (amount_pusd >= 0),
    price_json TEXT,
    input_tokens INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens_max INTEGER NOT NULL CHECK (output_tokens_max >= 0),
    created_ms INTEGER NOT NULL,
    output_tokens_seen INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens_seen >= 0),
    settled_pusd INTEGER CHECK (settled_pusd >= 0),
    basis TEXT NOT NULL DEFAULT '',
    CHECK (settled_pusd IS NULL OR state = 'settled')
) STRICT"""

_HOLDS_END_ONCE = """
CREATE TRIGGER holds_end_once BEFORE UPDATE ON holds
WHEN old.state IN ('settled', 'released')
BEGIN
    SELECT RAISE (ABORT, 'a hold ends exactly once');
END"""

_SETTINGS = """
CREATE TABLE settings (
    seq INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value_json TEXT NOT NULL
) STRICT"""

_KEYS = """
CREATE TABLE keys (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    label TEXT NOT NULL,
    ends_in TEXT NOT NULL,
    base_url TEXT NOT NULL,
    "where" TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    checked_ms INTEGER,
    created_ms INTEGER NOT NULL,
    models_json TEXT NOT NULL DEFAULT '[]'
) STRICT"""

_MODEL_MARKS = """
CREATE TABLE model_marks (
    seq INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    favorite INTEGER NOT NULL DEFAULT 0 CHECK (favorite IN (0, 1)),
    used_ms INTEGER
) STRICT"""

# Covers every sum of the billing panel.
_USAGE_BY_TIME = """
CREATE INDEX usage_by_time ON usage (
    at_ms, key_id, model, message_id, cost_pusd, certainty, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, reasoning_tokens, first_call
)"""

_BASE_INDEXES = (
    # Holds a whole tree: paths and siblings are read from it without the rows.
    "CREATE INDEX messages_tree ON messages (chat_id, parent_id, seq, id)",
    "CREATE INDEX messages_children ON messages (parent_id)",
    "CREATE INDEX messages_running ON messages (seq) WHERE state = 'streaming'",
    "CREATE INDEX pieces_of_message ON pieces (message_id, seq)",
    "CREATE INDEX usage_of_message ON usage (message_id)",
    "CREATE INDEX usage_of_chat ON usage (chat_id)",
    "CREATE INDEX usage_of_model ON usage (model, at_ms, output_tokens, reasoning_tokens)",
    _USAGE_BY_TIME,
    "CREATE INDEX holds_of_message ON holds (message_id, seq)",
    "CREATE INDEX holds_open ON holds (seq) WHERE state IN ('held', 'dispatched', 'unknown')",
)

# A running answer is not in the index: each save would index it whole again.
_SEARCHED = """
CREATE VIEW searched_messages (seq, text) AS
SELECT seq, CASE state WHEN 'streaming' THEN '' ELSE text END FROM messages"""

_MESSAGE_SEARCH = """
CREATE VIRTUAL TABLE message_search USING fts5 (
    text, content = 'searched_messages', content_rowid = 'seq', prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
)"""

_TITLE_SEARCH = """
CREATE VIRTUAL TABLE title_search USING fts5 (
    title, content = 'chats', content_rowid = 'seq', prefix = '1 2 3',
    tokenize = 'unicode61 remove_diacritics 2'
)"""

_SEARCH_TRIGGERS = (
    """
CREATE TRIGGER messages_search_insert AFTER INSERT ON messages WHEN new.state <> 'streaming'
BEGIN
    INSERT INTO message_search (rowid, text) VALUES (new.seq, new.text);
END""",
    """
CREATE TRIGGER messages_search_delete AFTER DELETE ON messages WHEN old.state <> 'streaming'
BEGIN
    INSERT INTO message_search (message_search, rowid, text)
    VALUES ('delete', old.seq, old.text);
END""",
    """
CREATE TRIGGER messages_search_update AFTER UPDATE OF text, state ON messages
WHEN old.text <> new.text OR (old.state = 'streaming') <> (new.state = 'streaming')
BEGIN
    INSERT INTO message_search (message_search, rowid, text)
    SELECT 'delete', old.seq, old.text WHERE old.state <> 'streaming';
    INSERT INTO message_search (rowid, text)
    SELECT new.seq, new.text WHERE new.state <> 'streaming';
END""",
    """
CREATE TRIGGER chats_search_insert AFTER INSERT ON chats
BEGIN
    INSERT INTO title_search (rowid, title) VALUES (new.seq, new.title);
END""",
    """
CREATE TRIGGER chats_search_delete AFTER DELETE ON chats
BEGIN
    INSERT INTO title_search (title_search, rowid, title)
    VALUES ('delete', old.seq, old.title);
END""",
    """
CREATE TRIGGER chats_search_update AFTER UPDATE OF title ON chats WHEN old.title <> new.title
BEGIN
    INSERT INTO title_search (title_search, rowid, title)
    VALUES ('delete', old.seq, old.title);
    INSERT INTO title_search (rowid, title) VALUES (new.seq, new.title);
END""",
)

SEARCH_INDEXES = ("message_search", "title_search")
REBUILD_SEARCH = (
    "INSERT INTO message_search (message_search) VALUES ('rebuild')",
    "INSERT INTO title_search (title_search) VALUES ('rebuild')",
)

# A chat's row keeps the sums of its usage rows; an answer counts once, however many calls.
REBUILD_SUMS = """
UPDATE chats SET (total_pusd, unpriced, estimated) = (
    SELECT coalesce(sum(pusd), 0), coalesce(sum(unpriced), 0), coalesce(sum(estimated), 0)
    FROM (
        SELECT sum(cost_pusd) AS pusd, max(cost_pusd IS NULL) AS unpriced,
            max(certainty <> 'exact') AS estimated
        FROM usage WHERE usage.chat_id = chats.id GROUP BY message_id
    )
)"""

STEPS = (
    Step(
        1,
        "chats, usage and settings",
        (
            _CHATS,
            _PANES,
            _MESSAGES,
            _PIECES,
            _ATTACHMENTS,
            _DRAFTS,
            _USAGE,
            _HOLDS,
            _HOLDS_END_ONCE,
            _SETTINGS,
            _KEYS,
            _MODEL_MARKS,
            *_BASE_INDEXES,
        ),
    ),
    Step(
        2,
        "full-text search",
        (_SEARCHED, _MESSAGE_SEARCH, _TITLE_SEARCH, *_SEARCH_TRIGGERS, *REBUILD_SEARCH),
    ),
    Step(3, "usage summed up by day", SUM_UP_USAGE),
    Step(4, "the ledger", BRING_LEDGER),
    Step(5, "budgets", BRING_BUDGETS),
    Step(6, "calls to look up at their provider", BRING_GENERATIONS),
    Step(7, "credit servers", BRING_ACCOUNTS),
    Step(8, "chats of organizations and workspaces", BRING_CHAT_GROUPS),
    Step(9, "assistants, and the tools of chats", BRING_ASSISTANTS),
    Step(10, "hosted tokens summed up by day", SUM_UP_DRAWS),
    Step(11, "assistants summed up by day", SUM_UP_ASSISTANTS),
)

CURRENT_VERSION = STEPS[-1].version
assert [step.version for step in STEPS] == list(range(1, CURRENT_VERSION + 1))
