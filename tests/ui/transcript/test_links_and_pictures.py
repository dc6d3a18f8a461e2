"""Links, pictures and attachments of a card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QLabel
from pytestqt.qtbot import QtBot

from app.seam.views import (
    AttachmentView,
    ImageView,
    MessageView,
)
from app.ui.transcript.notes import PictureView
from app.ui.transcript.pictures import PictureBox
from app.ui.transcript.prose import ProseView
from app.ui.transcript.user_parts import AttachmentsView
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.cards import LEFT, part


@pytest.fixture
def press_link(view: TranscriptView, message: Callable[..., MessageView]) -> Callable[[str], None]:
    def press(address: str) -> None:
        view.show_messages((message(1, "Hi"), message(2, f"go [there](<{address}>)")))
        prose = part(view, 1, ProseView)
        assert isinstance(prose, ProseView)
        prose.anchorClicked.emit(QUrl(address))

    return press


def test_a_link_shows_its_whole_address_before_it_is_opened(
    view: TranscriptView, qtbot: QtBot, press_link: Callable[[str], None]
) -> None:
    press_link("https://user@evil.example/path?q=1")
    assert view.overlay.link_bar.isVisible()
    assert "evil.example" in view.overlay.link_bar.title.text()
    shown = view.overlay.link_bar.address.text().replace("\u200b", "")
    assert shown == "https://user@evil.example/path?q=1"
    with qtbot.waitSignal(view.link_clicked) as caught:
        qtbot.mouseClick(view.overlay.link_bar.open_button, LEFT)
    assert caught.args == ["https://user@evil.example/path?q=1"]


def test_a_host_that_only_looks_alike_is_spelled_out(
    view: TranscriptView, press_link: Callable[[str], None]
) -> None:
    press_link("https://аpple.example/")
    assert "xn--" in view.overlay.link_bar.title.text()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "//host/share"])
def test_no_other_address_comes_through_the_handler(
    view: TranscriptView, qtbot: QtBot, press_link: Callable[[str], None], address: str
) -> None:
    with qtbot.assertNotEmitted(view.link_clicked):
        press_link(address)
    assert not view.overlay.link_bar.isVisible()


def test_a_click_on_a_link_in_the_text_asks_first(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "[there](https://a.example/b)")))
    prose = part(view, 1, ProseView)
    assert isinstance(prose, ProseView)
    qtbot.mouseClick(prose.viewport(), LEFT, pos=QPoint(12, 8))
    assert view.overlay.link_bar.isVisible()


def test_an_image_in_the_text_is_an_address_and_a_button(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    view.show_messages((message(1, "Hi"), message(2, "![a cat](https://pics.example/cat.png)")))
    picture = part(view, 1, PictureView)
    assert isinstance(picture, PictureView)
    assert picture.title.text() == "Image at pics.example: a cat"
    qtbot.mouseClick(picture.show_button, LEFT)
    assert view.overlay.link_bar.isVisible()


def test_a_picture_that_cannot_be_read_says_so_and_can_be_saved(
    view: TranscriptView,
    qtbot: QtBot,
    message: Callable[..., MessageView],
) -> None:
    broken = ImageView("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    view.show_messages((message(1, "Hi"), message(2, "x", images=(broken,))))
    box = part(view, 1, PictureBox)
    assert isinstance(box, PictureBox)
    assert box.trouble.isVisible()
    with qtbot.waitSignal(view.save_image_requested) as caught:
        qtbot.mouseClick(box.save_button, LEFT)
    assert caught.args == [broken]


def test_attachments_are_chips_with_name_and_size(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    file = AttachmentView("a", "<b>notes</b>.pdf", "application/pdf", 14_000)
    view.show_messages((message(1, "Look", attachments=(file,)),))
    texts = [label.text() for label in view.cards[0].findChildren(QLabel)]
    assert "<b>notes</b>.pdf" in texts
    assert "14.0 kB" in texts


def test_chips_stand_in_order_in_lines_that_end_at_the_right(
    view: TranscriptView, message: Callable[..., MessageView]
) -> None:
    png = QImage(80, 80, QImage.Format.Format_RGB32)
    png.fill(0)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert png.save(buffer, "PNG")
    files = tuple(
        AttachmentView(
            str(place),
            f"{place}.txt",
            "text/plain",
            14_000,
            bytes(content.data()) if place == 1 else b"",
        )
        for place in range(7)
    )
    view.show_messages((message(1, "Look", attachments=files),))
    row = part(view, 0, AttachmentsView)
    chips = [chip for chip in row.findChildren(QFrame) if chip.parent() == row]
    tops = [chip.y() for chip in chips]
    assert tops == sorted(tops)
    lines = [[chip for chip in chips if chip.y() == top] for top in sorted(set(tops))]
    assert len(lines) > 1
    assert len(lines[0]) > 1
    for line in lines:
        assert [chip.x() for chip in line] == sorted(chip.x() for chip in line)
        assert len({chip.height() for chip in line}) == 1
        assert line[-1].geometry().right() == row.width() - 1
        assert line[0].x() > 0
