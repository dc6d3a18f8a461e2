"""Plans in the shop: begun, changed, canceled, resumed, and opened by a passphrase."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.seam.hosted import Buy, ChangeSubscription, OpenPortal, UsePassphrase
from app.seam.hosted_views import ForecastView, GrantedView
from app.seam.views import FaultView
from app.ui.settings.secret_field import SecretField
from tests.ui.hosted.samples import signed_in, wallet
from tests.ui.hosted.shop_desk import answer, button, click, opened, said, texts
from tests.ui.hosted.shop_samples import CREATOR, FREE, PREMIUM, RUNS, moved, shop
from tests.ui.shell.conftest import Desk


def test_a_plan_is_chosen_and_paid_in_the_browser(desk: Desk) -> None:
    shown = opened(desk)
    assert "Your plan" in texts(shown)
    click(desk, "choose-premium")
    assert [order.offer for order in desk.port.asked(Buy)] == ["premium"]  # type: ignore[union-attr]


def test_while_one_plan_is_paid_for_no_second_one_is_begun(desk: Desk) -> None:
    shown = opened(desk, plans=(PREMIUM, CREATOR))
    desk.tell(moved("pending", PREMIUM))
    assert button(shown, "choose-premium").text() == "Open the page again"
    assert not button(shown, "choose-creator").isEnabled()
    why = "Pay for Premium first, or stop waiting for it."
    assert why in button(shown, "choose-creator").toolTip()
    desk.tell(moved("given_up", PREMIUM))
    assert button(shown, "choose-premium").text() == "Choose"
    assert button(shown, "choose-creator").isEnabled()


def test_a_plan_for_others_says_for_whom_it_is(desk: Desk) -> None:
    team = replace(PREMIUM, id="organization", name="Organization", holder="organization", seats=5)
    mine = replace(PREMIUM, holder="account")
    shown = opened(desk, plans=(mine, team))
    assert "For an organization" in texts(shown)
    assert shown.findChild(QPushButton, "choose-organization") is None
    assert button(shown, "create-for-organization").isVisible()
    desk.tell(signed_in(replace(wallet(), kind="organization", name="Acme", plan="organization")))
    desk.tell(shop(plans=(mine, replace(team, id="larger"))))
    assert "For one person" in texts(shown)
    assert button(shown, "choose-larger").isVisible()


def test_the_plan_for_an_organization_leads_to_a_new_one(desk: Desk) -> None:
    opened(desk, plans=(replace(PREMIUM, id="organization", holder="organization"),))
    click(desk, "create-for-organization")
    card = desk.window.hosted.groups.card
    assert card is not None
    assert button(card, "group-make").isVisible()


def test_a_member_who_may_not_buy_is_told_who_does(desk: Desk) -> None:
    shown = opened(desk)
    assert shown.page.isVisible()
    desk.tell(signed_in(replace(wallet(), kind="organization", name="Acme", may_buy=False)))
    assert not shown.page.isVisible()
    who = "Tokens of Acme are bought by who sees to its payments. Ask an admin there."
    assert who in texts(shown)


def test_a_plan_says_what_it_gives_in_each_window(desk: Desk) -> None:
    grants = (GrantedView("plan_tokens", 30_000, "day"), GrantedView("usd", 148 * 10**10, "month"))
    shown = opened(desk, plans=(replace(PREMIUM, grants=grants),))
    assert (
        "30,000 tokens each day · $1.48 each month · Priority processing · Premium support"
    ) in texts(shown)


def test_a_chosen_pack_says_how_long_it_lasts_at_the_holders_pace(desk: Desk) -> None:
    paced = replace(wallet(), forecast=ForecastView("plan_tokens", 10_000, None))
    shown = opened(desk)
    desk.tell(signed_in(paced))
    click(desk, "offer-power-pack")
    lasts = "At your pace of the last two weeks, Power Pack lasts about 50 days."
    assert said(shown, "shop-said") == lasts
    desk.tell(signed_in(replace(paced, forecast=None)))
    assert said(shown, "shop-said") == ""


def test_without_a_plan_for_passphrases_none_is_asked_for(desk: Desk) -> None:
    shown = opened(desk)
    assert button(shown, "passphrase-link").isVisible()
    desk.tell(shop(passphrases=False))
    assert not button(shown, "passphrase-link").isVisible()


def test_a_subscription_is_canceled_after_a_question_and_resumed(desk: Desk) -> None:
    shown = opened(desk, subscription=RUNS, plans=(FREE, PREMIUM, CREATOR))
    assert said(shown, "subscription-line").startswith("Paid until ")
    click(desk, "subscription-cancel")
    assert not desk.port.asked(ChangeSubscription)
    click(desk, "subscription-cancel-yes")
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
    click(desk, "plan-change-yes")
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


def test_what_did_not_work_stays_said_when_an_earlier_order_is_done(desk: Desk) -> None:
    shown = opened(desk, subscription=replace(RUNS, cancels_at_end=True))
    click(desk, "subscription-resume")
    click(desk, "shop-portal")
    answer(desk, OpenPortal, FaultView("ServerRefused", "There is no bill.", ""))
    answer(desk, ChangeSubscription)
    assert said(shown, "shop-said") == "There is no bill."
