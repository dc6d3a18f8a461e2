"""Accounts, the free start, the card and the notices in German, and no English in sight."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.seam import events
from app.seam.hosted import BalanceNotice, CheckoutChanged, HostedDone, StartFree
from app.seam.views import FaultView
from app.ui.hosted.out_of_tokens import OutOfTokensCard
from app.ui.hosted.shop_dialog import ShopDialog
from tests.ui.hosted.samples import nobody, out_of_tokens, signed_in, wallet
from tests.ui.hosted.shop_samples import (
    BOUGHT,
    CREATOR,
    LIFETIME,
    PREMIUM,
    RUNS,
    checkout,
    moved,
    shop,
)
from tests.ui.hosted.test_out_of_tokens import WAITS
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import chat, ready
from tests.ui.shell.test_german_window import english_in

PENDING = "Finish it in the browser; this window shows it."


def test_the_wallet_is_german(german_desk: Desk) -> None:
    desk = german_desk
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(replace(wallet(), online=False)))
    assert english_in(desk.window) == []
    assert desk.frame.sidebar.chip.accessibleName().startswith(
        "Tarif Free, 208k Token übrig, Stand "
    )
    desk.tell(BalanceNotice("Free", "plan_tokens", 80, 8_000, 10_000))
    assert english_in(desk.window) == []


def test_the_card_and_a_purchase_are_german(german_desk: Desk) -> None:
    desk = german_desk
    desk.qtbot.keyClicks(desk.editor, "Hallo")
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    desk.tell(events.SendRefused("c1", 0, FaultView("OutOfTokens", "x")), out_of_tokens())
    assert english_in(desk.window) == []
    [card] = desk.window.findChildren(OutOfTokensCard)
    texts = [one.text() for one in card.findChildren(QPushButton) if one.isVisible()]
    assert texts[0] == "Starter kaufen, 5\u00a0$"
    desk.tell(CheckoutChanged(replace(WAITS, message=PENDING)))
    assert english_in(desk.window) == []


def test_the_free_start_is_german(german_desk: Desk) -> None:
    desk = german_desk
    desk.tell(ready(first_run=True), events.ChatOpened(chat("c1")), nobody("https://example.com"))
    start = desk.window.findChild(QPushButton, "start-free")
    assert start is not None
    assert start.text() == "Kostenlos beginnen"
    desk.qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    [order] = desk.port.asked(StartFree)
    assert isinstance(order, StartFree)
    fault = FaultView("BudgetReached", "An answer is still being written.")
    desk.tell(HostedDone(order.serial, fault))
    assert english_in(desk.window) == []


def test_the_shop_and_its_purchases_are_german(german_desk: Desk) -> None:
    desk = german_desk
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), shop(checkouts=(checkout("slow"),)))
    assert english_in(desk.frame.notices) == []
    waits = desk.window.findChild(QPushButton, "purchase-waiting")
    assert waits is not None
    assert waits.text() == "Noch immer Warten auf die Zahlung"
    desk.window.dialogs.open_shop()
    running = replace(RUNS, cancels_at_end=True)
    demo = "This is a demo: the payment is simulated and no money moves."
    plans = (PREMIUM, CREATOR, replace(LIFETIME, price="auf Einladung"))
    desk.tell(shop(per_message=2_950, subscription=running, demo=demo, plans=plans,
                   checkouts=(checkout("pending"),), purchases=BOUGHT))  # fmt: skip
    [card] = desk.window.findChildren(ShopDialog)
    assert english_in(card) == []
    tile = card.findChild(QPushButton, "offer-pro-pack")
    assert tile is not None
    assert "1.000.000 Token" in tile.accessibleName()
    for state in ("paid", "credited", "canceled", "expired", "failed", "given_up"):
        desk.tell(moved(state))
        assert english_in(card) == []
    card.tabs.setCurrentIndex(1)
    assert english_in(card) == []
