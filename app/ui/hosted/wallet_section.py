"""The wallet in the billing panel: what is left in all, and each grant with its window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.seam.hosted_views import GrantView, WalletView
from app.ui import words
from app.ui.billing.spend_list import ElidedLabel
from app.ui.dialog_pieces import clear_layout, column, plain_label, row
from app.ui.hosted import wording
from app.ui.theme import Theme

BAR_HEIGHT = DOT_SIDE = 8
# The countdowns are told in minutes.
COUNT_INTERVAL_MS = int(timedelta(minutes=1).total_seconds() * 1000)


class WalletSection(QWidget):
    """Hidden while nobody is signed in."""

    def __init__(self) -> None:
        super().__init__()
        self._wallet: WalletView | None = None
        self._timer = QTimer(self, interval=COUNT_INTERVAL_MS)
        self._timer.timeout.connect(self._show_again)
        self._build()

    def show_wallet(self, wallet: WalletView | None) -> None:
        """The figures as the server said them last."""
        self._wallet = wallet
        self.setVisible(wallet is not None)
        self._timer.start() if wallet is not None else self._timer.stop()
        self._show_again()

    def _build(self) -> None:
        self._figure = plain_label(size="figure", figures=True)
        self._note = plain_label(tone="2", size="note", wrap=True)
        self._bar = LeftBar()
        self._grants = column(spacing=10)
        self._free_title = plain_label(self.tr("Free models"), tone="2", size="small", strong=True)
        self._free = column(spacing=10)
        self._age = plain_label(tone="warn", size="small", wrap=True)
        box = column(self, spacing=8)
        box.addWidget(self._figure)
        box.addWidget(self._note)
        box.addWidget(self._bar)
        box.addSpacing(Theme.current().px(2))
        box.addLayout(self._grants)
        box.addSpacing(Theme.current().px(6))
        box.addWidget(self._free_title)
        box.addLayout(self._free)
        box.addWidget(self._age)
        self.setAccessibleName(self.tr("Tokens"))
        self.hide()

    def _show_again(self) -> None:
        wallet = self._wallet
        if wallet is None:
            return
        known = wallet.available is not None
        self._figure.setText(words.count(wallet.available or 0))
        self._figure.setVisible(known)
        self._note.setText(self._note_words(wallet))
        shared = [grant for grant in wallet.grants if not grant.only]
        counted = [grant for grant in shared if grant.unit == "plan_tokens" and grant.granted > 0]
        self._bar.show_grants(counted)
        self._bar.setVisible(bool(counted))
        _fill(self._grants, shared, counted)
        free = [grant for grant in wallet.grants if grant.only]
        _fill(self._free, free)
        self._free_title.setVisible(bool(free))
        age = wording.age_of(wallet)
        self._age.setText(age[:1].upper() + age[1:])
        self._age.setVisible(bool(age))

    def _note_words(self, wallet: WalletView) -> str:
        """`tokens left · Free plan · resets in 10 d 4 h`."""
        parts = [self.tr("tokens left") if wallet.available is not None else ""]
        parts.append(wallet.name if wallet.kind != "person" else "")
        if wallet.plan_name:
            parts.append(wording.tr("{0} plan").format(wallet.plan_name))
        if wallet.in_debt:
            parts.append(wording.tr("payment outstanding"))
        return " · ".join(filter(None, parts))


class LeftBar(QWidget):
    """What is left of all grants, side by side; the rest of the bar is what was used."""

    def __init__(self) -> None:
        super().__init__()
        self._grants: tuple[GrantView, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_grants(self, grants: Sequence[GrantView]) -> None:
        """Grants in one unit."""
        self._grants = tuple(grants)
        self.update()

    def shares(self) -> list[float]:
        """What is left of each, as parts of all that was granted."""
        whole = sum(grant.granted for grant in self._grants)
        return [max(0, grant.left) / whole for grant in self._grants] if whole else []

    def sizeHint(self) -> QSize:
        return QSize(0, Theme.current().px(BAR_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = Theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setClipPath(shape)
        painter.fillRect(box, theme.color("line"))
        from_right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 0.0
        for grant, share in zip(self._grants, self.shares(), strict=True):
            part = QRectF(x, 0, box.width() * share, box.height())
            x += part.width()
            if from_right:
                part.moveRight(box.width() - part.left())
            painter.fillRect(part, theme.color(tone_of(grant)))


def tone_of(grant: GrantView) -> str:
    """What is given anew is green, what was paid for copper."""
    return "accent" if grant.resets is None else "ok"


class Dot(QWidget):
    """The color that a grant has in the bar."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        side = Theme.current().px(DOT_SIDE)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Theme.current().color(self._tone))
        painter.drawEllipse(self.rect())


def _fill(
    layout: QVBoxLayout, grants: Sequence[GrantView], marked: Sequence[GrantView] = ()
) -> None:
    """A line for each; those that the bar shows are `marked` in its colors."""
    clear_layout(layout)
    for grant in grants:
        line = column(spacing=2)
        name = ElidedLabel(grant.name)
        figure = plain_label(wording.left_of(grant), tone="2", size="note", figures=True)
        top = row(spacing=8)
        if grant in marked:
            top.addWidget(Dot(tone_of(grant)))
        top.addWidget(name, 1)
        top.addWidget(figure)
        line.addLayout(top)
        window = plain_label(wording.window_of(grant), tone="3", size="small")
        window.setAccessibleName(f"{name.text()}: {figure.text()}, {window.text()}")
        line.addWidget(window)
        layout.addLayout(line)
