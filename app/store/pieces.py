"""What a running answer got since its row was written, appended piece by piece."""

from __future__ import annotations

from collections.abc import Iterable

from app.store.connection import storable
from app.store.database import Database, Row

Whole = tuple[str, str]  # text, thinking


class Pieces:
    """Saves a growing answer at the cost of its new part.

    What was saved last is remembered, with the number of its last piece: where that is not
    the last one in the table, a transaction was undone and the table is asked again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._saved: dict[str, tuple[int, Whole]] = {}

    def save(self, message_id: str, text: str, thinking: str) -> bool:
        """Keep the whole text and thinking; False where the answer is not running any more."""
        state = self._database.first(
            "SELECT state, (SELECT max(seq) FROM pieces WHERE message_id = messages.id)"
            " FROM messages WHERE id = ?",
            (message_id,),
        )
        if state is None or state[0] != "streaming":
            self._saved.pop(message_id, None)
            return False
        last, (saved_text, saved_thinking) = self._last_saved(message_id, state[1] or 0)
        if text.startswith(saved_text) and thinking.startswith(saved_thinking):
            last = self._append(
                message_id, text[len(saved_text) :], thinking[len(saved_thinking) :], last
            )
        else:
            self._replace(message_id, (text, thinking))
            last = 0
        self._saved[message_id] = (last, (text, thinking))
        return True

    def complete(self, rows: Iterable[Row]) -> dict[str, Whole]:
        """The whole text and thinking of the running answers among message rows, by id."""
        return {
            row[0]: self._whole(row[0], row[4], row[7]) for row in rows if row[5] == "streaming"
        }

    def arrived(self, message_id: str) -> str:
        """All pieces of a message, without what its row holds."""
        text, thinking = self._whole(message_id, "", "")
        return text + thinking

    def fold(self, message_id: str) -> None:
        """Make the pieces part of the message's row."""
        row = self._database.first(
            "SELECT text, thinking FROM messages WHERE id = ? AND state = 'streaming'",
            (message_id,),
        )
        if row is not None:
            self._replace(message_id, self._whole(message_id, row[0], row[1]))
        self._saved.pop(message_id, None)

    def drop(self, message_id: str) -> None:
        """Forget the pieces: the row has it all."""
        self._database.write("DELETE FROM pieces WHERE message_id = ?", (message_id,))
        self._saved.pop(message_id, None)

    def _last_saved(self, message_id: str, last: int) -> tuple[int, Whole]:
        remembered = self._saved.get(message_id)
        if remembered is not None and remembered[0] == last:
            return remembered
        row = self._database.first(
            "SELECT text, thinking FROM messages WHERE id = ?", (message_id,)
        )
        text, thinking = ("", "") if row is None else (row[0], row[1])
        return last, self._whole(message_id, text, thinking)

    def _append(self, message_id: str, text: str, thinking: str, last: int) -> int:
        if not text and not thinking:
            return last
        row = self._database.returning(
            "INSERT INTO pieces (message_id, thinking, text) VALUES (?, ?, ?) RETURNING seq",
            (message_id, storable(thinking), storable(text)),
        )
        return int(row[0])

    def _replace(self, message_id: str, whole: Whole) -> None:
        self._database.write("DELETE FROM pieces WHERE message_id = ?", (message_id,))
        self._database.write(
            "UPDATE messages SET text = ?, thinking = ? WHERE id = ?",
            (storable(whole[0]), storable(whole[1]), message_id),
        )

    def _whole(self, message_id: str, text: str, thinking: str) -> Whole:
        pieces = self._database.rows(
            "SELECT text, thinking FROM pieces WHERE message_id = ? ORDER BY seq", (message_id,)
        )
        if not pieces:
            return text, thinking
        return (
            text + "".join(piece[0] for piece in pieces),
            thinking + "".join(piece[1] for piece in pieces),
        )
