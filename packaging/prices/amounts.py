"""Dollars as the sources write them, as whole picodollars; never through a float.

The sources' own makers did go through floats: `0.18000000000000002`, or a twelfth of a dollar.
Such a number, told by its 15 digits or more, is rounded to the nearest micro-dollar per million
tokens and named in the book; any other that is not whole is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NoReturn

from app.money import pico_from_usd, rate_from_usd_per_million

FLOAT_DIGITS = 15
_MICRO = Decimal("0.000001")


class ImportFailed(Exception):
    """A source that cannot be imported; the text names provider, model and field."""


rounded: dict[str, str] = {}  # by place, what the source wrote and what was taken


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value stands, for errors."""

    provider: str
    model: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.provider} / {self.model} / {self.path}"

    def field(self, name: str) -> Field:
        return Field(self.provider, self.model, f"{self.path}.{name}" if self.path else name)

    def refuse(self, why: str) -> NoReturn:
        raise ImportFailed(f"{self}: {why}")


def rate(place: Field, usd_per_million: object) -> int:
    """Picodollars per token. What was rounded is left in `rounded`, for the book."""
    usd = _number(place, usd_per_million)
    if len(usd.as_tuple().digits) >= FLOAT_DIGITS:
        nearest = usd.quantize(_MICRO, ROUND_HALF_EVEN)
        rounded[str(place)] = f"{usd} became {nearest.normalize():f}"
        usd = nearest
    try:
        return rate_from_usd_per_million(usd)
    except ValueError as error:
        place.refuse(str(error))


def unit_price(place: Field, usd: object, *, per: int) -> int:
    """Picodollars per piece of a price for `per` pieces."""
    try:
        return pico_from_usd(_number(place, usd) / per)
    except ValueError as error:
        place.refuse(str(error))


def _number(place: Field, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        place.refuse(f"{value!r} is not a number")
    return Decimal(value)
