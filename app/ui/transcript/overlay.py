"""Places what floats above the cards: the mark of writing, the link bar, "Jump to newest"."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QPushButton, QToolTip

from app.ui.icons import icon
from app.ui.theme import Theme
from app.ui.transcript.bars import Caret, LinkBar
from app.ui.transcript.card import Card
from app.ui.transcript.scroller import Scroller


class Overlay(QObject):
    """Belongs to one view and follows it whenever it settles."""

    def __init__(self, view: Scroller) -> None:
        super().__init__(view)
        self._view = view
        self.caret = Caret(view.viewport())
        self.caret.dress()
        self.link_bar = LinkBar(view)
        self.link_bar.hide()
        self.jump_button = QPushButton(icon("arrow-down", "ink2"), self.tr("Jump to newest"), view)
        self.jump_button.hide()
        self.jump_button.clicked.connect(view.go_to_end)

    def place(self, growing: Card | None) -> None:
        """Put everything where it belongs; `growing` is the card that is being written."""
        self._place_caret(growing)
        self._place_jump()
        self.place_link_bar()

    def ask(self, address: str) -> None:
        """Show where a link goes."""
        self.link_bar.ask(address)
        self.place_link_bar()

    def hint(self, address: str) -> None:
        """Show where the link under the pointer goes; empty: there is none any more."""
        if not address:
            QToolTip.hideText()
            return
        position: QPoint = self._view.cursor().pos()
        QToolTip.showText(position, f"<p>{escape(address[:400])}</p>", self._view.viewport())

    def place_link_bar(self) -> None:
        if self.link_bar.isHidden():
            return
        theme, area = Theme.current(), self._view.viewport().geometry()
        across = min(area.width() - theme.px(24), theme.px(560))
        layout = self.link_bar.layout()
        tall = layout.totalHeightForWidth(across) if layout is not None else 0
        left = area.center().x() - across // 2
        self.link_bar.setGeometry(left, area.bottom() - tall - theme.px(12), across, tall)

    def _place_caret(self, card: Card | None) -> None:
        if card is None:
            self.caret.hide()
            return
        theme = Theme.current()
        rect = card.caret_rect().translated(card.pos())
        tall = min(rect.height(), theme.px(17))
        top = rect.y() + (rect.height() - tall) // 2
        self.caret.setGeometry(rect.x() + 1, top, theme.px(6), tall)
        if self.caret.isHidden():
            self.caret.show()
            self.caret.raise_()

    def _place_jump(self) -> None:
        view, theme = self._view, Theme.current()
        wanted = bool(len(view.heights)) and not view.at_end and not view.sticks
        if wanted == self.jump_button.isHidden():
            self.jump_button.setVisible(wanted)
        if wanted:
            area, size = view.viewport().geometry(), self.jump_button.sizeHint()
            left = area.center().x() - size.width() // 2
            top = area.bottom() - size.height() - theme.px(10)
            self.jump_button.setGeometry(left, top, size.width(), size.height())
