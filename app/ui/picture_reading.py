"""Pictures from bytes: only known raster formats, bounded before they are decoded.

Decoded on another thread; nothing is ever read from a file or an address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QSize,
    Qt,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

BYTES_MAX = 40_000_000
PIXELS_MAX = 60_000_000
MEMORY_MAX_MB = 256
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"GIF8", b"gif"),
    (b"RIFF", b"webp"), (b"BM", b"bmp"),
)  # fmt: skip
# A camera held upright writes its picture lying down, and how to turn it.
_ON_ITS_SIDE = QImageIOHandler.Transformation.TransformationRotate90


def picture_format(content: bytes) -> bytes:
    """The raster format that the first bytes say; empty where it is none that we take."""
    return next((form for sign, form in _SIGNS if content.startswith(sign)), b"")


def picture_size(content: bytes) -> QSize:
    """Width and height as the header says, invalid where the picture is not taken."""
    if not 0 < len(content) <= BYTES_MAX or not picture_format(content):
        return QSize()
    with _Reading(content) as reader:
        size = reader.size()
    if not size.isValid() or size.width() * size.height() > PIXELS_MAX:
        return QSize()
    return size


def read_picture(content: bytes, within: QSize) -> QImage:
    """The picture scaled down to fit, null where it cannot be read."""
    size = picture_size(content)
    if size.isEmpty():
        return QImage()
    with _Reading(content) as reader:
        if size.width() > within.width() or size.height() > within.height():
            reader.setScaledSize(size.scaled(within, Qt.AspectRatioMode.KeepAspectRatio))
        return reader.read()


def thumbnail_size(content: bytes, within: QSize) -> QSize:
    """How large a picture is in small, upright and no larger than it is; invalid where the picture
    is not taken. Reads the header alone."""
    size = picture_size(content)
    if not size.isValid():
        return size
    with _Reading(content) as reader:
        if reader.transformation() & _ON_ITS_SIDE:
            size = size.transposed()
    fits = size.width() <= within.width() and size.height() <= within.height()
    small = size if fits else size.scaled(within, Qt.AspectRatioMode.KeepAspectRatio)
    return small.expandedTo(QSize(1, 1))


def read_thumbnail(content: bytes, within: QSize) -> QImage:
    """The picture in small and upright, null where it cannot be read."""
    small = thumbnail_size(content, within)
    if not small.isValid():
        return QImage()
    with _Reading(content) as reader:
        reader.setAutoTransform(True)
        on_its_side = reader.transformation() & _ON_ITS_SIDE
        reader.setScaledSize(small.transposed() if on_its_side else small)
        return reader.read()


class _Reading:
    """A reader over bytes, told its format so that no other decoder is tried."""

    def __init__(self, content: bytes) -> None:
        QImageReader.setAllocationLimit(MEMORY_MAX_MB)
        self._bytes = QByteArray(content)
        self._buffer = QBuffer(self._bytes)
        self._form = picture_format(content)

    def __enter__(self) -> QImageReader:
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._reader = QImageReader(self._buffer, QByteArray(self._form))
        self._reader.setAutoDetectImageFormat(False)
        self._reader.setAutoTransform(False)
        return self._reader

    def __exit__(self, *_: object) -> None:
        self._buffer.close()


class Decoding(QObject):
    """Work on a picture on a thread of Qt's pool; `done` brings what it gave to the window's."""

    done = Signal(QImage)
    _under_way: ClassVar[set[Decoding]] = set()

    def __init__(self, read: Callable[[], QImage]) -> None:
        super().__init__()
        self._read = read

    def start(self) -> None:
        """Nobody has to keep it meanwhile; who is gone by then hears nothing."""
        self._under_way.add(self)
        self.done.connect(self._on_done)
        QThreadPool.globalInstance().start(self._run)

    def _run(self) -> None:
        self.done.emit(self._read())

    def _on_done(self) -> None:
        self._under_way.discard(self)
