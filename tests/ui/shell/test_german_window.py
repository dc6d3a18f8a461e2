"""The German window, driven: refusals, notices, receipts and budgets, and no English in sight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam import budgets, events
from app.seam.views import FaultView
from app.ui.settings.budgets_page import BudgetsPage
from app.ui.theme import Theme
from tests.ui.dialogs.samples import sample_receipt
from tests.ui.shell.conftest import Desk
from tests.ui.shell.core_sentences import ROOT
from tests.ui.shell.recording import started
from tests.ui.shell.test_core_words import ENGLISH

MONTH = budgets.BudgetView(
    "b1", "month", "month", 10**12, True, 14 * 10**11,
    resets_at=datetime(2026, 12, 1, tzinfo=UTC),
)  # fmt: skip
SOFT = replace(MONTH, id="b2", scope="day", period="day", hard=False, limit_pusd=9 * 10**12)
GUARD = budgets.GuardView(10, 5 * 10**10, 25, 10**12)


@pytest.fixture
def german_desk(qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    translator = QTranslator()
    assert translator.load("tuppence_de", str(ROOT / "resources" / "translations"))
    qapp.installTranslator(translator)
    desk = Desk(qtbot, tmp_path)
    started(desk.port)
    qtbot.waitUntil(lambda: desk.window.shown.billing is not None)
    yield desk
    qapp.removeTranslator(translator)
    QLocale.setDefault(before)


def english_in(window: QWidget) -> list[str]:
    """What can be read in the window, or heard, and is English."""
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        texts = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QPushButton):
            texts.append(widget.text())
        if isinstance(widget, QLineEdit):
            texts.append(widget.placeholderText())
        if isinstance(widget, QComboBox):
            texts += [widget.itemText(place) for place in range(widget.count())]
        found += [text for text in texts if ENGLISH.search(text)]
    return found


def test_a_refusal_and_its_way_on_are_german(german_desk: Desk) -> None:
    desk = german_desk
    desk.qtbot.keyClicks(desk.editor, "Hallo")
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    fault = FaultView(
        "BudgetReached",
        "This message needs at least $0.02; $0 of your monthly budget of $1.00 is left until 1 "
        "December.",
        "$0.01 is set aside for answers still being written. Raise the budget, wait until 1 "
        "December, or take a cheaper model.",
        "budgets",
    )
    desk.tell(events.SendRefused("c1", 0, fault))
    assert english_in(desk.window) == []
    raise_button = next(
        button for button in desk.composer.findChildren(QPushButton)
        if button.text() == "Budget erhöhen" and button.isVisible()
    )  # fmt: skip
    raise_button.click()
    desk.tell(budgets.BudgetsListed((SOFT, MONTH), GUARD))
    [page] = desk.window.findChildren(BudgetsPage)
    limit = page.form.findChild(QLineEdit, "budget-limit")
    assert limit is not None
    assert limit.isVisible()
    assert limit.text() == "1"
    assert limit.selectedText() == "1"
    assert english_in(desk.window) == []


@pytest.mark.parametrize(
    "text",
    [
        "OpenAI is getting too many requests from this key.",
        "No program answers at 127.0.0.1 on this computer.",
        "There is no connection to api.openai.com.",
        "$1.70 of your daily budget of $2.00 is spent, resets at midnight UTC.",
    ],
)
def test_notices_are_german(german_desk: Desk, text: str) -> None:
    german_desk.tell(events.Notice("warning", text, "Check the internet connection."))
    assert english_in(german_desk.window) == []


def test_a_receipt_is_german(german_desk: Desk) -> None:
    receipt = replace(
        sample_receipt(),
        rule="You stopped this answer: input and 1,120 tokens were charged.",
        notes=("The total leaves out calls without a known price.",),
    )
    german_desk.window.dialogs.open_receipt(receipt.message_id)
    german_desk.tell(events.ReceiptReady(receipt))
    assert english_in(german_desk.window) == []
