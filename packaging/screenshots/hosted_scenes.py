"""Somebody with hosted tokens, from nothing to a purchase, beside the demo's own credit server."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from app.ui.hosted.out_of_tokens import OutOfTokensCard
from app.ui.settings.dialog import HOSTED_PAGES, SettingsDialog
from app.ui.usage.dialog import UsageDialog
from tests.end_to_end.flows import choose_model, cost_lines, settled
from tests.end_to_end.person import CONTROL, SHIFT

if TYPE_CHECKING:
    from screenshots.program import Photographer

MODEL = "Claude 3 Opus"
# What the scenes wait for, where the window speaks German.
GERMAN = {
    "tokens left": "Token übrig",
    "left after": "übrig",
    "does not cover": "reicht",
    "Waiting for the payment": "Warten auf die Zahlung",
    "Credited": "Gutgeschrieben",
    "as of": "Stand",
}


def hosted_scenes(person: Photographer, till: Path) -> None:
    """Every state of what was bought, or is to be. The browser pays when `till` is there."""
    start(person)
    chat(person)
    exhausted(person)
    buy(person, till)
    afterwards(person)
    offline(person)


def start(person: Photographer) -> None:
    button = person.named("start-free")
    person.snap("hosted-first-run", 600)
    person.click(button)
    person.wait_until(lambda: person.frame.panes.panes[0].model_ref, "a model is chosen")
    chip = person.frame.sidebar.chip
    person.wait_until(lambda: said("tokens left") in chip.accessibleName(), "what is left is known")
    person.snap("hosted-empty", 600)


def chat(person: Photographer) -> None:
    """Two answers, and the third question with its price."""
    choose_model(person, MODEL)
    person.say("What do tokens cost, and who pays for this answer?")
    person.wait_until(lambda: settled(person, 2) and cost_lines(person), "it is answered")
    person.press(Qt.Key.Key_L, CONTROL)
    person.type("And once more, with an example")
    quote = person.composer.box.quote
    person.wait_until(lambda: said("left after") in quote.text(), "what is left afterwards is said")
    person.snap("hosted-chat", 700)
    person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: settled(person, 4), "it is answered")
    person.click(person.frame.panes.panes[0].header.model_button)
    person.snap("hosted-picker", 700)
    person.press(Qt.Key.Key_Escape)


def exhausted(person: Photographer) -> None:
    person.say("Is there anything left for a long letter to the council?")
    card = person.find(OutOfTokensCard, lambda widget: True)
    person.find(QLabel, lambda label: said("does not cover") in label.text(), card)
    person.snap("hosted-exhausted", 700)


def buy(person: Photographer, till: Path) -> None:
    person.click(person.named("buy-tokens"))
    person.find(QWidget, lambda widget: widget.objectName() == "offer-power-pack")
    person.snap("hosted-shop", 700)
    person.click(person.named("offer-power-pack"))
    person.click(person.named("shop-pay"))
    person.find(QLabel, lambda label: said("Waiting for the payment") in label.text())
    person.snap("hosted-pending", 700)
    till.touch()
    person.find(QLabel, lambda label: label.text() == said("Credited"))
    person.snap("hosted-credited", 700)
    leave_card(person)


def afterwards(person: Photographer) -> None:
    """On with what was bought: the answer, its receipt, the usage page and the settings."""
    person.press(Qt.Key.Key_L, CONTROL)
    person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: settled(person, 6), "it is answered")
    person.snap("hosted-going-on", 900)
    person.click(cost_lines(person)[-1])
    person.wait_until(lambda: person.all(QWidget, is_card), "the receipt is open")
    person.snap("hosted-receipt")
    leave_card(person)
    person.press(Qt.Key.Key_J, CONTROL | SHIFT)
    card = person.find(UsageDialog, lambda widget: True)
    person.wait_until(lambda: card.figure.text() != "…", "the sums are there")
    person.snap("hosted-usage", 600)
    leave_card(person)
    person.press(Qt.Key.Key_Comma, CONTROL)
    dialog = person.find(SettingsDialog, lambda widget: True)
    for page in HOSTED_PAGES:
        dialog.show_page(page)
        person.snap(f"hosted-settings-{page}", 900)
    leave_card(person)


def offline(person: Photographer) -> None:
    """The server is gone: old figures have their age."""
    for place in Path("/proc").glob("[0-9]*/status"):
        try:
            is_ours = f"PPid:\t{os.getpid()}\n" in place.read_text()
            words = (place.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if is_ours and b"app.server.main" in words:
            os.kill(int(place.parent.name), signal.SIGTERM)
    chip = person.frame.sidebar.chip
    person.wait_until(lambda: said("as of") in chip.accessibleName(), "the figures have their age")
    person.snap("hosted-offline", 700)
    person.click(person.named("buy-tokens"))
    person.snap("hosted-shop-offline", 900)
    leave_card(person)


def said(words: str) -> str:
    """Words of the window in its language."""
    return GERMAN[words] if QLocale().language() == QLocale.Language.German else words


def leave_card(person: Photographer) -> None:
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(QWidget, is_card), "it is closed")


def is_card(widget: QWidget) -> bool:
    return widget.objectName() == "card-dialog" and not isinstance(widget, QAbstractButton)
