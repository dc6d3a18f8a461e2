"""The card for a message without tokens: what is short, and every way on is one click."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from app.seam import commands, events
from app.seam.hosted import Buy, CheckoutChanged, HostedDone, OpenPage
from app.seam.hosted_views import CheckoutView
from app.seam.views import FaultView, MessageState
from app.ui.composer.fault_card import FaultCard
from app.ui.hosted.out_of_tokens import OutOfTokensCard
from app.ui.hosted.shop_dialog import ShopDialog
from tests.ui.hosted.samples import PACK, out_of_tokens, signed_in, wallet
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import CLAUDE, chat, message

LEFT = Qt.MouseButton.LeftButton
REFUSED = FaultView("OutOfTokens", "Your tokens do not cover this.")
WAITS = CheckoutView(
    "k1", "s1", "starter", "Starter", "pending", "", "$5", datetime(2026, 11, 21, tzinfo=UTC),
    "Waiting for the payment.",
)  # fmt: skip


def card(desk: Desk) -> OutOfTokensCard:
    [found] = desk.window.findChildren(OutOfTokensCard)
    return found


def refused(desk: Desk, message_id: str = "", **changes: object) -> OutOfTokensCard:
    desk.qtbot.keyClicks(desk.editor, "hello")
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    if message_id:
        desk.tell(events.SendAccepted("c1"))
    else:
        desk.tell(events.SendRefused("c1", 0, REFUSED))
    desk.tell(out_of_tokens(message_id, **changes))
    return card(desk)


def texts(shown: OutOfTokensCard) -> list[str]:
    return [label.text() for label in shown.findChildren(QLabel) if label.isVisible()]


def buttons(shown: OutOfTokensCard) -> dict[str, QPushButton]:
    return {one.text(): one for one in shown.findChildren(QPushButton) if one.isVisible()}


def test_it_says_what_is_short_and_keeps_what_was_typed(desk: Desk) -> None:
    shown = refused(desk)
    assert shown.isVisible()
    assert texts(shown) == [
        "What is left does not cover this message.",
        "Free: 1,746 tokens short · resets in 10 d 4 h",
        "Your message is kept in the box.",
    ]
    assert desk.editor.toPlainText() == "hello"
    assert not [one for one in desk.composer.findChildren(FaultCard) if one.isVisible()]
    assert list(buttons(shown)) == [
        "Buy Starter, $5", "Use Claude Sonnet with your Anthropic key", "Use Qwen Turbo, free",
        "More packs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Use Claude Sonnet with your Anthropic key", CLAUDE),
        ("Use Qwen Turbo, free", "hosted:s1/qwen-turbo"),
    ],
)
def test_another_model_is_one_click_and_the_message_can_be_sent(
    desk: Desk, text: str, ref: str
) -> None:
    shown = refused(desk)
    desk.qtbot.mouseClick(buttons(shown)[text], LEFT)
    assert desk.port.asked(commands.ChooseModel) == [commands.ChooseModel("c1", 0, ref)]
    assert not shown.isVisible()
    assert desk.editor.hasFocus()
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    assert [order.text for order in desk.port.sent()] == ["hello", "hello"]
    assert not desk.port.asked(commands.Regenerate)


def test_what_is_in_the_chat_already_is_answered_by_the_other_model(desk: Desk) -> None:
    shown = refused(desk, "m2")
    assert "Your message is in the chat; another model can answer it now." in texts(shown)
    desk.qtbot.mouseClick(buttons(shown)["Use Qwen Turbo, free"], LEFT)
    assert desk.port.asked(commands.Regenerate) == [
        commands.Regenerate("c1", 0, "m2", "hosted:s1/qwen-turbo")
    ]


def test_buying_opens_the_page_once_and_is_followed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    shown = refused(desk)
    buy = buttons(shown)["Buy Starter, $5"]
    desk.qtbot.mouseClick(buy, LEFT)
    desk.qtbot.mouseClick(buy, LEFT)
    [order] = [one for one in desk.port.orders if isinstance(one, Buy)]
    assert order.offer == "starter"
    desk.tell(OpenPage("https://pay.example.com/k1"), HostedDone(order.serial))
    assert opened == ["https://pay.example.com/k1"]
    desk.tell(CheckoutChanged(WAITS))
    assert "Starter: Waiting for the payment." in texts(shown)
    assert buy.isEnabled()  # the same page can be opened again
    # A browser that did not come up says so to nobody: the address is there to be copied.
    assert not shown.findChild(QPushButton, "copy-address").isVisible()
    desk.tell(CheckoutChanged(replace(WAITS, url="https://pay.example.com/k1")))
    desk.qtbot.mouseClick(shown.findChild(QPushButton, "copy-address"), LEFT)
    assert QGuiApplication.clipboard().text() == "https://pay.example.com/k1"
    desk.tell(CheckoutChanged(replace(WAITS, state="credited", message="Credited.")))
    assert texts(shown) == ["Starter is credited.", "Send your message again."]
    assert not buy.isEnabled()


def test_what_is_in_the_chat_is_answered_by_one_click_once_it_is_paid_for(desk: Desk) -> None:
    shown = refused(desk, "m2")
    assert not shown.findChild(QPushButton, "answer-now").isVisible()
    desk.qtbot.mouseClick(buttons(shown)["Buy Starter, $5"], LEFT)
    desk.tell(CheckoutChanged(replace(WAITS, state="credited", message="Credited.")))
    assert texts(shown) == [
        "Starter is credited.", "Your message is in the chat and can be answered now.",
    ]  # fmt: skip
    desk.qtbot.mouseClick(buttons(shown)["Answer it now"], LEFT)
    assert desk.port.asked(commands.Regenerate) == [commands.Regenerate("c1", 0, "m2")]
    assert not shown.isVisible()


def test_every_pane_that_was_refused_is_answered_by_the_one_click(desk: Desk) -> None:
    shown = refused(desk, "m2")
    desk.tell(replace(out_of_tokens("m3"), pane=1))
    desk.qtbot.mouseClick(buttons(shown)["Buy Starter, $5"], LEFT)
    desk.tell(CheckoutChanged(replace(WAITS, state="credited", message="Credited.")))
    desk.qtbot.mouseClick(buttons(shown)["Answer it now"], LEFT)
    assert desk.port.asked(commands.Regenerate) == [
        commands.Regenerate("c1", 0, "m2"), commands.Regenerate("c1", 1, "m3"),
    ]  # fmt: skip


def test_what_only_organizations_can_buy_leads_to_the_shop(desk: Desk) -> None:
    shown = refused(desk, offers=(), own_keys=(), free_models=(), for_groups=True)
    assert list(buttons(shown)) == ["Plans for organizations"]
    desk.qtbot.mouseClick(buttons(shown)["Plans for organizations"], LEFT)
    assert desk.window.findChildren(ShopDialog)


def test_a_purchase_that_does_not_begin_says_why(desk: Desk) -> None:
    shown = refused(desk)
    buy = buttons(shown)["Buy Starter, $5"]
    desk.qtbot.mouseClick(buy, LEFT)
    [order] = [one for one in desk.port.orders if isinstance(one, Buy)]
    desk.tell(HostedDone(order.serial, FaultView("ServerRefused", "Gone.", "Choose another.")))
    assert "Gone. Choose another." in texts(shown)
    assert buy.isEnabled()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("past_due", "The last payment for the subscription did not go through."),
        ("in_debt", "This account has a payment outstanding."),
        ("cap_reached", "Your tokens do not cover this."),
    ],
)
def test_each_reason_has_its_words(desk: Desk, reason: str, said: str) -> None:
    assert texts(refused(desk, reason=reason))[0] == said


def test_the_next_message_and_another_chat_take_it_away(desk: Desk) -> None:
    shown = refused(desk)
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    assert not shown.isVisible()
    desk.tell(events.SendRefused("c1", 0, REFUSED), out_of_tokens())
    assert shown.isVisible()
    desk.tell(events.ChatOpened(chat("c2")))
    assert not shown.isVisible()
    desk.tell(out_of_tokens())  # of the chat before
    assert not shown.isVisible()


def test_its_cross_closes_it_and_nothing_is_lost(desk: Desk) -> None:
    shown = refused(desk)
    [cross] = shown.findChildren(QToolButton)
    desk.qtbot.mouseClick(cross, LEFT)
    assert not shown.isVisible()
    assert desk.editor.toPlainText() == "hello"


def test_a_message_on_its_way_is_not_taken_for_one_that_was_refused(desk: Desk) -> None:
    refused(desk, "m2")
    desk.qtbot.keyClicks(desk.editor, "next")
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Return)
    desk.tell(out_of_tokens("m2"), events.SendAccepted("c1"))
    assert desk.editor.toPlainText() == ""


def test_it_goes_where_the_message_is_answered_after_all(desk: Desk) -> None:
    shown = refused(desk, "m2")
    failed = message("m2", "assistant", "", state=MessageState.INCOMPLETE)
    desk.tell(events.MessageChanged("c1", 0, failed, settled=True))
    assert shown.isVisible()
    again = replace(failed, id="m3", state=MessageState.STREAMING)
    desk.tell(events.MessageAdded("c1", 1, again))  # another pane's answer
    assert shown.isVisible()
    desk.tell(events.MessageAdded("c1", 0, again))
    assert not shown.isVisible()


def test_it_goes_where_the_balance_covers_by_now_what_was_short(desk: Desk) -> None:
    free = wallet().grants[0]
    assert free.name == "Free"
    desk.tell(signed_in(replace(wallet(), grants=(replace(free, left=0),))))
    shown = refused(desk)
    desk.tell(signed_in(replace(wallet(), grants=(replace(free, left=1_745),))))
    assert shown.isVisible()
    desk.tell(signed_in(replace(wallet(), grants=(replace(free, left=1_746),))))
    assert not shown.isVisible()


def test_what_was_bought_here_is_said_although_the_balance_covers_it(desk: Desk) -> None:
    free = wallet().grants[0]
    shown = refused(desk)
    desk.qtbot.mouseClick(buttons(shown)["Buy Starter, $5"], LEFT)
    desk.tell(signed_in(replace(wallet(), grants=(replace(free, left=free.left + 9_000),))))
    assert shown.isVisible()


def test_escape_takes_it_away(desk: Desk) -> None:
    shown = refused(desk)
    desk.qtbot.keyClick(desk.editor, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert desk.editor.toPlainText() == "hello"


def test_a_second_space_after_buying_buys_nothing_else(desk: Desk) -> None:
    power = replace(PACK, id="power", name="Power")
    shown = refused(desk, offers=(PACK, power))
    buy = buttons(shown)["Buy Starter, $5"]
    buy.setFocus()
    desk.qtbot.keyClick(buy, Qt.Key.Key_Space)
    focus = QApplication.focusWidget()
    assert focus is desk.editor
    desk.qtbot.keyClick(focus, Qt.Key.Key_Space)
    assert [one.offer for one in desk.port.orders if isinstance(one, Buy)] == ["starter"]
