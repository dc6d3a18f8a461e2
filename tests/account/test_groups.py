"""Organizations at a real server: found, invite, join, switch, a seat's cap, and leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.money import usd_text
from app.seam import commands, events, hosted
from app.seam.usage_commands import AskUsage
from app.seam.usage_views import UsageScope
from tests.account.desktop import MODEL, Desktop, desktop_at
from tests.server.organizations.crew import with_seats
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream


@dataclass
class Crew:
    """Two people's desktops; the first has founded an organization with seats."""

    ann: Desktop
    bob: Desktop
    group: str


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[MODEL] = Script(tokens=20)
        yield running


@pytest.fixture
async def crew(provider: Upstream, tmp_path: Path) -> AsyncIterator[Crew]:
    async with open_place(tmp_path / "server", provider, catalog="daily-budgets") as place:
        ann = await desktop_at(place, tmp_path / "ann")
        bob = await desktop_at(place, tmp_path / "bob")
        try:
            made = await ann.driver.ask(
                hosted.MakeGroup(1, "organization", "  The   Crew "), hosted.HostedDone
            )
            assert made.fault is None, made.fault
            await with_seats(place.server, made.server_id, 10, "organization")
            await place.server.run(
                "UPDATE accounts SET paid_until_ms = ? WHERE id = ?", 2**42, made.server_id
            )
            yield Crew(ann, bob, made.server_id)
        finally:
            await ann.driver.close()
            await bob.driver.close()


async def invited(crew: Crew, role: str = "builder") -> str:
    """An invitation's link."""
    made = await crew.ann.driver.ask(hosted.Invite(2, crew.group, role), hosted.Invited)
    assert made.invitation.link
    return made.invitation.link


async def join(crew: Crew, role: str = "builder") -> None:
    done = await crew.bob.driver.ask(
        hosted.AcceptInvitation(3, await invited(crew, role)), hosted.HostedDone
    )
    assert done.fault is None, done.fault


async def acting(desktop: Desktop, group: str) -> None:
    await desktop.driver.ask(
        hosted.ActFor(group),
        hosted.AccountsShown,
        lambda event: event.accounts.wallet is not None and event.accounts.wallet.account == group,
    )


async def test_a_group_is_founded_and_joined_by_its_link(crew: Crew) -> None:
    await join(crew)
    shown = await crew.bob.driver.ask(hosted.AskGroups(4), hosted.GroupsShown)
    [group] = shown.groups
    assert (group.id, group.name, group.role, group.members) == (
        crew.group, "The Crew", "builder", 2,
    )  # fmt: skip
    listed = await crew.ann.driver.ask(hosted.AskMembers(5, crew.group), hosted.MembersShown)
    assert sorted(member.role for member in listed.members) == ["admin", "builder"]
    assert listed.invitations == ()


async def test_who_acts_for_the_group_spends_its_pool_and_every_row_says_so(crew: Crew) -> None:
    await join(crew)
    record = crew.bob.driver.core.hosted.desk.chosen()
    assert record is not None
    own = record.account
    await acting(crew.bob, crew.group)
    chat_id = await crew.bob.chat("gpt-4o")
    message = await crew.bob.driver.send(chat_id, "Hello")
    assert message.state.value == "complete", message.fault
    shelves = crew.bob.driver.core.shelves
    rows = shelves.database.rows("SELECT DISTINCT holder FROM hosted_calls")
    assert [row[0] for row in rows] == [crew.group]
    keys = shelves.database.rows("SELECT DISTINCT key_id FROM usage")
    assert [row[0].endswith(crew.group) for row in keys] == [True]
    there = await crew.bob.place.rows("tenant, account")
    assert there == [(crew.group, own)]
    listed = await crew.bob.driver.ask(commands.ListChats(), events.ChatsListed)
    [drawn] = shelves.database.rows("SELECT sum(amount) FROM hosted_draws WHERE unit = 'usd'")
    assert [row.total_pusd for row in listed.rows] == [drawn[0]]  # once, and not beside itself
    assert drawn[0] > 0
    await acting(crew.bob, own)


