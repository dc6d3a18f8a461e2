"""`reconcile`: a month of own keys against the provider's figure, each difference by its name."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.chat.reconciliation_views import reconciliation_view
from app.chat.reconciliation_words import reason_words
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE
from app.commands.vault import with_vault_open
from app.errors import KeychainError
from app.metering.reconciliation import Reconciliation
from app.money import format_usd, usd_text
from app.providers.hosts import HOSTS
from app.seam.reconciliation import (
    DifferencePart,
    ReconciledCall,
    ReconciledLine,
    ReconciliationView,
    SideView,
)
from app.seam.views import Certainty

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

UNEXPLAINED = 1
_RIGHT = frozenset({2, 3, 4})


async def run_reconcile(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    if arguments.add_admin_key:
        return await _add(arguments, core, streams)
    if arguments.admin_keys:
        return await _list(core, streams)
    if arguments.remove_admin_key:
        key = core.reconciler.admin_keys.choose(arguments.remove_admin_key)
        await with_vault_open(core, streams, lambda: core.reconciler.admin_keys.remove(key.id))
        await streams.out(f"Removed: {key.name}\n")
        return DONE
    month = _month(arguments.month, core)
    result = await with_vault_open(
        core, streams, lambda: _compared(arguments, core, streams, month)
    )
    view = reconciliation_view(result, core.reconciler.names, month)
    if arguments.json:
        await streams.out(json.dumps(_plain(view), ensure_ascii=False, indent=1) + "\n")
    else:
        await streams.out(_text(view, rows=arguments.rows))
    return UNEXPLAINED if view.is_open else DONE


async def _compared(
    arguments: argparse.Namespace, core: Core, streams: Streams, month: date
) -> Reconciliation:
    provider = _provider(arguments.provider)
    reconciler = core.reconciler
    if arguments.csv:
        paths = [streams.folder / Path(name).expanduser() for name in arguments.csv]
        return await reconciler.from_files(paths, provider, month)
    if arguments.rows and provider == "openrouter" and not arguments.admin_key_id:
        return await reconciler.from_calls(month)
    return await reconciler.from_provider(arguments.admin_key_id, provider, month)


def _provider(typed: str) -> str:
    """A provider's id from its id or its name."""
    wanted = typed.strip().casefold()
    names = {host.name.casefold(): host.id for host in HOSTS.values()}
    return names.get(wanted, wanted)


def _month(typed: str | None, core: Core) -> date:
    if typed is None:
        return core.clock.now().date().replace(day=1)
    return date(int(typed[:4]), int(typed[5:]), 1)


