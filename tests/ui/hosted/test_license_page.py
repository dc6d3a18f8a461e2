"""The license page told by a core of the test's own: each status in words, and no dead button."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton

from app.licensing import standing_words
from app.seam import hosted
from app.seam.hosted import HostedDone, LicenseShown
from app.seam.hosted_views import AccountsView, LicenseView
from app.seam.views import FaultView
from app.ui.hosted.account_page import AccountPage
from app.ui.hosted.license_page import LicensePage
from tests.ui.hosted.samples import SERVER, nobody, signed_in
from tests.ui.shell.conftest import Desk
from tests.ui.shell.test_german_window import english_in

LEFT = Qt.MouseButton.LeftButton
NOW = datetime.now(UTC)
KEY = "ed25519:Qk1zT0x4c3RkY2tqaGdmZHNhcG9pdXl0cmV3cXpY"
VALID = LicenseView(
    "s1", "valid", "premium", standing_words.valid_online("premium", NOW + timedelta(days=30)), "",
    ("*",), "always", 1, NOW + timedelta(hours=20), NOW + timedelta(days=30), KEY,
)  # fmt: skip
TEAM = replace(
    VALID, plan="organization", features=("knowledge", "web_search"), own_keys="after_allowance",
    seats=25, message=standing_words.valid_offline("organization", NOW + timedelta(days=9)),
    advice=standing_words.ends_soon(timedelta(days=9)), renew_at=None,
)  # fmt: skip
GRACE = replace(
    VALID, status="grace", advice=standing_words.CONNECT, renew_at=NOW - timedelta(days=20),
    message=standing_words.not_renewed("premium", NOW + timedelta(days=9)),
)  # fmt: skip
BEHIND = replace(
    VALID, status="grace", advice=standing_words.SET_CLOCK,
    message=standing_words.clock_behind(
        "premium", NOW - timedelta(days=3), NOW, timedelta(days=13)
    ),
)  # fmt: skip
TOO_LONG = replace(
    VALID, status="expired", advice=standing_words.SET_CLOCK,
    message=standing_words.clock_behind_too_long("premium", NOW - timedelta(days=3), NOW),
)  # fmt: skip
OVER = replace(
    VALID, status="expired", advice=standing_words.ASK_FOR_NEW,
    message=standing_words.over("premium", NOW - timedelta(days=9)),
)  # fmt: skip
OTHER = replace(
    VALID, status="other_device", message=standing_words.OTHER_DEVICE,
    advice=standing_words.ASK_FOR_THIS_DEVICE, renew_at=None,
)  # fmt: skip
ABSENT = replace(VALID, status="absent", message=standing_words.ABSENT, renew_at=None)
TITLES = {
    "valid": (VALID, "The license is valid"), "team": (TEAM, "The license is valid"),
    "grace": (GRACE, "The license needs a look"), "clock": (BEHIND, "The license needs a look"),
    "clock too long": (TOO_LONG, "The license is over"), "over": (OVER, "The license is over"),
    "other": (OTHER, "A license for another computer"), "absent": (ABSENT, "No license"),
}  # fmt: skip


def open_page(desk: Desk, told: hosted.AccountsShown | None = None) -> LicensePage:
    desk.tell(told or signed_in())
    desk.window.dialogs._open_settings("license")
    [page] = desk.window.findChildren(LicensePage)
    return page


def show(desk: Desk, view: LicenseView) -> None:
    order = desk.port.asked(hosted.AskLicense)[-1]
    assert isinstance(order, hosted.AskLicense)
    desk.tell(LicenseShown(view), HostedDone(order.serial))


def refuse(desk: Desk, kind: type, fault: FaultView) -> None:
    order = desk.port.asked(kind)[-1]
    desk.tell(HostedDone(order.serial, fault))  # type: ignore[attr-defined]


def said(page: LicensePage) -> str:
    QApplication.processEvents()
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def button(page: LicensePage, name: str) -> QPushButton | None:
    QApplication.processEvents()
    found = page.findChildren(QPushButton, name)
    return next((one for one in found if one.isVisible()), None)


def click(desk: Desk, page: LicensePage, name: str) -> None:
    found = button(page, name)
    assert found is not None, name
    assert found.isEnabled(), name
    desk.qtbot.mouseClick(found, LEFT)


@pytest.mark.parametrize(("view", "title"), TITLES.values(), ids=TITLES.keys())
def test_each_status_has_its_words_and_says_that_nothing_is_locked(
    desk: Desk, view: LicenseView, title: str
) -> None:
    page = open_page(desk)
    assert "Looking at the license …" in said(page)
    show(desk, view)
    text = said(page)
    assert title in text.splitlines()
    for words in (view.message, view.advice, KEY):
        assert words in text
    assert "needs no license, whatever it says here." in text
    holds = view.status in ("valid", "grace")
    assert ("What it allows" in text) is holds
    assert ("What the rules of a free account allow" in text) is not holds


def test_what_a_teams_license_allows_is_said_plainly(desk: Desk) -> None:
    page = open_page(desk)
    show(desk, TEAM)
    text = said(page)
    assert "Chatting, and these features: knowledge, web search." in text
    assert "Keys of your own, once the plan's allowance is used up." in text
    assert "Up to 25 people." in text
    assert "It ends in 9 days." in text
    assert "Next renewal" not in text
    show(desk, replace(TEAM, features=("mcp_servers", "of_another_catalog")))
    text = said(page)
    assert "Chatting, and these features: MCP servers, of another catalog." in text
    show(desk, replace(TEAM, own_keys="never", seats=None, features=()))
    text = said(page)
    assert "No keys of your own: messages are paid with tokens." in text
    assert "Any number of people." in text
    assert "Chatting, without the features of larger plans." in text


def test_renewing_says_what_went_wrong_and_the_license_stays(desk: Desk) -> None:
    page = open_page(desk)
    show(desk, VALID)
    click(desk, page, "license-renew")
    order = desk.port.asked(hosted.AskLicense)[-1]
    assert isinstance(order, hosted.AskLicense)
    assert order.renew
    renew = button(page, "license-renew")
    assert renew is not None
    assert not renew.isEnabled()
    refuse(desk, hosted.AskLicense, FaultView("X", "There is no connection.", "Try again."))
    assert "There is no connection. Try again." in said(page)
    assert "The license is valid" in said(page)
    click(desk, page, "license-renew")
    show(desk, VALID)
    assert "There is no connection." not in said(page)


def test_a_renewal_that_is_due_is_not_called_the_next_one(desk: Desk) -> None:
    page = open_page(desk)
    show(desk, GRACE)
    assert "A renewal is due since" in said(page)
    assert "Next renewal" not in said(page)


def test_a_key_that_cannot_be_read_is_said_on_the_page(desk: Desk) -> None:
    page = open_page(desk)
    refuse(desk, hosted.AskLicense, FaultView("KeyringLocked", "The keyring is locked.", "Open."))
    assert "The license cannot be looked at now" in said(page)
    assert "The keyring is locked. Open." in said(page)
    desk.tell(signed_in())
    assert "The keyring is locked. Open." in said(page)


def test_without_an_account_the_page_leads_to_it_and_offers_nothing_that_fails(
    desk: Desk,
) -> None:
    page = open_page(desk, nobody(""))
    order = desk.port.asked(hosted.AskLicense)[-1]
    desk.tell(HostedDone(order.serial))  # type: ignore[attr-defined]
    assert "A license comes with an account" in said(page)
    assert button(page, "license-renew") is None
    assert button(page, "license-sent") is None
    click(desk, page, "license-account")
    [account] = desk.window.findChildren(AccountPage)
    assert account.isVisible()


def test_signed_out_the_license_stands_and_only_renewing_waits(desk: Desk) -> None:
    away = replace(SERVER, state="signed_out")
    page = open_page(desk, hosted.AccountsShown(AccountsView((away,), "s1", "", None)))
    show(desk, VALID)
    assert "The license is valid" in said(page)
    assert button(page, "license-renew") is None
    assert button(page, "license-sent") is not None


def test_what_was_pasted_stays_until_it_is_kept(desk: Desk) -> None:
    page = open_page(desk)
    show(desk, VALID)
    click(desk, page, "license-sent")
    [field] = page.findChildren(QPlainTextEdit, "license-text")
    assert field.hasFocus()
    click(desk, page, "license-keep")
    assert "Paste the license first, or open its file." in said(page)
    field.setPlainText("no license")
    click(desk, page, "license-keep")
    keep = desk.port.asked(hosted.KeepLicense)[-1]
    assert isinstance(keep, hosted.KeepLicense)
    assert (keep.text, keep.path) == ("no license", "")
    waiting = button(page, "license-keep")
    assert waiting is not None
    assert not waiting.isEnabled()
    refuse(desk, hosted.KeepLicense, FaultView("LicenseUnreadable", "No license.", "Copy it."))
    assert "No license. Copy it." in said(page)
    assert field.toPlainText() == "no license"
    click(desk, page, "license-keep")
    keep = desk.port.asked(hosted.KeepLicense)[-1]
    desk.tell(LicenseShown(TEAM), HostedDone(keep.serial))  # type: ignore[attr-defined]
    assert "The license was checked and is kept." in said(page)
    assert field.toPlainText() == ""


def test_the_device_key_can_be_copied(desk: Desk) -> None:
    page = open_page(desk)
    show(desk, ABSENT)
    page._copy.click()
    assert QApplication.clipboard().text() == KEY


@pytest.mark.parametrize("view", [view for view, _ in TITLES.values()], ids=TITLES.keys())
def test_each_status_is_german(german_desk: Desk, view: LicenseView) -> None:
    page = open_page(german_desk)
    # The catalog's names of plans and features are the server's; all else is ours.
    show(german_desk, view)
    click(german_desk, page, "license-sent")
    texts = [text for text in english_in(german_desk.window) if "Example tokens" not in text]
    assert texts == []


def test_refusals_of_licenses_are_german(german_desk: Desk) -> None:
    page = open_page(german_desk)
    show(german_desk, VALID)
    for message, advice in REFUSED:
        fault = FaultView("LicenseError", message, advice)
        refuse_renewal(german_desk, page, fault)
        texts = [text for text in english_in(german_desk.window) if "Example tokens" not in text]
        assert texts == []


def refuse_renewal(desk: Desk, page: LicensePage, fault: FaultView) -> None:
    order = desk.port.asked(hosted.AskLicense)[-1]
    desk.tell(HostedDone(order.serial))  # type: ignore[attr-defined]
    click(desk, page, "license-renew")
    refuse(desk, hosted.AskLicense, fault)


REFUSED = (
    ("There is no license in this text.",
     "A license begins with “-----BEGIN TUPPENCE LICENSE-----”. Copy all of it."),
    ("The end of this license is missing.",
     "Copy all of it again, from BEGIN to END, or open the license as a file."),
    ("This license was damaged on its way.", ""),
    ("There are 2 different licenses in this text.",
     "Paste only the newest, from its BEGIN to its END."),
    ("This is far too long for a license.",
     "Open the license itself, or paste only the part from BEGIN to END."),
    ("This license was altered after it was signed, or somebody else made it.",
     "Take the license as it came from your server or its operator."),
    ("This license is for another computer.",
     f"Ask for one for this computer. Its device key is {KEY}."),
    ("This license is dated 21 November 2026, and by this computer's clock it is 3 May 2026.",
     "Set the clock of this computer, then try again."),
    ("This license ended on 3 May 2026.",
     "Ask for a new one, or connect to the server. If the date is wrong, set the clock."),
    ("The key that signed this license was called back by the server's operator.",
     "Connect to the server to get a new license, or ask its operator for one."),
    ("This license was signed by a server that this copy does not know.",
     ("Check that it is for the server you use. If it is, connect to that server once, or update "
     "Tuppence, so that its new key is known here.")),
    ("A newer license than this one is kept already.", "Nothing has to be done."),
    ("This file is far too long for a license.", "Choose the file that you were sent."),
)  # fmt: skip
