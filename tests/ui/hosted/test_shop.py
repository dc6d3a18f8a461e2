"""The shop: what is for sale, choosing it, and every state on the way to the tokens."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.seam.hosted import AskShop, Buy, HostedDone
from app.ui.hosted.shop_dialog import ShopDialog
from tests.ui.hosted.samples import signed_in
from tests.ui.hosted.shop_samples import shop
from tests.ui.shell.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def opened(desk: Desk, **changes: object) -> ShopDialog:
    """The shop, by its button, with what the server says."""
    desk.window.dialogs.make_billing()
    desk.tell(signed_in())
    click(desk, "buy-tokens")
    [card] = desk.window.findChildren(ShopDialog)
    asked = desk.port.asked(AskShop)[-1]
    assert isinstance(asked, AskShop)
    desk.tell(shop(**changes), HostedDone(asked.serial))
    return card


def button(parent: QWidget, name: str) -> QPushButton:
    found = parent.findChild(QPushButton, name)
    assert found is not None, name
    return found


def click(desk: Desk, name: str) -> None:
    one = button(desk.window, name)
    assert one.isVisible(), name
    desk.qtbot.mouseClick(one, LEFT)


def said(parent: QWidget, name: str) -> str:
    label = parent.findChild(QLabel, name)
    assert label is not None, name
    return label.text() if label.isVisible() else ""


def test_a_pack_is_chosen_and_paid_in_the_browser(desk: Desk) -> None:
    card = opened(desk)
    assert button(card, "shop-pay").text() == "Choose a pack"
    assert not button(card, "shop-pay").isEnabled()
    click(desk, "offer-pro-pack")
    assert button(card, "shop-pay").text() == "Pay $15 in the browser"
    click(desk, "shop-pay")
    [order] = desk.port.asked(Buy)
    assert isinstance(order, Buy)
    assert order.offer == "pro-pack"
    assert said(card, "shop-said") == "Opening the payment page in your browser …"
    click(desk, "shop-pay")  # a double click is one order
    assert len(desk.port.asked(Buy)) == 1
