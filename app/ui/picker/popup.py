"""The picker's card: type to filter, arrows and Enter to choose, Ctrl+D for a favorite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from app.seam.quote_views import ModelCostView
from app.seam.views import ModelRow
from app.ui import words
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, push_button, row, tool_button
from app.ui.picker.line_list import LineList
from app.ui.picker.line_model import LineModel
from app.ui.picker.listing import matching, sections
from app.ui.theme import Theme

WIDTH, HEIGHT = 900, 520
_STEPS = {
    Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8,
}  # fmt: skip


class PickerPopup(Dialog):
    """`show_models` feeds it; a choice closes it. Kept between openings."""

    chosen = Signal(str)
    favorite_changed = Signal(str, bool)
    refresh_requested = Signal()
    keys_requested = Signal()

    closes_on_outside_click = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=WIDTH, kept=True, dims=False)
        self._rows: tuple[ModelRow, ...] = ()
        self._asked = False
        self._refreshing = False
        self._found: int | None = None  # where something was typed
        self.setAccessibleName(self.tr("Choose a model"))
        self.set_card_height(HEIGHT)
        self._build()
        self._connect()

    def show_models(self, rows: Sequence[ModelRow], current_ref: str = "") -> None:
        """Show these models; what was typed and the place in the list stay."""
        self._rows = tuple(rows)
        self._asked = True
        if current_ref:
            self._list.set_current_ref(current_ref)
        selected = self._list.current_row()
        self._refill(selected.ref if selected else current_ref)

    def expect_costs(self, expected: bool) -> None:
        """Make room for what the message in the composer would cost; it comes in a moment."""
        self._list.show_costs(expected)
        self._model.show_costs({})

    def show_costs(self, costs: Sequence[ModelCostView]) -> None:
        """What the message would cost with each model."""
        self._model.show_costs({cost.ref: cost for cost in costs})

    def set_refreshing(self, refreshing: bool) -> None:
        """Say that the providers are being asked."""
        self._refreshing = refreshing
        self._refresh.setEnabled(not refreshing)
        self._say_count()
        self._say_empty()

    def first_focus(self) -> QWidget:
        return self._filter

    def open_at(self, anchor: QWidget, *, at_end: bool = False) -> None:
        self._filter.clear()
        super().open_at(anchor, at_end=at_end)
        self._refill(self._list.current_ref)

    def open(self) -> None:
        self._filter.clear()
        super().open()
        self._refill(self._list.current_ref)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._filter
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and self._take_key(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        theme = Theme.current()
        self._filter = QLineEdit(placeholderText=self.tr("Find a model"))
        self._filter.setAccessibleName(self.tr("Find a model"))
        self._filter.setAccessibleDescription(
            self.tr("Arrow keys move through the models, Enter chooses, Control D marks a favorite")
        )
        self._filter.setClearButtonEnabled(False)
        self._filter.setMaxLength(200)
        favorite = QKeySequence("Ctrl+D").toString(QKeySequence.SequenceFormat.NativeText)
        hint = plain_label(f"↑↓ Enter · {favorite} ★", tone="3", size="small")
        inside = row(self._filter, spacing=0)
        inside.setContentsMargins(0, 0, theme.px(10), 0)
        inside.addStretch(1)
        inside.addWidget(hint)
        self._hint = hint
        self._model = LineModel()
        self._list = LineList(self._model)
        self.body.setSpacing(theme.px(6))
        self.body.addWidget(self._filter)
        self.body.addWidget(self._list.heads)
        self.body.addWidget(self._list, 1)
        self.body.addWidget(self._build_empty(), 1)
        self.body.addLayout(self._build_foot())

    def _build_empty(self) -> QWidget:
        self._empty = QWidget()
        self._empty_title = plain_label(strong=True, wrap=True)
        self._empty_title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty_text = plain_label(tone="2", size="note", wrap=True)
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add_key = push_button(self.tr("Add a key"), self._on_keys, "primary")
        box = column(self._empty, spacing=8)
        box.addStretch(1)
        box.addWidget(self._empty_title)
        box.addWidget(self._empty_text)
        box.addWidget(self._add_key, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)
        return self._empty

    def _build_foot(self) -> QHBoxLayout:
        self._count: QLabel = plain_label(tone="3", size="small", figures=True)
        self._keys = push_button(self.tr("Your keys"), self._on_keys, "link")
        self._refresh = tool_button(
            "refresh-cw", self.tr("Ask the providers for their models again"), self._on_refresh
        )
        foot = row()
        foot.addWidget(self._count, 1)
        foot.addWidget(self._keys)
        foot.addWidget(self._refresh)
        return foot

    def _connect(self) -> None:
        self._filter.textChanged.connect(self._on_typed)
        self._filter.installEventFilter(self)
        self._list.picked.connect(self._on_picked)
        self._list.star_clicked.connect(self._on_star)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._list.move_by(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_picked(self._list.currentIndex())
        elif key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._on_star(self._list.currentIndex())
        else:
            return False
        return True

    def _refill(self, ref: str = "") -> None:
        typed = self._filter.text().strip()
        found = matching(self._rows, typed) if typed else sections(self._rows)
        self._model.show(found)
        self._found = len(found) if typed else None
        self._list.select(ref)
        self._say_count()
        self._say_empty()

    def _say_count(self) -> None:
        if self._refreshing:
            self._count.setText(self.tr("Asking the providers …"))
            return
        total = len(self._rows)
        if self._found is not None and total > 1:
            pattern = self.tr("{0} of {1} models")
            self._count.setText(pattern.format(words.count(self._found), words.count(total)))
            return
        text = self.tr("{0} models") if total != 1 else self.tr("{0} model")
        self._count.setText(text.format(words.count(total)) if total else "")

    def _say_empty(self) -> None:
        typed = self._filter.text().strip()
        empty = self._model.rowCount() == 0
        self._empty.setVisible(empty)
        self._list.setVisible(not empty)
        self._list.heads.setVisible(not empty)
        if not empty:
            return
        if self._rows:
            self._empty_title.setText(self.tr("Nothing found for “{0}”").format(typed))
            self._empty_text.setText(self.tr("Try fewer letters, or the provider's name."))
        elif self._asked and not self._refreshing:
            self._empty_title.setText(self.tr("No model yet: add a key"))
            self._empty_text.setText(
                self.tr("Models that run on this computer are found by themselves.")
            )
        else:
            self._empty_title.setText(self.tr("Reading the list of models …"))
            self._empty_text.clear()
        self._add_key.setVisible(self._asked and not self._rows and not self._refreshing)

    def _on_typed(self) -> None:
        self._refill()

    def _on_picked(self, index: QModelIndex) -> None:
        picked = self._model.row_at(index)
        if picked is None or not picked.available:
            return
        self._list.set_current_ref(picked.ref)
        self.accept()
        self.chosen.emit(picked.ref)

    def _on_star(self, index: QModelIndex) -> None:
        marked = self._model.row_at(index)
        if marked is None:
            return
        self._model.set_favorite(marked.ref, not marked.favorite)
        # Known at once, so that typing on does not show the old star until the core has answered.
        self._rows = tuple(
            replace(one, favorite=not marked.favorite) if one.ref == marked.ref else one
            for one in self._rows
        )
        self.favorite_changed.emit(marked.ref, not marked.favorite)

    def _on_refresh(self) -> None:
        self.set_refreshing(True)
        self.refresh_requested.emit()

    def _on_keys(self) -> None:
        self.reject()
        self.keys_requested.emit()
