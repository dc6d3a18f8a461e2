"""Where a command runs: in the window that holds the data folder, or here with the folder held."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.handover import hand_over
from app.commands.streams import Terminal, Typed, read_ahead
from app.config import Config, Paths, load_config, load_paths
from app.instance import Kind, Place, busy, read_holder, take
from app.seam import events

if TYPE_CHECKING:
    from app.seam.events import Event

WAIT_S = 60.0
_PAUSE_S = 0.05


def run_in_place(words: list[str], arguments: argparse.Namespace) -> int:
    """Run a command that needs the data folder; returns its exit code.

    Raises DatabaseBusy where another command holds the folder for too long.
    """
    paths = load_paths(os.environ, demo=arguments.demo)
    typed = read_ahead(arguments)
    deadline = time.monotonic() + WAIT_S
    while True:
        place = take(paths.data, Kind.COMMAND)
        if place is not None:
            return _run_here(place, arguments, paths, typed)
        code = _run_there(words, paths.data, typed)
        if code is not None:
            return code
        if time.monotonic() >= deadline:
            raise busy(read_holder(paths.data))
        time.sleep(_PAUSE_S)


def _run_there(words: list[str], folder: Path, typed: Typed) -> int | None:
    """In the running window; None where none takes it (any more, or yet)."""
    holder = read_holder(folder)
    if holder is None or holder.kind is not Kind.WINDOW:
        return None
    return hand_over(holder, words, typed)


def _run_here(place: Place, arguments: argparse.Namespace, paths: Paths, typed: Typed) -> int:
    try:
        config, notices = load_config(paths, os.environ)
        if arguments.demo:
            config = replace(config, credit_server="")  # its own runs beside its window alone
        for notice in notices:
            sys.stderr.write(f"tuppence: {notice}\n")
        from app.logs import start_logging

        start_logging(paths.logs, config.log_level)
        return asyncio.run(_run_with_core(arguments, paths, config, Terminal(typed)))
    finally:
        place.release()


async def _run_with_core(
    arguments: argparse.Namespace, paths: Paths, config: Config, terminal: Terminal
) -> int:
    from app.commands.table import run_command
    from app.engine.wiring import open_core

    core = await open_core(paths, config, _show_trouble, demo=arguments.demo)
    try:
        return await run_command(arguments, core, terminal)
    finally:
        await core.close()


def _show_trouble(event: Event) -> None:
    # The events are the window's; only what went wrong is for a terminal too.
    match event:
        case events.Notice(level="error" | "warning", text=text, advice=advice):
            logging.getLogger(__name__).warning("%s", text)
            sys.stderr.write(f"tuppence: {text} {advice}".rstrip() + "\n")
        case _:
            return
