"""From bytes, split anywhere, to whole messages: server-sent events and JSON lines.

Sans I/O and bounded: a line that never ends or a stream without end raises StreamTooLong.
What a message means is the business of the wire languages.
Sources: https://html.spec.whatwg.org/multipage/server-sent-events.html (read 2026-11-21),
https://github.com/ollama/ollama/blob/main/docs/api.md (JSON lines, read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

_BOM = b"\xef\xbb\xbf"
_DATA = b"data: "


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one answer may be; pictures come as one long line."""

    line_bytes_max: int = 32 * 1024 * 1024
    messages_max: int = 5_000_000
    total_bytes_max: int = 1024 * 1024 * 1024


_BOUNDS = Bounds()


class StreamTooLong(Exception):
    """One of the bounds was passed; says which in the user's words."""


class Framing(Protocol):
    """Splits a stream; `event` is the name of the message that was taken last, or empty."""

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]: ...

    def close(self) -> list[tuple[str, bytes]]: ...


class Lines:
    """Whole lines out of chunks, whatever ends them: LF, CRLF or CR."""

    __slots__ = ("_bounds", "_held", "_held_bytes", "_skip_lf", "_started", "_total_bytes")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._held: list[bytes] = []  # pieces of a line that has not ended
        self._held_bytes = 0
        self._skip_lf = False
        self._started = False
        self._total_bytes = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this chunk."""
        if not chunk:
            return []
        self._total_bytes += len(chunk)
        if self._total_bytes > self._bounds.total_bytes_max:
            raise StreamTooLong("The answer is longer than any answer can be.")
        if self._skip_lf or b"\r" in chunk:
            chunk = self._only_lf(chunk)
        if b"\n" not in chunk:
            self._hold(chunk)
            return []
        if self._held:
            chunk = b"".join((*self._held, chunk))
            self._held.clear()
            self._held_bytes = 0
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if rest:
            self._hold(rest)
        if not self._started:
            self._started = True
            lines[0] = lines[0].removeprefix(_BOM)
        return lines

    def go_past(self, size: int) -> bool:
        """Count whole lines of so many bytes that are cut elsewhere; False where they have to come
        here: something before them is held, or a bound is passed."""
        total_bytes = self._total_bytes + size
        if self._held or self._skip_lf or total_bytes > self._bounds.total_bytes_max:
            return False
        self._total_bytes = total_bytes
        self._started = True
        return True

    def close(self) -> bytes:
        """What stands behind the last line end."""
        rest = b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        return rest if self._started else rest.removeprefix(_BOM)

    def _hold(self, piece: bytes) -> None:
        self._held_bytes += len(piece)
        if self._held_bytes > self._bounds.line_bytes_max:
            self._held.clear()
            raise StreamTooLong("One line of the answer is longer than any line can be.")
        self._held.append(piece)

    def _only_lf(self, chunk: bytes) -> bytes:
        # A CR at the end of a chunk ends its line at once; its LF may be in the next chunk.
        if self._skip_lf and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._skip_lf = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


class EventStream:
    """Server-sent events: `(name, data)` of each; comments, ids and retry times are dropped."""

    __slots__ = ("_bounds", "_count", "_data", "_data_bytes", "_lines", "_name")

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or _BOUNDS
        self._lines = Lines(self._bounds)
        self._name = ""
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._count = 0

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]:
        if (simple := self._simple(chunk)) is not None:
            return simple
        messages: list[tuple[str, bytes]] = []
        for line in self._lines.feed(chunk):
            if not line:
                if self._data:
                    messages.append(self._take())
            else:
                self._line(line)
        return messages

    def close(self) -> list[tuple[str, bytes]]:
        """A last event without its empty line: cut off, or a server that forgot it."""
        rest = self._lines.close()
        if rest:
            self._line(rest)
        return [self._take()] if self._data else []

    def _simple(self, chunk: bytes) -> list[tuple[str, bytes]] | None:
        """The messages of a piece that is whole messages of one line each, as most pieces are: no
        lines are cut then. None where it is anything else, or passes a bound."""
        if self._data or not chunk.endswith(b"\n\n") or b"\r" in chunk:
            return None
        parts = chunk.split(b"\n\n")
        if parts.pop():
            return None
        messages = []
        name = self._name
        for part in parts:
            if not part.startswith(_DATA) or b"\n" in part:
                return None
            messages.append((name, part[len(_DATA) :]))
            name = ""
        size, count, bounds = len(chunk), self._count + len(messages), self._bounds
        if size > bounds.line_bytes_max or count > bounds.messages_max:
            return None
        if not self._lines.go_past(size):
            return None
        self._name, self._count = "", count
        return messages

    def _line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            value = line[6:] if line[5:6] == b" " else line[5:]
            self._data_bytes += len(value)
            if self._data_bytes > self._bounds.line_bytes_max:
                self._data.clear()
                raise StreamTooLong("One message of the answer is longer than any can be.")
            self._data.append(value)
        elif line.startswith(b"event:"):
            self._name = line[6:].strip().decode("ascii", "replace")

    def _take(self) -> tuple[str, bytes]:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._data_bytes = 0
        return self._counted(data)

    def _counted(self, data: bytes) -> tuple[str, bytes]:
        message = (self._name, data)
        self._name = ""
        self._count += 1
        if self._count > self._bounds.messages_max:
            raise StreamTooLong("The answer came in more pieces than any answer can have.")
        return message


class JsonLines:
    """One JSON text a line, as Ollama sends them."""

    __slots__ = ("_bounds", "_count", "_lines")

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or _BOUNDS
        self._lines = Lines(self._bounds)
        self._count = 0

    def feed(self, chunk: bytes) -> list[tuple[str, bytes]]:
        messages = [("", line) for line in self._lines.feed(chunk) if line]
        self._count += len(messages)
        if self._count > self._bounds.messages_max:
            raise StreamTooLong("The answer came in more pieces than any answer can have.")
        return messages

    def close(self) -> list[tuple[str, bytes]]:
        rest = self._lines.close()
        return [("", rest)] if rest else []
