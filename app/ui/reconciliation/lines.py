"""The lines of a comparison: key and model, both sides, the difference, and below it why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.seam.reconciliation import DifferencePart, ReconciledLine, ReconciliationView
from app.ui.dialog_pieces import plain_label, push_button, rule
from app.ui.reconciliation import wording
from app.ui.theme import Theme

LINES_MAX = 120
_END = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignTop
_TOP = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop
_COLUMNS = 4


class ComparisonTable(QWidget):
    """One grid, so that the figures of all lines stand under each other."""

    def __init__(self, view: ReconciliationView) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Comparison"))
        self._grid = QGridLayout(self)
        theme = Theme.current()
        self._grid.setContentsMargins(0, 0, theme.px(12), 0)
        self._grid.setHorizontalSpacing(theme.px(20))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnStretch(0, 1)
        self._place = 0
        self._add_heads(view.provider_name)
        self._add_line(view.total, self.tr("All"), "", strong=True)
        for line in view.lines[:LINES_MAX]:
            self._add_rule()
            self._add_group(line)
        if len(view.lines) > LINES_MAX:
            self._add_rule()
            rest = self.tr("… and {0} more lines").format(len(view.lines) - LINES_MAX)
            self._put([plain_label(rest, tone="3", size="note")])
        self._grid.setRowStretch(self._place, 1)

    def _add_heads(self, provider_name: str) -> None:
        heads = (
            self.tr("Key and model"), self.tr("Yours"), provider_name, self.tr("Difference"),
        )  # fmt: skip
        self._put([plain_label(head, tone="3", size="small") for head in heads])
        self._add_rule()

    def _add_group(self, line: ReconciledLine) -> None:
        model = line.model or (self.tr("All models") if not line.parts else "")
        key = line.key or self.tr("no key told")
        self._add_line(line, model or self._item(line), key)
        self._add_reasons(line.parts)
        differing = [day for day in line.days if day.parts]
        if len(line.days) > 1 and differing:
            self._add_days(differing)

    def _item(self, line: ReconciledLine) -> str:
        details = [part.detail for part in line.parts if part.reason == "not_tokens"]
        return details[0] if details else self.tr("All models")

    def _add_line(
        self, line: ReconciledLine, name: str, note: str, *, strong: bool = False
    ) -> None:
        named = plain_label(name, strong=True, wrap=True)
        self._put(
            [
                named,
                _figure(wording.side(line.ours), strong=strong),
                _figure(wording.side(line.theirs), strong=strong),
                _figure(wording.difference(line), _tone(line), strong=strong),
            ]
        )
        self._put(
            [
                plain_label(note, tone="2", size="small", wrap=True),
                _figure(wording.side_counts(line.ours), "2", size="small"),
                _figure(wording.side_counts(line.theirs), "2", size="small"),
            ]
        )
        spoken = self.tr("{0}, {1}: yours {2}, theirs {3}, difference {4}").format(
            name, note, wording.side(line.ours), wording.side(line.theirs),
            wording.difference(line),
        )  # fmt: skip
        named.setAccessibleName(spoken)

    def _add_reasons(self, parts: tuple[DifferencePart, ...]) -> None:
        for part in parts:
            tone = "warn" if part.is_open else "2"
            why = plain_label(wording.why(part), tone=tone, size="note", wrap=True)
            why.setIndent(Theme.current().px(12))
            amount = _figure(wording.how_much(part), tone)
            self._grid.addWidget(why, self._place, 0, 1, _COLUMNS - 1, _TOP_FILL)
            self._grid.addWidget(amount, self._place, _COLUMNS - 1, _END)
            self._place += 1

    def _add_days(self, days: list[ReconciledLine]) -> None:
        """Which days differ, folded away until they are wanted."""
        shown: list[QWidget] = []
        button = push_button(self.tr("By day"), lambda: _toggle(shown), look="link")
        self._grid.addWidget(button, self._place, 0, 1, 1, _TOP)
        self._place += 1
        for day in days:
            assert day.day is not None
            cells = [
                plain_label(wording.day_text(day.day), tone="2", size="note"),
                _figure(wording.side(day.ours), "2"),
                _figure(wording.side(day.theirs), "2"),
                _figure(wording.difference(day), _tone(day)),
            ]
            self._put(cells)
            for cell in cells:
                cell.hide()
            shown += cells

    def _put(self, cells: list[QLabel]) -> None:
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, self._place, column, _END if column else _TOP_FILL)
        self._place += 1

    def _add_rule(self) -> None:
        self._grid.addWidget(rule(), self._place, 0, 1, _COLUMNS)
        self._place += 1


_TOP_FILL = Qt.AlignmentFlag.AlignTop


def _toggle(cells: list[QWidget]) -> None:
    for cell in cells:
        cell.setVisible(cell.isHidden())


def _tone(line: ReconciledLine) -> str:
    return "warn" if line.is_open else ""


def _figure(text: str, tone: str = "", *, size: str = "note", strong: bool = False) -> QLabel:
    label = plain_label(text, tone=tone, size=size, figures=True, strong=strong)
    label.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    return label
