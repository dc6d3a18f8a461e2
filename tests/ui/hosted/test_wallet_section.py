"""The wallet in the panel: how long it lasts, many grants, free models, members, days, license."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.seam.hosted import AskLicense, LicenseShown
from app.seam.hosted_views import (
    DrawnDayView,
    ForecastView,
    GrantView,
    LicenseView,
    MemberDrawnView,
    WalletView,
)
from app.ui.billing.panel import BillingPanel
from app.ui.billing.spend_list import ElidedLabel
from app.ui.hosted import wording
from app.ui.theme import Theme
from tests.ui.dialogs.samples import sample_billing, spend
from tests.ui.hosted.samples import grant, signed_in, soon, wallet
from tests.ui.shell.conftest import Desk
from tests.ui.shell.test_german_window import english_in

TODAY = datetime.now(UTC).date()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> BillingPanel:
    shown = BillingPanel()
    qtbot.addWidget(shown)
    shown.resize(288, 1400)
    shown.show()
    return shown


def texts(qtbot: QtBot, widget: QWidget) -> list[str]:
    qtbot.wait(10)
    labels = [*widget.findChildren(QLabel), *widget.findChildren(ElidedLabel)]
    shown = [label for label in labels if label.isVisible() and label.text()]
    shown.sort(key=lambda label: label.mapTo(widget, QPoint(0, 0)).y())
    return [label.text() for label in shown]


def press(qtbot: QtBot, widget: QWidget, text: str) -> None:
    [button] = [
        button
        for button in widget.findChildren(QPushButton)
        if button.text() == text and button.isVisible()
    ]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def days(*tokens: int) -> tuple[DrawnDayView, ...]:
    first = TODAY - timedelta(days=len(tokens) - 1)
    return tuple(
        DrawnDayView(first + timedelta(days=place), each, 0, 1 if each else 0)
        for place, each in enumerate(tokens)
    )


def pack(name: str, left: int, granted: int = 200_000) -> GrantView:
    return replace(grant(name, left, granted), source="pack", window="once", resets=None)


def free_models(count: int) -> tuple[GrantView, ...]:
    return tuple(replace(grant(f"Free {n}", 50 - n, 50, "requests"), only=True, window="day")
                 for n in range(count))  # fmt: skip


def with_forecast(until: int | None) -> WalletView:
    day = None if until is None else TODAY + timedelta(days=until)
    return replace(wallet(), forecast=ForecastView("plan_tokens", 1_935, day))


def test_a_forecast_names_the_day() -> None:
    found = replace(
        wallet(), forecast=ForecastView("plan_tokens", 1_935, TODAY.replace(year=TODAY.year + 1))
    )
    assert wording.lasts(found) == f"At this pace until {TODAY.day} {TODAY:%B}"
    assert wording.pace(found) == "About 1,940 tokens a day, over the last two weeks."


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (with_forecast(None), "At this pace for more than three months"),
        (with_forecast(0), "At this pace they end today"),
        (replace(with_forecast(0), available=0), ""),
        (wallet(), ""),
        (replace(wallet(), days=days(0, 0, 0)), ""),
        (replace(wallet(), days=days(0, 5)), "Too few days yet to say how long they last"),
    ],
)
def test_it_says_no_more_than_is_known(shown: WalletView, said: str) -> None:
    assert wording.lasts(shown) == said


def test_nothing_left_is_said_with_the_moment_of_the_reset(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    grants = (grant("Free", 0, 10_000),)
    panel.show_wallet(replace(wallet(), available=0, grants=grants))
    said = texts(qtbot, panel)
    assert "0" in said
    assert "tokens left · resets in 10 d 4 h · Free plan" in said
    assert "0 of 10,000" in said


def test_a_pack_that_was_used_up_is_gone_and_the_rest_keeps_its_order(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    grants = (grant("Free", 9, 10), pack("Old", 0), pack("Plus", 31), pack("Power", 10**6, 10**6))
    panel.show_wallet(replace(wallet(), grants=grants))
    said = texts(qtbot, panel)
    assert [text for text in said if text in ("Free", "Old", "Plus", "Power")] == [
        "Free", "Plus", "Power",
    ]  # fmt: skip
    assert "1M of 1M" in said, "long figures leave room for the name"
    assert said.count("does not expire") == 1


def test_many_lines_open_and_stay_open_while_figures_change(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    panel.show_wallet(replace(wallet(), grants=free_models(12)))
    assert "Free 4" in texts(qtbot, panel)
    assert "Free 5" not in texts(qtbot, panel)
    press(qtbot, panel, "7 more")
    assert "Free 11" in texts(qtbot, panel)
    panel.show_wallet(replace(wallet(), grants=free_models(12)))
    assert "Free 11" in texts(qtbot, panel)
    press(qtbot, panel, "Show fewer")
    assert "Free 11" not in texts(qtbot, panel)


def test_dollars_are_added_up_where_nothing_else_is_granted(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    day = replace(grant("Daily budget", 11 * 10**10, 24 * 10**10, "usd"), window="day")
    panel.show_wallet(replace(wallet(), available=None, grants=(day,)))
    said = texts(qtbot, panel)
    assert "$0.11" in said
    assert "$0.11 of $0.24" in said


def test_dollars_stay_dollars_although_the_server_knows_how_many_tokens_they_are(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    day = replace(grant("Daily budget", 11 * 10**10, 24 * 10**10, "usd"), window="day")
    shown = replace(wallet(), available=1_372, grants=(day,))
    panel.show_wallet(shown)
    said = texts(qtbot, panel)
    assert "$0.11" in said
    assert "left · Free plan" in said
    assert "1,372" not in said
    assert wording.left_in_all(shown) == "$0.11 left"


def test_what_is_held_for_an_answer_is_named(qtbot: QtBot, panel: BillingPanel) -> None:
    pack = replace(grant("Starter pack", 130_555, 200_000), held=45_655, resets=None)
    panel.show_wallet(replace(wallet(), available=130_555, grants=(pack,)))
    assert "tokens left · 45,655 held · Free plan" in texts(qtbot, panel)
    panel.show_wallet(replace(wallet(), available=176_210, grants=(replace(pack, held=0),)))
    assert "tokens left · Free plan" in texts(qtbot, panel)


def test_a_pool_of_dollars_beside_no_packs_is_not_nothing(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    pool = replace(grant("Organization", 148 * 10**10, 148 * 10**10, "usd"), window="day")
    shown = replace(wallet(), available=None, grants=(pool, pack("Starter pack", 5_000)))
    panel.show_wallet(shown)
    assert "$1.48 + 5,000" in texts(qtbot, panel)
    assert wording.left_in_all(shown) == "$1.48 + 5,000 tokens left"
    used = replace(pool, left=0, used=pool.granted)
    assert wording.is_used_up(shown, [used])
    assert not wording.is_used_up(shown, [used, pool])


def test_a_members_cap_is_what_is_left_of_and_the_pool_stands_behind_it(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    pool = replace(
        grant("Organization", 148 * 10**10, 150 * 10**10, "usd"), window="day", left=10**10,
        cap=25 * 10**9,
    )  # fmt: skip
    panel.show_wallet(replace(wallet(), available=None, grants=(pool,)))
    said = texts(qtbot, panel)
    assert "$0.010 of $0.025" in said
    assert any(text.startswith("your cap · each day") for text in said)
    [figure] = [one for one in panel.findChildren(QLabel) if one.text() == "$0.010 of $0.025"]
    assert "The pool: $1.48 of $1.50" in figure.accessibleName()
    wide = replace(pool, cap=200 * 10**10)
    assert wording.left_of(wide) == "$0.010 of $1.50"  # a cap above the pool bounds nothing


def test_a_group_names_itself_and_its_members(qtbot: QtBot, panel: BillingPanel) -> None:
    members = (
        MemberDrawnView("Ann", False, 4_000, 0, 9), MemberDrawnView("Bob", True, 1_935, 0, 1),
        MemberDrawnView("", False, 7, 0, 1),
        MemberDrawnView("", False, 5, 0, 1, account="a_66d039"),
    )  # fmt: skip
    panel.show_wallet(replace(wallet(), kind="organization", name="The Crew", members=members))
    said = texts(qtbot, panel)
    assert said[0] == "Tokens of The Crew"
    place = said.index("Members, last 30 days")
    assert {
        "Ann", "4,000", "Bob (you)", "1,935", "Somebody who left", "7", "Member …66d039", "5",
    } == set(said[place + 1 : place + 9])  # fmt: skip


def test_only_who_may_buy_has_the_button_for_it(qtbot: QtBot, panel: BillingPanel) -> None:
    panel.show_wallet(wallet())
    button = panel.findChild(QPushButton, "buy-tokens")
    assert button is not None
    assert not button.isHidden()
    panel.show_wallet(replace(wallet(), kind="organization", may_buy=False))
    assert button.isHidden()


def test_days_are_bars_of_tokens_that_can_be_heard(qtbot: QtBot, panel: BillingPanel) -> None:
    panel.show_wallet(replace(wallet(), days=days(0, 1_935)))
    [chart] = [one for one in panel.findChildren(type(panel.chart)) if one is not panel.chart]
    assert [bar.height for bar in chart.bars()] == [0, 1_935]
    assert "1,935 tokens, 1 answer" in chart.accessibleDescription()
    assert chart.isVisible()
    panel.show_wallet(replace(wallet(), days=days(0, 0)))
    assert not chart.isVisible()


def test_own_keys_that_cost_nothing_say_so_beside_a_wallet(
    qtbot: QtBot, panel: BillingPanel
) -> None:
    nothing = spend("x", 0, messages=0)
    unused = tuple(replace(day, messages=0) for day in sample_billing().days)
    billing = replace(
        sample_billing(), today=nothing, month=nothing, by_key=(), by_model=(), days=unused
    )
    panel.show_billing(billing)
    assert "Nothing spent yet" in texts(qtbot, panel)
    panel.show_wallet(wallet())
    said = texts(qtbot, panel)
    assert "Nothing spent on keys of your own in the last 14 days." in said
    assert "Nothing spent yet" not in said
    press(qtbot, panel, "See usage")


def license_of(status: str) -> LicenseView:
    return LicenseView(
        "s1", status, "free", "It stands so.", "Do this.", ("*",), "always", 1, soon(hours=20),
        None, "key",
    )  # fmt: skip


def test_the_license_stands_in_one_line_that_leads_to_its_page(desk: Desk) -> None:
    desk.window.dialogs.make_billing()
    assert desk.port.asked(AskLicense) == []
    desk.tell(signed_in())
    desk.tell(signed_in())
    assert len(desk.port.asked(AskLicense)) == 1
    desk.tell(LicenseShown(license_of("valid")))
    [line] = [
        button for button in desk.window.findChildren(QPushButton)
        if button.objectName() == "license-line"
    ]  # fmt: skip
    assert line.text().startswith("License valid · renews ")
    desk.tell(LicenseShown(license_of("grace")))
    assert line.text() == "License needs a look"
    assert line.accessibleDescription() == "It stands so. Do this."
    desk.tell(LicenseShown(license_of("absent")))
    assert line.isHidden()


def wordless(status: str) -> LicenseView:
    return replace(license_of(status), message="", advice="")


def test_all_of_it_is_german_in_a_german_window(german_desk: Desk) -> None:
    desk = german_desk
    desk.window.dialogs.make_billing()
    members = (MemberDrawnView("Ann", True, 9, 0, 1), MemberDrawnView("", False, 7, 0, 1))
    grants = (grant("Frei", 0, 10), pack("Paket", 31), *free_models(12))
    shown = replace(
        with_forecast(3), grants=grants, days=days(0, 1_935), members=members, kind="organization",
        name="Crew", available=0, online=False,
    )  # fmt: skip
    desk.tell(signed_in(shown), LicenseShown(wordless("valid")))
    desk.qtbot.wait(20)
    assert english_in(desk.window) == []
    desk.tell(signed_in(replace(shown, forecast=None)), LicenseShown(wordless("other_device")))
    assert english_in(desk.window) == []
