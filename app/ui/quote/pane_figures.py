"""One pane's quote in figures: what goes in, what comes out, who pays, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.seam.quote_views import QuoteView
from app.ui import words
from app.ui.dialog_pieces import column, plain_label, row, rule
from app.ui.quote import wording
from app.ui.theme import Theme

_END = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class PaneFigures(QWidget):
    """Made anew with each quote: it holds nothing."""

    def __init__(self, quote: QuoteView) -> None:
        super().__init__()
        self._quote = quote
        self._box = column(self, spacing=10)
        self._build_head()
        if quote.blocked:
            self._box.addWidget(plain_label(quote.blocked, tone="warn", size="note", wrap=True))
        if quote.input_tokens:
            self._build_table()
            self._build_reasons()
            self._build_shares()

    def _build_head(self) -> None:
        quote = self._quote
        head = row(spacing=8)
        figure = plain_label(wording.total(quote), size="title", figures=True)
        head.addWidget(figure)
        head.addWidget(plain_label(wording.most(quote), tone="2", size="note", figures=True), 1)
        if quote.likely_pusd is not None or quote.input_tokens:
            self._box.addLayout(head)
        said = " · ".join(filter(None, (quote.model_name, quote.payer)))
        if said:
            self._box.addWidget(plain_label(said, tone="2", size="note", wrap=True))

    def _build_table(self) -> None:
        quote = self._quote
        grid = self._grid = QGridLayout()
        theme = Theme.current()
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(0, 1)
        for name, tokens in wording.input_parts(quote):
            self._add(name, tokens, tone="2")
        whole = wording.input_tokens(quote)
        self._add(self.tr("Input"), whole, wording.amount(quote.input_pusd, quote), strong=True)
        if quote.cached_tokens:
            cached = words.count(words.rounded(quote.cached_tokens))
            cached = self.tr("about {0}").format(cached)
            self._add(self.tr("likely from a cache"), cached, tone="2")
        place = grid.rowCount()
        grid.addWidget(rule(), place, 0, 1, 3)
        likely = self.tr("about {0}").format(words.count(quote.likely_output_tokens))
        self._add(self.tr("Answer"), likely, wording.amount(quote.output_pusd, quote), strong=True)
        self._add(self.tr("at most"), words.count(quote.most_output_tokens), tone="2")
        self._box.addLayout(grid)

    def _build_reasons(self) -> None:
        quote = self._quote
        reasons = (
            wording.growth(quote),
            quote.note,
            wording.likely_answer(quote),
            wording.limit(quote),
            wording.counting(quote),
        )
        box = column(spacing=2)
        for reason in reasons:
            if reason:
                box.addWidget(plain_label(reason, tone="2", size="small", wrap=True))
        self._box.addLayout(box)

    def _build_shares(self) -> None:
        """Who pays; with one key the head says it already."""
        shares = self._quote.shares
        if len(shares) < 2 and all(share.unit == "usd" for share in shares):
            return
        if self._quote.hosted is not None and not self._quote.hosted.covered:
            return  # nobody pays: the share says what it would need
        self._box.addWidget(rule())
        self._box.addWidget(plain_label(self.tr("Paid by"), tone="2", size="small", strong=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Theme.current().px(16))
        grid.setVerticalSpacing(Theme.current().px(4))
        grid.setColumnStretch(0, 1)
        for place, share in enumerate(shares):
            likely, most = wording.share_amounts(share)
            grid.addWidget(plain_label(share.label, size="note", wrap=True), place, 0)
            grid.addWidget(_figure(likely), place, 1)
            grid.addWidget(_figure(most, "2"), place, 2)
        self._box.addLayout(grid)

    def _add(
        self, name: str, tokens: str, amount: str = "", *, tone: str = "", strong: bool = False
    ) -> None:
        place = self._grid.rowCount()
        # A long name in another language takes two lines and leaves the figures whole.
        shown = plain_label(name, tone=tone, size="note", strong=strong, wrap=True)
        self._grid.addWidget(shown, place, 0)
        self._grid.addWidget(_figure(tokens, tone), place, 1)
        self._grid.addWidget(_figure(amount, tone), place, 2)


def _figure(text: str, tone: str = "") -> QLabel:
    label = plain_label(text, tone=tone, size="note", figures=True)
    label.setAlignment(_END)
    return label
