"""Messages and answers: send, edit, again, go on, keep, stop; quotes and receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.chat.extras import read_extras
from app.chat.faults import fault_view
from app.chat.receipts import receipt_view
from app.chat.send import Sent
from app.engine.core import Core
from app.engine.handlers.chats import UNSAVED_DRAFT
from app.errors import TuppenceError
from app.seam import commands, events
from app.seam.views import MessageView
from app.store.records import ChatRecord, MessageRecord, PaneRecord


async def send_message(core: Core, command: commands.SendMessage) -> None:
    """Store and start; what cannot be sent stays in the composer with the reason."""
    chat = core.chat(command.chat_id)
    pane = command.panes[0] if command.panes else 0
    try:
        _require_idle(core, chat, command.panes)
        sent = await core.sender.send(
            chat,
            command.panes,
            command.text,
            command.attachment_ids,
            lambda title: core.stored(chat.id, title),
        )
    except TuppenceError as error:
        core.emit(events.SendRefused(chat.id, pane, fault_view(error)))
        return
    core.shelves.drafts.clear(UNSAVED_DRAFT if core.is_unsaved(chat.id) else chat.id)
    core.forget_unsaved(chat.id)
    core.emit(events.SendAccepted(chat.id))
    for one in sent:
        _show_and_start(core, one)
    core.emit_chats()


async def edit_message(core: Core, command: commands.EditMessage) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, command.message_id)
    await _run(core, chat, pane, lambda: core.sender.edit(chat, pane, message, command.text))


async def regenerate(core: Core, command: commands.Regenerate) -> None:
    """Another answer to the same question, also asked of a user message itself."""
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, command.message_id)
    parent = message if message.role == "user" else _message(core, message.parent_id or "")
    await _run(
        core, chat, pane, lambda: core.sender.answer_again(chat, pane, parent, command.model_ref)
    )


async def continue_answer(core: Core, command: commands.ContinueAnswer) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, command.message_id)
    await _run(core, chat, pane, lambda: core.sender.go_on(chat, pane, message))


def keep_answer(core: Core, command: commands.KeepAnswer) -> None:
    message = _message(core, command.message_id)
    extras = read_extras(message.extras_json)
    extras.kept = True
    core.shelves.messages.set_extras(message.id, extras.to_json())
    _show_changed(core, core.chat(command.chat_id), message.id)
    core.emit_chat_row(command.chat_id)


def stop_turn(core: Core, command: commands.StopTurn) -> None:
    core.turns.stop(command.chat_id, command.pane)


async def ask_quote(core: Core, command: commands.AskQuote) -> None:
    """Only the newest question is answered: typing goes on meanwhile."""
    chat = core.chat(command.chat_id)
    quotes = await core.quoter.quote(
        chat.panes, command.text, command.attachment_ids, serial=command.serial
    )
    if quotes is not None:
        core.emit(events.QuoteReady(command.serial, chat.id, quotes))


def ask_receipt(core: Core, command: commands.AskReceipt) -> None:
    message = _message(core, command.message_id)
    view = receipt_view(message)
    if view is None:
        raise TuppenceError("There is no receipt for this message.", "Nothing was charged for it.")
    core.emit(events.ReceiptReady(view))


def ask_billing(core: Core, command: commands.AskBilling) -> None:
    core.emit_billing()


async def _run(
    core: Core, chat: ChatRecord, pane: PaneRecord, store: Callable[[], Awaitable[Sent]]
) -> None:
    try:
        _require_idle(core, chat, (pane.position,))
        sent = await store()
    except TuppenceError as error:
        core.emit(events.SendRefused(chat.id, pane.position, fault_view(error)))
        return
    _show_and_start(core, sent)
    core.emit_chat_row(chat.id)


def _show_and_start(core: Core, sent: Sent) -> None:
    """The cards as they are stored, then the turn."""
    chat_id = sent.answer.chat_id
    if sent.question is not None:
        core.emit(events.MessageAdded(chat_id, sent.pane, _view(core, sent.question)))
    core.sender.start(sent)
    core.emit(events.MessageAdded(chat_id, sent.pane, _view(core, sent.answer)))


def _view(core: Core, message: MessageRecord) -> MessageView:
    row = core.shelves.messages.get(message.id) or message
    return core.views.message(replace(row, fault_json=message.fault_json))


def _show_changed(core: Core, chat: ChatRecord, message_id: str) -> None:
    message = _message(core, message_id)
    for pane in chat.panes:
        core.emit(events.MessageChanged(chat.id, pane.position, core.views.message(message)))


def _place(core: Core, chat_id: str, position: int) -> tuple[ChatRecord, PaneRecord]:
    chat = core.chat(chat_id)
    for pane in chat.panes:
        if pane.position == position:
            return chat, pane
    raise TuppenceError("This pane was closed.")


def _message(core: Core, message_id: str) -> MessageRecord:
    message = core.shelves.messages.get(message_id)
    if message is None:
        raise TuppenceError("This message is not there any more.")
    return message


def _require_idle(core: Core, chat: ChatRecord, positions: tuple[int, ...]) -> None:
    if any(core.turns.is_running(chat.id, position) for position in positions):
        raise TuppenceError(
            "An answer is still being written.", "Wait for it, or stop it and send again."
        )
