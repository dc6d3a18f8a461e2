"""Files come into a message through the dialog of the paperclip, as somebody picks them there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QListView, QPushButton, QToolButton

from app.seam import commands, events
from app.seam.views import AttachmentView
from app.ui.composer.chips import Chip, ChipsArea
from tests.ui.shell.conftest import Desk

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def pick(desk: Desk, *paths: Path) -> None:
    """Mark files in the list of the dialog that is open, and press its button."""
    dialog = desk.window.findChild(QFileDialog)
    assert dialog is not None, "no dialog came"
    assert dialog.isVisible()
    dialog.setDirectory(str(paths[0].parent))
    files = dialog.findChild(QListView, "listView")
    assert files is not None
    for number, path in enumerate(paths):
        modifier = CONTROL if number else NONE
        desk.qtbot.mouseClick(files.viewport(), LEFT, modifier, place_of(desk, files, path.name))
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    desk.qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Open), LEFT)


def place_of(desk: Desk, files: QListView, name: str) -> QPoint:
    """Where a file stands in the list, once the folder has been read."""
    model = files.model()

    def rows() -> list[str]:
        indices = (model.index(row, 0, files.rootIndex()) for row in range(count()))
        return [str(index.data()) for index in indices]

    def count() -> int:
        return model.rowCount(files.rootIndex())

    desk.qtbot.waitUntil(lambda: name in rows())
    index = model.index(rows().index(name), 0, files.rootIndex())
    desk.qtbot.waitUntil(lambda: not files.visualRect(index).isEmpty())
    return files.visualRect(index).center()


def attached(desk: Desk) -> list[str]:
    orders = [one for one in desk.port.orders if isinstance(one, commands.AttachFile)]
    return [order.path for order in orders]


def test_a_file_picked_behind_the_paperclip_is_attached(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")
    desk.qtbot.mouseClick(desk.composer.box.attach_button, LEFT)
    pick(desk, file)
    assert attached(desk) == [str(file)]


def test_several_files_picked_by_key_are_all_attached(desk: Desk, tmp_path: Path) -> None:
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for file in files:
        file.write_text("hello")
    desk.qtbot.keyClick(desk.window, KEY.Key_U, CONTROL)
    pick(desk, *files)
    assert attached(desk) == [str(file) for file in files]


def test_a_file_that_does_not_come_can_be_taken_away(desk: Desk, tmp_path: Path) -> None:
    desk.qtbot.keyClicks(desk.editor, "Look at this")
    desk.composer.add_files([str(tmp_path / "far.txt")])
    assert not desk.composer.box.send_button.isEnabled()
    close = desk.composer.box.chips.findChild(QToolButton)
    assert close is not None
    desk.qtbot.mouseClick(close, LEFT)
    assert not desk.composer.box.is_reading()
    assert desk.composer.box.chips.isHidden()
    assert desk.composer.box.send_button.isEnabled()
    # What comes of it by then goes nowhere.
    order = next(one for one in desk.port.orders if isinstance(one, commands.AttachFile))
    desk.tell(events.FileRefused(order.serial, order.chat_id, "far.txt", "Gone.", ""))
    assert desk.composer.box.chips.isHidden()


def test_many_wrong_files_leave_the_good_one_in_sight_and_go_at_once(desk: Desk) -> None:
    names = [f"{place}.bin" for place in range(8)]
    desk.composer.add_files([f"/x/{name}" for name in (*names, "good.txt")])
    orders = [one for one in desk.port.orders if isinstance(one, commands.AttachFile)]
    for order in orders[:-1]:
        words = f"“{order.name}” is too large (29.0 MB)."
        desk.tell(events.FileRefused(order.serial, "c1", order.name, words, ""))
    good = AttachmentView("a1", "good.txt", "text/plain", 5)
    desk.tell(events.FileAttached(orders[-1].serial, "c1", good))
    chips = desk.composer.box.chips
    shown = [chip for chip in chips.findChildren(Chip) if chip.isVisibleTo(chips)]
    assert len(shown) == 9
    first = min(shown, key=lambda chip: (chip.y(), chip.x()))
    assert first.accessibleName().startswith("good.txt")
    assert "0.bin, is too large (29.0 MB)." in {chip.accessibleName() for chip in shown}
    area = desk.composer.box.findChild(ChipsArea)
    assert area is not None
    desk.qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    # Some lines of them are in sight, and no more room is taken than that.
    desk.qtbot.waitUntil(lambda: area.height() == area.heightForWidth(area.width()))
    assert 2 * first.height() < area.height() < chips.height()
    [drop_all] = [one for one in chips.findChildren(QPushButton) if one.text().startswith("Remove")]
    drop_all.click()
    assert desk.composer.box.attachments() == (good,)
    desk.qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)


def test_of_a_document_the_chip_says_that_its_text_goes(desk: Desk) -> None:
    desk.composer.add_files(["/x/report.PDF", "/x/notes.txt"])
    orders = [one for one in desk.port.orders if isinstance(one, commands.AttachFile)]
    for order in orders:
        view = AttachmentView(f"a{order.serial}", order.name, "text/plain", 14_000)
        desk.tell(events.FileAttached(order.serial, "c1", view))
    chips = desk.composer.box.chips.findChildren(Chip)
    said = {chip.accessibleName() for chip in chips if chip.isVisibleTo(desk.composer.box.chips)}
    assert said == {"report.PDF, 14.0 kB of text", "notes.txt, 14.0 kB"}


def test_files_go_in_the_order_given_whichever_is_read_first(desk: Desk) -> None:
    names = ["long.pdf", "wrong.bin", "short.txt", "other.bin", "last.png"]
    desk.composer.add_files([f"/x/{name}" for name in names])
    orders = [one for one in desk.port.orders if isinstance(one, commands.AttachFile)]
    for order in (orders[4], orders[2]):
        view = AttachmentView(f"a{order.serial}", order.name, "text/plain", 5)
        desk.tell(events.FileAttached(order.serial, "c1", view))
    for order in (orders[3], orders[1]):
        desk.tell(events.FileRefused(order.serial, "c1", order.name, f"“{order.name}” is bad.", ""))
    chips = desk.composer.box.chips

    def shown() -> list[str]:
        found = [chip for chip in chips.findChildren(Chip) if chip.isVisibleTo(chips)]
        found.sort(key=lambda chip: (chip.y(), chip.x()))
        return [chip.accessibleName().partition(",")[0] for chip in found]

    assert shown() == ["long.pdf", "short.txt", "last.png", "wrong.bin", "other.bin"]
    view = AttachmentView("a0", "long.pdf", "text/plain", 5)
    desk.tell(events.FileAttached(orders[0].serial, "c1", view))
    assert shown()[:3] == ["long.pdf", "short.txt", "last.png"]
    attached_names = [view.name for view in desk.composer.box.attachments()]
    assert attached_names == ["long.pdf", "short.txt", "last.png"]
