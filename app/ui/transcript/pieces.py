"""What Markdown says, as frozen values: spans in paragraphs, and the blocks beside them.

Pure data without Qt. Everything is flat: a list item is a paragraph with a marker and an indent,
so any run of blocks can be cut and joined without losing its place.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style. `link` is http, https or mailto, or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    math: bool = False
    link: str = ""


def span_style(span: Span) -> tuple[bool, bool, bool, bool, bool, str]:
    """Everything about a span but its text, in the order of its fields."""
    return span.bold, span.italic, span.strike, span.code, span.math, span.link


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of text. `heading` is 1 to 6, 0 for plain text; `marker` opens a list item."""

    spans: tuple[Span, ...]
    heading: int = 0
    indent: int = 0
    quote: int = 0
    marker: str = ""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Prose:
    """A run of paragraphs that share one document, so that they can be selected together."""

    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code block; `language` as it was written, empty where none was."""

    language: str
    text: str
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that stands alone, in TeX."""

    text: str
    indent: int = 0


Cell = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length; `aligns` holds left, right, center or an empty text per column."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    aligns: tuple[str, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that the text points to. It is never loaded; its address is shown."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the card."""


Piece = Paragraph | Code | Formula | Table | Picture | Rule
Segment = Prose | Code | Formula | Table | Picture | Rule


def segment_text(segment: Segment) -> str:
    """The words of a segment without any markup."""
    match segment:
        case Prose(paragraphs):
            return "\n".join(f"{p.marker} {p.text}".strip() for p in paragraphs)
        case Code(text=text) | Formula(text=text):
            return text
        case Table(header, rows):
            lines = (header, *rows)
            return "\n".join("\t".join(_cell_text(cell) for cell in line) for line in lines)
        case Picture(url, alt):
            return f"{alt} {url}".strip()
        case Rule():
            return ""


def _cell_text(cell: Cell) -> str:
    return "".join(span.text for span in cell)
