"""Chats belong to whoever was chosen when they began, and go on being paid by them."""

from __future__ import annotations

from app.seam import commands, events, hosted
from tests.account.desktop import Desktop
from tests.account.test_groups import Crew, acting, crew, join, provider

__all__ = ["crew", "provider"]
GPT = "gpt-4o"


async def own_account(desktop: Desktop) -> str:
    record = desktop.driver.core.hosted.desk.chosen()
    assert record is not None
    return record.account


async def row_of(desktop: Desktop, chat_id: str) -> tuple[str, str]:
    listed = await desktop.driver.ask(commands.ListChats(), events.ChatsListed)
    row = next(row for row in listed.rows if row.id == chat_id)
    return row.group_id, row.group_name


def holders(desktop: Desktop) -> list[str]:
    rows = desktop.driver.core.shelves.database.rows("SELECT holder FROM hosted_calls ORDER BY seq")
    return [row[0] for row in rows]


async def test_a_chat_of_the_group_is_paid_by_the_group_after_one_switched_back(
    crew: Crew,
) -> None:
    await join(crew)
    bob = crew.bob
    own = await own_account(bob)
    await acting(bob, crew.group)
    shared = await bob.chat(GPT)
    await bob.driver.send(shared, "Hello")
    await acting(bob, own)
    mine = await bob.chat(GPT)
    await bob.driver.send(mine, "Hello")
    await bob.driver.send(shared, "And once more")
    assert holders(bob) == [crew.group, own, crew.group]
    assert await bob.place.rows("tenant") == [(crew.group,), (own,), (crew.group,)]
    assert await row_of(bob, shared) == (crew.group, "The Crew")
    assert await row_of(bob, mine) == ("", "")


async def test_ones_own_chat_is_paid_by_oneself_while_the_group_is_chosen(crew: Crew) -> None:
    await join(crew)
    bob = crew.bob
    own = await own_account(bob)
    mine = await bob.chat(GPT)
    await bob.driver.send(mine, "Hello")
    await acting(bob, crew.group)
    quoted = await bob.driver.ask(commands.AskQuote(5, mine, "More", ()), events.QuoteReady)
    server = bob.driver.core.hosted.desk.chosen()
    assert server is not None
    assert quoted.quotes[0].payer == f"{server.title} tokens"
    await bob.driver.send(mine, "More")
    assert holders(bob) == [own, own]


async def test_a_chat_without_a_message_follows_what_is_chosen(crew: Crew) -> None:
    await join(crew)
    bob = crew.bob
    begun = await bob.chat(GPT)
    await acting(bob, crew.group)
    quoted = await bob.driver.ask(commands.AskQuote(5, begun, "Hello", ()), events.QuoteReady)
    assert quoted.quotes[0].payer == "The Crew tokens"
    await bob.driver.send(begun, "Hello")
    assert holders(bob) == [crew.group]
    assert await row_of(bob, begun) == (crew.group, "The Crew")


async def test_who_was_removed_spends_their_own_tokens_and_is_told_so(crew: Crew) -> None:
    await join(crew)
    bob = crew.bob
    own = await own_account(bob)
    await acting(bob, crew.group)
    shared = await bob.chat(GPT)
    await bob.driver.send(shared, "Hello")
    done = await crew.ann.driver.ask(hosted.RemoveMember(8, crew.group, own), hosted.HostedDone)
    assert done.fault is None, done.fault
    notice = await bob.driver.ask(hosted.AskGroups(9), events.Notice)
    assert notice.text == "You do not belong to The Crew any more."
    shown = bob.driver.all(hosted.AccountsShown)[-1].accounts
    assert (shown.groups, shown.servers[0].acts_for) == ((), "")
    # What belonged to the group is not paid from one's own pocket unasked.
    refused = await bob.driver.ask(
        commands.SendMessage(shared, (0,), "Hello again"), events.SendRefused
    )
    assert refused.fault.message == "This chat belongs to The Crew, and you do not any more."
    assert holders(bob) == [crew.group]