async def test_a_seats_cap_is_kept_and_refuses_in_words(crew: Crew) -> None:
    await join(crew)
    listed = await crew.ann.driver.ask(hosted.AskMembers(5, crew.group), hosted.MembersShown)
    bob = next(member for member in listed.members if member.role == "builder")
    allowance = "organization-daily"
    done = await crew.ann.driver.ask(
        hosted.ChangeMember(6, crew.group, bob.account, caps=((allowance, "0.0001"),)),
        hosted.HostedDone,
    )
    assert done.fault is None, done.fault
    again = await crew.ann.driver.ask(hosted.AskMembers(7, crew.group), hosted.MembersShown)
    capped = next(member for member in again.members if member.role == "builder")
    assert capped.caps == ((allowance, "0.0001"),)
    await acting(crew.bob, crew.group)
    chat_id = await crew.bob.chat("gpt-4o")
    ready = await crew.bob.driver.ask(commands.AskQuote(1, chat_id, "Hello"), events.QuoteReady)
    quote = ready.quotes[0].hosted
    assert quote is not None
    assert (quote.covered, quote.capped) == (False, True)
    out = await crew.bob.driver.ask(
        commands.SendMessage(chat_id, (0,), "Hello"), hosted.SendOutOfTokens
    )
    assert out.view.reason == "capped"
    assert out.view.message == (
        "Your cap on the shared tokens does not cover this message. It is $0.0001 of Organization."
        " Whoever sees to the members can raise it. It is granted anew on 22 November 2026,"
        " 00:00 UTC."
    )
    # Nothing that could be bought would change it.
    assert out.view.offers == ()
    assert out.view.short[0].unit == "usd"


async def test_only_who_sees_to_what_it_pays_is_offered_more_tokens(crew: Crew) -> None:
    await join(crew)
    await acting(crew.bob, crew.group)
    await acting(crew.ann, crew.group)
    wallets = [one.driver.core.hosted.chosen_wallet() for one in (crew.ann, crew.bob)]
    assert [wallet is not None and wallet.may_buy for wallet in wallets] == [True, False]
    record = crew.bob.driver.core.hosted.desk.chosen()
    assert record is not None
    await acting(crew.bob, record.account)
    wallet = crew.bob.driver.core.hosted.chosen_wallet()
    assert wallet is not None
    assert wallet.may_buy  # their own tokens are theirs to buy


async def test_nobody_acts_for_a_group_that_is_not_theirs(crew: Crew) -> None:
    notice = await crew.bob.driver.ask(hosted.ActFor(crew.group), events.Notice)
    assert "do not belong" in notice.text
    record = crew.bob.driver.core.hosted.desk.chosen()
    assert record is not None
    assert record.acts_for == ""


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://elsewhere.example/invitation#abcdefgh12345678", "another server"),
        ("http://127.0.0.1:1/invitation#", "no invitation"),
        ("not a link", "no invitation"),
        ("", "no invitation"),
    ],
)
async def test_what_is_no_invitation_is_said_before_anybody_is_asked(
    crew: Crew, link: str, words: str
) -> None:
    done = await crew.bob.driver.ask(hosted.AcceptInvitation(9, link), hosted.HostedDone)
    assert done.fault is not None
    assert words in done.fault.message


async def test_an_invitation_is_taken_back_and_a_member_leaves(crew: Crew) -> None:
    link = await invited(crew)
    listed = await crew.ann.driver.ask(hosted.AskMembers(5, crew.group), hosted.MembersShown)
    [open_one] = listed.invitations
    done = await crew.ann.driver.ask(
        hosted.TakeInvitationBack(6, crew.group, open_one.id), hosted.HostedDone
    )
    assert done.fault is None
    refused = await crew.bob.driver.ask(hosted.AcceptInvitation(7, link), hosted.HostedDone)
    assert refused.fault is not None
    await join(crew)
    record = crew.bob.driver.core.hosted.desk.chosen()
    assert record is not None
    await acting(crew.bob, crew.group)
    done = await crew.bob.driver.ask(
        hosted.RemoveMember(8, crew.group, record.account), hosted.HostedDone
    )
    assert done.fault is None, done.fault
    async with asyncio.timeout(60):
        while (now := crew.bob.driver.core.hosted.desk.chosen()) is None or now.acts_for:
            await asyncio.sleep(0.01)


async def test_members_parts_are_told_on_the_usage_page_and_in_the_wallet(crew: Crew) -> None:
    await join(crew)
    await acting(crew.bob, crew.group)
    chat = await crew.bob.chat("gpt-4o")
    await crew.bob.driver.send(chat, "Hello")
    await crew.ann.place.quiet()
    await acting(crew.ann, crew.group)
    core = crew.ann.driver.core
    record = core.hosted.desk.chosen()
    assert record is not None
    await core.hosted.drawing.refresh(record)
    wallet = core.hosted.chosen_wallet()
    assert wallet is not None
    [member] = wallet.members
    assert (member.is_me, member.calls, member.pusd > 0) == (False, 1, True)
    shown = await crew.ann.driver.ask(AskUsage(1, UsageScope()), events.UsageShown)
    [line] = shown.usage.members
    assert (line.sum.total_pusd, line.sum.calls) == (member.pusd, 1)
    assert line.sum.output_tokens == 20
    theirs = await crew.ann.asked(f"/api/organizations/{crew.group}/usage?by=member")
    assert [row["platform"]["usd"] for row in theirs["rows"]] == [usd_text(member.pusd)]
