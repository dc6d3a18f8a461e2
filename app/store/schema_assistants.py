"""The step that brings assistants of one's own, how chats are set up, and which call was whose."""

from __future__ import annotations

# One that was taken away keeps its row, so that what it spent keeps its name.
_ASSISTANTS = """
CREATE TABLE assistants (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    color TEXT NOT NULL DEFAULT '',
    model_ref TEXT NOT NULL DEFAULT '',
    instructions TEXT NOT NULL DEFAULT '',
    tools TEXT NOT NULL DEFAULT '[]',
    created_ms INTEGER NOT NULL,
    removed_ms INTEGER
) STRICT"""

# `tools` NULL: as the assistant has it; none where there is no assistant.
_CHAT_SETUPS = """
CREATE TABLE chat_setups (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL DEFAULT '',
    tools TEXT
) STRICT"""

# Beside the card of a call's hold: with which assistant it was made.
_ASSISTANT_CALLS = """
CREATE TABLE assistant_calls (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL,
    message_id TEXT NOT NULL
) STRICT"""

ASSISTANT_TABLES = ("assistants", "chat_setups", "assistant_calls")
BRING_ASSISTANTS = (
    _ASSISTANTS,
    _CHAT_SETUPS,
    _ASSISTANT_CALLS,
    "CREATE INDEX calls_of_assistant ON assistant_calls (assistant_id)",
)
