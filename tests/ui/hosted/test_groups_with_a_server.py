"""Teams in two real windows beside a real credit server: from the first invitation to a cap."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QRadioButton

from app.ui.hosted.group_page import GroupPage
from app.ui.hosted.member_invite import InvitationList
from app.ui.hosted.member_line import MemberLine
from app.ui.hosted.out_of_tokens import OutOfTokensCard
from app.ui.palette.palette import Palette
from app.ui.receipt.dialog import ReceiptDialog
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream
from tests.ui.hosted.group_screens import Person, Two, two_at

GPT = "gpt-4o"
KEY = "sk-workspace-own-1234567890-own0"


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[GPT] = Script(tokens=20, prompt_tokens=12)
        yield running


@pytest.fixture
async def team(provider: Upstream, tmp_path: Path, qapp: QApplication) -> AsyncIterator[Two]:
    async with (
        open_place(tmp_path / "server", provider, catalog="daily-budgets") as place,
        two_at(place, tmp_path, qapp) as two,
    ):
        yield two


@pytest.fixture
async def studio(provider: Upstream, tmp_path: Path, qapp: QApplication) -> AsyncIterator[Two]:
    async with (
        open_place(tmp_path / "server", provider, catalog="workspaces") as place,
        two_at(place, tmp_path, qapp) as two,
    ):
        yield two


async def make(two: Two, kind: str, name: str) -> str:
    """A group that the admin made in the window; its id."""
    ann = two.ann
    await ann.open_groups()
    await ann.press("first-group")
    await ann.press(f"kind-{kind}", QRadioButton)
    await ann.type("group-name", name)
    await ann.press("group-make")
    await ann.until(lambda: any(group.name == name for group in ann.window.hosted.groups.groups))
    await ann.until(lambda: ann.says(name, ann.card) and bool(ann.card.findChildren(MemberLine)))
    return next(group.id for group in ann.window.hosted.groups.groups if group.name == name)


async def invite(two: Two, role: str = "") -> str:
    """An invitation's link, as it stands in the window."""
    ann = two.ann
    if role:
        roles = await ann.find("invite-role", QComboBox)
        roles.setCurrentIndex(roles.findData(role))
    await ann.press("invite")
    field = await ann.find("invited-link", QLineEdit)
    await ann.until(lambda: bool(field.text()))
    return field.text()


async def join(two: Two, link: str, name: str) -> None:
    bob = two.bob
    await bob.open_groups()
    bob.card.show_accept()
    field = await bob.find("invitation-link", QLineEdit)
    field.setText(link)
    await bob.press("group-join")
    await bob.until(lambda: bob.says(name, bob.card) and bool(bob.card.findChildren(MemberLine)))


async def spend(person: Person, name: str) -> None:
    """Spend the tokens of the group whose page is open."""
    await person.press("spend-tokens")
    chip = person.window.frame.sidebar.chip
    await person.until(lambda: chip.accessibleName().startswith(f"{name},"))


def chats(person: Person) -> list[str]:
    return [row.title for row in person.window.frame.sidebar.chats.rows()]


async def line_of(person: Person, account: str) -> MemberLine:
    """A member's line, once it is there."""

    def found() -> list[MemberLine]:
        lines = person.page.members.findChildren(MemberLine)
        return [one for one in lines if one.member.account == account and one.isVisible()]

    await person.until(lambda: bool(found()))
    return found()[0]


async def choose_gpt(person: Person) -> None:
    models = person.window.shown.models
    await person.until(lambda: any(ref.endswith(f"/{GPT}") for ref in models_of(person)))
    ref = next(ref for ref in models_of(person) if ref.endswith(f"/{GPT}"))
    person.window.orders.choose_model(0, ref)
    assert models is not None


def models_of(person: Person) -> list[str]:
    return [row.ref for row in person.window.shown.models.values() if row.hosted is not None]


async def answered(person: Person, text: str) -> None:
    """A message that was sent and answered."""
    panes = person.window.frame.panes
    before = panes.panes[0].last_answer()
    await person.send(text)

    def is_there() -> bool:
        last = panes.panes[0].last_answer()
        is_new = last is not None and (before is None or last.id != before.id)
        return is_new and last.cost is not None and not panes.is_streaming()

    await person.until(lambda: not person.window.frame.composer.box.editor.toPlainText())
    await person.until(is_there)


