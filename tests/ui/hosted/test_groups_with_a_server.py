"""Teams in two real windows beside a real credit server: from the first invitation to a cap."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QRadioButton

from app.ui.hosted.member_line import MemberLine
from app.ui.hosted.out_of_tokens import OutOfTokensCard
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
    ann.shot("0-none")
    await ann.press("first-group")
    ann.shot("1-new")
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


def line_of(person: Person, account: str) -> MemberLine:
    lines = person.card.findChildren(MemberLine)
    return next(line for line in lines if line.member.account == account and line.isVisible())


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
    await person.send(text)
    panes = person.window.frame.panes

    def is_there() -> bool:
        last = panes.panes[0].last_answer()
        return last is not None and last.cost is not None and not panes.is_streaming()

    await person.until(lambda: not person.window.frame.composer.box.editor.toPlainText())
    await person.until(is_there)


async def test_a_team_from_the_first_invitation_to_a_cap_that_stops_a_send(team: Two) -> None:
    ann, bob = team.ann, team.bob
    group = await make(team, "organization", "The Crew")
    await team.with_seats(group)
    link = await invite(team)
    ann.shot("2-invited")
    assert ann.says("It works once, until ", ann.card)
    await ann.press("copy-link")
    assert QApplication.clipboard().text() == link
    await join(team, link, "The Crew")
    assert bob.says("you are Builder · 2 of 10 seats taken", bob.card)
    bob.shot("3-joined")
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
    bob.shot("4-spending")
    # The admin sees who drew what, and caps it.
    ann.card.ask()
    await ann.go_to("Tokens")
    await ann.until(lambda: ann.says("$0.0", ann.page.pool))
    assert ann.says("left", ann.page.pool)
    ann.shot("5-pool")
    await ann.go_to("Members")
    await ann.until(lambda: len(ann.page.members.findChildren(MemberLine)) == 2)
    line = line_of(ann, bob.account)
    await ann.tool_of(line, "member-cap")
    await ann.type("member-cap-amount", "0.0001")
    ann.shot("6-cap-editor")
    await ann.press("member-cap-save")
    await ann.until(lambda: ann.says("at most $0.0001 each day", ann.card))
    await bob.send("And more")
    await bob.until(lambda: any(card.isVisible() for card in bob.window.findChildren(
        OutOfTokensCard)))  # fmt: skip
    [card] = bob.window.findChildren(OutOfTokensCard)
    assert bob.says("Your cap on the shared tokens does not cover this message.", card)
    bob.shot("7-cap")
