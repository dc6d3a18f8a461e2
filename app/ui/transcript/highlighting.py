"""Which stretches of code are keywords, strings or comments: Pygments, in slices.

No Qt here. Lexers are made on a thread of their own, because a big one takes longer than a frame;
lexing runs on the caller's thread, a few milliseconds at a time, and goes on where it stopped
when more text has arrived.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

LENGTH_MAX = 120_000
LINE_LENGTH_MAX = 3_000  # longer lines are data, and can make a regular expression run for ever
WHOLE_LENGTH_MAX = 8_000  # for lexers that cannot be run in slices
STEPS_PER_LOOK = 16
Stretch = tuple[int, int, str]  # start in the line, length, tone; in characters

_TONES = (
    ("Token.Comment", "comment"), ("Token.Keyword", "keyword"), ("Token.Name.Tag", "keyword"),
    ("Token.Name.Decorator", "keyword"), ("Token.Operator.Word", "keyword"),
    ("Token.Literal", "literal"), ("Token.Generic.Inserted", "literal"),
    ("Token.Generic.Deleted", "removed"), ("Token.Generic.Heading", "keyword"),
    ("Token.Generic.Subheading", "keyword"), ("Token.Generic.Prompt", "comment"),
    ("Token.Generic.Output", "comment"), ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"), ("Token.Name.Attribute", "name"),
)  # fmt: skip
_PLAIN_NAMES = frozenset(("", "text", "txt", "plain", "plaintext", "output", "none", "math"))


class LexerShelf:
    """Lexers by language, made in the background; `None` in `ready` where there is none."""

    def __init__(self) -> None:
        self.ready: dict[str, Any] = dict.fromkeys(_PLAIN_NAMES)
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._waiting: list[str] = []
        self._thread: threading.Thread | None = None

    def ask(self, language: str) -> bool:
        """Whether the language is ready to be used; where it is not, it is being made."""
        language = language.lower()
        if language in self.ready:
            return True
        with self._lock:
            if language not in self._asked:
                self._asked.add(language)
                self._waiting.append(language)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._make, daemon=True, name="lexers")
                    self._thread.start()
        return False

    def _make(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                language = self._waiting.pop(0)
            self.ready[language] = make_lexer(language)


SHELF = LexerShelf()


def make_lexer(language: str) -> Any:
    """A Pygments lexer, warmed up, or None where the language is not known."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return None
    for _ in lexer.get_tokens_unprocessed("a = 1\n"):
        break
    return lexer


class Highlighter:
    """The tones of one text, line by line, as far as it was read."""

    def __init__(self, lexer: Any) -> None:
        from pygments.lexer import RegexLexer

        self._lexer = lexer
        self._slices = type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed
        self._text = ""
        self._place = 0
        self._stack = ["root"]
        self._whole: Iterator[Any] | None = None
        self.lines: list[list[Stretch]] = [[]]
        self._line_start = 0
        self.done = False

    @property
    def can_go_on(self) -> bool:
        """Whether more text can follow without beginning again."""
        return self._slices

    def show(self, text: str) -> None:
        """The text as it stands, which begins with the text before."""
        self._text = text
        longest = max(map(len, text.split("\n"))) if len(text) > LINE_LENGTH_MAX else 0
        limit = LENGTH_MAX if self._slices else WHOLE_LENGTH_MAX
        self.done = len(text) > limit or longest > LINE_LENGTH_MAX

    def run(self, budget_s: float) -> tuple[int, int]:
        """Read on for at most this long; the first and last line whose tones are new."""
        first = len(self.lines) - 1
        end = time.perf_counter() + budget_s
        while not self.done:
            for _ in range(STEPS_PER_LOOK):
                if not (self._step() if self._slices else self._step_whole()):
                    self.done = True
                    break
            if time.perf_counter() >= end:
                break
        return first, len(self.lines) - 1

    def _step_whole(self) -> bool:
        if self._whole is None:
            self._whole = iter(self._lexer.get_tokens_unprocessed(self._text))
        found = next(self._whole, None)
        if found is not None:
            self._note(found[0], found[1], found[2])
        return found is not None

    def _step(self) -> bool:
        """One match of the lexer's state machine, as Pygments' RegexLexer makes it."""
        from pygments.token import Error, Text, _TokenType

        text, place = self._text, self._place
        for match_at, action, new_state in self._lexer._tokens[self._stack[-1]]:
            found = match_at(text, place)
            if not found:
                continue
            if action is not None:
                if type(action) is _TokenType:
                    self._note(place, action, found.group())
                else:
                    for start, kind, value in action(self._lexer, found):
                        self._note(start, kind, value)
            self._place = found.end()
            if new_state is not None:
                self._change_state(new_state)
            return True
        if place >= len(text):
            return False
        if text[place] == "\n":
            self._stack = ["root"]
        self._note(place, Text if text[place] == "\n" else Error, text[place])
        self._place += 1
        return True

    def _change_state(self, new_state: Any) -> None:
        stack = self._stack
        states = new_state if isinstance(new_state, tuple) else (new_state,)
        for state in states:
            if state == "#pop":
                if len(stack) > 1:
                    stack.pop()
            elif state == "#push":
                stack.append(stack[-1])
            elif isinstance(state, int):
                del stack[max(1, len(stack) + state) :]
            else:
                stack.append(state)

    def _note(self, start: int, kind: Any, value: str) -> None:
        tone = _tone(kind)
        pieces = value.split("\n")
        for number, piece in enumerate(pieces):
            if number:
                self.lines.append([])
                self._line_start = start
            if tone and piece:
                self._add(start - self._line_start, len(piece), tone)
            start += len(piece) + 1

    def _add(self, start: int, length: int, tone: str) -> None:
        """One more stretch, joined with the one before where that goes on."""
        line = self.lines[-1]
        if line and line[-1][2] == tone and line[-1][0] + line[-1][1] == start:
            line[-1] = (line[-1][0], line[-1][1] + length, tone)
        else:
            line.append((start, length, tone))


_known_tones: dict[Any, str] = {}


def _tone(kind: Any) -> str:
    tone = _known_tones.get(kind)
    if tone is None:
        name = str(kind)
        tone = next((tone for prefix, tone in _TONES if name.startswith(prefix)), "")
        _known_tones[kind] = tone
    return tone
