"""An answer's body on its way from a provider to the client, through the reader of its language.

Most pieces are passed on in the moment they arrive, inside the connection's own call. The call's
task is woken for what has to be waited for: the beginning, a client that reads slowly, the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.errors import StreamBroken
from app.server.proxy.client import Client
from app.server.proxy.exchange import Reader

if TYPE_CHECKING:
    from app.providers.http_aiohttp_answer import AiohttpAnswer

_REST_S = 0.5  # how long the end of a body is waited for once its last event has come


class Passage:
    """One attempt's answer. `begin` is called when the model has said its first."""

    __slots__ = ("_begin", "_begun", "_client", "_left", "_reader")

    def __init__(
        self, reader: Reader, client: Client, begin: Callable[[], Awaitable[None]]
    ) -> None:
        self._reader = reader
        self._client = client
        self._begin = begin
        self._begun = False
        self._left = b""  # what could not go out at once

    async def carry(self, answer: AiohttpAnswer) -> None:
        """Read an answer to its end and pass it on; raises StreamBroken where it breaks off."""
        reader = self._reader
        reader.begin(answer.content_type)
        while await answer.hand_out(self._take):
            if not self._begun and reader.began:
                self._begun = True
                await self._begin()
            left, self._left = self._left, b""
            if left:
                await self._client.write(left)
            if reader.ended:
                if not answer.is_over:
                    await _read_rest(answer)
                return

    def _take(self, piece: bytes) -> bool:
        reader = self._reader
        passed_on = reader.feed(piece)
        if (
            self._begun is reader.began
            and not reader.ended
            and (not passed_on or self._client.write_now(passed_on))
        ):
            return True
        self._left = passed_on
        return False


async def _read_rest(answer: AiohttpAnswer) -> None:
    """Read to the body's end, so that its connection can serve again."""
    try:
        async with asyncio.timeout(_REST_S):
            async for _ in answer.pieces():
                continue
    except (TimeoutError, StreamBroken):
        return
