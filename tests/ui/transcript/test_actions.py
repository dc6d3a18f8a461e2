"""What one can do with a card, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.seam.views import (
    AttachmentView,
    Certainty,
    CostLine,
    FaultView,
    ImageView,
    MessageState,
    MessageView,
    ToolCallView,
)
from app.ui.transcript.code_view import CodeView
from app.ui.transcript.folded import FoldedView
from app.ui.transcript.footer import CostLineView, FooterView
from app.ui.transcript.notes import FaultBox, HalfAnswerBox, PictureView
from app.ui.transcript.pictures import PictureBox
from app.ui.transcript.prose import ProseView
from app.ui.transcript.user_parts import BubbleView, EditorView
from app.ui.transcript.view import TranscriptView

LEFT = Qt.MouseButton.LeftButton


def part(view: TranscriptView, number: int, kind: type[QWidget]) -> QWidget:
    """The widget of this kind on a card."""
    return next(widget for widget in view.cards[number].widgets() if isinstance(widget, kind))


def footer(view: TranscriptView, number: int) -> FooterView:
    found = part(view, number, FooterView)
    assert isinstance(found, FooterView)
    return found


def test_the_buttons_come_with_the_pointer_and_move_nothing(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    cost: CostLine,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello", cost=cost)))
    before = [(card.geometry(), card.footer().geometry()) for card in view.cards.values()]
    card = view.cards[1]
    card.enterEvent(None)  # type: ignore[arg-type]
    assert footer(view, 1).buttons["regenerate"].isVisible()
    assert [(c.geometry(), c.footer().geometry()) for c in view.cards.values()] == before
    card.leaveEvent(None)  # type: ignore[arg-type]
    assert not footer(view, 1).buttons["regenerate"].isVisible()


@pytest.mark.parametrize(
    ("name", "signal"),
    [("regenerate", "regenerate_requested"), ("continue", "continue_requested")],
)
def test_buttons_of_an_answer_say_what_is_wanted_for_which_message(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    name: str,
    signal: str,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.cards[1].set_active(True)
    with qtbot.waitSignal(getattr(view, signal)) as caught:
        qtbot.mouseClick(footer(view, 1).buttons[name], LEFT)
    assert caught.args == ["m2"]


def test_tab_reaches_the_buttons_of_the_focused_card(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.activateWindow()
    view.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    copy = footer(view, 1).buttons["copy"]
    assert copy.isVisible()
    for _ in range(6):
        if copy.hasFocus():
            break
        qtbot.keyClick(QGuiApplication.focusObject(), Qt.Key.Key_Tab)
    assert copy.hasFocus()
    qtbot.keyClick(copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "Hello"


def test_copy_takes_the_markdown_and_ctrl_c_on_a_card_does_the_same(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    text = "a **b**\n\n```py\nc\n```\n"
    view.show_messages((message(1, "Hi"), message(2, text)))
    view.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.cards[1], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text


def test_every_button_has_a_name(
    view: TranscriptView, message: Callable[..., MessageView], cost: CostLine
) -> None:
    text = "```py\nx\n```\n\n![p](https://p.example/q.png)"
    fault = FaultView("x", "Broke.", "Try.", "retry")
    view.show_messages(
        (
            message(1, "Hi"),
            message(2, text, cost=cost, thinking="t", fault=fault, siblings=("m2", "m9"),
                    state=MessageState.INCOMPLETE),
        )
    )  # fmt: skip
    view.cards[1].set_active(True)
    buttons = [b for b in view.findChildren(QAbstractButton) if b.isVisible()]
    assert len(buttons) > 8
    assert all(button.accessibleName() or button.text() for button in buttons)


def test_editing_sends_the_new_text_and_closes_the_editor(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.cards[0].set_active(True)
    qtbot.mouseClick(footer(view, 0).buttons["edit"], LEFT)
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    assert editor.text.toPlainText() == "Hi"
    qtbot.keyClicks(editor.text, " there")
    with qtbot.waitSignal(view.edit_requested) as caught:
        qtbot.keyClick(editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == ["m1", "Hi there"]
    assert any(isinstance(widget, BubbleView) for widget in view.cards[0].widgets())


def test_escape_leaves_the_message_as_it_was(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello")))
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, "!!")
    with qtbot.assertNotEmitted(view.edit_requested):
        qtbot.keyClick(editor.text, Qt.Key.Key_Escape)
    bubble = part(view, 0, BubbleView)
    assert isinstance(bubble, BubbleView)
    assert bubble.body.toPlainText() == "Hi"


def test_an_answer_that_arrives_does_not_disturb_the_editor(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "", state=MessageState.STREAMING)))
    view.start_editing("m1")
    editor = part(view, 0, EditorView)
    assert isinstance(editor, EditorView)
    qtbot.keyClicks(editor.text, " and more")
    view.append_text("m2", "text\n\n" * 30)
    view.flush()
    view.change_message(message(2, "text\n\n" * 30))
    assert editor.text.toPlainText() == "Hi and more"


@pytest.mark.parametrize(
    ("cost_line", "total"),
    [
        (CostLine(5_600_000_000, Certainty.EXACT, 318, 96, 0, "key", 1.0), "$0.0056"),
        (CostLine(5_600_000_000, Certainty.ESTIMATED, 318, 96, 0, "key", 1.0), "about $0.0056"),
        (CostLine(None, Certainty.UNKNOWN, 318, 96, 0, "key", 1.0), "price unknown"),
        (CostLine(None, Certainty.PENDING, 318, 96, 0, "key", 1.0), "cost not known yet"),
        (CostLine(0, Certainty.EXACT, 318, 96, 0, "this computer", None), "free"),
    ],
)
def test_the_total_tells_exact_from_estimated_from_unknown(
    view: TranscriptView,
    message: Callable[..., MessageView],
    cost_line: CostLine,
    total: str,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello", cost=cost_line)))
    line = footer(view, 1).cost_line
    assert line is not None
    assert line.texts()[0] == total


def test_the_cost_line_says_tokens_payer_and_time_and_opens_the_receipt(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    cost: CostLine,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello", cost=cost)))
    line = footer(view, 1).cost_line
    assert isinstance(line, CostLineView)
    assert line.texts() == [
        "$0.0056", "318 in · 96 out · 214 thinking", "your Anthropic key", "4.1 s",
    ]  # fmt: skip
    with qtbot.waitSignal(view.receipt_requested) as caught:
        qtbot.mouseClick(line, LEFT)
    assert caught.args == ["m2"]
    with qtbot.waitSignal(view.receipt_requested):
        qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("resume_button", "continue_requested"),
        ("retry_button", "retry_requested"),
        ("keep_button", "keep_requested"),
    ],
)
def test_a_half_answer_offers_resume_retry_and_keep(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
    button: str,
    signal: str,
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hel", state=MessageState.INCOMPLETE)))
    box = part(view, 1, HalfAnswerBox)
    with qtbot.waitSignal(getattr(view, signal)) as caught:
        qtbot.mouseClick(getattr(box, button), LEFT)
    assert caught.args == ["m2"]


def test_a_kept_answer_loses_its_offers(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hel", state=MessageState.INTERRUPTED)))
    view.change_message(message(2, "Hel"))
    assert not any(isinstance(widget, HalfAnswerBox) for widget in view.cards[1].widgets())


def test_a_fault_names_the_way_on(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    fault = FaultView("key", "The key was refused.", "Look at it.", "keys")
    view.show_messages(
        (message(1, "Hi"), message(2, "", state=MessageState.INCOMPLETE, fault=fault))
    )
    box = part(view, 1, FaultBox)
    assert isinstance(box, FaultBox)
    assert box.title.text() == "The key was refused."
    with qtbot.waitSignal(view.keys_requested):
        qtbot.mouseClick(box.keys_button, LEFT)
    with qtbot.waitSignal(view.model_requested):
        qtbot.mouseClick(box.model_button, LEFT)
    with qtbot.waitSignal(view.retry_requested):
        qtbot.mouseClick(box.retry_button, LEFT)


def test_versions_are_counted_and_turned_over(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "Hello", siblings=("a", "m2", "c"))))
    line = footer(view, 1)
    assert line.version_label is not None
    assert line.version_label.text() == "2/3"
    with qtbot.waitSignal(view.branch_requested) as caught:
        qtbot.mouseClick(line.next_button, LEFT)
    assert caught.args == ["c"]
    with qtbot.waitSignal(view.branch_requested) as caught:
        qtbot.mouseClick(line.previous_button, LEFT)
    assert caught.args == ["a"]


def test_thinking_and_tool_calls_open_with_a_click_and_fold_again(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    call = ToolCallView("t", "search", '{"q": 1}', "three pages")
    view.show_messages(
        (message(1, "Hi"), message(2, "Hello", thinking="deep thought", tool_calls=(call,)))
    )
    folded = [w for w in view.cards[1].widgets() if isinstance(w, FoldedView)]
    before = view.heights[1]
    for widget, words in zip(folded, ("deep thought", "three pages"), strict=True):
        assert not widget.body.isVisible()
        qtbot.mouseClick(widget.heading, LEFT)
        assert widget.body.isVisible()
        assert words in widget.body.toPlainText()
    assert view.heights[1] > before
    for widget in folded:
        qtbot.mouseClick(widget.heading, LEFT)
    assert view.heights[1] == before


def test_code_is_copied_whole_and_wraps_when_asked(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    code = "x = 1  # " + "long " * 40 + "\ny = 2"
    view.show_messages((message(1, "Hi"), message(2, f"```python\n{code}\n```")))
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    assert block.label.text() == "python"
    qtbot.mouseClick(block.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == code
    assert block.copy_button.text() == "Copied"
    before = view.heights[1]
    qtbot.mouseClick(block.wrap_button, LEFT)
    assert view.heights[1] > before


def test_code_gets_its_colors_a_little_later(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "```python\ndef f():\n    return 'x'\n```")))
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    document = block.body.document()

    def colored() -> bool:
        return bool(document.findBlockByNumber(1).layout().formats())

    qtbot.waitUntil(colored, timeout=5000)


def test_very_long_code_is_folded_until_it_is_asked_for(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    code = "\n".join(f"line {number}" for number in range(2000))
    view.show_messages((message(1, "Hi"), message(2, f"```\n{code}\n```")), "m2")
    block = part(view, 1, CodeView)
    assert isinstance(block, CodeView)
    assert block.body.document().blockCount() == 400
    assert block.text == code
    assert block.whole_button.text() == "Show all 2000 lines"
    block.whole_button.click()
    assert block.body.document().blockCount() == 2000


@pytest.fixture
def press_link(view: TranscriptView, message: Callable[..., MessageView]) -> Callable[[str], None]:
    def press(address: str) -> None:
        view.show_messages((message(1, "Hi"), message(2, f"go [there](<{address}>)")))
        prose = part(view, 1, ProseView)
        assert isinstance(prose, ProseView)
        prose.anchorClicked.emit(QUrl(address))

    return press


def test_a_link_shows_its_whole_address_before_it_is_opened(
    view: TranscriptView, qtbot: QtBot, press_link: Callable[[str], None]
) -> None:
    press_link("https://user@evil.example/path?q=1")
    assert view.overlay.link_bar.isVisible()
    assert "evil.example" in view.overlay.link_bar.title.text()
    shown = view.overlay.link_bar.address.text().replace("\u200b", "")
    assert shown == "https://user@evil.example/path?q=1"
    with qtbot.waitSignal(view.link_clicked) as caught:
        qtbot.mouseClick(view.overlay.link_bar.open_button, LEFT)
    assert caught.args == ["https://user@evil.example/path?q=1"]


def test_a_host_that_only_looks_alike_is_spelled_out(
    view: TranscriptView, press_link: Callable[[str], None]
) -> None:
    press_link("https://аpple.example/")
    assert "xn--" in view.overlay.link_bar.title.text()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "//host/share"])
def test_no_other_address_comes_through_the_handler(
    view: TranscriptView, qtbot: QtBot, press_link: Callable[[str], None], address: str
) -> None:
    with qtbot.assertNotEmitted(view.link_clicked):
        press_link(address)
    assert not view.overlay.link_bar.isVisible()


def test_a_click_on_a_link_in_the_text_asks_first(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "[there](https://a.example/b)")))
    prose = part(view, 1, ProseView)
    assert isinstance(prose, ProseView)
    qtbot.mouseClick(prose.viewport(), LEFT, pos=QPoint(12, 8))
    assert view.overlay.link_bar.isVisible()


def test_an_image_in_the_text_is_an_address_and_a_button(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "![a cat](https://pics.example/cat.png)")))
    picture = part(view, 1, PictureView)
    assert isinstance(picture, PictureView)
    assert picture.title.text() == "Image at pics.example: a cat"
    qtbot.mouseClick(picture.show_button, LEFT)
    assert view.overlay.link_bar.isVisible()


def test_a_picture_that_cannot_be_read_says_so_and_can_be_saved(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    broken = ImageView("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    view.show_messages((message(1, "Hi"), message(2, "x", images=(broken,))))
    box = part(view, 1, PictureBox)
    assert isinstance(box, PictureBox)
    assert box.trouble.isVisible()
    with qtbot.waitSignal(view.save_image_requested) as caught:
        qtbot.mouseClick(box.save_button, LEFT)
    assert caught.args == [broken]


def test_attachments_are_chips_with_name_and_size(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    file = AttachmentView("a", "<b>notes</b>.pdf", "application/pdf", 14_000)
    view.show_messages((message(1, "Look", attachments=(file,)),))
    texts = [label.text() for label in view.cards[0].findChildren(QLabel)]
    assert "<b>notes</b>.pdf" in texts
    assert "14.0 kB" in texts


def test_find_counts_marks_and_goes_around(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    texts = ["needle one", *["hay " * 60] * 30, "two needle and needle"]
    view.show_messages(tuple(message(n, t) for n, t in enumerate(texts, start=1)), "m1")
    qtbot.keyClick(view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = view.finding.bar
    assert bar.isVisible()
    qtbot.keyClicks(bar.line, "needle")
    assert bar.count.text() == "1 of 3"
    qtbot.keyClick(bar.line, Qt.Key.Key_Return)
    assert bar.count.text() == "2 of 3"
    assert "m32" in view.visible_message_ids()
    prose = part(view, 31, ProseView)
    assert isinstance(prose, ProseView)
    assert len(prose.extraSelections()) == 2
    view.find_next()
    view.find_next()
    assert bar.count.text() == "1 of 3"
    assert "m1" in view.visible_message_ids()
    view.find_previous()
    assert bar.count.text() == "3 of 3"
    qtbot.keyClick(bar.line, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not prose.extraSelections()


def test_find_says_when_there_is_nothing(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    view.show_messages((message(1, "Hi"),))
    view.open_find()
    assert view.find("absent") == 0
