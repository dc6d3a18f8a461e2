"""The small parts of a group's page: what is being asked, what went wrong, a figure in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.group_wording import tr
from app.ui.theme import Theme, set_look


class GroupState(QWidget):
    """A line in place of what is not there: it is asked for, or could not be had."""

    again_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said = plain_label(tone="2", size="note", wrap=True)
        self._again = push_button(tr("Try again"), self._on_again)
        self._again.setObjectName("group-again")
        line = row(self)
        line.addWidget(self._said, 1)
        line.addWidget(self._again, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_asking(self) -> None:
        """The server was asked."""
        self._say(tr("Asking the server …"), "2", again=False)

    def show_fault(self, fault: FaultView) -> None:
        """Why there is nothing, or nothing newer than what stands here."""
        self._say(fault_words(fault), "danger", again=True)

    def _say(self, text: str, tone: str, *, again: bool) -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)
        self._again.setVisible(again)
        self.show()

    def _on_again(self) -> None:
        self.show_asking()
        self.again_asked.emit()


def fault_words(fault: FaultView) -> str:
    """What went wrong and what to do."""
    return f"{fault.message} {fault.advice}".strip()


def say(label: QLabel, text: str, tone: str = "danger") -> None:
    """A line that is there only while it says something."""
    label.setText(text)
    set_look(label, tone=tone)
    label.setVisible(bool(text))


def heading(text: str) -> QLabel:
    return plain_label(text, strong=True)


def buttons(*made: QWidget) -> QHBoxLayout:
    """Buttons side by side from the line's beginning."""
    line = row(spacing=8)
    for button in made:
        line.addWidget(button)
    line.addStretch(1)
    return line


class Figures(QWidget):
    """A table of a few lines: a name, then figures that stand under their heads."""

    def __init__(self) -> None:
        super().__init__()
        theme = Theme.current()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(24))
        self._grid.setVerticalSpacing(theme.px(7))
        self._grid.setColumnStretch(0, 1)

    def show_lines(self, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
        """All lines anew; columns whose figures are all empty are left out."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        kept = [
            place for place in range(len(heads)) if place == 0 or any(line[place] for line in lines)
        ]
        for at, place in enumerate(kept):
            self._put(plain_label(heads[place], tone="3", size="small"), 0, at)
        for number, line in enumerate(lines, start=1):
            for at, place in enumerate(kept):
                label = plain_label(line[place], size="note", figures=place > 0)
                if place == 0:
                    said = [f"{heads[each]} {line[each]}" for each in kept[1:] if line[each]]
                    label.setAccessibleName(", ".join((line[0], *said)))
                self._put(label, number, at)

    def _put(self, label: QLabel, line: int, place: int) -> None:
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(label, line, place, end if place else Qt.AlignmentFlag.AlignVCenter)


class Ask(QWidget):
    """A question in place, with a button that does it and one that does not."""

    def __init__(self) -> None:
        super().__init__()
        self._do: Callable[[], object] | None = None
        self._text = plain_label(size="note", wrap=True)
        self._yes = push_button("", self._on_yes, "danger")
        self._yes.setObjectName("group-yes")
        self._no = push_button(tr("Leave it as it is"), self.leave)
        self._no.setObjectName("group-no")
        self._back: QWidget | None = None
        box = column(self, spacing=6)
        box.addWidget(self._text)
        box.addLayout(buttons(self._yes, self._no))
        self.hide()

    def ask(
        self, text: str, button: str, do: Callable[[], object], back: QWidget | None = None
    ) -> None:
        """`do` is called where the user says yes; the keyboard goes `back` where not."""
        self._do, self._back = do, back
        self._text.setText(text)
        self._yes.setText(button)
        self._yes.setEnabled(True)
        self.show()
        self._no.setFocus()

    def leave(self) -> None:
        """Nothing is asked any more."""
        self.hide()
        if self._back is not None:
            self._back.setFocus()

    def rest(self) -> None:
        """It could not be done: it may be asked again."""
        self._yes.setEnabled(True)

    def _on_yes(self) -> None:
        self._yes.setEnabled(False)
        if self._do is not None:
            self._do()
