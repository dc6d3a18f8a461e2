"""A line between desktop and server that fails on demand: slow, cut, reset, replayed, late.

Each request goes to the server over a connection of its own, so that a fault meets that one alone.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEEP = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
_DRIBBLE, _DRIBBLE_S = 61, 0.004
LATE_S = 0.3


@dataclass
class Fault:
    """What happens to the next requests whose line begins with `request` ("GET /api/me").

    `kind`: lost (the server never hears of it), cut and reset (after so many bytes of the answer),
    slow (a few bytes at a time), late (the answer is lost, and the request arrives after that),
    twice (the server gets it two times, and the second answer counts), silent (nothing comes after
    `after` bytes until the line is mended), swapped (of two events the second comes first, and
    again), held (a buffering proxy hangs up and keeps the whole request until `deliver`), gateway
    (it keeps it and answers with a page of its own and the status `after`), hasty (the same page,
    and the server gets the request at once), unknown (as a server that has no such address).
    """

    kind: str
    request: str
    after: int = 0
    times: int = 1
    met: int = 0


@dataclass
class Line:
    """The way to the server at `url`; `heard` has the requests that came along."""

    url: str
    to: tuple[str, int]
    faults: list[Fault] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    mended: asyncio.Event = field(default_factory=asyncio.Event)
    kept: list[bytes] = field(default_factory=list)
    _late: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_busy(self) -> bool:
        """Whether a request is on its way whose client was hung up on."""
        return self._late > 0

    def fail(self, kind: str, request: str, after: int = 0, times: int = 1) -> Fault:
        fault = Fault(kind, request, after, times)
        self.faults.append(fault)
        return fault

    def mend(self) -> None:
        """From now on nothing fails; who was left without an answer is hung up on."""
        self.faults.clear()
        self.mended.set()
        self.mended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            request = await _read_request(reader)
            line = request.partition(b" HTTP/")[0].decode("latin-1")
            self.heard.append(line)
            await self._pass_on(request, line, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def deliver(self) -> list[bytes]:
        """Pass on what was kept; the server's answers, whole, which nobody waits for."""
        kept, self.kept = self.kept, []
        return [b"".join([piece async for piece in self._answer(each)]) for each in kept]

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _fault(self, line: str) -> Fault | None:
        for fault in self.faults:
            if line.startswith(fault.request) and fault.met < fault.times:
                fault.met += 1
                return fault
        return None

    async def _pass_on(self, request: bytes, line: str, writer: asyncio.StreamWriter) -> None:
        fault = self._fault(line)
        match fault.kind if fault is not None else "":
            case "lost":
                _reset(writer)
            case "late":
                await self._arrive_late(request, writer)
            case "swapped":
                old = request.replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", 1)  # not in chunks
                await self._swap(old, writer)
            case "held" | "gateway" | "hasty":
                assert fault is not None
                await self._buffer(request, writer, fault)
            case "unknown":
                nowhere = request.replace(b" /api/", b" /api/nowhere/", 1)
                async for piece in self._answer(nowhere):
                    await _write(writer, piece)
            case "cut" | "reset" | "silent":
                assert fault is not None
                await self._break_off(request, writer, fault)
            case kind:
                if kind == "twice":
                    await self._arrive(request)
                async for piece in self._answer(request):
                    await _write(writer, piece, slow=kind == "slow")

    async def _arrive(self, request: bytes) -> None:
        """The server answers, and nobody hears it."""
        async for _ in self._answer(request):
            continue

    async def _arrive_late(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        _reset(writer)
        self._late += 1
        await asyncio.sleep(LATE_S)
        await self._arrive(request)
        self._late -= 1

    async def _buffer(self, request: bytes, writer: asyncio.StreamWriter, fault: Fault) -> None:
        if fault.kind == "hasty":
            self._run(self._arrive(request))
        else:
            self.kept.append(request)
        if fault.kind == "held":
            _reset(writer)
            return
        page = b"<html><h1>The gateway waited in vain</h1></html>"
        head = f"HTTP/1.1 {fault.after} -\r\nContent-Type: text/html\r\n"
        head += f"Content-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        await _write(writer, head.encode() + page)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _break_off(self, request: bytes, writer: asyncio.StreamWriter, fault: Fault) -> None:
        passed = 0
        async for piece in self._answer(request):
            await _write(writer, piece[: fault.after - passed])
            passed += len(piece)
            if passed >= fault.after:
                break
        if fault.kind == "silent":
            await self.mended.wait()
        if fault.kind == "reset":
            _reset(writer)

    async def _swap(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """Events two by two: the second, the first, and the second once more."""
        buffer, held, head = b"", b"", True
        async for piece in self._answer(request):
            buffer += piece
            while b"\n\n" in buffer or (head and b"\r\n\r\n" in buffer):
                end = b"\r\n\r\n" if head else b"\n\n"
                event, _, buffer = buffer.partition(end)
                event += end
                if head or b"data:" not in event:
                    head = False
                    await _write(writer, event)
                elif held:
                    await _write(writer, event + held + event)
                    held = b""
                else:
                    held = event

    async def _answer(self, request: bytes) -> AsyncIterator[bytes]:
        reader, writer = await asyncio.open_connection(*self.to)
        try:
            writer.write(request)
            await writer.drain()
            while piece := await reader.read(65536):
                yield piece
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return _KEEP.sub(b"", head).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body


async def _write(writer: asyncio.StreamWriter, piece: bytes, *, slow: bool = False) -> None:
    step = _DRIBBLE if slow else max(len(piece), 1)
    for start in range(0, len(piece), step):
        writer.write(piece[start : start + step])
        await writer.drain()
        if slow:
            await asyncio.sleep(_DRIBBLE_S)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Hang up as a firewall does: the other side gets an error, not an end."""
    taken = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def faulty_line(server_url: str) -> AsyncIterator[Line]:
    """A line to a server, until the block ends."""
    at = urlsplit(server_url)
    assert at.hostname is not None
    assert at.port is not None
    line = Line("", (at.hostname, at.port))
    serving = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        serving.close()
        await line.close()
