"""The load: connections that are kept, each with one request at a time, over a bare protocol, so
that the client costs little beside what is measured."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, cast
from urllib.parse import urlsplit

_PATH = "/v1/chat/completions"


@dataclass(slots=True)
class Load:
    """What came of a load. Times in seconds; `failed` are answers that were none or broke off."""

    seconds: float
    done: int = 0
    failed: int = 0
    first_byte_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.done / self.seconds


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: `chunks` words, one each `pace_ms`."""

    stream: bool
    chunks: int = 20
    pace_ms: int = 0
    model: str = "qwen-turbo"

    def request(self, url: str, key: str) -> bytes:
        """The whole request as bytes."""
        content = f"Say something. chunks={self.chunks} pace_ms={self.pace_ms}"
        messages = [{"role": "user", "content": content}]
        wish = {"model": self.model, "messages": messages, "max_tokens": self.chunks + 10}
        body = json.dumps(wish | ({"stream": True} if self.stream else {})).encode()
        head = (
            f"POST {_PATH} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class _Line(asyncio.Protocol):
    """One connection; `answered` tells whether an answer was good."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.first_at: float | None = None
        self._waiting: asyncio.Future[bool] | None = None
        self._head = b""
        self._left: int | None = None
        self._good = self._in_body = False
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def ask(self, request: bytes) -> asyncio.Future[bool]:
        self._waiting = asyncio.get_running_loop().create_future()
        self._head, self._tail, self._left = b"", b"", None
        self._good = self._in_body = False
        self.first_at = None
        assert self.transport is not None
        self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, data = self._head[:end].lower(), self._head[end + 4 :]
            self._in_body = True
            self._good = head.startswith(b"http/1.1 200")
            if (at := head.find(b"content-length:")) >= 0:
                self._left = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if not data:
            return
        if self.first_at is None:
            self.first_at = time.perf_counter()
        if self._left is not None:
            self._left -= len(data)
            if self._left <= 0:
                self._end(self._good)
            return
        self._tail = (self._tail + data)[-64:]
        if self._tail.endswith(b"0\r\n\r\n"):
            self._end(self._good and b"[DONE]" in self._tail)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(False)

    def _end(self, good: bool) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(good)


class GapLine(_Line):
    """A connection that keeps how long it waited between one piece and the next, in seconds."""

    gaps: ClassVar[list[float]] = []

    def __init__(self) -> None:
        super().__init__()
        self._heard_at = 0.0

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self.first_at is not None:
            self.gaps.append(now - self._heard_at)
        self._heard_at = now
        super().data_received(data)


async def rate_of(
    url: str, keys: Sequence[str], ask: Ask, *, connections: int, seconds: float
) -> Load:
    """As many requests as go through in a time."""
    until = time.perf_counter() + seconds
    return await _load(url, keys, ask, connections, lambda: time.perf_counter() < until)


async def burst_of(
    url: str, keys: Sequence[str], ask: Ask, *, connections: int, line: type[_Line] = _Line
) -> Load:
    """One request on each connection, all at once."""
    return await _load(url, keys, ask, connections, None, line)


async def _load(
    url: str,
    keys: Sequence[str],
    ask: Ask,
    connections: int,
    goes_on: object,
    line_of: type[_Line] = _Line,
) -> Load:
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(line_of, where.hostname, where.port))[1]
        for _ in range(connections)
    ]
    requests = [ask.request(url, keys[number % len(keys)]) for number in range(connections)]
    found = Load(0.0)
    start = time.perf_counter()
    await asyncio.gather(
        *(
            _on_one(line, request, found, goes_on)
            for line, request in zip(lines, requests, strict=True)
        )
    )
    found.seconds = time.perf_counter() - start
    for line in lines:
        if line.transport is not None:
            line.transport.close()
    return found


async def _on_one(line: _Line, request: bytes, found: Load, goes_on: object) -> None:
    while True:
        begun = time.perf_counter()
        good = await line.ask(request)
        found.done += good
        found.failed += not good
        if line.first_at is not None:
            found.first_byte_s.append(line.first_at - begun)
        found.whole_s.append(time.perf_counter() - begun)
        if not good or not callable(goes_on) or not goes_on():
            return
