"""A price of one's own: in the form for a server, beside a kept key, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.views import Certainty, KeyRow, OwnPriceView
from app.ui.settings.key_line import KeyLine
from app.ui.settings.keys_page import KeysPage
from app.ui.theme import Theme
from tests.ui.dialogs.samples import KEYRING, NotingBridge, sample_keys, sample_providers


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, bridge: NotingBridge) -> KeysPage:
    shown = KeysPage(bridge)  # type: ignore[arg-type]
    qtbot.addWidget(shown)
    shown.show()
    bridge.event.emit(events.KeysListed(sample_keys(), sample_providers()))
    bridge.event.emit(events.KeychainReady(KEYRING))
    return shown


def asked(bridge: NotingBridge) -> commands.CheckAndKeepKey:
    order = bridge.of(commands.CheckAndKeepKey)[-1]
    assert isinstance(order, commands.CheckAndKeepKey)
    return order


def said(page: KeysPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def own_server(**more: object) -> KeyRow:
    usual = KeyRow(
        "k9", "custom", "models.example.com", "", "", "works", "works, 2 models", 0,
        Certainty.EXACT, "none", takes_own_price=True,
    )  # fmt: skip
    return replace(usual, **more)  # type: ignore[arg-type]


def price_fields(page: QWidget) -> list[QLineEdit]:
    names = ("price-input", "price-output", "price-cached")
    fields = [field for field in page.findChildren(QLineEdit) if field.objectName() in names]
    return [field for field in fields if field.isVisibleTo(page)]


def test_an_address_of_ones_own_can_be_given_a_price(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    assert price_fields(page) == []
    page.form.findChild(QComboBox, "provider").setCurrentIndex(8)
    page.form.findChild(QLineEdit, "base-url").setText("models.example.com/v1")
    for field, text in zip(price_fields(page), ("0,5", "1.5", ""), strict=True):
        qtbot.keyClicks(field, text)
    qtbot.keyClick(price_fields(page)[1], Qt.Key.Key_Return)
    assert asked(bridge).own_price == ("0,5", "1.5", "")


def test_a_known_provider_is_given_no_price(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    page.form.findChild(QComboBox, "provider").setCurrentIndex(8)
    for field in price_fields(page):
        qtbot.keyClicks(field, "1")
    page.form.findChild(QComboBox, "provider").setCurrentIndex(1)
    assert price_fields(page) == []
    secret = page.findChild(QLineEdit, "secret")
    qtbot.keyClicks(secret, "sk-ant-api03-abcdefghijklmnop")
    qtbot.keyClick(secret, Qt.Key.Key_Return)
    assert asked(bridge).own_price == ("", "", "")


def test_the_price_of_a_kept_key_is_shown_and_changed(
    qtbot: QtBot, page: KeysPage, bridge: NotingBridge
) -> None:
    price = OwnPriceView("0.5", "1.5", "", date(2026, 11, 21))
    rows = (own_server(own_price=price), own_server(id="k8"))
    bridge.event.emit(events.KeysListed(rows, sample_providers()))
    lines = {line.key.id: line for line in page.findChildren(KeyLine)}
    line, unknown = lines["k9"], lines["k8"]
    assert "$0.5 in, $1.5 out per million tokens" in line.state_text()
    assert "price unknown" in unknown.state_text()
    tag = next(b for b in line.findChildren(QToolButton) if "Price of" in b.accessibleName())
    tag.click()
    fields = price_fields(line)
    assert [field.text() for field in fields] == ["0.5", "1.5", ""]
    fields[0].setText("x")
    line.findChild(QPushButton, "keep-price").click()
    assert bridge.of(commands.SetKeyPrice) == [commands.SetKeyPrice("k9", ("x", "1.5", ""))]
    bridge.event.emit(events.KeyPriceSet("k9", False, "“x” is no price for input."))
    qtbot.waitUntil(lambda: "no price for input" in said(page))
    assert fields[0].text() == "x"


def test_a_key_of_a_known_provider_has_no_price_to_change(page: KeysPage) -> None:
    lines = page.findChildren(KeyLine)
    names = [b.accessibleName() for line in lines for b in line.findChildren(QToolButton)]
    assert names
    assert not [name for name in names if "Price" in name]
