"""Reads the tables of a catalog file field by field and gathers what is wrong with them.

Nothing is raised while reading: each wrong field is one problem with its place and what would be
right, and a stand-in value takes its place, so that one look at a file finds everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise
from typing import Self, TypeVar

from app.errors import CatalogError
from app.money import pico_from_usd

_Word = TypeVar("_Word", bound=StrEnum)
_ID = re.compile(r"[A-Za-z0-9][\w.:/@-]*", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
# They make a terminal, or a reader, see something else than what stands there.
_STEERING = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]")
ABSENT = object()
LISTED_MAX = 100
WHOLE_MAX = 2**62  # what a database keeps in 64 bits, with room for a sum


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong thing: `table` is `plans[1] "basic"` or empty for the file itself."""

    file: str
    table: str
    field: str
    words: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.table, self.field) if part)
        return f"{self.file}: {place}: {self.words}" if place else f"{self.file}: {self.words}"


class CatalogProblems(CatalogError):
    """A file that does not load; `problems` has every reason, `message` the first hundred.

    `kind` is what the file should be: a catalog, a profile.
    """

    def __init__(self, file: str, problems: tuple[Problem, ...], kind: str = "catalog") -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        lines = [str(problem) for problem in problems[:LISTED_MAX]]
        if len(problems) > LISTED_MAX:
            lines.append(f"and {len(problems) - LISTED_MAX:,} more")
        listed = "".join(f"\n  {line}" for line in lines)
        super().__init__(f"The {kind} {_printable(file)} has {count}:{listed}")


