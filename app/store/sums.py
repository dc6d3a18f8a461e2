"""The running sums that a chat's row keeps of its usage rows, so that the list is one read.

They change in the transaction that writes the usage, and can be rebuilt from it at any time.
"""

from __future__ import annotations

from app.store.database import Database
from app.store.schema import REBUILD_SUMS

MessageSums = tuple[int, int, int]

_OF_MESSAGE = """
SELECT coalesce(sum(cost_pusd), 0), coalesce(max(cost_pusd IS NULL), 0),
    coalesce(max(certainty <> 'exact'), 0)
FROM usage WHERE message_id = ?"""

_MOVE = """
UPDATE chats SET total_pusd = total_pusd + ?, unpriced = unpriced + ?, estimated = estimated + ?
WHERE id = ?"""


def sums_of(database: Database, message_id: str) -> MessageSums:
    """Picodollars, and 1 or 0 for unpriced and for estimated, of one answer."""
    found = database.first(_OF_MESSAGE, (message_id,))
    return (0, 0, 0) if found is None else (found[0], found[1], found[2])


def move_sums(database: Database, chat_id: str, before: MessageSums, after: MessageSums) -> None:
    """Bring a chat's row from what an answer added before to what it adds now."""
    if before == after:
        return
    moved = tuple(now - then for now, then in zip(after, before, strict=True))
    database.write(_MOVE, (*moved, chat_id))


def rebuild_sums(database: Database) -> None:
    """Count every chat's sums again from its usage rows."""
    database.write(REBUILD_SUMS)
