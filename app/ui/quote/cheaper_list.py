"""Models that would answer the same message for less: a button for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.seam.quote_views import CheaperView
from app.ui import words
from app.ui.dialog_pieces import clear_layout, column, plain_label, plain_tooltip, row
from app.ui.theme import Theme, set_look


class CheaperList(QWidget):
    """Hidden until there is something to show."""

    chosen = Signal(str)  # the model's reference

    def __init__(self) -> None:
        super().__init__()
        self._models: tuple[CheaperView, ...] = ()
        box = column(self, spacing=6)
        self._title = plain_label(
            self.tr("For less, the same message"), tone="2", size="small", strong=True
        )
        box.addWidget(self._title)
        self._lines = column(spacing=4)
        box.addLayout(self._lines)
        self.hide()

    def show_models(self, models: Sequence[CheaperView]) -> None:
        """These, in this order; none of them hides the list."""
        if tuple(models) == self._models and models:
            self.show()
            return
        self._models = tuple(models)
        clear_layout(self._lines)
        for model in models:
            self._lines.addWidget(_ModelButton(model, self.chosen.emit))
        self.setVisible(bool(models))


class _ModelButton(QPushButton):
    """A model's name and payer at the left, what it would cost at the right."""

    def __init__(self, model: CheaperView, choose: object) -> None:
        super().__init__()
        self._model = model
        self.setAutoDefault(False)
        set_look(self, look="suggestion")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        cost = self.tr("free")
        if model.likely_pusd:
            cost = self.tr("about {0}").format(words.money(model.likely_pusd))
        self._said = f"{model.name} · {model.payer}"
        self.setAccessibleName(self.tr("Use {0}, {1}").format(self._said, cost))
        self.setToolTip(plain_tooltip(self._said))
        edge = Theme.current().px(12)
        line = row(self, spacing=8)
        line.setContentsMargins(edge, 0, edge, 0)
        line.addStretch(1)
        self._cost = plain_label(cost, size="note", figures=True)
        self._cost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line.addWidget(self._cost)
        if callable(choose):
            self.clicked.connect(lambda: choose(model.ref))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._cost.sizeHint().width() - Theme.current().px(36)
        elide = Qt.TextElideMode.ElideRight
        self.setText(QFontMetrics(self.font()).elidedText(self._said, elide, max(0, room)))
