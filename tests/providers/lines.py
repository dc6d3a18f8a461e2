"""A loopback server that keeps its connections and does with each request what it is told."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Act = Callable[[asyncio.StreamWriter], None]


class Lines:
    """`acts` by the number of the request, from 0; all others answer OK and keep the line."""

    def __init__(self, acts: dict[int, Act]) -> None:
        self.acts = acts
        self.requests: list[tuple[int, bytes]] = []  # (connection, head and body)
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place, self.connections = self.connections, self.connections + 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                fields = head.lower().split(b"\r\n")
                length = next((int(f[15:]) for f in fields if f.startswith(b"content-length:")), 0)
                self.requests.append((place, head + await reader.readexactly(length)))
                act = self.acts.get(len(self.requests) - 1)
                if act is None:
                    writer.write(OK)
                else:
                    act(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def leave(writer: asyncio.StreamWriter) -> None:
    """Close politely, without a byte."""
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the line without a byte."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    writer.transport.abort()


def after_a_while(then: Act) -> Act:
    """Say nothing for longer than it takes to hear of a line that was left, and then do this."""

    def act(writer: asyncio.StreamWriter) -> None:
        asyncio.get_running_loop().call_later(0.2, then, writer)

    return act


def begin(then: Act) -> Act:
    """Send the beginning of an answer's head, and then do this."""

    def act(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-")
        asyncio.get_running_loop().call_later(0.05, then, writer)

    return act


@asynccontextmanager
async def lines(acts: dict[int, Act] | None = None) -> AsyncIterator[Lines]:
    place = Lines(acts or {})
    server = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    place.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield place
    finally:
        server.close()
