"""The figures beside the bars: round amounts that a person would choose. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence

TICKS_MAX = 4
SMALLEST_PUSD = 10**8  # a hundredth of a cent, the least that the window shows


def ticks_of(most: int, smallest: int = SMALLEST_PUSD) -> tuple[int, ...]:
    """Amounts from zero up to the first that is not below `most`, at most four above zero.

    Steps are 1, 2 or 5 times a power of ten times `smallest`; in whole picodollars, or tokens.
    """
    step = smallest
    while True:
        for factor in (1, 2, 5):
            if step * factor * TICKS_MAX >= most:
                count = max(1, -(-most // (step * factor)))
                return tuple(step * factor * number for number in range(count + 1))
        step *= 10


def labels_at(count: int, room: int, each: int) -> Sequence[int]:
    """Which of `count` bars get a label, where `room` pixels hold labels of `each` at most."""
    if count <= 0 or room <= 0:
        return ()
    fitting = max(1, room // max(1, each))
    step = -(-count // fitting)
    return range(0, count, step)
