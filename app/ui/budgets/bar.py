"""How much of a budget is spent, as a bar: copper, then amber at its mark, red when it is full."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.seam.budgets import BudgetView
from app.ui.budgets.wording import about_of, title_of
from app.ui.theme import Theme

HEIGHT = 8


class BudgetBar(QWidget):
    """What open holds set aside stands behind what is spent, paler."""

    def __init__(self, budget: BudgetView) -> None:
        super().__init__()
        self._budget = budget
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{title_of(budget)}: {about_of(budget)}")
        self.setToolTip(about_of(budget))

    def sizeHint(self) -> QSize:
        return QSize(0, Theme.current().px(HEIGHT))

    def share(self, amount_pusd: int) -> float:
        """From 0 to 1; a budget of nothing is full."""
        limit = self._budget.limit_pusd
        return 1.0 if not limit else min(1.0, amount_pusd / limit)

    def tone(self) -> str:
        """The color of what is spent."""
        budget = self._budget
        if budget.spent_pusd >= budget.limit_pusd:
            return "danger" if budget.hard else "warn"
        return (
            "warn"
            if budget.spent_pusd * 100 >= budget.limit_pusd * budget.warn_percent
            else ("accent")
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = Theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setClipPath(shape)
        painter.fillRect(box, theme.color("line"))
        both = self.share(self._budget.spent_pusd + self._budget.held_pusd)
        painter.setOpacity(0.4)
        self._fill(painter, box, both)
        painter.setOpacity(1.0)
        self._fill(painter, box, self.share(self._budget.spent_pusd))

    def _fill(self, painter: QPainter, box: QRectF, share: float) -> None:
        part = QRectF(box)
        part.setWidth(box.width() * share)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            part.moveRight(box.right())
        painter.fillRect(part, Theme.current().color(self.tone()))
