"""The window's side of its door: second starts and commands come in here.

Runs on the engine's loop beside everything else; a command that comes in gets the same core.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.entry import DONE, FAILED, INTERRUPTED, one_line
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


async def serve(place: Place, core: Core, come_forward: Callable[[], None]) -> asyncio.Server:
    """Ask in those who knock at a window's place; close the server before the core.

    Those who knocked while the window was starting are answered now.
    """
    assert place.listener is not None, "only a window has a door"
    visitors = _Visitors(place.holder.token, core, come_forward)
    if place.holder.address.startswith("port:"):
        return await asyncio.start_server(visitors.meet, sock=place.listener, limit=LINE_BYTES_MAX)
    return await asyncio.start_unix_server(visitors.meet, sock=place.listener, limit=LINE_BYTES_MAX)


class _Visitors:
    """Everybody who comes to the door."""

    def __init__(self, token: str, core: Core, come_forward: Callable[[], None]) -> None:
        self._token = token
        self._core = core
        self._come_forward = come_forward

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        return hmac.compare_digest(text_of(line, "token").encode(), self._token.encode())

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
                await _run(words, self._core, streams, reader)


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
        return await self._ask("input")

    async def ask_secret(self, prompt: str) -> str:
        return await self._ask(f"secret:{prompt}")

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


async def _run(
    words: list[str], core: Core, streams: _VisitorStreams, reader: asyncio.StreamReader
) -> None:
    """Run a visitor's command; when the visitor leaves or says so, it is cancelled."""
    command = asyncio.ensure_future(_guarded(words, core, streams))
    listening = asyncio.ensure_future(_listen(reader, streams, command))
    try:
        await asyncio.wait({command})
        code = INTERRUPTED if command.cancelled() else command.result()
        await streams.end(code)
    finally:
        listening.cancel()
        command.cancel()


async def _guarded(words: list[str], core: Core, streams: _VisitorStreams) -> int:
    try:
        return await run_command(parse(words), core, streams)
    except HelpAsked as asked:
        await streams.out(asked.text)
        return DONE
    except BrokenPipeError:
        return DONE
    except TuppenceError as error:
        await streams.err(f"tuppence: {one_line(error)}\n")
        return FAILED


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
