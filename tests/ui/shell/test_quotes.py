"""Quotes in the window: the line that opens the card, and what each model of the picker costs."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.seam import commands, events
from app.seam.quote_views import CheaperView, ModelCostView, ShareView
from app.ui.composer.quote_line import make_forms
from app.ui.picker.popup import PickerPopup
from app.ui.quote.dialog import QuoteDialog
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, GPT, quote

MINI = CheaperView("key1/gpt-4o-mini", "GPT-4o mini", "your OpenAI key", 10**9)


def quote_arrives(desk: Desk, text: str = "hello") -> None:
    desk.qtbot.keyClicks(desk.editor, text)
    desk.qtbot.waitUntil(
        lambda: (
            bool(desk.port.asked(commands.AskQuote))
            and desk.port.asked(commands.AskQuote)[-1].text == desk.editor.toPlainText()
        ),
        timeout=3000,
    )
    asked = desk.port.asked(commands.AskQuote)[-1]
    desk.tell(events.QuoteReady(asked.serial, "c1", (quote(),)))


def card_of(desk: Desk) -> QuoteDialog | None:
    found = [one for one in desk.window.findChildren(QuoteDialog) if one.isVisible()]
    return found[0] if found else None


def open_card(desk: Desk) -> QuoteDialog:
    line = desk.composer.box.quote
    line.setFocus(Qt.FocusReason.TabFocusReason)
    desk.qtbot.keyClick(line, Qt.Key.Key_Space)
    card = card_of(desk)
    assert card is not None
    return card


def test_without_a_quote_the_line_is_no_stop_for_the_keyboard(desk: Desk) -> None:
    line = desk.composer.box.quote
    assert not line.isEnabled()
    quote_arrives(desk)
    assert line.isEnabled()
    assert line.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert line.accessibleName() == "Cost of this message"
    assert "2,950 tokens" in line.accessibleDescription()


def test_the_line_opens_the_card_by_key_and_asks_what_would_do_for_less(desk: Desk) -> None:
    quote_arrives(desk)
    open_card(desk)
    (asked,) = desk.port.asked(commands.AskCheaper)
    assert (asked.chat_id, asked.pane, asked.text) == ("c1", 0, "hello")


def test_nothing_is_asked_about_cheaper_models_while_one_types(desk: Desk) -> None:
    quote_arrives(desk)
    assert desk.port.asked(commands.AskCheaper) == []
    assert desk.port.asked(commands.AskModelCosts) == []


def test_the_line_opens_the_card_by_a_click_on_its_words_only(desk: Desk) -> None:
    quote_arrives(desk)
    line = desk.composer.box.quote
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=line.rect().center())
    words = line.rect().center()
    words.setX(line.width() - 40)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=words)
    assert card_of(desk) is not None


def test_a_cheaper_model_is_chosen_for_its_pane(desk: Desk) -> None:
    quote_arrives(desk)
    card = open_card(desk)
    serial = desk.port.asked(commands.AskCheaper)[-1].serial
    desk.tell(events.CheaperFound(serial, "c1", 0, (MINI,)))
    card._cheaper.chosen.emit(MINI.ref)
    assert desk.port.asked(commands.ChooseModel) == [
        commands.ChooseModel("c1", 0, "key1/gpt-4o-mini")
    ]
    assert card_of(desk) is None


def test_the_card_follows_a_quote_that_becomes_exact(desk: Desk) -> None:
    quote_arrives(desk)
    card = open_card(desk)
    serial = desk.port.asked(commands.AskQuote)[-1].serial
    exact = replace(quote(), input_certainty=quote().input_certainty.EXACT, input_tokens=2951)
    desk.tell(events.QuoteReady(serial, "c1", (exact,)))
    assert card._quotes == (exact,)
    assert desk.composer.box.quote.text().startswith("2,951 tokens in")


def test_with_a_message_the_picker_says_what_it_would_cost_with_each_model(desk: Desk) -> None:
    quote_arrives(desk)
    desk.window.dialogs.open_picker(0)
    picker = desk.window.findChild(PickerPopup)
    (asked,) = desk.port.asked(commands.AskModelCosts)
    assert asked.text == "hello"
    costs = (ModelCostView(GPT, 6 * 10**9), ModelCostView(CLAUDE, None, "length"))
    desk.tell(events.ModelCostsReady(asked.serial, "c1", 0, costs))
    lines = [
        picker._model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(picker._model.rowCount())
    ]
    assert any("GPT-4o" in line and "this message: about $0.0060" in line for line in lines)
    assert any("Claude" in line and "too long" in line for line in lines)


def test_late_costs_are_dropped(desk: Desk) -> None:
    quote_arrives(desk)
    desk.window.dialogs.open_picker(0)
    picker = desk.window.findChild(PickerPopup)
    asked = desk.port.asked(commands.AskModelCosts)[-1]
    desk.tell(events.ModelCostsReady(asked.serial - 1, "c1", 0, (ModelCostView(GPT, 6 * 10**9),)))
    assert picker._model._costs == {}


def test_without_a_message_the_picker_shows_rates_alone(desk: Desk) -> None:
    desk.window.complete()
    desk.window.dialogs.open_picker(0)
    picker = desk.window.findChild(PickerPopup)
    assert desk.port.asked(commands.AskModelCosts) == []
    assert not picker._list._delegate.shows_costs


def test_credit_and_money_are_summed_apart() -> None:
    hosted = replace(quote(), shares=(ShareView("Free", "plan_tokens", 2_947, 7_800, 0),))
    own = replace(quote(1), shares=(ShareView("key", "usd", 6 * 10**9, 17 * 10**9, 0),))
    text = "".join(piece for piece, _ in make_forms((hosted, own))[0])
    assert text == "about 2,950 tokens + $0.0060 · at most 7,800 + $0.017"


def test_a_megabyte_of_text_is_not_copied_to_see_whether_there_are_words(desk: Desk) -> None:
    desk.editor.setPlainText("\n" * 200_000 + "word")
    assert desk.editor.has_words()
    desk.editor.setPlainText(" \n" * 1_000)
    assert not desk.editor.has_words()
    assert not desk.composer.box.send_button.isEnabled()
