"""`admin catalog`, `routes`, `backup`, `restore`, `page`, `log`."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from app.catalog.plan_catalog import PlanCatalog
from app.errors import ConfigError
from app.ledger.steps import Steps
from app.server.database import SQLITE_FILE
from app.server.operator import catalog_applying, entrance
from app.server.operator.audit import acts
from app.server.operator.catalog_applying import Application
from app.server.operator.closed_routes import all_closed, close_route, open_route
from app.server.operator.commands_accounts import need_reason_argument
from app.server.operator.commands_said import Command, Said, in_columns, moment
from app.server.operator.operator import Operator, need_reason
from app.server.services import Services

Namespace = argparse.Namespace
_SHOWN_MAX = 50


async def _catalog_plan(operator: Operator, given: Namespace) -> Said:
    old, new = await _catalogs(operator, given)
    found = await catalog_applying.planned(operator, old, new, _moves(given))
    text = _application_text(found) + "Nothing was changed.\n"
    return Said(text, asdict(found), 1 if found.stranded else 0)


async def _catalog_apply(operator: Operator, given: Namespace) -> Said:
    old, _ = await _catalogs(operator, given)
    file = _file(operator, given)
    found = await catalog_applying.apply_catalog(operator, old, file, _moves(given), given.reason)
    text = _application_text(found) + "Applied. Start the server again with this file.\n"
    return Said(text, asdict(found))


async def _catalogs(operator: Operator, given: Namespace) -> tuple[PlanCatalog, PlanCatalog]:
    new = catalog_applying.catalog_at(_file(operator, given))
    if given.old:
        return catalog_applying.catalog_at(Path(given.old).expanduser()), new
    before = await catalog_applying.applied_before(operator)
    return before or operator.looks.catalog, new


def _file(operator: Operator, given: Namespace) -> Path:
    return Path(given.file).expanduser() if given.file else operator.looks.settings.catalog


def _moves(given: Namespace) -> dict[str, str]:
    found = {}
    for text in given.move or ():
        old, _, new = text.partition("=")
        if not old or not new:
            raise ConfigError(f"--move {text} names no two plans.", "Write --move OLD=NEW.")
        found[old] = new
    return found


def _catalog_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", default="", help="the server's own without it")
    parser.add_argument("--old", default="", help="before; what was applied last without it")
    parser.add_argument("--move", action="append", metavar="OLD=NEW", help="holders of a plan")


def _apply_arguments(parser: argparse.ArgumentParser) -> None:
    _catalog_arguments(parser)
    parser.add_argument("--reason", default="")


def _application_text(found: Application) -> str:
    rows = [(str(each.kind), each.subject, each.meaning) for each in found.changes]
    text = in_columns(("CHANGE", "WHAT", "MEANING"), rows) if rows else "No rule changes.\n"
    windows = [
        (each.account, each.window.removeprefix(f"{each.account}/"), f"{each.used:,}",
         f"{each.granted:,}", f"{each.becomes:,}", f"{each.left:,}")
        for each in found.windows[:_SHOWN_MAX]
    ]  # fmt: skip
    if windows:
        head = ("ACCOUNT", "WINDOW", "USED", "GRANTED", "BECOMES", "LEFT")
        text += "\n" + in_columns(head, windows, right="USED GRANTED BECOMES LEFT")
    if len(found.windows) > _SHOWN_MAX:
        text += f"... and {len(found.windows) - _SHOWN_MAX:,} more\n"
    text += f"\n{found.accounts:,} accounts, {len(found.windows):,} windows change.\n"
    for (was, becomes), number in sorted(Counter(m[1:] for m in found.moved).items()):
        text += f"{number:,} move from {was} to {becomes}.\n"
    for plan, number in sorted(Counter(plan for _, plan in found.stranded).items()):
        text += f"{number:,} are on {plan}, which is gone: --move {plan}=NEW.\n"
    return text


async def _routes(operator: Operator, given: Namespace) -> Said:
    closed = await operator.looks.database.read(all_closed)
    rows = [
        (route.id, route.name, "closed" if route.disabled or route.id in closed else "open",
         closed.get(route.id, route.disabled))
        for route in operator.looks.catalog.routes
    ]  # fmt: skip
    plain = [dict(zip(("id", "name", "state", "reason"), row, strict=True)) for row in rows]
    return Said(in_columns(("ROUTE", "NAME", "STATE", "REASON"), rows), plain)


async def switch_route(operator: Operator, route: str, reason: str, *, opens: bool) -> None:
    """Open or close a route. Raises Refused."""

    def look() -> Steps[object]:
        return (yield from all_closed()).get(route)

    name = f"routes {'enable' if opens else 'disable'}"
    services = operator.act(name, route, reason, look)
    catalog, now = services.catalog, services.clock.now()
    if opens:
        await services.database.run(open_route, catalog, route)
    else:
        await services.database.run(close_route, catalog, route, need_reason(reason), now)


async def _switch(operator: Operator, given: Namespace) -> Said:
    await switch_route(operator, given.route, given.reason, opens=given.opens)
    text = "Every worker knows within seconds.\n"
    return Said(text, {"route": given.route, "open": given.opens})


def _disable_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(opens=False)
    parser.add_argument("route")
    need_reason_argument(parser)


def _enable_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(opens=True)
    parser.add_argument("route")
    parser.add_argument("--reason", default="")


def _sqlite_file(services: Services) -> Path:
    if services.settings.database_url:
        raise ConfigError(
            "The books are in PostgreSQL.", "Use its own tools: pg_dump, or a base backup."
        )
    return services.settings.data / SQLITE_FILE


async def _backup(operator: Operator, given: Namespace) -> Said:
    from app.server.operator.backup import back_up  # with SQLite, which few servers are on

    file, target = _sqlite_file(operator.looks), Path(given.file).expanduser()
    services = operator.act("backup", str(target))
    await services.database.run(_nothing)  # its line is in the copy, too
    made = await asyncio.to_thread(back_up, file, target)
    keys = sorted(
        each.name
        for each in services.settings.data.iterdir()
        if each.is_file() and each.suffix in (".pem", ".secret")
    )
    text = (
        f"{made.path}: {made.bytes:,} bytes, {made.accounts:,} accounts, {made.entries:,} entries, "
        f"looked through.\nsha256 {made.sha256}\n"
        f"Not in it, and to be kept elsewhere: {', '.join(keys) or 'no files'} of "
        f"{services.settings.data}\n"
    )
    return Said(text, {**asdict(made), "path": str(made.path), "not_in_it": keys})


async def _restore(operator: Operator, given: Namespace) -> Said:
    from app.server.operator.backup import look_through, restore

    services, backup = operator.looks, Path(given.file).expanduser()
    file = _sqlite_file(services)
    if not given.yes:
        made = await asyncio.to_thread(look_through, backup)
        text = (
            f"{made.path} is sound: {made.accounts:,} accounts, {made.entries:,} entries.\n"
            "Nothing was changed. With --yes it takes the place of the database.\n"
        )
        return Said(text, {"sound": True, "restored": False})
    now = services.clock.now()
    done = await asyncio.to_thread(restore, file, backup, now)
    audited = operator.act("restore", str(backup), given.reason)
    await operator.opened(audited, _nothing)
    before = f"What was there before is {done.before}.\n" if done.before else ""
    text = f"{file} is restored: {done.backup.accounts:,} accounts.\n{before}"
    return Said(text, {"restored": True, "before": str(done.before or "")})


def _file_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file")


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    _file_argument(parser)
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.add_argument("--reason", default="")


def _nothing() -> Steps[None]:
    yield from ()


async def _page(operator: Operator, given: Namespace) -> Said:
    services, token = operator.act("page", "operator page"), entrance.new_link_token()
    await services.database.run(entrance.make_link, token, operator.who, services.clock.now())
    url = f"{services.settings.running_address}/operator/enter?token={token}"
    return Said(f"{url}\nIt opens the operator's page once, within five minutes.\n", {"url": url})


async def _log(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(acts, subject=given.subject, at_most=given.most)
    rows = [
        (moment(each.at), each.who, each.act, each.subject, each.reason,
         f"{json.dumps(each.was)} -> {json.dumps(each.became)}")
        for each in found
    ]  # fmt: skip
    head = ("AT", "WHO", "ACT", "SUBJECT", "REASON", "BEFORE -> AFTER")
    return Said(in_columns(head, rows), [{**asdict(each), "at": moment(each.at)} for each in found])


def _log_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subject", default="", help="of one account, route or key alone")
    parser.add_argument("--most", type=int, default=100)


COMMANDS = (
    Command(("catalog", "plan"), "what a changed catalog would do to the accounts", _catalog_plan,
            _catalog_arguments),
    Command(("catalog", "apply"), "do it; what was used stays", _catalog_apply, _apply_arguments,
            acts=True),
    Command(("routes", "list"), "the ways to the models", _routes),
    Command(("routes", "disable"), "ask one no more; users see the reason", _switch,
            _disable_arguments, acts=True),
    Command(("routes", "enable"), "ask it again", _switch, _enable_arguments, acts=True),
    Command(("backup",), "copy the SQLite file while the server runs", _backup, _file_argument,
            acts=True),
    Command(("restore",), "put a copy in its place; the server must be stopped", _restore,
            _restore_arguments, acts=True, alone=True),
    Command(("page",), "a link that opens the operator's page once", _page, acts=True),
    Command(("log",), "who did what, and why", _log, _log_arguments),
)  # fmt: skip
