"""Exact arithmetic on a text: fractions of whole numbers, bounded in depth, size and length.

Nothing of Python is evaluated. Square roots, pi and e that are no fraction are rounded to 40
digits, and the value says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from app.tools.tool import ToolFailed

LETTERS_MAX = 1_000
DEPTH_MAX = 40
BITS_MAX = 14_000  # about 4,200 digits; Python writes no more than 4,300
_FACTORIAL_MAX = 1_000
_ROOT_DIGITS = 40

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[a-z]+)"
    r"|(?P<sign>\*\*|//|[-+*/%^(),!]))"
)
_PI = Fraction("3.1415926535897932384626433832795028841972")
_E = Fraction("2.7182818284590452353602874713526624977572")


@dataclass(frozen=True, slots=True)
class Value:
    """A number; `rounded` where it came from a root or a constant that no fraction is."""

    number: Fraction
    rounded: bool = False


def evaluate(text: str) -> Value:
    """The value of an expression. Raises ToolFailed, saying what and where."""
    if len(text) > LETTERS_MAX:
        raise ToolFailed(f"The expression is longer than {LETTERS_MAX:,} characters.")
    plain = text.replace("×", "*").replace("·", "*").replace("÷", "/").replace("−", "-").lower()
    return _Reader(list(_tokens(plain))).whole()


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise ToolFailed(f"“{text[place:].strip()[:20]}” cannot be read here.")
        yield found.group(0).strip()
        place = found.end()


class _Reader:
    """A descent over the tokens; each level binds tighter than the one before."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._rounded = False

    def whole(self) -> Value:
        if not self._tokens:
            raise ToolFailed("There is nothing to calculate.")
        number = self._sum()
        if (left := self._next()) is not None:
            raise ToolFailed(f"“{left}” was not expected at place {self._place + 1}.")
        return Value(number, self._rounded)

    def _next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, *wanted: str) -> str | None:
        token = self._next()
        if token is None or token not in wanted:
            return None
        self._place += 1
        return token

    def _require(self, sign: str) -> None:
        if self._take(sign) is None:
            raise ToolFailed(f"“{sign}” is missing.")

    def _sum(self) -> Fraction:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ToolFailed(f"The expression is nested deeper than {DEPTH_MAX} levels.")
        number = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            number = _bounded(number + other if sign == "+" else number - other)
        self._depth -= 1
        return number

    def _product(self) -> Fraction:
        number = self._signed()
        while sign := self._take("*", "/", "//", "%"):
            number = _bounded(_combined(sign, number, self._signed()))
        return number

    def _signed(self) -> Fraction:
        negative = False
        while sign := self._take("+", "-"):
            negative ^= sign == "-"
        number = self._power()
        return -number if negative else number

    def _power(self) -> Fraction:
        base = self._operand()
        if self._take("^", "**") is None:
            return base
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ToolFailed(f"The expression is nested deeper than {DEPTH_MAX} levels.")
        raised = self._raised(base, self._signed())
        self._depth -= 1
        return raised

    def _raised(self, base: Fraction, exponent: Fraction) -> Fraction:
        if exponent.denominator == 2:
            return self._raised(self._root(base), Fraction(exponent.numerator))
        if exponent.denominator != 1:
            raise ToolFailed("Only whole exponents can be calculated, and halves.")
        if not base and exponent < 0:
            raise ToolFailed("Division by zero.")
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if abs(base) != 1 and size * abs(exponent.numerator) > BITS_MAX:
            raise _too_large()
        return _bounded(base**exponent.numerator)

    def _operand(self) -> Fraction:
        number = self._bare()
        while (sign := self._next()) is not None and sign in ("!", "%"):
            if sign == "%" and self._begins_operand(self._place + 1):
                break  # the remainder of a division
            self._place += 1
            number = _factorial(number) if sign == "!" else number / 100
        return number

    def _begins_operand(self, place: int) -> bool:
        token = self._tokens[place] if place < len(self._tokens) else ""
        return token == "(" or token[:1].isalnum() or token[:1] == "."

    def _bare(self) -> Fraction:
        token = self._next()
        if token is None:
            raise ToolFailed("The expression ends too early.")
        self._place += 1
        if token == "(":
            number = self._sum()
            self._require(")")
            return number
        if token[0].isdigit() or token[0] == ".":
            return _number(token)
        if token in ("pi", "e"):
            self._rounded = True
            return _PI if token == "pi" else _E
        if token in _FUNCTIONS or token == "sqrt":
            return self._called(token)
        raise ToolFailed(f"“{token}” is not known. Known are: {', '.join((*_FUNCTIONS, 'sqrt'))}.")

    def _called(self, name: str) -> Fraction:
        self._require("(")
        given = [self._sum()]
        while self._take(","):
            given.append(self._sum())
        self._require(")")
        if name == "sqrt":
            return self._root(_one(name, given))
        return _bounded(_FUNCTIONS[name](name, given))

    def _root(self, number: Fraction) -> Fraction:
        if number < 0:
            raise ToolFailed("The square root of a negative number is not a real one.")
        above, below = math.isqrt(number.numerator), math.isqrt(number.denominator)
        if above * above == number.numerator and below * below == number.denominator:
            return Fraction(above, below)
        self._rounded = True
        scale = 10**_ROOT_DIGITS
        return _bounded(Fraction(math.isqrt(int(number * scale * scale)), scale))


