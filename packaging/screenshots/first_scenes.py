"""A new person: the first run, and a first key on a computer without a keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from screenshots.stage import WRONG_SECRET, Stage

from app.ui.first_run import FirstRun
from app.ui.settings.keys_page import KeysPage
from tests.end_to_end.flows import choose_provider

if TYPE_CHECKING:
    from screenshots.program import Photographer


def first_scenes(person: Photographer, stage: Stage) -> None:
    """From nothing to a chat of the demo."""
    page = person.find(FirstRun, lambda widget: True)
    person.find(QLabel, lambda label: "found" in label.text().lower(), page)
    person.snap("first-run")
    person.click(person.button("Add a key", page))
    keys = person.find(KeysPage, lambda widget: True)
    choose = person.named("choose-session")
    person.snap("keys-where")
    person.click(choose)
    person.click(person.button("Another provider, or an address of your own", keys))
    choose_provider(person, "Another address")
    person.click(person.named("base-url"))
    person.type(stage.openai_url)
    person.click(person.named("secret"))
    person.type(WRONG_SECRET)
    person.click(person.named("check-and-keep"))
    person.find(QLabel, lambda label: "refuse" in label.text().lower(), keys)
    person.snap("key-refused")
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(KeysPage, lambda w: True), "the settings are closed")
    person.window.open_demo = lambda: False  # as where the server is not installed
    person.click(person.button("Try the offline demo", page))
    person.wait_until(lambda: not person.all(FirstRun, lambda w: True), "the chat is shown")
    person.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    person.type("What does this message cost?")
    person.wait_until(person.composer.box.quote.text, "the quote is there")
    person.snap("demo")
