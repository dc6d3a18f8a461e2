"""TeX set as an SVG drawing, within bounds: a model's formula may be anything at all.

ziamath draws glyphs as paths and loads nothing. Each level of nesting doubles its time (a fraction
in a fraction, ten deep: 1.7 s here), so depth is bounded, and the work stops at a deadline of its
own thread's time. Runs on any thread but the window's.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from functools import cache
from types import FrameType
from xml.etree.ElementTree import ParseError

LENGTH_MAX = 1_000
DEPTH_MAX = 10  # braces and environments within each other
DEADLINE_S = 0.5
_CALLS_PER_LOOK = 512
SVG_LENGTH_MAX = 400_000
_OPENS = re.compile(r"\\begin\b|\\left\b|(?<!\\)\{")
_SHUTS = re.compile(r"\\end\b|\\right\b|(?<!\\)\}")
_SETTERS = ("ziamath", "ziafont", "latex2mathml")
_FORBIDDEN = ("href", "<image", "<style", "url(", "<!")


@dataclass(frozen=True, slots=True)
class SetFormula:
    """A drawing; sizes in pixels, `below` is how far it reaches below the line of the text."""

    svg: bytes
    width: float
    height: float
    below: float


class _TooSlow(Exception):
    """The formula took longer than any is worth."""


# What ziamath raises for text that is no TeX, beside the faults that latex2mathml names.
_FAULTS: tuple[type[Exception], ...] = (
    _TooSlow, LookupError, ValueError, TypeError, AttributeError, RuntimeError, ArithmeticError,
    AssertionError, StopIteration, ParseError,
)  # fmt: skip


def is_bounded(tex: str) -> bool:
    """Whether a formula is short and flat enough to be tried."""
    if not tex.strip() or len(tex) > LENGTH_MAX:
        return False
    marks = [(found.start(), 1) for found in _OPENS.finditer(tex)]
    marks += [(found.start(), -1) for found in _SHUTS.finditer(tex)]
    depth = deepest = 0
    for _, step in sorted(marks):
        depth += step
        deepest = max(deepest, depth)
    return depth == 0 and deepest <= DEPTH_MAX


def set_formula(
    tex: str, size_px: float, color: str, *, display: bool, deadline_s: float = DEADLINE_S
) -> SetFormula | None:
    """The drawing of a formula in a color as the theme names it; None where it cannot be set."""
    if not is_bounded(tex):
        return None
    try:
        from latex2mathml import exceptions
        from ziamath.zmath import Latex
    except ImportError:
        return None
    _load_fonts()
    theirs = (kind for kind in vars(exceptions).values() if isinstance(kind, type))
    faults = (*_FAULTS, *(kind for kind in theirs if issubclass(kind, Exception)))
    before = sys.getprofile()
    sys.setprofile(_Deadline(time.thread_time() + deadline_s))
    try:
        drawn = Latex(tex, size=size_px, color=color, inline=not display)
        svg, (width, height), below = drawn.svg(), drawn.getsize(), -drawn.getyofst()
    except faults:
        return None
    finally:
        sys.setprofile(before)
    if len(svg) > SVG_LENGTH_MAX or any(sign in svg for sign in _FORBIDDEN):
        return None
    return SetFormula(svg.encode(), float(width), float(height), float(below))


@cache
def _load_fonts() -> None:
    """Read the fonts with the first sign, which is no formula's fault and costs it no time."""
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # paths where they are used, without references
    Latex("x").svg()


class _Deadline:
    """Raises in the formula's own code once the thread's time is over.

    Nowhere else: a fault raised in what the garbage collector runs in between is swallowed there,
    Python takes the watch off with it, and the formula would go on without an end.
    """

    __slots__ = ("_calls", "_end")

    def __init__(self, end: float) -> None:
        self._end = end
        self._calls = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        self._calls += 1
        # The clock costs as much as a call; it is looked at now and then.
        if self._calls < _CALLS_PER_LOOK:
            return
        if frame.f_globals.get("__name__", "").startswith(_SETTERS):
            self._calls = 0
            if time.thread_time() > self._end:
                raise _TooSlow
