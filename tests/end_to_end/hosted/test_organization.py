"""An organization from nothing to a seat cap that says no: two people at two screens, the demo's
server between them, and the browser for its plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.hosted.loops import (
    answered,
    choose_model,
    left,
    models,
    named,
    pay_in_browser,
    run_command,
    start_free,
)
from tests.end_to_end.hosted.somebody import SCREEN, Seen, Somebody, window
from tests.fixtures.display import virtual_display

pytestmark = pytest.mark.timeout(300)
CARD = "Organizations and workspaces"


@contextmanager
def somebody_else(home: Path, demo: Path) -> Iterator[Somebody]:
    """At a computer of their own, with a window that knows the same server's address."""
    address = f"http://127.0.0.1:{(demo / 'demo' / 'server' / 'port').read_text()}"
    with (
        virtual_display(SCREEN) as display,
        window(display, home, TUPPENCE_CREDIT_SERVER=address) as somebody,
    ):
        yield somebody


def make_organization(admin: Somebody, name: str) -> None:
    """From the shop, where its plan is for an organization."""
    admin.click("", name="buy-tokens")
    admin.click("", name="create-for-organization")
    named(admin, "group-name")
    admin.hands.type(name)
    admin.hands.key("Return")
    admin.click("", name="spend-tokens")
    admin.reads("spent now")


def buy_plan(admin: Somebody) -> None:
    admin.click("Tokens")
    admin.reads("Nobody used anything yet.")  # what comes above the button has come
    admin.click("", name="group-buy")
    admin.click("", name="choose-organization")
    pay_in_browser(admin)
    admin.until(lambda shown: "$1.48 left" in left(shown), "the pool is there")
    admin.come_back()
    admin.hands.key("Escape")


def invite(admin: Somebody) -> str:
    """The link, as it is shown once."""
    run_command(admin, CARD)
    admin.click("", name="invite")
    link = admin.until(lambda shown: _text_of(shown, "invited-link"), "the invitation's link")
    admin.hands.key("Escape")
    return link


def join(member: Somebody, link: str) -> None:
    """A free account without a keyring, and into the group by its link."""
    member.sit_down()
    member.click("", name="start-free")
    member.click("", name="choose-session")
    member.until(lambda shown: "" not in models(shown) and models(shown), "a model is chosen")
    run_command(member, CARD)
    member.click("Accept an invitation")
    named(member, "invitation-link")
    member.hands.type(link)
    member.hands.key("Return")
    member.click("", name="spend-tokens")
    member.reads("spent now")
    member.hands.key("Escape")


def set_cap(admin: Somebody, dollars: str) -> None:
    """On the member who came last."""
    run_command(admin, CARD)
    admin.reads("2 of 5 seats taken, 3 free")
    admin.click(admin.reads("Cap for Member …").said)
    named(admin, "member-cap-amount")
    admin.hands.type(dollars)
    admin.hands.key("Return")
    admin.reads(f"at most ${dollars} each day")


def _text_of(shown: list[Seen], name: str) -> str:
    return next((one.text for one in shown if one.name == name), "")


def test_a_second_person_joins_by_the_link_and_sends_until_the_seat_cap_says_no(
    wide_display: str, browser: Path, tmp_path: Path
) -> None:
    home = tmp_path / "demo-home"
    with window(wide_display, home, "--demo", browser=browser) as admin:
        start_free(admin)
        make_organization(admin, "Quarry Lane")
        buy_plan(admin)
        with somebody_else(tmp_path / "second", home) as member:
            join(member, invite(admin))
            set_cap(admin, "0.008")
            member.until(lambda shown: "$0.0080 left" in left(shown), "the cap is known before")
            member.reads("your cap · each day")
            choose_model(member, "GPT-4o")
            member.say("Hello")
            [line] = answered(member)
            assert "$0.00" in line
            assert "Quarry Lane" in line
            member.say("Something long, please")
            member.reads("The answer reached its length limit.")  # as much as the cap covers
            answered(member, 2)
            member.say("And something long once more")
            member.reads("Your cap on the shared tokens does not cover this message.")
            assert member.composer() == "And something long once more"
            assert not any(one.text.startswith("Buy ") for one in _card(member.look()))
            member.leave()
        admin.click("Tokens")
        admin.reads("Used in the last 30 days")
        spent = admin.until(_drawn_by_the_member, "what the member drew")
        assert spent.startswith("$0.00")
        admin.until(lambda shown: len(_reading(shown, spent)) >= 2, "in the panel as well")
        admin.hands.key("Escape")
        admin.leave()


def _card(shown: list[Seen]) -> list[Seen]:
    return [one for one in shown if one.kind == "QPushButton" and one.name != "buy-tokens"]


def _drawn_by_the_member(shown: list[Seen]) -> str:
    """The last figure of their line in the card."""
    lines = [one.said for one in shown if one.said.startswith("Member …") and "Drawn" in one.said]
    return lines[0].partition("Drawn ")[2].partition(",")[0] if lines else ""


def _reading(shown: list[Seen], text: str) -> list[Seen]:
    return [one for one in shown if one.text == text]