async def _add(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    secret = (await streams.ask_secret()).strip()
    where = arguments.where or (await core.keychain.place()).where
    if where == "undecided":
        raise KeychainError(
            "This computer has no keyring that Tuppence trusts.",
            "Keep the key in a vault with a passphrase: --where vault",
        )
    provider = _provider(arguments.provider)
    key = await with_vault_open(
        core, streams,
        lambda: core.reconciler.admin_keys.add(secret, provider=provider, where=where),
        make=where == "vault",
    )  # fmt: skip
    await streams.out(f"Kept: {key.name} ({key.id})\n")
    return DONE


async def _list(core: Core, streams: Streams) -> int:
    keys = core.reconciler.admin_keys.rows()
    if not keys:
        await streams.err("There is no admin key. Add one: tuppence reconcile --add-admin-key\n")
        return DONE
    rows = [("ID", "KEY", "KEPT IN"), *((key.id, key.name, key.where) for key in keys)]
    await streams.out(in_columns(rows))
    return DONE


def _text(view: ReconciliationView, *, rows: bool) -> str:
    head = f"{view.month:%B %Y} (UTC), {view.provider_name}: {one_line(view.source)}\n"
    table: list[Sequence[str]] = [("KEY", "MODEL", "YOURS", "THEIRS", "DIFFERENCE", "WHY")]
    for line in view.lines:
        table.append(_cells(line))
    if view.lines:
        table.append(("", "All", *_figures(view.total), ""))
        body = in_columns(table, _RIGHT)
    else:
        body = "Neither side has calls in this month.\n"
    parts = [head, "\n", body]
    if rows:
        parts.append(_calls(view))
    if view.notes:
        parts += ["\n", *(f"{one_line(note)}\n" for note in view.notes)]
    open_parts = [part for part in view.total.parts if part.is_open]
    if view.is_open:
        parts.append(f"\nNot explained: {'; '.join(map(_why, open_parts))}\n")
    else:
        parts.append("\nEvery difference has its name.\n" if view.total.parts else
                     "\nBoth sides agree.\n")  # fmt: skip
    return "".join(parts)


def _cells(line: ReconciledLine) -> tuple[str, ...]:
    key = one_line(line.key) or "any key"
    model = one_line(line.model) or "any model"
    return (key, model, *_figures(line), "; ".join(map(_why, line.parts)) or "agrees")


def _figures(line: ReconciledLine) -> tuple[str, str, str]:
    theirs = "not told" if line.theirs is None else _side(line.theirs)
    return _side(line.ours), theirs, _difference(line)


def _side(side: SideView) -> str:
    if side.cost_pusd is None:
        words = "price unknown" if side.certainty is Certainty.UNKNOWN else ""
        tokens = "" if side.tokens is None else f"{side.tokens:,} tokens"
        return ", ".join(part for part in (words, tokens) if part) or "not told"
    about = "about " if side.certainty is Certainty.ESTIMATED else ""
    return about + format_usd(side.cost_pusd)


def _difference(line: ReconciledLine) -> str:
    theirs = line.theirs
    if theirs is None:
        return ""
    if theirs.cost_pusd is not None and line.ours.cost_pusd is not None:
        return _signed(theirs.cost_pusd - line.ours.cost_pusd)
    if theirs.tokens is not None and line.ours.tokens is not None:
        return f"{theirs.tokens - line.ours.tokens:+,} tokens"
    return ""


def _why(part: DifferencePart) -> str:
    words = one_line(reason_words(part.reason, part.detail))
    amounts = []
    if part.requests:
        amounts.append(f"{part.requests:+,} calls")
    if part.cost_pusd:
        amounts.append(_signed(part.cost_pusd))
    elif part.tokens:
        amounts.append(f"{part.tokens:+,} tokens")
    return f"{words} ({', '.join(amounts)})" if amounts else words


def _signed(pusd: int) -> str:
    return f"+{format_usd(pusd)}" if pusd > 0 else format_usd(pusd)


def _calls(view: ReconciliationView) -> str:
    if not view.calls:
        agreed = f"{view.matched:,} calls agree one by one.\n" if view.matched else ""
        return f"\n{agreed or 'There are no ids to compare single calls by.'}\n"
    table: list[Sequence[str]] = [("CALL", "YOURS", "THEIRS", "WHY")]
    table += [_call_cells(call) for call in view.calls]
    agreed = f"{view.matched:,} calls agree one by one; these do not:"
    return f"\n{agreed}\n{in_columns(table, frozenset({1, 2}))}"


def _call_cells(call: ReconciledCall) -> tuple[str, ...]:
    sides = ["not there" if side is None else _side(side) for side in (call.ours, call.theirs)]
    return (one_line(call.request_id), *sides, "; ".join(map(_why, call.parts)))


def _plain(view: ReconciliationView) -> dict[str, Any]:
    """Every amount also in dollars as exact text, for whoever cannot take such large numbers."""
    plain: dict[str, Any] = _with_usd(asdict(view))
    plain["agrees"] = not view.is_open
    return plain


def _with_usd(value: Any) -> Any:
    if isinstance(value, dict):
        found = {name: _with_usd(inner) for name, inner in value.items()}
        cost = value.get("cost_pusd")
        if "cost_pusd" in value:
            found["cost_usd"] = None if cost is None else usd_text(cost)
        return found
    if isinstance(value, list | tuple):
        return [_with_usd(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
