"""A person at the real window: looks at what is shown, clicks and types by Qt's own events.

Clicks go to the window and find the widget under the pointer, as those of a real mouse do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QTextEdit, QWidget

from app.ui.window import MainWindow

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)
WAIT_S = 60.0
STILL_LOOKS = 5
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Person:
    """Somebody in front of the window of this process."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.frame = window.frame
        self.composer = window.frame.composer

    def wait_until(self, holds: Callable[[], T], what: str) -> T:
        """Let the program run until something true is returned; fail with words if it never is."""
        deadline = time.monotonic() + WAIT_S
        while not (found := holds()):
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            QTest.qWait(5)
        return found

    def sit_down(self) -> None:
        """The window is there, in front, and the core behind it is open."""
        self.wait_until(self.window.isVisible, "the window is shown")
        self.window.activateWindow()
        self.wait_until(self.window.isActiveWindow, "the window is in front")
        self.wait_until(lambda: self.window.shown.ready, "the core is open")
        self.wait_until(lambda: self.window.shown.chat, "a chat is open")

    def click(self, widget: QWidget) -> None:
        """Press the left button over the middle of a widget."""
        self.wait_until(widget.isVisible, f"{widget} can be seen")
        self.wait_until(widget.isEnabled, f"{widget} can be used")
        self._bring_into_view(widget)
        self._wait_until_still(widget)
        self.click_at(widget, widget.rect().center())

    def click_at(self, widget: QWidget, place: QPoint) -> None:
        top = widget.window()
        at = widget.mapTo(top, place)
        QTest.mouseMove(_handle(top), at)
        QTest.mouseClick(_handle(top), Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0), at)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier(0)) -> None:  # noqa: B008
        QTest.keyClick(_handle(self._in_front()), key, modifiers)

    def type(self, text: str) -> None:
        """Type into what has the keyboard, one key after the other."""
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing has the keyboard"
        QTest.keyClicks(focus, text)

    def say(self, text: str) -> None:
        """Type a message into the composer, by its key, and send it."""
        self.press(Qt.Key.Key_L, CONTROL)
        self.wait_until(self.composer.box.editor.hasFocus, "the composer has the keyboard")
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def find(self, kind: type[W], fits: Callable[[W], bool], within: QWidget | None = None) -> W:
        """Wait for a visible widget of a kind."""
        found = self.wait_until(lambda: self.all(kind, fits, within), f"a {kind.__name__} to use")
        return found[0]

    def all(
        self, kind: type[W], fits: Callable[[W], bool], within: QWidget | None = None
    ) -> list[W]:
        places: Iterable[QWidget] = [within] if within else QApplication.topLevelWidgets()
        return [
            widget
            for place in places
            for widget in place.findChildren(kind)
            if widget.isVisible() and fits(widget)
        ]

    def button(self, words: str, within: QWidget | None = None) -> QAbstractButton:
        """A button by what stands on it or what a screen reader says."""
        return self.find(
            QAbstractButton,
            lambda b: words in (b.text(), b.accessibleName()) and b.isEnabled(),
            within,
        )

    def named(self, name: str) -> QWidget:
        """A widget by its name in the program."""
        return self.find(QWidget, lambda widget: widget.objectName() == name)

    def shown_text(self, pane: int = 0) -> str:
        """What stands in the cards of a pane."""
        transcript = self.frame.panes.panes[pane].transcript
        if transcript is None:
            return ""
        views = [view for view in transcript.findChildren(QTextEdit) if view.isVisible()]
        return "\n".join(view.toPlainText() for view in views)

    def leave(self) -> None:
        """Close the window by its own key and wait until everything is saved."""
        self.press(Qt.Key.Key_Q, CONTROL)
        self.wait_until(lambda: self.window.stopped, "everything is saved")

    def _bring_into_view(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()

    def _wait_until_still(self, widget: QWidget) -> None:
        """What has just appeared may still find its place; nobody clicks before it has."""
        places: list[QPoint] = []

        def is_still() -> bool:
            places.append(widget.mapTo(widget.window(), QPoint(0, 0)))
            return len(places) > STILL_LOOKS and len(set(places[-STILL_LOOKS:])) == 1

        self.wait_until(is_still, f"{widget} stays in its place")

    def _in_front(self) -> QWidget:
        return QApplication.activeWindow() or self.window


def _handle(widget: QWidget) -> QWindow:
    handle = widget.windowHandle()
    assert handle is not None, "not a window of its own"
    return handle
