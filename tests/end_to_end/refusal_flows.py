"""What people do after a message was refused: the card comes and goes, and the program lives."""

from __future__ import annotations

import gc
from random import Random

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.ui.composer.fault_card import FaultCard
from app.ui.first_run import FirstRun
from app.ui.theme import Theme
from tests.end_to_end.flows import settled
from tests.end_to_end.person import CONTROL, SHIFT, Person


def refused_then_demo(person: Person) -> None:
    """Enter without a model, then the offline demo; Enter again before its answer is there."""
    person.say("hello")
    page = person.find(FirstRun, lambda widget: True)
    person.find(QLabel, lambda label: "kept below" in label.text(), page)
    gc.collect()
    person.window.open_demo = lambda: False  # as where the server is not installed
    person.click(person.button("Try the offline demo", page))
    person.wait_until(lambda: not person.frame.composer.is_leaving(), "the demo's chat is there")
    for answers in (2, 4, 6):
        gc.collect()
        person.say("And now?")
        person.wait_until(person.frame.panes.is_streaming, "an answer is written")
        refuse(person)
        person.click(person.button("Stop the answer", card(person)))
        person.wait_until(lambda answers=answers: settled(person, answers), "it was stopped")
        person.wait_until(lambda: not card_is_shown(person), "the refusal has gone with it")
        person.composer.box.editor.clear()


def refused_in_every_look(person: Person) -> None:
    """A budget is used up; its refusal stays while colors, size and pages change around it."""
    for key in (Qt.Key.Key_D, Qt.Key.Key_J, Qt.Key.Key_D, Qt.Key.Key_J):
        refuse(person)
        dark = Theme.current().dark
        person.press(key, CONTROL | SHIFT)
        gc.collect()
        if key == Qt.Key.Key_D:
            person.wait_until(lambda dark=dark: Theme.current().dark != dark, "the other colors")
        else:
            person.press(Qt.Key.Key_Escape)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
        refuse(person)
        person.press(key, CONTROL)
        gc.collect()
    choose_colors(person)
    person.press(Qt.Key.Key_N, CONTROL)
    gc.collect()
    refuse(person)


def models_then_demo(person: Person) -> None:
    """The models before there is a way to any, left by Escape; then the offline demo."""
    for _ in range(3):
        person.press(Qt.Key.Key_M, CONTROL)
        gc.collect()
        person.press(Qt.Key.Key_Escape)
    person.say("hello")
    page = person.find(FirstRun, lambda widget: True)
    person.find(QLabel, lambda label: "kept below" in label.text(), page)
    person.window.open_demo = lambda: False  # as where the server is not installed
    person.click(person.button("Try the offline demo", page))
    person.wait_until(lambda: not person.frame.composer.is_leaving(), "the demo's chat is there")
    person.press(Qt.Key.Key_L, CONTROL)
    person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: settled(person, 2), "the demo has answered")


def wander(person: Person, rounds: str, seed: str) -> None:
    """Whatever the keys open, in any order, with a refusal on screen as often as not."""
    chance = Random(int(seed))
    for _ in range(int(rounds)):
        chance.choice((refuse, refuse, other_colors, zoom, look, look, another_chat))(person)
        if chance.random() < 0.5:
            gc.collect()
    refuse(person)


def other_colors(person: Person) -> None:
    person.press(Qt.Key.Key_D, CONTROL | SHIFT)
    QTest.qWait(10)


def zoom(person: Person) -> None:
    """Larger and smaller again."""
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
        person.press(key, CONTROL)
        QTest.qWait(10)


def look(person: Person) -> None:
    """Settings, models, the palette, one after the other; each left by Escape."""
    for key in (Qt.Key.Key_Comma, Qt.Key.Key_M, Qt.Key.Key_K):
        person.press(key, CONTROL)
        QTest.qWait(20)
        person.press(Qt.Key.Key_Escape)
    person.window.dialogs.open_usage()
    QTest.qWait(60)
    person.press(Qt.Key.Key_Escape)
    person.window.dialogs.open_budgets()
    QTest.qWait(30)
    person.press(Qt.Key.Key_Escape)


def another_chat(person: Person) -> None:
    person.press(Qt.Key.Key_N, CONTROL)
    person.wait_until(lambda: not person.frame.composer.is_leaving(), "the new chat is there")


def choose_colors(person: Person) -> None:
    """Light and dark in the settings, with the refusal behind them."""
    person.press(Qt.Key.Key_Comma, CONTROL)
    for name, dark in (("theme-1", False), ("theme-2", True), ("theme-1", False)):
        button = person.named(name)
        assert isinstance(button, QAbstractButton)
        person.click(button)
        person.wait_until(lambda dark=dark: Theme.current().dark == dark, f"{name} is in force")
        gc.collect()
    person.press(Qt.Key.Key_Escape)


def refuse(person: Person) -> None:
    """Send something that is refused."""
    if not person.composer.text():
        person.say("hello")
    else:
        person.press(Qt.Key.Key_L, CONTROL)
        person.press(Qt.Key.Key_Return)
    person.wait_until(lambda: card_is_shown(person), "the refusal is shown")
    gc.collect()


def card(person: Person) -> FaultCard:
    return person.find(FaultCard, lambda widget: True, person.composer)


def card_is_shown(person: Person) -> bool:
    return bool(person.all(FaultCard, lambda widget: True, person.composer))
