"""Exact amounts, and the only place where an amount is rounded.

Amounts are integer picodollars (1e-12 USD). A rate is an integer of micro-dollars per million
tokens, which is picodollars per token: rate x tokens is exact.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation

PICODOLLARS_PER_USD = 10**12
PICODOLLARS_PER_MICRODOLLAR = 10**6

# Python's own context would round to 28 digits without a word.
_EXACT = Context(prec=200, traps=[InvalidOperation, Inexact])
_SHOWN = Context(prec=200)


def pico_from_usd(usd: str | int | Decimal) -> int:
    """Picodollars of a dollar amount; raises ValueError where that is not a whole number.

    Floats are not taken: pass the text that was read.
    """
    try:
        pico = _EXACT.multiply(Decimal(usd), Decimal(PICODOLLARS_PER_USD))
    except (InvalidOperation, Inexact) as error:
        raise ValueError(f"not an amount: {usd!r}") from error
    if not pico.is_finite() or pico != pico.to_integral_value():
        raise ValueError(f"not a whole number of picodollars: {usd!r}")
    return int(pico)


def rate_from_usd_per_million(usd: str | int | Decimal) -> int:
    """Picodollars per token of a price in dollars per million tokens."""
    pico = pico_from_usd(usd)
    if pico % PICODOLLARS_PER_MICRODOLLAR:
        raise ValueError(f"finer than a micro-dollar per million tokens: {usd!r}")
    return pico // PICODOLLARS_PER_MICRODOLLAR


def usd_text(amount_pusd: int) -> str:
    """The exact amount in dollars without trailing zeros: `0.00123`, `12`, `0`."""
    whole, rest = divmod(abs(amount_pusd), PICODOLLARS_PER_USD)
    sign = "-" if amount_pusd < 0 else ""
    return f"{sign}{whole}.{rest:012d}".rstrip("0") if rest else f"{sign}{whole}"


def format_usd(amount_pusd: int) -> str:
    """An amount as people read it: `$1.84`, `$0.021`, `$0.0056`, `$0`, `<$0.0001`.

    From a dollar up two decimals; below, two significant digits and at least two decimals.
    """
    if amount_pusd < 0:
        return "−" + format_usd(-amount_pusd)
    if amount_pusd == 0:
        return "$0"
    usd = _EXACT.scaleb(Decimal(amount_pusd), -12)
    if usd < Decimal("0.00005"):
        return "<$0.0001"
    places = 2 if usd >= 1 else min(4, max(2, 1 - usd.adjusted()))
    return f"${usd.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _SHOWN):,f}"
