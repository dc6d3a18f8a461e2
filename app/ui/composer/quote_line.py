"""What the message would cost, beside Send; shorter forms where the width ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import words
from app.ui.theme import Size, Theme

if TYPE_CHECKING:
    from app.seam.quote_views import QuoteView

Piece = tuple[str, bool]  # text, strong


class QuoteLine(QWidget):
    """Draws plain pieces, some of them strong; the tooltip says it for each pane."""

    def __init__(self) -> None:
        super().__init__()
        self._forms: list[list[Piece]] = []
        self._tone = "ink2"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Cost of this message"))

    def show_quotes(self, quotes: Sequence[QuoteView]) -> None:
        """The quotes of the panes that the message goes to; empty shows nothing."""
        self._forms = make_forms(quotes)
        self._tone = "warn" if any(quote.blocked for quote in quotes) else "ink2"
        self.setToolTip("\n".join(pane_line(quote) for quote in quotes))
        self.setAccessibleDescription(self.text())
        self.update()

    def text(self) -> str:
        """The longest form as one text."""
        return "".join(text for text, _ in self._forms[0]) if self._forms else ""

    def sizeHint(self) -> QSize:
        return QSize(0, Theme.current().px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._forms:
            return
        from PySide6.QtCore import Qt

        widths = [sum(_width(piece) for piece in form) for form in self._forms]
        fits = (place for place, width in enumerate(widths) if width <= self.width())
        place = next(fits, len(self._forms) - 1)
        painter = QPainter(self)
        x = self.width() - widths[place] if widths[place] <= self.width() else 0.0
        for text, strong in self._forms[place]:
            width = _width((text, strong))
            painter.setFont(_font(strong))
            painter.setPen(Theme.current().color("ink" if strong else self._tone))
            painter.drawText(
                QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text
            )
            x += width
        painter.end()


def make_forms(quotes: Sequence[QuoteView]) -> list[list[Piece]]:
    """The line from its longest form to its shortest."""
    blocked = [quote for quote in quotes if quote.blocked]
    if not quotes:
        return []
    if blocked:
        return [[(blocked[0].blocked, False)]]
    tokens = _tokens_pieces(quotes)
    price = _price_pieces(quotes, lead=all(q.input_certainty == "exact" for q in quotes))
    most = _most_pieces(quotes)
    payers = {quote.payer for quote in quotes if quote.payer}
    payer: list[Piece] = [(f" · {payers.pop()}", False)] if len(payers) == 1 else []
    return [tokens + price + most + payer, tokens + price + most, tokens + price, price[1:]]


def pane_line(quote: QuoteView) -> str:
    """One pane's quote in words, for the tooltip."""
    if quote.blocked:
        return f"{quote.model_name}: {quote.blocked}"
    text = "".join(text for text, _ in make_forms([quote])[0])
    output = words.tr("about {0} tokens out, at most {1}").format(
        words.count(quote.likely_output_tokens), words.count(quote.most_output_tokens)
    )
    return "\n".join(filter(None, (f"{quote.model_name}: {text}", output, quote.note)))


def _tokens_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    exact = all(quote.input_certainty == "exact" for quote in quotes)
    tokens = sum(quote.input_tokens for quote in quotes)
    shown = words.tr("{0} tokens").format(words.count(tokens if exact else _rounded(tokens)))
    lead: list[Piece] = [] if exact else [(f"{words.tr('about')} ", False)]
    return [*lead, (shown, True), (f" {words.tr('in')}", False)]


def _price_pieces(quotes: Sequence[QuoteView], *, lead: bool) -> list[Piece]:
    known = [quote.likely_pusd for quote in quotes if quote.likely_pusd is not None]
    unknown = len(quotes) - len(known)
    if not known:
        return [(" · ", False), (words.tr("price unknown"), False)]
    if not any(known) and not any(quote.most_pusd for quote in quotes):
        pieces: list[Piece] = [(" · ", False), (words.tr("free"), True)]
    else:
        pieces = [(f" · {words.tr('about')} " if lead else " · ", False)]
        pieces.append((words.money(sum(known)), True))
    if unknown:
        text = words.tr("price unknown for {0} of {1}").format(unknown, len(quotes))
        pieces.append((f" + {text}", False))
    return pieces


def _most_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    most = [quote.most_pusd for quote in quotes if quote.most_pusd is not None]
    if len(most) < len(quotes) or not any(most):
        return []
    return [(f" · {words.tr('at most {0}').format(words.money(sum(most)))}", False)]


def _rounded(tokens: int) -> int:
    """Three leading digits: more would promise what an estimate cannot."""
    step = 10 ** max(0, len(str(tokens)) - 3)
    return (tokens + step // 2) // step * step


def _font(strong: bool) -> QFont:
    return Theme.current().font(Size.NOTE, strong=strong, figures=True)


def _width(piece: Piece) -> float:
    return QFontMetricsF(_font(piece[1])).horizontalAdvance(piece[0])
