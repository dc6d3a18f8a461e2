"""The settings beside the keys: choices that apply at once, shortcuts, the proxy, data, about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.config import Paths
from app.seam import commands, events
from app.seam.views import ProxyView, SettingsView
from app.ui.settings.dialog import PAGES, SettingsDialog
from app.ui.settings.shortcuts_page import ShortcutsPage
from app.ui.shortcuts import ACTIONS
from app.ui.theme import Theme
from tests.ui.dialogs.samples import HOSTILE, NotingBridge

Open = Callable[..., SettingsDialog]
PROXY = ProxyView("http://proxy.example.com:3128", "ada", has_password=True)


@pytest.fixture
def open_settings(host: QWidget, bridge: NotingBridge, tmp_path: Path) -> Open:
    def make(page: str, settings: SettingsView | None = None, **more: bool) -> SettingsDialog:
        paths = Paths(*(tmp_path / name for name in ("data", "config", "cache", "logs")))
        dialog = SettingsDialog(
            host, bridge, settings or SettingsView(), paths=paths, page=page, **more  # type: ignore[arg-type]
        )  # fmt: skip
        dialog.open()
        return dialog

    return make


def click(widget: QWidget | None) -> None:
    assert widget is not None
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def said(dialog: QWidget) -> str:
    QApplication.processEvents()
    labels = dialog.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def fill(qtbot: QtBot, dialog: QWidget, name: str, text: str) -> None:
    field = dialog.findChild(QLineEdit, name)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(field, text)


def press_keys(qtbot: QtBot, dialog: SettingsDialog, action: str, key: Qt.Key,
               modifiers: Qt.KeyboardModifier) -> ShortcutsPage:  # fmt: skip
    page = dialog.page("shortcuts")
    assert isinstance(page, ShortcutsPage)
    line = page.lines[action]
    click(next(b for b in line.findChildren(QPushButton) if b.text() == "Change"))
    qtbot.keyClick(QApplication.focusWidget(), key, modifiers)
    return page


def test_the_arrow_keys_turn_the_pages(qtbot: QtBot, open_settings: Open) -> None:
    dialog = open_settings("appearance")
    pages = dialog.findChild(QListWidget)
    titles = []
    for _ in PAGES:
        titles.append(dialog.title.text())
        qtbot.keyClick(pages, Qt.Key.Key_Down)
    assert titles == ["Appearance", "Shortcuts", "Network", "Data", "About", "About", "About"]


def test_dark_is_ordered_at_once(open_settings: Open, bridge: NotingBridge) -> None:
    dialog = open_settings("appearance")
    click(dialog.findChild(QRadioButton, "theme-2"))
    assert bridge.orders[-1] == commands.ChangeSettings((("theme", "dark"),))


def test_the_choices_follow_what_the_core_says(open_settings: Open, bridge: NotingBridge) -> None:
    dialog = open_settings("appearance")
    settings = SettingsView(theme="light", zoom_percent=115, enter_sends=False)
    bridge.event.emit(events.SettingsChanged(settings))
    assert dialog.findChild(QRadioButton, "theme-1").isChecked()
    assert dialog.findChild(QRadioButton, "enter-1").isChecked()
    assert dialog.findChild(QComboBox, "zoom").currentText() == "115 %"
    assert not bridge.of(commands.ChangeSettings)


def test_the_size_is_ordered_by_keyboard(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    zoom = open_settings("appearance").findChild(QComboBox, "zoom")
    qtbot.keyClick(zoom, Qt.Key.Key_Down)
    assert bridge.orders[-1] == commands.ChangeSettings((("zoom_percent", 110),))


def test_all_actions_are_listed_with_their_keys(open_settings: Open) -> None:
    dialog = open_settings("shortcuts", SettingsView(shortcuts=(("new_chat", "Ctrl+Alt+N"),)))
    page = dialog.page("shortcuts")
    assert isinstance(page, ShortcutsPage)
    assert set(page.lines) == {entry.id for entry in ACTIONS}
    assert "Ctrl+Alt+N" in said(dialog)


def test_new_keys_are_ordered(qtbot: QtBot, open_settings: Open, bridge: NotingBridge) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    press_keys(qtbot, open_settings("shortcuts"), "new_chat", Qt.Key.Key_P, both)
    assert bridge.of(commands.SetShortcut) == [commands.SetShortcut("new_chat", "Ctrl+Alt+P")]


def test_keys_that_are_taken_are_said_and_not_ordered(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("shortcuts")
    control = Qt.KeyboardModifier.ControlModifier
    press_keys(qtbot, dialog, "new_chat", Qt.Key.Key_K, control)
    assert "Ctrl+K is taken by “Search and commands”." in said(dialog)
    assert not bridge.of(commands.SetShortcut)


def test_keys_that_type_are_refused(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("shortcuts")
    press_keys(qtbot, dialog, "new_chat", Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    assert "A is needed for typing." in said(dialog)
    assert not bridge.of(commands.SetShortcut)


def test_tab_leaves_the_field_for_keys(qtbot: QtBot, open_settings: Open) -> None:
    dialog = open_settings("shortcuts")
    press_keys(qtbot, dialog, "new_chat", Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    assert isinstance(QApplication.focusWidget(), QPushButton)


def test_the_list_of_pages_follows_the_size_that_is_chosen_beside_it(open_settings: Open) -> None:
    dialog = open_settings("appearance")
    nav = dialog.findChild(QListWidget)
    before = nav.width(), nav.visualItemRect(nav.item(0)).height(), nav.iconSize().width()
    Theme.current().set_zoom(200)
    QApplication.processEvents()
    after = nav.width(), nav.visualItemRect(nav.item(0)).height(), nav.iconSize().width()
    assert after == tuple(2 * size for size in before)


def test_changed_keys_go_back_to_the_usual_ones(open_settings: Open, bridge: NotingBridge) -> None:
    dialog = open_settings("shortcuts", SettingsView(shortcuts=(("find", "F3"), ("stop", "F4"))))
    back = next(
        b for b in dialog.findChildren(QToolButton) if b.accessibleName() == "Back to Ctrl+F"
    )
    click(back)
    assert bridge.of(commands.SetShortcut) == [commands.SetShortcut("find", "")]
    click(next(b for b in dialog.findChildren(QPushButton) if b.text().startswith("All back")))
    assert commands.SetShortcut("stop", "") in bridge.of(commands.SetShortcut)


def test_a_proxy_is_saved_with_its_password(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network")
    click(dialog.findChild(QRadioButton, "proxy-1"))
    fill(qtbot, dialog, "proxy-host", "proxy.example.com")
    fill(qtbot, dialog, "proxy-port", "8080")
    fill(qtbot, dialog, "proxy-user", "ada")
    fill(qtbot, dialog, "proxy-password", "hush")
    click(dialog.findChild(QPushButton, "proxy-save"))
    assert bridge.of(commands.SetProxy) == [
        commands.SetProxy("http://proxy.example.com:8080", "ada", "hush")
    ]
    assert dialog.findChild(QLineEdit, "proxy-password").text() == ""


def test_a_kept_password_stays_unless_another_is_typed(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    fill(qtbot, dialog, "proxy-port", "3129")
    click(dialog.findChild(QPushButton, "proxy-save"))
    order = bridge.of(commands.SetProxy)[0]
    assert isinstance(order, commands.SetProxy)
    assert order.password is None


def test_going_back_to_the_system_forgets_the_proxy(
    open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    click(dialog.findChild(QRadioButton, "proxy-0"))
    click(dialog.findChild(QPushButton, "proxy-save"))
    assert bridge.of(commands.SetProxy) == [commands.SetProxy("", "", "")]


@pytest.mark.parametrize(
    ("name", "port", "words"),
    [("", "80", "The host is missing."), ("a b", "80", "Write the host alone"),
     ("ada:pw@host", "80", "Write the host alone"), ("host", "0", "The port is a number"),
     ("host", "99999", "The port is a number"), ("host", "http", "The port is a number")],
)  # fmt: skip
def test_an_address_that_is_none_is_said_and_not_saved(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge, name: str, port: str, words: str
) -> None:
    dialog = open_settings("network")
    click(dialog.findChild(QRadioButton, "proxy-1"))
    fill(qtbot, dialog, "proxy-host", name)
    fill(qtbot, dialog, "proxy-port", port)
    click(dialog.findChild(QPushButton, "proxy-save"))
    assert words in said(dialog)
    assert not bridge.of(commands.SetProxy)


def test_a_whole_address_in_the_field_for_the_host_is_taken_apart(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network")
    click(dialog.findChild(QRadioButton, "proxy-1"))
    dialog.findChild(QLineEdit, "proxy-host").setText("socks5://127.0.0.1:9050")
    click(dialog.findChild(QPushButton, "proxy-save"))
    assert bridge.of(commands.SetProxy) == [commands.SetProxy("socks5://127.0.0.1:9050", "", None)]


@pytest.mark.parametrize(("works", "tone"), [(True, "ok"), (False, "danger")])
def test_the_test_says_that_it_runs_and_how_it_went(
    open_settings: Open, bridge: NotingBridge, works: bool, tone: str
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    button = dialog.findChild(QPushButton, "proxy-test")
    click(button)
    assert "Asking a provider through this connection" in said(dialog)
    assert not button.isEnabled()
    order = bridge.of(commands.TestProxy)[0]
    assert isinstance(order, commands.TestProxy)
    bridge.event.emit(events.ProxyTested(order.serial, works, HOSTILE))
    shown = next(label for label in dialog.findChildren(QLabel) if label.text() == HOSTILE)
    assert shown.textFormat() == Qt.TextFormat.PlainText
    assert shown.property("tone") == tone
    assert button.isEnabled()


def test_another_setting_does_not_wipe_what_is_being_typed(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    fill(qtbot, dialog, "proxy-host", "other.example.com")
    bridge.event.emit(events.SettingsChanged(SettingsView(proxy=PROXY, theme="dark")))
    assert dialog.findChild(QLineEdit, "proxy-host").text() == "other.example.com"


def test_what_the_keyring_said_to_the_password_is_shown_beside_it(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    fill(qtbot, dialog, "proxy-password", "hush")
    click(dialog.findChild(QPushButton, "proxy-save"))
    bridge.event.emit(events.Notice("error", "Secret Service is locked."))
    assert "Secret Service is locked." in said(dialog)


def test_saved_is_said_when_the_core_has_it(
    qtbot: QtBot, open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network", SettingsView(proxy=PROXY))
    fill(qtbot, dialog, "proxy-port", "3129")
    click(dialog.findChild(QPushButton, "proxy-save"))
    kept = replace(PROXY, url="http://proxy.example.com:3129")
    bridge.event.emit(events.SettingsChanged(SettingsView(proxy=kept)))
    assert "Saved." in said(dialog)


def test_folders_are_shown_and_opened(qtbot: QtBot, open_settings: Open, tmp_path: Path) -> None:
    dialog = open_settings("data")
    assert str(tmp_path / "logs") in said(dialog)
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Open")
    with qtbot.waitSignal(dialog.folder_asked) as asked:
        click(button)
    assert asked.args == [str(tmp_path / "data")]


def test_export_is_offered_only_where_there_is_a_chat(qtbot: QtBot, open_settings: Open) -> None:
    assert open_settings("data").findChild(QPushButton, "export-chat") is None
    dialog = open_settings("data", can_export=True)
    with qtbot.waitSignal(dialog.export_asked):
        click(dialog.findChild(QPushButton, "export-chat"))


def test_every_license_can_be_read(open_settings: Open) -> None:
    dialog = open_settings("about")
    buttons = [b for b in dialog.findChildren(QPushButton) if b.text() == "Read"]
    assert len(buttons) == 6
    for button in buttons:
        click(button)
    texts = [text.toPlainText() for text in dialog.findChildren(QPlainTextEdit)]
    assert all(len(text) > 100 for text in texts)
    assert any("SIL OPEN FONT LICENSE" in text for text in texts)


@pytest.mark.parametrize("page", PAGES)
def test_everything_one_can_press_has_a_name(open_settings: Open, page: str) -> None:
    dialog = open_settings(page)
    controls: list[QWidget] = [
        *dialog.findChildren(QPushButton), *dialog.findChildren(QToolButton),
        *dialog.findChildren(QLineEdit), *dialog.findChildren(QComboBox),
    ]  # fmt: skip
    nameless = [
        control for control in controls
        if not control.accessibleName() and not getattr(control, "text", str)()
        and "Keys" not in type(control).__name__
        and not isinstance(control.parentWidget(), QLineEdit)
    ]  # fmt: skip
    assert nameless == []


def test_another_key_may_answer_only_where_the_user_says_so(
    bridge: NotingBridge, open_settings: Open
) -> None:
    dialog = open_settings("network")
    one, other = (dialog.findChild(QRadioButton, f"failover-{number}") for number in (0, 1))
    assert (one.isChecked(), other.isChecked()) == (True, False)
    click(other)
    assert commands.ChangeSettings((("failover", True),)) in bridge.of(commands.ChangeSettings)
    bridge.event.emit(events.SettingsChanged(SettingsView(failover=False)))
    assert one.isChecked()


def test_drafts_go_to_the_providers_counter_only_where_that_is_chosen(
    open_settings: Open, bridge: NotingBridge
) -> None:
    dialog = open_settings("network")
    here, there = (dialog.findChild(QRadioButton, f"counting-{number}") for number in (0, 1))
    assert (here.isChecked(), there.isChecked()) == (True, False)
    assert "sends the draft to the provider" in said(dialog)
    click(there)
    wanted = commands.ChangeSettings((("count_with_provider", True),))
    assert bridge.of(commands.ChangeSettings) == [wanted]
    bridge.event.emit(events.SettingsChanged(SettingsView(count_with_provider=False)))
    assert here.isChecked()
