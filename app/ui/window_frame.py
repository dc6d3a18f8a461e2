"""The parts of the window and their places: sidebar, panes and composer, billing panel.

Sidebar and panel fold by hand, and by themselves where the window is narrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.ui.composer.composer import Composer
from app.ui.panes.panes import Panes
from app.ui.sidebar.sidebar import Sidebar
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.ui.notices import NoticeBar

BILLING_WIDTH = 288
BILLING_NEEDS = 1180  # narrower than this, the panel folds
SIDEBAR_NEEDS = 860  # narrower than this, the sidebar does too


class WindowFrame(QWidget):
    """`folds_changed(sidebar, billing)` when the person folded or opened one of them."""

    folds_changed = Signal(bool, bool)

    def __init__(self, *, sidebar_open: bool, billing_open: bool) -> None:
        super().__init__()
        self._notices: NoticeBar | None = None
        self.sidebar_wanted = sidebar_open
        self.billing_wanted = billing_open
        self._room = (True, True)
        self._build()
        self._lay_out()
        Theme.current().changed.connect(self._on_theme_changed)

    def toggle_sidebar(self) -> None:
        """Fold the sidebar or open it."""
        self._set_open(sidebar=self.sidebar.isHidden(), billing=None)

    def toggle_billing(self) -> None:
        """Fold the billing panel or open it."""
        self._set_open(sidebar=None, billing=self.billing.isHidden())

    def apply_folds(self, *, sidebar: bool, billing: bool) -> None:
        """Take what is wanted from the settings."""
        self.sidebar_wanted, self.billing_wanted = sidebar, billing
        self._fold()

    def put_billing(self, panel: QWidget) -> None:
        """Fill the place that is kept for the billing panel."""
        # The panel draws its own ground and edge from now on.
        set_look(self.billing, look="")
        column = QVBoxLayout(self.billing)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)

    def show_page(self, page: QWidget | None) -> None:
        """Show a page in place of the panes; None for the panes."""
        page = page or self.panes
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    @property
    def notices(self) -> NoticeBar:
        """The passing lines, made when the first one comes."""
        if self._notices is None:
            from app.ui.notices import NoticeBar

            self._notices = NoticeBar()
            self.composer.put_above(self._notices)
        return self._notices

    def shown_page(self) -> QWidget | None:
        """The page in the middle."""
        return self._pages.currentWidget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        """Fold or open what the width asks for, where that has changed."""
        theme = Theme.current()
        room = (
            self.width() >= theme.px(SIDEBAR_NEEDS),
            self.width() >= theme.px(BILLING_NEEDS),
        )
        if room != self._room:
            self._room = room
            self._fold()

    def _build(self) -> None:
        self.sidebar = Sidebar()
        self.panes = Panes()
        self.composer = Composer()
        self.billing = QFrame()
        set_look(self.billing, look="billing")
        self.billing.setFixedWidth(Theme.current().px(BILLING_WIDTH))
        self._middle = QWidget()
        self._pages = QStackedLayout()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._pages, 1)
        # Not before: a page of a layout without a widget is shown as a window of its own.
        self._pages.addWidget(self.panes)
        column.addWidget(self.composer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self._middle, 1)
        row.addWidget(self.billing)
        self._fold()

    def _fold(self) -> None:
        self._show_parts(
            sidebar=self.sidebar_wanted and self._room[0],
            billing=self.billing_wanted and self._room[1],
        )

    def _show_parts(self, *, sidebar: bool, billing: bool) -> None:
        self.sidebar.setVisible(sidebar)
        self.billing.setVisible(billing)
        self.panes.show_folds(sidebar_open=sidebar, billing_open=billing)

    def _set_open(self, *, sidebar: bool | None, billing: bool | None) -> None:
        """By hand it opens where there is little room too, one of both at a time there."""
        if sidebar is not None:
            self.sidebar_wanted = sidebar
        if billing is not None:
            self.billing_wanted = billing
        side = (not self.sidebar.isHidden()) if sidebar is None else sidebar
        bill = (not self.billing.isHidden()) if billing is None else billing
        if not self._room[1] and side and bill and not self._room[0]:
            side, bill = bool(sidebar), bool(billing)
        self._show_parts(sidebar=side, billing=bill)
        self.folds_changed.emit(self.sidebar_wanted, self.billing_wanted)

    def _on_theme_changed(self) -> None:
        self.billing.setFixedWidth(Theme.current().px(BILLING_WIDTH))
        # With larger text the same window has less room.
        self._measure()
