"""The receipt's card: the sum, the facts, each call, and the whole as text."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from app.seam.views import ReceiptView
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule, scrolled
from app.ui.receipt import wording
from app.ui.receipt.call_table import CallTable
from app.ui.theme import Theme

WIDTH = 640
SAID_MS = 2_000


class ReceiptDialog(Dialog):
    """Shows one receipt; a click beside it closes it, for nothing can be lost."""

    closes_on_outside_click = True

    def __init__(self, parent: QWidget, receipt: ReceiptView) -> None:
        self._receipt = receipt
        super().__init__(parent, _title(), width=WIDTH)
        self._said = QTimer(self, singleShot=True, interval=SAID_MS)
        self._build()
        self._said.timeout.connect(self._copied.clear)

    def first_focus(self) -> QWidget:
        return self._copy_all

    def _build(self) -> None:
        receipt = self._receipt
        content = QWidget()
        box = column(content, spacing=14)
        box.setContentsMargins(0, 0, Theme.current().px(12), 0)
        figure = wording.charged(receipt)
        self._figure = plain_label(figure, size="figure", figures=True)
        box.addWidget(self._figure)
        box.addLayout(self._build_facts())
        for place, call in enumerate(receipt.calls):
            box.addWidget(rule())
            box.addWidget(CallTable(wording.call_title(receipt, place), call, self._copy))
        for note in receipt.notes:
            box.addWidget(plain_label(note, tone="2", size="small", wrap=True))
        box.addStretch(1)
        self._content = content
        area = scrolled(content)
        # The keyboard scrolls what it cannot otherwise reach.
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(self.tr("Receipt"))
        self.body.addWidget(area, 1)
        self.body.addLayout(self._build_foot())
        self._fit_height()

    def _build_facts(self) -> QFormLayout:
        facts = QFormLayout()
        theme = Theme.current()
        facts.setHorizontalSpacing(theme.px(16))
        facts.setVerticalSpacing(theme.px(4))
        facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        for name, value in wording.facts(self._receipt):
            shown = plain_label(value, size="note", wrap=True)
            shown.setAccessibleName(f"{name}: {value}")
            label = plain_label(name, tone="2", size="note")
            # As high as its row: beside two lines its words would stand in the middle.
            label.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
            facts.addRow(label, shown)
        return facts

    def _build_foot(self) -> QHBoxLayout:
        self._copied = plain_label(tone="ok", size="note")
        self._copy_all = push_button(self.tr("Copy as text"), self._on_copy_all)
        foot = row()
        foot.addWidget(self._copied, 1)
        foot.addWidget(self._copy_all)
        foot.addWidget(push_button(self.tr("Close"), self.accept))
        return foot

    def _fit_height(self) -> None:
        theme = Theme.current()
        layout = self._content.layout()
        inner = theme.px(WIDTH) - 2 * theme.px(22)
        wanted = layout.heightForWidth(inner) if layout is not None else 0
        self.set_card_height(round((wanted + theme.px(150)) * 100 / theme.zoom_percent))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._copied.setText(self.tr("Copied"))
        self._said.start()

    def _on_copy_all(self) -> None:
        self._copy(wording.as_text(self._receipt))


def _title() -> str:
    return wording.tr("Receipt")
