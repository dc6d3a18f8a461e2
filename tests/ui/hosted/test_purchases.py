"""Purchases: under way while the shop is closed, and what was bought with its receipts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLabel, QPushButton

from app.seam.hosted import AccountsShown, AskShop, OpenAccountPage
from app.seam.hosted_views import AccountsView
from app.seam.views import FaultView
from app.ui.hosted.purchases_page import PurchasesPage
from tests.ui.hosted.samples import SERVER, signed_in, wallet
from tests.ui.hosted.shop_desk import (
    LEFT,
    answer,
    button,
    card,
    click,
    opened,
    purchase,
    said,
    texts,
)
from tests.ui.hosted.shop_samples import BOUGHT, STARTER, checkout, moved, shop
from tests.ui.shell.conftest import Desk


def test_a_purchase_that_was_under_way_is_shown_again_at_the_start(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in())
    assert desk.port.asked(AskShop) == [AskShop()]
    desk.tell(shop(checkouts=(checkout("slow"), checkout("expired", STARTER, 2))))
    waits = button(desk.window, "purchase-waiting")
    assert waits.isVisible()
    assert waits.accessibleName() == "Still waiting for the payment: Pro Pack, $15.00"
    assert any("Pro Pack, $15.00: Still waiting" in text for text in texts(desk.composer))
    desk.qtbot.mouseClick(waits, LEFT)
    assert purchase(desk).checkout.id == "k1"


def test_what_is_credited_while_the_shop_is_closed_is_a_notice(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), shop(checkouts=(checkout("pending"),)))
    desk.tell(moved("credited"), shop())
    assert "Pro Pack is credited: 208k tokens left now." in texts(desk.composer)
    assert not button(desk.window, "purchase-waiting").isVisible()


def test_the_window_comes_back_when_something_is_credited(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), shop(checkouts=(checkout("pending"),)))
    desk.window.showMinimized()
    desk.tell(moved("credited"))
    assert not desk.window.isMinimized()
    desk.window.showMinimized()
    desk.tell(moved("credited"))  # told again after the wallet
    assert desk.window.isMinimized()


def test_another_account_has_other_purchases(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), shop(checkouts=(checkout("pending"),)))
    assert button(desk.window, "purchase-waiting").isVisible()
    acts = replace(SERVER, acts_for="org1")
    desk.tell(AccountsShown(AccountsView((acts,), "s1", "", wallet())))
    assert not button(desk.window, "purchase-waiting").isVisible()
    assert len(desk.port.asked(AskShop)) == 2


def listed(desk: Desk, **changes: object) -> PurchasesPage:
    """The list of purchases, by its tab."""
    shown = opened(desk, **changes)
    shown.tabs.setCurrentIndex(1)
    return shown.purchases


def test_purchases_say_what_they_gave_and_what_came_back(desk: Desk) -> None:
    page = listed(desk, purchases=BOUGHT)
    said_there = texts(page)
    assert {"Premium", "$10.00", "Starter Pack", "$5.00"} <= set(said_there)
    assert "200,000 tokens · $5.00 refunded" in said_there
    assert not button(card(desk), "shop-pay").isVisible()


def test_a_receipt_is_one_click_away(desk: Desk) -> None:
    page = listed(desk, purchases=BOUGHT)
    receipt = button(page, "receipt-pay-1")
    assert receipt.accessibleName() == "Receipt for Starter Pack, $5.00"
    desk.qtbot.mouseClick(receipt, LEFT)
    [order] = desk.port.asked(OpenAccountPage)
    assert isinstance(order, OpenAccountPage)
    assert order.receipt == "pay-1"
    answer(desk, OpenAccountPage, FaultView("Unreachable", "No connection.", "Try again."))
    assert said(card(desk), "shop-said") == "No connection. Try again."
    click(desk, "purchases-account")
    assert desk.port.asked(OpenAccountPage)[-1].receipt == ""  # type: ignore[union-attr]


def test_where_nothing_was_bought_that_is_said(desk: Desk) -> None:
    page = listed(desk)
    assert said(page, "purchases-none") == "Nothing was bought yet."
    desk.tell(shop(purchases=BOUGHT))
    assert said(page, "purchases-none") == ""
    assert len([one for one in page.findChildren(QPushButton) if one.text() == "Receipt"]) == 2


def test_names_of_others_are_never_read_as_html(desk: Desk) -> None:
    page = listed(desk, purchases=(replace(BOUGHT[0], name="<b>Bold</b>"),))
    [name] = [one for one in page.findChildren(QLabel) if "Bold" in one.text()]
    assert name.text() == "<b>Bold</b>"
    assert name.textFormat().name == "PlainText"
