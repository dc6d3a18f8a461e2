"""Markdown to pieces: the parser's settings and the walk over its tokens.

HTML is off: tags are text. Links keep http, https and mailto; any other address is written out
behind its text, so that nothing is hidden and nothing can be opened.
Source: CommonMark 0.31 with the tables and strikethrough of GitHub's dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from app.ui.transcript.formulas import add_formulas
from app.ui.transcript.pieces import (
    Cell,
    Code,
    Formula,
    Paragraph,
    Picture,
    Piece,
    Rule,
    Span,
    Table,
    span_style,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINK_SCHEMES = ("http", "https", "mailto")
LANGUAGE_LENGTH_MAX = 40
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"`|\\^{}]+", re.IGNORECASE)
_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*):")
_TASK = re.compile(r"^\[([ xX])\] +")
_TURNS = frozenset(
    (
        "bullet_list_close", "ordered_list_close", "blockquote_close", "list_item_open",
        "heading_open", "heading_close",
    )
)  # fmt: skip
References = dict[str, Any]


@cache
def make_parser() -> MarkdownIt:
    """The one parser; the first call imports markdown-it (about 70 ms)."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 30})
    parser.enable(["table", "strikethrough"])
    add_formulas(parser)
    # Every address passes here and is judged in `safe_link`: markdown-it would otherwise leave
    # the raw syntax in the text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def parse(text: str, references: References | None = None) -> tuple[list[Token], References]:
    """Tokens of a text, and its link definitions together with those given."""
    environment: dict[str, Any] = {"references": dict(references or {})}
    tokens = make_parser().parse(text, environment)
    return tokens, environment["references"]


def safe_link(address: str) -> str:
    """The address where it is one that may be opened, else an empty text."""
    scheme = _SCHEME.match(address.strip())
    allowed = scheme is not None and scheme[1].lower() in LINK_SCHEMES
    return address.strip() if allowed and address.isprintable() else ""


@dataclass(slots=True)
class _List:
    number: int | None
    mark: str = "."

    def next_marker(self) -> str:
        if self.number is None:
            return "•"
        self.number += 1
        return f"{self.number - 1}{self.mark}"


@dataclass(slots=True)
class _Walk:
    lists: list[_List] = field(default_factory=list)
    quote: int = 0
    marker: str = ""
    heading: int = 0

    def open(self, token: Token, first_number: int | None) -> None:
        """Enter a list or a quote."""
        match token.type:
            case "blockquote_open":
                self.quote += 1
            case "bullet_list_open":
                self.lists.append(_List(None))
            case _:
                start = token.attrs.get("start", 1)
                number = int(start) if first_number is None else first_number
                self.lists.append(_List(number, token.markup))

    def turn(self, token: Token) -> None:
        """Leave a list or a quote, begin an item, begin or end a heading."""
        match token.type:
            case "blockquote_close":
                self.quote -= 1
            case "list_item_open":
                self.marker = self.lists[-1].next_marker()
            case "heading_open":
                self.heading = int(token.tag[1])
            case "heading_close":
                self.heading = 0
            case _:
                self.lists.pop()

    def paragraph(self, spans: Sequence[Span]) -> Paragraph:
        marker, self.marker = self.marker, ""
        task = _TASK.match(spans[0].text) if marker and spans else None
        if task:
            marker = "☐" if task[1] == " " else "☑"
            spans = (replace(spans[0], text=spans[0].text[task.end() :]), *spans[1:])
        return Paragraph(tuple(spans), self.heading, len(self.lists), self.quote, marker)

    def owed_marker(self) -> Iterator[Paragraph]:
        """A list item that opens with something else than text still shows its marker."""
        if self.marker:
            yield self.paragraph(())


