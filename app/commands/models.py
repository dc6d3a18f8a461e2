"""`models`: what can be asked, and what it costs."""

from __future__ import annotations

import argparse
import json
from functools import partial
from typing import TYPE_CHECKING

from app.commands.ask import find_local_models
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE
from app.commands.vault import with_vault_open
from app.errors import TuppenceError
from app.money import usd_text
from app.seam.views import ModelRow

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_models(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    await find_local_models(core)
    if arguments.refresh:
        await _refresh(core, streams)
    rows = core.model_list.rows()
    if arguments.json:
        lines = [_fields(row) for row in rows]
        await streams.out(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")
        return DONE
    if not rows:
        await streams.err("There is no model yet. Add a key: tuppence keys add, or try --demo.\n")
        return DONE
    header = ("MODEL", "ID", "PAYER", "CONTEXT", "IN $/M", "OUT $/M")
    await streams.out(in_columns([header, *map(_cells, rows)], frozenset({3, 4, 5})))
    return DONE


async def _refresh(core: Core, streams: Streams) -> None:
    for key in core.shelves.keys.rows():
        try:
            await with_vault_open(core, streams, partial(core.key_desk.check, key.id))
        except TuppenceError as error:
            await streams.err(f"tuppence: {key.label or key.provider}: {error}\n")


def _cells(row: ModelRow) -> tuple[str, ...]:
    name = row.name if row.available else f"{row.name} ({row.why_not})"
    context = f"{row.context_tokens:,}" if row.context_tokens else "?"
    rates = [_rate(row, rate) for rate in (row.input_rate, row.output_rate)]
    return (
        one_line(name),
        one_line(row.ref.partition("/")[2]),
        one_line(row.payer),
        context,
        *rates,
    )


def _rate(row: ModelRow, rate: int | None) -> str:
    if row.free:
        return "free"
    return _usd_per_million(rate) or "?"


def _fields(row: ModelRow) -> dict[str, object]:
    return {
        "ref": row.ref,
        "id": row.ref.partition("/")[2],
        "name": row.name,
        "provider": row.provider,
        "payer": row.payer,
        "context_tokens": row.context_tokens,
        "abilities": list(row.abilities),
        "input_usd_per_million": _usd_per_million(row.input_rate),
        "output_usd_per_million": _usd_per_million(row.output_rate),
        "free": row.free,
        "available": row.available,
        "why_not": row.why_not or None,
    }


def _usd_per_million(rate: int | None) -> str | None:
    return None if rate is None else usd_text(rate * 1_000_000)
