"""Figures of a provider's report, read exactly: money from digits, counts as whole numbers.

What cannot be read is an error that names the field; a report that guesses is worth nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from app.errors import NotTheProvider
from app.money import PICODOLLARS_PER_USD
from app.providers.json_text import Json

COUNT_MAX = 10**15
USD_MAX = 10**9
_EXACT = Context(prec=120)


def pusd_of(value: object, per_usd: int = 1) -> int:
    """Picodollars of an amount in dollars, or in `per_usd`ths of one; negative for a credit.

    Providers compute in binary fractions and send `0.060000000000000005`: what is finer than a
    picodollar is rounded to the nearest one. Raises ValueError where there is no amount.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError(f"not an amount: {value!r}")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"not an amount: {value!r}") from error
    # Bounds first, without arithmetic: 1e999999999 must never be written out as an integer.
    if not amount.is_finite() or amount.copy_abs() > USD_MAX * per_usd:
        raise ValueError(f"not an amount: {value!r}")
    pico = _EXACT.divide(_EXACT.multiply(amount, Decimal(PICODOLLARS_PER_USD)), Decimal(per_usd))
    return int(pico.to_integral_value(ROUND_HALF_EVEN))


def count_of(value: object) -> int:
    """A whole number that is not negative, null as none; raises ValueError where it is not one."""
    if value is None:
        return 0
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value) if value.copy_abs() <= COUNT_MAX else -1
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= COUNT_MAX:
        raise ValueError(f"not a count: {value!r}")
    return value


def required_count(fields: Json, name: str) -> int:
    """A count that a report always has; raises ValueError where it is not there."""
    if name not in fields:
        raise ValueError(f"{name} is missing")
    return count_of(fields[name])


def day_of_seconds(value: object) -> date:
    """The day in UTC of a Unix time."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**11:
        raise ValueError(f"not a time: {value!r}")
    return datetime.fromtimestamp(value, UTC).date()


def day_of_text(value: object) -> date:
    """The day of `2026-11-21` or of an instant as text, in UTC."""
    if not isinstance(value, str):
        raise ValueError(f"not a day: {value!r}")
    return instant_of(value).date()


def instant_of(text: str) -> datetime:
    """An instant in UTC; one without a zone is taken to be in UTC."""
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def unreadable(host: str, error: Exception) -> NotTheProvider:
    """A report whose form is not the one that is documented."""
    return NotTheProvider(
        f"The usage report of {host} cannot be read: {error}.",
        "Compare with a CSV file from its website instead.",
    )
