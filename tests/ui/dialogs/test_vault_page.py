"""The vault on the keys page: another passphrase, and a damaged one that is set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.views import KeychainView
from app.ui.settings.keys_page import KeysPage
from app.ui.theme import Theme
from tests.ui.dialogs.samples import NO_KEYRING, NotingBridge


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, bridge: NotingBridge) -> KeysPage:
    shown = KeysPage(bridge)  # type: ignore[arg-type]
    qtbot.addWidget(shown)
    shown.resize(640, 560)
    shown.show()
    return shown


def button(page: KeysPage, name: str) -> QPushButton:
    return page.findChild(QPushButton, name)


def said(page: KeysPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_the_passphrase_of_an_open_vault_is_changed(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    opened = KeychainView("vault", "Vault", vault_exists=True, vault_open=True)
    bridge.event.emit(events.KeychainReady(opened))
    qtbot.mouseClick(button(page, "other-passphrase"), Qt.MouseButton.LeftButton)
    fields = [
        page.findChild(QLineEdit, name)
        for name in ("old-passphrase", "new-passphrase", "new-passphrase-again")
    ]
    texts = ("wrong", "eight green geese fly", "eight green geese fl")
    for field, text in zip(fields, texts, strict=True):
        qtbot.keyClicks(field, text)
    assert not button(page, "change-passphrase").isEnabled()
    qtbot.keyClicks(fields[2], "y")
    qtbot.mouseClick(button(page, "change-passphrase"), Qt.MouseButton.LeftButton)
    asked_for = [commands.ChangeVaultPassphrase("wrong", "eight green geese fly")]
    assert bridge.of(commands.ChangeVaultPassphrase) == asked_for
    bridge.event.emit(events.KeychainReady(replace(opened, trouble="This is not it.")))
    assert "This is not it." in said(page)
    assert [field.text() for field in fields][:2] == ["wrong", "eight green geese fly"]
    qtbot.keyClicks(fields[0], " no more")
    qtbot.keyClick(fields[2], Qt.Key.Key_Return)
    bridge.event.emit(events.KeychainReady(replace(opened, news="It was changed.")))
    assert "It was changed." in said(page)
    assert [field.text() for field in fields] == ["", "", ""]
    assert all(field.isHidden() or not field.isVisible() for field in fields)


def test_a_damaged_vault_can_be_set_aside(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    locked = KeychainView("vault", "Vault", vault_exists=True, vault_open=False)
    bridge.event.emit(events.KeychainReady(locked))
    assert not button(page, "set-vault-aside").isVisible()
    damaged = replace(locked, trouble="It is damaged.", vault_damaged=True)
    bridge.event.emit(events.KeychainReady(damaged))
    qtbot.mouseClick(button(page, "set-vault-aside"), Qt.MouseButton.LeftButton)
    assert bridge.of(commands.SetVaultAside) == [commands.SetVaultAside()]
    bridge.event.emit(events.KeychainReady(replace(NO_KEYRING, news="Kept as x.damaged-1.")))
    assert "Kept as x.damaged-1." in said(page)
    assert button(page, "choose-vault").isVisible()


def test_a_key_without_a_place_says_what_is_to_be_done_first(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bridge.event.emit(events.KeychainReady(NO_KEYRING))
    secret = page.findChild(QLineEdit, "secret")
    qtbot.keyClicks(secret, "sk-whatever")
    first = "Choose above where keys are kept; then it can be checked."
    assert first in said(page)
    qtbot.keyClick(secret, Qt.Key.Key_Return)
    assert first in said(page)
    assert not bridge.of(commands.CheckAndKeepKey)
    qtbot.mouseClick(button(page, "choose-session"), Qt.MouseButton.LeftButton)
    assert first not in said(page)
    assert button(page, "check-and-keep").isEnabled()


def test_a_choice_of_place_can_be_taken_back(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bridge.event.emit(events.KeychainReady(NO_KEYRING))
    qtbot.mouseClick(button(page, "choose-vault"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(page.findChild(QLineEdit, "passphrase"), "eight green")
    qtbot.mouseClick(button(page, "leave-vault"), Qt.MouseButton.LeftButton)
    assert button(page, "choose-vault").isVisible()
    assert page.findChild(QLineEdit, "passphrase").text() == ""
    qtbot.mouseClick(button(page, "choose-session"), Qt.MouseButton.LeftButton)
    assert page.place.where() == "session"
    qtbot.mouseClick(button(page, "choose-again"), Qt.MouseButton.LeftButton)
    assert page.place.where() == ""
    assert button(page, "choose-vault").isVisible()
