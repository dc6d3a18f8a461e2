"""The calculator: exact where a fraction is, and told where it is rounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from app.request import ToolSpec
from app.tools.expression import evaluate
from app.tools.tool import Arguments

_PLACES = 30
_EXACT_PLACES_MAX = 60
_SPEC = ToolSpec(
    "calculator",
    "Calculates exactly, with fractions of any size. Takes + - * / // % ^ ! ( ) and abs, floor, "
    "ceil, round(x, places), min, max, sum, mean, gcd, lcm, sqrt, pi, e; 15% is 0.15.",
    '{"type": "object", "properties": {"expression": {"type": "string", "description": '
    '"for example (3/7 + 12.5) * 4"}}, "required": ["expression"], "additionalProperties": false}',
)


@dataclass(frozen=True, slots=True)
class Calculator:
    """Touches nothing but the numbers that it is given."""

    title: str = "Calculator"
    about: str = "Exact arithmetic"
    asks_first: bool = False
    spec: ToolSpec = field(default=_SPEC)
    time_limit_s: float = 5.0
    letters_max: int = 12_000

    def asks_about(self, arguments: Arguments) -> str:
        return ""

    async def run(self, arguments: Arguments) -> str:
        expression = str(arguments["expression"])
        value = evaluate(expression)
        return _told(value.number, rounded=value.rounded)


def _told(number: Fraction, *, rounded: bool) -> str:
    if rounded:
        return f"about {_decimal(number, _PLACES)} (rounded)"
    if number.denominator == 1:
        return str(number.numerator)
    places = _places_of(number.denominator)
    if places is not None and places <= _EXACT_PLACES_MAX:
        return _decimal(number, places)
    return f"{number.numerator}/{number.denominator}, about {_decimal(number, _PLACES)}"


def _places_of(denominator: int) -> int | None:
    """How many places a decimal needs to be exact; None where it never ends."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def _decimal(number: Fraction, places: int) -> str:
    scaled = abs(number) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(whole).rjust(places + 1, "0")
    before, after = (digits[:-places], digits[-places:]) if places else (digits, "")
    after = after.rstrip("0")
    sign = "-" if number < 0 and whole else ""
    return f"{sign}{before}.{after}" if after else f"{sign}{before}"
