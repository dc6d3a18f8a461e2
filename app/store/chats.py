"""Chats and their panes: the list of the sidebar, names, pins, deleting with a way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.clock import Clock
from app.errors import StoreError
from app.store.connection import storable
from app.store.database import Database, Row
from app.store.instants import at_from, ms_from
from app.store.records import ChatGroup, ChatRecord, PaneRecord
from app.store.tables import ChatRow, PaneRow

_CHATS = """
SELECT chats.id, title, title_is_own, created_ms, updated_ms, pinned, hidden_ms,
    total_pusd, unpriced, estimated, server_id, group_id, group_name,
    (SELECT coalesce(sum(amount), 0) FROM draw_days
        WHERE draw_days.chat_id = chats.id AND unit = 'plan_tokens')
FROM chats LEFT JOIN chat_groups ON chat_groups.chat_id = chats.id"""

# Unfinished: a pane stands on an answer that broke off and that the user did not settle for.
_PANES = """
SELECT panes.chat_id, panes.position, panes.model_ref, panes.leaf_id,
    CASE messages.state
        WHEN 'streaming' THEN 1
        WHEN 'incomplete' THEN coalesce(
            CASE WHEN json_valid(messages.extras_json)
                THEN NOT json_extract(messages.extras_json, '$.kept') END, 1)
        ELSE 0
    END
