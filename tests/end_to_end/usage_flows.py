"""What people do with the usage page, in the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.ui.receipt.dialog import ReceiptDialog
from app.ui.usage.dialog import UsageDialog
from app.ui.usage.lists import CALLS
from tests.end_to_end.flows import cost_lines, settled
from tests.end_to_end.person import CONTROL, SHIFT, Person


def see_usage(person: Person, csv_path: str, total: str) -> None:
    """Two answers, then the page: sums, calls, a receipt, a file, and back to a message."""
    for place, text in enumerate(("Where is Paris?", "And Rome?")):
        person.say(text)
        person.wait_until(lambda place=place: settled(person, 2 * place + 2), "it is answered")
    person.wait_until(lambda: len(cost_lines(person)) == 2, "both show their cost")
    card = open_page(person)
    person.wait_until(lambda: card.figure.text() == total, f"{total}, not {card.figure.text()}")
    write_csv(person, card, csv_path)
    tabs = card.lists.tabs
    tabs.setFocus()
    for _ in range(sum(tabs.isTabVisible(place) for place in range(CALLS))):
        person.press(Qt.Key.Key_Right)
    calls = card.lists.calls
    person.wait_until(lambda: calls.calls.call(1) is not None, "both calls are listed")
    person.click_at(calls.viewport(), calls.visualRect(calls.calls.index(0, 7)).center())
    person.find(ReceiptDialog, lambda widget: True)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(ReceiptDialog, lambda w: True), "it is closed")
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(UsageDialog, lambda w: True), "the page is closed")
    back_to_the_message(person)


def open_page(person: Person) -> UsageDialog:
    """By its keys."""
    person.press(Qt.Key.Key_J, CONTROL | SHIFT)
    return person.find(UsageDialog, lambda widget: True)


def write_csv(person: Person, card: UsageDialog, path: str) -> None:
    """Where it goes is chosen in the system's own dialog; from there on it is the page's."""
    card.export_line.write(card._scope, path, "parts")
    person.wait_until(lambda: Path(path).exists(), "the file is there")
    person.wait_until(lambda: not card.export_line.is_writing, "the page says so")


def back_to_the_message(person: Person) -> None:
    """From the billing panel to a line of the list, and from there to the chat it is of."""
    chat_id = person.window.shown.chat.id
    person.press(Qt.Key.Key_N, CONTROL)
    person.wait_until(lambda: person.window.shown.chat.id != chat_id, "a new chat is open")
    person.click(person.find(QPushButton, lambda button: button.text() == "See usage"))
    card = person.find(UsageDialog, lambda widget: True)
    person.wait_until(lambda: card.figure.text() != "…", "the sums are there")
    card.lists.look_at(CALLS)
    calls = card.lists.calls
    person.wait_until(lambda: calls.calls.call(0) is not None, "the calls are listed")
    person.wait_until(calls.hasFocus, "the list has the keyboard")
    person.press(Qt.Key.Key_Down)
    person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: person.window.shown.chat.id == chat_id, "its chat is open")
    person.wait_until(lambda: not person.all(UsageDialog, lambda w: True), "the page is closed")
