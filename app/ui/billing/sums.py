"""The few sums of the panel: the models after the first five, taken together. No widgets here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.seam.views import Certainty, SpendLine

TOP_MODELS = 5


def top_and_rest(
    lines: Sequence[SpendLine], top: int = TOP_MODELS
) -> tuple[tuple[SpendLine, ...], SpendLine | None]:
    """The dearest lines, and all others as one; None where there are no others."""
    ordered = sorted(lines, key=lambda line: -(line.total_pusd or 0))
    # One line more is as long as a line that says "1 more".
    if len(ordered) <= top + 1:
        return tuple(ordered), None
    return tuple(ordered[:top]), _joined(ordered[top:])


def _joined(lines: Sequence[SpendLine]) -> SpendLine:
    known = [line.total_pusd for line in lines if line.total_pusd is not None]
    label = QCoreApplication.translate("billing", "{0} more models").format(len(lines))
    # Nothing but free models and unknown prices: "about $0" would be a guess.
    told = any(known) or len(known) == len(lines)
    return SpendLine(
        label=label,
        total_pusd=sum(known) if told else None,
        certainty=_certainty(lines, told=told),
        tokens=sum(line.tokens for line in lines),
        messages=sum(line.messages for line in lines),
    )


def _certainty(lines: Sequence[SpendLine], *, told: bool) -> Certainty:
    if not told:
        return Certainty.UNKNOWN
    exact = all(line.certainty is Certainty.EXACT for line in lines)
    return Certainty.EXACT if exact else Certainty.ESTIMATED
