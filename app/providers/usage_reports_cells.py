"""One line of a table by the names of its columns: money, counts, days and text, read exactly.

No figure passes through a binary fraction. Formulas are never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from app.money import PICODOLLARS_PER_USD
from app.providers.usage_reports_figures import COUNT_MAX, instant_of, pusd_of

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_POINT = re.compile(r"([0-9]{1,9})\.([0-9]{1,12})")
_DIGITS_MAX = 15
_UNIX = re.compile(r"\d{9,11}(\.0+)?")
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(.*)")


class CellTrouble(ValueError):
    """A cell that cannot be read; says the column and what stands there."""

    def __init__(self, column: str, text: str, wanted: str) -> None:
        super().__init__(f"column {column}: {text[:60]!r} is no {wanted}.")


class Columns:
    """Where each column of a table stands, once for all its lines."""

    def __init__(self, names: Sequence[str]) -> None:
        self.places = {name: place for place, name in reversed(list(enumerate(names))) if name}
        self._first: dict[tuple[str, ...], str] = {}

    def first(self, wanted: tuple[str, ...]) -> str:
        """The first of these columns that the table has; empty where it has none."""
        found = self._first.get(wanted)
        if found is None:
            found = next((column for column in wanted if column in self.places), "")
            self._first[wanted] = found
        return found


class Cells:
    """The cells of one line; a column that is not there is empty.

    `decimals` grows to the most decimals that an amount had. With `decimal_comma`, as in files
    separated by semicolons, a comma alone is the decimal mark of an amount.
    """

    def __init__(
        self, columns: Columns, row: Sequence[str], *, decimal_comma: bool = False
    ) -> None:
        self._columns, self._row = columns, row
        self._decimal_comma = decimal_comma
        self.decimals = 0

    def text(self, *columns: str) -> str:
        """What stands in the first of these columns that the line fills."""
        return next((text for column in columns if (text := self._cell(column))), "")

    def count(self, *columns: str) -> int | None:
        """A whole number; None where no such column is there, 0 where it is empty."""
        column = self._columns.first(columns)
        if not column:
            return None
        text = self._cell(column)
        if text.isascii() and text.isdigit() and len(text) < _DIGITS_MAX:
            return int(text)
        if not text:
            return 0
        found = _decimal(_plain(text, decimal_comma=self._decimal_comma, whole=True))
        if found is None or found != found.to_integral_value() or not 0 <= found <= COUNT_MAX:
            raise CellTrouble(column, text, "whole number")
        return int(found)

    def pusd(self, *columns: str) -> int | None:
        """Picodollars of an amount in dollars; None where no such column is there."""
        column = self._columns.first(columns)
        if not column:
            return None
        text = self._cell(column)
        if not text:
            return 0
        plain = _POINT.fullmatch(text)
        if plain is not None and not self._decimal_comma:
            # What nearly every amount looks like, without the way through a Decimal.
            self.decimals = max(self.decimals, len(plain[2]))
            return int(plain[1]) * PICODOLLARS_PER_USD + int(plain[2].ljust(12, "0"))
        negative = text.startswith("(") and text.endswith(")")
        bare = text.strip("()").upper().replace("USD", "").replace("$", "")
        found = _decimal(_plain(bare, decimal_comma=self._decimal_comma, whole=False))
        if found is None:
            raise CellTrouble(column, text, "amount in dollars")
        exponent = found.as_tuple().exponent
        self.decimals = max(self.decimals, -exponent if isinstance(exponent, int) else 0)
        try:
            pusd = pusd_of(found)
        except ValueError as error:
            raise CellTrouble(column, text, "amount in dollars") from error
        return -pusd if negative else pusd

    def instant(self, *columns: str) -> datetime:
        """An instant in UTC, from ISO text, `2026/11/21` or Unix seconds."""
        text = self.text(*columns)
        column = self._columns.first(columns) or columns[0]
        if _UNIX.fullmatch(text):
            return datetime.fromtimestamp(int(text.partition(".")[0]), UTC)
        slashed = _SLASHED.fullmatch(text)
        if slashed is not None:
            text = f"{slashed[1]}-{int(slashed[2]):02}-{int(slashed[3]):02}{slashed[4]}"
        try:
            return instant_of(text.removesuffix(" UTC"))
        except ValueError as error:
            # 01/02/2026 is two different days on the two sides of an ocean: nobody guesses.
            raise CellTrouble(column, text, "day like 2026-11-21") from error

    def day(self, *columns: str) -> date:
        """The day in UTC."""
        return self.instant(*columns).date()

    def _cell(self, column: str) -> str:
        place = self._columns.places.get(column)
        return "" if place is None or place >= len(self._row) else _bare(self._row[place])


def _bare(cell: str) -> str:
    """A cell's text: without space around it, and out of `="…"`, which spreadsheets write."""
    text = cell.strip()
    if text[:1] == "=":
        quoted = _QUOTED_FORMULA.fullmatch(text)
        return text if quoted is None else quoted[1].strip()
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text


def _plain(text: str, *, decimal_comma: bool, whole: bool) -> str:
    """A number with a point for its decimals and nothing between its thousands."""
    text = _SPACES.sub("", text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        mark = "," if comma > point else "."
        text = text.replace("." if mark == "," else ",", "")
        return text.replace(",", ".") if text.count(mark) == 1 else ""
    if comma < 0 and point < 0:
        return text
    mark = "," if comma >= 0 else "."
    grouped = _THOUSANDS.fullmatch(text) is not None
    several = text.count(mark) > 1
    if mark == "," and grouped and (whole or several or not decimal_comma):
        return text.replace(",", "")
    if mark == "." and grouped and (several or (whole and decimal_comma)):
        return text.replace(".", "")
    if several or (mark == "," and not decimal_comma):
        return ""  # 1,2345 in a file whose separator is a comma: nobody knows
    return text.replace(",", ".")


def _decimal(text: str) -> Decimal | None:
    # Decimal takes underscores and other digits than ours; a report has neither.
    if not text.isascii() or "_" in text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
