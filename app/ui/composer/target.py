"""Which panes a message goes to: all of them, or one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QPushButton

from app.ui.theme import set_look


class TargetButton(QPushButton):
    """Shown only where there is more than one pane."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ("",)
        self._only: int | None = None
        set_look(self, look="badge")
        self.setToolTip(self.tr("Which panes the message goes to"))
        self.clicked.connect(self._on_clicked)
        self.hide()

    def show_panes(self, names: Sequence[str]) -> None:
        """The model of each pane, from left to right."""
        if len(names) != len(self._names):
            self._only = None
        self._names = tuple(names)
        self._settle()

    def panes(self) -> tuple[int, ...]:
        """The panes that the message goes to."""
        return tuple(range(len(self._names))) if self._only is None else (self._only,)

    def choose(self, pane: int | None) -> None:
        """Send to one pane; None for all."""
        if pane != self._only:
            self._only = pane
            self._settle()
            self.changed.emit()

    def _settle(self) -> None:
        if self._only is None:
            self.setText(self.tr("{0} panes").format(len(self._names)))
        else:
            self.setText(self.tr("{0} only").format(self._names[self._only].replace("&", "&&")))
        self.setAccessibleName(self.text())
        self.setVisible(len(self._names) > 1)

    def _on_clicked(self) -> None:
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        choices: list[tuple[str, int | None]] = [(self.tr("To all panes"), None)]
        for place, name in enumerate(self._names):
            choices.append((self.tr("Only to pane {0}, {1}").format(place + 1, name), place))
        for text, pane in choices:
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(pane == self._only)
            action.triggered.connect(lambda _=False, pane=pane: self.choose(pane))
        above = self.mapToGlobal(self.rect().topLeft()) - QPoint(0, menu.sizeHint().height())
        menu.popup(above)
