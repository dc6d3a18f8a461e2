"""The whole program in a process of its own, on a display, taken through the scenes of one theme.

Nothing of it is replaced: real window, real core, real HTTP to servers on loopback.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.desktop import open_window
from app.seam import commands
from app.ui.theme import Theme
from app.ui.window import MainWindow
from tests.end_to_end.person import Person

SETTLE_MS = 350


class Photographer(Person):
    """Somebody who takes a picture of the whole screen now and then."""

    def __init__(self, window: MainWindow, folder: Path, ending: str) -> None:
        super().__init__(window)
        self._folder = folder
        self._ending = ending

    def snap(self, name: str, settle_ms: int = SETTLE_MS) -> None:
        """Write `name-light.png` or `name-dark.png`, once the window has come to rest."""
        self.rest(settle_ms)
        path = self._folder / f"{name}-{self._ending}.png"
        if not self.window.screen().grabWindow(0).save(str(path)):
            raise OSError(f"{path} could not be written")

    def rest(self, pause_ms: int) -> None:
        """Let time pass; unlike QTest's wait, the program's other threads go on meanwhile."""
        loop = QEventLoop()
        QTimer.singleShot(pause_ms, loop.quit)
        loop.exec()

    def type(self, text: str) -> None:
        """As a person does; a letter without a key of its own comes as an input method sends it."""
        for letter in text:
            if letter.isascii():
                super().type(letter)
            else:
                said = QInputMethodEvent()
                said.setCommitString(letter)
                QApplication.sendEvent(QApplication.focusWidget(), said)

    def choose_theme(self, theme: str) -> None:
        """As the settings would: `light` or `dark`."""
        self.window.bridge.submit(commands.ChangeSettings((("theme", theme),)))
        self.wait_until(lambda: Theme.current().mode == theme, "the theme is chosen")

    def size_to(self, width: int, height: int) -> None:
        """Give the window another size, and wait until it has it."""
        self.window.resize(width, height)
        self.wait_until(lambda: self.window.width() == width, "the window has its size")


def run(
    folder: Path,
    theme: str,
    play: Callable[[Photographer], None],
    *,
    percent: int = 100,
    language: str = "en",
    demo: bool = False,
) -> int:
    """Open the window and play; returns the exit code, not 0 where a scene failed."""
    ending = theme if percent == 100 else f"{theme}-{percent}"
    ending = ending if language == "en" else f"{ending}-{language}"
    wait_for_events = QApplication.exec
    trouble: list[BaseException] = []

    def use_window() -> None:
        windows = QApplication.topLevelWidgets()
        window = next(widget for widget in windows if isinstance(widget, MainWindow))
        person = Photographer(window, folder, ending)
        try:
            person.sit_down()
            person.choose_theme(theme)
            play(person)
            person.leave()
        except BaseException as error:
            trouble.append(error)
            QApplication.exit(1)
            raise

    def with_person(*_: object) -> int:
        QTimer.singleShot(0, use_window)
        return wait_for_events()

    QApplication.exec = with_person  # type: ignore[method-assign, assignment]
    code = open_window(demo=demo)
    return code or len(trouble)


def main(scenes: str, folder: Path, theme: str, home: Path, percent: int, language: str) -> int:
    """Play the scenes of a new profile (`first`), of one with a past (`used`), or of the demo with
    its credit server (`hosted`)."""
    from screenshots.first_scenes import first_scenes
    from screenshots.hosted_scenes import hosted_scenes
    from screenshots.stage import Stage
    from screenshots.used_scenes import used_scenes

    if scenes == "hosted":
        play = lambda person: hosted_scenes(person, home / "till")  # noqa: E731
        return run(folder, theme, play, percent=percent, language=language, demo=True)
    stage = Stage()
    try:
        if scenes == "used":
            from screenshots.profile import fill

            fill(home, openai_url=stage.openai_url, anthropic_url=stage.anthropic_url)
            return run(folder, theme, lambda person: used_scenes(person, stage))
        return run(folder, theme, lambda person: first_scenes(person, stage))
    finally:
        stage.stop()


if __name__ == "__main__":
    _, asked, pictures, wanted, place, size, speech = sys.argv
    sys.exit(main(asked, Path(pictures), wanted, Path(place), int(size), speech))
