"""Models and files: the picker's lines, favorites, models of this computer, attachments."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.chat.files import AcceptedFile, accept, read_in_time
from app.chat.routes import DEMO_REF
from app.engine.core import Core
from app.engine.handlers.chats import new_chat
from app.errors import AttachmentError, TuppenceError
from app.providers.local import find_local
from app.seam import commands, events
from app.seam.views import LocalModels


async def list_models(core: Core, command: commands.ListModels) -> None:
    """What is known at once; with `refresh` the providers are asked and it comes again."""
    core.emit(events.ModelsListed(core.model_list.rows(), refreshing=command.refresh))
    if not command.refresh:
        return
    await find_local_models(core, commands.FindLocalModels())
    keys = [key for key in core.shelves.keys.rows() if key.state != "missing"]
    outcomes = await asyncio.gather(
        *(core.key_desk.check(key.id) for key in keys), return_exceptions=True
    )
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, TuppenceError):
            raise outcome
    core.emit(events.ModelsListed(core.model_list.rows()))


def set_favorite(core: Core, command: commands.SetFavorite) -> None:
    core.shelves.marks.set_favorite(command.model_ref, command.favorite)
    core.emit(events.ModelsListed(core.model_list.rows()))


async def find_local_models(core: Core, command: commands.FindLocalModels) -> None:
    found = await find_local(core.http)
    hosts = tuple(
        LocalModels(host.host.id, host.host.name, host.base_url, host.models) for host in found
    )
    core.model_list.set_local(hosts)
    core.emit(events.LocalModelsFound(hosts))
    core.emit(events.ModelsListed(core.model_list.rows()))


def start_demo(core: Core, command: commands.StartDemo) -> None:
    """The scripted model becomes the one that new chats begin with."""
    core.model_list.show_demo()
    core.preferences.change((("default_model_ref", DEMO_REF),))
    core.emit(events.SettingsChanged(core.preferences.view()))
    core.emit(events.ModelsListed(core.model_list.rows()))
    new_chat(core, commands.NewChat())


async def attach_file(core: Core, command: commands.AttachFile) -> None:
    """Reading and checking happen off the loop; only the keeping is done here."""
    try:
        file = await _read(core, command)
        record = core.shelves.attachments.keep(
            file.name, file.media_type, file.content, file.width, file.height
        )
    except AttachmentError as error:
        core.emit(
            events.FileRefused(
                command.serial, command.chat_id, command.name, error.message, error.advice
            )
        )
        return
    view = core.views.attachment(record)
    core.emit(events.FileAttached(command.serial, command.chat_id, view))


async def _read(core: Core, command: commands.AttachFile) -> AcceptedFile:
    if not command.path:
        return await asyncio.to_thread(accept, command.name, command.content)
    # A few at a time: each is held in memory while it is checked.
    async with core.reading:
        return await read_in_time(Path(command.path))
