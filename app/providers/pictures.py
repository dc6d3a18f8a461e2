"""Pictures as providers send them: base64 in JSON or in a data URL."""

from __future__ import annotations

import base64
import binascii

from app.providers.events import ImageArrived


def picture(media_type: str, content_base64: str) -> ImageArrived | None:
    """The picture, or None where the text is no base64."""
    try:
        content = base64.b64decode(content_base64, validate=True)
    except (binascii.Error, ValueError):
        return None
    return ImageArrived(media_type or "image/png", content) if content else None


def picture_of_url(url: str) -> ImageArrived | None:
    """The picture inside a `data:` URL; other addresses are never fetched."""
    head, _, content = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        return None
    return picture(head.removeprefix("data:").removesuffix(";base64"), content)


def data_url(media_type: str, content: bytes) -> str:
    """A picture as a `data:` URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
