"""How many pages a PDF has and about how much text is on them, for counting alone.

Reads no fonts and no layout: pages are objects of that type, text is what the operators that draw
it are given. That takes milliseconds and no library, and is enough for an estimate.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_STREAM = re.compile(rb">>\s{0,4}stream\r?\n")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s+(\d{1,6})")
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]*)>", re.DOTALL)
_OCTAL = re.compile(rb"\\(?:[0-7]{1,3}|.)", re.DOTALL)
# A small file may unpack to gigabytes; what goes beyond is not looked at.
_UNPACKED_MAX_BYTES = 24_000_000
_HEAD_MAX_BYTES = 2_000
_PAGES_MAX = 20_000


@dataclass(frozen=True, slots=True)
class PdfSize:
    """`characters` are those that are drawn; none on a scanned page."""

    pages: int
    characters: int


def read_pdf(content: bytes) -> PdfSize | None:
    """The size of a PDF; None where it is none, is encrypted, or shows no page."""
    if b"%PDF-" not in content[:1024] or b"/Encrypt" in content[-4096:]:
        return None
    pages, counted, characters = len(_PAGE.findall(content)), _counted(content), 0
    for head, body in _streams(content):
        if b"/ObjStm" in head:
            pages += len(_PAGE.findall(body))
            counted = max(counted, _counted(body))
        elif b"/Image" not in head and b"/FontFile" not in head:
            characters += _drawn(body)
    # A file that was saved over keeps its old pages beside the new; the tree's count is right.
    pages = min(counted or pages, pages or counted, _PAGES_MAX)
    return PdfSize(pages, characters) if pages else None


def _counted(objects: bytes) -> int:
    if b"/Pages" not in objects:
        return 0
    return max((int(found) for found in _COUNT.findall(objects)), default=0)


def _streams(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    left = _UNPACKED_MAX_BYTES
    for found in _STREAM.finditer(content):
        start = found.end()
        head = content[max(0, found.start() - _HEAD_MAX_BYTES) : found.start()].rpartition(b"obj")[
            2
        ]
        end = content.find(b"endstream", start)
        if end < 0 or left <= 0:
            return
        body = content[start:end]
        if b"/FlateDecode" in head and b"/Image" not in head:
            try:
                body = zlib.decompressobj().decompress(body, left)
            except zlib.error:
                continue
        elif b"/Filter" in head:
            continue
        left -= len(body)
        yield head, body


def _drawn(body: bytes) -> int:
    """Characters that a page's drawing shows; hexadecimal ones are of two bytes each."""
    if b"BT" not in body:
        return 0
    return sum(
        len(_OCTAL.sub(b".", plain)) + len(coded) // 4 for plain, coded in _SHOWN.findall(body)
    )
