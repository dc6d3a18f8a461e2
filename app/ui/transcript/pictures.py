"""Pictures from bytes: only known raster formats, bounded before they are decoded.

Big ones are decoded on another thread; nothing is ever read from a file or an address.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QObject,
    QRect,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from app.seam.views import ImageView
from app.ui.icons import icon
from app.ui.theme import Theme, set_look
from app.ui.transcript.notes import PlainLabel
from app.ui.transcript.parts import Part, Place

BYTES_MAX = 40_000_000
PIXELS_MAX = 60_000_000
PREVIEW_BYTES_MAX = 2_000_000
MEMORY_MAX_MB = 256
HEIGHT_MAX = 420
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"GIF8", b"gif"),
    (b"RIFF", b"webp"), (b"BM", b"bmp"),
)  # fmt: skip


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


def read_small(content: bytes, side: int) -> QPixmap:
    """A thumbnail for a chip."""
    if len(content) > PREVIEW_BYTES_MAX:
        return QPixmap()
    return QPixmap.fromImage(read_picture(content, QSize(side * 2, side)))


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


class _Answer(QObject):
    done = Signal(QImage)


class _Decoding(QRunnable):
    def __init__(self, content: bytes, within: QSize) -> None:
        super().__init__()
        self.answer = _Answer()
        self._content, self._within = content, within

    def run(self) -> None:
        self.answer.done.emit(read_picture(self._content, self._within))


class PictureBox(QWidget):
    """A picture that the model made, with a button to save it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._image: ImageView | None = None
        self._size = QSize()
        self._pixmap = QPixmap()
        self._decoding: _Decoding | None = None
        self.save_button = QToolButton(self)
        self.save_button.setIcon(icon("download", "ink2"))
        self.save_button.setToolTip(self.tr("Save this image"))
        self.save_button.setAccessibleName(self.tr("Save this image"))
        self.save_button.clicked.connect(self._on_save_clicked)
        self.trouble = PlainLabel(self)
        set_look(self.trouble, tone="2")

    def show_part(self, part: Part, place: Place) -> None:
        assert isinstance(part, ImageView)
        self._place = place
        if part is self._image:
            return
        self._image = part
        self._size = picture_size(part.content)
        self._pixmap = QPixmap()
        self.setAccessibleName(self.tr("Image from the model"))
        unreadable = self.tr("This image cannot be shown; it can still be saved.")
        self.trouble.show_words(unreadable if self._size.isEmpty() else "")

    def height_for(self, width: int) -> int:
        theme = Theme.current()
        button = self.save_button.sizeHint()
        if self._size.isEmpty():
            self.trouble.setGeometry(0, 0, width - button.width(), theme.px(32))
            self.save_button.setGeometry(
                QRect(width - button.width(), 0, button.width(), button.height())
            )
            return theme.px(32)
        shown = self._shown_size(width)
        self._decode(shown)
        left = min(shown.width(), width - button.width())
        self.save_button.setGeometry(
            QRect(left, shown.height() - button.height(), button.width(), button.height())
        )
        return shown.height()

    def release(self) -> None:
        self._place = self._image = self._decoding = None
        self._pixmap = QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._size.isEmpty():
            return
        painter = QPainter(self)
        target = QRect(0, 0, 0, 0)
        target.setSize(self._shown_size(self.width()))
        if self._pixmap.isNull():
            painter.fillRect(target, Theme.current().color("code"))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, self._pixmap)
        painter.end()

    def _shown_size(self, width: int) -> QSize:
        bounds = QSize(width - self.save_button.sizeHint().width(), Theme.current().px(HEIGHT_MAX))
        size = QSize(self._size)
        if size.width() > bounds.width() or size.height() > bounds.height():
            size = size.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(1, 1))

    def _decode(self, shown: QSize) -> None:
        if self._decoding is not None or not self._pixmap.isNull() or self._image is None:
            return
        self._decoding = _Decoding(self._image.content, shown * self.devicePixelRatioF())
        self._decoding.answer.done.connect(self._on_decoded)
        self._decoding.setAutoDelete(False)
        QThreadPool.globalInstance().start(self._decoding)

    def _on_decoded(self, image: QImage) -> None:
        if self._decoding is None or self.sender() is not self._decoding.answer:
            return
        self._decoding = None
        self._pixmap = QPixmap.fromImage(image)
        if image.isNull() and self._place is not None:
            self._size = QSize()
            self.trouble.show_words(self.tr("This image cannot be shown; it can still be saved."))
            self._place.hub.resized.emit(self._place.message_id)
        self.update()

    def _on_save_clicked(self) -> None:
        if self._place is not None and self._image is not None:
            self._place.hub.save_image_requested.emit(self._image)
