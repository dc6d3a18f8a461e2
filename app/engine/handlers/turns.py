"""Messages and answers: send, edit, again, go on, keep, stop; quotes and receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.account.hosted import OutOfTokens
from app.chat.budget_gate import BudgetReached, NeedsConfirmation
from app.chat.extras import read_extras
from app.chat.faults import fault_view
from app.chat.quote_views import blocked_view
from app.chat.receipts import receipt_view
from app.chat.send import Sent, SentBefore
from app.engine.core import Core
from app.engine.handlers.chats import UNSAVED_DRAFT
from app.errors import TuppenceError
from app.seam import commands, events
from app.seam.budgets import SendNeedsConfirmation
from app.seam.hosted import SendOutOfTokens
from app.seam.quote_views import CheaperView, QuoteView
from app.seam.views import MessageView
from app.store.records import ChatRecord, MessageRecord, PaneRecord


async def send_message(core: Core, command: commands.SendMessage) -> None:
    """Store and start; what cannot be sent stays in the composer with the reason."""
    chat = core.chat(command.chat_id)
    pane = command.panes[0] if command.panes else 0
    draft = UNSAVED_DRAFT if core.is_unsaved(chat.id) else chat.id

    def store_chat(title: str) -> ChatRecord:
        core.shelves.drafts.clear(draft)
        return core.stored(chat.id, title)

    try:
        await _caught_up(core, chat)
        sent = await core.sender.send(
            chat,
            command.panes,
            command.text,
            command.attachment_ids,
            store_chat,
            confirmed=command.confirmed,
            request_id=command.request_id,
        )
    except SentBefore:
        core.emit(events.SendAccepted(chat.id))
        return
    except NeedsConfirmation as asked:
        order = replace(command, confirmed=asked.token)
        core.emit(SendNeedsConfirmation(chat.id, pane, asked.question, order))
        return
    except OutOfTokens as error:
        core.emit(events.SendRefused(chat.id, pane, fault_view(error)))
        view = core.hosted.out_of_tokens(error, _ref(chat, pane))
        core.emit(SendOutOfTokens(chat.id, pane, view))
        return
    except BudgetReached as error:
        cheaper = await _affordable(core, command, pane, error)
        core.emit(events.SendRefused(chat.id, pane, fault_view(error), cheaper))
        return
    except TuppenceError as error:
        core.emit(events.SendRefused(chat.id, pane, fault_view(error)))
        return
    for one in sent:
        core.sender.start(one)
    core.forget_unsaved(chat.id)
    core.emit(events.SendAccepted(chat.id))
    for one in sent:
        _show(core, one)
    core.emit_chats()


async def edit_message(core: Core, command: commands.EditMessage) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, chat.id, command.message_id)
    await _run(
        core, chat, pane, command,
        lambda: core.sender.edit(
            chat, pane, message, command.text, confirmed=command.confirmed
        ),
    )  # fmt: skip


async def regenerate(core: Core, command: commands.Regenerate) -> None:
    """Another answer to the same question, also asked of a user message itself."""
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, chat.id, command.message_id)
    if message.role == "user":
        parent = message
    else:
        parent = _message(core, chat.id, message.parent_id or "")
    await _run(
        core, chat, pane, command,
        lambda: core.sender.answer_again(
            chat, pane, parent, command.model_ref, confirmed=command.confirmed
        ),
    )  # fmt: skip


async def continue_answer(core: Core, command: commands.ContinueAnswer) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, chat.id, command.message_id)
    await _run(
        core, chat, pane, command,
        lambda: core.sender.go_on(chat, pane, message, confirmed=command.confirmed),
    )  # fmt: skip


def keep_answer(core: Core, command: commands.KeepAnswer) -> None:
    chat = core.chat(command.chat_id)
    message = _message(core, chat.id, command.message_id)
    if not core.turns.keep(message.id):
        extras = read_extras(message.extras_json)
        extras.kept = True
        core.shelves.messages.set_extras(message.id, extras.to_json())
    _show_changed(core, chat, message.id)
    core.emit_chat_row(chat.id)


def stop_turn(core: Core, command: commands.StopTurn) -> None:
    core.turns.stop(command.chat_id, command.pane)


async def ask_quote(core: Core, command: commands.AskQuote) -> None:
    """Only the newest question is answered: typing goes on meanwhile.

    Where the user lets the providers count, the answer comes once more with their figures.
    """
    chat, quoter = core.chat(command.chat_id), core.quoter
    asked = (chat.panes, command.text, command.attachment_ids)
    await _caught_up(core, chat)
    quotes = await quoter.quote(*asked, serial=command.serial, chat_id=chat.id, to=command.panes)
    if quotes is None:
        return
    _show_quotes(core, command, quotes)
    if await quoter.count_exactly(*asked, serial=command.serial, chat_id=chat.id):
        quotes = await quoter.quote(
            *asked, serial=command.serial, chat_id=chat.id, to=command.panes
        )
        if quotes is not None:
            _show_quotes(core, command, quotes)


def _show_quotes(core: Core, command: commands.AskQuote, quotes: tuple[QuoteView, ...]) -> None:
    beside = core.budget_desk.beside(command.chat_id, quotes)
    core.emit(events.QuoteReady(command.serial, command.chat_id, beside))


async def ask_quote_again(core: Core, command: commands.AskQuoteAgain) -> None:
    """The very call that the order would make, counted as it would be admitted."""
    chat, pane = _place(core, command.chat_id, command.pane)
    message = _message(core, chat.id, command.message_id)
    await _caught_up(core, chat)
    try:
        path = core.sender.path_again(message, command.kind, command.text)
        quote = await core.quoter.quote_path(pane, path)
    except TuppenceError as error:
        # Asked by the way, as a pointer passes: no notice comes of it.
        quote = blocked_view(pane, error.message)
    [quote] = core.budget_desk.beside(chat.id, (quote,))
    place = (chat.id, pane.position, message.id, command.kind)
    core.emit(events.QuotedAgain(command.serial, *place, quote))


async def ask_cheaper(core: Core, command: commands.AskCheaper) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    models = await core.model_costs.cheaper(
        pane, command.text, command.attachment_ids, chat_id=chat.id
    )
    core.emit(events.CheaperFound(command.serial, chat.id, pane.position, models))


async def ask_model_costs(core: Core, command: commands.AskModelCosts) -> None:
    chat, pane = _place(core, command.chat_id, command.pane)
    costs = await core.model_costs.of(pane, command.text, command.attachment_ids, chat_id=chat.id)
    core.emit(events.ModelCostsReady(command.serial, chat.id, pane.position, costs))


def ask_receipt(core: Core, command: commands.AskReceipt) -> None:
    message = core.shelves.messages.get(command.message_id)
    names, group_of = core.spending.names, core.views.group_of
    view = None if message is None else receipt_view(message, names, group_of)
    if view is None:
        raise TuppenceError("There is no receipt for this message.", "Nothing was charged for it.")
    core.emit(events.ReceiptReady(view))


def ask_billing(core: Core, command: commands.AskBilling) -> None:
    core.emit_billing()


async def _run(
    core: Core,
    chat: ChatRecord,
    pane: PaneRecord,
    command: commands.EditMessage | commands.Regenerate | commands.ContinueAnswer,
    store: Callable[[], Awaitable[Sent]],
) -> None:
    try:
        await _caught_up(core, chat)
        sent = await store()
    except NeedsConfirmation as asked:
        order = replace(command, confirmed=asked.token)
        core.emit(SendNeedsConfirmation(chat.id, pane.position, asked.question, order))
        return
    except OutOfTokens as error:
        core.emit(events.SendRefused(chat.id, pane.position, fault_view(error)))
        view = core.hosted.out_of_tokens(error, pane.model_ref)
        core.emit(SendOutOfTokens(chat.id, pane.position, view))
        return
    except TuppenceError as error:
        core.emit(events.SendRefused(chat.id, pane.position, fault_view(error)))
        return
    core.sender.start(sent)
    _show(core, sent)
    core.emit_chat_row(chat.id)


async def _caught_up(core: Core, chat: ChatRecord) -> None:
    """What is quoted or sent right after an answer counts with what that answer left."""
    await core.hosted.caught_up([pane.model_ref for pane in chat.panes])


async def _affordable(
    core: Core, command: commands.SendMessage, position: int, error: BudgetReached
) -> tuple[CheaperView, ...]:
    """Models that the budget still covers; a second budget may still say no to them."""
    chat, pane = _place(core, command.chat_id, position)
    found = await core.model_costs.cheaper(
        pane, command.text, command.attachment_ids, chat_id=chat.id
    )
    left = error.refusal.left_pusd
    return tuple(model for model in found if model.likely_pusd <= left)[:2]


def _show(core: Core, sent: Sent) -> None:
    """The cards as they are stored; the turn runs already, so that nothing can keep it back."""
    chat_id = sent.answer.chat_id
    if sent.question is not None:
        core.emit(events.MessageAdded(chat_id, sent.pane, _view(core, sent.question)))
    core.emit(events.MessageAdded(chat_id, sent.pane, _view(core, sent.answer)))
    _show_beside(core, sent)


def _show_beside(core: Core, sent: Sent) -> None:
    """Older versions that stand in other panes have one more beside them now."""
    chat = core.shelves.chats.get(sent.answer.chat_id)
    others = [pane.position for pane in chat.panes if pane.position != sent.pane] if chat else []
    added = core.shelves.messages.get(sent.question.id if sent.question else sent.answer.id)
    if not others or added is None:
        return
    for version in (id_ for id_ in added.siblings if id_ != added.id):
        if (row := core.shelves.messages.get(version)) is None:
            continue
        view = core.views.message(core.turns.live(row))
        for position in others:
            core.emit(events.MessageChanged(added.chat_id, position, view))


def _view(core: Core, message: MessageRecord) -> MessageView:
    row = core.shelves.messages.get(message.id) or message
    return core.views.message(replace(row, fault_json=message.fault_json))


def _show_changed(core: Core, chat: ChatRecord, message_id: str) -> None:
    message = core.turns.live(_message(core, chat.id, message_id))
    for pane in chat.panes:
        core.emit(events.MessageChanged(chat.id, pane.position, core.views.message(message)))


def _place(core: Core, chat_id: str, position: int) -> tuple[ChatRecord, PaneRecord]:
    chat = core.chat(chat_id)
    for pane in chat.panes:
        if pane.position == position:
            return chat, pane
    raise TuppenceError("This pane was closed.")


def _ref(chat: ChatRecord, position: int) -> str:
    return next((pane.model_ref for pane in chat.panes if pane.position == position), "")


def _message(core: Core, chat_id: str, message_id: str) -> MessageRecord:
    """A message of this chat; one of another is none of its business."""
    message = core.shelves.messages.get(message_id)
    if message is None or message.chat_id != chat_id:
        raise TuppenceError("This message is not there any more.")
    return message
