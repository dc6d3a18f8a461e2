"""The panes of a chat, side by side, and the line that compares their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.panes.pane import Pane
from app.ui.theme import set_look

if TYPE_CHECKING:
    from app.seam.views import ChatView, ModelRow
    from app.ui.panes.comparison import Comparison


class Panes(QWidget):
    """`current` is the pane that had the keyboard or the mouse last."""

    model_asked = Signal(int)
    menu_chosen = Signal(int, str)
    message_asked = Signal(str, int, str, str)  # kind, pane, message id, text
    price_asked = Signal(int, str, str, str)  # pane, kind, message id, text
    starter_chosen = Signal(str)
    save_image_asked = Signal(object)
    sidebar_asked = Signal()
    billing_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._comparison: Comparison | None = None
        self.panes: list[Pane] = []
        self._current = 0
        self._chat_id = ""
        self._rules: list[QFrame] = []
        self._sidebar_open = self._billing_open = True
        self._enter_sends = True
        self._build()
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    @property
    def current(self) -> int:
        """The place that the keys and the menus of the window mean."""
        return self._current

    @current.setter
    def current(self, place: int) -> None:
        self._current = place
        self._mark_current()

    def show_chat(self, chat: ChatView, at_message_id: str | None = None) -> None:
        """The chat as it is now, with as many panes as it has; one that was added is current."""
        before, is_other = len(self.panes), chat.id != self._chat_id
        self._chat_id = chat.id
        self.panes[0].greeting.show_starters(True)
        self._set_count(max(1, len(chat.panes)))
        if len(self.panes) > before and not is_other:
            self.current = len(self.panes) - 1
        for pane, view in zip(self.panes, chat.panes, strict=False):
            pane.show_pane(view, at_message_id)
        self.compare()

    def show_models(self, rows: Mapping[str, ModelRow]) -> None:
        """The picker's lines, by reference."""
        for pane in self.panes:
            pane.show_model(rows.get(pane.model_ref))

    def show_folds(self, *, sidebar_open: bool, billing_open: bool) -> None:
        """What is there beside the panes; the headers open what is not."""
        self._sidebar_open, self._billing_open = sidebar_open, billing_open
        self._place_headers()

    def set_enter_sends(self, enter_sends: bool) -> None:
        """Enter sends a changed message, or breaks its line; as in the composer."""
        self._enter_sends = enter_sends
        for pane in self.panes:
            pane.set_enter_sends(enter_sends)

    def at(self, pane: int) -> Pane | None:
        """The pane at a place; None where it is closed by now."""
        return self.panes[pane] if 0 <= pane < len(self.panes) else None

    def is_streaming(self) -> bool:
        """Whether an answer is being written in any pane."""
        return any(pane.is_streaming() for pane in self.panes)

    def compare(self) -> None:
        """Compare the newest answers once two panes or more are done."""
        if self._comparison is None and len(self.panes) == 1:
            return
        from app.ui.panes.comparison import Comparison, answers_of

        if self._comparison is None:
            self._comparison = Comparison()
            self._column.addWidget(self._comparison)
        self._comparison.show_answers(answers_of([pane.messages for pane in self.panes]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and watched in self.panes:
            self.current = self.panes.index(watched)
        return False

    def _build(self) -> None:
        self._row = QHBoxLayout()
        self._row.setSpacing(0)
        column = self._column
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row, 1)
        self._set_count(1)

    def _set_count(self, count: int) -> None:
        if len(self.panes) == count:
            return
        while len(self.panes) < count:
            self._add_pane()
        while len(self.panes) > count:
            pane = self.panes.pop()
            for widget in [pane, *([self._rules.pop()] if self._rules else [])]:
                self._row.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self.current = min(self.current, count - 1)
        self._place_headers()

    def _add_pane(self) -> None:
        place = len(self.panes)
        if place:
            rule = QFrame()
            set_look(rule, look="rule-down")
            self._rules.append(rule)
            self._row.addWidget(rule)
        pane = Pane()
        pane.installEventFilter(self)
        pane.set_enter_sends(self._enter_sends)
        pane.header.model_asked.connect(lambda: self.model_asked.emit(place))
        pane.header.menu_chosen.connect(lambda action: self.menu_chosen.emit(place, action))
        pane.header.sidebar_asked.connect(self.sidebar_asked)
        pane.header.billing_asked.connect(self.billing_asked)
        pane.greeting.starter_chosen.connect(self.starter_chosen)
        pane.save_image_asked.connect(self.save_image_asked)
        pane.message_asked.connect(
            lambda kind, message_id, text: self.message_asked.emit(kind, place, message_id, text)
        )
        pane.price_asked.connect(
            lambda kind, message_id, text: self.price_asked.emit(place, kind, message_id, text)
        )
        self.panes.append(pane)
        self._row.addWidget(pane, 1)

    def _place_headers(self) -> None:
        count = len(self.panes)
        for place, pane in enumerate(self.panes):
            pane.setAccessibleName(self.tr("Pane {0} of {1}").format(place + 1, count))
            # Not before a chat is there: the first page may still take their place.
            pane.greeting.show_starters(place == 0 and bool(self._chat_id))
            pane.header.show_place(
                pane_count=count,
                opens_sidebar=place == 0 and not self._sidebar_open,
                opens_billing=place == count - 1 and not self._billing_open,
            )  # fmt: skip
        self._mark_current()

    def _mark_current(self) -> None:
        several = len(self.panes) > 1
        for place, pane in enumerate(self.panes):
            is_current = several and place == self._current
            pane.header.show_current(is_current)
            pane.setAccessibleDescription(self.tr("Current pane") if is_current else "")

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        for place, pane in enumerate(self.panes):
            if new is not None and pane.isAncestorOf(new):
                self.current = place
