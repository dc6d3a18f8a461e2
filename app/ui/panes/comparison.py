"""One line under several panes that answered: what each answer cost, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.ui import words
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import CostLine


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer of a pane that is done."""

    name: str
    cost: CostLine


class Comparison(QWidget):
    """Shown only where two panes or more have answered the same message."""

    def __init__(self) -> None:
        super().__init__()
        theme = Theme.current()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(28), 0, theme.px(28), theme.px(8))
        self._row.setSpacing(theme.px(20))
        self.setAccessibleName(self.tr("Comparison of the answers"))
        self.hide()

    def show_answers(self, answers: Sequence[Answer]) -> None:
        """One text per answer; the cheapest and the fastest are named."""
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if len(answers) > 1:
            for text in comparison_texts(answers):
                self._row.addWidget(_label(text))
            self._row.addStretch(1)
        self.setVisible(len(answers) > 1)


def comparison_texts(answers: Sequence[Answer]) -> list[str]:
    """`GPT-4o $0.0019 · 1.9 s, cheapest, fastest` for each answer."""
    costs = [answer.cost.total_pusd for answer in answers]
    known = [cost for cost in costs if cost is not None]
    # As they are shown: nobody is faster by what one cannot see.
    times = [_tenths(answer.cost.duration_s) for answer in answers]
    measured = [time for time in times if time is not None]
    texts = []
    for answer, cost, time in zip(answers, costs, times, strict=True):
        parts = [words.cost(cost, answer.cost.certainty)]
        if time is not None:
            parts.append(words.seconds(time))
        marks = []
        if len(known) == len(costs) and _is_least(cost, known):
            marks.append(words.tr("cheapest"))
        if len(measured) == len(times) and _is_least(time, measured):
            marks.append(words.tr("fastest"))
        texts.append(", ".join([f"{answer.name} {' · '.join(parts)}", *marks]))
    return texts


def _is_least(figure: float | None, figures: Sequence[float]) -> bool:
    """Whether this is the least, and of nobody else's: a tie names no one."""
    least = min(figures, default=None)
    return figure is not None and figure == least and figures.count(figure) == 1


def _tenths(duration_s: float | None) -> float | None:
    return None if duration_s is None else round(duration_s, 1)


def _label(text: str) -> QLabel:
    label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    set_look(label, tone="3", size="small")
    return label
