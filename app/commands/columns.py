"""Lines of text in columns, for people; scripts take `--json` or `--csv`."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def in_columns(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Rows under each other, each column as wide as its widest cell; `right` are set right."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            " " * (widths[place] - width(cell)) + cell
            if place in right
            else cell + " " * (widths[place] - width(cell))
            for place, cell in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def one_line(text: str) -> str:
    """Text without line breaks and control characters, which could rewrite a terminal."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())


def width(text: str) -> int:
    """Places that text takes in a terminal: wide letters take two, marks above others none."""
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
