"""The window's side of its door: second starts and commands come in here.

Runs on the engine's loop beside everything else; a command that comes in gets the same core.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.exits import DONE, FAILED, INTERRUPTED, one_line
from app.commands.parser import HelpAsked, parse
from app.commands.table import run_command
from app.commands.wire import (
    LINE_BYTES_MAX,
    PIECE_CHARACTERS,
    Line,
    decode_line,
    encode_line,
    text_of,
)
from app.errors import TuppenceError
from app.instance import Place

if TYPE_CHECKING:
    from app.engine.core import Core

_FIRST_LINE_S = 10.0
_log = logging.getLogger(__name__)


async def serve(place: Place, core: Core, come_forward: Callable[[], None]) -> Door:
    """Open the door of a window whose core is open already; close it before the core."""
    door = Door(place, come_forward)
    await door.open()
    door.admit(core)
    return door


class Door:
    """A window's door. Opened before the core, so that the window comes forward at once;
    commands wait until the core is there, or hear why it will not be.
    """

    def __init__(self, place: Place, come_forward: Callable[[], None]) -> None:
        self._place = place
        self._come_forward = come_forward
        self._core: asyncio.Future[Core] = asyncio.get_running_loop().create_future()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Ask in who knocks, and those who knocked while the window was starting."""
        # A copy: closing this door leaves the place's own for another try at opening the core.
        listener = self._place.listener.dup()
        if self._place.holder.address.startswith("port:"):
            self._server = await asyncio.start_server(
                self._meet, sock=listener, limit=LINE_BYTES_MAX
            )
            return
        # From 3.13 on a closed server takes the socket's file away; that is the place's to do.
        kept: dict[str, Any] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}
        self._server = await asyncio.start_unix_server(
            self._meet, sock=listener, limit=LINE_BYTES_MAX, **kept
        )

    def admit(self, core: Core) -> None:
        """Commands run in this core from now on."""
        self._core.set_result(core)

    def refuse(self, error: TuppenceError) -> None:
        """The core did not open: commands hear why."""
        self._core.set_exception(error)
        self._core.exception()  # nobody may come to ask, and that is no fault

    def close(self) -> None:
        """Ask in nobody more; commands that run go on."""
        if self._server is not None:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One visit, from the first line to the end; a visitor can do no harm but to itself."""
        try:
            async with asyncio.timeout(_FIRST_LINE_S):
                line = decode_line(await reader.readline())
            if line is None or not self._is_ours(line):
                return
            writer.write(encode_line(hello=True))
            await writer.drain()
            await self._do(line, reader, writer)
        except (OSError, ValueError, TimeoutError) as error:
            _log.info("a visitor left: %s", type(error).__name__)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _is_ours(self, line: Line) -> bool:
        return hmac.compare_digest(
            text_of(line, "token").encode(), self._place.holder.token.encode()
        )

    async def _do(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match line.get("ask"):
            case "raise":
                self._come_forward()
            case "run":
                streams = _VisitorStreams(Path(text_of(line, "folder")), writer)
                words = line.get("words")
                words = [str(word) for word in words] if isinstance(words, list) else []
                await self._run(words, streams, reader)

    async def _run(
        self, words: list[str], streams: _VisitorStreams, reader: asyncio.StreamReader
    ) -> None:
        """Run a visitor's command; when the visitor leaves or says so, it is cancelled."""
        command = asyncio.ensure_future(self._guarded(words, streams))
        listening = asyncio.ensure_future(_listen(reader, streams, command))
        try:
            await asyncio.wait({command})
            await streams.end(INTERRUPTED if command.cancelled() else command.result())
        finally:
            listening.cancel()
            command.cancel()

    async def _guarded(self, words: list[str], streams: _VisitorStreams) -> int:
        try:
            core = await asyncio.shield(self._core)
            return await run_command(parse(words), core, streams)
        except HelpAsked as asked:
            await streams.out(asked.text)
            return DONE
        except BrokenPipeError:
            return DONE
        except TuppenceError as error:
            await streams.err(f"tuppence: {one_line(error)}\n")
            return FAILED


class _VisitorStreams:
    """`Streams` over the door."""

    local = False

    def __init__(self, folder: Path, writer: asyncio.StreamWriter) -> None:
        self.folder = folder
        self._writer = writer
        self._answers: asyncio.Queue[str] = asyncio.Queue()

    async def out(self, text: str) -> None:
        await self._pieces("out", text)

    async def err(self, text: str) -> None:
        await self._pieces("err", text)

    async def read_input(self) -> str:
        return await self._ask("text")

    async def ask_secret(self) -> str:
        return await self._ask("secret")

    async def ask_passphrase(self) -> str:
        return await self._ask("passphrase")

    def answer(self, text: str) -> None:
        self._answers.put_nowait(text)

    async def end(self, code: int) -> None:
        await self._send(encode_line(exit=code))

    async def _ask(self, question: str) -> str:
        await self._send(encode_line(question=question))
        return await self._answers.get()

    async def _pieces(self, name: str, text: str) -> None:
        for at in range(0, len(text), PIECE_CHARACTERS):
            await self._send(encode_line(**{name: text[at : at + PIECE_CHARACTERS]}))

    async def _send(self, line: bytes) -> None:
        if self._writer.is_closing():
            raise BrokenPipeError("the visitor left")
        self._writer.write(line)
        await self._writer.drain()


async def _listen(
    reader: asyncio.StreamReader, streams: _VisitorStreams, command: asyncio.Future[int]
) -> None:
    with contextlib.suppress(OSError, ValueError):
        while line := decode_line(await reader.readline()):
            if "answer" in line:
                streams.answer(text_of(line, "answer"))
            elif "cancel" in line:
                command.cancel()
    command.cancel()