async def test_a_team_from_the_first_invitation_to_a_cap_that_stops_a_send(team: Two) -> None:
    ann, bob = team.ann, team.bob
    group = await make(team, "organization", "The Crew")
    await team.with_seats(group)
    link = await invite(team)
    assert ann.says("It works once, until ", ann.card)
    await ann.press("copy-link")
    assert QApplication.clipboard().text() == link
    await join(team, link, "The Crew")
    assert bob.says("you are Builder · 2 of 10 seats taken", bob.card)
    # Whose tokens are spent changes only when somebody says so.
    assert bob.window.frame.sidebar.chip.accessibleName().startswith("Free plan,")
    await spend(bob, "The Crew")
    bob.card.accept()
    await choose_gpt(bob)
    await answered(bob, "Hello crew")
    assert chats(bob) == ["Hello crew"]
    quote = bob.window.frame.composer.box.quote
    await bob.send("")
    bob.window.frame.composer.box.editor.setPlainText("And more")
    await bob.until(lambda: "The Crew tokens" in quote.text())
    # The admin sees who drew what, and caps it.
    ann.card.ask()
    await ann.go_to("Tokens")
    await ann.until(lambda: ann.says("$0.0", ann.page.pool))
    assert ann.says("left", ann.page.pool)
    await ann.go_to("Members")
    await ann.until(lambda: len(ann.page.members.findChildren(MemberLine)) == 2)
    line = await line_of(ann, bob.account)
    await ann.tool_of(line, "member-cap")
    await ann.type("member-cap-amount", "0.0001")
    await ann.press("member-cap-save")
    await ann.until(lambda: ann.says("at most $0.0001 each day", ann.card))
    await bob.send("And more")
    await bob.until(lambda: any(card.isVisible() for card in bob.window.findChildren(
        OutOfTokensCard)))  # fmt: skip
    [card] = bob.window.findChildren(OutOfTokensCard)
    assert bob.says("Your cap on the shared tokens does not cover this message.", card)


async def test_each_group_has_its_own_chats_and_every_switch_is_one_click(team: Two) -> None:
    ann = team.ann
    group = await make(team, "organization", "The Crew")
    await team.with_seats(group)
    ann.card.accept()
    sidebar, notices = ann.window.frame.sidebar, ann.window.frame.notices
    await choose_gpt(ann)
    await answered(ann, "My own question")
    mine = sidebar.chats.rows()[0].id
    # From the chip's menu.
    QTest.mouseClick(ann.window.findChild(QPushButton, "account"), Qt.MouseButton.LeftButton)
    menu = await ann.find_menu()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts[:3] == ["Spend the tokens of", "Your own", "The Crew"]
    assert [action.isChecked() for action in menu.actions()[1:3]] == [True, False]
    menu.actions()[2].trigger()
    menu.close()
    await ann.until(lambda: sidebar.chip.accessibleName().startswith("The Crew,"))
    assert chats(ann) == []
    assert ann.says("Chats of The Crew", sidebar)
    # One's own chat was left as it is: what is typed now belongs to the group.
    await ann.until(lambda: ann.window.shown.chat is not None and ann.window.shown.chat.id != mine)
    await answered(ann, "A question of the crew")
    shared = sidebar.chats.rows()[0].id
    assert chats(ann) == ["A question of the crew"]
    # Another's chat that is opened says who pays there, and they do.
    ann.window.orders.open_chat(mine)
    await ann.until(lambda: sidebar.chip.accessibleName().startswith("Free plan,"))
    said = "“My own question” belongs to you alone: new messages in it are paid from those tokens."
    assert ann.says(said, notices)
    assert chats(ann) == ["My own question"]
    # And from the palette.
    ann.window.orders.run("palette")
    [palette] = ann.window.findChildren(Palette)
    field = palette.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "tokens of The Crew")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await ann.until(lambda: sidebar.chip.accessibleName().startswith("The Crew,"))
    assert chats(ann) == ["A question of the crew"]
    ann.window.orders.open_chat(shared)
    await ann.until(
        lambda: ann.window.shown.chat is not None and ann.window.shown.chat.id == shared
    )
    await answered(ann, "And another")
    rows = await team.place.rows("tenant")
    assert [str(row[0]) for row in rows] == [ann.account, group, group]
    [row] = [message for message in ann.window.frame.panes.panes[0].messages if message.cost][-1:]
    ann.window.dialogs.open_receipt(row.id)
    await ann.until(lambda: bool(ann.window.findChildren(ReceiptDialog)))
    [receipt] = ann.window.findChildren(ReceiptDialog)
    assert ann.says("The Crew", receipt)


