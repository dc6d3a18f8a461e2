"""Messages: a tree for each chat, saved while they arrive and finished with their receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from app.clock import Clock
from app.errors import StoreError
from app.store.collector import paused_collector
from app.store.connection import storable
from app.store.database import Database, Row
from app.store.holds import Holds
from app.store.instants import at_from, ms_from, ms_from_s, s_from_ms
from app.store.pieces import Pieces
from app.store.records import HoldRecord, MessageRecord, State, UsageRecord
from app.store.sums import move_sums, sums_of
from app.store.tree import Tree
from app.store.usage import write_usage

_COLUMNS = (
    "id, chat_id, parent_id, role, text, state, created_ms, thinking, thinking_ms, duration_ms,"
    " model_ref, model_name, fault_json, extras_json, receipt_json, attachment_ids"
)
_INSERT = f"INSERT INTO messages ({_COLUMNS}) VALUES ({', '.join('?' * 16)})"
# What a finished turn may change; the place in the tree and the time stay.
_FINISH = f"""{_INSERT}
ON CONFLICT (id) DO UPDATE SET
    text = excluded.text, state = excluded.state, thinking = excluded.thinking,
    thinking_ms = excluded.thinking_ms, duration_ms = excluded.duration_ms,
    model_ref = excluded.model_ref, model_name = excluded.model_name,
    fault_json = excluded.fault_json, extras_json = excluded.extras_json,
    receipt_json = excluded.receipt_json, attachment_ids = excluded.attachment_ids"""
_STATES = {state.value: state for state in State}


class Messages:
    """The messages of all chats."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._pieces = Pieces(database)
        self._holds = Holds(database, clock)

    def add(self, message: MessageRecord) -> None:
        """Write a new message; its chat and its parent must be there."""
        self._database.write(_INSERT, _values(message))

    def get(self, message_id: str) -> MessageRecord | None:
        found = self._read("WHERE id = ?", (message_id,))
        if not found:
            return None
        message = found[0]
        siblings = self._database.rows(
            "SELECT id FROM messages WHERE chat_id = ? AND parent_id IS ? ORDER BY seq",
            (message.chat_id, message.parent_id),
        )
        return replace(message, siblings=tuple(row[0] for row in siblings))

    def path(self, leaf_id: str | None) -> list[MessageRecord]:
        """The messages from the root to a leaf, with their siblings; none for no leaf."""
        if leaf_id is None:
            return []
        with paused_collector():
            tree = self._tree_around(leaf_id)
            return [] if tree is None else self._along(tree, leaf_id)

    def all_of(self, chat_id: str) -> list[MessageRecord]:
        """Every branch of a chat, in the order of writing."""
        with paused_collector():
            tree = self._tree(chat_id)
            rows = self._rows("WHERE chat_id = ? ORDER BY seq", (chat_id,))
            whole = self._pieces.complete(rows)
            return [_message(row, whole, tuple(tree.siblings(row[0]))) for row in rows]

    def newest_leaf(self, message_id: str) -> str:
        """The end of the branch that one gets by following the newest answers down."""
        tree = self._tree_around(message_id)
        return message_id if tree is None else tree.newest_leaf(message_id)

    def save_partial(
        self,
        message_id: str,
        *,
        text: str,
        thinking: str,
        output_tokens: int,
        generation_id: str | None = None,
    ) -> None:
        """Keep what a running answer has so far, and its hold's heartbeat, in one transaction.

        `text` and `thinking` are whole; only what is new is written. An answer that has
        ended is left alone.
        """
        with self._database.transaction():
            if self._pieces.save(message_id, text, thinking):
                self._holds.heartbeat(message_id, output_tokens, generation_id)

    def arrived(self, message_id: str) -> str:
        """Text and thinking that were saved of a running answer since its call began."""
        return self._pieces.arrived(message_id)

    def finish(
        self, message: MessageRecord, usage: Sequence[UsageRecord], hold: HoldRecord | None
    ) -> None:
        """The end of a turn: message, receipt, usage, chat's sums and hold, all or nothing.

        `hold` is as it shall be: settled with amount and basis, or released, which here needs
        the caller's proof that nothing is owed. A hold that ended before raises StoreError.
        """
        with self._database.transaction():
            before = sums_of(self._database, message.id)
            self._database.write(_FINISH, _values(message))
            self._pieces.drop(message.id)
            write_usage(self._database, usage)
            after = sums_of(self._database, message.id)
            move_sums(self._database, message.chat_id, before, after)
            if hold is not None:
                self._holds.end(hold)

    def set_state(self, message_id: str, state: State) -> None:
        """Change how far a message got; what was saved piece by piece becomes its text."""
        with self._database.transaction():
            if state is not State.STREAMING:
                self._pieces.fold(message_id)
            self._change(message_id, "state", state.value)

    def set_extras(self, message_id: str, extras_json: str | None) -> None:
        self._change(message_id, "extras_json", extras_json)

    def unfinished(self) -> list[MessageRecord]:
        """Answers that were still arriving: after a start, those that the program left so."""
        return self._read("WHERE state = 'streaming' ORDER BY seq")

    def _change(self, message_id: str, column: str, value: str | None) -> None:
        changed = self._database.write(
            f"UPDATE messages SET {column} = ? WHERE id = ?", (value, message_id)
        )
        if not changed:
            raise StoreError("This message is not there any more.", "Open the chat again.")

    def _tree_around(self, message_id: str) -> Tree | None:
        row = self._database.first("SELECT chat_id FROM messages WHERE id = ?", (message_id,))
        return None if row is None else self._tree(row[0])

    def _along(self, tree: Tree, leaf_id: str) -> list[MessageRecord]:
        ids = tree.path(leaf_id)
        seqs = json.dumps([tree.seq(id_) for id_ in ids])
        rows = self._rows("WHERE seq IN (SELECT value FROM json_each(?))", (seqs,))
        by_id = {row[0]: row for row in rows}
        whole = self._pieces.complete(rows)
        return [_message(by_id[id_], whole, tuple(tree.siblings(id_))) for id_ in ids]

    def _tree(self, chat_id: str) -> Tree:
        edges = self._database.rows(
            "SELECT seq, id, parent_id FROM messages WHERE chat_id = ? ORDER BY parent_id, seq",
            (chat_id,),
        )
        return Tree(edges)

    def _rows(self, where: str, parameters: Sequence[str] = ()) -> list[Row]:
        return self._database.rows(f"SELECT {_COLUMNS} FROM messages {where}", parameters)

    def _read(self, where: str, parameters: Sequence[str] = ()) -> list[MessageRecord]:
        rows = self._rows(where, parameters)
        whole = self._pieces.complete(rows)
        return [_message(row, whole, ()) for row in rows]


def _message(
    row: Row, whole: dict[str, tuple[str, str]], siblings: tuple[str, ...]
) -> MessageRecord:
    text, thinking = whole.get(row[0]) or (row[4], row[7])
    files = row[15]
    return MessageRecord(
        row[0],
        row[1],
        row[2],
        row[3],
        text,
        _STATES[row[5]],
        at_from(row[6]),
        thinking,
        s_from_ms(row[8]),
        s_from_ms(row[9]),
        row[10],
        row[11],
        row[12],
        row[13],
        row[14],
        () if files == "[]" else tuple(json.loads(files)),
        siblings,
    )


def _values(message: MessageRecord) -> tuple[str | int | None, ...]:
    return (
        message.id,
        message.chat_id,
        message.parent_id,
        message.role,
        storable(message.text),
        message.state.value,
        ms_from(message.created_at),
        storable(message.thinking),
        ms_from_s(message.thinking_s),
        ms_from_s(message.duration_s),
        message.model_ref,
        message.model_name,
        _json(message.fault_json),
        _json(message.extras_json),
        _json(message.receipt_json),
        json.dumps(message.attachment_ids),
    )


def _json(text: str | None) -> str | None:
    return None if text is None else storable(text)
