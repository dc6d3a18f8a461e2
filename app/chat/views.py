"""Rows of the store as the window shows them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from app.chat.extras import Extras, read_extras
from app.chat.faults import read_fault
from app.chat.receipts import cost_line
from app.errors import AttachmentError
from app.seam.views import (
    AttachmentView,
    Certainty,
    ChatRow,
    ChatView,
    DraftView,
    ImageView,
    MessageState,
    MessageView,
    PaneView,
)
from app.store.records import AttachmentRecord, ChatRecord, MessageRecord, State
from app.store.shelves import Shelves

PREVIEW_BYTES_MAX = 8 * 1024 * 1024
_NO_EXTRAS = Extras()
_STATES = {state: MessageState(state.value) for state in State}

_log = logging.getLogger(__name__)


class ChatViews:
    """Builds views; reads the store, changes nothing.

    `live` gives a message that streams right now as it stands in memory.
    """

    def __init__(
        self, shelves: Shelves, live: Callable[[MessageRecord], MessageRecord] = lambda row: row
    ) -> None:
        self._shelves = shelves
        self._live = live
        self._groups: dict[str, str] = {}

    def row(self, chat: ChatRecord, *, streaming: bool = False) -> ChatRow:
        """A line of the sidebar."""
        return ChatRow(
            id=chat.id,
            title=chat.title,
            updated_at=chat.updated_at,
            pinned=chat.pinned,
            total_pusd=chat.total_pusd,
            drawn_tokens=chat.drawn_tokens,
            certainty=_chat_certainty(chat, streaming=streaming),
            streaming=streaming,
            unfinished=chat.unfinished and not streaming,
            group_id=chat.group.group_id if chat.group is not None else "",
            group_name=chat.group.name if chat.group is not None else "",
        )

    def chat(self, chat: ChatRecord, panes: Sequence[PaneView] | None = None) -> ChatView:
        """A chat with the branch that each pane stands on."""
        return ChatView(
            id=chat.id,
            title=chat.title,
            panes=tuple(panes) if panes is not None else self.panes(chat),
            draft=self.draft(chat.id),
        )

    def panes(self, chat: ChatRecord) -> tuple[PaneView, ...]:
        self._groups.clear()
        messages = self._shelves.messages
        return tuple(
            PaneView(
                pane.position,
                pane.model_ref,
                tuple(self.message(self._live(row)) for row in messages.path(pane.leaf_id)),
            )
            for pane in chat.panes
        )

    def draft(self, chat_id: str) -> DraftView:
        draft = self._shelves.drafts.get(chat_id)
        if draft is None:
            return DraftView()
        return DraftView(draft.text, self.attachments(draft.attachment_ids))

    def message(self, message: MessageRecord) -> MessageView:
        """One card."""
        extras = _NO_EXTRAS if message.extras_json is None else read_extras(message.extras_json)
        is_answer, files = message.role == "assistant", message.attachment_ids
        return MessageView(
            id=message.id,
            parent_id=message.parent_id,
            role=message.role,
            text=message.text,
            state=_state(message, extras),
            created_at=message.created_at,
            thinking=message.thinking,
            thinking_s=message.thinking_s,
            model_name=message.model_name,
            model_ref=message.model_ref,
            siblings=message.siblings,
            attachments=self.attachments(files) if files and not is_answer else (),
            images=self._images(files) if files and is_answer else (),
            tool_calls=tuple(extras.tool_calls),
            citations=tuple(extras.citations),
            cost=cost_line(message.receipt_json, message.duration_s, self.group_of),
            fault=None if extras.kept else read_fault(message.fault_json),
        )

    def group_of(self, holder: str) -> str:
        """What an organization or workspace is called whose grant paid; empty for oneself."""
        if holder not in self._groups:
            self._groups[holder] = self._shelves.chats.group_name(holder)
        return self._groups[holder]

    def attachments(self, ids: Sequence[str]) -> tuple[AttachmentView, ...]:
        """Chips for the files that are still known."""
        records = (self._shelves.attachments.get(id_) for id_ in ids)
        return tuple(self.attachment(record) for record in records if record is not None)

    def attachment(self, record: AttachmentRecord) -> AttachmentView:
        preview = b""
        if record.media_type.startswith("image/") and record.size_bytes <= PREVIEW_BYTES_MAX:
            preview = self._content(record)
        return AttachmentView(record.id, record.name, record.media_type, record.size_bytes, preview)

    def _content(self, record: AttachmentRecord) -> bytes:
        try:
            return self._shelves.attachments.read(record.id)
        except AttachmentError as error:
            # A file that was deleted behind our back must not keep the chat from opening.
            _log.warning("attachment %s: %s", record.id, error)
            return b""

    def _images(self, ids: Sequence[str]) -> tuple[ImageView, ...]:
        shelf = self._shelves.attachments
        records = (shelf.get(id_) for id_ in ids)
        return tuple(
            ImageView(record.media_type, content)
            for record in records
            if record is not None and (content := self._content(record))
        )


def _state(message: MessageRecord, extras: Extras) -> MessageState:
    if message.state is State.STREAMING and not message.text and not message.thinking:
        return MessageState.WAITING
    return MessageState.COMPLETE if extras.kept else _STATES[message.state]


def _chat_certainty(chat: ChatRecord, *, streaming: bool) -> Certainty:
    if not chat.total_pusd and (streaming or all(pane.leaf_id is None for pane in chat.panes)):
        # Nothing has settled: what the first answer costs is unknown, and not nothing.
        return Certainty.PENDING
    if chat.unpriced and not chat.total_pusd:
        return Certainty.UNKNOWN
    return Certainty.ESTIMATED if chat.estimated or chat.unpriced else Certainty.EXACT
