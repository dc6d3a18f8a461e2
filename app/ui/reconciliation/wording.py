"""What the comparison says: sides, differences and their names. No widgets here."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDate

from app.seam.reconciliation import DifferencePart, ReconciledLine, ReconciliationView, SideView
from app.seam.views import Certainty
from app.ui import words

REASONS = {
    "other_key": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Made with the key “{0}”, which Tuppence does not have")),
    "other_calls": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Calls that were not made through Tuppence")),
    "failed_calls": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Requests that were refused or failed: counted there, not charged")),
    "unfinished": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Calls of yours that are not settled yet")),
    "estimated": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Calls that Tuppence had to count itself")),
    "day_boundary": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Calls around midnight that they have on the next day")),
    "cached": str(QT_TRANSLATE_NOOP(
        "reconciliation", "They read another part of the same input from the cache")),
    "rounding": str(QT_TRANSLATE_NOOP("reconciliation", "Their amounts are rounded")),
    "price_unknown": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Tuppence knows no price for these calls")),
    "price_changed": str(QT_TRANSLATE_NOOP(
        "reconciliation", "The same tokens at another price")),
    "free": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Not charged: free credits or a free tier")),
    "not_tokens": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Charged for something else than tokens: {0}")),
    "model_alias": str(QT_TRANSLATE_NOOP("reconciliation", "They call the model {0}")),
    "not_reported_yet": str(QT_TRANSLATE_NOOP(
        "reconciliation", "May not be in their figures yet")),
    "not_covered": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Their report does not hold these days")),
    "other_account": str(QT_TRANSLATE_NOOP(
        "reconciliation", "Made with a key that this account does not list")),
    "missing_there": str(QT_TRANSLATE_NOOP(
        "reconciliation", "They do not list these calls")),
    "unexplained": str(QT_TRANSLATE_NOOP("reconciliation", "Not explained")),
}  # fmt: skip


KEY_NAMES = {
    "admin key": str(QT_TRANSLATE_NOOP("reconciliation", "admin key")),
    "management key": str(QT_TRANSLATE_NOOP("reconciliation", "management key")),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("reconciliation", text)


def key_name(name: str) -> str:
    """What a provider calls the key that may read its bill."""
    return tr(KEY_NAMES.get(name, name))


def month_text(month: date) -> str:
    """`November 2026`."""
    return words.locale().toString(QDate(month.year, month.month, 1), "MMMM yyyy")


def day_text(day: date) -> str:
    """`Sat 21 Nov`."""
    return words.day_text(day, "ddd d MMM")


def side(found: SideView | None) -> str:
    """What one side has, as money where it is told, else as tokens."""
    if found is None or _is_nothing(found):
        return "–"
    if found.cost_pusd is not None:
        return words.about(words.money(found.cost_pusd), found.certainty)
    if found.certainty is Certainty.UNKNOWN:
        return tr("price unknown")
    if found.tokens is None:
        return "–"
    return tr("{0} tokens").format(words.count(found.tokens))


def side_counts(found: SideView | None) -> str:
    """Calls and tokens of a side, as far as they are told."""
    if found is None or _is_nothing(found):
        return ""
    told = []
    if found.calls is not None:
        told.append(tr("{0} calls").format(words.count(found.calls))
                    if found.calls != 1 else tr("1 call"))  # fmt: skip
    if found.tokens is not None:
        told.append(tr("{0} tokens").format(words.count(found.tokens)))
    return ", ".join(told)


def difference(line: ReconciledLine) -> str:
    """Theirs less ours, in money where both are told, else in tokens; `none` where there is none.

    Empty where nothing can be held against each other.
    """
    theirs, ours = line.theirs, line.ours
    if theirs is None:
        return ""
    if theirs.cost_pusd is not None:
        # Without a price of ours all of theirs is the difference.
        return signed_money(theirs.cost_pusd - (ours.cost_pusd or 0)) or tr("none")
    if theirs.tokens is not None and ours.tokens is not None:
        return signed_tokens(theirs.tokens - ours.tokens) or tr("none")
    return ""


def _is_nothing(found: SideView) -> bool:
    return not (found.calls or found.tokens or found.cost_pusd)


def signed_money(pusd: int) -> str:
    """With its sign; empty for nothing."""
    if not pusd:
        return ""
    return f"+{words.money(pusd)}" if pusd > 0 else words.money(pusd)


def signed_tokens(tokens: int) -> str:
    """With its sign; empty for nothing."""
    if not tokens:
        return ""
    sign = "+" if tokens > 0 else "−"
    return f"{sign}{tr('{0} tokens').format(words.count(abs(tokens)))}"


def why(part: DifferencePart) -> str:
    """The name of a part of a difference."""
    return tr(REASONS[part.reason]).format(part.detail)


def how_much(part: DifferencePart) -> str:
    """What a part makes."""
    return signed_money(part.cost_pusd) or signed_tokens(part.tokens)


def verdict(view: ReconciliationView) -> str:
    """What came of it, in one sentence."""
    if not view.lines:
        return tr("Neither side has calls in this month.")
    if view.is_open:
        return tr("Something is left without an explanation.")
    if not view.total.parts:
        return tr("Both sides agree.")
    return tr("Every difference has its name.")
