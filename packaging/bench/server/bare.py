"""The rival: raw ASGI and aiohttp, bytes passed through, nothing held, counted or settled."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

UPSTREAM = "BENCH_UPSTREAM"
_session: list[aiohttp.ClientSession] = []


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Passes every POST on to the address in BENCH_UPSTREAM."""
    if scope["type"] != "http":
        await _lifespan(receive, send)
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {"Content-Type": "application/json", "Authorization": "Bearer bench"}
    url = os.environ[UPSTREAM] + scope["path"]
    async with _session[0].post(url, data=body, headers=headers) as answer:
        kind = answer.headers["content-type"].encode()
        passed = [(b"content-type", kind)]
        if "content-length" in answer.headers:
            passed.append((b"content-length", answer.headers["content-length"].encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": passed})
        async for piece in answer.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
    _session.append(aiohttp.ClientSession(connector=connector))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await _session[0].close()
    await send({"type": "lifespan.shutdown.complete"})
