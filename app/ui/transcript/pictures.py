"""Pictures that a model made."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from app.seam.views import ImageView
from app.ui.icons import icon
from app.ui.picture_reading import Decoding, picture_size, read_picture
from app.ui.theme import Theme, set_look
from app.ui.transcript.notes import PlainLabel
from app.ui.transcript.parts import Part, Place

HEIGHT_MAX = 420


class PictureBox(QWidget):
    """A picture that the model made, with a button to save it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._image: ImageView | None = None
        self._size = QSize()
        self._pixmap = QPixmap()
        self._decoding: Decoding | None = None
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
        content, within = self._image.content, shown * self.devicePixelRatioF()
        self._decoding = Decoding(lambda: read_picture(content, within))
        self._decoding.done.connect(self._on_decoded)
        self._decoding.start()

    def _on_decoded(self, image: QImage) -> None:
        if self._decoding is None or self.sender() is not self._decoding:
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
