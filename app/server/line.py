"""What the connection under a request knows of it, where it is one of the server's own.

Other servers of ASGI have none: what asks has to do without.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any, Protocol

LINE = "tuppence.line"  # in a request's scope


class Line(Protocol):
    """A connection. `lost` is done once the client has hung up."""

    lost: asyncio.Future[None]

    def has_whole(self, scope: MutableMapping[str, Any]) -> bool:
        """Whether all of a request's body has come."""
        ...

    def write_piece(self, scope: MutableMapping[str, Any], piece: bytes) -> bool:
        """Write a piece of a streamed answer that has begun; False, and nothing is written, where
        ASGI's `send` has to."""
        ...


def line_of(scope: MutableMapping[str, Any]) -> Line | None:
    """The connection that a request came on."""
    found: Line | None = scope.get(LINE)
    return found
