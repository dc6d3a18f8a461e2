"""A group's pool and who drew on it; a workspace's keys and statement; its name, and its end."""

from __future__ import annotations

from datetime import timedelta

from app.engine.core import Core
from app.engine.handlers.accounts import done
from app.engine.handlers.buying import chosen
from app.engine.handlers.groups import show_groups
from app.errors import TuppenceError
from app.seam import hosted_groups as commands


async def ask_group_spending(core: Core, command: commands.AskGroupSpending) -> None:
    await done(core, command.serial, _show_spending(core, command))


async def ask_group_keys(core: Core, command: commands.AskGroupKeys) -> None:
    await done(core, command.serial, _show_keys(core, command.serial, command.group_id))


async def add_group_key(core: Core, command: commands.AddGroupKey) -> None:
    work = core.hosted.group_books.add_key(
        chosen(core), command.group_id, command.provider, command.key,
        name=command.name, replaces=command.replaces,
    )  # fmt: skip
    if await done(core, command.serial, work):
        await _show_keys(core, command.serial, command.group_id)


async def remove_group_key(core: Core, command: commands.RemoveGroupKey) -> None:
    work = core.hosted.group_books.remove_key(chosen(core), command.group_id, command.key_id)
    if await done(core, command.serial, work):
        await _show_keys(core, command.serial, command.group_id)


async def ask_statement(core: Core, command: commands.AskStatement) -> None:
    await done(core, command.serial, _show_statement(core, command))


async def rename_group(core: Core, command: commands.RenameGroup) -> None:
    work = core.hosted.group_books.rename(chosen(core), command.group_id, command.name)
    if await done(core, command.serial, work):
        await show_groups(core, command.serial)
        core.hosted.wake()


async def delete_group(core: Core, command: commands.DeleteGroup) -> None:
    work = core.hosted.group_books.delete(chosen(core), command.group_id)
    if await done(core, command.serial, work):
        await show_groups(core, command.serial)


async def _show_spending(core: Core, command: commands.AskGroupSpending) -> None:
    """The figures from the server; a pool that cannot be had is told as it was last known."""
    record, books = chosen(core), core.hosted.group_books
    if not 1 <= command.days <= 366:
        raise TuppenceError("Ask for a year at most.", "Choose fewer days.")
    since = core.clock.now() - timedelta(days=command.days - 1)
    acting = await books.pool(record, command.group_id)
    members = await books.spending(record, command.group_id, since)
    wallet = core.hosted.views.wallet(acting)
    shown = commands.GroupSpendingShown(command.serial, command.group_id, wallet, since, members)
    core.emit(shown)


async def _show_keys(core: Core, serial: int, group: str) -> None:
    keys, providers = await core.hosted.group_books.keys(chosen(core), group)
    core.emit(commands.GroupKeysShown(serial, group, keys, providers))


async def _show_statement(core: Core, command: commands.AskStatement) -> None:
    books = core.hosted.group_books
    found = await books.statement(chosen(core), command.group_id, command.month)
    core.emit(commands.StatementShown(command.serial, command.group_id, found))
