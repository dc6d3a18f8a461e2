"""The shop in a window without a core: opened, answered, and read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.seam.commands import Command
from app.seam.hosted import AskShop, Buy, HostedDone
from app.seam.views import FaultView
from app.ui.hosted.shop_dialog import ShopDialog
from app.ui.hosted.shop_purchase import PurchaseCard
from tests.ui.hosted.samples import signed_in
from tests.ui.hosted.shop_samples import checkout, moved, shop
from tests.ui.shell.conftest import Desk

LEFT = Qt.MouseButton.LeftButton


def opened(desk: Desk, **changes: object) -> ShopDialog:
    """The shop, by its button, with what the server says."""
    desk.window.dialogs.make_billing()
    desk.tell(signed_in())
    click(desk, "buy-tokens")
    desk.tell(shop(**changes))
    answer(desk, AskShop)
    return card(desk)


def card(desk: Desk) -> ShopDialog:
    [found] = desk.window.findChildren(ShopDialog)
    return found


def answer(desk: Desk, kind: type[Command], fault: FaultView | None = None) -> None:
    """The last order of a kind is done, or not."""
    order = desk.port.asked(kind)[-1]
    desk.tell(HostedDone(order.serial, fault))  # type: ignore[union-attr]


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


def texts(parent: QWidget) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


def purchase(desk: Desk) -> PurchaseCard:
    [found] = [one for one in card(desk).findChildren(PurchaseCard) if one.isVisible()]
    return found


def bought(desk: Desk, state: str = "pending") -> PurchaseCard:
    """A pack whose page was opened, standing so."""
    opened(desk)
    click(desk, "offer-pro-pack")
    click(desk, "shop-pay")
    desk.tell(moved("pending"), shop(checkouts=(checkout("pending"),)))
    answer(desk, Buy)
    if state != "pending":
        desk.tell(moved(state), shop(checkouts=(checkout(state),)))
    return purchase(desk)
