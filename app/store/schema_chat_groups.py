"""The step that lets a chat belong to an organization or workspace, which pays for it."""

from __future__ import annotations

# A chat without a row is one's own. The name stays readable after one has left the group.
_CHAT_GROUPS = """
CREATE TABLE chat_groups (
    seq INTEGER PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE REFERENCES chats (id) ON DELETE CASCADE,
    server_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    group_name TEXT NOT NULL
) STRICT"""

BRING_CHAT_GROUPS = (_CHAT_GROUPS,)
