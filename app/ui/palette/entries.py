"""The lines of the palette and how they are ranked: commands, chats, models in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.seam.views import ChatRow, ModelRow
from app.ui.shortcuts import ACTIONS, Shortcuts, title_of
from app.ui.words import short_date

SHOWN_MAX = 50
SCORE_MIN = 55.0
FUZZY_FROM = 4  # letters; fewer are in almost any text, in some order


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` is action, chat, model or hit; `value` is what it stands for."""

    kind: str
    value: str
    text: str
    note: str = ""
    extra: str = ""  # the message of a hit


def collect_entries(
    shortcuts: Shortcuts, chats: Iterable[ChatRow], models: Iterable[ModelRow]
) -> list[Entry]:
    """Commands first, then chats from the newest, then the models that can be used."""
    entries = [
        Entry("action", entry.id, title_of(entry), shortcuts.keys_text(entry.id))
        for entry in ACTIONS
        if entry.in_palette
    ]
    entries += [Entry("chat", row.id, row.title, short_date(row.updated_at)) for row in chats]
    entries += [Entry("model", row.ref, row.name, row.payer) for row in models if row.available]
    return entries


def rank(entries: Sequence[Entry], query: str) -> list[Entry]:
    """The entries that match, best first; without a query all commands, then the newest chats."""
    wanted = query.strip().casefold()
    if not wanted:
        return list(entries[:SHOWN_MAX])
    from rapidfuzz import fuzz

    scored = []
    for place, entry in enumerate(entries):
        text = entry.text.casefold()
        if wanted in text:
            score = 100.0 + _bonus(text, wanted)
        elif len(wanted) >= FUZZY_FROM:
            score = fuzz.WRatio(wanted, text)
        else:
            score = SCORE_MIN if _initials(text).startswith(wanted) else 0.0
        if score >= SCORE_MIN:
            scored.append((-score, place, entry))
    scored.sort(key=lambda line: line[:2])
    return [entry for _, _, entry in scored[:SHOWN_MAX]]


def _initials(text: str) -> str:
    return "".join(word[0] for word in text.split())


def _bonus(text: str, wanted: str) -> float:
    """A match at the start of the text or of a word is the better one."""
    if text.startswith(wanted):
        return 20.0
    return 10.0 if f" {wanted}" in text else 0.0
