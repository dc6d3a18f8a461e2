"""Assistants, the tools of a chat, and the user's word on a tool that asked."""

from __future__ import annotations

from dataclasses import replace

from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import assistants as commands
from app.seam import events


def ask_setup(core: Core, command: commands.AskSetup) -> None:
    core.show_setup(command.chat_id)


def choose_tools(core: Core, command: commands.ChooseTools) -> None:
    core.tools.desk.choose_tools(core.chat(command.chat_id).id, command.tools)
    core.show_setup(command.chat_id)


def choose_assistant(core: Core, command: commands.ChooseAssistant) -> None:
    """With its model in the first pane, where it has one that is not the pane's already."""
    chat = core.chat(command.chat_id)
    assistant = core.tools.desk.choose(chat.id, command.assistant_id)
    first, *others = chat.panes
    if assistant is not None and assistant.model_ref not in ("", first.model_ref):
        core.set_panes(chat, [replace(first, model_ref=assistant.model_ref), *others])
        core.emit(events.ChatOpened(core.views.chat(core.chat(chat.id))))
    core.show_setup(chat.id)


def answer_tool(core: Core, command: commands.AnswerTool) -> None:
    chat_id = core.tools.permits.answer(command.message_id, command.call_id, command.word)
    if chat_id:
        core.show_setup(chat_id)


def take_back_permit(core: Core, command: commands.TakeBackPermit) -> None:
    core.shelves.tool_permits.take_back(command.chat_id, (command.tool, command.subject))
    core.show_setup(command.chat_id)


def ask_assistants(core: Core, command: commands.AskAssistants) -> None:
    core.emit(core.tools.desk.listed())


def save_assistant(core: Core, command: commands.SaveAssistant) -> None:
    """What is typed and cannot be kept stays in the editor with the reason."""
    try:
        assistant_id = core.tools.desk.save(command)
    except TuppenceError as error:
        core.emit(commands.AssistantSaved(command.serial, False, message=str(error)))
        return
    core.emit(commands.AssistantSaved(command.serial, True, assistant_id))
    core.emit(core.tools.desk.listed())


def remove_assistant(core: Core, command: commands.RemoveAssistant) -> None:
    core.tools.desk.remove(command.assistant_id)
    core.emit(core.tools.desk.listed())
    core.emit(core.budget_desk.listed())
