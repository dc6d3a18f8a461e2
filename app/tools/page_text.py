"""The text of a web page: headings, paragraphs, lists and tables, without scripts and menus.

One pass over the text from left to right, so that no page takes longer than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "nav", "footer", "select"}
)
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "form", "header", "hr", "main", "ol", "p", "pre", "section",
        "table", "tbody", "thead", "ul",
    }
)  # fmt: skip
_BEFORE = {"li": "\n- ", "tr": "\n", "br": "\n", "td": " | ", "th": " | ", "summary": "\n"}
_HEADING = re.compile(r"h[1-6]")
_SPACE = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r"\n{3,}")


def page_text(html: str) -> tuple[str, str]:
    """Title and text of a page; either may be empty."""
    title: list[str] = []
    text: list[str] = []
    in_title = False
    for kind, value in _pieces(html):
        if kind == "text":
            (title if in_title else text).append(" ".join(unescape(value).split(" ")))
        elif value == "title":
            in_title = kind == "open"
        else:
            text.append(_break(kind, value))
    return _tidy("".join(title)).replace("\n", " "), _tidy("".join(text))


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """("text", words), ("open", tag) and ("close", tag), in order."""
    lower, place = html.lower(), 0
    while place < len(html):
        begin = html.find("<", place)
        if begin < 0:
            begin = len(html)
        if begin > place:
            yield "text", html[place:begin].replace("\n", " ")
        if begin == len(html):
            return
        if html.startswith("<!--", begin):
            place = _after(html, "-->", begin)
            continue
        found = _TAG.match(html, begin)
        if found is None:
            if html.startswith(("<!", "<?"), begin):
                place = _after(html, ">", begin)
                continue
            yield "text", "<"
            place = begin + 1
            continue
        name = found[1].lower()
        place = _after(html, ">", begin)
        closes = html.startswith("</", begin)
        if name in _SKIPPED and not closes:
            end = lower.find(f"</{name}", place)
            place = len(html) if end < 0 else end
            continue
        yield ("close" if closes else "open"), name


def _after(html: str, mark: str, begin: int) -> int:
    found = html.find(mark, begin)
    return len(html) if found < 0 else found + len(mark)


def _break(kind: str, name: str) -> str:
    if name in _BLOCKS:
        return "\n\n"
    if _HEADING.fullmatch(name):
        return "\n\n" + "#" * int(name[1]) + " " if kind == "open" else "\n\n"
    return _BEFORE.get(name, "") if kind == "open" else ""


def _tidy(text: str) -> str:
    lines = [_SPACE.sub(" ", line).strip() for line in text.split("\n")]
    kept = [line.removeprefix("| ") for line in lines]
    return _LINES.sub("\n\n", "\n".join(kept)).strip()
