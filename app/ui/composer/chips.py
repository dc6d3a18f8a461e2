"""The files that go with a message: a chip each, with a thumbnail, and what could not be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
)

from app.ui import words
from app.ui.composer.flow_row import FlowRow
from app.ui.icons import icon
from app.ui.theme import Theme, set_look
from app.ui.thumbnail import Thumbnail, file_icon

if TYPE_CHECKING:
    from app.seam.views import AttachmentView

NAME_WIDTH = 180
THUMBNAIL = 32
HEIGHT_MAX, HEIGHT_MIN = 148, 44  # three lines and a piece of the fourth; one line
LINE_CHARS_MAX = 100_000


class Chips(FlowRow):
    """Attached files in the order given. `changed` after one was added or taken away.

    A pasted text can be had back as text for as long as it is attached and this window lives.
    """

    changed = Signal()
    settled = Signal()
    text_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._drop_all = QPushButton(self.tr("Remove all that cannot be sent"))
        set_look(self._drop_all, look="link", size="small")
        self._drop_all.clicked.connect(self._on_drop_all)
        self.add(self._drop_all)
        self._attached: list[tuple[AttachmentView, Chip]] = []
        self._waiting: dict[int, Chip] = {}
        self._refused: list[Chip] = []
        self._pasted: dict[Chip, str] = {}
        self.setVisible(False)

    def attachments(self) -> tuple[AttachmentView, ...]:
        """What is attached, without what is still being read."""
        return tuple(view for view, _ in self._attached)

    def is_reading(self) -> bool:
        """Whether a file was given that has neither come nor been refused."""
        return bool(self._waiting)

    def show_all(self, attachments: tuple[AttachmentView, ...]) -> None:
        """These files and no others; reports about earlier ones go away."""
        for chip in [
            *(chip for _, chip in self._attached),
            *self._refused,
            *self._waiting.values(),
        ]:
            self._drop(chip)
        self._attached, self._refused, self._waiting = [], [], {}
        for view in attachments:
            self._attached.append((view, self._make_attached(view)))
        self._settle()

    def expect(self, serial: int, name: str, pasted: str = "") -> None:
        """A file was given and is being read; `pasted` where it was a text."""
        chip = self._waiting[serial] = self._add(Chip(name, self.tr("is being read…")))
        chip.place = serial
        chip.removed.connect(self._on_waiting_removed)
        if pasted:
            self._pasted[chip] = pasted
        self._settle()

    def attach(self, serial: int, view: AttachmentView) -> None:
        """A file is there. Unknown numbers are of another chat and do nothing."""
        chip = self._waiting.pop(serial, None)
        if chip is None:
            return
        pasted = self._pasted.get(chip, "")
        self._drop(chip)
        attached = self._make_attached(view, pasted)
        attached.place = serial
        # Which file is read first is chance; the model gets them in the order given.
        self._attached.append((view, attached))
        self._attached.sort(key=lambda pair: _place(pair[1]))
        self._settle()
        self.changed.emit()

    def refuse(self, serial: int, name: str, message: str) -> None:
        """A file cannot go with the message, and why."""
        chip = self._waiting.pop(serial, None)
        if chip is None:
            return
        self._drop(chip)
        refused = self._add(Chip(name, _without_name(message, name), danger=True))
        refused.place = serial
        refused.removed.connect(self._on_refused_removed)
        self._refused.append(refused)
        self._settle()
        self.changed.emit()

    def take_away(self, sent_ids: tuple[str, ...]) -> None:
        """These went out with a message; what could not go with it is not news any more."""
        for chip in self._refused:
            self._drop(chip)
        self._refused = []
        for view, chip in [pair for pair in self._attached if pair[0].id in sent_ids]:
            self._attached.remove((view, chip))
            self._drop(chip)
        self._settle()

    def _make_attached(self, view: AttachmentView, pasted: str = "") -> Chip:
        chip = self._add(Chip(view.name, words.file_size(view), view))
        chip.removed.connect(self._on_removed)
        if pasted and _can_be_shown(pasted):
            self._pasted[chip] = pasted
            chip.offer_text()
            chip.text_wanted.connect(self._on_text_wanted)
        return chip

    def _add(self, chip: Chip) -> Chip:
        self.add(chip)
        return chip

    def _drop(self, chip: Chip) -> None:
        self._pasted.pop(chip, None)
        self.drop(chip)

    def _settle(self) -> None:
        self._drop_all.setVisible(len(self._refused) > 1)
        # What goes along stands first; Qt's order of children is that of their depth.
        going = sorted([*(chip for _, chip in self._attached), *self._waiting.values()], key=_place)
        for widget in (*going, self._drop_all, *sorted(self._refused, key=_place)):
            widget.raise_()
        self._place_again()
        self.setVisible(bool(self._attached or self._waiting or self._refused))
        self.settled.emit()

    def _on_removed(self) -> None:
        gone = self.sender()
        self._attached = [pair for pair in self._attached if pair[1] is not gone]
        if isinstance(gone, Chip):
            self._drop(gone)
        self._settle()
        self.changed.emit()

    def _on_waiting_removed(self) -> None:
        # What is read of it by then has no chip any more, and goes nowhere.
        gone = self.sender()
        self._waiting = {n: chip for n, chip in self._waiting.items() if chip is not gone}
        if isinstance(gone, Chip):
            self._drop(gone)
        self._settle()
        self.changed.emit()

    def _on_text_wanted(self) -> None:
        chip = self.sender()
        text = self._pasted.get(chip, "") if isinstance(chip, Chip) else ""
        if isinstance(chip, Chip) and text:
            chip.removed.emit()
            self.text_wanted.emit(text)

    def _on_drop_all(self) -> None:
        for chip in self._refused:
            self._drop(chip)
        self._refused = []
        self._settle()

    def _on_refused_removed(self) -> None:
        gone = self.sender()
        self._refused = [chip for chip in self._refused if chip is not gone]
        if isinstance(gone, Chip):
            self._drop(gone)
        self._settle()


class Chip(QFrame):
    """One file: picture or icon, name, a line about it, and a way to remove it."""

    removed = Signal()
    text_wanted = Signal()
    place = -1  # among the files given; those of a draft that came back stand before

    def __init__(
        self, name: str, line: str, file: AttachmentView | None = None, *, danger: bool = False
    ) -> None:
        super().__init__()
        set_look(self, look="chip", tone="danger" if danger else "")
        self.setAccessibleName(f"{name}, {line}")
        row = self._row = QHBoxLayout(self)
        theme = Theme.current()
        row.setContentsMargins(theme.px(6), theme.px(4), theme.px(2), theme.px(4))
        row.setSpacing(theme.px(6))
        row.addWidget(_picture(file, danger))
        row.addWidget(_name_label(name))
        row.addWidget(_line_label(line, danger))
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setAccessibleName(self.tr("Remove {0}").format(name))
        close.clicked.connect(self.removed)
        row.addWidget(close)

    def offer_text(self) -> None:
        """The way back of a pasted text into the message."""
        button = QPushButton(self.tr("Show in the message"))
        set_look(button, look="link", size="small")
        button.clicked.connect(self.text_wanted)
        self._row.insertWidget(self._row.count() - 1, button)


class ChipsArea(QScrollArea):
    """Room for some lines of chips; more of them scroll."""

    def __init__(self, chips: Chips) -> None:
        super().__init__()
        self._chips = chips
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        set_look(chips, ground="none")
        self.viewport().setAutoFillBackground(False)
        self.setWidget(chips)
        chips.settled.connect(self._on_settled)
        self._on_settled()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(self._chips.heightForWidth(width), Theme.current().px(HEIGHT_MAX))

    def sizeHint(self) -> QSize:
        width = self._chips.sizeHint().width()
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self.heightForWidth(self.width()), Theme.current().px(HEIGHT_MIN)))

    def _on_settled(self) -> None:
        self.setVisible(not self._chips.isHidden())
        self.updateGeometry()


def _place(chip: Chip) -> int:
    return chip.place


def _without_name(message: str, name: str) -> str:
    """The reason alone: the chip has the name already. Any language's quotation marks."""
    beginning, rest = message[: len(name) + 3], message[len(name) + 3 :]
    return rest if beginning[1:-2] == name and beginning.endswith(" ") else message


