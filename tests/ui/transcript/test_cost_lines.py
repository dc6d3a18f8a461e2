"""The line under an answer, half answers, faults and versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.seam.views import (
    Certainty,
    CostLine,
    FaultView,
    MessageState,
    MessageView,
)
from app.ui.transcript.footer import CostLineView
from app.ui.transcript.notes import FaultBox, HalfAnswerBox
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import LEFT, footer, part


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


@pytest.mark.parametrize(
    ("certainty", "pieces"),
    [
        (Certainty.EXACT, ["312 in · 75 out × 5", "Free", "1.9 s"]),
        (Certainty.ESTIMATED, ["about 312 in · 75 out × 5", "Free", "1.9 s"]),
        (Certainty.PENDING, ["Free", "1.9 s"]),
    ],
)
def test_the_counts_stand_with_their_weight_and_not_while_they_are_unknown(
    view: TranscriptView,
    message: Callable[..., MessageView],
    certainty: Certainty,
    pieces: list[str],
) -> None:
    drawn = CostLine(None, certainty, 312, 75, 0, "Free", 1.9, weight=5)
    view.show_messages((message(1, "Hi"), message(2, "Hello", cost=drawn)))
    line = footer(view, 1).cost_line
    assert line is not None
    assert line.texts()[1:] == pieces


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


def test_the_buttons_of_a_half_answer_go_on_in_another_line_where_the_pane_is_narrow(
    qtbot: QtBot,
) -> None:
    box = HalfAnswerBox()
    qtbot.addWidget(box)
    for width in (600, 160):
        box.resize(width, box.height_for(width))
        box.show()
        qtbot.waitUntil(lambda: box.resume_button.width() > 20)
        for button in box.buttons:
            assert button.width() >= button.sizeHint().width()
            right = button.mapTo(box, button.rect().topRight()).x()
            assert right < width, button.text()
            assert button.mapTo(box, button.rect().bottomLeft()).y() < box.height()
    assert box.keep_button.y() > box.resume_button.y()
