"""Pictures on the chips of files: small, upright, decoded beside the window's thread."""

from __future__ import annotations

import random
import struct

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.seam.views import AttachmentView
from app.ui.picture_reading import Decoding, thumbnail_size
from app.ui.thumbnail import Thumbnail, file_icon
from app.ui.transcript.user_parts import _Chip

RED, BLUE = QColor(200, 30, 30), QColor(30, 30, 200)
BOX = QSize(32, 32)


def photo(width: int, height: int, form: str = "JPG") -> bytes:
    """Red at its left, blue at its right."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(BLUE)
    painter = QPainter(image)
    painter.fillRect(0, 0, width // 2, height, RED)
    painter.end()
    return _written(image, form)


def turned(jpeg: bytes, orientation: int) -> bytes:
    """The same with a camera's word on how it was held (EXIF, tag 0x0112)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + b"\0\0\0\0"
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def shown(qtbot: QtBot, thumbnail: Thumbnail) -> QImage:
    qtbot.addWidget(thumbnail)
    qtbot.waitUntil(lambda: not thumbnail.pixmap().isNull())
    return thumbnail.pixmap().toImage()


def near(color: QColor, wanted: QColor) -> bool:
    return abs(color.red() - wanted.red()) < 40 and abs(color.blue() - wanted.blue()) < 40


def test_a_picture_has_its_size_before_it_is_decoded(qtbot: QtBot) -> None:
    thumbnail = Thumbnail(photo(400, 200), BOX, "image")
    assert thumbnail.size() == QSize(32, 16)
    assert thumbnail.pixmap().isNull()
    image = shown(qtbot, thumbnail)
    assert near(image.pixelColor(4, 8), RED)
    assert near(image.pixelColor(28, 8), BLUE)


@pytest.mark.parametrize(
    ("orientation", "size", "red", "blue"),
    [
        (3, (32, 16), (28, 8), (4, 8)),
        (6, (16, 32), (8, 4), (8, 28)),
        (8, (16, 32), (8, 28), (8, 4)),
    ],
)
def test_a_photo_stands_as_the_camera_was_held(
    qtbot: QtBot,
    orientation: int,
    size: tuple[int, int],
    red: tuple[int, int],
    blue: tuple[int, int],
) -> None:
    thumbnail = Thumbnail(turned(photo(400, 200), orientation), BOX, "image")
    assert thumbnail.size() == QSize(*size)
    image = shown(qtbot, thumbnail)
    assert near(image.pixelColor(*red), RED)
    assert near(image.pixelColor(*blue), BLUE)


def test_a_large_photo_has_its_picture_in_the_chat_too(qtbot: QtBot) -> None:
    content = _noise(1600, 1200)
    assert len(content) > 2_000_000
    card = QWidget()
    qtbot.addWidget(card)
    chip = _Chip(AttachmentView("a", "photo.png", "image/png", len(content), content), card)
    thumbnail = chip.findChild(Thumbnail)
    assert thumbnail is not None
    qtbot.waitUntil(lambda: not thumbnail.pixmap().isNull())
    assert thumbnail.pixmap().size() == QSize(53, 40)


def test_a_small_picture_is_not_blown_up(qtbot: QtBot) -> None:
    assert shown(qtbot, Thumbnail(photo(8, 6, "PNG"), BOX, "image")).size() == QSize(8, 6)


def test_what_cannot_be_read_has_an_icon(qtbot: QtBot) -> None:
    for content in (b"", b"no picture", photo(64, 64, "PNG")[:60]):
        image = shown(qtbot, Thumbnail(content, BOX, "image"))
        assert image.size() == QSize(16, 16)


def test_a_picture_too_large_to_decode_has_an_icon(qtbot: QtBot) -> None:
    huge = bytearray(photo(8, 8, "PNG"))
    huge[16:24] = struct.pack(">II", 60_000, 60_000)
    assert not thumbnail_size(bytes(huge), BOX).isValid()
    assert shown(qtbot, Thumbnail(bytes(huge), BOX, "image")).size() == QSize(16, 16)


def test_chips_that_go_before_their_picture_comes_leave_nothing(qtbot: QtBot) -> None:
    content = photo(1600, 1200)
    for _ in range(60):
        Thumbnail(content, BOX, "image").deleteLater()
    qtbot.waitUntil(lambda: not Decoding._under_way)


def test_pictures_and_texts_have_icons_of_their_own() -> None:
    assert file_icon(AttachmentView("a", "x", "image/png", 9_000_000)) == "image"
    assert file_icon(AttachmentView("a", "x", "text/plain", 1)) == "file-text"


def _noise(width: int, height: int) -> bytes:
    """What cannot be packed: as large as photos are."""
    raw = random.Random(7).randbytes(width * height * 4)
    image = QImage(raw, width, height, width * 4, QImage.Format.Format_RGB32)
    return _written(image, "PNG")


def _written(image: QImage, form: str) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, form, 90)
    return bytes(content.data())
