"""The type of the transcript: fonts, margins and colors of prose, code and tables as Qt formats.

Made once for each theme and zoom; every color and font comes from the theme.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QBrush, QFont, QTextBlockFormat, QTextCharFormat, QTextOption

from app.ui.theme import Size, Theme
from app.ui.transcript.pieces import Paragraph, Span

LINE_HEIGHT = 21
CODE_LINE_HEIGHT = 20
INDENT = 24
HANG = 20
QUOTE = 14
# Texts inside cards have no frame of their own, unlike fields that one types into.
BARE_TEXT = """
LockedBrowser, LockedBrowser:focus { background: transparent; border: none; padding: 0; }
FoldedView > QToolButton { padding: 0; text-align: left; }
FoldedView > QToolButton:checked { background: transparent; }
QScrollBar::handle:vertical:disabled { background: transparent; }
FooterView > QToolButton, CodeView > QToolButton { padding: 3px; }
"""
_HEADING_SIZES = (Size.TEXT, 20, 17, 15, 14, 14, 14)
_MINIMUM = QTextBlockFormat.LineHeightTypes.MinimumHeight.value


class Look:
    """Formats for one theme and zoom; `muted` draws everything in the quieter ink."""

    def __init__(self, *, muted: bool = False) -> None:
        self._muted = muted
        self._formats: dict[tuple[object, ...], QTextCharFormat] = {}
        self._blocks: dict[tuple[object, ...], QTextBlockFormat] = {}

    def span_format(self, span: Span, heading: int = 0, quote: int = 0) -> QTextCharFormat:
        """How a span is drawn; a link carries its address."""
        key = (
            span.bold,
            span.italic,
            span.strike,
            span.code,
            span.math,
            bool(span.link),
            heading,
            quote,
        )
        made = self._formats.get(key)
        if made is None:
            made = self._formats[key] = self._make_span_format(span, heading, quote)
        if span.link:
            made = QTextCharFormat(made)
            made.setAnchor(True)
            made.setAnchorHref(span.link)
        return made

    def block_format(self, paragraph: Paragraph, previous: Paragraph | None) -> QTextBlockFormat:
        """Margins and line height of a paragraph that follows another, or comes first."""
        gap = _gap(previous, paragraph)
        key = (gap, paragraph.indent, paragraph.quote, bool(paragraph.marker))
        made = self._blocks.get(key)
        if made is None:
            made = self._blocks[key] = _make_block_format(paragraph, gap)
        return made

    def marker_format(self, paragraph: Paragraph) -> QTextCharFormat:
        """How the number or bullet of a list item is drawn."""
        return self.span_format(Span(""), paragraph.heading, paragraph.quote)

    def _make_span_format(self, span: Span, heading: int, quote: int) -> QTextCharFormat:
        theme = Theme.current()
        size = _HEADING_SIZES[heading] if heading else (Size.NOTE if self._muted else Size.TEXT)
        mono = span.code or span.math
        font = theme.font(size - 1 if mono else size, strong=span.bold or heading > 0, mono=mono)
        font.setItalic(span.italic or span.math)
        font.setStrikeOut(span.strike)
        font.setUnderline(bool(span.link))
        made = QTextCharFormat()
        made.setFont(font)
        tone = "accent" if span.link else "ink2" if self._muted or quote or span.math else "ink"
        made.setForeground(QBrush(theme.color(tone)))
        return made


def _gap(previous: Paragraph | None, paragraph: Paragraph) -> int:
    if previous is None:
        return 0
    if paragraph.heading:
        return 20 if not previous.heading else 12
    if paragraph.marker and (previous.marker or previous.indent):
        return 7
    return 9 if previous.heading or paragraph.indent else 12


def _make_block_format(paragraph: Paragraph, gap: int) -> QTextBlockFormat:
    theme = Theme.current()
    made = QTextBlockFormat()
    made.setLineHeight(theme.px(LINE_HEIGHT if not paragraph.heading else 26), _MINIMUM)
    made.setTopMargin(theme.px(gap))
    made.setLeftMargin(theme.px(paragraph.indent * INDENT + paragraph.quote * QUOTE))
    if paragraph.marker:
        hang = theme.px(HANG)
        made.setTextIndent(-hang)
        left = QTextOption.TabType.LeftTab
        made.setTabPositions([QTextOption.Tab(hang + theme.px(8) * i, left) for i in range(8)])
    return made


def code_font() -> QFont:
    """The font of code blocks; signs are not joined, since code is read sign by sign."""
    font = Theme.current().font(Size.NOTE, mono=True)
    font.setFeature(QFont.Tag("calt"), 0)
    return font


@lru_cache(maxsize=4)
def _make_look(dark: bool, zoom_percent: int, muted: bool) -> Look:
    return Look(muted=muted)


def current_look(*, muted: bool = False) -> Look:
    """The formats of the theme in force."""
    theme = Theme.current()
    return _make_look(theme.dark, theme.zoom_percent, muted)
