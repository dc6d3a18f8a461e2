"""The wallet at the top of the billing panel: what is left in all, how long it lasts, and each
grant with its window. Free models, members and the chart of tokens are below the shop's button.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.seam.hosted_views import GrantView, WalletView
from app.ui.billing.chart import ChartBlock, DayChart
from app.ui.dialog_pieces import column, plain_label, plain_tooltip
from app.ui.hosted import wording
from app.ui.hosted.wallet_lists import FreeModelList, GrantList, MemberList, tone_of
from app.ui.theme import Theme, set_look

BAR_HEIGHT = 8
# The countdowns are told in minutes.
COUNT_INTERVAL_MS = int(timedelta(minutes=1).total_seconds() * 1000)


class WalletSection(QWidget):
    """Hidden while nobody is signed in. `below` goes under the shop's button, where there is one:
    put nowhere, it is not shown."""

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
        is_put = self.below.parentWidget() is not None  # else it would be a window of its own
        self.below.setVisible(wallet is not None and is_put)
        self._timer.start() if wallet is not None else self._timer.stop()
        self._show_again()

    def _build(self) -> None:
        self._figure = plain_label(size="figure", figures=True)
        self._note = plain_label(tone="2", size="note", wrap=True)
        self._age = plain_label(tone="warn", size="small", wrap=True)
        self._lasts = plain_label(tone="2", size="small", wrap=True)
        self._bar = LeftBar()
        self._grants = GrantList()
        box = column(self, spacing=8)
        for part in (self._figure, self._note, self._age, self._bar, self._lasts):
            box.addWidget(part)
        box.addSpacing(Theme.current().px(2))
        box.addWidget(self._grants)
        self.setAccessibleName(self.tr("Tokens"))
        self.hide()
        self.below = self._build_below()

    def _build_below(self) -> QWidget:
        below = QWidget()
        self._members, self._free = MemberList(), FreeModelList()
        self.chart = DayChart()
        self._chart = ChartBlock(self.tr("Last 14 days"), self.chart)
        box = column(below, spacing=16)
        for part in (self._members, self._free, self._chart):
            box.addWidget(part)
        below.hide()
        return below

    def _show_again(self) -> None:
        wallet = self._wallet
        if wallet is None:
            return
        shared = [grant for grant in wallet.grants if not grant.only and not _is_over(grant)]
        self._show_figure(wallet, shared)
        counted = [grant for grant in shared if grant.unit == "plan_tokens" and grant.granted > 0]
        self._bar.show_grants(counted)
        self._bar.setVisible(bool(counted))
        self._grants.show_grants(shared, counted)
        self._free.show_grants([grant for grant in wallet.grants if grant.only])
        self._members.show_members(wallet.members)
        self.chart.show_drawn(wallet.days)
        self._chart.setVisible(any(day.plan_tokens or day.pusd for day in wallet.days))
        age = wording.age_of(wallet)
        self._age.setText(age[:1].upper() + age[1:])
        self._age.setVisible(bool(age))

    def _show_figure(self, wallet: WalletView, shared: Sequence[GrantView]) -> None:
        figure = wording.figure_of(wallet, shared)
        self._figure.setText(figure)
        self._figure.setVisible(bool(figure))
        over = wording.is_used_up(wallet, shared)
        set_look(self._figure, tone="warn" if over else "")
        held = wording.held_of(shared)
        self._note.setText(self._note_words(wallet, held, over=over, with_figure=bool(figure)))
        why = self.tr("Held for answers that are being written or settled; the rest comes back.")
        self._note.setToolTip(plain_tooltip(why) if held else "")
        lasts = wording.lasts(wallet)
        self._lasts.setText(lasts)
        self._lasts.setToolTip(plain_tooltip(wording.pace(wallet)))
        self._lasts.setVisible(bool(lasts))

    def _note_words(self, wallet: WalletView, held: str, *, over: bool, with_figure: bool) -> str:
        """`tokens left · Free plan`, `tokens left · 45,655 held · Free plan`."""
        parts = []
        if with_figure:
            parts.append(
                self.tr("tokens left")
                if wording.tokens_left(wallet) is not None
                else self.tr("left")
            )
        parts.append(held)
        if over and wallet.next_reset is not None:
            parts.append(wording.resets_in(wallet.next_reset))
        if wallet.plan_name:
            parts.append(wording.tr("{0} plan").format(wallet.plan_name))
        if wallet.in_debt:
            parts.append(wording.tr("payment outstanding"))
        return " · ".join(filter(None, parts))


def _is_over(grant: GrantView) -> bool:
    """A pack that was used up never comes back."""
    return grant.granted > 0 and grant.left == grant.held == 0 and grant.resets is None


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
