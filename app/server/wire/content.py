"""Words and pictures of a message. A picture comes as a data URL: no address is ever fetched."""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass

from app.request import ImagePart
from app.server.wire.reading import BadRequest, Fields, WireLimits

_DATA_URL = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,", re.IGNORECASE)
_DETAILS = ("auto", "low", "high", "original")
_NO_ADDRESS = (
    "Pictures cannot be fetched from an address here. Send the picture itself as a data URL: "
    "data:image/png;base64,…"
)


@dataclass(slots=True)
class Pictures:
    """Reads the pictures of one request and counts them."""

    limits: WireLimits
    count: int = 0

    def read(self, url: str, path: str, detail: str | None) -> ImagePart:
        """The picture in a data URL; raises BadRequest for anything else."""
        self.count += 1
        if self.count > self.limits.images_max:
            raise BadRequest(f"There may be {self.limits.images_max} pictures.", path)
        head = _DATA_URL.match(url[:64])
        if head is None:
            is_data = url[:5].lower() == "data:"
            said = "This is no PNG, JPEG, GIF or WebP in base64." if is_data else _NO_ADDRESS
            raise BadRequest(f"{path}: {said}", path, "invalid_image_url")
        if len(url) * 3 // 4 > self.limits.image_bytes_max:
            size = self.limits.image_bytes_max // 1024 // 1024
            raise BadRequest(f"{path}: A picture may have {size} MiB.", path, "image_too_large")
        try:
            content = base64.b64decode(url[head.end() :], validate=True)
        except (binascii.Error, ValueError) as error:
            message = f"{path}: This is not base64."
            raise BadRequest(message, path, "invalid_image_url") from error
        width, height = picture_size(content)
        return ImagePart(head[1].lower(), content, width, height, detail or "")


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels from the first bytes; 0, 0 where they do not tell."""
    import imagesize  # with an XML parser, which nothing else here needs: 2.5 MiB a worker

    try:
        width, height = imagesize.get(io.BytesIO(content))
    except (ValueError, OSError, IndexError, TypeError, LookupError, ArithmeticError):
        return 0, 0
    return (int(width), int(height)) if width > 0 and height > 0 else (0, 0)


def read_detail(fields: Fields) -> str | None:
    return fields.choice("detail", _DETAILS)
