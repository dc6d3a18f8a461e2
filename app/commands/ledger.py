"""`ledger`: whether the book of all calls adds up, balances anew, the journal to take along."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.chat.export import write_file
from app.commands.exits import DONE, FAILED
from app.errors import StoreError

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_ledger(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    match arguments.action:
        case "check":
            return await _check(core, streams)
        case "rebuild":
            return await _rebuild(core, streams)
        case "export":
            return await _export(arguments, core, streams)
        case _:
            raise ValueError(f"no such action: {arguments.action}")


async def _export(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    text = core.shelves.books.journal(arguments.form)
    if arguments.output in ("", "-"):
        await streams.out(text)
        return DONE
    path = streams.folder / Path(arguments.output).expanduser()
    if path.is_dir():
        raise StoreError(f"“{path}” is a folder.", "Name a file in it.")
    write_file(path, text)
    await streams.err(f"Written to {path}\n")
    return DONE


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
