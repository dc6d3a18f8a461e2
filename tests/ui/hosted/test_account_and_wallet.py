"""Who pays and what is left, at the foot of the sidebar and in the billing panel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QWidget

from app.seam.hosted import AccountsShown, AskAccounts, BalanceNotice
from app.seam.hosted_views import AccountsView
from app.ui.hosted.wallet_section import LeftBar, WalletSection
from app.ui.hosted.wording import amount_of, short_number, span_of
from tests.ui.hosted.samples import SERVER, grant, nobody, signed_in, wallet
from tests.ui.shell.conftest import Desk


def texts(parent: QWidget) -> list[str]:
    """What can be read, from above."""
    labels = [label for label in parent.findChildren(QLabel) if label.isVisible()]
    labels.sort(key=lambda label: label.mapTo(parent, QPoint(0, 0)).y())
    return [label.text() for label in labels]


def chip(desk: Desk) -> str:
    return desk.frame.sidebar.chip.accessibleName()


def section(desk: Desk) -> WalletSection:
    desk.window.dialogs.make_billing()
    desk.qtbot.wait(20)  # it is laid out
    [found] = desk.window.findChildren(WalletSection)
    return found


def test_the_window_asks_for_accounts_at_the_start(desk: Desk) -> None:
    assert desk.port.asked(AskAccounts) == [AskAccounts()]


def test_without_an_account_nothing_speaks_of_tokens(desk: Desk) -> None:
    before = chip(desk)
    desk.tell(nobody())
    assert chip(desk) == before
    assert "Your own keys" in before
    assert not section(desk).isVisible()


def test_the_foot_says_the_plan_and_what_is_left(desk: Desk) -> None:
    desk.tell(signed_in())
    assert chip(desk) == "Free plan, 208k tokens left"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "organization", "name": "Acme"}, "Acme, 208k tokens left"),
        ({"in_debt": True}, "Free plan, payment outstanding"),
        ({"available": None, "grants": (grant("Free", 3, 50, "requests"),)},
         "Free plan, 3 requests left"),
    ],
)  # fmt: skip
def test_the_foot_says_whose_tokens_they_are(
    desk: Desk, changes: dict[str, object], said: str
) -> None:
    desk.tell(signed_in(replace(wallet(), **changes)))  # type: ignore[arg-type]
    assert chip(desk) == said


@pytest.mark.parametrize("said", ["as of 17 Oct 2025", "as of 10:21\u202fPM"])
def test_an_old_figure_has_its_age(desk: Desk, said: str) -> None:
    # Asked for here: the tests may run past midnight.
    today = datetime.now().astimezone().replace(hour=22, minute=21)
    as_of = datetime(2025, 10, 17, 12, tzinfo=UTC) if "2025" in said else today
    desk.tell(signed_in(replace(wallet(), online=False, as_of=as_of)))
    assert chip(desk) == f"Free plan, 208k tokens left, {said}"
    shown = [label.text() for label in desk.frame.sidebar.chip.findChildren(QLabel)]
    assert f"208k tokens left\n{said}" in shown, "one of them is cut off"
    assert any(text.startswith("Offline, as of ") for text in texts(section(desk)))
    desk.tell(signed_in())
    assert not any("ffline" in text for text in texts(section(desk)))


def test_who_signed_out_is_said_to_be(desk: Desk) -> None:
    out = replace(SERVER, state="signed_out")
    desk.tell(AccountsShown(AccountsView((out,), "s1", "", None)))
    assert chip(desk) == "Example tokens, signed out"
    assert not section(desk).isVisible()


def test_the_panel_shows_every_grant_with_its_window(desk: Desk) -> None:
    desk.tell(signed_in())
    shown = section(desk)
    desk.qtbot.wait(20)  # the lines are laid out
    assert texts(shown) == [
        "208,412", "tokens left · Free plan", "Drawn on in this order",
        "8,412 of 10,000", "each month · resets in 10 d 4 h",
        "200,000 of 200,000", "does not expire",
    ]  # fmt: skip
    assert texts(shown.below) == [
        "Free models",
        "961k of 1M", "each month · resets in 10 d 4 h",
        "47 of 50 today", "each day · resets in 3 h 20 min",
    ]  # fmt: skip
    [bar] = shown.findChildren(LeftBar)
    assert bar.shares() == [8_412 / 210_000, 200_000 / 210_000]


def test_own_keys_stay_apart_under_their_own_heading(desk: Desk) -> None:
    section(desk)
    desk.tell(signed_in())
    below = [text for text in texts(desk.frame) if text in ("Tokens", "Your own keys")]
    assert below == ["Tokens", "Your own keys"]
    desk.tell(nobody())
    below = [text for text in texts(desk.frame) if text == "Tokens"]
    assert below == []


@pytest.mark.parametrize(
    ("percent", "used", "said"),
    [
        (80, 8_980, "Free: 1,020 of 10,000 tokens left."),
        (100, 10_000, "Free: 0 of 10,000 tokens left."),
    ],
)
def test_a_threshold_is_a_notice(desk: Desk, percent: int, used: int, said: str) -> None:
    desk.tell(BalanceNotice("Free", "plan_tokens", percent, used, 10_000))
    assert said in texts(desk.composer)


def test_amounts_are_said_in_their_unit() -> None:
    assert amount_of("requests", 1) == "1 request"
    assert amount_of("usd", 4 * 10**11) == "$0.40"
    assert amount_of("tokens", 2_950) == "2,950 tokens"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=10, hours=4, minutes=59), "10 d 4 h"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(days=9, minutes=59), "9 d"),
        (timedelta(hours=2, seconds=1), "2 h"),
        (timedelta(seconds=5), "1 min"),
    ],
)
def test_a_countdown_has_two_steps(left: timedelta, said: str) -> None:
    assert span_of(left) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (8_412, "8,412"), (99_999, "99,999"), (208_999, "208k"), (1_239_999, "1.23M"),
        (1_000_000, "1M"), (25_500_000, "25.5M"),
    ],
)  # fmt: skip
def test_a_narrow_place_never_says_more_than_there_is(amount: int, said: str) -> None:
    assert short_number(amount) == said
