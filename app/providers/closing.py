"""A stream that is left before its end is closed there and then, not when memory is tidied up."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class closed_after(Generic[T]):  # noqa: N801 - used as a statement, like contextlib's
    """Read a stream in this block; whoever leaves it closes what the stream holds open.

    Written out and not as a generator, which would cost each streamed call one more of those.
    """

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncIterator[T]) -> None:
        self._stream = stream

    async def __aenter__(self) -> AsyncIterator[T]:
        return self._stream

    async def __aexit__(self, *_: object) -> None:
        if isinstance(self._stream, AsyncGenerator):
            await self._stream.aclose()