def _number(token: str) -> Fraction:
    _, _, power = token.partition("e")
    if power and abs(int(power)) > 4_000:
        raise _too_large()
    return _bounded(Fraction(token))


def _combined(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "*":
        return left * right
    if not right:
        raise ToolFailed("Division by zero.")
    match sign:
        case "/":
            return left / right
        case "//":
            return Fraction(left // right)
        case _:
            return left % right


def _bounded(number: Fraction) -> Fraction:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > BITS_MAX:
        raise _too_large()
    return number


def _too_large() -> ToolFailed:
    return ToolFailed("The numbers become too large: about 4,200 digits are the most.")


def _factorial(number: Fraction) -> Fraction:
    if number.denominator != 1 or not 0 <= number <= _FACTORIAL_MAX:
        raise ToolFailed(f"A factorial is of a whole number from 0 to {_FACTORIAL_MAX:,}.")
    return _bounded(Fraction(math.factorial(int(number))))


def _one(name: str, given: list[Fraction]) -> Fraction:
    if len(given) != 1:
        raise ToolFailed(f"{name} takes one number.")
    return given[0]


def _rounded(name: str, given: list[Fraction]) -> Fraction:
    """Halves go away from zero, as people round; Python's own goes to the even neighbor."""
    places = given[1] if len(given) == 2 else Fraction(0)
    if not 1 <= len(given) <= 2 or places.denominator != 1 or abs(places) > 100:
        raise ToolFailed("round takes a number, and the places behind the point if any.")
    scale = Fraction(10) ** places.numerator
    whole = math.floor(abs(given[0]) * scale + Fraction(1, 2))
    return (whole if given[0] >= 0 else -whole) / scale


def _whole(given: list[Fraction]) -> list[int]:
    if any(number.denominator != 1 for number in given):
        raise ToolFailed("gcd and lcm take whole numbers.")
    return [int(number) for number in given]


_FUNCTIONS: dict[str, Callable[[str, list[Fraction]], Fraction]] = {
    "abs": lambda name, given: abs(_one(name, given)),
    "floor": lambda name, given: Fraction(math.floor(_one(name, given))),
    "ceil": lambda name, given: Fraction(math.ceil(_one(name, given))),
    "round": _rounded,
    "min": lambda name, given: min(given),
    "max": lambda name, given: max(given),
    "sum": lambda name, given: sum(given, Fraction(0)),
    "mean": lambda name, given: sum(given, Fraction(0)) / len(given),
    "gcd": lambda name, given: Fraction(math.gcd(*_whole(given))),
    "lcm": lambda name, given: Fraction(math.lcm(*_whole(given))),
}
