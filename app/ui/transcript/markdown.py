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
            case "bullet_list_open":
                pieces += walk.owed_marker()
                walk.lists.append(_List(None))
            case "ordered_list_open":
                pieces += walk.owed_marker()
                number = int(token.attrGet("start") or 1) if "start" in token.attrs else 1
                if place == 0 and first_number is not None:
                    number = first_number
                walk.lists.append(_List(number, token.markup))
            case "bullet_list_close" | "ordered_list_close":
                walk.lists.pop()
            case "list_item_open":
                walk.marker = walk.lists[-1].next_marker()
            case "list_item_close":
                pieces += walk.owed_marker()
            case "blockquote_open":
                pieces += walk.owed_marker()
                walk.quote += 1
            case "blockquote_close":
                walk.quote -= 1
            case "heading_open":
                walk.heading = int(token.tag[1])
            case "heading_close":
                walk.heading = 0
            case "inline":
                pieces += _read_inline(token, walk)
            case "fence" | "code_block":
                pieces += walk.owed_marker()
                pieces.append(_read_code(token, len(walk.lists)))
            case "formula_block":
                pieces += walk.owed_marker()
                pieces.append(Formula(token.content, len(walk.lists)))
            case "hr":
                pieces.append(Rule())
            case "table_open":
                pieces += walk.owed_marker()
                end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
                pieces.append(_read_table(tokens[place:end], len(walk.lists)))
                place = end
        place += 1
    return pieces


def _read_code(token: Token, indent: int) -> Code:
    language = token.info.split()[0][:LANGUAGE_LENGTH_MAX] if token.info.split() else ""
    return Code(language, token.content.rstrip(" \t\n"), indent)


def _read_inline(token: Token, walk: _Walk) -> Iterator[Piece]:
    children = token.children or []
    pictures = [child for child in children if child.type == "image"]
    others = [child for child in children if child.type not in ("image", "softbreak")]
    if pictures and not walk.heading and all(not child.content.strip() for child in others):
        if not any(child.type.endswith("_open") for child in others):
            yield from walk.owed_marker()
            yield from (Picture(str(p.attrs.get("src", "")), p.content) for p in pictures)
            return
    yield walk.paragraph(_read_spans(children))


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
    bold = italic = strike = False
    address = link = ""
    for token in children:
        code = math = False
        text = token.content
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.nesting == 1
            case "em_open" | "em_close":
                italic = token.nesting == 1
            case "s_open" | "s_close":
                strike = token.nesting == 1
            case "link_open":
                address = str(token.attrs.get("href", ""))
                link = safe_link(address)
            case "link_close":
                text = f" ({address})" if address and not link else ""
                link = ""
            case "code_inline":
                code = True
            case "formula_inline":
                math = True
            case "softbreak" | "hardbreak":
                text = "\n"
            case "image":
                source = str(token.attrs.get("src", ""))
                target = link or safe_link(source)
                spans.append(Span(f"▣ {text or source}", bold, italic, strike, link=target))
                continue
            case _ if "://" in text and not link:
                spans += _find_addresses(text, bold, italic, strike)
                continue
        if text:
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
