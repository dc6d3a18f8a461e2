"""What budgets are called and how their figures read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QLocale

from app.seam.budgets import BudgetView, SendQuestion
from app.ui import words

_FILLED = re.compile(r"([.,]\d\d\d*?)0+(?!\d)")


def tr(text: str) -> str:
    """A word of this room in the user's language."""
    return QCoreApplication.translate("budgets", text)


def title_of(budget: BudgetView) -> str:
    """What a budget is for: `Everything, per day`, `OpenAI …f3Qk, per month`."""
    what = budget.subject or tr("Everything")
    if budget.scope == "chat":
        what = tr("Chat “{0}”").format(budget.subject)
    if budget.scope == "assistant":
        what = tr("Assistant “{0}”").format(budget.subject)
    return f"{what}, {period_words(budget.period)}" if budget.period != "ever" else what


def period_words(period: str) -> str:
    """`per day`, `per month`, `for good`."""
    return {"day": tr("per day"), "month": tr("per month")}.get(period, tr("for good"))


def short_title(budget: BudgetView) -> str:
    """As a line of the billing panel: `Today`, `November`, `OpenAI …f3Qk`."""
    if budget.scope == "day":
        return tr("Today")
    if budget.scope == "month" and budget.resets_at is not None:
        month = (budget.resets_at.astimezone(UTC).month - 2) % 12 + 1
        return QLocale().standaloneMonthName(month)
    return budget.subject or title_of(budget)


def figures_of(budget: BudgetView) -> str:
    """`$3.20 of $10.00`."""
    return tr("{0} of {1}").format(words.money(budget.spent_pusd), words.money(budget.limit_pusd))


def resets_of(budget: BudgetView) -> str:
    """`resets 1 December`, `resets at midnight UTC`; empty where it never does."""
    if budget.resets_at is None:
        return ""
    if budget.period == "day":
        return tr("resets at midnight UTC")
    return tr("resets {0}").format(_day(budget.resets_at))


def about_of(budget: BudgetView) -> str:
    """`$3.20 of $10.00, resets 1 December`, with what is set aside."""
    parts = [figures_of(budget), over_of(budget), resets_of(budget)]
    if budget.held_pusd:
        parts.append(tr("{0} set aside").format(words.money(budget.held_pusd)))
    return ", ".join(filter(None, parts))


def over_of(budget: BudgetView) -> str:
    """`over by $0.40`, `used up`; empty while something is left."""
    over_pusd = budget.spent_pusd - budget.limit_pusd
    if over_pusd > 0:
        return tr("over by {0}").format(words.money(over_pusd))
    return tr("used up") if not over_pusd else ""


def effect_of(budget: BudgetView) -> str:
    """What happens at the end of it."""
    return tr("stops") if budget.hard else tr("only warns")


def question_words(question: SendQuestion, *, typed: bool = True) -> tuple[str, str]:
    """The question's head and what stands below it; `typed` where the message is in the box."""
    if question.kind == "unpriced":
        head = tr("The price of {0} is not known.").format(question.model)
        below = tr(
            "Your {0} cannot stop what it cannot price. Sent all the same, the message counts "
            "as tokens only."
        )
        return head, below.format(tr(question.budget))
    cost, usual = _short(question.cost_pusd), _short(question.usual_pusd)
    if question.times > 1:
        head = tr("This message would cost about {0}, {1} times your usual {2}.")
        head = head.format(cost, words.count(question.times), usual)
    else:
        head = tr("This message would cost about {0}, more than your usual {1}.")
        head = head.format(cost, usual)
    below = tr("At most {0}. Nothing has been sent.")
    if typed:
        below = tr("At most {0}. Nothing has been sent; your message is kept in the box.")
    return head, below.format(words.money(question.most_pusd))


def _short(amount_pusd: int | None) -> str:
    """An amount without the zeros that only fill it up: `$0.004`."""
    return _FILLED.sub(r"\1", words.money(amount_pusd))


def _day(at: datetime) -> str:
    return words.day_text(at.astimezone(UTC).date(), "d MMMM")


# The core's names of budgets, for the translations.
_NAMES = (
    QCoreApplication.translate("budgets", "daily budget"),
    QCoreApplication.translate("budgets", "monthly budget"),
    QCoreApplication.translate("budgets", "budget for this chat"),
    QCoreApplication.translate("budgets", "daily budget for this chat"),
    QCoreApplication.translate("budgets", "monthly budget for this chat"),
    QCoreApplication.translate("budgets", "budget for this key"),
    QCoreApplication.translate("budgets", "daily budget for this key"),
    QCoreApplication.translate("budgets", "monthly budget for this key"),
    QCoreApplication.translate("budgets", "budget for this assistant"),
    QCoreApplication.translate("budgets", "daily budget for this assistant"),
    QCoreApplication.translate("budgets", "monthly budget for this assistant"),
)
