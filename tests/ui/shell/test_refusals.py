"""A refusal stands as long as it holds, and the line beside Send foretells it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.seam import budgets, commands, events
from app.seam.views import FaultView, MessageState
from app.ui.composer.fault_card import FaultCard
from app.ui.first_run import FirstRun
from app.ui.transcript.editor_view import EditorView
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import GPT, chat, message, quote, ready

KEY = Qt.Key
FULL = FaultView("BudgetReached", "This message needs at least $0.02.", "", "budgets")
BUSY = FaultView("AnswerUnderWay", "An answer is still being written.", "Wait for it.", "stop")
NO_MODEL = FaultView("RouteMissing", "No model is chosen yet.", "", "model")
SHORT = "$0.01 of your monthly budget of $1.00 is left."
MONTH = budgets.BudgetView("b1", "month", "month", 10**12, True, 10**12)
GUARD = budgets.GuardView(10, 5 * 10**10, 25, 10**12)


def send(desk: Desk, text: str = "hello") -> None:
    desk.qtbot.keyClicks(desk.editor, text)
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)


def answer_quote(desk: Desk, **changes: object) -> None:
    """The core says what the newest text costs."""
    asked = len(desk.port.asked(commands.AskQuote))
    desk.qtbot.wait(30)
    order = desk.port.asked(commands.AskQuote)[-1]
    assert isinstance(order, commands.AskQuote), asked
    desk.tell(events.QuoteReady(order.serial, "c1", (replace(quote(), **changes),)))  # type: ignore[arg-type]


def card(desk: Desk) -> FaultCard | None:
    shown = [card for card in desk.composer.findChildren(FaultCard) if card.isVisible()]
    return shown[0] if shown else None


def refused(desk: Desk, fault: FaultView) -> FaultCard:
    send(desk)
    desk.tell(events.SendRefused("c1", 0, fault))
    shown = card(desk)
    assert shown is not None
    return shown


def buttons(shown: FaultCard) -> list[str]:
    return [one.text() for one in shown.findChildren(QPushButton) if one.isVisible()]


def test_a_raised_budget_is_quoted_at_once_and_takes_the_refusal_away(desk: Desk) -> None:
    refused(desk, FULL)
    answer_quote(desk, blocked=SHORT)
    assert card(desk) is not None
    before = len(desk.port.asked(commands.AskQuote))
    desk.tell(budgets.BudgetsListed((replace(MONTH, limit_pusd=10**13),), GUARD))
    desk.qtbot.waitUntil(lambda: len(desk.port.asked(commands.AskQuote)) > before)
    answer_quote(desk)
    assert card(desk) is None
    assert "Send will refuse" not in desk.composer.box.quote.text()


def test_a_budget_that_is_still_too_small_leaves_the_refusal(desk: Desk) -> None:
    refused(desk, FULL)
    desk.tell(budgets.BudgetsListed((MONTH,), GUARD))
    answer_quote(desk, blocked=SHORT)
    assert card(desk) is not None


def test_an_old_quote_takes_no_refusal_away(desk: Desk) -> None:
    refused(desk, FULL)
    answer_quote(desk)
    assert card(desk) is not None


def test_the_cost_stays_beside_send_where_send_will_refuse(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "hello")
    answer_quote(desk, blocked=SHORT)
    text = desk.composer.box.quote.text()
    assert text == f"about 2,950 tokens in · $0.0060 · Send will refuse: {SHORT}"
    send_button = desk.composer.box.send_button
    assert send_button.property("refuses") == "true"
    assert SHORT in send_button.toolTip()
    answer_quote(desk)
    assert send_button.property("refuses") == "false"
    assert send_button.toolTip() == "Send"


def test_an_answer_in_the_way_can_be_stopped_and_takes_its_refusal_with_it(desk: Desk) -> None:
    question = message("m1", "user", "one")
    answer = message("m2", "assistant", "tw", parent="m1", state=MessageState.STREAMING)
    desk.tell(events.ChatOpened(chat("c1", (GPT, (question, answer)))))
    shown = refused(desk, BUSY)
    assert buttons(shown) == ["Stop the answer"]
    desk.qtbot.mouseClick(shown.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert desk.port.asked(commands.StopTurn) == [commands.StopTurn("c1")]
    stopped = replace(answer, state=MessageState.INTERRUPTED)
    desk.tell(events.MessageChanged("c1", 0, stopped, settled=True))
    assert card(desk) is None


def test_nothing_is_offered_where_nothing_helps(desk: Desk) -> None:
    assert buttons(refused(desk, FaultView("TuppenceError", "This pane was closed."))) == []


def test_a_refusal_of_something_else_does_not_speak_of_the_box(desk: Desk) -> None:
    desk.tell(events.SendRefused("c1", 0, FULL))
    shown = card(desk)
    assert shown is not None
    assert not any("kept in the box" in label.text() for label in shown.findChildren(QLabel))


def test_the_first_button_begins_where_the_words_do(desk: Desk) -> None:
    shown = refused(desk, FaultView("ModelUnknown", "This model is gone.", "", "model"))
    assert buttons(shown) == ["Choose a model"]
    first = next(one for one in shown.findChildren(QPushButton) if one.isVisible())
    label = shown.findChildren(QLabel)[0]
    desk.qtbot.waitUntil(lambda: first.mapTo(shown, first.rect().topLeft()).x() == label.x())


def test_the_first_run_itself_says_what_a_message_waits_for(desk: Desk) -> None:
    desk.tell(ready(first_run=True))
    page = desk.window.findChild(FirstRun)
    assert page is not None
    place = page.geometry()
    send(desk)
    desk.tell(events.SendRefused("c1", 0, NO_MODEL))
    assert card(desk) is None
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert any("kept below" in text for text in said)
    assert page.geometry() == place
    assert desk.editor.toPlainText() == "hello"
    send(desk, "")
    assert len(desk.port.asked(commands.SendMessage)) == 2


def test_an_edit_that_is_refused_loses_no_letter(desk: Desk) -> None:
    words = (message("m1", "user", "one"), message("m2", "assistant", "two", parent="m1"))
    desk.tell(events.ChatOpened(chat("c1", (GPT, words))))
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Up)
    view = desk.window.findChild(EditorView)
    assert view is not None
    desk.qtbot.keyClicks(view.text, " more")
    desk.qtbot.keyClick(view.text, Qt.Key.Key_Return)
    desk.tell(events.SendRefused("c1", 0, BUSY))
    assert view.isVisible()
    assert view.text.toPlainText() == "one more"
    assert view.send_button.isEnabled()


def test_what_was_in_the_way_and_is_over_is_not_said_to_be_still_there(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "next")
    desk.tell(events.SendRefused("c1", 0, BUSY))
    card = desk.window.findChild(FaultCard)
    assert card is not None
    shown = [label.text() for label in card.findChildren(QLabel)]
    assert "The answer before has only just ended." in shown
    assert not [text for text in shown if "still being written" in text]
