"""`export`: a chat as Markdown for people or as JSON with everything."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.chat.export import write_file
from app.commands.choose import choose_chat
from app.commands.exits import DONE
from app.errors import StoreError

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core


async def run_export(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    from app.engine.handlers.chats import chat_text

    chat = choose_chat(arguments.chat, core.shelves.chats.rows())
    text = chat_text(core, chat, arguments.form)
    if arguments.output in ("", "-"):
        await streams.out(text if text.endswith("\n") else text + "\n")
        return DONE
    path = streams.folder / Path(arguments.output).expanduser()
    if path.is_dir():
        raise StoreError(f"“{path}” is a folder.", "Name a file in it.")
    write_file(path, text)
    await streams.err(f"Written to {path}\n")
    return DONE
