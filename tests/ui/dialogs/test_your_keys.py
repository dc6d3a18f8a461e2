"""The keys page: what is kept, adding one, every way it can end, and where it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.views import KeychainView
from app.ui.settings.keys_page import KeysPage
from app.ui.settings.recognize import cleaned, passphrase_strength, recognized
from app.ui.theme import Theme
from tests.ui.dialogs.samples import (
    HOSTILE,
    KEYRING,
    NO_KEYRING,
    NotingBridge,
    sample_keys,
    sample_providers,
)

KEY = "sk-ant-api03-abcdefghijklmnop"


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, bridge: NotingBridge) -> KeysPage:
    shown = KeysPage(bridge)  # type: ignore[arg-type]
    qtbot.addWidget(shown)
    shown.resize(640, 560)
    shown.show()
    shown.activateWindow()
    bridge.event.emit(events.KeysListed(sample_keys(), sample_providers()))
    bridge.event.emit(events.KeychainReady(KEYRING))
    return shown


def secret(page: KeysPage) -> QLineEdit:
    return page.findChild(QLineEdit, "secret")


def button(page: QWidget, name: str) -> QPushButton:
    return page.findChild(QPushButton, name)


def said(page: KeysPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def asked(bridge: NotingBridge) -> commands.CheckAndKeepKey:
    order = bridge.of(commands.CheckAndKeepKey)[-1]
    assert isinstance(order, commands.CheckAndKeepKey)
    return order


def paste(qtbot: QtBot, page: KeysPage, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    secret(page).setFocus()
    qtbot.keyClick(secret(page), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def offer(qtbot: QtBot, page: KeysPage, text: str = KEY) -> None:
    paste(qtbot, page, text)
    qtbot.keyClick(secret(page), Qt.Key.Key_Return)


def test_the_page_asks_for_keys_and_keychain_when_it_is_shown(
    page: KeysPage, bridge: NotingBridge
) -> None:
    assert bridge.of(commands.ListKeys)
    assert bridge.of(commands.AskKeychain)


def test_kept_keys_say_how_they_end_and_how_they_stand(page: KeysPage) -> None:
    assert "ends in …f3Qk · works, 62 models" in said(page)
    assert "$4.02 this month" in said(page)
    assert "about $2.16 this month" in said(page)
    refused = next(
        label for label in page.findChildren(QLabel) if label.text().startswith("refused")
    )
    assert refused.property("tone") == "danger"


def test_a_pasted_key_is_recognized_and_sent_as_pasted(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    offer(qtbot, page)
    order = asked(bridge)
    assert (order.secret, order.provider, order.where) == (KEY, "", "keyring")
    assert "Asking Anthropic about this key" in said(page)


@pytest.mark.parametrize("around", ["{0}\n", "  {0} ", "\ufeff{0}\u200b", "\r\n{0}\r\n"])
def test_what_copying_put_around_a_key_is_taken_off(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge, around: str
) -> None:
    offer(qtbot, page, around.format(KEY))
    assert asked(bridge).secret == KEY


def test_the_key_is_hidden_until_it_is_asked_for(qtbot: QtBot, page: KeysPage) -> None:
    paste(qtbot, page, KEY)
    assert secret(page).echoMode() == QLineEdit.EchoMode.Password
    qtbot.mouseClick(secret(page).findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert secret(page).echoMode() == QLineEdit.EchoMode.Normal


def test_a_kept_key_is_gone_from_the_field_beyond_undo(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    offer(qtbot, page)
    bridge.event.emit(
        events.KeyChecked(asked(bridge).serial, True, "Anthropic", "This key works, 9 models.")
    )
    assert secret(page).text() == ""
    secret(page).undo()
    assert secret(page).text() == ""
    assert "Anthropic: This key works, 9 models." in said(page)


@pytest.mark.parametrize(
    "message",
    ["Anthropic refused this key.", "There is no credit left on this account.", "It has expired."],
)
def test_a_refused_key_stays_in_the_field_with_the_reason(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge, message: str
) -> None:
    offer(qtbot, page)
    bridge.event.emit(
        events.KeyChecked(asked(bridge).serial, False, "Anthropic", message, "Make a new one.")
    )
    assert secret(page).text() == KEY
    assert f"{message} Make a new one." in said(page)
    assert not button(page, "keep-unchecked").isVisible()


def test_a_provider_out_of_reach_offers_to_keep_it_unchecked(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    offer(qtbot, page)
    bridge.event.emit(
        events.KeyChecked(asked(bridge).serial, False, "Anthropic", "It was not reached.", "", True)
    )
    qtbot.mouseClick(button(page, "keep-unchecked"), Qt.MouseButton.LeftButton)
    assert asked(bridge).keep_unchecked
    assert asked(bridge).secret == KEY


def test_cancel_gives_the_field_back_and_a_late_no_is_not_shown(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    offer(qtbot, page)
    cancel = next(b for b in page.form.findChildren(QPushButton) if b.text() == "Cancel")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert secret(page).isEnabled()
    assert secret(page).text() == KEY
    bridge.event.emit(events.KeyChecked(asked(bridge).serial, False, "Anthropic", "Too late."))
    assert "Too late." not in said(page)


def test_an_answer_to_another_question_changes_nothing(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    offer(qtbot, page)
    serial = asked(bridge).serial
    bridge.event.emit(events.KeyChecked(serial + 77, True, "Other", "Kept."))
    assert secret(page).text() == KEY
    assert "Kept." not in said(page)


def test_a_form_that_several_providers_use_asks_whose_it_is(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    paste(qtbot, page, "sk-0123456789abcdef")
    assert "please choose the provider" in said(page)
    box = page.findChild(QComboBox, "provider")
    box.setCurrentIndex(box.findData("qwen"))
    qtbot.mouseClick(button(page, "check-and-keep"), Qt.MouseButton.LeftButton)
    assert asked(bridge).provider == "qwen"


def test_an_address_of_ones_own_needs_no_key(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    other = next(b for b in page.findChildren(QPushButton) if b.text().startswith("Another"))
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    box = page.findChild(QComboBox, "provider")
    box.setCurrentIndex(box.findData("custom"))
    url = page.findChild(QLineEdit, "base-url")
    assert url.isVisible()
    assert not button(page, "check-and-keep").isEnabled()
    qtbot.keyClicks(url, "http://127.0.0.1:8000/v1")
    qtbot.keyClick(url, Qt.Key.Key_Return)
    order = asked(bridge)
    assert (order.provider, order.base_url, order.secret) == (
        "custom", "http://127.0.0.1:8000/v1", ""
    )  # fmt: skip


def test_nothing_can_be_kept_before_a_place_is_known(qtbot: QtBot, page: KeysPage,
                                                     bridge: NotingBridge) -> None:  # fmt: skip
    bridge.event.emit(events.KeychainReady(NO_KEYRING))
    offer(qtbot, page)
    assert not button(page, "check-and-keep").isEnabled()
    assert not bridge.of(commands.CheckAndKeepKey)


def test_without_a_keyring_this_session_only_is_a_choice(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bridge.event.emit(events.KeychainReady(NO_KEYRING))
    assert "This computer has no keyring that Tuppence trusts." in said(page)
    qtbot.mouseClick(button(page, "choose-session"), Qt.MouseButton.LeftButton)
    offer(qtbot, page)
    assert asked(bridge).where == "session"


def test_a_vault_is_made_with_the_passphrase_typed_twice(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bridge.event.emit(events.KeychainReady(NO_KEYRING))
    qtbot.mouseClick(button(page, "choose-vault"), Qt.MouseButton.LeftButton)
    first = page.findChild(QLineEdit, "passphrase")
    second = page.findChild(QLineEdit, "passphrase-again")
    qtbot.keyClicks(first, "seven brown otters sing")
    assert "Strong." in said(page)
    qtbot.keyClicks(second, "seven brown otterz")
    assert "The two are not the same." in said(page)
    assert not button(page, "open-vault").isEnabled()
    second.clear()
    qtbot.keyClicks(second, "seven brown otters sing")
    qtbot.keyClick(second, Qt.Key.Key_Return)
    assert bridge.of(commands.OpenVault) == [commands.OpenVault("seven brown otters sing")]
    bridge.event.emit(
        events.KeychainReady(KeychainView("vault", "Vault", vault_exists=True, vault_open=True))
    )
    assert first.text() == second.text() == ""
    offer(qtbot, page)
    assert asked(bridge).where == "vault"


def test_a_wrong_passphrase_is_said_and_can_be_typed_again(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    locked = KeychainView("vault", "Vault", vault_exists=True, vault_open=False)
    bridge.event.emit(events.KeychainReady(locked))
    assert "The vault is locked" in said(page)
    first = page.findChild(QLineEdit, "passphrase")
    qtbot.keyClicks(first, "wrong")
    qtbot.keyClick(first, Qt.Key.Key_Return)
    bridge.event.emit(events.KeychainReady(replace(locked, trouble="This is not it.")))
    assert "This is not it." in said(page)
    assert first.text() == "wrong"
    assert button(page, "open-vault").isEnabled()


@pytest.mark.parametrize(
    "trouble",
    ["Secret Service is locked.", "Secret Service refused Tuppence access.",
     "The keyring did not answer within 20 seconds."],
)  # fmt: skip
def test_trouble_with_the_keyring_is_said_and_can_be_tried_again(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge, trouble: str
) -> None:
    bridge.event.emit(events.KeychainReady(replace(NO_KEYRING, trouble=trouble)))
    assert trouble in said(page)
    before = len(bridge.of(commands.AskKeychain))
    qtbot.mouseClick(button(page, "retry-keychain"), Qt.MouseButton.LeftButton)
    assert len(bridge.of(commands.AskKeychain)) == before + 1
    bridge.event.emit(events.KeychainReady(KEYRING))
    assert "Kept in this computer's keyring (Secret Service)" in said(page)


def test_removing_a_key_asks_in_place_first(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bin_button = next(
        b for b in page.findChildren(QToolButton) if b.accessibleName() == "Remove OpenAI …f3Qk"
    )
    qtbot.mouseClick(bin_button, Qt.MouseButton.LeftButton)
    assert not bridge.of(commands.RemoveKey)
    yes = next(b for b in page.findChildren(QPushButton) if b.text() == "Remove" and b.isVisible())
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    assert bridge.of(commands.RemoveKey) == [commands.RemoveKey("k1")]


def test_the_keyboard_stays_with_a_key_that_changes_and_leaves_one_that_is_gone(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    bin_button = next(
        b for b in page.findChildren(QToolButton) if b.accessibleName() == "Remove OpenAI …f3Qk"
    )
    bin_button.setFocus()
    changed = (replace(sample_keys()[0], detail="works, 63 models"), *sample_keys()[1:])
    bridge.event.emit(events.KeysListed(changed, sample_providers()))
    focused = QApplication.focusWidget()
    assert focused is not bin_button
    assert focused.accessibleName() == "Remove OpenAI …f3Qk"
    bridge.event.emit(events.KeysListed(sample_keys()[1:], sample_providers()))
    assert QApplication.focusWidget() is secret(page)


def test_a_key_can_be_checked_again(qtbot: QtBot, page: KeysPage, bridge: NotingBridge) -> None:
    again = next(
        b for b in page.findChildren(QToolButton)
        if b.accessibleName() == "Check Mistral …Lm20 again"
    )  # fmt: skip
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert bridge.of(commands.CheckKey) == [commands.CheckKey("k4")]


def test_hostile_words_are_plain_text(qtbot: QtBot, page: KeysPage, bridge: NotingBridge) -> None:
    hostile = replace(sample_keys()[0], label=HOSTILE, detail=HOSTILE, provider_name=HOSTILE)
    bridge.event.emit(events.KeysListed((hostile,), sample_providers()))
    offer(qtbot, page)
    bridge.event.emit(events.KeyChecked(asked(bridge).serial, False, "x", HOSTILE, HOSTILE))
    assert HOSTILE in said(page)
    labels = page.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    assert all("<img" not in b.toolTip() for b in page.findChildren(QToolButton))


def test_a_hidden_page_holds_no_secret(qtbot: QtBot, page: KeysPage) -> None:
    paste(qtbot, page, KEY)
    page.hide()
    assert secret(page).text() == ""


def test_the_longest_beginning_says_whose_key_it_is() -> None:
    providers = sample_providers()
    names = [
        row.name if (row := recognized(key, providers)) else None
        for key in ("sk-ant-x", "sk-or-x", "sk-proj-x", "sk-x", "AIzaX", "gsk_x")
    ]
    assert names == ["Anthropic", "OpenRouter", "OpenAI", None, "Google", None]


def test_only_the_edges_of_a_key_are_cleaned() -> None:
    assert cleaned(" \ufeffab cd\n") == "ab cd"


@pytest.mark.parametrize(
    ("passphrase", "strength"),
    [("", 0), ("short", 0), ("aaaaaaaaaaaa", 0), ("abcdefgh", 1), ("Tr0ub4dor&3x", 2),
     ("seven brown otters sing", 3)],
)  # fmt: skip
def test_length_makes_a_passphrase_strong(passphrase: str, strength: int) -> None:
    assert passphrase_strength(passphrase) == strength
