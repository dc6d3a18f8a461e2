"""What makes rows from a damaged database fit each other again, as statements in order."""

from __future__ import annotations

from app.store.schema import REBUILD_SUMS

_NEWEST_MESSAGE = "(SELECT id FROM messages WHERE chat_id = {chat} ORDER BY seq DESC LIMIT 1)"

_CHATS_OF_MESSAGES = """
INSERT INTO chats (id, title, created_ms, updated_ms)
SELECT chat_id, 'Rescued chat', min(created_ms), max(created_ms) FROM messages
WHERE chat_id NOT IN (SELECT id FROM chats) GROUP BY chat_id"""

# A message whose parent is lost goes on from the one that was written before it.
_PARENTS = """
UPDATE messages SET parent_id = (
    SELECT id FROM messages AS earlier
    WHERE earlier.chat_id = messages.chat_id AND earlier.seq < messages.seq
    ORDER BY earlier.seq DESC LIMIT 1
)
WHERE parent_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM messages AS parent
    WHERE parent.id = messages.parent_id AND parent.seq < messages.seq
)"""

_LEAVES = f"""
UPDATE panes SET leaf_id = {_NEWEST_MESSAGE.format(chat="panes.chat_id")}
WHERE leaf_id IS NOT NULL AND leaf_id NOT IN (SELECT id FROM messages)"""

_PANES = f"""
INSERT INTO panes (chat_id, position, model_ref, leaf_id)
SELECT id, 0, coalesce((
        SELECT model_ref FROM messages
        WHERE chat_id = chats.id AND model_ref <> '' ORDER BY seq DESC LIMIT 1
    ), ''), {_NEWEST_MESSAGE.format(chat="chats.id")}
FROM chats WHERE id NOT IN (SELECT chat_id FROM panes)"""


_FIRST_CALLS = """
UPDATE usage SET first_call = NOT EXISTS (
    SELECT 1 FROM usage AS earlier
    WHERE earlier.message_id = usage.message_id AND earlier.seq < usage.seq
)"""


def _null_where_not_json(table: str, column: str) -> str:
    return f"UPDATE {table} SET {column} = NULL WHERE NOT json_valid({column})"


def _empty_where_not_json(table: str, column: str) -> str:
    return f"UPDATE {table} SET {column} = '[]' WHERE NOT json_valid({column})"


MENDING = (
    _CHATS_OF_MESSAGES,
    _PARENTS,
    "DELETE FROM panes WHERE chat_id NOT IN (SELECT id FROM chats)",
    "DELETE FROM chat_groups WHERE chat_id NOT IN (SELECT id FROM chats)",
    _LEAVES,
    _PANES,
    "DELETE FROM pieces WHERE message_id NOT IN (SELECT id FROM messages)",
    _null_where_not_json("messages", "fault_json"),
    _null_where_not_json("messages", "extras_json"),
    _null_where_not_json("messages", "receipt_json"),
    _null_where_not_json("holds", "price_json") + " AND state NOT IN ('settled', 'released')",
    _empty_where_not_json("messages", "attachment_ids"),
    _empty_where_not_json("drafts", "attachment_ids"),
    _empty_where_not_json("keys", "models_json"),
    _empty_where_not_json("assistants", "tools"),
    _null_where_not_json("chat_setups", "tools"),
    "DELETE FROM settings WHERE NOT json_valid(value_json)",
    _FIRST_CALLS,
    REBUILD_SUMS,
)
