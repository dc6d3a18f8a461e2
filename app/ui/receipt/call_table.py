"""One call of a receipt: what was used, at which rate, for how much, and the provider's id."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.seam.views import Certainty, ReceiptCallView
from app.ui.dialog_pieces import column, plain_label, row, rule, tool_button
from app.ui.receipt import wording
from app.ui.theme import Theme

_END = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class CallTable(QWidget):
    """`copy` takes the request id when its button is pressed."""

    def __init__(self, title: str, call: ReceiptCallView, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._call = call
        self._copy = copy
        self.setAccessibleName(title)
        box = column(self, spacing=4)
        box.addLayout(self._build_head(title))
        if call.request_id:
            box.addLayout(self._build_request_id(call.request_id))
        facts = wording.call_facts(call)
        if facts:
            box.addWidget(plain_label(facts, tone="2", size="small", wrap=True))
            box.addSpacing(Theme.current().px(4))
        if call.parts:
            box.addWidget(self._build_parts())

    def _build_head(self, title: str) -> QHBoxLayout:
        head = row(spacing=8)
        head.addWidget(plain_label(title, strong=True, wrap=True), 1)
        head.addWidget(plain_label(wording.moment(self._call), tone="3", size="small"))
        return head

    def _build_request_id(self, request_id: str) -> QHBoxLayout:
        line = row(spacing=4)
        shown = plain_label(request_id, tone="2", size="small")
        shown.setFont(Theme.current().font(mono=True))
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        shown.setAccessibleName(self.tr("Request id: {0}").format(request_id))
        button = tool_button("copy", self.tr("Copy the provider's request id"), self._on_copy)
        button.setObjectName("copy-request-id")
        line.addWidget(plain_label(self.tr("Request id"), tone="3", size="small"))
        line.addWidget(shown)
        line.addWidget(button)
        line.addStretch(1)
        return line

    def _build_parts(self) -> QWidget:
        table = QWidget()
        self._grid = QGridLayout(table)
        theme = Theme.current()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(6))
        self._grid.setColumnStretch(0, 1)
        heads = (self.tr("Part"), self.tr("Used"), self.tr("Rate"), self.tr("Amount"))
        shown = heads if wording.shows_rates(self._call) else heads[:2]
        self._add_line([plain_label(head, tone="3", size="small") for head in shown])
        for part in self._call.parts:
            cells = [
                plain_label(part.label, size="note"),
                _figure(wording.quantity(part, self._call.certainty)),
                _figure(part.rate_text, "2"),
                _figure(wording.amount(part, self._call.certainty)),
            ]
            self._add_line(cells[: len(shown)])
        self._add_sum()
        return table

    def _add_line(self, cells: list[QLabel]) -> None:
        place = self._grid.rowCount()
        for number, cell in enumerate(cells):
            if number:
                cell.setAlignment(_END)
            self._grid.addWidget(cell, place, number)
        self._grid.addWidget(rule(), place + 1, 0, 1, len(cells))

    def _add_sum(self) -> None:
        call = self._call
        place = self._grid.rowCount()
        tone = "2" if call.certainty is Certainty.EXACT else "warn"
        said = plain_label(
            wording.certainty(call.certainty, hosted=call.is_hosted), tone=tone, size="small"
        )
        amount = plain_label(wording.call_charged(call), size="note", strong=True, figures=True)
        amount.setAlignment(_END)
        self._grid.addWidget(said, place, 0, 1, 2)
        if amount.text():
            self._grid.addWidget(amount, place, 2, 1, 2)

    def _on_copy(self) -> None:
        self._copy(self._call.request_id or "")


def _figure(text: str, tone: str = "") -> QLabel:
    return plain_label(text, tone=tone, size="note", figures=True)
