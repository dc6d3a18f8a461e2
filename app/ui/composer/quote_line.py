"""What the message would cost, beside Send; shorter forms where the width ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui import words
from app.ui.theme import Size, Theme

if TYPE_CHECKING:
    from app.seam.quote_views import QuoteView

Piece = tuple[str, bool]  # text, strong
EDGE = 6  # between the text and the ring that shows the keyboard


class QuoteLine(QAbstractButton):
    """Draws plain pieces, some of them strong; pressed, it opens the card that says why."""

    def __init__(self, parent: QWidget | None = None, *, opens: bool = True) -> None:
        """`opens` where a press opens something; else it only says the price."""
        super().__init__(parent)
        self._opens = opens
        self._quotes: tuple[QuoteView, ...] = ()
        self._forms: list[list[Piece]] = []
        self._measured: tuple[int, list[list[float]]] = (0, [])
        self._tone = "ink2"
        self._is_counting = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Cost of this message"))
        self.setEnabled(False)

    @property
    def quotes(self) -> tuple[QuoteView, ...]:
        """What is shown now."""
        return self._quotes

    def show_quotes(self, quotes: Sequence[QuoteView]) -> None:
        """The quotes of the panes that the message goes to; empty shows nothing."""
        if tuple(quotes) == self._quotes and not self._is_counting:
            return
        self._is_counting = False
        self._quotes = tuple(quotes)
        self._forms = [_joined(form) for form in make_forms(quotes)]
        self._measured = (0, [])
        warns = any(
            quote.blocked or quote.budget or (quote.hosted and not quote.hosted.covered)
            for quote in quotes
        )
        self._tone = "warn" if warns else "ink2"
        self.setToolTip("\n".join(pane_line(quote) for quote in quotes))
        self.setAccessibleDescription(self.text())
        if self._opens and self.isEnabled() != bool(quotes):
            self._allow(bool(quotes))
        self.update()

    def show_counting(self) -> None:
        """Say that the price is still to come; one that is shown stays until then."""
        if self._forms:
            return
        self._is_counting = True
        self._forms = [[(self.tr("counting …"), False)]]
        self._measured = (0, [])
        self._tone = "ink2"
        self.setAccessibleDescription(self.text())
        self.update()

    def text(self) -> str:
        """The longest form as one text."""
        return "".join(text for text, _ in self._forms[0]) if self._forms else ""

    def sizeHint(self) -> QSize:
        return QSize(0, Theme.current().px(28))

    def hitButton(self, pos: QPoint) -> bool:
        return bool(self._forms) and self._box(self._place()).contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._forms:
            return
        place = self._place()
        theme, box = Theme.current(), self._box(place)
        painter = QPainter(self)
        self._paint_ground(painter, box)
        tones = {strong: theme.color("ink" if strong else self._tone) for strong in (True, False)}
        fonts = {strong: _font(strong) for strong in (True, False)}
        metrics = QFontMetricsF(fonts[False])
        x = box.left() + theme.px(EDGE)
        base = (self.height() + metrics.ascent() - metrics.descent()) / 2
        for (text, strong), width in zip(self._forms[place], self._widths()[place], strict=True):
            painter.setFont(fonts[strong])
            painter.setPen(tones[strong])
            # At a point: in a box each piece would be laid out anew.
            painter.drawText(QPointF(x, base), text)
            x += width
        painter.end()

    def _allow(self, allowed: bool) -> None:
        from PySide6.QtCore import Qt

        self.setEnabled(allowed)
        policy = Qt.FocusPolicy
        self.setFocusPolicy(policy.StrongFocus if allowed else policy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, allowed)

    def _widths(self) -> list[list[float]]:
        """The widths of each form's pieces at the size in force; measured once."""
        zoom = Theme.current().zoom_percent
        if self._measured[0] != zoom:
            metrics = {strong: QFontMetricsF(_font(strong)) for strong in (True, False)}
            self._measured = (
                zoom,
                [
                    [metrics[strong].horizontalAdvance(text) for text, strong in form]
                    for form in self._forms
                ],
            )
        return self._measured[1]

    def _place(self) -> int:
        """The longest form that fits."""
        room = self.width() - 2 * Theme.current().px(EDGE)
        widths = self._widths()
        fits = (place for place, form in enumerate(widths) if sum(form) <= room)
        return next(fits, len(widths) - 1)

    def _box(self, place: int) -> QRectF:
        """The text with its edge: at the right, or from the left where it does not fit."""
        width = sum(self._widths()[place]) + 2 * Theme.current().px(EDGE)
        return QRectF(max(0.0, self.width() - width), 0, min(width, self.width()), self.height())

    def _paint_ground(self, painter: QPainter, box: QRectF) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPen

        if not (self.hasFocus() or self.underMouse()):
            return
        theme = Theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QPen(theme.color("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen
        painter.setPen(ring)
        painter.setBrush(theme.color("sel") if self.underMouse() else Qt.BrushStyle.NoBrush)
        radius = theme.px(6)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)


def make_forms(quotes: Sequence[QuoteView]) -> list[list[Piece]]:
    """The line from its longest form to its shortest."""
    if not quotes:
        return []
    blocked = next((quote.blocked for quote in quotes if quote.blocked), "")
    if blocked:
        return _refused_forms(quotes, blocked)
    if _has_credit(quotes):
        from app.ui.hosted.quote_forms import credit_forms

        return credit_forms(quotes)
    tokens = _tokens_pieces(quotes)
    price = _price_pieces(quotes, lead=_is_exact(quotes))
    most = _most_pieces(quotes)
    payers = {quote.payer for quote in quotes if quote.payer}
    payer: list[Piece] = [(f" · {payers.pop()}", False)] if len(payers) == 1 else []
    forms = [tokens + price + most + payer, tokens + price + most, tokens + price]
    forms.append(_price_alone(quotes))
    budget = _budget_pieces(quotes)
    # A warning goes before who pays and what the message costs at most.
    return [form + budget for form in forms[1:3]] + forms[2:] if budget else forms


def _joined(form: list[Piece]) -> list[Piece]:
    """Neighbors that look alike as one piece."""
    joined: list[Piece] = []
    for text, strong in form:
        if joined and joined[-1][1] == strong:
            joined[-1] = (joined[-1][0] + text, strong)
        else:
            joined.append((text, strong))
    return joined


def pane_line(quote: QuoteView) -> str:
    """One pane's quote in words, for the tooltip."""
    if quote.blocked and not quote.input_tokens:
        return f"{quote.model_name}: {quote.blocked}" if quote.model_name else quote.blocked
    text = "".join(text for text, _ in make_forms([quote])[0])
    output = words.tr("about {0} tokens out, at most {1}").format(
        words.count(quote.likely_output_tokens), words.count(quote.most_output_tokens)
    )
    return "\n".join(filter(None, (f"{quote.model_name}: {text}", output, quote.note)))


def price_words(quote: QuoteView) -> str:
    """The price alone, for a tooltip: `about $0.006 · at most $0.017`, or why there is none."""
    if quote.blocked:
        return quote.blocked
    if _has_credit([quote]):
        return "".join(text for text, _ in make_forms([quote])[0])
    return "".join(text for text, _ in [*_price_alone([quote]), *_most_pieces([quote])])


def _refused_forms(quotes: Sequence[QuoteView], why: str) -> list[list[Piece]]:
    """What Send will say no to still has its price: `about $1.12 · Send will refuse: too long`."""
    priced = [quote for quote in quotes if quote.input_tokens]
    if not priced:
        return [[(why, False)]]
    price, alone = _price_pieces(priced, lead=_is_exact(priced)), _price_alone(priced)
    refusal = words.tr("Send will refuse")
    whole: list[Piece] = [(f" · {refusal}: {why}", False)]
    if _has_credit(priced):
        from app.ui.hosted.quote_forms import drawn_pieces

        drawn = drawn_pieces(priced)
        return [drawn + whole, [*drawn, (f" · {refusal}", False)], [(refusal, False)]]
    return [
        _tokens_pieces(priced) + price + whole,
        alone + whole,
        [*alone, (f" · {refusal}", False)],
        [(refusal, False)],
    ]


def _has_credit(quotes: Sequence[QuoteView]) -> bool:
    return any(quote.hosted is not None and not quote.hosted.covered for quote in quotes) or any(
        share.unit != "usd" or quote.likely_pusd is None
        for quote in quotes
        for share in quote.shares
    )


def _tokens_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    exact = _is_exact(quotes)
    tokens = sum(quote.input_tokens for quote in quotes)
    shown = words.tr("{0} tokens").format(words.count(tokens if exact else words.rounded(tokens)))
    lead: list[Piece] = [] if exact else [(f"{words.tr('about')} ", False)]
    return [*lead, (shown, True), (f" {words.tr('in')}", False)]


def _is_exact(quotes: Sequence[QuoteView]) -> bool:
    return all(quote.input_certainty == "exact" for quote in quotes)


def _price_alone(quotes: Sequence[QuoteView]) -> list[Piece]:
    """Without the tokens before it, which say "about" for both."""
    (first, strong), *rest = _price_pieces(quotes, lead=True)
    said = first.removeprefix(" · ")
    return [(said, strong), *rest] if said else rest


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


def _budget_pieces(quotes: Sequence[QuoteView]) -> list[Piece]:
    """The budget that the message brings near its end: ` · Today: $1.84 of $2.00`."""
    near = [quote.budget for quote in quotes if quote.budget is not None]
    if not near:
        return []
    from app.ui.budgets.wording import figures_of, short_title

    return [(f" · {short_title(near[0])}: {figures_of(near[0])}", False)]


def _font(strong: bool) -> QFont:
    return Theme.current().font(Size.NOTE, strong=strong, figures=True)
