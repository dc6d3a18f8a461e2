"""Which organization or workspace a chat belongs to, and so whose tokens pay for it.

A stored chat keeps its group for good. One that is not stored yet follows what is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.account.desk import AccountDesk
from app.account.groups import Groups
from app.errors import TuppenceError
from app.store.chats import Chats
from app.store.records import ChatGroup, ChatRecord
from app.store.servers import ServerRecord


@dataclass(frozen=True, slots=True)
class ChatGroups:
    """`unsaved` gives a chat that has no row yet."""

    chats: Chats
    desk: AccountDesk
    groups: Groups
    unsaved: Callable[[str], ChatRecord | None]

    def acting(self) -> ChatGroup | None:
        """Whose chat a new one becomes; None: one's own."""
        record = self.desk.chosen()
        return None if record is None else self._chosen_at(record)

    def at(self, record: ServerRecord, chat_id: str) -> tuple[ServerRecord, ChatGroup | None]:
        """A server as it is asked for a chat, and the group that pays there; None: oneself.

        A chat that is not known (an id may be empty) is paid by whoever is chosen. Raises
        TuppenceError where one belongs to the chat's group no more.
        """
        unsaved = self.unsaved(chat_id) if chat_id else None
        known = unsaved or (self.chats.get(chat_id) if chat_id else None)
        if known is None:
            return record, self._chosen_at(record)
        group = known.group
        if group is None or group.server_id != record.id:
            return replace(record, acts_for=""), None
        if self.groups.has_left(record, group.group_id):
            raise TuppenceError(
                f"This chat belongs to {group.name}, and you do not any more.",
                "It stays readable. A key of your own or a model on this computer can go on.",
            )
        return replace(record, acts_for=group.group_id), group

    def _chosen_at(self, record: ServerRecord) -> ChatGroup | None:
        if not record.acts_for:
            return None
        name = self.groups.name(record, record.acts_for)
        return ChatGroup(record.id, record.acts_for, name)
