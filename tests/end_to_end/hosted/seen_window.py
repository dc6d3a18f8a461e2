"""The whole program in a process of its own, with eyes: it says what stands where on the screen.

Nothing of it is replaced and nothing is done for it. Each line on standard input asks what is to be
seen; the answer is one line of JSON. Clicks and keys come from the X server alone (`somebody.py`).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QPoint, QSocketNotifier, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from app.__main__ import main


def text_of(widget: QWidget) -> str:
    """What a person reads on it."""
    match widget:
        case QLabel() | QAbstractButton() | QLineEdit():
            return widget.text()
        case QTextEdit() | QPlainTextEdit():
            return widget.toPlainText()
    text = getattr(widget, "text", None)
    said = text() if callable(text) else ""
    return said if isinstance(said, str) else ""


def seen() -> list[dict[str, Any]]:
    """Every visible widget that has words or a name, and every tab, with its place."""
    found = []
    focus = QApplication.focusWidget()
    for top in QApplication.topLevelWidgets():
        if not top.isVisible():
            continue
        for widget in [top, *top.findChildren(QWidget)]:
            text, said, name = text_of(widget), widget.accessibleName(), widget.objectName()
            if not widget.isVisible() or not (text or said or name or widget is focus):
                continue
            found.append(
                {
                    "kind": type(widget).__name__,
                    "name": name,
                    "text": text,
                    "said": said,
                    "focus": widget is focus,
                    **_place(widget, widget.rect().center()),
                }
            )
            if isinstance(widget, QTabBar):
                found += _tabs(widget)
    return found


def _tabs(bar: QTabBar) -> list[dict[str, Any]]:
    return [
        {
            "kind": "Tab",
            "name": "",
            "text": bar.tabText(place),
            "said": "",
            "focus": False,
            **_place(bar, bar.tabRect(place).center()),
        }
        for place in range(bar.count())
    ]


def _place(widget: QWidget, inside: QPoint) -> dict[str, Any]:
    there = widget.mapToGlobal(inside)
    return {
        "at": [there.x(), there.y()],
        "enabled": widget.isEnabled(),
        "on_top": _is_on_top(widget, there),
    }


def _is_on_top(widget: QWidget, middle: QPoint) -> bool:
    there = QApplication.widgetAt(middle)
    return there is not None and (there is widget or widget.isAncestorOf(there))


def watch() -> QSocketNotifier:
    """Answer each question that comes on standard input."""
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)

    def answer() -> None:
        if not sys.stdin.readline():
            notifier.setEnabled(False)
            return
        sys.stdout.write(json.dumps(seen()) + "\n")
        sys.stdout.flush()

    notifier.activated.connect(answer, Qt.ConnectionType.DirectConnection)
    return notifier


def run(words: list[str]) -> int:
    wait_for_events = QApplication.exec

    def with_eyes(*_: object) -> int:
        eyes = watch()
        code = wait_for_events()
        eyes.setEnabled(False)
        return code

    QApplication.exec = with_eyes  # type: ignore[method-assign, assignment]
    return main(words)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