FROM panes LEFT JOIN messages ON messages.id = panes.leaf_id"""


class Chats:
    """What the store knows of chats; a deleted one is hidden until it is purged."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        chat_id: str,
        title: str,
        panes: Sequence[PaneRecord],
        group: ChatGroup | None = None,
    ) -> ChatRecord:
        """A new chat, made now; it belongs to its group for good."""
        now_ms = ms_from(self._clock.now())
        with self._database.transaction() as session:
            session.add(
                ChatRow(id=chat_id, title=storable(title), created_ms=now_ms, updated_ms=now_ms)
            )
            session.flush()
            session.add_all(_pane_rows(chat_id, panes))
            if group is not None:
                self._database.write(
                    "INSERT INTO chat_groups (chat_id, server_id, group_id, group_name)"
                    " VALUES (?, ?, ?, ?)",
                    (chat_id, group.server_id, group.group_id, storable(group.name)),
                )
        return self._existing(chat_id)

    def get(self, chat_id: str) -> ChatRecord | None:
        """A chat, hidden or not."""
        row = self._database.first(f"{_CHATS} WHERE id = ?", (chat_id,))
        if row is None:
            return None
        panes = self._database.rows(
            f"{_PANES} WHERE panes.chat_id = ? ORDER BY panes.position", (chat_id,)
        )
        return _chat(row, panes)

    def rows(self) -> list[ChatRecord]:
        """Every chat that is not hidden: pinned first, then the newest first."""
        panes: dict[str, list[Row]] = {}
        for pane in self._database.rows(f"{_PANES} ORDER BY panes.chat_id, panes.position"):
            panes.setdefault(pane[0], []).append(pane)
        rows = self._database.rows(
            f"{_CHATS} WHERE hidden_ms IS NULL"
            " ORDER BY pinned DESC, updated_ms DESC, chats.seq DESC"
        )
        return [_chat(row, panes.get(row[0], ())) for row in rows]

    def group_name(self, group_id: str) -> str:
        """What the chats of a group call it; empty where none belongs to it."""
        row = self._database.first(
            "SELECT group_name FROM chat_groups WHERE group_id = ? LIMIT 1", (group_id,)
        )
        return "" if row is None else str(row[0])

    def rename_group(self, server_id: str, group_id: str, name: str) -> int:
        """Let the chats of a group bear its name of today; how many had another one."""
        return self._database.write(
            "UPDATE chat_groups SET group_name = ?"
            " WHERE server_id = ? AND group_id = ? AND group_name <> ?",
            (storable(name), server_id, group_id, storable(name)),
        )

    def rename(self, chat_id: str, title: str, *, own: bool) -> None:
        """Name a chat. A name that is not the user's `own` never replaces one that is."""
        self._database.write(
            "UPDATE chats SET title = ?, title_is_own = ? WHERE id = ? AND title_is_own <= ?",
            (storable(title), int(own), chat_id, int(own)),
        )

    def pin(self, chat_id: str, pinned: bool) -> None:
        self._database.write("UPDATE chats SET pinned = ? WHERE id = ?", (int(pinned), chat_id))

    def hide(self, chat_id: str) -> None:
        """Delete a chat with a way back: it is out of the list and of the search."""
        self._database.write(
            "UPDATE chats SET hidden_ms = ? WHERE id = ? AND hidden_ms IS NULL",
            (ms_from(self._clock.now()), chat_id),
        )

    def restore(self, chat_id: str) -> None:
        self._database.write("UPDATE chats SET hidden_ms = NULL WHERE id = ?", (chat_id,))

    def purge_hidden(self, before: datetime) -> int:
        """Delete for good what was hidden before a time; how many. Their usage rows stay."""
        with self._database.transaction():
            self._database.write(
                "DELETE FROM drafts WHERE chat_id IN (SELECT id FROM chats WHERE hidden_ms < ?)",
                (ms_from(before),),
            )
            return self._database.write("DELETE FROM chats WHERE hidden_ms < ?", (ms_from(before),))

    def set_panes(self, chat_id: str, panes: Sequence[PaneRecord]) -> None:
        """Replace all panes of a chat."""
        with self._database.transaction() as session:
            self._database.write("DELETE FROM panes WHERE chat_id = ?", (chat_id,))
            session.add_all(_pane_rows(chat_id, panes))

    def set_leaf(self, chat_id: str, position: int, leaf_id: str | None) -> None:
        """Let a pane stand on a message."""
        self._change_pane(chat_id, position, "leaf_id", leaf_id)

    def set_model(self, chat_id: str, position: int, model_ref: str) -> None:
        self._change_pane(chat_id, position, "model_ref", model_ref)

    def touch(self, chat_id: str, at: datetime) -> None:
        """Something happened in the chat. A clock that was set back moves no chat down."""
        self._database.write(
            "UPDATE chats SET updated_ms = max(updated_ms, ?) WHERE id = ?",
            (ms_from(at), chat_id),
        )

    def _change_pane(self, chat_id: str, position: int, column: str, value: str | None) -> None:
        changed = self._database.write(
            f"UPDATE panes SET {column} = ? WHERE chat_id = ? AND position = ?",
            (value, chat_id, position),
        )
        if not changed:
            raise StoreError(f"This chat has no pane {position + 1}.", "Open the chat again.")

    def _existing(self, chat_id: str) -> ChatRecord:
        chat = self.get(chat_id)
        if chat is None:
            raise StoreError("This chat is not there any more.")
        return chat


def _pane_rows(chat_id: str, panes: Iterable[PaneRecord]) -> list[PaneRow]:
    return [
        PaneRow(
            chat_id=chat_id,
            position=pane.position,
            model_ref=pane.model_ref,
            leaf_id=pane.leaf_id,
        )
        for pane in panes
    ]


def _chat(row: Row, panes: Iterable[Row]) -> ChatRecord:
    (
        id_, title, own, created_ms, updated_ms, pinned, hidden_ms, total, unpriced, estimated,
        server_id, group_id, group_name, drawn_tokens,
    ) = row  # fmt: skip
    panes = tuple(panes)
    return ChatRecord(
        id=id_,
        title=title,
        title_is_own=bool(own),
        created_at=at_from(created_ms),
        updated_at=at_from(updated_ms),
        pinned=bool(pinned),
        hidden_at=None if hidden_ms is None else at_from(hidden_ms),
        total_pusd=total,
        unpriced=unpriced,
        estimated=estimated,
        unfinished=any(pane[4] for pane in panes),
        panes=tuple(PaneRecord(pane[1], pane[2], pane[3]) for pane in panes),
        group=None if group_id is None else ChatGroup(server_id, group_id, group_name),
        drawn_tokens=drawn_tokens,
    )
