"""Tools and assistants in the real window: chosen, asked, made, changed, and seen in the head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton

from app.seam import assistants as seam
from app.seam import commands
from app.ui.assistants.dialog import AssistantsDialog
from app.ui.assistants.question import ToolQuestionDialog
from tests.ui.shell.conftest import Desk

Order = TypeVar("Order", bound=commands.Command)
TOOLS = (
    seam.ToolView("calculator", "Calculator", "Exact arithmetic"),
    seam.ToolView("read_web_page", "Read web pages", "Reads the text of a page on the web", True),
)
TUTOR = seam.AssistantView("a1", "Tutor", "1", instructions="Be patient.", tools=("calculator",))


def setup(desk: Desk, *on: str, assistant: seam.AssistantView | None = None) -> seam.SetupShown:
    chat = desk.window.shown.chat
    assert chat is not None
    tools = tuple(
        seam.ToolView(tool.name, tool.title, tool.about, tool.asks, tool.name in on)
        for tool in TOOLS
    )
    return seam.SetupShown(chat.id, tools, assistant)


def menu_of(desk: Desk) -> QMenu:
    for menu in desk.window.findChildren(QMenu, "tool-menu"):
        menu.close()
    desk.window.frame.composer.box.tools_button.click()
    [menu] = [menu for menu in desk.window.findChildren(QMenu, "tool-menu") if menu.isVisible()]
    return menu


def action(menu: QMenu, name: str) -> QAction:
    found = menu.findChild(QAction, name)
    assert found is not None
    return found


def test_tools_are_off_until_they_are_switched_on_in_the_menu(desk: Desk) -> None:
    desk.tell(setup(desk))
    menu = menu_of(desk)
    assert not action(menu, "tool-calculator").isChecked()
    assert "Asks before it runs." in action(menu, "tool-read_web_page").toolTip()
    action(menu, "tool-calculator").trigger()
    chat = desk.window.shown.chat
    assert chat is not None
    assert last(desk, seam.ChooseTools) == seam.ChooseTools(chat.id, ("calculator",))
    desk.tell(setup(desk, "calculator"))
    button = desk.window.frame.composer.box.tools_button
    assert button.toolTip() == "Tools: Calculator"
    action(menu_of(desk), "tool-calculator").trigger()
    assert last(desk, seam.ChooseTools) == seam.ChooseTools(chat.id, ())


def test_what_was_allowed_for_the_chat_is_listed_and_can_be_taken_back(desk: Desk) -> None:
    desk.tell(setup(desk))
    assert not any(a.objectName().startswith("permit-") for a in menu_of(desk).actions())
    allowed = seam.PermitView("read_web_page", "example.org")
    desk.tell(replace(setup(desk), permits=(allowed,)))
    entry = action(menu_of(desk), "permit-example.org")
    assert (entry.text(), entry.toolTip()) == (
        "example.org",
        "Take back: example.org is asked about again",
    )
    entry.trigger()
    chat = desk.window.shown.chat
    assert chat is not None
    order = seam.TakeBackPermit(chat.id, "read_web_page", "example.org")
    assert last(desk, seam.TakeBackPermit) == order


def test_what_a_message_costs_is_asked_anew_when_its_tools_change(desk: Desk) -> None:
    desk.tell(setup(desk))
    desk.window.frame.composer.box.editor.setPlainText("Hello")
    before = len(desk.port.asked(commands.AskQuote))
    desk.tell(setup(desk, "calculator"))
    desk.qtbot.waitUntil(lambda: len(desk.port.asked(commands.AskQuote)) > before)


def test_an_assistant_is_chosen_in_the_menu_and_stands_in_the_panes_head(desk: Desk) -> None:
    desk.tell(setup(desk), seam.AssistantsListed((TUTOR,), TOOLS))
    action(menu_of(desk), "assistant-a1").trigger()
    chat = desk.window.shown.chat
    assert chat is not None
    assert last(desk, seam.ChooseAssistant) == seam.ChooseAssistant(chat.id, "a1")
    desk.tell(setup(desk, "calculator", assistant=TUTOR))
    header = desk.window.frame.panes.panes[0].header
    names = [button.accessibleName() for button in header.findChildren(QPushButton)]
    assert "Assistant: Tutor" in names
    desk.tell(setup(desk))
    shown = [b.accessibleName() for b in header.findChildren(QPushButton) if b.isVisible()]
    assert "Assistant: Tutor" not in shown


def test_a_tool_that_asks_is_answered_once_and_esc_says_no(desk: Desk) -> None:
    asked = seam.ToolAsked("c1", 0, "m1", "t1", "read_web_page", "Read web pages", "example.org<b>")
    desk.tell(asked, seam.ToolAsked("c1", 0, "m1", "t2", "read_web_page", "Read", "example.net"))
    dialog = open_question(desk)
    head = dialog.findChild(QLabel, "tool-question-head")
    assert head is not None
    assert head.text() == "The model wants to read a page of example.org<b>."
    button(dialog, "tool-question-once").click()
    assert last(desk, seam.AnswerTool) == seam.AnswerTool("m1", "t1", "once")
    second = open_question(desk)
    assert second.asked.subject == "example.net"
    second.reject()
    assert last(desk, seam.AnswerTool) == seam.AnswerTool("m1", "t2", "no")


def test_a_question_goes_away_unanswered_where_nobody_waits_for_it(desk: Desk) -> None:
    desk.tell(seam.ToolAsked("c1", 0, "m1", "t1", "read_web_page", "Read", "example.org"))
    open_question(desk)
    desk.tell(seam.ToolAskEnded("m1", "t1"))
    assert desk.window.findChildren(ToolQuestionDialog) == [] or not any(
        dialog.isVisible() for dialog in desk.window.findChildren(ToolQuestionDialog)
    )
    assert desk.port.asked(seam.AnswerTool) == []


def test_an_assistant_is_made_and_what_was_typed_stays_where_it_cannot_be_kept(desk: Desk) -> None:
    desk.tell(setup(desk))
    desk.window.assistants.open_dialog()
    dialog = desk.window.findChildren(AssistantsDialog)[-1]
    desk.tell(seam.AssistantsListed((TUTOR,), TOOLS))
    button(dialog, "assistant-new").click()
    name = dialog.findChild(QLineEdit, "assistant-name")
    assert name is not None
    assert name.hasFocus()
    name.setText("Tutor")
    dialog.editor.instructions.setPlainText("Be strict.")
    button(dialog, "assistant-tool-calculator").click()
    button(dialog, "assistant-keep").click()
    order = last(desk, seam.SaveAssistant)
    assert (order.name, order.instructions, order.tools, order.assistant_id) == (
        "Tutor", "Be strict.", ("calculator",), "",
    )  # fmt: skip
    said = "There is an assistant of this name. Choose another name."
    desk.tell(seam.AssistantSaved(order.serial, False, message=said))
    label = dialog.findChild(QLabel, "assistant-said")
    assert label is not None
    assert label.text() == said
    assert label.isVisible()
    assert dialog.editor.instructions.toPlainText() == "Be strict."


def test_an_assistant_is_changed_used_and_taken_away(desk: Desk) -> None:
    desk.tell(setup(desk, assistant=TUTOR))
    desk.window.assistants.open_dialog()
    dialog = desk.window.findChildren(AssistantsDialog)[-1]
    desk.tell(seam.AssistantsListed((TUTOR,), TOOLS))
    assert dialog.editor.name.text() == "Tutor"
    assert button(dialog, "assistant-tool-calculator").isChecked()
    button(dialog, "assistant-remove").click()
    assert last(desk, seam.RemoveAssistant) == seam.RemoveAssistant("a1")
    desk.tell(seam.AssistantsListed((), TOOLS))
    assert dialog.editor.name.text() == ""
    desk.tell(seam.AssistantsListed((TUTOR,), TOOLS))
    dialog._choose("a1")
    button(dialog, "assistant-use").click()
    assert last(desk, seam.ChooseAssistant).assistant_id == "a1"


def last(desk: Desk, kind: type[Order]) -> Order:
    """The newest order of a kind."""
    found = desk.port.asked(kind)[-1]
    assert isinstance(found, kind)
    return found


def open_question(desk: Desk) -> ToolQuestionDialog:
    [dialog] = [one for one in desk.window.findChildren(ToolQuestionDialog) if one.isVisible()]
    return dialog


def button(dialog: object, name: str) -> QPushButton:
    find: Callable[..., QPushButton | None] = dialog.findChild  # type: ignore[attr-defined]
    found = find(QPushButton, name)
    assert found is not None, name
    return found
