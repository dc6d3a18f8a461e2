"""Organizations and workspaces: found one, switch, members, caps, invitations."""

from __future__ import annotations

from app.engine.core import Core
from app.engine.handlers.accounts import done
from app.engine.handlers.buying import chosen
from app.errors import TuppenceError
from app.seam import hosted as commands


async def ask_groups(core: Core, command: commands.AskGroups) -> None:
    await done(core, command.serial, show_groups(core, command.serial))


async def make_group(core: Core, command: commands.MakeGroup) -> None:
    work = core.hosted.groups.make(chosen(core), command.kind, command.name)
    if await done(core, command.serial, work):
        await show_groups(core, command.serial)


async def act_for(core: Core, command: commands.ActFor) -> None:
    """Switch whose tokens are spent; only to a group that the account belongs to."""
    record = chosen(core)
    groups, wanted = core.hosted.groups, command.group_id
    if wanted and wanted != record.account and not groups.name(record, wanted):
        found = await groups.all(record)
        if wanted not in [group.id for group in found]:
            raise TuppenceError("You do not belong to this group.", "Choose another one.")
    core.hosted.desk.act_for(record.id, command.group_id)


async def ask_members(core: Core, command: commands.AskMembers) -> None:
    await done(core, command.serial, _show_members(core, command.serial, command.group_id))


async def change_member(core: Core, command: commands.ChangeMember) -> None:
    work = core.hosted.groups.change_member(
        chosen(core), command.group_id, command.account, role=command.role, caps=command.caps
    )
    if await done(core, command.serial, work):
        await _show_members(core, command.serial, command.group_id)


async def remove_member(core: Core, command: commands.RemoveMember) -> None:
    record = chosen(core)
    work = core.hosted.groups.remove_member(record, command.group_id, command.account)
    if not await done(core, command.serial, work):
        return
    if command.account == record.account:
        await show_groups(core, command.serial)
    else:
        await _show_members(core, command.serial, command.group_id)


async def invite(core: Core, command: commands.Invite) -> None:
    await done(core, command.serial, _invite(core, command))


async def take_invitation_back(core: Core, command: commands.TakeInvitationBack) -> None:
    work = core.hosted.groups.take_back(chosen(core), command.group_id, command.invitation_id)
    if await done(core, command.serial, work):
        await _show_members(core, command.serial, command.group_id)


async def accept_invitation(core: Core, command: commands.AcceptInvitation) -> None:
    """Join; whose tokens are spent stays until somebody switches."""
    work = core.hosted.groups.accept(chosen(core), command.link)
    if await done(core, command.serial, work):
        await show_groups(core, command.serial)


async def _invite(core: Core, command: commands.Invite) -> None:
    made = await core.hosted.groups.invite(
        chosen(core), command.group_id, command.role, command.email
    )
    core.emit(commands.Invited(command.serial, command.group_id, made))


async def show_groups(core: Core, serial: int) -> None:
    """The groups as the server tells them now."""
    record = chosen(core)
    await core.hosted.read_groups(record)
    core.emit(commands.GroupsShown(serial, core.hosted.groups.known(chosen(core))))


async def _show_members(core: Core, serial: int, group: str) -> None:
    found = await core.hosted.groups.members(chosen(core), group)
    shown = commands.MembersShown(
        serial, group, found.members, found.invitations, found.seats, found.roles, found.capped
    )
    core.emit(shown)
