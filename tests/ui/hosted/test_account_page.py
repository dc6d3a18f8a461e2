"""The account page told by a core of the test's own: each state, each fault, and no dead button."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton

from app.seam import commands, events, hosted
from app.seam.hosted import AccountsShown, HostedDone
from app.seam.hosted_views import AccountsView, DeviceView, ServerView
from app.seam.views import FaultView, KeychainView
from app.ui.hosted.account_page import AccountPage
from app.ui.settings.keys_page import KeysPage
from tests.ui.hosted.samples import ADDRESS, SERVER, nobody, signed_in, wallet
from tests.ui.shell.conftest import Desk
from tests.ui.shell.test_german_window import english_in

LEFT = Qt.MouseButton.LeftButton
NOW = datetime.now(UTC)
HERE = DeviceView("d1", "laptop", "3f9a 51c2 88d0 17be", NOW, NOW, True)
THERE = DeviceView("d2", "study", "a1b2 c3d4 e5f6 0718", NOW, NOW - timedelta(days=400), False)
TEAM = ServerView("s2", "https://team.example.org", "Team", False, "signed_out", "a9", "", False)
FRESH = ServerView("s3", "http://127.0.0.1:8443", "Trying", True, "new", "", "", False)
OFFLINE = FaultView("ProviderUnreachable", "There is no connection.", "Check the internet.")


def accounts(*servers: ServerView, chosen: str = "s1") -> AccountsShown:
    has_wallet = any(row.state == "signed_in" and row.id == chosen for row in servers)
    return AccountsShown(AccountsView(servers, chosen, "", wallet() if has_wallet else None))


def open_page(desk: Desk, told: AccountsShown) -> AccountPage:
    desk.tell(told)
    click(desk, "account")
    [page] = desk.window.findChildren(AccountPage)
    assert page.isVisible()
    return page


def button(desk: Desk, name: str) -> QPushButton | None:
    QApplication.processEvents()  # what was just made is shown only then
    found = desk.window.findChildren(QPushButton, name)
    return next((one for one in found if one.isVisible()), None)


def click(desk: Desk, name: str) -> None:
    found = button(desk, name)
    assert found is not None, name
    assert found.isEnabled(), name
    desk.qtbot.mouseClick(found, LEFT)


def field(desk: Desk, name: str) -> QLineEdit:
    return next(one for one in desk.window.findChildren(QLineEdit, name) if one.isVisible())


def write(desk: Desk, name: str, text: str) -> None:
    field(desk, name).setText(text)
    desk.qtbot.keyClick(field(desk, name), Qt.Key.Key_Return)


def tool(desk: Desk, name: str) -> QToolButton | None:
    QApplication.processEvents()
    tools = desk.window.findChildren(QToolButton)
    return next((one for one in tools if one.isVisible() and one.accessibleName() == name), None)


def press(desk: Desk, name: str) -> None:
    found = tool(desk, name)
    assert found is not None, name
    desk.qtbot.mouseClick(found, LEFT)


def said(page: AccountPage) -> str:
    QApplication.processEvents()
    return "\n".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())


def last(desk: Desk, kind: type[commands.Command]) -> object:
    return desk.port.asked(kind)[-1]


def refuse(desk: Desk, kind: type[commands.Command], fault: FaultView) -> None:
    order = last(desk, kind)
    desk.tell(HostedDone(order.serial, fault))  # type: ignore[attr-defined]


def test_the_foot_of_the_sidebar_leads_to_the_account_or_to_the_keys(desk: Desk) -> None:
    click(desk, "account")
    assert desk.window.findChildren(AccountPage) == []
    assert desk.window.findChildren(KeysPage)[0].isVisible()
    desk.qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_Escape)
    desk.tell(nobody())
    chip = button(desk, "account")
    assert chip is not None
    chip.setFocus()
    desk.qtbot.keyClick(chip, Qt.Key.Key_Space)
    [page] = desk.window.findChildren(AccountPage)
    assert page.isVisible()


def test_without_any_address_there_is_no_free_button_and_the_rest_is_there(desk: Desk) -> None:
    desk.tell(nobody(""))
    desk.window.dialogs._open_settings("account")
    assert button(desk, "start-free") is None
    assert button(desk, "sign-in") is None
    assert button(desk, "sign-out") is None
    click(desk, "find-account")
    write(desk, "find-address", "team.example.org")
    write(desk, "find-email", "ada@example.org")
    order = last(desk, hosted.FindAccount)
    assert isinstance(order, hosted.FindAccount)
    assert (order.address, order.email) == ("team.example.org", "ada@example.org")


def test_what_was_typed_stays_where_it_is_refused(desk: Desk) -> None:
    page = open_page(desk, nobody())
    click(desk, "find-account")
    click(desk, "find-send")
    assert "Type your e-mail address." in said(page)
    assert desk.port.asked(hosted.FindAccount) == []
    write(desk, "find-email", "ada@example")
    send = button(desk, "find-send")
    assert send is not None
    assert not send.isEnabled()
    fault = FaultView("TuppenceError", "“ada@example” is no e-mail address.", "Look at it again.")
    refuse(desk, hosted.FindAccount, fault)
    assert "“ada@example” is no e-mail address. Look at it again." in said(page)
    assert field(desk, "find-email").text() == "ada@example"
    assert send.isEnabled()


def test_a_code_can_be_asked_for_again_and_for_another_address(desk: Desk) -> None:
    open_page(desk, nobody())
    click(desk, "find-account")
    write(desk, "find-email", "ada@example.org")
    first = last(desk, hosted.FindAccount)
    assert isinstance(first, hosted.FindAccount)
    desk.tell(hosted.CodeSent(first.serial, "s1", "tr_1"), HostedDone(first.serial))
    click(desk, "find-again")
    assert len(desk.port.asked(hosted.FindAccount)) == 2
    second = last(desk, hosted.FindAccount)
    assert isinstance(second, hosted.FindAccount)
    desk.tell(hosted.CodeSent(first.serial, "s1", "tr_1"))  # a late word on the first
    desk.tell(hosted.CodeSent(second.serial, "s1", "tr_2"), HostedDone(second.serial))
    write(desk, "find-code", "123456")
    order = last(desk, hosted.FinishFindAccount)
    assert isinstance(order, hosted.FinishFindAccount)
    assert (order.request, order.code, order.where) == ("tr_2", "123456", "")
    refuse(desk, hosted.FinishFindAccount, FaultView("ServerRefused", "This is not the code."))
    click(desk, "find-other")
    assert field(desk, "find-email").text() == "ada@example.org"


def test_without_a_keyring_the_place_is_chosen_and_the_code_goes_on(desk: Desk) -> None:
    open_page(desk, nobody())
    click(desk, "find-account")
    write(desk, "find-email", "ada@example.org")
    order = last(desk, hosted.FindAccount)
    assert isinstance(order, hosted.FindAccount)
    desk.tell(hosted.CodeSent(order.serial, "s1", "tr_1"), HostedDone(order.serial))
    write(desk, "find-code", "123456")
    refuse(desk, hosted.FinishFindAccount, FaultView("KeyringAbsent", "There is no keyring."))
    desk.tell(events.KeychainReady(KeychainView("undecided", "", False, False)))
    click(desk, "choose-session")
    again = last(desk, hosted.FinishFindAccount)
    assert isinstance(again, hosted.FinishFindAccount)
    assert (again.request, again.code, again.where) == ("tr_1", "123456", "session")


def test_whoever_has_an_account_here_is_warned_before_finding_another(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    click(desk, "find-account")
    assert "This computer leaves the account that it has now." in said(page)
    desk.tell(accounts(replace(SERVER, state="removed")))
    assert "This computer leaves" not in said(page)


def test_devices_are_asked_for_once_for_each_state(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    assert "Asking the server …" in said(page)
    [order] = desk.port.asked(hosted.AskDevices)
    assert isinstance(order, hosted.AskDevices)
    desk.tell(hosted.DevicesShown(order.serial, "s1", (THERE, HERE)), HostedDone(order.serial))
    text = said(page)
    assert text.index("laptop") < text.index("study")
    assert "this computer" in text
    assert "key a1b2 c3d4 e5f6 0718" in text
    desk.tell(signed_in())  # the wallet, once more
    assert len(desk.port.asked(hosted.AskDevices)) == 1
    assert tool(desk, "Take laptop off the account") is None


def test_taking_a_computer_off_asks_first_and_a_refusal_stays_at_its_line(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    order = last(desk, hosted.AskDevices)
    assert isinstance(order, hosted.AskDevices)
    desk.tell(hosted.DevicesShown(order.serial, "s1", (HERE, THERE)), HostedDone(order.serial))
    press(desk, "Take study off the account")
    assert desk.port.asked(hosted.RemoveDevice) == []
    click(desk, "device-remove")
    remove = last(desk, hosted.RemoveDevice)
    assert isinstance(remove, hosted.RemoveDevice)
    assert (remove.server_id, remove.device_id) == ("s1", "d2")
    refuse(desk, hosted.RemoveDevice, OFFLINE)
    assert "There is no connection. Check the internet." in said(page)
    click(desk, "device-remove")
    again = last(desk, hosted.RemoveDevice)
    assert isinstance(again, hosted.RemoveDevice)
    desk.tell(HostedDone(again.serial), hosted.DevicesShown(again.serial, "s1", (HERE,)))
    assert "study" not in said(page)


def test_offline_the_list_says_why_and_can_be_asked_for_again(desk: Desk) -> None:
    page = open_page(desk, signed_in(replace(wallet(), online=False)))
    refuse(desk, hosted.AskDevices, OFFLINE)
    assert "There is no connection. Check the internet." in said(page)
    assert "as of" in said(page)
    click(desk, "devices-again")
    assert len(desk.port.asked(hosted.AskDevices)) == 2


def test_signing_in_and_out_says_what_went_wrong(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    click(desk, "sign-out")
    out = button(desk, "sign-out")
    assert out is not None
    assert not out.isEnabled()
    desk.tell(accounts(replace(SERVER, state="signed_out")))
    assert "Signed out. The key stays on this computer" in said(page)
    assert button(desk, "start-free") is None
    assert button(desk, "sign-out") is None
    click(desk, "sign-in")
    refuse(desk, hosted.SignIn, FaultView("KeyringLocked", "The keyring is locked.", "Unlock it."))
    assert "The keyring is locked. Unlock it." in said(page)
    click(desk, "sign-in")
    desk.tell(signed_in())
    assert "The keyring is locked." not in said(page)


def test_a_computer_that_was_removed_has_a_notice_and_both_ways_back(desk: Desk) -> None:
    desk.tell(signed_in())
    desk.tell(accounts(replace(SERVER, state="removed")))
    notices = desk.frame.notices
    assert notices.isVisible()
    assert "This computer was removed from your account at Example tokens." in (
        notices.accessibleDescription()
    )
    notices.hide()
    desk.tell(accounts(replace(SERVER, state="removed")))
    assert not notices.isVisible()  # said once
    page = open_page(desk, accounts(replace(SERVER, state="removed")))
    assert "Your chats stay, and your own keys work." in said(page)
    click(desk, "start-free")
    order = last(desk, hosted.StartFree)
    assert isinstance(order, hosted.StartFree)
    assert order.address == ADDRESS
    assert button(desk, "find-account") is not None


def test_a_vault_is_opened_where_the_key_lies_in_it(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    refuse(desk, hosted.AskDevices, FaultView("VaultLocked", "The vault is locked.", "Open it."))
    assert desk.port.asked(commands.AskKeychain)
    desk.tell(events.KeychainReady(KeychainView("keyring", "KWallet", True, False)))
    assert "The key of this account cannot be read" in said(page)
    write(desk, "passphrase", "a long passphrase")
    assert desk.port.asked(commands.OpenVault) == [commands.OpenVault("a long passphrase")]
    desk.tell(events.KeychainReady(KeychainView("keyring", "KWallet", True, True)))
    assert len(desk.port.asked(hosted.AskDevices)) == 2
    assert "The key of this account cannot be read" not in said(page)


@pytest.mark.parametrize("kind", ["KeyringAbsent", "KeyringLocked", "KeyringDenied"])
def test_a_keyring_that_fails_today_offers_no_new_account(desk: Desk, kind: str) -> None:
    page = open_page(desk, signed_in())
    refuse(desk, hosted.AskDevices, FaultView(kind, "The keyring does not answer.", "Try again."))
    assert "The keyring does not answer. Try again." in said(page)
    assert button(desk, "start-free") is None
    click(desk, "key-again")
    assert len(desk.port.asked(hosted.AskDevices)) == 2


def test_a_server_is_added_looked_at_and_only_then_used(desk: Desk) -> None:
    page = open_page(desk, signed_in())
    click(desk, "server-check")
    assert "Type the server's address." in said(page)
    write(desk, "server-address", "127.0.0.1:8443")
    order = last(desk, hosted.CheckServer)
    assert isinstance(order, hosted.CheckServer)
    desk.tell(accounts(SERVER, FRESH), HostedDone(order.serial, None, "s3"))
    assert "“Trying” at 127.0.0.1:8443 is a credit server." in said(page)
    assert field(desk, "server-address").text() == ""
    click(desk, "server-use")
    assert desk.port.asked(hosted.ChooseServer) == []
    assert "There is no account for this computer here yet." in said(page)
    click(desk, "start-free")
    start = last(desk, hosted.StartFree)
    assert isinstance(start, hosted.StartFree)
    assert start.address == "http://127.0.0.1:8443"


def test_another_server_with_an_account_is_used_at_a_click(desk: Desk) -> None:
    open_page(desk, accounts(SERVER, TEAM))
    click(desk, "server-use")
    assert desk.port.asked(hosted.ChooseServer) == [hosted.ChooseServer("s2")]


def test_forgetting_asks_first_and_names_what_would_be_lost(desk: Desk) -> None:
    page = open_page(desk, accounts(SERVER, TEAM))
    press(desk, "Forget Team")
    assert "Without an e-mail address or another computer nobody finds the account" in said(page)
    click(desk, "server-forget")
    order = last(desk, hosted.ForgetServer)
    assert isinstance(order, hosted.ForgetServer)
    assert order.server_id == "s2"
    fault = FaultView("ServerRefused", "This is the account's only device.")
    desk.tell(HostedDone(order.serial, fault))
    assert "This is the account's only device." in said(page)
    assert button(desk, "server-forget-anyway") is None


def test_news_leave_an_open_question_and_its_fault_where_they_are(desk: Desk) -> None:
    """A click that was aimed at before the news still finds its button."""
    page = open_page(desk, accounts(SERVER, TEAM))
    press(desk, "Forget Team")
    aimed_at = button(desk, "server-forget")
    assert aimed_at is not None
    typed = field(desk, "server-address")
    desk.qtbot.keyClicks(typed, "http://127.0")
    renamed = replace(TEAM, title="The team", state="signed_in", account="a9")
    desk.tell(accounts(FRESH, SERVER, renamed, chosen="s2"))
    assert button(desk, "server-forget") is aimed_at
    assert "Take this computer off your account there" in said(page)
    assert "The team" in said(page)
    assert field(desk, "server-address").text() == "http://127.0"
    desk.qtbot.mouseClick(aimed_at, LEFT)
    order = last(desk, hosted.ForgetServer)
    assert isinstance(order, hosted.ForgetServer)
    assert order.server_id == "s2"
    desk.tell(accounts(SERVER, TEAM))  # while it is being done
    assert not aimed_at.isEnabled()
    desk.tell(HostedDone(order.serial, FaultView("ServerRefused", "This is the only device.")))
    desk.tell(accounts(TEAM, SERVER, FRESH))
    assert "This is the only device." in said(page)
    assert aimed_at.isVisible()
    assert aimed_at.isEnabled()


def test_a_server_that_was_forgotten_elsewhere_takes_its_question_along(desk: Desk) -> None:
    page = open_page(desk, accounts(SERVER, TEAM))
    press(desk, "Forget Team")
    desk.tell(accounts(SERVER))
    assert button(desk, "server-forget") is None
    assert "Team" not in said(page)
    desk.tell(accounts(SERVER, TEAM))
    assert button(desk, "server-forget") is None  # it asks anew


def test_an_answer_that_comes_after_the_page_was_closed_is_dropped(desk: Desk) -> None:
    open_page(desk, signed_in())
    click(desk, "sign-out")
    order = last(desk, hosted.SignOut)
    desk.qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: not desk.window.findChildren(AccountPage))
    desk.tell(HostedDone(order.serial, OFFLINE))  # type: ignore[attr-defined]
    assert desk.window.findChildren(AccountPage) == []


def test_all_of_it_is_german(german_desk: Desk) -> None:
    desk = german_desk
    here = replace(SERVER, title="Beispiel", url="https://beispiel.example.com")
    open_page(desk, accounts(here, TEAM, FRESH))
    order = last(desk, hosted.AskDevices)
    assert isinstance(order, hosted.AskDevices)
    desk.tell(hosted.DevicesShown(order.serial, "s1", (HERE, THERE)), HostedDone(order.serial))
    click(desk, "find-account")
    write(desk, "server-address", "https://wrong.example.com")
    fault = FaultView(
        "ProviderUnreachable",
        "The connection to wrong.example.com is not safe: its certificate is for another address.",
        "Check the address letter by letter. A network that wants you to sign in first answers like"
        " this too. The exact words: “Hostname mismatch”.",
    )
    refuse(desk, hosted.CheckServer, fault)
    assert english_in(desk.window) == []
    desk.tell(accounts(replace(here, state="removed")))
    assert english_in(desk.window) == []
    desk.tell(accounts(replace(here, state="signed_out")))
    assert english_in(desk.window) == []
