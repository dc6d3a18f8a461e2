"""How chats are set up: with which assistant, and which tools their models may call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.store.assistants import AssistantRecord, Assistants
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class ChatSetupRecord:
    """`tools` are the names in force; `own_tools` that they were chosen in the chat itself."""

    assistant: AssistantRecord | None = None
    tools: tuple[str, ...] = ()
    own_tools: bool = False


class ChatSetups:
    """One row for each chat that is set up at all; most are not.

    What was read is remembered: each key that is typed asks for it.
    """

    def __init__(self, database: Database, assistants: Assistants) -> None:
        self._database = database
        self._assistants = assistants
        self._known: dict[str, ChatSetupRecord | None] = {}

    def get(self, chat_id: str) -> ChatSetupRecord | None:
        """How a chat is set up; None where nothing was chosen."""
        if chat_id not in self._known:
            self._known[chat_id] = self._read(chat_id)
        return self._known[chat_id]

    def assistant_id(self, chat_id: str) -> str:
        """The assistant that a chat's calls are made with, empty for none."""
        found = self.get(chat_id)
        return found.assistant.id if found is not None and found.assistant is not None else ""

    def choose_assistant(self, chat_id: str, assistant_id: str) -> None:
        """From now on this assistant, with its own tools; empty: none."""
        self._write(chat_id, assistant_id, None)

    def choose_tools(self, chat_id: str, tools: Sequence[str]) -> None:
        """From now on these tools, whatever the assistant has."""
        self._write(chat_id, self.assistant_id(chat_id), json.dumps(list(tools)))

    def forget(self) -> None:
        """An assistant changed: every chat is read anew."""
        self._known.clear()

    def purge_unused(self) -> None:
        """Drop the rows of chats that are not there, or were never written in."""
        self._known.clear()
        self._database.write("DELETE FROM chat_setups WHERE chat_id NOT IN (SELECT id FROM chats)")

    def _write(self, chat_id: str, assistant_id: str, tools_json: str | None) -> None:
        self._database.write(
            "INSERT INTO chat_setups (chat_id, assistant_id, tools) VALUES (?, ?, ?)"
            " ON CONFLICT (chat_id) DO UPDATE SET assistant_id = excluded.assistant_id,"
            " tools = excluded.tools",
            (chat_id, assistant_id, tools_json),
        )
        self._known.pop(chat_id, None)

    def _read(self, chat_id: str) -> ChatSetupRecord | None:
        row = self._database.first(
            "SELECT assistant_id, tools FROM chat_setups WHERE chat_id = ?", (chat_id,)
        )
        if row is None:
            return None
        assistant = self._assistants.get(row[0]) if row[0] else None
        if assistant is not None and assistant.removed:
            assistant = None
        if row[1] is not None:
            return ChatSetupRecord(assistant, tuple(json.loads(row[1])), own_tools=True)
        return ChatSetupRecord(assistant, assistant.tools if assistant is not None else ())
