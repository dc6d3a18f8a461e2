"""What the transcript can load before it is needed, in steps that each fit an idle moment.

The window runs one step whenever it has nothing to do after its first paint: the Markdown parser,
the code font, and the lexers of common languages (these on a thread of their own).
"""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = ("python", "sql", "bash", "javascript", "json")
_SAMPLE = "a **b** `c` [d](https://e.example)\n\n- f\n\n1. g\n\n```h\ni\n```\n\n|j|\n|-|\n|k|\n"


def warm_up() -> tuple[Callable[[], object], ...]:
    """The steps, in order; each may be left out."""
    return (_load_parser, _load_pygments, _load_languages, _load_fonts)


def _load_parser() -> None:
    from app.ui.transcript.segments import SegmentStream

    stream = SegmentStream()
    stream.feed(_SAMPLE)
    stream.segments()


def _load_pygments() -> None:
    import pygments.lexer
    import pygments.lexers
    import pygments.token  # noqa: F401


def _load_languages() -> None:
    from app.ui.transcript.highlighting import SHELF

    for language in LANGUAGES:
        SHELF.ask(language)


def _load_fonts() -> None:
    from PySide6.QtGui import QFontMetrics

    from app.ui.theme import Size, Theme
    from app.ui.transcript.look import code_font

    for font in (code_font(), Theme.current().font(), Theme.current().font(Size.TEXT, strong=True)):
        QFontMetrics(font).horizontalAdvance("0aÄ—")
