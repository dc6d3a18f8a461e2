"""Organizations and workspaces in the window: each state, what each role may, and who pays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.seam import hosted
from app.seam.hosted_groups import AskGroupSpending, AskStatement
from app.seam.views import FaultView
from app.ui.hosted.group_dialog import GroupDialog
from app.ui.hosted.member_line import MemberLine
from tests.ui.hosted.group_samples import (
    ANN,
    BOB,
    CREW,
    KEY,
    OPEN,
    STUDIO,
    accounts,
    keys,
    members,
    role,
    spending,
    statement,
)
from tests.ui.hosted.samples import nobody
from tests.ui.shell.conftest import Desk
from tests.ui.shell.test_german_window import english_in

DOWN = FaultView("CreditServerDown", "Example tokens cannot answer now.", "Try again in a moment.")
LINK = "https://tokens.example.com/invitation#ti_0123456789abcdef"


def opened(desk: Desk, *told: hosted.HostedEvent) -> GroupDialog:
    """The card, with what the server said."""
    desk.tell(*told)
    desk.window.orders.run("groups")
    card = desk.window.hosted.groups.card
    assert card is not None
    return card


def says(part: QWidget, text: str) -> bool:
    QApplication.processEvents()  # what was just put into a layout is shown by the next turn
    return any(text in label.text() for label in part.findChildren(QLabel) if label.isVisible())


def seen(part: QWidget, name: str, kind: type[QWidget] = QPushButton) -> list[QWidget]:
    QApplication.processEvents()
    return [one for one in part.findChildren(kind, name) if one.isVisible()]


def click(desk: Desk, part: QWidget, name: str, kind: type[QWidget] = QPushButton) -> None:
    [button] = seen(part, name, kind)
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def go_to(card: GroupDialog, title: str) -> None:
    tabs = next(tabs for tabs in card.findChildren(QTabBar) if tabs.isVisible())
    [place] = [at for at in range(tabs.count()) if tabs.tabText(at) == title]
    tabs.setCurrentIndex(place)


def titles(card: GroupDialog) -> list[str]:
    tabs = next(tabs for tabs in card.findChildren(QTabBar) if tabs.isVisible())
    return [tabs.tabText(at) for at in range(tabs.count())]


def last(desk: Desk, kind: type) -> hosted.HostedCommand:
    order = desk.port.asked(kind)[-1]
    assert isinstance(order, kind)
    return order  # type: ignore[return-value]


def answer(desk: Desk, kind: type, fault: FaultView | None = None, made: str = "") -> None:
    serial = last(desk, kind).serial  # type: ignore[union-attr]
    desk.tell(hosted.HostedDone(serial, fault, made))


# States of the card.


def test_without_an_account_the_card_leads_to_one(desk: Desk) -> None:
    card = opened(desk, nobody())
    assert says(card, "Nobody is signed in")
    assert desk.port.asked(hosted.AskGroups) == []
    assert seen(card, "first-group") == []
    click(desk, card, "to-account")
    assert desk.window.hosted.groups.card is None


def test_without_a_group_both_ways_to_one_are_there(desk: Desk) -> None:
    card = opened(desk, accounts())
    assert says(card, "Asking the server …")
    answer(desk, hosted.AskGroups)
    assert not says(card, "Asking the server …")
    assert says(card, "Share tokens with others")
    click(desk, card, "first-group")
    desk.qtbot.keyClicks(seen(card, "group-name", QLineEdit)[0], "  The   Crew ")
    desk.qtbot.keyClick(seen(card, "group-name", QLineEdit)[0], Qt.Key.Key_Return)
    click(desk, card, "group-make")  # asked once, however often it is clicked
    assert desk.port.asked(hosted.MakeGroup) == [
        hosted.MakeGroup(last(desk, hosted.MakeGroup).serial, "organization", "The Crew")  # type: ignore[union-attr]
    ]
    answer(desk, hosted.MakeGroup, FaultView("ServerRefused", "This server offers no groups."))
    assert says(card, "This server offers no groups.")
    assert seen(card, "group-name", QLineEdit)[0].text() == "  The   Crew "  # type: ignore[attr-defined]


def test_a_server_out_of_reach_leaves_what_is_known_and_a_way_to_try_again(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    answer(desk, hosted.AskGroups, DOWN)
    assert says(card, "The Crew")
    assert says(card, "Example tokens cannot answer now. Try again in a moment.")
    answer(desk, hosted.AskMembers, DOWN)
    [page] = [card.page(CREW.id)]
    assert page is not None
    assert says(page.members, "Example tokens cannot answer now.")
    before = len(desk.port.asked(hosted.AskMembers))
    click(desk, page.members, "group-again")
    assert len(desk.port.asked(hosted.AskMembers)) == before + 1
    desk.tell(members())
    assert not says(page.members, "cannot answer")


def test_escape_closes_and_the_composer_has_the_keyboard_again(desk: Desk) -> None:
    desk.editor.setFocus()
    card = opened(desk, accounts(CREW))
    focused = QApplication.focusWidget()
    assert isinstance(focused, QListWidget)
    desk.qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert desk.window.hosted.groups.card is None
    assert desk.editor.hasFocus()


# Members.


def test_an_admin_sees_seats_members_caps_and_open_invitations(desk: Desk) -> None:
    card = opened(desk, accounts(CREW), members(invitations=(OPEN,)))
    desk.tell(members(invitations=(OPEN,)))
    assert says(card, "Organization plan · you are Admin · 2 of 10 seats taken")
    assert says(card, "2 of 10 seats taken, 8 free · 1 open invitation")
    assert says(card, "Ann (you)")
    assert says(card, "Member …a2")
    assert says(card, "at most $2.50 each day")
    assert says(card, "cid@example.org")
    lines = {line.member.account: line for line in card.findChildren(MemberLine)}
    # Nobody removes oneself in passing: that is leaving.
    assert seen(lines["a1"], "member-remove", QToolButton) == []
    assert len(seen(lines["a2"], "member-remove", QToolButton)) == 1


@pytest.mark.parametrize("name", ["builder", "viewer"])
def test_others_see_who_belongs_and_change_nothing(desk: Desk, name: str) -> None:
    card = opened(desk, accounts(role(CREW, name)))
    desk.tell(members(replace(ANN, account="a9"), replace(BOB, account="a1", role=name)))
    assert says(card, "Admins invite, change roles and set caps.")
    for kind, what in (
        (QPushButton, "invite"), (QComboBox, "member-role"), (QToolButton, "member-cap"),
        (QToolButton, "member-remove"), (QPushButton, "more-seats"),
    ):  # fmt: skip
        assert seen(card, what, kind) == []
    go_to(card, "More")
    assert seen(card, "rename") == []
    assert seen(card, "delete-group") == []
    assert len(seen(card, "leave-group")) == 1
    [spend] = seen(card, "spend-tokens")
    assert spend.isEnabled() is (name == "builder")


def test_a_link_is_told_once_copied_and_gone_when_it_is_used(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    desk.tell(members())
    click(desk, card, "invite")
    order = last(desk, hosted.Invite)
    assert order == hosted.Invite(order.serial, CREW.id, "builder", "")  # type: ignore[union-attr]
    made = replace(OPEN, id="i2", role="builder", email="", link=LINK)
    desk.tell(hosted.Invited(order.serial, CREW.id, made))  # type: ignore[union-attr]
    answer(desk, hosted.Invite)
    click(desk, card, "copy-link")
    assert QApplication.clipboard().text() == LINK
    desk.tell(members(invitations=()))  # asked for before it was made
    assert len(seen(card, "invited-link", QLineEdit)) == 1
    serial = last(desk, hosted.AskMembers).serial  # type: ignore[union-attr]
    desk.tell(replace(members(invitations=(made,)), serial=serial))
    assert len(seen(card, "invited-link", QLineEdit)) == 1
    desk.tell(replace(members(invitations=()), serial=serial + 1))
    assert seen(card, "invited-link", QLineEdit) == []
    assert all(LINK not in field.text() for field in card.findChildren(QLineEdit))


def test_a_refused_cap_says_why_and_keeps_what_was_typed(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    desk.tell(members())
    line = next(line for line in card.findChildren(MemberLine) if line.member == BOB)
    click(desk, line, "member-cap", QToolButton)
    [field] = seen(line, "member-cap-amount", QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.text() == "2.50"
    field.setText("two")
    click(desk, line, "member-cap-save")
    order = last(desk, hosted.ChangeMember)
    assert isinstance(order, hosted.ChangeMember)
    assert order.caps == (("organization-daily", "two"),)
    answer(desk, hosted.ChangeMember, FaultView("ServerRefused", "Write dollars such as 2.50."))
    assert says(line, "Write dollars such as 2.50.")
    assert field.text() == "two"


def test_a_cap_that_is_half_typed_stays_when_the_same_members_are_told_again(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    desk.tell(members())
    page = card.page(CREW.id)
    assert page is not None
    gauge = seen(page.members, "member-cap", QToolButton)[-1]
    desk.qtbot.mouseClick(gauge, Qt.MouseButton.LeftButton)
    [field] = seen(page.members, "member-cap-amount", QLineEdit)
    desk.qtbot.keyClicks(field, "5")
    desk.tell(members())
    assert [one.text() for one in seen(page.members, "member-cap-amount", QLineEdit)] == ["2.505"]  # type: ignore[attr-defined]


def test_removing_asks_first_and_no_is_no(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    desk.tell(members())
    line = next(line for line in card.findChildren(MemberLine) if line.member == BOB)
    click(desk, line, "member-remove", QToolButton)
    assert says(line, "Remove Member …a2? They spend none of the shared tokens from now on")
    click(desk, line, "group-no")
    assert desk.port.asked(hosted.RemoveMember) == []
    click(desk, line, "member-remove", QToolButton)
    click(desk, line, "group-yes")
    assert len(desk.port.asked(hosted.RemoveMember)) == 1


def test_an_invitation_that_was_copied_is_in_the_field_already(desk: Desk) -> None:
    card = opened(desk, accounts())
    QApplication.clipboard().setText(LINK)
    card.show_accept()
    [field] = seen(card, "invitation-link", QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.text() == LINK
    click(desk, card, "group-join")
    order = last(desk, hosted.AcceptInvitation)
    assert isinstance(order, hosted.AcceptInvitation)
    assert order.link == LINK
    desk.tell(accounts(CREW))
    answer(desk, hosted.AcceptInvitation, made=CREW.id)
    assert card.page(CREW.id) is not None
    assert field.text() == ""
    QApplication.clipboard().clear()


# Tokens, keys, statement.


def test_the_pool_shows_what_is_left_and_who_drew_on_it(desk: Desk) -> None:
    card = opened(desk, accounts(CREW))
    desk.tell(members())
    go_to(card, "Tokens")
    page = card.page(CREW.id)
    assert page is not None
    assert says(page.pool, "Asking the server …")
    order = last(desk, AskGroupSpending)
    assert order == AskGroupSpending(order.serial, CREW.id, 30)  # type: ignore[union-attr]
    desk.tell(spending())
    assert says(page.pool, "7,000 of 10,000")
    for text in ("Member …a2", "12", "34,500", "$0.42"):
        assert says(page.pool, text)
    # Nobody used keys of their own: there is no such column.
    assert not says(page.pool, "Own keys")
    # What of the panel has no place here is no window of its own.
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == [desk.window]


def test_a_new_one_can_be_begun_by_a_command(desk: Desk) -> None:
    desk.tell(accounts(CREW))
    desk.window.orders.run("make_group")
    card = desk.window.hosted.groups.card
    assert card is not None
    assert seen(card, "group-make")


def test_the_groups_are_german(german_desk: Desk) -> None:
    desk = german_desk
    card = opened(desk, accounts(CREW, STUDIO))
    desk.tell(members(ANN, replace(BOB, caps=()), invitations=(OPEN,)))
    assert english_in(desk.window) == []
    go_to(card, "Token")
    desk.tell(spending())
    assert english_in(desk.window) == []
    card.show_group(STUDIO.id)
    go_to(card, "Schlüssel")
    desk.tell(keys(replace(KEY, name="")))
    assert english_in(desk.window) == []
    go_to(card, "Tarif und Abrechnung")
    order = last(desk, AskStatement)
    assert isinstance(order, AskStatement)
    desk.tell(statement(order.month))
    go_to(card, "Mehr")
    card.show_make()
    assert english_in(desk.window) == []
    card.show_accept()
    assert english_in(desk.window) == []
