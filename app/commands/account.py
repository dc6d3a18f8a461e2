"""`account`: how it stands, begin, find again, devices, license, groups."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from app.account.desk import CodeSent
from app.account.wallet import ME, MODELS, OFFERS, PURCHASES
from app.commands.account_buying import run_buying
from app.commands.account_words import (
    age_words,
    amount_words,
    chosen,
    find_group,
    find_server,
    grant_cells,
    wallet_fields,
)
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE, FAILED
from app.commands.vault import with_vault_open
from app.errors import TuppenceError

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_account(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    match arguments.action:
        case None | "status":
            return await _status(arguments, core, streams)
        case "start":
            await _start(arguments, core, streams)
        case "servers" | "use" | "sign-in" | "sign-out" | "forget":
            await _server(arguments, core, streams)
        case "email" | "confirm-email" | "find" | "finish-find":
            await _email(arguments, core, streams)
        case "devices":
            await _devices(arguments, core, streams)
        case "license":
            await _license(arguments, core, streams)
        case "groups" | "act-for" | "join":
            await _groups(arguments, core, streams)
        case _:
            return await run_buying(arguments, core, streams)
    return DONE


async def _status(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    """What is left; where the server cannot be asked, what it said last, with its age."""
    record, hosted = chosen(core), core.hosted
    trouble = ""
    if record.is_signed_in and not getattr(arguments, "offline", False):
        try:
            await with_vault_open(core, streams, lambda: hosted.wallets.refresh(record, ME))
        except TuppenceError as error:
            trouble = str(error)
    view = hosted.views.wallet(record)
    if view is None:
        await streams.err(f"tuppence: {trouble or f'You are signed out at {record.title}.'}\n")
        return FAILED
    if arguments.json:
        await streams.out(json.dumps(wallet_fields(view), ensure_ascii=False, indent=1) + "\n")
    else:
        whose = view.name or view.email or view.account
        await streams.out(f"{view.server}: {one_line(whose)}, {view.plan_name}\n")
        await streams.out(in_columns([grant_cells(grant) for grant in view.grants]))
        if view.available is not None:
            await streams.out(f"{amount_words('plan_tokens', view.available)} left\n")
    if trouble:
        await streams.err(f"tuppence: {trouble} This is {age_words(core, view.as_of)} old.\n")
    return DONE


async def _start(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    desk, where = core.hosted.desk, arguments.where
    if where == "session" and streams.local:
        raise TuppenceError(
            "A key for this session only would be gone when this command ends.",
            "Keep it elsewhere with --where, or begin in the window.",
        )
    record = await with_vault_open(
        core, streams, lambda: desk.start(arguments.address, where), make=where == "vault"
    )
    await core.hosted.wallets.refresh(record, ME, MODELS, OFFERS)
    view = core.hosted.views.wallet(record)
    left = "" if view is None or view.available is None else (
        f" You have {amount_words('plan_tokens', view.available)}."
    )  # fmt: skip
    await streams.out(f"This computer has an account at {record.title}.{left}\n")


async def _server(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    desk = core.hosted.desk
    if arguments.action == "servers":
        now = desk.chosen()
        cells = [
            (row.id[:8], row.title, row.url, row.state.value, "chosen" if row == now else "")
            for row in core.hosted.servers.rows()
        ]
        await streams.out(in_columns(cells) if cells else "")
        return
    record = find_server(core, arguments.server)
    match arguments.action:
        case "use":
            desk.choose(record.id)
            await streams.out(f"{record.title} is used from now on.\n")
        case "sign-in":
            await with_vault_open(core, streams, lambda: desk.sign_in(record.id))
            await streams.out(f"Signed in at {record.title}.\n")
        case "sign-out":
            await desk.sign_out(record.id)
            await streams.out(f"Signed out at {record.title}.\n")
        case _:
            await with_vault_open(core, streams, lambda: desk.forget(record.id))
            await streams.out(f"This computer is off its account at {record.title}.\n")


async def _email(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    desk = core.hosted.desk
    match arguments.action:
        case "email":
            server = chosen(core).id
            sent = await with_vault_open(
                core, streams, lambda: desk.ask_email_code(server, arguments.email)
            )
            await streams.out("A code was sent. Then: tuppence account confirm-email REQUEST\n")
            await streams.out(f"{sent.request}\n")
        case "confirm-email":
            code, server = (await streams.ask_secret()).strip(), chosen(core).id
            email = await with_vault_open(
                core, streams, lambda: desk.confirm_email(server, arguments.request, code)
            )
            await streams.out(f"{email} is your account's address now.\n")
        case "find":
            sent = await desk.ask_recovery_code(arguments.server, arguments.email)
            await streams.out("If an account has this address, a code was sent to it.\n")
            await streams.out(f"{sent.server_id}:{sent.request}\n")
        case _:
            server, _, request = arguments.request.partition(":")
            found = CodeSent(server, request, core.clock.now())
            code = (await streams.ask_secret()).strip()
            record = await with_vault_open(
                core, streams, lambda: desk.recover(found, code, arguments.where),
                make=arguments.where == "vault",
            )  # fmt: skip
            await streams.out(f"This computer belongs to your account at {record.title} now.\n")


async def _devices(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    desk, server = core.hosted.desk, chosen(core).id
    devices = await with_vault_open(core, streams, lambda: desk.devices(server))
    if arguments.remove:
        fitting = [each for each in devices if each.id.startswith(arguments.remove)]
        if len(fitting) != 1:
            raise TuppenceError(
                f"No single device begins with {arguments.remove}.", "List them without --remove."
            )
        await desk.remove_device(server, fitting[0].id)
        await streams.out(f"Removed: {one_line(fitting[0].name)}\n")
        return
    cells = [
        (each.id, one_line(each.name), each.key_id, f"seen {each.seen_at:%Y-%m-%d}",
         "this computer" if each.is_this else "")
        for each in devices
    ]  # fmt: skip
    await streams.out(in_columns(cells))


async def _license(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    licenses, record = core.hosted.licenses, chosen(core)
    if arguments.file:
        path = str(streams.folder / arguments.file)
        await with_vault_open(core, streams, lambda: licenses.keep_file(record, path))
    elif arguments.paste:
        text = await streams.read_input()
        await with_vault_open(core, streams, lambda: licenses.keep_text(record, text))
    elif arguments.renew:
        await with_vault_open(core, streams, lambda: licenses.renew(record))
    view = await with_vault_open(core, streams, lambda: licenses.view(record))
    words = " ".join(part for part in (view.message, view.advice) if part)
    await streams.out(f"{words}\nDevice key: {view.device_key}\n")


async def _groups(arguments: argparse.Namespace, core: Core, streams: Streams) -> None:
    hosted, record = core.hosted, chosen(core)
    if arguments.action == "join":
        joined = await with_vault_open(
            core, streams, lambda: hosted.groups.accept(record, arguments.link)
        )
        await streams.out(f"You belong to it now. Then: tuppence account act-for {joined}\n")
        return
    groups = await with_vault_open(core, streams, lambda: hosted.groups.all(record))
    if arguments.action == "groups":
        cells = [
            (group.id, group.kind, one_line(group.name), group.role, group.plan_name,
             "chosen" if group.chosen else "")
            for group in groups
        ]  # fmt: skip
        await streams.out(in_columns(cells) if cells else "")
        return
    wanted = find_group(groups, arguments.group) if arguments.group else None
    changed = hosted.desk.act_for(record.id, wanted.id if wanted is not None else "")
    await hosted.wallets.refresh(changed, ME, PURCHASES)
    whose = one_line(wanted.name) if wanted is not None else "your own account"
    await streams.out(f"From now on the tokens of {whose} are spent.\n")
