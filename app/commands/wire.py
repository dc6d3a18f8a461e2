"""What a command and a running window say to each other: JSON, one object a line.

The one who comes: `{"token", "ask": "raise"}` or `{"token", "ask": "run", "words", "folder"}`,
later `{"answer"}` to a question and `{"cancel": true}`. The window: `{"out"}`, `{"err"}`,
`{"question"}` and at the end `{"exit"}`; `{"hello": true}` comes first.
"""

from __future__ import annotations

import json

LINE_BYTES_MAX = 64 * 1024 * 1024
PIECE_CHARACTERS = 256 * 1024

Line = dict[str, object]


def encode_line(**fields: object) -> bytes:
    """One line with its end."""
    return json.dumps(fields).encode("ascii") + b"\n"


def decode_line(line: bytes) -> Line | None:
    """A line as its fields, None where it is none of ours."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def text_of(line: Line, name: str) -> str:
    """A field as text, empty where it is something else."""
    value = line.get(name)
    return value if isinstance(value, str) else ""