def read_pieces(tokens: Sequence[Token], first_number: int | None = None) -> list[Piece]:
    """Flat pieces of block tokens; `first_number` overrides where a leading list begins."""
    walk = _Walk()
    pieces: list[Piece] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "blockquote_open":
                pieces += walk.owed_marker()
                walk.open(token, None if place else first_number)
            case "list_item_close":
                pieces += walk.owed_marker()
            case "inline":
                pieces += _read_inline(token, walk)
            case "fence" | "code_block" | "formula_block" | "hr":
                pieces += walk.owed_marker()
                pieces.append(_read_leaf(token, len(walk.lists)))
            case "table_open":
                pieces += walk.owed_marker()
                end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
                pieces.append(_read_table(tokens[place:end], len(walk.lists)))
                place = end
            case name if name in _TURNS:
                walk.turn(token)
        place += 1
    return pieces


def _read_leaf(token: Token, indent: int) -> Piece:
    if token.type == "hr":
        return Rule()
    if token.type == "formula_block":
        return Formula(token.content, indent)
    language = token.info.split()[0][:LANGUAGE_LENGTH_MAX] if token.info.split() else ""
    return Code(language, token.content.rstrip(" \t\n"), indent)


def _read_inline(token: Token, walk: _Walk) -> Iterator[Piece]:
    children = token.children or []
    if walk.heading or not _is_pictures(children):
        yield walk.paragraph(_read_spans(children))
        return
    yield from walk.owed_marker()
    for child in children:
        if child.type == "image":
            yield Picture(str(child.attrs.get("src", "")), child.content)


def _is_pictures(children: Sequence[Token]) -> bool:
    """Whether a paragraph is nothing but pictures."""
    others = [child for child in children if child.type not in ("image", "softbreak")]
    blank = all(child.type == "text" and not child.content.strip() for child in others)
    return blank and any(child.type == "image" for child in children)


def _read_table(tokens: Sequence[Token], indent: int) -> Table:
    lines: list[list[Cell]] = []
    aligns: list[str] = []
    for token in tokens:
        match token.type:
            case "tr_open":
                lines.append([])
            case "th_open":
                aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            case "inline":
                lines[-1].append(tuple(_read_spans(token.children or [])))
    header, *rows = (tuple(line) for line in lines)
    return Table(header, tuple(rows), tuple(aligns), indent)


def _read_spans(children: Sequence[Token]) -> list[Span]:
    spans: list[Span] = []
    style = {"strong": False, "em": False, "s": False}
    address = link = ""
    for token in children:
        bold, italic, strike = style.values()
        kind, _, side = token.type.partition("_")
        text = token.content
        if kind in style:
            style[kind] = side == "open"
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            link = safe_link(address)
        elif token.type == "link_close":
            if address and not link:
                spans.append(Span(f" ({address})", bold, italic, strike))
            link = ""
        elif token.type == "image":
            source = str(token.attrs.get("src", ""))
            target = link or safe_link(source)
            spans.append(Span(f"▣ {text or source}", bold, italic, strike, link=target))
        elif token.type == "text" and "://" in text and not link:
            spans += _find_addresses(text, bold, italic, strike)
        else:
            text = "\n" if token.type in ("softbreak", "hardbreak") else text
            code, math = token.type == "code_inline", token.type == "formula_inline"
            spans.append(Span(text, bold, italic, strike, code, math, link))
    return _join(spans)


def _find_addresses(text: str, bold: bool, italic: bool, strike: bool) -> Iterator[Span]:
    place = 0
    for found in _BARE_ADDRESS.finditer(text):
        address = found[0].rstrip(".,;:!?'*_~")
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(").,;:!?")
        if not safe_link(address):
            continue
        yield Span(text[place : found.start()], bold, italic, strike)
        yield Span(address, bold, italic, strike, link=address)
        place = found.start() + len(address)
    yield Span(text[place:], bold, italic, strike)


def _join(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        if joined and span_style(joined[-1]) == span_style(span):
            joined[-1] = Span(joined[-1].text + span.text, *span_style(span))
        else:
            joined.append(span)
    return joined
