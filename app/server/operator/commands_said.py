"""What a command of the operator's is, what it says, and the columns that it is said in."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from app.money import PICODOLLARS_PER_USD
from app.server.operator.operator import Operator

DONE, FAILED, WRONG_USE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Said:
    """The answer of a command: for people, and as JSON for `--json`. `code` 1: something is not as
    it should be."""

    text: str
    plain: object
    code: int = DONE


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """A command that takes none."""


@dataclass(frozen=True, slots=True)
class Command:
    """`acts`: it changes something, and so is on the audit log. `alone`: it wants the database's
    file for itself."""

    words: tuple[str, ...]
    about: str
    carry_out: Callable[[Operator, argparse.Namespace], Awaitable[Said]]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments
    acts: bool = False
    alone: bool = False


def in_columns(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> str:
    """Rows under their heads; heads named in `right` (with blanks between) are set right."""
    table = [[one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    to_right = {place for place, name in enumerate(head) if name in right.split()}
    lines = []
    for row in table:
        cells = []
        for place, cell in enumerate(row):
            blanks = " " * (widths[place] - _width(cell))
            cells.append(blanks + cell if place in to_right else cell + blanks)
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def one_line(text: str) -> str:
    """Without signs that could rewrite a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def a_day(text: str) -> date:
    """`2026-11-21`; for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-11-21") from error


def a_month(text: str) -> date:
    """`2026-11`, as its first day; for argparse."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2026-11") from error


def a_moment(text: str) -> datetime:
    """`2026-11-21T12:00` in UTC, or with a zone; for argparse."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-21T12:00") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def whole(text: str) -> int:
    """A whole number above zero, with or without commas; for argparse."""
    plain = text.replace(",", "").replace("_", "")
    if not plain.isascii() or not plain.isdigit() or not 0 < int(plain[:30]) < 2**62:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return int(plain)


def dollars(text: str) -> int:
    """`12.50` as picodollars; for argparse."""
    try:
        amount = Decimal(text) * PICODOLLARS_PER_USD
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != int(amount) or amount >= 2**62:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in dollars such as 12.50")
    return int(amount)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
