"""The shop: what is for sale, choosing it, and every state on the way to the tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.seam.hosted import (
    AccountsShown,
    AskShop,
    Buy,
    CancelPurchase,
    GiveUpPurchase,
    SignIn,
)
from app.seam.hosted_views import AccountsView
from app.seam.views import FaultView
from app.ui.hosted.shop_offers import OfferTile
from tests.ui.hosted.samples import SERVER, nobody, out_of_tokens, signed_in, wallet
from tests.ui.hosted.shop_desk import (
    LEFT,
    answer,
    bought,
    button,
    card,
    click,
    opened,
    said,
    texts,
)
from tests.ui.hosted.shop_samples import FREE, LIFETIME, NOW, PACKS, checkout, moved, shop
from tests.ui.shell.conftest import Desk

GONE = FaultView("ServerRefused", "There is no such offer.", "Choose another.")


def test_a_pack_is_chosen_and_paid_in_the_browser(desk: Desk) -> None:
    shown = opened(desk)
    assert button(shown, "shop-pay").text() == "Choose a pack"
    assert not button(shown, "shop-pay").isEnabled()
    click(desk, "offer-pro-pack")
    assert button(shown, "shop-pay").text() == "Pay $15 in the browser"
    click(desk, "shop-pay")
    click(desk, "shop-pay")  # a double click is one order
    [order] = desk.port.asked(Buy)
    assert isinstance(order, Buy)
    assert order.offer == "pro-pack"
    assert said(shown, "shop-said") == "Opening the payment page in your browser …"


def test_a_pack_says_its_price_its_amount_and_what_that_means(desk: Desk) -> None:
    shown = opened(desk, per_message=2_950)
    tile = shown.findChild(OfferTile, "offer-pro-pack")
    assert tile is not None
    assert texts(tile) == [
        "Pro Pack", "$15", "1,000,000 tokens", "$15.00 a million", "about 330 messages",
    ]  # fmt: skip
    assert tile.accessibleName().startswith("Pro Pack, $15, 1,000,000 tokens")
    assert any("2,950 tokens each" in text for text in texts(shown))
    weights = "A token of a model draws: 1× GPT-4o mini, Llama 3 70B · 5× GPT-4o"
    assert said(shown, "shop-weights") == weights


def test_nothing_is_said_of_messages_where_nobody_knows(desk: Desk) -> None:
    shown = opened(desk)
    assert not [text for text in texts(shown) if "essages" in text]


def test_a_pack_is_chosen_and_paid_with_the_keyboard(desk: Desk) -> None:
    shown = opened(desk)
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    tiles = shown.findChildren(OfferTile)
    tiles[0].setFocus()
    desk.qtbot.keyClick(tiles[0], Qt.Key.Key_Right)
    desk.qtbot.keyClick(tiles[1], Qt.Key.Key_Space)
    assert shown.page.tiles.offer == PACKS[1]
    pay = button(shown, "shop-pay")
    for _ in range(12):
        if desk.window.focusWidget() is pay:
            break
        desk.qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_Tab)
    assert desk.window.focusWidget() is pay
    desk.qtbot.keyClick(pay, Qt.Key.Key_Space)
    assert [order.offer for order in desk.port.asked(Buy)] == ["power-pack"]  # type: ignore[union-attr]
    desk.qtbot.keyClick(pay, Qt.Key.Key_Escape)
    assert not shown.isVisible()


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("pending", "Waiting for the payment"), ("slow", "Still waiting for the payment"),
        ("paid", "Paid"), ("canceled", "Canceled"), ("expired", "Expired"), ("failed", "Failed"),
        ("given_up", "Not waited for"), ("credited", "Credited"),
    ],
)  # fmt: skip
def test_every_state_of_a_purchase_is_said(desk: Desk, state: str, says: str) -> None:
    shown = bought(desk, state)
    assert said(shown, "purchase-state") == says
    assert button(shown, "purchase-page").isVisible() is (state in ("pending", "slow"))
    assert button(shown, "purchase-copy").isVisible() is (state in ("pending", "slow"))
    assert button(shown, "purchase-stop").isVisible() is (state in ("pending", "slow"))
    assert says in shown.accessibleName()
    if state == "credited":
        assert said(shown, "purchase-message") == "208k tokens left now."
    else:
        assert said(shown, "purchase-message") == checkout(state).message


def test_the_page_can_be_opened_again_while_it_is_waited_for(desk: Desk) -> None:
    shown = bought(desk)
    assert button(card(desk), "shop-pay").text() == "Open the page again"
    click(desk, "purchase-page")
    assert [order.offer for order in desk.port.asked(Buy)] == ["pro-pack"] * 2  # type: ignore[union-attr]
    answer(desk, Buy)
    assert shown.state() == "pending"


def test_what_is_paid_cannot_be_paid_again_until_it_is_credited(desk: Desk) -> None:
    bought(desk, "paid")
    assert not button(card(desk), "shop-pay").isEnabled()
    assert desk.window.focusWidget() is card(desk).tabs  # and not the cross
    desk.tell(moved("credited"), shop())
    assert button(card(desk), "shop-pay").isEnabled()


def test_a_payment_is_canceled_where_its_page_can_be_closed(desk: Desk) -> None:
    shown = opened(desk)
    desk.tell(moved("pending"))
    click(desk, "purchase-cancel")
    [order] = desk.port.asked(CancelPurchase)
    assert isinstance(order, CancelPurchase)
    assert order.checkout_id == "k1"
    answer(desk, CancelPurchase, FaultView("ServerRefused", "It cannot be closed from here."))
    assert said(shown, "shop-said") == "It cannot be closed from here."
    assert button(shown, "purchase-stop").isVisible()
    desk.tell(moved("canceled"))
    assert not button(shown, "purchase-cancel").isVisible()


def test_who_waits_no_more_says_so(desk: Desk) -> None:
    bought(desk)
    click(desk, "purchase-stop")
    assert desk.port.asked(GiveUpPurchase) == [GiveUpPurchase("k1")]


def test_the_end_of_a_purchase_is_shown_until_it_was_seen(desk: Desk) -> None:
    shown = bought(desk, "failed")
    desk.qtbot.mouseClick(shown.findChild(QWidget, "purchase-close"), LEFT)
    assert not shown.isVisible()
    assert button(card(desk), "shop-pay").text() == "Pay $15 in the browser"


def test_an_offer_that_was_withdrawn_is_said_and_gone(desk: Desk) -> None:
    shown = opened(desk)
    click(desk, "offer-pro-pack")
    click(desk, "shop-pay")
    desk.tell(shop(packs=PACKS[:2]))
    answer(desk, Buy, GONE)
    assert said(shown, "shop-said") == "There is no such offer. Choose another."
    assert shown.page.tiles.offer is None
    assert not button(shown, "shop-pay").isEnabled()
    click(desk, "offer-power-pack")
    assert said(shown, "shop-said") == ""


def test_what_was_chosen_stays_chosen_when_the_list_comes_anew(desk: Desk) -> None:
    shown = opened(desk)
    click(desk, "offer-power-pack")
    desk.tell(shop(packs=PACKS[1:]))
    assert shown.page.tiles.offer == PACKS[1]


def test_while_nothing_is_known_the_server_is_asked(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.window.dialogs.open_shop()
    assert said(card(desk), "shop-empty") == "Asking Example tokens what is for sale …"
    fault = FaultView("ServerUnreachable", "Example tokens cannot be reached.", "Try again.")
    answer(desk, AskShop, fault)
    assert said(card(desk), "shop-empty") == "Example tokens cannot be reached. Try again."
    asked = len(desk.port.asked(AskShop))
    click(desk, "shop-way")
    assert len(desk.port.asked(AskShop)) == asked + 1


def test_offline_the_prices_have_their_age(desk: Desk) -> None:
    shown = opened(desk, as_of=NOW - timedelta(days=400))
    away = replace(SERVER, online=False)
    desk.tell(AccountsShown(AccountsView((away,), "s1", "", replace(wallet(), online=False))))
    assert said(shown, "shop-age").startswith("Offline, prices as of ")
    asked = len(desk.port.asked(AskShop))
    click(desk, "shop-again")
    assert len(desk.port.asked(AskShop)) == asked + 1
    desk.tell(signed_in())
    assert said(shown, "shop-age") == ""


def test_who_may_not_buy_is_told_why(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.window.dialogs.open_shop()
    desk.tell(shop())
    answer(desk, AskShop, FaultView("ServerRefused", "Your role may not buy.", "Ask its owner."))
    assert said(card(desk), "shop-age") == "Your role may not buy. Ask its owner."


def test_where_nothing_is_for_sale_that_is_said(desk: Desk) -> None:
    shown = opened(desk, packs=(), plans=(FREE, LIFETIME))
    assert said(shown, "shop-empty") == "Nothing is for sale at Example tokens now."
    assert not button(shown, "shop-pay").isVisible()
    assert "Not sold here" in texts(shown)


def test_without_an_account_the_ways_to_one_are_shown(desk: Desk) -> None:
    desk.tell(nobody())
    desk.window.orders.run("shop")
    assert "account" in said(card(desk), "shop-empty")
    click(desk, "shop-way")
    assert desk.window.dialogs.first_run is not None


def test_who_signed_out_can_sign_in(desk: Desk) -> None:
    out = replace(SERVER, state="signed_out")
    desk.tell(AccountsShown(AccountsView((out,), "s1", "", None)))
    desk.window.dialogs.open_shop()
    assert said(card(desk), "shop-empty") == "You are signed out at Example tokens."
    click(desk, "shop-way")
    assert [order.server_id for order in desk.port.asked(SignIn)] == ["s1"]  # type: ignore[union-attr]


def test_the_card_without_tokens_leads_to_all_packs(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), out_of_tokens())
    click(desk, "more-packs")
    assert card(desk).isVisible()


def test_the_actions_open_the_shop_and_the_purchases(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.window.orders.run("purchases")
    assert card(desk).tabs.currentIndex() == 1


def test_the_account_in_the_settings_leads_to_the_shop(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.window.dialogs.open_account()
    click(desk, "account-buy")
    desk.tell(shop())
    click(desk, "offer-pro-pack")
    assert card(desk).page.tiles.offer == PACKS[2]
