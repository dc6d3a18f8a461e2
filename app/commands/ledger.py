"""`ledger`: whether the book of all calls adds up, balances anew, the journal to take along."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.commands.entry import DONE, FAILED

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_ledger(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    match arguments.action:
        case "check":
            return await _check(core, streams)
        case "rebuild":
            return await _rebuild(core, streams)
        case _:
            raise ValueError(f"no such action: {arguments.action}")


async def _check(core: Core, streams: Streams) -> int:
    found = core.shelves.books.findings()
    for each in found:
        await streams.out(f"{each.where}: {each.what} (rule {each.invariant})\n")
    if found:
        await streams.err("The ledger does not add up. Try: tuppence ledger rebuild\n")
        return FAILED
    await streams.out("Every posting, hold and balance adds up.\n")
    return DONE


async def _rebuild(core: Core, streams: Streams) -> int:
    changed = core.shelves.books.rebuild()
    for account in changed:
        await streams.out(f"{account}: its balance was wrong and is right again\n")
    if not changed:
        await streams.out("Every balance was right.\n")
    return await _check(core, streams)
