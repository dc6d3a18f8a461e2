"""The answer that stays open: events as they come, a comment now and then, a clean end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from app.server.accounts.identify import Caller
from app.server.accounts.streams import (
    Stream,
    Streams,
    end_lease,
    renew_lease,
    tenants_of,
)
from app.server.bounded import Receive, Scope, Send
from app.server.errors import Refused
from app.server.services import Services

_log = logging.getLogger(__name__)

RETRY_MS = 3000
MISSED = b"event: missed\ndata: {}\n\n"  # read everything anew: some of it is forgotten
_BEAT = b": still here\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events until it has a page of them
]


class StreamAnswer(Response):
    """Runs one stream until the client goes, its session ends or the server stops.

    `identify_again` raises Refused once the caller is nobody any more.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        services: Services,
        streams: Streams,
        caller: Caller,
        stream_id: str,
        last_id: str,
        *,
        missed: bool,
        identify_again: Callable[[], Awaitable[Caller]],
    ) -> None:
        super().__init__()
        self._services = services
        self._streams = streams
        self._caller = caller
        self._stream_id = stream_id
        self._last_id = last_id
        self._missed = missed
        self._identify_again = identify_again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            tenants = await self._services.database.read(tenants_of, self._caller)
            stream = await self._streams.join(tenants, self._last_id)
            try:
                await self._run(stream, receive, send)
            finally:
                self._streams.leave(stream)
        finally:
            # The row goes although the client has: the next stream must not have to wait for it.
            await asyncio.shield(self._end_lease())

    async def _end_lease(self) -> None:
        try:
            await self._services.database.run(end_lease, self._caller.account, self._stream_id)
        except Refused as refused:
            _log.warning("a stream's row stays until its lease is over: %s", refused)

    async def _run(self, stream: Stream, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        first = f"retry: {RETRY_MS}\n\n".encode() + (MISSED if self._missed else b"")
        await send({"type": "http.response.body", "body": first, "more_body": True})
        beside = [
            asyncio.create_task(_until_gone(receive, stream)),
            asyncio.create_task(self._check(stream)),
        ]
        try:
            while (event := await self._next(stream)) is not None:
                await send({"type": "http.response.body", "body": event, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except OSError:
            _log.debug("a stream's client was gone before it was told")
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _next(self, stream: Stream) -> bytes | None:
        try:
            return await asyncio.wait_for(stream.waiting.get(), self._streams.pace.beat_s)
        except TimeoutError:
            return _BEAT

    async def _check(self, stream: Stream) -> None:
        """Ask again and again who this is: a session may have ended, a membership as well."""
        database = self._services.database
        while True:
            await asyncio.sleep(self._streams.pace.check_s)
            try:
                caller = await self._identify_again()
                stream.tenants = await database.read(tenants_of, caller)
                now = self._services.clock.now()
                await database.run(renew_lease, caller.account, self._stream_id, now)
            except Refused as refused:
                if refused.status >= 500:
                    continue  # the books are out of reach for a moment
                stream.end()
                return


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    stream.end()
