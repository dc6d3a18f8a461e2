"""Budgets and guards: what the window lists, changes and takes away."""

from __future__ import annotations

from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import budgets as commands
from app.seam import budgets as seam


def ask_budgets(core: Core, command: commands.AskBudgets) -> None:
    core.emit(core.budget_desk.listed())


def save_budget(core: Core, command: commands.SaveBudget) -> None:
    """What is typed and cannot be kept stays in the form with the reason."""
    try:
        core.budget_desk.save(command)
    except TuppenceError as error:
        core.emit(seam.BudgetSaved(command.serial, False, str(error)))
        return
    core.emit(seam.BudgetSaved(command.serial, True))
    _show_all(core)


def remove_budget(core: Core, command: commands.RemoveBudget) -> None:
    core.budget_desk.remove(command.budget_id)
    _show_all(core)


def set_guard(core: Core, command: commands.SetGuard) -> None:
    try:
        core.budget_desk.set_guard(command)
    except TuppenceError as error:
        core.emit(seam.BudgetSaved(command.serial, False, str(error)))
        return
    core.emit(seam.BudgetSaved(command.serial, True))
    core.emit(core.budget_desk.listed())


def _show_all(core: Core) -> None:
    core.emit(core.budget_desk.listed())
    core.emit_billing()
    core.tell_of_budgets()
