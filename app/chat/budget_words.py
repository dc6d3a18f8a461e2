"""Budgets in the user's words: refusals, notices, and the line beside Send."""

from __future__ import annotations

from datetime import datetime

from app.metering.budgets import BudgetRefusal, BudgetUse, Period
from app.money import format_usd


def refusal_words(refusal: BudgetRefusal) -> tuple[str, str]:
    """What is short, by how much and until when; and what can be done."""
    until = until_words(refusal.budget.period, refusal.resets_at)
    left = format_usd(refusal.left_pusd)
    name, limit = refusal.budget.name, format_usd(refusal.budget.limit_pusd)
    said = (
        f"This message needs at least {format_usd(refusal.needed_pusd)}; "
        f"{left} of your {name} of {limit} is left{until}."
    )
    return said, _advice(refusal)


def notice_words(use: BudgetUse) -> tuple[str, str]:
    """A budget that reached its mark, and what that means."""
    spent, limit = format_usd(use.spent_pusd), format_usd(use.budget.limit_pusd)
    resets = resets_words(use.budget.period, use.window.end)
    full = use.spent_pusd >= use.budget.limit_pusd
    said = f"{spent} of your {use.budget.name} of {limit} is spent{', ' if resets else ''}{resets}."
    if not use.budget.hard:
        return said, "It only warns: messages are sent as before."
    if full:
        return said, "Nothing more is sent on it until then." if resets else "It stops what comes."
    return said, "At 100 % it stops."


def short_words(use: BudgetUse) -> str:
    """Beside Send, where a message will be refused: what is left, and until when."""
    until = until_words(use.budget.period, use.window.end)
    left, limit = format_usd(use.left_pusd), format_usd(use.budget.limit_pusd)
    return f"{left} of your {use.budget.name} of {limit} is left{until}."


def until_words(period: Period, end: datetime | None) -> str:
    """` until 1 December`, ` until midnight UTC`; empty where it never begins anew."""
    return "" if end is None else f" until {_moment(period, end)}"


def resets_words(period: Period, end: datetime | None) -> str:
    """`resets 1 December`, `resets at midnight UTC`; empty where it never begins anew."""
    if end is None:
        return ""
    return f"resets {'at ' if period is Period.DAY else ''}{_moment(period, end)}"


def _moment(period: Period, end: datetime) -> str:
    return "midnight UTC" if period is Period.DAY else f"{end.day} {end:%B}"


def _advice(refusal: BudgetRefusal) -> str:
    until = until_words(refusal.budget.period, refusal.resets_at)
    waits = f", wait{until}" if until else ""
    held = ""
    if refusal.held_pusd:
        held = f"{format_usd(refusal.held_pusd)} is set aside for answers still being written. "
    return f"{held}Raise the budget{waits}, or take a cheaper model."
