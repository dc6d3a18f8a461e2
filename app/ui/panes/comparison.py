"""One line under several panes that answered: what each answer cost, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.ui import words
from app.ui.hosted.wording import drawn_sum
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.seam.views import CostLine, MessageView


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer of a pane; `whole` where nobody stopped it and nothing broke it."""

    name: str
    cost: CostLine
    whole: bool = True


def answers_of(paths: Sequence[Sequence[MessageView]]) -> list[Answer]:
    """The panes' newest answers where they are different answers to the same words, else none."""
    found: list[Answer] = []
    asked: set[str] = set()
    ids: set[str] = set()
    for path in paths:
        last = path[-1] if len(path) > 1 else None
        if last is None or last.role != "assistant" or last.cost is None:
            return []
        asked.add(path[-2].text)
        ids.add(last.id)
        found.append(Answer(last.model_name, last.cost, last.state == "complete"))
    return found if len(asked) == 1 and len(ids) == len(found) else []


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
    """`GPT-4o $0.0019 · 1.9 s, cheapest, fastest` for each answer.

    Only whole answers are marked, and only where all were paid in one and the same way: dollars
    of an own key and tokens of a grant have no common measure.
    """
    whole = all(answer.whole for answer in answers)
    costs = _measures([answer.cost for answer in answers])
    # As they are shown: nobody is faster by what one cannot see.
    times = [_tenths(answer.cost.duration_s) for answer in answers]
    texts = []
    for answer, cost, time in zip(answers, costs, times, strict=True):
        parts = [_cost_words(answer.cost)]
        if time is not None:
            parts.append(words.seconds(time))
        marks = []
        if whole and _is_least(cost, costs):
            marks.append(words.tr("cheapest"))
        if whole and _is_least(time, times):
            marks.append(words.tr("fastest"))
        texts.append(", ".join([f"{answer.name} {' · '.join(parts)}", *marks]))
    return texts


def _cost_words(cost: CostLine) -> str:
    return drawn_sum(cost.drawn) if cost.drawn else words.cost(cost.total_pusd, cost.certainty)


def _measures(costs: Sequence[CostLine]) -> list[int | None]:
    """What the answers cost in one unit; None each where they have none in common."""
    units = {frozenset(each.unit for each in cost.drawn) for cost in costs}
    if len(units) > 1 or len(next(iter(units), ())) > 1:
        return [None] * len(costs)
    return [
        sum(each.amount for each in cost.drawn) if cost.drawn else cost.total_pusd
        for cost in costs
    ]  # fmt: skip


def _is_least(figure: float | None, figures: Sequence[float | None]) -> bool:
    """Whether this is the least, all are known, and it is nobody else's: a tie names no one."""
    known = [each for each in figures if each is not None]
    if figure is None or len(known) < len(figures):
        return False
    return figure == min(known) and known.count(figure) == 1


def _tenths(duration_s: float | None) -> float | None:
    return None if duration_s is None else round(duration_s, 1)


def _label(text: str) -> QLabel:
    label = QLabel(text, textFormat=Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    set_look(label, tone="3", size="small")
    return label
