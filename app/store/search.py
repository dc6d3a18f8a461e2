"""Search over all chats as one types: words and beginnings of words, newest first."""

from __future__ import annotations

import re

from app.errors import DatabaseDamaged
from app.store.database import Database, Row
from app.store.instants import at_from
from app.store.records import HitRecord
from app.store.schema import REBUILD_SEARCH

_WORDS_MAX = 12
_WORD_LENGTH_MAX = 64
_SNIPPET_WORDS = 16
_SNIPPET_BEFORE = 40
_SNIPPET_AFTER = 80
_SCANNED_MESSAGES = 20_000

# What unicode61 takes for a part of a word: letters, digits, and marks that follow them.
_WORD = re.compile(r"[^\W_]+")
# Written without spaces between words: a word inside a sentence is no word of the index.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_BY_WORDS = f"""
SELECT messages.chat_id, messages.id, chats.title,
    snippet(message_search, 0, char(2), char(3), '…', {_SNIPPET_WORDS}), messages.created_ms
FROM message_search
JOIN messages ON messages.seq = message_search.rowid
JOIN chats ON chats.id = messages.chat_id
WHERE message_search MATCH ? AND chats.hidden_ms IS NULL
ORDER BY message_search.rowid DESC LIMIT ?"""

_BY_SUBSTRING = """
SELECT messages.chat_id, messages.id, chats.title, messages.text, messages.created_ms
FROM messages JOIN chats ON chats.id = messages.chat_id
WHERE messages.seq > (SELECT coalesce(max(seq), 0) FROM messages) - ?
    AND messages.state <> 'streaming' AND chats.hidden_ms IS NULL
    AND instr(messages.text, ?) > 0
ORDER BY messages.seq DESC LIMIT ?"""

# A chat that is found by its title alone leads to its newest message.
_BY_TITLE = """
SELECT chats.id,
    coalesce((SELECT id FROM messages WHERE chat_id = chats.id ORDER BY seq DESC LIMIT 1), ''),
    chats.title, highlight(title_search, 0, char(2), char(3)), chats.updated_ms
FROM title_search JOIN chats ON chats.seq = title_search.rowid
WHERE title_search MATCH ? AND chats.hidden_ms IS NULL
ORDER BY title_search.rowid DESC LIMIT ?"""


class Search:
    """Finds messages and titles; deleted chats are never found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, text: str, limit: int = 50) -> list[HitRecord]:
        """Hits for what was typed so far, newest first; any text is safe.

        The last word may be a beginning. Text without a word that the index knows (signs,
        emoji, scripts without spaces) is looked for as it stands, in the newest messages.
        """
        typed = "".join(sign for sign in text if sign >= " ").strip()[:1000]
        if not typed:
            return []
        try:
            return self._found(typed, limit)
        except DatabaseDamaged:
            # The index can be made again from the messages; were they damaged, this raises.
            self.rebuild()
            return self._found(typed, limit)

    def _found(self, typed: str, limit: int) -> list[HitRecord]:
        query = match_query(typed)
        rows = self._database.rows(_BY_WORDS, (query, limit)) if query else []
        if len(rows) < limit and (not query or _UNSPACED.search(typed)):
            rows += self._by_substring(typed, limit, {row[1] for row in rows})
        found = {row[0] for row in rows}
        titles = self._database.rows(_BY_TITLE, (query, limit)) if query else []
        rows += [row for row in titles if row[0] not in found]
        rows.sort(key=lambda row: row[4], reverse=True)
        return [_hit(row) for row in rows[:limit]]

    def rebuild(self) -> None:
        """Index everything again."""
        with self._database.transaction():
            for statement in REBUILD_SEARCH:
                self._database.write(statement)

    def _by_substring(self, typed: str, limit: int, known: set[str]) -> list[Row]:
        rows = self._database.rows(_BY_SUBSTRING, (_SCANNED_MESSAGES, typed, limit))
        return [(*row[:3], _cut(row[3], typed), row[4]) for row in rows if row[1] not in known]


def match_query(typed: str) -> str:
    """What was typed as an FTS5 query: every word, the last one as a beginning.

    One letter is taken as a word: as a beginning it would be half of the index. Empty where
    there is no word. Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
    """
    words = [word[:_WORD_LENGTH_MAX] for word in _WORD.findall(typed)][:_WORDS_MAX]
    if not words:
        return ""
    terms = [f'"{word}"' for word in words]
    if len(words[-1]) > 1 and typed.endswith(words[-1]):
        terms[-1] += "*"
    return " ".join(terms)


def _cut(text: str, typed: str) -> str:
    at = text.find(typed)
    end = at + len(typed)
    start, stop = max(0, at - _SNIPPET_BEFORE), min(len(text), end + _SNIPPET_AFTER)
    before = ("…" if start else "") + text[start:at]
    after = text[end:stop] + ("…" if stop < len(text) else "")
    return f"{before}\x02{typed}\x03{after}"


def _hit(row: Row) -> HitRecord:
    return HitRecord(row[0], row[1], row[2], row[3], at_from(row[4]))
