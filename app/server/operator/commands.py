"""`tuppence-server admin`: what the operator does from a shell.

Exit codes: 0 done, 1 refused or something is not as it should be, 2 wrong use. With `--json` the
answer is one JSON document on standard output; what went wrong is one line on standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.server.errors import Refused
from app.server.operator import (
    commands_accounts,
    commands_groups,
    commands_ledger,
    commands_licenses,
    commands_money,
    commands_passphrases,
    commands_reconcile,
    commands_server,
)
from app.server.operator.commands_said import FAILED, WRONG_USE, Command, Said
from app.server.operator.operator import Operator
from app.server.services import Services, make_services
from app.server.settings import PREFIX, ServerSettings

COMMANDS: tuple[Command, ...] = (
    *commands_accounts.COMMANDS,
    *commands_groups.COMMANDS,
    *commands_passphrases.COMMANDS,
    *commands_licenses.COMMANDS,
    *commands_money.COMMANDS,
    *commands_ledger.COMMANDS,
    *commands_reconcile.COMMANDS,
    *commands_server.COMMANDS,
)


def run_admin(words: Sequence[str]) -> int:
    """Carry out one command; returns the exit code. Raises TuppenceError in the user's words."""
    parser = admin_parser()
    given = parser.parse_args(list(words))
    command: Command | None = getattr(given, "command_", None)
    if command is None:
        _print_help(parser, given)
        return WRONG_USE
    services = make_services(_settings(given))
    try:
        said = asyncio.run(carried_out(services, command, given))
    except Refused as refused:
        print(refused.message, file=sys.stderr)
        return FAILED
    except argparse.ArgumentTypeError as wrong:  # what only the command itself could judge
        print(wrong, file=sys.stderr)
        return WRONG_USE
    _print(said, as_json=given.json)
    return said.code


async def carried_out(services: Services, command: Command, given: argparse.Namespace) -> Said:
    """One command with its database open, or left to the command where it wants the file alone."""
    operator = Operator(services, given.who)
    if command.alone:
        return await command.carry_out(operator, given)
    await services.database.open()
    try:
        return await command.carry_out(operator, given)
    finally:
        await services.database.close()


def admin_parser() -> argparse.ArgumentParser:
    """Every command with its words; each leaves itself in `command_`."""
    parser = argparse.ArgumentParser(
        prog="tuppence-server admin",
        description="Act as the operator of the credit server. Each act is on the audit log.",
    )
    shared = _shared_options()
    groups = parser.add_subparsers(metavar="COMMAND", title="commands")
    made: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in COMMANDS:
        if len(command.words) == 1:
            leaf = groups.add_parser(
                command.words[0], help=command.about, parents=[shared], description=command.about
            )
        else:
            group, word = command.words
            if group not in made:
                named = groups.add_parser(group, help=_about(group))
                named.set_defaults(group_parser=named)
                made[group] = named.add_subparsers(metavar="COMMAND", title="commands")
            leaf = made[group].add_parser(
                word, help=command.about, parents=[shared], description=command.about
            )
        command.arguments(leaf)
        leaf.set_defaults(command_=command)
    return parser


def _about(group: str) -> str:
    words = [command.words[1] for command in COMMANDS if command.words[0] == group]
    return ", ".join(words)


def _shared_options() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="answer for a machine")
    shared.add_argument("--data", type=Path, help="the server's folder")
    shared.add_argument("--demo", action="store_true", help="the demo's folder and rules")
    shared.add_argument(
        "--as", dest="who", default=_who(), metavar="NAME", help="who acts, for the audit log"
    )
    return shared


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _settings(given: argparse.Namespace) -> ServerSettings:
    """As the server itself has them: what it checks of the environment is checked here too."""
    from app.server.environment import settings_of_environment

    if given.demo:
        os.environ[f"{PREFIX}DEMO"] = "true"
    if given.data is not None:
        os.environ[f"{PREFIX}DATA"] = str(given.data)
    return settings_of_environment()


def _print_help(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    getattr(given, "group_parser", parser).print_help(sys.stderr)


def _print(said: Said, *, as_json: bool) -> None:
    if as_json and said.plain is not None:
        print(json.dumps(said.plain, ensure_ascii=False, indent=1, default=str))
    else:
        print(said.text, end="")
