"""Which lines the picker shows, in which order, under which headings; and what finds them.

No widgets here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from PySide6.QtCore import QCoreApplication

from app.seam.views import ModelRow

RECENT_MAX = 5
LIKE_LENGTH_MIN = 4  # shorter words are like everything
LIKE_SCORE_MIN = 75  # one slip in four letters


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that names the section under it."""

    text: str


Line = Heading | ModelRow


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("picker", text)


def sections(rows: Sequence[ModelRow]) -> list[Line]:
    """All models: favorites, the last used, then each provider's. Each model stands once."""
    favorites = [row for row in rows if row.favorite]
    used = [row for row in rows if row.used_at is not None and not row.favorite]
    recent = sorted(used, key=attrgetter("used_at"), reverse=True)[:RECENT_MAX]
    shown = {row.ref for row in favorites + recent}
    lines = _section(tr("Favorites"), favorites) + _section(tr("Recent"), recent)
    by_provider: dict[str, list[ModelRow]] = {}
    for row in rows:
        if row.ref not in shown:
            by_provider.setdefault(row.provider_name, []).append(row)
    for provider_name, group in by_provider.items():
        lines += _section(provider_name, group)
    return lines


def matching(rows: Sequence[ModelRow], typed: str) -> list[Line]:
    """The models that fit what was typed, best first; the same model's payers side by side.

    Letters as typed come first; only where no model has them, letters like them.
    """
    wanted = " ".join(typed.lower().split())
    plain = _ranked(rows, lambda name, place: _plain_score(name, place, wanted))
    return plain or _ranked(rows, _like(wanted))


def _ranked(rows: Sequence[ModelRow], score_of: Callable[[str, str], float]) -> list[Line]:
    scored = []
    for number, row in enumerate(rows):
        place = f"{row.ref.partition('/')[2]} {row.provider_name} {row.payer}".lower()
        score = score_of(row.name.lower(), place)
        if score > 0:
            scored.append(((-score, row.name.lower(), not row.available, number), row))
    scored.sort(key=lambda entry: entry[0])
    return [row for _, row in scored]


def _plain_score(name: str, place: str, wanted: str) -> float:
    if name.startswith(wanted):
        # Of the names that begin alike, the shortest is the model itself, not a kind of it.
        return 400 - min(len(name), 100)
    words = wanted.split()
    if all(word in name for word in words):
        return 200 - min(len(name), 100)
    return 50 if all(word in name or word in place for word in words) else 0


def _like(wanted: str) -> Callable[[str, str], float]:
    from rapidfuzz.fuzz import partial_ratio

    letters = "".join(filter(str.isalnum, wanted))

    def score(name: str, place: str) -> float:
        if len(letters) >= 2 and _in_order(letters, filter(str.isalnum, name)):
            return 200 - min(len(name), 100)
        if len(wanted) < LIKE_LENGTH_MIN:
            return 0
        cutoff = LIKE_SCORE_MIN
        return max(
            partial_ratio(wanted, name, score_cutoff=cutoff),
            partial_ratio(wanted, place, score_cutoff=cutoff) / 2,
        )

    return score


def _in_order(letters: str, text: Iterable[str]) -> bool:
    """Whether the letters come in the text in this order, with anything between them."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _section(title: str, rows: Sequence[ModelRow]) -> list[Line]:
    return [Heading(title), *rows] if rows else []
