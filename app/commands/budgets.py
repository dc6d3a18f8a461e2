"""`budgets`: what was spent against each, and setting or removing one."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from app.commands.choose import NotFound, choose_assistant, choose_chat, choose_key
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE
from app.money import format_usd, usd_text
from app.seam.budgets import BudgetView, SaveBudget

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_ID_LETTERS = 8


async def run_budgets(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    match arguments.action:
        case "set":
            await _set(arguments, core, streams)
        case "remove":
            await _remove(arguments, core, streams)
        case _:
            await _list(core, streams, as_json=getattr(arguments, "json", False))
    return DONE


async def _list(core: Core, streams: Streams, *, as_json: bool) -> None:
    views = core.budget_desk.views()
    if as_json:
        lines = [_fields(view) for view in views]
        await streams.out(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")
    elif views:
        await streams.out(in_columns([_cells(view) for view in views], frozenset({2, 4})))
    else:
        await streams.err("No budget is set. Set one: tuppence budgets set month 10\n")


async def _set(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    order = SaveBudget(
        serial=0,
        scope=arguments.scope,
        limit=arguments.sum,
        hard=not arguments.soft,
        period=arguments.per,
        subject_id=_subject(arguments, core),
        warn_percent=arguments.warn,
    )
    kept = core.budget_desk.save(order)
    _tell_the_window(core)
    view = next(view for view in core.budget_desk.views() if view.id == kept)
    await streams.out(in_columns([_cells(view)]))


async def _remove(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    found = [view for view in core.budget_desk.views() if view.id.startswith(arguments.budget)]
    if len(found) != 1:
        which = "Several budgets begin" if found else "No budget begins"
        raise NotFound(f"{which} with {arguments.budget}.", "List them: tuppence budgets")
    core.budget_desk.remove(found[0].id)
    _tell_the_window(core)
    await streams.out(f"Removed: {_name(found[0])}\n")


def _subject(arguments: argparse.Namespace, core: Core) -> str:
    """The id of what a budget is for, from what was typed behind --for."""
    match arguments.scope:
        case "key":
            return choose_key(arguments.subject, core.shelves.keys.rows()).id
        case "chat":
            return choose_chat(arguments.subject, core.shelves.chats.rows()).id
        case "assistant":
            return choose_assistant(arguments.subject, core.shelves.assistants.rows()).id
        case _:
            return ""


def _tell_the_window(core: Core) -> None:
    core.emit(core.budget_desk.listed())
    core.emit_billing()
    core.tell_of_budgets()


def _cells(view: BudgetView) -> tuple[str, ...]:
    resets = "" if view.resets_at is None else f"resets {view.resets_at:%Y-%m-%d} 00:00 UTC"
    return (
        view.id[:_ID_LETTERS],
        _name(view),
        format_usd(view.spent_pusd),
        "of",
        format_usd(view.limit_pusd),
        "stops" if view.hard else "warns",
        resets,
    )


def _name(view: BudgetView) -> str:
    what = one_line(view.subject) if view.subject else "everything"
    return f"{what}, {'for good' if view.period == 'ever' else f'per {view.period}'}"


def _fields(view: BudgetView) -> dict[str, object]:
    return {
        "id": view.id,
        "scope": view.scope,
        "subject_id": view.subject_id,
        "subject": view.subject,
        "period": view.period,
        "limit_usd": usd_text(view.limit_pusd),
        "spent_usd": usd_text(view.spent_pusd),
        "held_usd": usd_text(view.held_pusd),
        "hard": view.hard,
        "warn_percent": view.warn_percent,
        "resets_at": None if view.resets_at is None else view.resets_at.isoformat(),
    }
