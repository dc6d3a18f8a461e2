"""Formulas: set as mathematics within bounds, their source shown where that fails."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.seam.views import MessageView
from app.ui.transcript.math_setting import LENGTH_MAX, is_bounded, set_formula
from app.ui.transcript.math_shelf import FormulaKey, draw
from app.ui.transcript.math_view import MathView
from app.ui.transcript.segments import SegmentStream, segments_of
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import LEFT, part

INTEGRAL = r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}"
GOOD = (
    "x^2 + y^2 = z^2",
    INTEGRAL,
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
    r"\sum_{n=1}^\infty \frac{1}{n^2} = \frac{\pi^2}{6}",
    r"\begin{cases}1 & x > 0\\ 0 & x \le 0\end{cases}",
    r"\text{für } x \in \mathbb{R}",
)
HOSTILE = (
    "",
    r"\frac{1}{",
    "{" * 900,
    "{" * 400 + "x" + "}" * 400,
    r"\frac{1}{" * 20 + "x" + "}" * 20,
    r"\sqrt{" * 20 + "x" + "}" * 20,
    r"\frac{1}{" * 10 + "x" + "}" * 10,
    r"\sqrt{" * 10 + "x" + "}" * 10,
    "x+" * 5_000,
    "x+" * 490 + "x",
    r"\newcommand{\a}{\a\a}\a",
    r"\text{<image href='file:///etc/passwd'/>}",
    "\0\ufffe",
    r"\left( x",
    r"\end{pmatrix}\begin{pmatrix}",
    r"\begin{x}" * 20,
    "^_^_^_",
)


@pytest.mark.parametrize("tex", GOOD)
def test_a_formula_is_set_on_the_line(tex: str) -> None:
    found = set_formula(tex, 18, "#1c1b19", display=True)
    assert found is not None
    assert found.width > 10
    assert 0 < found.below < found.height


@pytest.mark.parametrize("tex", HOSTILE)
def test_a_hostile_formula_ends_soon_and_harms_nothing(tex: str) -> None:
    started = time.thread_time()
    found = set_formula(tex, 18, "#1c1b19", display=True)
    assert time.thread_time() - started < 2
    assert found is None or b"href" not in found.svg


def test_the_deadline_is_kept() -> None:
    started = time.thread_time()
    assert set_formula(INTEGRAL, 18, "#1c1b19", display=True, deadline_s=0.0) is None
    assert time.thread_time() - started < 1


def test_the_deadline_outlives_what_the_garbage_collector_runs() -> None:
    """A finalizer may run in the middle of a formula; what is raised in it goes nowhere."""

    def spend() -> None:
        until = time.thread_time() + 0.002
        while time.thread_time() < until:
            abs(1)

    class Finalized:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            spend()

    def litter(phase: str, _info: dict[str, int]) -> None:
        if phase == "stop":
            Finalized()

    deep = r"\sqrt{" * 10 + "x" + "}" * 10
    thresholds = gc.get_threshold()
    gc.set_threshold(50, 1, 1)
    gc.callbacks.append(litter)
    started = time.thread_time()
    try:
        assert set_formula(deep, 18, "#1c1b19", display=True, deadline_s=0.05) is None
        assert time.thread_time() - started < 0.4
    finally:
        gc.callbacks.remove(litter)
        gc.set_threshold(*thresholds)


def test_what_is_long_is_not_even_tried() -> None:
    assert not is_bounded("x" * (LENGTH_MAX + 1))
    assert is_bounded("x" * LENGTH_MAX)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_an_image_has_the_pixels_of_its_screen(ratio: float) -> None:
    found = draw(FormulaKey(INTEGRAL, 18.0, "#1c1b19", ratio))
    assert found is not None
    assert found.image.width() == round(found.width * ratio + 0.5)
    image = found.image
    inked = [
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    ]
    assert set(inked) == {"#1c1b19"}


def math_of(view: TranscriptView, number: int) -> MathView:
    found = part(view, number, MathView)
    assert isinstance(found, MathView)
    return found


def test_a_formula_of_a_message_is_set_and_copied_as_tex(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    text = f"So:\n\n$$\n{INTEGRAL}\n$$\n\nand that is all."
    view.show_messages((message(1, "Hi"), message(2, text)))
    shown = math_of(view, 1)
    qtbot.waitUntil(lambda: shown.is_set)
    qtbot.waitUntil(lambda: not shown.source.isVisible())
    qtbot.mouseClick(shown.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == INTEGRAL


def test_what_cannot_be_set_shows_its_source(
    view: TranscriptView, qtbot: QtBot, message: Callable[..., MessageView]
) -> None:
    text = "$$\n\\frac{1}{\n$$\n\nand\n\n$$\nx^2\n$$"
    view.show_messages((message(1, "Hi"), message(2, text)))
    found = [w for w in view.cards[1].widgets() if isinstance(w, MathView)]
    qtbot.waitUntil(lambda: found[1].is_set)
    assert not found[0].is_set
    assert found[0].source.isVisible()
    assert found[0].source.text == "\\frac{1}{"


@pytest.mark.parametrize("seed", range(40))
def test_any_split_of_formulas_reads_as_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    bits = [
        "$$\nx^2\n$$\n\n", "\\[ y \\]\n\n", "a $x$ b \\(y\\) c\n\n", "$5 or $6\n\n", "- $a$\n",
        "$$\n\\frac{1}{\n", "> $$\n> z\n> $$\n\n", "text\n\n",
        "| $a$ | b |\n|-|-|\n| 1 | $c$ |\n\n",
    ]  # fmt: skip
    text = "".join(chance.choice(bits) for _ in range(12))
    stream = SegmentStream()
    place = 0
    while place < len(text):
        step = chance.randint(1, 9)
        stream.feed(text[place : place + step])
        stream.segments()
        place += step
    assert stream.segments() == segments_of(text)
    assert stream.finish() == segments_of(text)
