"""The shop: what is for sale, choosing it, and every state on the way to the tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.seam.commands import Command
from app.seam.hosted import (
    AccountsShown,
    AskShop,
    Buy,
    ChangeSubscription,
    GiveUpPurchase,
    HostedDone,
    OpenPortal,
    SignIn,
    UsePassphrase,
)
from app.seam.hosted_views import AccountsView
from app.seam.views import FaultView
from app.ui.hosted.shop_dialog import ShopDialog
from app.ui.hosted.shop_offers import OfferTile
from app.ui.hosted.shop_purchase import PurchaseCard
from app.ui.settings.secret_field import SecretField
from tests.ui.hosted.samples import SERVER, nobody, out_of_tokens, signed_in, wallet
from tests.ui.hosted.shop_samples import (
    CREATOR,
    FREE,
    LIFETIME,
    NOW,
    PACKS,
    PREMIUM,
    RUNS,
    STARTER,
    checkout,
    moved,
    shop,
)
from tests.ui.shell.conftest import Desk

LEFT = Qt.MouseButton.LeftButton
GONE = FaultView("ServerRefused", "There is no such offer.", "Choose another.")


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
        ("paid", "Paid"), ("expired", "Canceled"), ("failed", "Failed"),
        ("given_up", "Not waited for"), ("credited", "Credited"),
    ],
)  # fmt: skip
def test_every_state_of_a_purchase_is_said(desk: Desk, state: str, says: str) -> None:
    shown = bought(desk, state)
    assert said(shown, "purchase-state") == says
    assert button(shown, "purchase-page").isVisible() is (state in ("pending", "slow"))
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
    shown = opened(desk, online=False, as_of=NOW - timedelta(days=400))
    assert said(shown, "shop-age").startswith("Offline, prices as of ")
    asked = len(desk.port.asked(AskShop))
    click(desk, "shop-again")
    assert len(desk.port.asked(AskShop)) == asked + 1
    desk.tell(shop())
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


def test_a_plan_is_chosen_and_paid_in_the_browser(desk: Desk) -> None:
    shown = opened(desk)
    assert "Your plan" in texts(shown)
    click(desk, "choose-premium")
    assert [order.offer for order in desk.port.asked(Buy)] == ["premium"]  # type: ignore[union-attr]


def test_a_plan_for_others_says_for_whom_it_is(desk: Desk) -> None:
    team = replace(PREMIUM, id="organization", name="Organization", holder="organization", seats=5)
    mine = replace(PREMIUM, holder="account")
    shown = opened(desk, plans=(mine, team))
    assert "For an organization" in texts(shown)
    assert shown.findChild(QPushButton, "choose-organization") is None
    desk.tell(signed_in(replace(wallet(), kind="organization", name="Acme", plan="organization")))
    desk.tell(shop(plans=(mine, replace(team, id="larger"))))
    assert "For one person" in texts(shown)
    assert button(shown, "choose-larger").isVisible()


def test_a_subscription_is_canceled_after_a_question_and_resumed(desk: Desk) -> None:
    shown = opened(desk, subscription=RUNS, plans=(FREE, PREMIUM, CREATOR))
    assert said(shown, "subscription-line").startswith("Paid until ")
    click(desk, "subscription-cancel")
    assert not desk.port.asked(ChangeSubscription)
    click(desk, "question-yes")
    [order] = desk.port.asked(ChangeSubscription)
    assert isinstance(order, ChangeSubscription)
    assert order.action == "cancel"
    desk.tell(shop(subscription=replace(RUNS, cancels_at_end=True)))
    answer(desk, ChangeSubscription)
    assert said(shown, "subscription-line").startswith("Ends ")
    click(desk, "subscription-resume")
    assert desk.port.asked(ChangeSubscription)[-1].action == "resume"  # type: ignore[union-attr]


def test_another_plan_is_taken_after_its_price_was_said(desk: Desk) -> None:
    shown = opened(desk, subscription=RUNS, plans=(FREE, PREMIUM, CREATOR))
    click(desk, "choose-creator")
    assert "Change to Creator for $18 a month? The difference is billed now." in texts(shown)
    [yes] = [one for one in shown.findChildren(QPushButton, "question-yes") if one.isVisible()]
    desk.qtbot.mouseClick(yes, LEFT)
    [order] = desk.port.asked(ChangeSubscription)
    assert isinstance(order, ChangeSubscription)
    assert (order.action, order.offer) == ("change", "creator")
    answer(desk, ChangeSubscription, FaultView("ServerRefused", "The card was declined.", ""))
    assert said(shown, "shop-said") == "The card was declined."


def test_a_payment_that_did_not_go_through_leads_to_the_card(desk: Desk) -> None:
    shown = opened(desk, subscription=replace(RUNS, past_due=True))
    assert "did not go through" in said(shown, "subscription-line")
    click(desk, "shop-portal")
    assert len(desk.port.asked(OpenPortal)) == 1


def test_a_passphrase_opens_a_plan_and_stays_where_it_does_not(desk: Desk) -> None:
    shown = opened(desk)
    click(desk, "passphrase-link")
    field = shown.findChild(SecretField, "passphrase-field")
    assert field is not None
    desk.qtbot.keyClicks(field, "open sesame")
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    [order] = desk.port.asked(UsePassphrase)
    assert isinstance(order, UsePassphrase)
    assert order.passphrase == "open sesame"
    answer(desk, UsePassphrase, FaultView("ServerRefused", "It opens nothing.", ""))
    assert said(shown, "passphrase-said") == "It opens nothing."
    assert field.text() == "open sesame"
    click(desk, "passphrase-open")
    desk.tell(signed_in(replace(wallet(), plan_name="Global Lifetime")))
    answer(desk, UsePassphrase)
    assert said(shown, "passphrase-said") == "Done. Your plan is Global Lifetime now."
    assert field.text() == ""


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


def test_the_card_without_tokens_leads_to_all_packs(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    desk.tell(signed_in(), out_of_tokens())
    click(desk, "more-packs")
    assert card(desk).isVisible()


def test_the_actions_open_the_shop_and_the_purchases(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.window.orders.run("purchases")
    assert card(desk).tabs.currentIndex() == 1
