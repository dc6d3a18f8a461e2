"""What stands on the sheets of a PDF that Chromium printed: words, their colors, the size. Reads
only what Skia writes: plain objects, deflated streams, fonts that tell what their glyphs are."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb" stream\n(.*)\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj|(\bET\b)")
_INKED = re.compile(rb"([\d.]+) ([\d.]+) ([\d.]+) rg|\bBT\b")
_PAIR = re.compile(rb"<(\w{4})> <(\w+)>")
_RANGE = re.compile(rb"<(\w{4})> <(\w{4})> <(\w{4})>")

Ink = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side. `size` in points, 72 to the inch; `words` in the order of their writing; `inks` are
    the colors of words: red, green and blue from 0 to 1."""

    words: str
    size: tuple[float, float]
    inks: frozenset[Ink]


def sheets(pdf: bytes) -> list[Sheet]:
    """All sides, the first first."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    order = next(body for body in objects.values() if b"/Type /Pages" in body)
    kids = re.search(rb"/Kids \[(.*?)\]", order, re.DOTALL)
    assert kids, "no pages"
    return [_sheet(objects, int(number)) for number in re.findall(rb"(\d+) 0 R", kids[1])]


def _sheet(objects: dict[int, bytes], number: int) -> Sheet:
    page = objects[number]
    box = re.search(rb"/MediaBox \[([\d. ]+)\]", page)
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert box, page
    assert contents, page
    fonts = {
        name: _letters(objects, int(font)) for name, font in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    _, _, width, height = map(float, box[1].split())
    content = _unpacked(objects[int(contents[1])])
    words = "".join(_words(content, fonts))
    return Sheet(" ".join(words.split()), (width, height), frozenset(_inks(content)))


def _words(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> Iterator[str]:
    letters: dict[bytes, str] = {}
    for font, shown, end in _SHOWN.findall(content):
        if font:
            letters = fonts[font]
        elif end:
            yield " "
        else:
            glyphs = shown.upper()
            yield "".join(letters[glyphs[at : at + 4]] for at in range(0, len(glyphs), 4))


def _inks(content: bytes) -> Iterator[Ink]:
    color: Ink = (0.0, 0.0, 0.0)
    for found in _INKED.finditer(content):
        if found[1]:
            color = tuple(map(float, found.groups()))
        else:
            yield color


def _letters(objects: dict[int, bytes], font: int) -> dict[bytes, str]:
    """What each glyph of a font stands for."""
    told = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert told, objects[font]
    table = _unpacked(objects[int(told[1])])
    found: dict[bytes, str] = {}
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        for glyph, letter in _PAIR.findall(block):
            found[glyph.upper()] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, letter in _RANGE.findall(block):
            for place in range(int(last, 16) - int(first, 16) + 1):
                found[b"%04X" % (int(first, 16) + place)] = chr(int(letter, 16) + place)
    return found


def _unpacked(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    assert stream, body[:200]
    return zlib.decompress(stream[1])