@dataclass(slots=True)
class Findings:
    """The problems of one file, in the order in which they were found."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    kind: str = "catalog"

    def add(self, table: str, field_name: str, words: str) -> None:
        """Add one; what the file says is repeated without letters that steer a terminal."""
        place, name = _printable(table), _printable(field_name)
        self.problems.append(Problem(_printable(self.file), place, name, _printable(words)))


class Table:
    """One table of the file. Every reader takes a field away; `end` complains of what is left."""

    def __init__(self, findings: Findings, place: str, fields: object) -> None:
        self.findings = findings
        self.place = place
        self._known: list[str] = []
        self._fields: dict[str, object] = {}
        if isinstance(fields, dict):
            self._fields = dict(fields)
        else:
            self.wrong("", f"is {shown(fields)}; it must be a table of fields")

    def wrong(self, name: str, words: str) -> None:
        self.findings.add(self.place, name, words)

    def has(self, name: str) -> bool:
        return name in self._fields

    def says(self, name: str, word: str) -> bool:
        """Whether a field is exactly this word; it counts as read then."""
        if self._fields.get(name) != word:
            return False
        self._known.append(name)
        return True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._fields)

    def text(self, name: str, default: str | None = None) -> str:
        """Text that is not empty; without a default the field must be there."""
        found = self.take(name, default is not None, '"..."')
        if found is ABSENT:
            return default or ""
        if isinstance(found, str) and _STEERING.search(found):
            self.wrong(name, f"is {shown(found)} with a control character; write plain text")
            return default or ""
        if isinstance(found, str) and (found.strip() or default == ""):
            return found
        self.wrong(name, f'is {shown(found)}; write text, as {name} = "..."')
        return default or ""

    def id(self, name: str = "id") -> str:
        found = self.text(name)
        if found and not _ID.fullmatch(found):
            self.wrong(
                name, f'is "{found}"; an id has letters, digits and . _ - / : @ and no spaces'
            )
        return found

    def whole(
        self, name: str, default: int | None = None, *, least: int = 0, most: int = WHOLE_MAX
    ) -> int:
        """A whole number within bounds; without a default the field must be there."""
        found = self.take(name, default is not None, str(max(least, 1)))
        if found is ABSENT:
            return least if default is None else default
        if not isinstance(found, int) or isinstance(found, bool):
            self.wrong(name, f"is {shown(found)}; write a whole number, as {name} = 1_000")
        elif not least <= found <= most:
            above = most < WHOLE_MAX or found > most
            bounds = f"from {least} to {most}" if above else f"of at least {least}"
            self.wrong(name, f"is {_shortened(found)}; write a whole number {bounds}")
        else:
            return found
        return least if default is None else default

    def truth(self, name: str, default: bool = False) -> bool:
        found = self.take(name, optional=True)
        if found is ABSENT or isinstance(found, bool):
            return default if found is ABSENT else found is True
        self.wrong(name, f"is {shown(found)}; write true or false")
        return default

    def usd(self, name: str, *, optional: bool = False) -> int | None:
        """Picodollars of an amount in dollars that is written as text, never negative."""
        found = self.take(name, optional, '"9.50"')
        if found is ABSENT:
            return None
        return self._usd(name, found)

    def amount(self, name: str, *, in_usd: bool) -> int:
        """An amount above zero: dollars as text, or else a whole number."""
        if not in_usd:
            return self.whole(name, least=1)
        found = self.take(name, optional=False, example='"9.50"')
        if found is ABSENT:
            return 1
        pico = self._usd(name, found)
        if pico == 0:
            self.wrong(name, "is 0; an amount is more than nothing")
        return pico or 1

    def choice(self, name: str, words: type[_Word], default: _Word | None = None) -> _Word:
        """One of a few words."""
        known = {word.value: word for word in words}
        found = self.take(name, default is not None, " or ".join(f'"{word}"' for word in known))
        stand_in = default or next(iter(words))
        if found is ABSENT:
            return stand_in
        if isinstance(found, str) and found in known:
            return known[found]
        self.wrong(name, f"is {shown(found)}; write one of {', '.join(known)}{_near(found, known)}")
        return stand_in

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        found = self.take(name, default is not None, '["..."]')
        if found is ABSENT:
            return default or ()
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            self.wrong(name, f'is {shown(found)}; write a list of texts, as {name} = ["..."]')
            return default or ()
        for steering in filter(_STEERING.search, found):
            self.wrong(name, f"has {shown(steering)} with a control character; write plain text")
        for twice in sorted({each for each in found if found.count(each) > 1}):
            self.wrong(name, f'has "{twice}" more than once')
        return tuple(dict.fromkeys(found))

    def percents(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Whole percents from 1 to 100 that rise."""
        found = self.take(name, optional=True)
        if found is ABSENT:
            return default
        if isinstance(found, list) and all(_is_whole(each) for each in found):
            percents = tuple(int(each) for each in found)
            rising = all(a < b for a, b in pairwise(percents))
            if rising and all(1 <= each <= 100 for each in percents):
                return percents
        self.wrong(name, f"is {shown(found)}; write rising whole percents, as {name} = [80, 100]")
        return default

    def variables(self, name: str) -> tuple[tuple[str, str], ...]:
        """(what, environment variable) of a table of names, or nothing where it is not there."""
        found = self.take(name, optional=True)
        if found is ABSENT:
            return ()
        inner = Table(self.findings, f"{self.place}, {name}", found)
        for what in inner._fields:
            inner.variable(what)
        return tuple((what, str(variable)) for what, variable in inner._fields.items())

    def variable(self, name: str, default: str = "") -> str:
        """The name of an environment variable; the value itself would be a secret in a file."""
        found = self._fields.get(name, default)
        self._known.append(name)
        if found != default and not (isinstance(found, str) and _VARIABLE.fullmatch(found)):
            # What stands there may be a secret: it is not repeated.
            self.wrong(
                name, "is no variable's name; write one in capitals, as STRIPE_SECRET_KEY, "
                "and put the value into the environment",
            )  # fmt: skip
            return default
        return str(found)

    def pairs(self, name: str) -> tuple[tuple[str, object], ...]:
        """The fields of an inner table as they are, or nothing where it is not there."""
        found = self.take(name, optional=True)
        if found is ABSENT:
            return ()
        if not isinstance(found, dict):
            self.wrong(name, f"is {shown(found)}; write a table, as {name} = {{ ... }}")
            return ()
        for steering in filter(_STEERING.search, (*found, *filter(_is_text, found.values()))):
            self.wrong(name, f"has {shown(steering)} with a control character; write plain text")
        return tuple(found.items())

    def table(self, name: str) -> Self | None:
        """An inner table, None where it is not there."""
        found = self.take(name, optional=True)
        if found is ABSENT:
            return None
        place = f"{self.place}, {name}" if self.place else name
        return type(self)(self.findings, place, found)

    def tables(self, name: str) -> list[Self]:
        """The entries of a list of tables, each with a place that names its id."""
        found = self.take(name, optional=True)
        if found is ABSENT:
            return []
        if not isinstance(found, list):
            self.wrong(name, f"is {shown(found)}; write a list of tables, as [[{name}]]")
            return []
        return [
            type(self)(self.findings, f"{name}[{place}]{_called(entry)}", entry)
            for place, entry in enumerate(found)
        ]

    def end(self) -> None:
        """Complain of every field that nobody asked for."""
        for name in self._fields:
            if name not in self._known:
                known = ", ".join(sorted(self._known))
                near = _near(name, self._known)
                self.wrong(name, f"is no field of this table{near or f'; it may have {known}'}")

    def take(self, name: str, optional: bool, example: str = "") -> object:
        """A field as it stands, or ABSENT; every field that is read goes through here."""
        self._known.append(name)
        if name not in self._fields:
            if not optional and (self._fields or not self.place):
                self.wrong(name, f"is missing; write {name} = {example}")
            return ABSENT
        return self._fields[name]

    def _usd(self, name: str, found: object) -> int | None:
        if not isinstance(found, str):
            self.wrong(
                name, f'is {shown(found)}; write dollars as text, as {name} = "{_digits(found)}"'
            )
            return None
        if not _AMOUNT.fullmatch(found):
            self.wrong(name, f'is {shown(found)}; write dollars from 0 as text, as {name} = "9.50"')
            return None
        try:
            pico = pico_from_usd(found)
        except ValueError:
            self.wrong(name, f"is {shown(found)}; a trillionth of a dollar is the smallest part")
            return None
        if pico > WHOLE_MAX:
            self.wrong(name, f"is {shown(found)}; write dollars from 0 up to 4 million")
            return None
        return pico


