"""A price stands before each thing that costs: an edit, another answer, going on; Enter as set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from app.seam import commands, events
from app.seam.views import MessageState, SettingsView
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.footer import FooterView
from app.ui.transcript.notes import HalfAnswerBox
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import GPT, chat, message, quote

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
PRICE = "about $0.0060 · at most $0.017"


@pytest.fixture
def talk(desk: Desk) -> Desk:
    """A chat with one answer."""
    question = message("m1", "user", "one")
    answer = message("m2", "assistant", "two", parent="m1")
    desk.tell(events.ChatOpened(chat("c1", (GPT, (question, answer)))))
    return desk


def asked(desk: Desk, kind: str, text: str = "") -> commands.AskQuoteAgain:
    """The newest question of a kind, once it has come."""

    def newest() -> commands.AskQuoteAgain | None:
        orders = desk.port.asked(commands.AskQuoteAgain)
        found = [o for o in orders if isinstance(o, commands.AskQuoteAgain) and o.kind == kind]
        return found[-1] if found and found[-1].text == text else None

    desk.qtbot.waitUntil(lambda: newest() is not None)
    order = newest()
    assert order is not None
    return order


def answer(desk: Desk, order: commands.AskQuoteAgain, **changes: object) -> None:
    place = (order.serial, order.chat_id, order.pane, order.message_id, order.kind)
    desk.tell(events.QuotedAgain(*place, quote(**changes)))  # type: ignore[arg-type]


def editor(desk: Desk) -> EditorView:
    desk.qtbot.keyClick(desk.editor, KEY.Key_Up)
    view = desk.window.findChild(EditorView)
    assert view is not None
    return view


def footer(desk: Desk) -> FooterView:
    """That of the answer, with its buttons shown."""
    found = next(
        v for v in desk.window.findChildren(FooterView) if v._footer and v._footer.is_answer
    )
    found.set_active(True)
    return found


def test_the_edit_box_says_beside_its_send_what_it_would_cost(talk: Desk) -> None:
    view = editor(talk)
    answer(talk, asked(talk, "edit", "one"))
    assert view.price.text() == "about 2,950 tokens in · $0.0060 · at most $0.017 · your OpenAI key"
    assert view.price.geometry().right() < view.cancel_button.geometry().left()
    talk.qtbot.keyClicks(view.text, " more")
    order = asked(talk, "edit", "one more")
    answer(talk, order, likely=9 * 10**9)
    assert "$0.0090" in view.price.text()


def test_a_late_price_of_an_older_text_is_dropped(talk: Desk) -> None:
    view = editor(talk)
    first = asked(talk, "edit", "one")
    talk.qtbot.keyClicks(view.text, " more")
    answer(talk, asked(talk, "edit", "one more"), likely=9 * 10**9)
    answer(talk, first, likely=2 * 10**9)
    assert "$0.0090" in view.price.text()


def test_an_empty_edit_costs_nothing_to_ask(talk: Desk) -> None:
    view = editor(talk)
    answer(talk, asked(talk, "edit", "one"))
    view.text.clear()
    assert view.price.text() == ""


@pytest.mark.parametrize("kind", ["regenerate", "continue"])
def test_buttons_say_their_price_before_they_are_pressed(talk: Desk, kind: str) -> None:
    view = footer(talk)
    answer(talk, asked(talk, kind))
    assert view.buttons[kind].toolTip().splitlines()[1:] == [PRICE]
    assert view.buttons[kind].accessibleDescription() == PRICE
    # The next time it is asked anew: another model may have been chosen since.
    before = len(talk.port.asked(commands.AskQuoteAgain))
    view.set_active(False)
    view.set_active(True)
    talk.qtbot.waitUntil(lambda: len(talk.port.asked(commands.AskQuoteAgain)) == before + 2)


def test_the_menu_says_the_prices_too(talk: Desk) -> None:
    menu = QMenu(talk.window)
    view = footer(talk)
    view.fill_menu(menu)
    answer(talk, asked(talk, "regenerate"))
    answer(talk, asked(talk, "continue"), likely=None, most=None)
    lines = [line.text() for line in menu.actions()]
    assert lines == ["Copy as Markdown", f"Regenerate\t{PRICE}", "Continue\tprice unknown"]


def test_what_would_be_refused_says_so_instead_of_a_price(talk: Desk) -> None:
    view = footer(talk)
    answer(talk, asked(talk, "regenerate"), blocked="Today's budget is used up.")
    assert "Today's budget is used up." in view.buttons["regenerate"].toolTip()


def test_resume_and_retry_say_their_price(desk: Desk) -> None:
    question = message("m1", "user", "one")
    half = message("m2", "assistant", "two", parent="m1", state=MessageState.INTERRUPTED)
    desk.tell(events.ChatOpened(chat("c1", (GPT, (question, half)))))
    box = desk.window.findChild(HalfAnswerBox)
    assert box is not None
    box.enterEvent(None)  # type: ignore[arg-type]
    answer(desk, asked(desk, "continue"))
    answer(desk, asked(desk, "regenerate"))
    assert PRICE in box.resume_button.toolTip()
    assert PRICE in box.retry_button.toolTip()


@pytest.mark.parametrize("enter_sends", [True, False])
def test_enter_means_the_same_in_the_edit_box_as_in_the_composer(
    talk: Desk, enter_sends: bool
) -> None:
    talk.tell(events.SettingsChanged(SettingsView(enter_sends=enter_sends)))
    view = editor(talk)
    talk.qtbot.keyClick(view.text, KEY.Key_Return, SHIFT)
    assert view.text.toPlainText() == "one\n"
    talk.qtbot.keyClick(view.text, KEY.Key_Return)
    sent = talk.port.asked(commands.EditMessage)
    assert bool(sent) is enter_sends
    if not enter_sends:
        assert view.text.toPlainText() == "one\n\n"
        talk.qtbot.keyClick(view.text, KEY.Key_Return, CONTROL)
        assert talk.port.asked(commands.EditMessage)


def test_a_pane_that_is_added_later_takes_enter_as_set(talk: Desk) -> None:
    talk.tell(events.SettingsChanged(SettingsView(enter_sends=False)))
    words = (message("m1", "user", "one"),)
    talk.tell(events.ChatOpened(chat("c2", (GPT, words), (GPT, words))))
    assert [p.transcript.hub.enter_sends for p in talk.frame.panes.panes if p.transcript] == [
        False,
        False,
    ]
