"""The receipt: all that it must say, copied and shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam.views import Certainty, ReceiptPartView, ReceiptShareView
from app.ui.receipt import wording
from app.ui.receipt.dialog import ReceiptDialog
from tests.ui.dialogs.samples import HOSTILE, sample_receipt


@pytest.fixture
def receipt(host: QWidget) -> ReceiptDialog:
    dialog = ReceiptDialog(host, sample_receipt())
    dialog.open()
    return dialog


def texts(dialog: ReceiptDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


@pytest.mark.parametrize(
    "text",
    [
        "about $0.029314", "about $0.024, at most $0.061", "your Anthropic key …9xAA",
        "You stopped this answer: you pay for what had arrived.", "genai-prices, 21 August 2026",
        "Call 1 of 2: Claude Sonnet 4.5, Anthropic", "req_011CSHoEeqs5C35K2UUqR7Fy",
        "Read from cache", "$0.30 per million", "$0.00282", "1 search", "about $0.00879",
        "exact: the provider said so", "estimated: counted here",
        "The provider did not say what the second call used; it was counted here.",
    ],
)  # fmt: skip
def test_the_card_says(receipt: ReceiptDialog, text: str) -> None:
    assert text in texts(receipt)


def test_the_request_id_can_be_copied(qtbot: QtBot, receipt: ReceiptDialog) -> None:
    button = receipt.findChild(QToolButton, "copy-request-id")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "req_011CSHoEeqs5C35K2UUqR7Fy"
    assert "Copied" in texts(receipt)


def test_the_whole_can_be_copied_by_key(qtbot: QtBot, receipt: ReceiptDialog) -> None:
    button = next(b for b in receipt.findChildren(QPushButton) if b.text() == "Copy as text")
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == wording.as_text(sample_receipt())


def test_the_text_holds_every_call_part_and_note() -> None:
    text = wording.as_text(sample_receipt())
    for call in sample_receipt().calls:
        for part in call.parts:
            assert f"{part.label}: " in text
            assert part.rate_text in text
    assert "Request id: req_011CSHoEeqs5C35K2UUqR7Fy" in text
    assert sample_receipt().notes[0] in text


def test_each_call_names_who_paid_it_and_where_its_rates_are_from(host: QWidget) -> None:
    first, second = sample_receipt().calls
    first = replace(first, payer="your OpenAI key", price_source="a list, 1 May 2026")
    second = replace(
        second, payer="your Anthropic key", basis="counted on this computer", asked_model="Sonnet"
    )
    exact, about = Certainty.EXACT, Certainty.ESTIMATED
    receipt = replace(
        sample_receipt(),
        calls=(first, second),
        shares=(
            ReceiptShareView("your OpenAI key", 18_424_000_000, exact, 63),
            ReceiptShareView("your Anthropic key", 10_890_000_000, about, 37),
        ),
    )
    shown = texts(ReceiptDialog(host, receipt))
    assert "Paid by your OpenAI key · rates from a list, 1 May 2026" in shown
    assert "Paid by your Anthropic key · counted on this computer" in shown
    assert "your OpenAI key $0.018424 (63 %), your Anthropic key about $0.01089 (37 %)" in shown
    assert "Call 2 of 2: Claude Sonnet 4.5, Anthropic (asked for Sonnet)" in shown
    for text in shown:
        if "Paid by your" in text:
            assert text in wording.as_text(receipt)


def test_a_part_that_counts_nothing_shows_its_amount_alone() -> None:
    part = ReceiptPartView("To the provider's own figure", 0, "", "", -2_000_000_000)
    assert wording.quantity(part, Certainty.EXACT) == ""
    assert wording.amount(part, Certainty.EXACT) == "−$0.002"


def test_an_unknown_price_is_never_zero() -> None:
    call = sample_receipt().calls[0]
    part = replace(call.parts[0], amount_pusd=None, rate_text="")
    unknown = replace(call, parts=(part,), total_pusd=None, certainty=Certainty.UNKNOWN)
    text = wording.as_text(
        replace(
            sample_receipt(), total_pusd=None, certainty=Certainty.UNKNOWN, calls=(unknown,),
            quoted_likely_pusd=None, quoted_most_pusd=None,
        )
    )  # fmt: skip
    assert "Charged after: price unknown" in text
    assert "$0\n" not in text
    assert "Quoted before" not in text


def test_hostile_names_are_plain_text(host: QWidget) -> None:
    call = replace(sample_receipt().calls[0], model=HOSTILE, provider=HOSTILE, request_id=HOSTILE)
    dialog = ReceiptDialog(host, replace(sample_receipt(), calls=(call,), rule=HOSTILE))
    dialog.open()
    labels = dialog.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert HOSTILE in [label.text() for label in labels]
