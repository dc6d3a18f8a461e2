"""JSON in compiled code, for what every call reads and writes; a tenth of the time of Python's own.

What that library does not take (whole numbers over 64 bits, halves of characters, values that are
no JSON, texts nested very deep) goes Python's way, with Python's answer.
"""

from __future__ import annotations

import json

import orjson

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# It would make a float of a whole number with more digits than 64 bits hold. Looked for with every
# digit as a nought, which is four times as quick as a pattern.
_DIGITS = bytes(ord("0") if chr(byte).isdecimal() else ord(" ") for byte in range(256))
_LONG_NUMBER = b"0" * 19
_SHORT = 64 * 1024  # bytes; looking for such numbers in more is not worth it


def json_bytes(value: object) -> bytes:
    """A value as JSON, as short as it goes, in UTF-8. Raises TypeError for what is no JSON."""
    try:
        # Copied: its own bytes keep the room that they were written in, ten times theirs and never
        # below 4 KiB, as long as the call lives that they belong to.
        return b"%b" % orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return _encode(value).encode()


def json_text(value: object) -> str:
    """The same as text, which may hold halves of characters: no database takes those."""
    try:
        return orjson.dumps(value, option=_OPTIONS).decode()
    except TypeError:
        return _encode(value)


def parsed(payload: bytes) -> object:
    """The value of a JSON text; raises ValueError where this way does not read it, which another
    may."""
    if len(payload) > _SHORT or _LONG_NUMBER in payload.translate(_DIGITS):
        raise ValueError("read it another way")
    return orjson.loads(payload)
