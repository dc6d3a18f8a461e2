"""A client that hangs up after so many bytes, on a bare socket."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Heard:
    """What came until then: all bytes, and how many words of the answer were among them."""

    content: bytes
    ended: bool

    def words(self, word: str) -> int:
        return self.content.count(json.dumps(word).encode())


async def ask_and_hang_up(
    url: str,
    token: str,
    body: dict[str, object],
    *,
    after: int | None,
    path: str = "/v1/chat/completions",
    key: str = "",
    hard: bool = False,
    patience_s: float = 60.0,
) -> Heard:
    """Ask, read `after` bytes (None: all) and close; `hard` resets the connection. Who hears
    nothing for `patience_s` closes as well."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    payload = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        f"{f'Idempotency-Key: {key}' + chr(13) + chr(10) if key else ''}Connection: close\r\n\r\n"
    )
    writer.write(head.encode() + payload)
    content, ended = b"", False
    while after is None or len(content) < after:
        most = 65_536 if after is None else after - len(content)
        try:
            piece = await asyncio.wait_for(reader.read(most), patience_s)
        except TimeoutError:
            break
        if not piece:
            ended = True
            break
        content += piece
    if hard:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort() if hard else writer.close()
    return Heard(content, ended)


def somewhere(chance: random.Random, whole: int) -> int | None:
    """After how many bytes: often at the beginning, sometimes never."""
    share = chance.random()
    if share < 0.15:
        return None
    return chance.randrange(0, 600) if share < 0.35 else chance.randrange(0, whole)