async def test_a_workspace_keeps_its_keys_sealed_and_its_month_on_one_sheet(studio: Two) -> None:
    ann = studio.ann
    group = await make(studio, "workspace", "Studio")
    await studio.place.server.run(
        "UPDATE accounts SET custom_amounts = ? WHERE id = ?",
        '{"managed-monthly": 100000000000000}', group,
    )  # fmt: skip
    await ann.go_to("Keys")
    await ann.until(lambda: ann.says("No key yet", ann.page))
    provider = await ann.find("group-key-provider", QComboBox)
    provider.setCurrentIndex(provider.findData("openai"))
    await ann.type("group-key", "sk-short")
    await ann.press("save-group-key")
    await ann.until(lambda: ann.says("This is no whole key.", ann.page))
    field = await ann.find("group-key", QLineEdit)
    assert field.text() == "sk-short"
    await ann.type("group-key", KEY)
    await ann.press("save-group-key")
    await ann.until(lambda: ann.says("ends in …own0 · works · added by You", ann.page))
    assert ann.says("The key is kept. Nobody is shown it again.", ann.page)
    assert field.text() == ""
    assert not field.isUndoAvailable()
    assert (await ann.find("save-group-key", QPushButton)).text() == "Replace the key"
    await spend(ann, "Studio")
    ann.card.accept()
    await choose_gpt(ann)
    await answered(ann, "Hello studio")
    await studio.place.quiet()
    ann.window.hosted.groups.open(group)
    await ann.until(lambda: bool(ann.card.findChildren(GroupPage)))
    await ann.go_to("Plan and statement")
    statement = ann.page.statement
    await ann.until(lambda: ann.says("own keys, billed by their providers", statement))
    assert ann.says("managed credit, of $100.00 each month · then calls stop", statement)
    assert ann.says("So far; it is not over.", statement)
    assert ann.says("$0.0002", statement)
    await ann.go_to("Tokens")
    await ann.until(lambda: ann.says("Own keys", ann.page.pool))
    await ann.go_to("Keys")
    await ann.tool("remove-group-key")
    await ann.press("group-yes")
    await ann.until(lambda: ann.says("No key yet", ann.page))


async def test_invitations_roles_and_members_are_changed_and_refused_in_place(team: Two) -> None:
    ann, bob = team.ann, team.bob
    group = await make(team, "organization", "The Crew")
    await team.with_seats(group)
    dead = await invite(team, "viewer")
    await ann.press("take-back")
    await ann.press("group-yes")
    await ann.until(lambda: not ann.card.findChildren(InvitationList)[0].isVisible())
    # A link that was taken back, and one that is none.
    await bob.open_groups()
    bob.card.show_accept()
    await bob.until(lambda: not bob.card.state.isVisible())
    field = await bob.find("invitation-link", QLineEdit)
    for link, words in ((dead, "invitation"), ("not a link", "This is no invitation.")):
        field.setText(link)
        await bob.press("group-join")
        await bob.until(lambda words=words: bob.says(words, bob.card.accept_form))
        await bob.find("group-join", QPushButton)
        assert field.text() == link
    bob.card.reject()
    await join(team, await invite(team, "viewer"), "The Crew")
    assert not (await bob_button(bob)).isEnabled()
    assert bob.says("As Viewer you spend none of its tokens.", bob.card)
    ann.card.ask()
    await ann.until(lambda: len(ann.page.members.findChildren(MemberLine)) == 2)
    # The last admin stays one, and is told why.
    own = await line_of(ann, ann.account)
    choose_role(own, "viewer")
    await ann.until(lambda: ann.says("Nobody else here is admin.", own))
    assert own.findChildren(QComboBox)[0].currentData() == "admin"
    choose_role(await line_of(ann, bob.account), "builder")
    await ann.until(lambda: role_of(ann, bob.account) == "builder")
    bob.card.ask()
    await bob.until(lambda: bob.says("you are Builder", bob.card))
    await bob.until(lambda: bob.page.findChild(QPushButton, "spend-tokens").isEnabled())
    await spend(bob, "The Crew")
    # Removed elsewhere: told, and back to one's own tokens.
    await ann.tool_of(await line_of(ann, bob.account), "member-remove")
    await ann.press("group-yes")
    await ann.until(lambda: len(ann.page.members.findChildren(MemberLine)) == 1)
    bob.card.ask()
    chip = bob.window.frame.sidebar.chip
    await bob.until(lambda: chip.accessibleName().startswith("Free plan,"))
    assert bob.says("You do not belong to The Crew any more.", bob.window.frame.notices)
    assert bob.window.hosted.groups.groups == ()
    # And the end of it all.
    await ann.go_to("More")
    await ann.type("rename-field", "The Ship")
    await ann.press("rename")
    await ann.until(lambda: ann.card.page(group) is not None and ann.says("The Ship", ann.card))
    await ann.press("delete-group")
    assert ann.says("Write its name as it is: The Ship", ann.card)
    await ann.type("delete-confirm", "The Ship")
    await ann.press("delete-group")
    await ann.until(lambda: ann.window.hosted.groups.groups == ())
    assert ann.says("Share tokens with others", ann.card)


async def bob_button(bob: Person) -> QPushButton:
    button = bob.page.findChild(QPushButton, "spend-tokens")
    assert button is not None
    return button


def choose_role(line: MemberLine, role: str) -> None:
    [roles] = line.findChildren(QComboBox)
    roles.setCurrentIndex(roles.findData(role))
    roles.activated.emit(roles.currentIndex())


def role_of(person: Person, account: str) -> str:
    lines = person.page.members.findChildren(MemberLine)
    return next((one.member.role for one in lines if one.member.account == account), "")
