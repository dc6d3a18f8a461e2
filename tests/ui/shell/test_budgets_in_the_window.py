"""Budgets in the window: the question before a costly message, the card where one stops, bars."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from app.seam import budgets, commands, events
from app.seam.quote_views import CheaperView
from app.seam.views import FaultView
from app.ui import words
from app.ui.budgets.bar import BudgetBar
from app.ui.budgets.question import QuestionDialog
from app.ui.budgets.wording import about_of
from app.ui.composer.fault_card import FaultCard
from app.ui.settings.budgets_page import BudgetsPage
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import quote

USD = 10**12
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MONTH = budgets.BudgetView(
    "b1", "month", "month", 10 * USD, True, 3_200_000_000_000, resets_at=DECEMBER
)
DAY = budgets.BudgetView("b2", "day", "day", 2 * USD, False, 1_700_000_000_000, 10**11,
                         resets_at=datetime(2026, 11, 22, tzinfo=UTC))  # fmt: skip
GUARD = budgets.GuardView(10, 5 * 10**10, 25, USD)
QUESTION = budgets.SendQuestion("anomaly", 56 * 10**9, 170 * 10**9, 4 * 10**9, 14)


def send(desk: Desk, text: str = "hello") -> commands.SendMessage:
    desk.qtbot.keyClicks(desk.editor, text)
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    return desk.port.asked(commands.SendMessage)[-1]


def asked_about(desk: Desk) -> QuestionDialog:
    order = replace(send(desk), confirmed="56000000000:0")
    desk.tell(budgets.SendNeedsConfirmation("c1", 0, QUESTION, order))
    [dialog] = desk.window.findChildren(QuestionDialog)
    assert dialog.isVisible()
    return dialog


def budgets_page(desk: Desk) -> BudgetsPage:
    desk.window.dialogs.open_budgets()
    desk.tell(budgets.BudgetsListed((MONTH, DAY), GUARD, (("key1", "OpenAI …f3Qk"),)))
    [page] = desk.window.findChildren(BudgetsPage)
    return page


def test_the_question_says_how_many_times_the_usual(desk: Desk) -> None:
    head = asked_about(desk).findChild(QLabel, "question-head")
    assert head is not None
    assert head.text() == "This message would cost about $0.056, 14 times your usual $0.004."


def test_escape_sends_nothing_and_keeps_what_was_typed(desk: Desk) -> None:
    dialog = asked_about(desk)
    before = len(desk.port.asked(commands.SendMessage))
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert len(desk.port.asked(commands.SendMessage)) == before
    assert desk.editor.toPlainText() == "hello"
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)  # it can be sent again
    assert len(desk.port.asked(commands.SendMessage)) == before + 1


def test_enter_in_the_question_does_not_send(desk: Desk) -> None:
    dialog = asked_about(desk)
    before = len(desk.port.asked(commands.SendMessage))
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert len(desk.port.asked(commands.SendMessage)) == before


def test_yes_hands_over_the_same_order_with_the_users_word(desk: Desk) -> None:
    dialog = asked_about(desk)
    button = dialog.findChild(QPushButton, "question-send")
    assert button is not None
    assert button.text() == "Send it, about $0.056"
    button.click()
    order = desk.port.asked(commands.SendMessage)[-1]
    assert (order.text, order.confirmed) == ("hello", "56000000000:0")
    assert desk.editor.toPlainText() == "hello"
    desk.tell(events.SendAccepted("c1"))
    assert desk.editor.toPlainText() == ""


def test_a_question_about_another_chat_is_not_asked(desk: Desk) -> None:
    order = send(desk)
    desk.tell(budgets.SendNeedsConfirmation("other", 0, QUESTION, order))
    assert desk.window.findChildren(QuestionDialog) == []


def test_the_card_offers_the_budget_and_models_that_it_still_covers(desk: Desk) -> None:
    send(desk)
    fault = FaultView("BudgetReached", "This message needs at least $0.02.", "", "budgets")
    model = CheaperView("key1/gpt-4o-mini", "GPT-4o mini", "your OpenAI key", 4 * 10**8)
    desk.tell(events.SendRefused("c1", 0, fault, (model,)))
    [card] = desk.composer.findChildren(FaultCard)
    texts = [button.text() for button in card.findChildren(QPushButton) if button.isVisible()]
    assert texts == ["Raise the budget", "Choose a model", "Use GPT-4o mini, about $0.0004"]
    offer = next(b for b in card.findChildren(QPushButton) if b.text().startswith("Use"))
    offer.click()
    assert desk.port.asked(commands.ChooseModel)[-1].model_ref == "key1/gpt-4o-mini"
    assert desk.editor.toPlainText() == "hello"
    desk.tell(events.SendRefused("c1", 0, fault))
    texts = [button.text() for button in card.findChildren(QPushButton) if button.isVisible()]
    assert texts == ["Raise the budget", "Choose a model"]


def test_the_billing_panel_shows_a_bar_for_each_budget(desk: Desk) -> None:
    billing = desk.window.shown.billing
    assert billing is not None
    chat = replace(MONTH, id="b3", scope="chat", subject="A chat")
    desk.tell(events.BillingReady(billing, (MONTH, DAY, chat)))
    bars = [bar for bar in desk.window.findChildren(BudgetBar) if bar.isVisibleTo(desk.window)]
    assert [bar.toolTip() for bar in bars] == [
        "$3.20 of $10.00, resets 1 December",
        "$1.70 of $2.00, resets at midnight UTC, $0.10 set aside",
    ]
    assert [bar.tone() for bar in bars] == ["accent", "warn"]


def test_a_full_budget_that_stops_is_red_and_its_bar_ends_at_its_end() -> None:
    full = replace(MONTH, spent_pusd=12 * USD)
    assert about_of(full) == "$12.00 of $10.00, over by $2.00, resets 1 December"


def test_a_budget_is_kept_as_it_was_typed_and_refused_in_place(desk: Desk) -> None:
    page = budgets_page(desk)
    add = page.findChild(QPushButton, "budget-add")
    limit = page.form.findChild(QLineEdit, "budget-limit")
    what = page.form.findChild(QComboBox, "budget-what")
    assert add is not None
    assert limit is not None
    assert what is not None
    add.click()
    what.setCurrentText("Key: OpenAI …f3Qk")
    limit.setText("ten")
    desk.qtbot.keyClick(limit, Qt.Key.Key_Return)
    order = desk.port.asked(budgets.SaveBudget)[-1]
    assert (order.scope, order.subject_id, order.limit, order.hard) == ("key", "key1", "ten", True)
    desk.tell(budgets.BudgetSaved(order.serial, False, "This is not a sum of money."))
    said = page.form.findChild(QLabel, "budget-said")
    assert said is not None
    assert said.text() == "This is not a sum of money."
    assert limit.text() == "ten"
    limit.setText("10")
    desk.qtbot.keyClick(limit, Qt.Key.Key_Return)
    order = desk.port.asked(budgets.SaveBudget)[-1]
    desk.tell(budgets.BudgetSaved(order.serial, True))
    assert not page.form.isVisible()


def test_the_chats_menu_leads_to_its_budget(desk: Desk) -> None:
    desk.frame.sidebar.chats.budget_asked.emit("c9", "Postgres locks")
    desk.tell(budgets.BudgetsListed((MONTH,), GUARD))
    [page] = desk.window.findChildren(BudgetsPage)
    what = page.form.findChild(QComboBox, "budget-what")
    assert what is not None
    assert page.form.isVisible()
    assert what.currentData() == ("chat", "c9")
    assert what.currentText() == "This chat: Postgres locks"


def test_the_line_beside_send_warns_in_its_color_and_keeps_the_price(desk: Desk) -> None:
    line = desk.composer.box.quote
    line.show_quotes([replace(quote(), budget=DAY)])
    assert line.text().endswith(" · Today: $1.70 of $2.00")
    assert words.money(quote().likely_pusd) in line.text()
    assert line._tone == "warn"
    line.show_quotes([quote()])
    assert line._tone == "ink2"
