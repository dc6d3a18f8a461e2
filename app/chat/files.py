"""Files that go with a message: which are taken, and how a model gets to see them.

Text goes as text with its name above it, images as images, and of documents their text. Everything
else is refused with the reason, before it is read whole.
"""

from __future__ import annotations

import io
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path

from app.chat.document_text import DOCUMENT_BYTES_MAX, document_text, is_document
from app.errors import AttachmentError
from app.store.user_files import NotRegularError, in_own_thread, open_regular

IMAGE_BYTES_MAX = 20_000_000
TEXT_BYTES_MAX = 10_000_000
IMAGE_SIDE_MAX_PX = 16_384
READING_LIMIT_S = 60.0
_SNIFFED_BYTES = 8192

_IMAGE_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that may be sent; `width` and `height` in pixels for images, else 0."""

    name: str
    media_type: str
    content: bytes
    width: int = 0
    height: int = 0

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


def read_file(path: Path) -> AcceptedFile:
    """Read and check a file; raises AttachmentError in the user's words."""
    try:
        if path.is_dir():
            raise AttachmentError(f"“{path.name}” is a folder.", "Add the files in it one by one.")
        with open_regular(path) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            head = file.read(_SNIFFED_BYTES)
            _refuse_size(path.name, size_bytes, head)
            content = head + file.read(_bytes_max(head)[1] + 1 - len(head))
    except FileNotFoundError as error:
        raise AttachmentError(
            f"“{path.name}” is not there any more.", "Was it moved or deleted? Add it again."
        ) from error
    except NotRegularError as error:
        raise AttachmentError(
            f"“{path.name}” is no ordinary file.", "Pipes and devices cannot be read."
        ) from error
    except OSError as error:
        raise AttachmentError(
            f"“{path.name}” cannot be read.", f"The system says: {error.strerror or error}."
        ) from error
    return accept(path.name, content)


async def read_in_time(path: Path) -> AcceptedFile:
    """`read_file` beside the loop; a file that does not answer in time is refused and left."""
    try:
        return await in_own_thread(lambda: read_file(path), timeout_s=READING_LIMIT_S)
    except TimeoutError as error:
        raise AttachmentError(
            f"“{path.name}” does not answer.", "Is it on a drive or a share that is gone?"
        ) from error


def accept(name: str, content: bytes) -> AcceptedFile:
    """Check bytes that were read or pasted; raises AttachmentError in the user's words."""
    if not content:
        raise AttachmentError(f"“{name}” is empty.", "There is nothing in it to send.")
    head = content[:_SNIFFED_BYTES]
    _refuse_size(name, len(content), head)
    if (media_type := image_type_of(head)) is not None:
        width, height = _image_size(name, content)
        return AcceptedFile(name, media_type, content, width, height)
    if (text := document_text(name, content)) is not None:
        return AcceptedFile(name, "text/plain", text.encode())
    _decode(name, content)
    guessed = mimetypes.guess_type(name)[0] or "text/plain"
    return AcceptedFile(
        name, guessed if not guessed.startswith("image/") else "text/plain", content
    )


def text_of(file_name: str, content: bytes) -> str:
    """A text file as a model reads it: its name, then its content."""
    return f"File “{file_name}”:\n\n{_decode(file_name, content)}\n"


def image_type_of(head: bytes) -> str | None:
    """The media type of an image that models take, told from its first bytes."""
    for signature, media_type in _IMAGE_SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _bytes_max(head: bytes) -> tuple[str, int]:
    """What a file is by its first bytes, and how large such a one may be."""
    if image_type_of(head) is not None:
        return "Images", IMAGE_BYTES_MAX
    return (
        ("Documents", DOCUMENT_BYTES_MAX) if is_document(head) else ("Text files", TEXT_BYTES_MAX)
    )


def _refuse_size(name: str, size_bytes: int, head: bytes) -> None:
    kind, limit = _bytes_max(head)
    if size_bytes <= limit:
        return
    raise AttachmentError(
        f"“{name}” is too large ({size_bytes / 10**6:,.1f} MB).",
        f"{kind} can have up to {limit // 10**6} MB.",
    )


def _image_size(name: str, content: bytes) -> tuple[int, int]:
    import imagesize

    width, height = imagesize.get(io.BytesIO(content))
    if width <= 0 or height <= 0:
        raise AttachmentError(
            f"“{name}” is a damaged image.", "Open and save it again, then add it."
        )
    if max(width, height) > IMAGE_SIDE_MAX_PX:
        raise AttachmentError(
            f"“{name}” is too large ({width:,} × {height:,} pixels).",
            f"No side may be longer than {IMAGE_SIDE_MAX_PX:,} pixels.",
        )
    return int(width), int(height)


def _decode(name: str, content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in content[:_SNIFFED_BYTES]:
            raise _not_text(name) from error
        text = content.decode("cp1252", errors="replace")
        if text.count("�") + sum(c < " " and c not in "\t\n\r\f" for c in text) > len(text) // 50:
            raise _not_text(name) from error
        return text
    if "\0" in text:
        raise _not_text(name)
    return text


def _not_text(name: str) -> AttachmentError:
    return AttachmentError(
        f"“{name}” is neither text nor an image that models can see.",
        "Text files, PDF, Word documents (.docx) and PNG, JPEG, GIF and WebP images can be added.",
    )
