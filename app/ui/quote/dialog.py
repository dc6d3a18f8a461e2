"""The card over the composer: one pane's quote at a time, and what would do for less."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.seam.quote_views import CheaperView, QuoteView
from app.ui import words
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row, scrolled
from app.ui.quote.cheaper_list import CheaperList
from app.ui.quote.pane_figures import PaneFigures
from app.ui.theme import Theme

WIDTH = 480


class QuoteDialog(Dialog):
    """Follows the quotes while it is open; a click beside it closes it."""

    model_chosen = Signal(int, str)  # pane, reference
    cheaper_asked = Signal(int)  # pane

    closes_on_outside_click = True

    def __init__(self, parent: QWidget, quotes: Sequence[QuoteView]) -> None:
        super().__init__(parent, _title(), width=WIDTH, dims=False)
        self._quotes: tuple[QuoteView, ...] = ()
        self._pane = quotes[0].pane
        self._build()
        self.show_quotes(quotes)
        self._cheaper.chosen.connect(self._on_chosen)

    @property
    def pane(self) -> int:
        """The pane whose quote is shown."""
        return self._pane

    def first_focus(self) -> QWidget:
        return self

    def show_quotes(self, quotes: Sequence[QuoteView]) -> None:
        """These are the quotes now; none of them closes the card."""
        if tuple(quotes) == self._quotes:
            return
        if not quotes:
            self.reject()
            return
        models = [(quote.pane, quote.model_name) for quote in self._quotes]
        self._quotes = tuple(quotes)
        if self._shown() is None:
            self._pane = quotes[0].pane
        if models != [(quote.pane, quote.model_name) for quote in quotes]:
            self._build_panes()
        self._refill()

    def show_cheaper(self, pane: int, models: Sequence[CheaperView]) -> None:
        """Which models would do for less in a pane; a late answer is dropped."""
        if pane == self._pane:
            self._cheaper.show_models(models)
            self._fit_height()

    def ask_cheaper(self) -> None:
        """Ask for what would do for less in the pane that is shown."""
        self.cheaper_asked.emit(self._pane)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Not before: until then the style sheet has given the labels no size.
        self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible() and event.size().width() != event.oldSize().width():
            self._fit_height()

    def _build(self) -> None:
        self._together = plain_label(tone="2", size="note", figures=True)
        self._panes = row(spacing=6)
        self._content = QWidget()
        self._figures = column(spacing=0)
        self._cheaper = CheaperList()
        inside = column(self._content, spacing=14)
        # Between the figures and a bar beside them.
        inside.setContentsMargins(0, 0, Theme.current().px(4), 0)
        inside.addLayout(self._figures)
        inside.addWidget(self._cheaper)
        inside.addStretch(1)
        self.body.addWidget(self._together)
        self.body.addLayout(self._panes)
        self._area = scrolled(self._content)
        # The keyboard scrolls what does not fit into a small window.
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName(_title())
        self.body.addWidget(self._area, 1)

    def _build_panes(self) -> None:
        clear_layout(self._panes)
        several = len(self._quotes) > 1
        group = QButtonGroup(self)
        for quote in self._quotes if several else ():
            button = push_button(quote.model_name or self.tr("no model"), _nothing, "badge")
            button.setCheckable(True)
            button.setChecked(quote.pane == self._pane)
            group.addButton(button, quote.pane)
            self._panes.addWidget(button)
        self._panes.addStretch(1)
        group.idClicked.connect(self._on_pane)

    def _refill(self) -> None:
        self._together.setText(self._sum_words())
        self._together.setVisible(len(self._quotes) > 1)
        clear_layout(self._figures)
        shown = self._shown()
        if shown is not None:
            self._figures.addWidget(PaneFigures(shown))
        self._fit_height()

    def _sum_words(self) -> str:
        known = [quote.likely_pusd for quote in self._quotes if quote.likely_pusd is not None]
        if len(known) < len(self._quotes):
            return self.tr("Not every price is known.")
        text = self.tr("All panes together: about {0}")
        return text.format(words.money(sum(known)))

    def _shown(self) -> QuoteView | None:
        return next((quote for quote in self._quotes if quote.pane == self._pane), None)

    def _fit_height(self) -> None:
        theme = Theme.current()
        edge = theme.px(22)
        layout = self._content.layout()
        # In a small window the card is narrower than it would like to be.
        inner = (self.width() if self.isVisible() else theme.px(WIDTH)) - 2 * edge - 2
        wanted = layout.totalHeightForWidth(inner) if layout is not None else 0
        above = self.title.sizeHint().height() + theme.px(16)
        if len(self._quotes) > 1:
            above += self._together.sizeHint().height() + theme.px(40)
        self.set_card_height(round((wanted + above + 2 * edge + 8) * 100 / theme.zoom_percent))

    def _on_pane(self, pane: int) -> None:
        self._pane = pane
        self._cheaper.show_models(())
        self._refill()
        self.ask_cheaper()

    def _on_chosen(self, model_ref: str) -> None:
        self.accept()
        self.model_chosen.emit(self._pane, model_ref)


def _nothing() -> None:
    """The group tells which one was chosen."""


def _title() -> str:
    from app.ui.quote.wording import tr

    return tr("Cost of this message")
