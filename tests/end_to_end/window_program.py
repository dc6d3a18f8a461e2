"""The whole program in a process of its own, with a person in front of it.

Nothing of it is replaced: a person sits down in front of it when Qt begins to wait for events.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.desktop import open_window
from app.ui.window import MainWindow
from tests.end_to_end import flows, refusal_flows, usage_flows
from tests.end_to_end.person import Person


def main(flow: str, *words: str) -> int:
    """Open the window and let a person do what a flow says; raises where something is not so."""
    rooms = (flows, refusal_flows, usage_flows)
    play = next(getattr(room, flow) for room in rooms if hasattr(room, flow))
    wait_for_events = QApplication.exec
    trouble: list[BaseException] = []

    def use_window() -> None:
        windows = QApplication.topLevelWidgets()
        window = next(widget for widget in windows if isinstance(widget, MainWindow))
        person = Person(window)
        try:
            person.sit_down()
            play(person, *words)
            person.leave()
        except BaseException as error:
            trouble.append(error)
            QApplication.exit(1)
            raise

    def with_person(*_: object) -> int:
        QTimer.singleShot(0, use_window)
        return wait_for_events()

    QApplication.exec = with_person  # type: ignore[method-assign, assignment]
    code = open_window()
    return code or len(trouble)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
