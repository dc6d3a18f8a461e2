"""Accounts at credit servers: begin, find again, sign in and out, devices, e-mail."""

from __future__ import annotations

from collections.abc import Awaitable

from app.account.desk import CodeSent
from app.account.views import device_view
from app.account.wallet import ME, MODELS, OFFERS
from app.chat.faults import fault_view
from app.engine.core import Core
from app.errors import TuppenceError
from app.seam import hosted as commands
from app.store.servers import ServerRecord


async def ask_accounts(core: Core, command: commands.AskAccounts) -> None:
    """What is known at once; then what the server says, where that is wanted."""
    core.hosted.show()
    record = core.hosted.desk.chosen()
    if command.refresh and record is not None and record.is_signed_in:
        await core.hosted.wallets.refresh(record, ME, MODELS, OFFERS)


async def check_server(core: Core, command: commands.CheckServer) -> None:
    await done(core, command.serial, _checked(core, command.address))


async def start_free(core: Core, command: commands.StartFree) -> None:
    desk = core.hosted.desk
    await done(core, command.serial, _id_of(desk.start(command.address, command.where)))


def choose_server(core: Core, command: commands.ChooseServer) -> None:
    core.hosted.desk.choose(command.server_id)


async def sign_in(core: Core, command: commands.SignIn) -> None:
    await done(core, command.serial, _id_of(core.hosted.desk.sign_in(command.server_id)))


async def sign_out(core: Core, command: commands.SignOut) -> None:
    await done(core, command.serial, core.hosted.desk.sign_out(command.server_id))


async def forget_server(core: Core, command: commands.ForgetServer) -> None:
    await done(core, command.serial, core.hosted.desk.forget(command.server_id))


async def ask_devices(core: Core, command: commands.AskDevices) -> None:
    await done(core, command.serial, _devices(core, command.serial, command.server_id))


async def remove_device(core: Core, command: commands.RemoveDevice) -> None:
    work = core.hosted.desk.remove_device(command.server_id, command.device_id)
    if await done(core, command.serial, work):
        record = core.hosted.servers.get(command.server_id)
        if record is not None and record.is_signed_in:
            await _devices(core, command.serial, command.server_id)


async def add_email(core: Core, command: commands.AddEmail) -> None:
    desk = core.hosted.desk
    sent = desk.ask_email_code(command.server_id, command.email)
    await done(core, command.serial, _code(core, command.serial, sent))


async def confirm_email(core: Core, command: commands.ConfirmEmail) -> None:
    desk = core.hosted.desk
    work = desk.confirm_email(command.server_id, command.request, command.code)
    if await done(core, command.serial, work):
        core.hosted.wake()


async def find_account(core: Core, command: commands.FindAccount) -> None:
    sent = core.hosted.desk.ask_recovery_code(command.address, command.email)
    await done(core, command.serial, _code(core, command.serial, sent))


async def finish_find_account(core: Core, command: commands.FinishFindAccount) -> None:
    now = core.clock.now()
    sent = CodeSent(command.server_id, command.request, now)
    work = core.hosted.desk.recover(sent, command.code, command.where)
    await done(core, command.serial, _id_of(work))


async def done(core: Core, serial: int, work: Awaitable[object]) -> bool:
    """Do an order and say how it ended; whether it went well."""
    try:
        found = await work
    except TuppenceError as error:
        core.emit(commands.HostedDone(serial, fault_view(error)))
        return False
    core.emit(commands.HostedDone(serial, None, found if isinstance(found, str) else ""))
    return True


async def _checked(core: Core, address: str) -> str:
    record, _ = await core.hosted.desk.check(address)
    core.hosted.show()
    return record.id


async def _id_of(work: Awaitable[ServerRecord]) -> str:
    return (await work).id


async def _devices(core: Core, serial: int, server_id: str) -> None:
    devices = await core.hosted.desk.devices(server_id)
    core.emit(commands.DevicesShown(serial, server_id, tuple(map(device_view, devices))))


async def _code(core: Core, serial: int, work: Awaitable[CodeSent]) -> None:
    sent = await work
    core.emit(commands.CodeSent(serial, sent.server_id, sent.request))