def _can_be_shown(text: str) -> bool:
    # A field lays out a line as a whole: one of a million characters would stop the window.
    return max(map(len, text.splitlines()), default=0) <= LINE_CHARS_MAX


def _picture(file: AttachmentView | None, danger: bool) -> Thumbnail:
    within = QSize(THUMBNAIL, THUMBNAIL)
    if file is not None:
        return Thumbnail(file.preview, within, file_icon(file))
    name, tone = ("file-x", "danger") if danger else ("file-text", "ink2")
    return Thumbnail(b"", within, name, tone)


def _name_label(name: str) -> QLabel:
    label = QLabel(textFormat=Qt.TextFormat.PlainText)
    metrics = label.fontMetrics()
    width = Theme.current().px(NAME_WIDTH)
    label.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width))
    label.setToolTip(name)
    return label


class _Line(QLabel):
    """One line of words; where there is no room for all, the end goes into the tooltip."""

    def __init__(self, line: str) -> None:
        super().__init__(line, textFormat=Qt.TextFormat.PlainText)
        self._whole = line
        self.setAccessibleName(line)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole) + 1
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        elide = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._whole, elide, self.width()))
        self.setToolTip("" if self.text() == self._whole else self._whole)


def _line_label(line: str, danger: bool) -> QLabel:
    label = _Line(line)
    set_look(label, size="small", tone="danger" if danger else "2")
    return label
