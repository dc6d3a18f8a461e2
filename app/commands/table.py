"""Which function carries out which command that needs the core."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_command(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    """Run a parsed command with an open core; returns its exit code, raises TuppenceError."""
    match arguments.command:
        case "ask":
            from app.commands.ask import run_ask

            return await run_ask(arguments, core, streams)
        case "models":
            from app.commands.models import run_models

            return await run_models(arguments, core, streams)
        case "usage":
            from app.commands.usage import run_usage

            return await run_usage(arguments, core, streams)
        case "chats":
            from app.commands.chats import run_chats

            return await run_chats(arguments, core, streams)
        case "export":
            from app.commands.export import run_export

            return await run_export(arguments, core, streams)
        case "ledger":
            from app.commands.ledger import run_ledger

            return await run_ledger(arguments, core, streams)
        case "keys":
            from app.commands.keys import run_keys

            return await run_keys(arguments, core, streams)
        case "account":
            from app.commands.account import run_account

            return await run_account(arguments, core, streams)
        case "budgets":
            from app.commands.budgets import run_budgets

            return await run_budgets(arguments, core, streams)
        case "reconcile":
            from app.commands.reconcile import run_reconcile

            return await run_reconcile(arguments, core, streams)
        case _:
            raise ValueError(f"no such command: {arguments.command}")
