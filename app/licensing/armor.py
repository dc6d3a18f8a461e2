"""Bytes as a block of text that survives mail programs, and back.

    -----BEGIN TUPPENCE LICENSE-----
    (base64 without padding, 64 letters a line)
    -----END TUPPENCE LICENSE-----

The bytes in it are followed by a checksum, the first 4 bytes of their SHA-256: so a copy that lost
a letter is told from one that somebody altered. Read back are lines of any width, any line ends,
quoting (`> `, `| `, `AB> `), blanks of every kind, invisible letters, dashes that were made
typographic, and text around the block. What a signature is worth is not known here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from app.errors import LicenseUnreadable

TEXT_LETTERS_MAX = 262_144  # a mail with its history; a license alone has about a thousand
BLOCK_LETTERS_MAX = 32_768
BLOCKS_MAX = 16  # in one text
LINE_LETTERS = 64
CHECKSUM_BYTES = 4

_DASHES = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_GAP = rf"[\s>|{_INVISIBLE}]{{0,16}}"
_QUOTING = re.compile(r"^\s*\w{0,4}[>|]")
_DROPPED = re.compile(rf"[\s>|{_INVISIBLE}]+")


@dataclass(frozen=True, slots=True)
class Label:
    """What a block holds: the words of its first and last line, and how people call it."""

    words: str
    thing: str


LICENSE = Label("TUPPENCE LICENSE", "license")
KEY_LIST = Label("TUPPENCE KEY LIST", "key list")


def to_block(content: bytes, label: Label) -> str:
    """The block, with a line end after its last line."""
    letters = base64.b64encode(content + _checksum(content)).decode("ascii").rstrip("=")
    lines = [letters[at : at + LINE_LETTERS] for at in range(0, len(letters), LINE_LETTERS)]
    return "\n".join([f"-----BEGIN {label.words}-----", *lines, f"-----END {label.words}-----", ""])


def from_block(text: str | bytes, label: Label) -> bytes:
    """The bytes of the one block in a text, or in a file's bytes.

    The same block twice, as in a mail and its quotation, counts as one.
    Raises LicenseUnreadable, at once where the text is too long, without a look at it.
    """
    if len(text) > (TEXT_LETTERS_MAX if isinstance(text, str) else 2 * TEXT_LETTERS_MAX):
        raise LicenseUnreadable(
            f"This is far too long for a {label.thing}.",
            f"Open the {label.thing} itself, or paste only the part from BEGIN to END.",
        )
    words = text if isinstance(text, str) else _decoded(text)
    contents: set[bytes] = set()
    damage = None
    for block in _blocks(words, label):
        try:
            contents.add(_content(_letters(block), label))
        except LicenseUnreadable as error:
            damage = error
    if len(contents) > 1:
        raise _several(len(contents), label)
    if damage and not contents:
        raise damage
    return contents.pop()


def _decoded(content: bytes) -> str:
    """Text of a file: UTF-8, or UTF-16 as some editors save it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    # A mail in another encoding may stand around the block, which is plain ASCII.
    return content.decode("utf-8-sig", errors="replace")


def _blocks(text: str, label: Label) -> list[str]:
    """What stands between each first and last line. Raises LicenseUnreadable without any."""
    name = _GAP.join(re.escape(word) for word in label.words.split())
    begins = list(re.finditer(f"BEGIN{_GAP}{name}", text))
    ends = list(re.finditer(f"END{_GAP}{name}", text))
    if not begins and not ends:
        raise LicenseUnreadable(
            f"There is no {label.thing} in this text.",
            f"A {label.thing} begins with “-----BEGIN {label.words}-----”. Copy all of it.",
        )
    if not begins or not ends or begins[0].end() > ends[-1].start():
        missing = "beginning" if not begins else "end"
        raise LicenseUnreadable(f"The {missing} of this {label.thing} is missing.", _again(label))
    if len(begins) > BLOCKS_MAX:
        raise _several(len(begins), label)
    pairs = [
        (begin.end(), [e.start() for e in ends if e.start() >= begin.end()]) for begin in begins
    ]
    return [text[begin : after[0]] for begin, after in pairs if after]


def _letters(block: str) -> str:
    """The base64 alone: quoting, blanks and the dashes of the first and last line taken off."""
    lines = [_QUOTING.sub("", line) for line in block.splitlines()]
    return _DROPPED.sub("", "".join(lines)).strip(_DASHES)


def _content(letters: str, label: Label) -> bytes:
    if len(letters) > BLOCK_LETTERS_MAX:
        raise LicenseUnreadable(f"This is far too long for a {label.thing}.", _again(label))
    try:
        whole = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _damaged(label) from error
    content, checksum = whole[:-CHECKSUM_BYTES], whole[-CHECKSUM_BYTES:]
    # Bits to spare in the last letter, and padding, are no second way to write the same block.
    one_way = base64.b64encode(whole).decode("ascii").rstrip("=") == letters
    if not one_way or not content or checksum != _checksum(content):
        raise _damaged(label)
    return content


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:CHECKSUM_BYTES]


def _several(count: int, label: Label) -> LicenseUnreadable:
    return LicenseUnreadable(
        f"There are {count} different {label.thing}s in this text.",
        "Paste only the newest, from its BEGIN to its END.",
    )


def _damaged(label: Label) -> LicenseUnreadable:
    return LicenseUnreadable(f"This {label.thing} was damaged on its way.", _again(label))


def _again(label: Label) -> str:
    return f"Copy all of it again, from BEGIN to END, or open the {label.thing} as a file."