def shown(found: object) -> str:
    """What stands in a field, as a message says it."""
    match found:
        case bool():
            return str(found).lower()
        case str():
            return f'"{found[:60]}"'
        case Decimal() if not found.is_finite():
            return f"{found}, which is no amount"
        case Decimal():
            return f"the number {found} with a point"
        case int():
            return f"the number {_shortened(found)}"
        case dict():
            return "a table"
        case list():
            return "a list" if found else "an empty list"
        case _:
            return f"{found}"


def _digits(found: object) -> str:
    """The figure that was probably meant, for advice; 9.50 where there is none."""
    usable = isinstance(found, int | Decimal) and not isinstance(found, bool)
    shown = str(found) if usable else ""
    return shown if _AMOUNT.fullmatch(shown) and len(shown) < 20 else "9.50"


def _shortened(number: int) -> str:
    shown = str(number)
    return shown if len(shown) <= 20 else f"{shown[:6]}... ({len(shown)} digits)"


def _printable(text: str) -> str:
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _called(entry: object) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return f' "{name}"' if isinstance(name, str) else ""


def _near(found: object, known: list[str] | dict[str, _Word]) -> str:
    near = get_close_matches(found, list(known), 1) if isinstance(found, str) else []
    return f'; did you mean "{near[0]}"?' if near else ""


def _is_text(found: object) -> bool:
    return isinstance(found, str)


def _is_whole(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool)
