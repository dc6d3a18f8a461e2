"""Pictures and files of recorded requests, in each language's words, as the counter takes them.

What is given by its address alone is not fetched: its size is unknown, and counted as such.
"""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

import imagesize

from app.request import AudioPart, DocumentPart, ImagePart, MediaPart, VideoPart

Json = dict[str, Any]


def part_of(block: Json) -> ImagePart | MediaPart | None:
    """The picture or file that a block of content holds; None where it is something else."""
    for read in (_openai, _anthropic, _gemini):
        found = read(block)
        if found is not None:
            return found
    return None


def _openai(block: Json) -> ImagePart | MediaPart | None:
    match block:
        case {"type": "image_url" | "input_image", "image_url": {"url": str(url)} | str(url)}:
            return _of_url(url, "image/png", str(block.get("detail") or ""))
        case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(kind)}}:
            return _made(f"audio/{kind}", _bytes(data))
        case {"type": "file", "file": {"file_data": str(url)}}:
            return _of_url(url, "application/pdf")
        case {"type": "input_file"}:
            url = block.get("file_data") or block.get("file_url")
            return _of_url(url, "application/pdf") if isinstance(url, str) else None
    return None


def _anthropic(block: Json) -> ImagePart | MediaPart | None:
    match block:
        case {"type": "image" | "document" as kind, "source": {"type": source, **rest}}:
            usual = "image/png" if kind == "image" else "application/pdf"
            if source == "text":
                return None
            named = rest.get("media_type")
            content = _bytes(rest.get("data")) if source == "base64" else b""
            return _made(named if isinstance(named, str) else usual, content)
    return None


def _gemini(block: Json) -> ImagePart | MediaPart | None:
    for name in ("inlineData", "inline_data", "fileData", "file_data"):
        given = block.get(name)
        if isinstance(given, dict):
            kind = given.get("mimeType") or given.get("mime_type") or "application/pdf"
            return _made(str(kind), _bytes(given.get("data")))
    return None


def _of_url(url: str, usual: str, detail: str = "") -> ImagePart | MediaPart:
    head, comma, data = url.partition(",")
    if not (comma and head.startswith("data:")):
        return _made(usual, b"", detail)
    return _made(head.removeprefix("data:").partition(";")[0] or usual, _bytes(data), detail)


def _made(kind: str, content: bytes, detail: str = "") -> ImagePart | MediaPart:
    match kind.partition("/")[0].lower():
        case "image":
            width, height = imagesize.get(io.BytesIO(content)) if content else (0, 0)
            return ImagePart(kind, content, max(0, width), max(0, height), detail)
        case "audio":
            return AudioPart(kind, content)
        case "video":
            return VideoPart(kind, content)
        case _:
            return DocumentPart("file", kind, content)


def _bytes(data: Any) -> bytes:
    if not isinstance(data, str):
        return b""
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_", validate=False)
    except (binascii.Error, ValueError):
        return b""
