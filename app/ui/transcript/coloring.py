"""Puts the tones of code on screen, off the hot path: one queue for all code blocks."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import QBrush, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QTextEdit
from shiboken6 import isValid

from app.ui.theme import Theme
from app.ui.transcript.highlighting import SHELF, Highlighter, Stretch

SLICE_S = 0.003
TICK_MS = 12
REMEMBERED_MAX = 64
_COLORS = {"keyword": "accent", "literal": "ok", "comment": "ink3", "removed": "danger"}


class Colored(Protocol):
    """A code block that waits for its colors."""

    def color_more(self, budget_s: float) -> bool:
        """Color for at most this long; whether there is more to do."""


class ColoringQueue(QObject):
    """Gives each waiting code block a slice in turn, never more than one slice a tick."""

    _current: ColoringQueue | None = None

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._waiting: list[Colored] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    @classmethod
    def current(cls) -> ColoringQueue:
        if cls._current is None or not isValid(cls._current):
            cls._current = ColoringQueue()
        return cls._current

    def add(self, block: Colored) -> None:
        if block not in self._waiting:
            self._waiting.append(block)
        if not self._timer.isActive():
            self._timer.start(TICK_MS)

    def remove(self, block: Colored) -> None:
        if block in self._waiting:
            self._waiting.remove(block)

    def _on_timeout(self) -> None:
        if self._waiting:
            block = self._waiting.pop(0)
            # A window that closed takes its blocks with it, waiting or not.
            if isValid(block) and block.color_more(SLICE_S):
                self._waiting.append(block)
        if self._waiting:
            self._timer.start(TICK_MS)


class Coloring:
    """The colors of one code block.

    Its document is asked for anew each time: a wrapper that is kept may turn out to be that of
    an older document which had the same address.
    """

    def __init__(self, body: QTextEdit) -> None:
        self._body = body
        self._language = ""
        self._text = ""
        self._open = False
        self._highlighter: Highlighter | None = None

    def show(self, language: str, text: str, *, is_open: bool) -> bool:
        """Color this text; whether there is anything to do.

        While a block is open only its whole lines are read; once it is closed, all of it is
        read from its beginning, so that its colors do not depend on how it arrived.
        """
        same = language == self._language and text.startswith(self._text)
        closed_now = self._open and not is_open
        if not same or closed_now:
            self._highlighter = None
        if same and not closed_now and text == self._text and self._highlighter:
            return not self._highlighter.done
        self._language, self._text, self._open = language, text, is_open
        lines = _remembered.get((language, text)) if not is_open else None
        if lines is not None:
            self._apply(lines, 0, len(lines) - 1)
            return False
        return True

    def forget(self) -> None:
        self._language = self._text = ""
        self._highlighter = None

    def run(self, budget_s: float) -> bool:
        """Read and color on; whether there is more to do."""
        if not SHELF.ask(self._language):
            return True
        lexer = SHELF.ready[self._language.lower()]
        if lexer is None:
            return False
        if self._highlighter is None:
            self._highlighter = Highlighter(lexer)
        highlighter = self._highlighter
        if self._open and not highlighter.can_go_on:
            return False
        text = self._text
        highlighter.show(text[: text.rfind("\n") + 1] if self._open else text + "\n")
        first, last = highlighter.run(budget_s)
        self._apply(highlighter.lines, first, last)
        if highlighter.done and not self._open:
            _remember((self._language, text), highlighter.lines)
        return not highlighter.done

    def _apply(self, lines: list[list[Stretch]], first: int, last: int) -> None:
        document = self._body.document()
        block = document.findBlockByNumber(first)
        begin = end = block.position()
        for number in range(first, last + 1):
            if not block.isValid():
                break
            ranges = [_range(block.text(), stretch) for stretch in lines[number]]
            if ranges or block.layout().formats():
                block.layout().setFormats(ranges)
            end = block.position() + block.length()
            block = block.next()
        document.markContentsDirty(begin, max(0, end - begin - 1))


_remembered: OrderedDict[tuple[str, str], list[list[Stretch]]] = OrderedDict()


def _remember(key: tuple[str, str], lines: list[list[Stretch]]) -> None:
    _remembered[key] = lines
    while len(_remembered) > REMEMBERED_MAX:
        _remembered.popitem(last=False)


def _range(text: str, stretch: Stretch) -> QTextLayout.FormatRange:
    start, length, tone = stretch
    made = QTextLayout.FormatRange()
    made.start, made.length = start, length
    if not text.isascii():
        # Qt counts UTF-16 units, Python characters.
        made.start = len(text[:start].encode("utf-16-le", "surrogatepass")) // 2
        stretched = text[start : start + length].encode("utf-16-le", "surrogatepass")
        made.length = len(stretched) // 2
    made.format = _format(tone)
    return made


def _format(tone: str) -> QTextCharFormat:
    made = QTextCharFormat()
    token = _COLORS.get(tone)
    if token:
        made.setForeground(QBrush(Theme.current().color(token)))
    return made
