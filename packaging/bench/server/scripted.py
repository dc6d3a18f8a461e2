"""A provider of the bench's own: raw ASGI and words made once, so that it costs little beside what
is measured.

What it does stands in the message: `chunks=50 pace_ms=20`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_ORDER = re.compile(rb"chunks=(\d+) pace_ms=(\d+)")
_STREAMED = re.compile(rb'"stream" ?: ?true')
_EVENTS = [(b"content-type", b"text/event-stream")]


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answers every POST as a chat completion."""
    if scope["type"] != "http":
        await _lifespan(receive, send)
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    found = _ORDER.search(body)
    chunks, pace_ms = (int(found[1]), int(found[2])) if found else (20, 0)
    if _STREAMED.search(body):
        await _stream(send, chunks, pace_ms / 1000)
    else:
        await _whole(send, chunks)


async def _stream(send: Send, chunks: int, pace_s: float) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _EVENTS})
    start = asyncio.get_running_loop().time()
    for number in range(chunks):
        if pace_s:
            # By the clock and not by pauses: its own time does not grow with the load.
            due = start + (number + 1) * pace_s
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        await _send_piece(send, _word(number))
    await _send_piece(send, _stopped())
    await _send_piece(send, _told(chunks))
    await send({"type": "http.response.body", "body": b""})


async def _whole(send: Send, chunks: int) -> None:
    body = _completion(chunks)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _completion(chunks: int) -> bytes:
    message = {"role": "assistant", "content": "word " * chunks}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = {"id": "gen-1", "object": "chat.completion", "created": 1, "model": "bench"}
    return json.dumps({**answer, "choices": [choice], "usage": _usage(chunks)}).encode()


@cache
def _word(number: int) -> bytes:
    return _event({"delta": {"content": f"word{number} "}})


@cache
def _stopped() -> bytes:
    return _event({"delta": {}, "finish_reason": "stop"})


@cache
def _told(chunks: int) -> bytes:
    usage = {"id": "gen-1", "model": "bench", "choices": [], "usage": _usage(chunks)}
    return b"data: " + json.dumps(usage).encode() + b"\n\ndata: [DONE]\n\n"


async def _send_piece(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


def _event(choice: dict[str, Any]) -> bytes:
    whole = {"index": 0, "finish_reason": None, **choice}
    head = {"id": "gen-1", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
    return b"data: " + json.dumps({**head, "choices": [whole]}).encode() + b"\n\n"


def _usage(chunks: int) -> dict[str, int]:
    return {"prompt_tokens": 20, "completion_tokens": chunks, "total_tokens": 20 + chunks}


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
