"""Chats and their panes: open, name, pin, delete, restore, search, stand on a branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.chat.export import export_text, write_file
from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import commands, events
from app.seam.views import SearchHit
from app.store.records import ChatRecord, DraftRecord, PaneRecord

PANES_MAX = 4
UNSAVED_DRAFT = "new"


def new_chat(core: Core, command: commands.NewChat) -> None:
    """An unsaved chat with the draft that was left in the last one."""
    chat = core.unsaved_chat()
    view = core.views.chat(chat, core.views.panes(chat))
    view = replace(view, draft=core.views.draft(UNSAVED_DRAFT))
    core.emit(events.ChatOpened(view))
    core.show_setup(chat.id)


def open_chat(core: Core, command: commands.OpenChat) -> None:
    chat = core.chat(command.chat_id)
    if command.at_message_id:
        leaf_id = _leaf_at(core, chat, command.at_message_id)
        core.shelves.chats.set_leaf(chat.id, 0, leaf_id)
        chat = core.chat(chat.id)
    core.emit(events.ChatOpened(core.views.chat(chat), command.at_message_id))
    core.show_setup(chat.id)


def list_chats(core: Core, command: commands.ListChats) -> None:
    core.emit_chats()


def rename_chat(core: Core, command: commands.RenameChat) -> None:
    title = " ".join(command.title.split())[:200]
    if not title:
        raise TuppenceError("A chat needs a name.", "The old one was kept.")
    core.shelves.chats.rename(command.chat_id, title, own=True)
    core.emit_chats()


def pin_chat(core: Core, command: commands.PinChat) -> None:
    core.shelves.chats.pin(command.chat_id, command.pinned)
    core.emit_chats()


async def delete_chat(core: Core, command: commands.DeleteChat) -> None:
    chat = core.chat(command.chat_id)
    # Hidden first: what is sent while its answers are settled is refused.
    core.shelves.chats.hide(chat.id)
    await core.turns.stop_chat(chat.id)
    core.emit_chats()
    core.emit(events.Notice("info", f"“{chat.title}” was deleted.", undo_chat_id=chat.id))


def restore_chat(core: Core, command: commands.RestoreChat) -> None:
    core.shelves.chats.restore(command.chat_id)
    core.emit_chats()


def search_chats(core: Core, command: commands.SearchChats) -> None:
    """What was found, newest first; nothing for an empty text."""
    found = core.shelves.search.find(command.text, command.limit) if command.text.strip() else []
    hits = tuple(
        SearchHit(hit.chat_id, hit.message_id, hit.chat_title, hit.snippet, hit.at) for hit in found
    )
    core.emit(events.SearchFound(command.serial, hits))


def add_pane(core: Core, command: commands.AddPane) -> None:
    """One more cursor, where the other one stands."""
    chat = core.chat(command.chat_id)
    if len(chat.panes) >= PANES_MAX:
        raise TuppenceError("There is room for four panes.", "Close one to open another.")
    base = chat.panes[min(command.from_pane, len(chat.panes) - 1)]
    pane = PaneRecord(len(chat.panes), command.model_ref or base.model_ref, base.leaf_id)
    _set_panes(core, chat, (*chat.panes, pane))


def close_pane(core: Core, command: commands.ClosePane) -> None:
    chat = core.chat(command.chat_id)
    if len(chat.panes) > 1:
        left = [pane for pane in chat.panes if pane.position != command.pane]
        _set_panes(core, chat, left)


def keep_only_pane(core: Core, command: commands.KeepOnlyPane) -> None:
    chat = core.chat(command.chat_id)
    _set_panes(core, chat, [pane for pane in chat.panes if pane.position == command.pane])


def _set_panes(
    core: Core, chat: ChatRecord, panes: list[PaneRecord] | tuple[PaneRecord, ...]
) -> None:
    if core.turns.is_running(chat.id):
        raise TuppenceError(
            "An answer is being written.", "Wait for it or stop it, then change the panes."
        )
    numbered = [replace(pane, position=position) for position, pane in enumerate(panes)]
    if not numbered:
        return
    core.set_panes(chat, numbered)
    core.emit(events.ChatOpened(core.views.chat(core.chat(chat.id))))


def choose_model(core: Core, command: commands.ChooseModel) -> None:
    """Another model for a pane; it is also the one that new chats begin with."""
    chat = core.chat(command.chat_id)
    core.set_panes(
        chat,
        [
            replace(pane, model_ref=command.model_ref) if pane.position == command.pane else pane
            for pane in chat.panes
        ],
    )
    core.preferences.change((("default_model_ref", command.model_ref),))
    core.emit(events.SettingsChanged(core.preferences.view()))


def show_branch(core: Core, command: commands.ShowBranch) -> None:
    chat = core.chat(command.chat_id)
    leaf_id = _leaf_at(core, chat, command.message_id)
    core.shelves.chats.set_leaf(chat.id, command.pane, leaf_id)
    core.emit(events.ChatOpened(core.views.chat(core.chat(chat.id)), command.message_id))


def _leaf_at(core: Core, chat: ChatRecord, message_id: str) -> str:
    """The end of the branch through a message of this chat."""
    message = core.shelves.messages.get(message_id)
    if message is None or message.chat_id != chat.id:
        raise TuppenceError("This message is not there any more.", "It was deleted.")
    return core.shelves.messages.newest_leaf(message_id)


def save_draft(core: Core, command: commands.SaveDraft) -> None:
    key = UNSAVED_DRAFT if core.is_unsaved(command.chat_id) else command.chat_id
    if command.text or command.attachment_ids:
        core.shelves.drafts.save(DraftRecord(key, command.text, command.attachment_ids))
    else:
        core.shelves.drafts.clear(key)
    core.emit(events.DraftSaved(command.chat_id))


def export_chat(core: Core, command: commands.ExportChat) -> None:
    text = chat_text(core, core.chat(command.chat_id), command.form)
    write_file(Path(command.path), text)
    core.emit(events.ChatExported(command.chat_id, command.path))


def chat_text(core: Core, chat: ChatRecord, form: str) -> str:
    """A chat as a file's content; Markdown shows the first pane's branch, JSON all of them."""
    shelves = core.shelves
    shown = shelves.messages.path(chat.panes[0].leaf_id)
    everything = shelves.messages.all_of(chat.id)
    return export_text(chat, form, shown, everything, shelves.attachments)
