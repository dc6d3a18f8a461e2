"""What was typed and not sent yet, one draft for each chat and one for the unsaved chat."""

from __future__ import annotations

import json

from sqlmodel import col, delete, select

from app.store.connection import storable
from app.store.database import Database
from app.store.records import DraftRecord
from app.store.tables import DraftRow


class Drafts:
    """Drafts by chat id; a draft may be there before its chat is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, chat_id: str) -> DraftRecord | None:
        with self._database.reading() as session:
            row = session.exec(select(DraftRow).where(DraftRow.chat_id == chat_id)).first()
        if row is None:
            return None
        return DraftRecord(row.chat_id, row.text, tuple(json.loads(row.attachment_ids)))

    def save(self, draft: DraftRecord) -> None:
        """Replace the chat's draft."""
        with self._database.transaction() as session:
            row = session.exec(select(DraftRow).where(DraftRow.chat_id == draft.chat_id)).first()
            row = row or DraftRow(chat_id=draft.chat_id, text="")
            row.text = storable(draft.text)
            row.attachment_ids = json.dumps(draft.attachment_ids)
            session.add(row)

    def clear(self, chat_id: str) -> None:
        with self._database.transaction() as session:
            session.exec(delete(DraftRow).where(col(DraftRow.chat_id) == chat_id))
