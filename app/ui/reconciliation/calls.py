"""Single calls that differ or that one side does not have, by the provider's id."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.seam.reconciliation import ReconciledCall
from app.ui.dialog_pieces import plain_label, rule
from app.ui.reconciliation import wording
from app.ui.theme import Theme

CALLS_MAX = 100
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse
_END = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class CallList(QWidget):
    """One line for each call; the ids can be copied."""

    def __init__(self, calls: Sequence[ReconciledCall]) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Single calls that differ"))
        theme = Theme.current()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, theme.px(12), 0)
        self._grid.setHorizontalSpacing(theme.px(20))
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(plain_label(self.tr("Single calls that differ"), strong=True), 0, 0)
        self._grid.addWidget(rule(), 1, 0, 1, 3)
        for place, call in enumerate(calls[:CALLS_MAX]):
            self._add(2 + 2 * place, call)
        if len(calls) > CALLS_MAX:
            rest = self.tr("… and {0} more calls").format(len(calls) - CALLS_MAX)
            self._grid.addWidget(plain_label(rest, tone="3", size="note"), 2 + 2 * CALLS_MAX, 0)

    def _add(self, place: int, call: ReconciledCall) -> None:
        id_ = plain_label(call.request_id, size="small")
        id_.setFont(Theme.current().font(mono=True))
        id_.setTextInteractionFlags(_SELECTABLE)
        self._grid.addWidget(id_, place, 0)
        for column, side in ((1, call.ours), (2, call.theirs)):
            text = self.tr("not there") if side is None else wording.side(side)
            label = plain_label(text, tone="2" if side is None else "", size="note", figures=True)
            self._grid.addWidget(label, place, column, _END)
        why = "; ".join(wording.why(part) for part in call.parts)
        tone = "warn" if any(part.is_open for part in call.parts) else "2"
        said = plain_label(why, tone=tone, size="note", wrap=True)
        said.setIndent(Theme.current().px(12))
        self._grid.addWidget(said, place + 1, 0, 1, 3)
