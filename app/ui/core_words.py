"""What the core says, in the user's language.

The core speaks English, in whole sentences, and so do receipts that were kept a year ago. A table
per language, `resources/translations/core_<language>.json`, gives each sentence's translation; its
placeholders stand for figures, names and parts that the table may know in turn. What the table
does not know stays as it is. English never loads any of this.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from app.ui import words

_PLACE = re.compile(r"\{(\d+)\}")
_MONEY = re.compile(r"([−<]{0,2})\$(\d[\d,]*)(\.\d+)?")
_COUNT = re.compile(r"\d{1,3}(,\d{3})+")
_DECIMAL = re.compile(r"(\d+)\.(\d+)")
_DATE = re.compile(r"(\d{1,2}) ([A-Z][a-z]+)( \d{4})?")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!”]) (?=[A-Z“])")
_PART = r"(?:(?![.?!”] [A-Z“]).)*?"
_LENGTH_MAX = 1_000  # nothing longer is a sentence of the core
_DEPTH_MAX = 4
_JOINED_MAX, _SENTENCES_MAX = 3, 12


class CoreWords:
    """One language's table."""

    def __init__(self, table: dict[str, str]) -> None:
        self._whole = {text: said for text, said in table.items() if not _PLACE.search(text)}
        patterns = [text for text in table if _PLACE.search(text)]
        # The one that says most itself comes first: “{0} is empty.” before “{0} is {1}.”
        patterns.sort(key=lambda text: -len(_PLACE.sub("", text)))
        self._patterns = [
            (_PLACE.sub("\0", text).split("\0"), _pattern(text), table[text]) for text in patterns
        ]
        self.say = lru_cache(maxsize=4_096)(self._say)

    def name(self, text: str) -> str:
        """A name that the core gives where there is none; other names are left alone."""
        return self._whole.get(text, text)

    def _say(self, text: str) -> str:
        if not text or len(text) > _LENGTH_MAX:
            return text
        if _MONEY.fullmatch(text):
            return localized(text)
        return self._known(text, 0) or self._sentences(text)

    def _sentences(self, text: str) -> str:
        """The text by its sentences; two that the table has as one are looked up as one."""
        parts = _BETWEEN_SENTENCES.split(text)
        if len(parts) > _SENTENCES_MAX:
            return text
        said: list[str] = []
        while parts:
            for end in range(min(len(parts), _JOINED_MAX), 0, -1):
                known = self._known(" ".join(parts[:end]), 0)
                if known or end == 1:
                    said.append(known or parts[0])
                    del parts[:end]
                    break
        return " ".join(said)

    def _known(self, text: str, depth: int) -> str:
        if text in self._whole:
            return self._whole[text]
        if depth > _DEPTH_MAX:
            return ""
        for literals, pattern, said in self._patterns:
            # Most are ruled out by their own words, without trying all ways to fill the places.
            found = pattern.fullmatch(text) if _has_all(literals, text) else None
            if found:
                return self._filled(said, found.groupdict(), depth)
        return self._quoting(text, depth)

    def _filled(self, said: str, values: dict[str, str], depth: int) -> str:
        return _PLACE.sub(lambda place: self._value(values, place[1], depth), said)

    def _quoting(self, text: str, depth: int) -> str:
        """`OpenAI refused the key: “...”` and `OpenAI refused the key.`: only the head is ours."""
        head, colon, quoted = text.partition(": “")
        if not colon and text.endswith("."):
            head, quoted = text[:-1], ""
        if head == text or depth:
            return ""
        known = self._known(head, depth + 1)
        return known and (f"{known}: „{quoted.removesuffix('”')}“" if colon else f"{known}.")

    def _value(self, values: dict[str, str], place: str, depth: int) -> str:
        quoted = values.get(f"q{place}")
        if quoted is not None:
            return quoted  # a name of the user's, between quotation marks
        text = values[f"p{place}"]
        known = self._known(text, depth + 1)
        if known or not _BETWEEN_SENTENCES.search(text.strip()):
            return known or self._around(text, depth)
        return self._sentences(text)

    def _around(self, text: str, depth: int) -> str:
        """A part with the space that keeps it from its neighbors."""
        bare = text.strip()
        known = self._known(bare, depth + 1) if bare != text else ""
        return text.replace(bare, known) if known else localized(text)


def localized(text: str) -> str:
    """A figure or a day as the user's locale writes it; anything else as it is."""
    money = _MONEY.fullmatch(text)
    if money:
        whole = words.locale().toString(int(money[2].replace(",", "")))
        part = (money[3] or "").replace(".", words.locale().decimalPoint())
        return f"{money[1]}{whole}{part}\u00a0$"
    if _COUNT.fullmatch(text):
        return words.count(int(text.replace(",", "")))
    decimal = _DECIMAL.fullmatch(text)
    if decimal:
        return f"{decimal[1]}{words.locale().decimalPoint()}{decimal[2]}"
    day = _DATE.fullmatch(text)
    if day and day[2] in _MONTHS:
        month = words.locale().standaloneMonthName(_MONTHS.index(day[2]) + 1)
        return f"{day[1]}. {month}{day[3] or ''}"
    return text


def _has_all(literals: list[str], text: str) -> bool:
    if not (text.startswith(literals[0]) and text.endswith(literals[-1])):
        return False
    place = 0
    for literal in literals:
        place = text.find(literal, place)
        if place < 0:
            return False
        place += len(literal)
    return True


def _pattern(template: str) -> re.Pattern[str]:
    parts = []
    last = 0
    for place in _PLACE.finditer(template):
        before = template[last : place.start()]
        mark = "q" if before.endswith("“") else "p"
        after = template[place.end() :]
        # Whole sentences stand only at the end or before another: `{0}Raise the budget`.
        form = ".*?" if not after or after[0].isupper() or mark == "q" else _PART
        if last and not before:
            form = f",? {form}|"  # hangs on the one before and may be missing: `is spent{3}{4}`
        parts.append(re.escape(before) + f"(?P<{mark}{place[1]}>{form})")
        last = place.end()
    return re.compile("".join(parts) + re.escape(template[last:]), re.DOTALL)


@lru_cache(maxsize=4)
def load_words(language: str, folder: Path) -> CoreWords | None:
    """The table of a language such as `de`; None where there is none, as for English."""
    path = folder / f"core_{language}.json"
    if not path.is_file():
        return None
    return CoreWords(json.loads(path.read_text(encoding="utf-8")))
