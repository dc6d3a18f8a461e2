"""JSON from a credit server, read field by field: what is not as it must be is refused by name.

A price that is a number with a point, a balance below zero or a date without a zone is never
brought into shape: whoever sends it cannot be believed about the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from app.errors import AnswerImpossible
from app.money import PICODOLLARS_PER_USD

WHOLE_MAX = 2**62
TEXT_MAX = 20_000
_MONEY = re.compile(r"[0-9]{1,18}(\.[0-9]{1,12})?")
USD = "usd"


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object. `place` names it in words about what is wrong, `server` who said it."""

    value: Mapping[str, object]
    server: str
    place: str = ""

    def has(self, name: str) -> bool:
        return self.value.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        found = self._found(name, default)
        if not isinstance(found, str) or len(found) > TEXT_MAX:
            raise self.wrong(name, "is no text")
        return found

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def whole(self, name: str, default: int | None = None) -> int:
        """A count, never negative."""
        found = self._found(name, default)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self.wrong(name, "is no whole number")
        if found < 0:
            raise self.wrong(name, f"is {found}, below zero")
        if found > WHOLE_MAX:
            raise self.wrong(name, "is larger than anything can be")
        return found

    def whole_or_none(self, name: str) -> int | None:
        return self.whole(name) if self.has(name) else None

    def pusd(self, name: str) -> int:
        """Dollars as text, exact, in picodollars; a JSON number would have been rounded."""
        return self._pusd(name, self._found(name))

    def pusd_or_none(self, name: str) -> int | None:
        return self.pusd(name) if self.has(name) else None

    def amount(self, name: str, unit: str) -> int:
        """An amount in its unit: picodollars for dollars, else a count."""
        return self.pusd(name) if unit == USD else self.whole(name)

    def truth(self, name: str, default: bool | None = None) -> bool:
        found = self._found(name, default)
        if not isinstance(found, bool):
            raise self.wrong(name, "is neither true nor false")
        return found

    def moment(self, name: str) -> datetime:
        text = self.text(name)
        try:
            found = datetime.fromisoformat(text)
        except ValueError as error:
            raise self.wrong(name, "is no time") from error
        if found.tzinfo is None:
            raise self.wrong(name, "is a time without its zone")
        return found.astimezone(UTC)

    def moment_or_none(self, name: str) -> datetime | None:
        return self.moment(name) if self.has(name) else None

    def inner(self, name: str) -> Fields:
        found = self._found(name)
        if not isinstance(found, dict):
            raise self.wrong(name, "is no object")
        return Fields(found, self.server, self._place(name))

    def inner_or_none(self, name: str) -> Fields | None:
        return self.inner(name) if self.has(name) else None

    def objects(self, name: str) -> Iterator[Fields]:
        found = self._found(name)
        if not isinstance(found, list):
            raise self.wrong(name, "is no list")
        for number, item in enumerate(found):
            if not isinstance(item, dict):
                raise self.wrong(name, "holds something else than objects")
            yield Fields(item, self.server, f"{self._place(name)}[{number}]")

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._found(name)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.wrong(name, "is no list of texts")
        return tuple(found)

    def wrong(self, name: str, words: str) -> AnswerImpossible:
        return AnswerImpossible(
            f"{self.server} said something that cannot be: {self._place(name)} {words}.",
            "Nothing of it was used. Tell whoever runs the server.",
        )

    def _found(self, name: str, default: object = None) -> object:
        found = self.value.get(name)
        if found is None:
            found = default
        if found is None:
            raise self.wrong(name, "is missing")
        return found

    def _pusd(self, name: str, found: object) -> int:
        if isinstance(found, str) and found.startswith("-"):
            raise self.wrong(name, f"is {found[:30]}, below zero")
        if not isinstance(found, str) or not _MONEY.fullmatch(found):
            raise self.wrong(name, "is no amount of dollars as exact text")
        return int(Decimal(found) * PICODOLLARS_PER_USD)

    def _place(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name
