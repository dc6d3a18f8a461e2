"""A picture in small, on the chip of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel

from app.ui.icons import pixmap
from app.ui.picture_reading import Decoding, read_thumbnail, thumbnail_size
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.seam.views import AttachmentView

_ICON = 16


def file_icon(file: AttachmentView) -> str:
    """The icon of a file whose picture is not shown."""
    return "image" if file.media_type.startswith("image/") else "file-text"


class Thumbnail(QLabel):
    """Has its size at once, and its picture when another thread has decoded that. An icon stands
    where there is no picture, or none that can be read."""

    def __init__(self, content: bytes, within: QSize, icon_name: str, tone: str = "ink2") -> None:
        """`within` in pixels of the design, scaled with the theme."""
        super().__init__()
        self._icon = (icon_name, tone)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme = Theme.current()
        shown = thumbnail_size(content, QSize(theme.px(within.width()), theme.px(within.height())))
        if not shown.isValid():
            self._show_icon()
            return
        self.setFixedSize(shown)
        sharp = shown * self.devicePixelRatioF()
        decoding = Decoding(lambda: read_thumbnail(content, sharp))
        decoding.done.connect(self._on_decoded)
        decoding.start()

    def _on_decoded(self, image: QImage) -> None:
        if image.isNull():
            self._show_icon()
            return
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        self.setPixmap(picture)

    def _show_icon(self) -> None:
        name, tone = self._icon
        size = Theme.current().px(_ICON)
        self.setPixmap(pixmap(name, tone, size, ratio=self.devicePixelRatioF()))
