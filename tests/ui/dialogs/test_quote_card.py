"""The quote's card: all that it must say, for one pane or several, and what would do for less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam.quote_views import (
    CheaperView,
    InputPartsView,
    LimitView,
    QuoteView,
    ShareView,
)
from app.seam.views import Certainty
from app.ui.quote import wording
from app.ui.quote.dialog import QuoteDialog
from tests.ui.dialogs.samples import HOSTILE

QUOTE = QuoteView(
    pane=0, model_name="GPT-4o", input_tokens=12_410, input_certainty=Certainty.ESTIMATED,
    likely_output_tokens=400, most_output_tokens=4_096, likely_pusd=35 * 10**9,
    most_pusd=72 * 10**9, payer="your OpenAI key", model_ref="k1/gpt-4o", input_spread=240,
    parts=InputPartsView(history=12_300, message=110), cached_tokens=11_904,
    input_pusd=31 * 10**9, output_pusd=4 * 10**9, answers_seen=17,
    shares=(ShareView("your OpenAI key", "usd", 35 * 10**9, 72 * 10**9, 35 * 10**9),),
    shortened_by=LimitView("model", 4_096, "GPT-4o"),
)  # fmt: skip
CHEAPER = (
    CheaperView("local:ollama/llama", "Llama 3.3", "this computer", 0),
    CheaperView("k1/gpt-4o-mini", "GPT-4o mini", "your OpenAI key", 2 * 10**9),
)


@pytest.fixture
def card(host: QWidget) -> QuoteDialog:
    dialog = QuoteDialog(host, (QUOTE,))
    dialog.open()
    return dialog


def texts(widget: QWidget) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def buttons(card: QuoteDialog) -> list[QPushButton]:
    QApplication.processEvents()
    return [button for button in card.findChildren(QPushButton) if button.isVisible()]


@pytest.mark.parametrize(
    "text",
    [
        "about $0.035", "at most $0.072", "GPT-4o · your OpenAI key", "about 12,300", "about 110",
        "about 12,400 ± 2 %", "about 11,900", "about $0.031", "about 400", "about $0.0040", "4,096",
        "The whole conversation is sent again: 12,300 of 12,400 tokens.",
        "Likely answer: the median of this model's last 17.",
        "GPT-4o writes at most 4,096 tokens.", "Counted on this computer.",
    ],
)  # fmt: skip
def test_the_card_says(card: QuoteDialog, text: str) -> None:
    assert text in texts(card)


def test_a_count_by_the_provider_looks_otherwise_than_an_estimate(card: QuoteDialog) -> None:
    card.show_quotes(
        (replace(QUOTE, input_certainty=Certainty.EXACT, input_spread=0, input_tokens=12_413),)
    )
    assert "12,413" in texts(card)
    assert "The provider counted this message." in texts(card)
    assert not any("±" in text for text in texts(card))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"not_exact": "OpenAI does not count for this model."},
         "Counted on this computer. OpenAI does not count for this model."),
        ({"answers_seen": 0}, "Likely answer: a guess, until five of this model are known."),
        ({"shortened_by": LimitView("context", 900, "GPT-4o")},
         "What GPT-4o can read leaves 900 tokens for the answer."),
        ({"shortened_by": LimitView("budget", 700, "today's budget")},
         "What is left of today's budget pays for 700 tokens."),
        ({"shortened_by": LimitView("allowance", 300, "Free")},
         "What is left of Free pays for 300 tokens."),
        ({"note": "Above 200,000 tokens the whole call is dearer."},
         "Above 200,000 tokens the whole call is dearer."),
        ({"blocked": "GPT-4o reads text only, no images."}, "GPT-4o reads text only, no images."),
        ({"likely_pusd": None, "most_pusd": None}, "price unknown"),
        ({"likely_pusd": 0, "most_pusd": 0}, "free"),
        ({"parts": InputPartsView(12_409, 1)},
         "The whole conversation is sent again: nearly all of the 12,400 tokens."),
    ],
)  # fmt: skip
def test_what_is_otherwise_is_said(host: QWidget, change: dict[str, object], said: str) -> None:
    card = QuoteDialog(host, (replace(QUOTE, **change),))  # type: ignore[arg-type]
    card.open()
    assert said in texts(card)


def test_a_short_conversation_is_not_worth_a_word(host: QWidget) -> None:
    card = QuoteDialog(host, (replace(QUOTE, parts=InputPartsView(40, 12), input_tokens=52),))
    card.open()
    assert not any("sent again" in text for text in texts(card))


def test_credit_is_shown_by_who_pays_in_their_own_units(host: QWidget) -> None:
    shares = (
        ShareView("Free", "plan_tokens", 1_875, 2_000, 35 * 10**9),
        ShareView("Starter pack", "plan_tokens", 0, 4_500, 0),
    )
    card = QuoteDialog(host, (replace(QUOTE, shares=shares),))
    card.open()
    said = texts(card)
    for text in ("Paid by", "Free", "about 1,875 tokens", "at most 2,000 tokens", "Starter pack",
                 "likely nothing", "at most 4,500 tokens"):  # fmt: skip
        assert text in said, text


def test_what_would_do_for_less_is_a_button_that_chooses_it(
    qtbot: QtBot, card: QuoteDialog
) -> None:
    assert not buttons(card)
    card.show_cheaper(0, CHEAPER)
    first, second = buttons(card)
    assert first.accessibleName() == "Use Llama 3.3 · this computer, free"
    assert "about $0.0020" in texts(second)
    with qtbot.waitSignal(card.model_chosen) as chosen:
        qtbot.keyClick(second, Qt.Key.Key_Space)
    assert chosen.args == [0, "k1/gpt-4o-mini"]
    assert not card.isVisible()


def test_of_several_panes_one_is_shown_and_the_sum_of_all(qtbot: QtBot, host: QWidget) -> None:
    other = replace(QUOTE, pane=1, model_name="Claude Sonnet 4.5", likely_pusd=65 * 10**9)
    card = QuoteDialog(host, (QUOTE, other))
    card.open()
    card.show_cheaper(0, CHEAPER)
    assert "All panes together: about $0.10" in texts(card)
    tab = next(button for button in buttons(card) if button.text() == "Claude Sonnet 4.5")
    with qtbot.waitSignal(card.cheaper_asked) as asked:
        qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)
    assert asked.args == [1]
    assert "about $0.065" in texts(card)
    assert not any("mini" in button.text() for button in buttons(card))
    card.show_cheaper(0, CHEAPER)
    assert not any("mini" in button.text() for button in buttons(card))


def test_without_a_quote_the_card_goes_away(card: QuoteDialog) -> None:
    card.show_quotes(())
    assert not card.isVisible()


def test_the_card_closes_by_key(qtbot: QtBot, card: QuoteDialog) -> None:
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_foreign_names_are_shown_as_they_are(host: QWidget) -> None:
    card = QuoteDialog(host, (replace(QUOTE, model_name=HOSTILE),))
    card.open()
    card.show_cheaper(0, (CheaperView("k/x", HOSTILE, HOSTILE, 1),))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in card.findChildren(QLabel))


def test_figures_stay_inside_the_card_in_a_narrow_window(host: QWidget) -> None:
    host.resize(420, 360)
    card = QuoteDialog(host, (replace(QUOTE, model_name="A model with a very long name " * 3),))
    card.open()
    card.show_cheaper(0, CHEAPER)
    QApplication.processEvents()
    inside = card.card.rect()
    for label in card.findChildren(QLabel):
        if label.isVisible() and label.text().startswith("about $"):
            right = label.mapTo(card.card, label.rect().topRight()).x()
            assert right <= inside.right() - 10, label.text()


def test_the_spread_is_rounded_up_and_nothing_is_divided_by_zero() -> None:
    assert wording.spread_percent(QUOTE) == 2
    assert wording.spread_percent(replace(QUOTE, input_tokens=0)) == 0
