"""Server-sent events with their ids, so that a stream goes on where it broke. Sans I/O.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, read 2026-11-21.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.providers.framing import Bounds, Lines

_BOUNDS = Bounds(line_bytes_max=256 * 1024, total_bytes_max=2**40)
_ID_MAX = 200


@dataclass(frozen=True, slots=True)
class ServerEvent:
    name: str
    data: bytes
    id: str


class EventReader:
    """Pieces of a stream in, whole events out; raises StreamTooLong for what no server sends."""

    def __init__(self) -> None:
        self._lines = Lines(_BOUNDS)
        self._name = ""
        self._id = ""
        self._data: list[bytes] = []
        self.retry_s: float | None = None

    def feed(self, piece: bytes) -> list[ServerEvent]:
        found = []
        for line in self._lines.feed(piece):
            if line:
                self._line(line)
            elif self._data:
                found.append(ServerEvent(self._name, b"\n".join(self._data), self._id))
                self._name, self._data = "", []
            else:
                self._name = ""
        return found

    def _line(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"data":
                self._data.append(value)
            case b"event":
                self._name = value.decode("ascii", "replace")
            case b"id" if b"\0" not in value and len(value) <= _ID_MAX:
                self._id = value.decode("ascii", "replace")
            case b"retry" if value.isdigit() and len(value) < 8:
                self.retry_s = int(value) / 1000
            case _:
                return  # a comment, or a field of a later day
