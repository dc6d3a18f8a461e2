"""Dollars as the sources write them, as whole picodollars; never through a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from app.money import pico_from_usd, rate_from_usd_per_million


class ImportFailed(Exception):
    """A source that cannot be imported; the text names provider, model and field."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value stands, for errors."""

    provider: str
    model: str
    path: str = ""

    def field(self, name: str) -> Field:
        return Field(self.provider, self.model, f"{self.path}.{name}" if self.path else name)

    def refuse(self, why: str) -> NoReturn:
        raise ImportFailed(f"{self.provider} / {self.model} / {self.path}: {why}")


def rate(place: Field, usd_per_million: object) -> int:
    """Picodollars per token."""
    try:
        return rate_from_usd_per_million(_number(place, usd_per_million))
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
