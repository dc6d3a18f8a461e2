"""Small parts of the shell: the account's line, the keys beside the search, the palette's lines."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QLabel, QListWidget

from app.seam import events
from app.seam.views import SearchHit
from app.ui.palette.palette import Palette
from app.ui.picker.popup import PickerPopup
from app.ui.sidebar.hits import split_marks
from app.ui.window import prepare_application
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import billing, ready

KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def lines(desk: Desk) -> list[str]:
    return [label.text() for label in desk.frame.sidebar.chip.findChildren(QLabel)]


def test_the_foot_says_one_thing_and_all_of_it(desk: Desk) -> None:
    desk.tell(events.KeysListed((), ()))
    assert "$6.18 this month" in lines(desk)
    free = replace(billing().month, total_pusd=0)
    desk.tell(events.BillingReady(replace(billing(), month=free)))
    assert "no key yet" in lines(desk)


def test_a_line_without_room_is_cut_with_dots_and_whole_in_the_tooltip(desk: Desk) -> None:
    chip = desk.frame.sidebar.chip
    chip.show_account("Your own keys", "about $1,234,567.89 this month and more")
    assert any(line.endswith("…") for line in lines(desk))
    assert "and more" in chip.toolTip()


def test_the_foot_has_room_for_whole_letters(desk: Desk) -> None:
    chip = desk.frame.sidebar.chip
    chip.show_account("Your own keys", "no key yet")
    for label in chip.findChildren(QLabel):
        desk.qtbot.waitUntil(lambda label=label: label.height() >= label.sizeHint().height())


def test_the_search_field_shows_the_key_that_searches_everything(desk: Desk) -> None:
    assert desk.frame.sidebar._search_keys.text() == "Ctrl K"
    assert "Ctrl+Shift+F" in desk.frame.sidebar.search.toolTip()


def test_only_what_is_folded_has_a_button_that_opens_it(desk: Desk) -> None:
    header = desk.frame.panes.panes[0].header
    assert header.billing_button.isHidden()
    desk.qtbot.keyClick(desk.window, KEY.Key_J, CONTROL)
    assert desk.frame.billing.isHidden()
    desk.qtbot.mouseClick(header.billing_button, Qt.MouseButton.LeftButton)
    assert not desk.frame.billing.isHidden()


def test_the_palette_says_a_lines_note_apart_from_its_title(desk: Desk) -> None:
    desk.window.dialogs.open_palette()
    palette = desk.window.findChild(Palette)
    assert palette is not None
    item = palette.findChild(QListWidget).item(0)
    assert item.text() == "New chat"
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "New chat, Ctrl+N"
    palette.reject()


def test_markup_is_not_shown_in_a_hit() -> None:
    text, marks = split_marks("## Locks: **same \x02row\x03** and `FOR UPDATE`, 2 * 3")
    assert text == "Locks: same row and FOR UPDATE, 2 * 3"
    assert [text[start : start + length] for start, length in marks] == ["row"]


def test_the_picker_says_that_there_is_no_model_once_that_is_known(empty_desk: Desk) -> None:
    empty_desk.tell(ready(), events.ModelsListed(()))
    empty_desk.window.dialogs.open_picker(0)
    picker = empty_desk.window.findChild(PickerPopup)
    assert picker is not None
    said = [label.text() for label in picker.findChildren(QLabel)]
    assert "Reading the list of models …" not in said
    picker.reject()


def test_a_bare_system_groups_its_figures(qapp: QApplication, tmp_path: object) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale.c())
    try:
        prepare_application(qapp, tmp_path)  # type: ignore[arg-type]
        assert QLocale().toString(2950) == "2,950"
    finally:
        QLocale.setDefault(before)


def test_a_hit_of_the_palette_names_its_chat_in_the_note(desk: Desk) -> None:
    desk.window.dialogs.open_palette()
    palette = desk.window.findChild(Palette)
    assert palette is not None
    hit = SearchHit("c1", "m1", "Locks", "**a** \x02row\x03", billing().as_of)
    palette.show_hits(Palette._serial, [hit])
    shown = palette.findChild(QListWidget)
    last = shown.item(shown.count() - 1)
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "a row, Locks"
    palette.reject()
