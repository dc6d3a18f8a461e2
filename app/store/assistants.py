"""Assistants of one's own: a name, a color, a model, instructions and tools."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.clock import Clock
from app.store.connection import storable
from app.store.database import Database, Row
from app.store.instants import ms_from

_COLUMNS = "id, name, color, model_ref, instructions, tools, removed_ms IS NOT NULL"
_SAVE = """
INSERT INTO assistants (id, name, color, model_ref, instructions, tools, created_ms)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, color = excluded.color, model_ref = excluded.model_ref,
    instructions = excluded.instructions, tools = excluded.tools"""


@dataclass(frozen=True, slots=True)
class AssistantRecord:
    """`color` is the name of one of the theme's marks; `model_ref` empty: the chat's own model."""

    id: str
    name: str
    color: str = ""
    model_ref: str = ""
    instructions: str = ""
    tools: tuple[str, ...] = ()
    removed: bool = False


class Assistants:
    """The rows, oldest first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def rows(self) -> list[AssistantRecord]:
        """All that were not taken away."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM assistants WHERE removed_ms IS NULL ORDER BY seq"
        )
        return [_assistant(row) for row in rows]

    def get(self, assistant_id: str) -> AssistantRecord | None:
        """One by its id, also one that was taken away."""
        row = self._database.first(
            f"SELECT {_COLUMNS} FROM assistants WHERE id = ?", (assistant_id,)
        )
        return None if row is None else _assistant(row)

    def save(self, assistant: AssistantRecord) -> None:
        """Write one, new or changed."""
        self._database.write(
            _SAVE,
            (
                assistant.id,
                storable(assistant.name),
                assistant.color,
                assistant.model_ref,
                storable(assistant.instructions),
                json.dumps(assistant.tools),
                ms_from(self._clock.now()),
            ),
        )

    def remove(self, assistant_id: str) -> None:
        """Take one away; its calls keep its name."""
        self._database.write(
            "UPDATE assistants SET removed_ms = ? WHERE id = ? AND removed_ms IS NULL",
            (ms_from(self._clock.now()), assistant_id),
        )

    def note_call(self, hold_id: str, assistant_id: str, message_id: str) -> None:
        """Which assistant a call is made with; part of the transaction of its hold."""
        self._database.write(
            "INSERT INTO assistant_calls (hold_id, assistant_id, message_id) VALUES (?, ?, ?)",
            (hold_id, assistant_id, message_id),
        )


def _assistant(row: Row) -> AssistantRecord:
    id_, name, color, model_ref, instructions, tools, removed = row
    return AssistantRecord(
        id_, name, color, model_ref, instructions, tuple(json.loads(tools)), bool(removed)
    )
