"""A workspace at a real server: its keys, its pool and who drew on it, its statement, its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.seam import commands, events, hosted, hosted_groups
from app.seam.quote_views import QuoteView
from tests.account.desktop import Desktop, desktop_at
from tests.account.test_groups import acting
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

GPT = "gpt-4o"
KEY = "sk-workspace-own-1234567890-own0"


@dataclass
class Shop:
    """An admin's desktop and a builder's, in one workspace."""

    admin: Desktop
    builder: Desktop
    id: str

    async def done(self, command: hosted.HostedCommand) -> hosted.HostedDone:
        return await self.admin.driver.ask(command, hosted.HostedDone)

    async def keys(self) -> hosted_groups.GroupKeysShown:
        ask = hosted_groups.AskGroupKeys(40, self.id)
        return await self.admin.driver.ask(ask, hosted_groups.GroupKeysShown)


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[GPT] = Script(tokens=20, prompt_tokens=12)
        yield running


@pytest.fixture
async def shop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_place(tmp_path / "server", provider, catalog="workspaces") as place:
        admin = await desktop_at(place, tmp_path / "admin")
        builder = await desktop_at(place, tmp_path / "builder")
        try:
            make = hosted.MakeGroup(1, "workspace", "Studio")
            made = await admin.driver.ask(make, hosted.HostedDone)
            assert made.fault is None, made.fault
            group = made.server_id
            invite = hosted.Invite(2, group, "builder")
            invited = await admin.driver.ask(invite, hosted.Invited)
            accept = hosted.AcceptInvitation(3, invited.invitation.link)
            joined = await builder.driver.ask(accept, hosted.HostedDone)
            assert joined.fault is None, joined.fault
            yield Shop(admin, builder, group)
        finally:
            await admin.driver.close()
            await builder.driver.close()


async def test_a_key_is_sealed_at_the_server_used_by_members_and_never_shown_again(
    shop: Shop, provider: Upstream
) -> None:
    add = hosted_groups.AddGroupKey(4, shop.id, "openai", f" {KEY}\n", name="Ours")
    shown = await shop.admin.driver.ask(add, hosted_groups.GroupKeysShown)
    [key] = shown.keys
    assert (key.provider, key.name, key.ends_with) == ("openai", "Ours", "own0")
    assert KEY not in repr(shown)
    assert KEY not in repr(add)
    again = await shop.done(add)
    assert again.fault is not None
    assert "There is a key for this provider" in again.fault.message
    await acting(shop.builder, shop.id)
    chat = await shop.builder.chat(GPT)
    message = await shop.builder.driver.send(chat, "Hello")
    assert message.fault is None, message.fault
    assert provider.calls[-1].headers["authorization"] == f"Bearer {KEY}"
    for desktop in (shop.admin, shop.builder):
        written = [path.read_bytes() for path in desktop.folder.rglob("*") if path.is_file()]
        assert not any(KEY.encode() in content for content in written)
    removed = await shop.done(hosted_groups.RemoveGroupKey(5, shop.id, key.id))
    assert removed.fault is None
    assert (await shop.keys()).keys == ()


async def test_members_are_told_whose_key_pays_before_they_send(shop: Shop) -> None:
    await acting(shop.builder, shop.id)
    chat = await shop.builder.chat(GPT)

    async def quoted(serial: int) -> QuoteView:
        ask = commands.AskQuote(serial, chat, "Hello")
        fits = lambda ready: ready.serial == serial  # noqa: E731
        return (await shop.builder.driver.ask(ask, events.QuoteReady, fits)).quotes[0]

    async def wallet_heard(models: bool) -> None:
        hosted_side = shop.builder.driver.core.hosted
        record = hosted_side.desk.chosen()
        assert record is not None

        def told(_: object) -> bool:
            wallet = hosted_side.wallets.wallet(record)
            return wallet is not None and (GPT in wallet.own_key_models) is models

        await shop.builder.driver.wait_for(hosted.AccountsShown, told)

    before = await quoted(1)
    assert before.hosted is not None
    assert (before.hosted.covered, before.payer) == (False, "Studio tokens")
    add = hosted_groups.AddGroupKey(4, shop.id, "openai", KEY)
    [key] = (await shop.admin.driver.ask(add, hosted_groups.GroupKeysShown)).keys
    await wallet_heard(True)
    quote = await quoted(2)
    assert quote.hosted is not None
    assert (quote.hosted.covered, quote.payer) == (True, "the key of Studio")
    assert quote.hosted.after == ()  # nothing is drawn
    [share] = quote.shares
    assert (share.unit, share.label) == ("usd", "the key of Studio")
    assert share.likely
    await shop.done(hosted_groups.RemoveGroupKey(5, shop.id, key.id))
    await wallet_heard(False)
    assert (await quoted(3)).payer == "Studio tokens"


async def test_managed_credit_is_shown_and_quoted_with_its_markup(shop: Shop) -> None:
    server = shop.builder.place.server
    amounts = '{"managed-monthly": 100000000000000}'
    await server.run("UPDATE accounts SET custom_amounts = ? WHERE id = ?", amounts, shop.id)
    await acting(shop.builder, shop.id)
    chat = await shop.builder.chat(GPT)
    rows = shop.builder.driver.core.model_list.rows()
    rates = [(row.input_rate, row.output_rate) for row in rows if row.ref.endswith(f"/{GPT}")]
    assert rates == [(3_333_334, 13_333_334)]  # $2.50 and $10.00 a million, and a third
    ready = await shop.builder.driver.ask(commands.AskQuote(1, chat, "Hello"), events.QuoteReady)
    [share] = ready.quotes[0].shares
    assert share.likely_pusd
    assert share.likely == -(-share.likely_pusd * 4 // 3)
    message = await shop.builder.driver.send(chat, "Hello")
    assert message.cost is not None
    [drawn] = message.cost.drawn
    cost = 12 * 2_500_000 + 20 * 10_000_000
    assert drawn.amount == -(-cost * 4 // 3)


async def test_what_is_no_key_is_said_before_anybody_is_asked(shop: Shop) -> None:
    done = await shop.done(hosted_groups.AddGroupKey(4, shop.id, "openai", "sk-short"))
    assert done.fault is not None
    assert done.fault.message == "This is no whole key."


async def test_the_month_and_each_members_part_are_told_to_the_picodollar(shop: Shop) -> None:
    await shop.done(hosted_groups.AddGroupKey(4, shop.id, "openai", KEY))
    await acting(shop.builder, shop.id)
    chat = await shop.builder.chat(GPT)
    await shop.builder.driver.send(chat, "Hello")
    await shop.admin.place.quiet()
    cost = 12 * 2_500_000 + 20 * 10_000_000
    ask = hosted_groups.AskGroupSpending(6, shop.id)
    spending = await shop.admin.driver.ask(ask, hosted_groups.GroupSpendingShown)
    record = shop.builder.driver.core.hosted.desk.chosen()
    assert record is not None
    [part] = spending.members
    assert (part.name, part.own_key_calls, part.own_key_pusd) == (record.account, 1, cost)
    assert (part.calls, part.pusd, part.own_key_tokens) == (0, 0, 32)
    assert spending.wallet is not None
    assert (spending.wallet.account, spending.wallet.kind) == (shop.id, "workspace")
    month = hosted_groups.AskStatement(7, shop.id)
    shown = await shop.admin.driver.ask(month, hosted_groups.StatementShown)
    statement = shown.statement
    assert (statement.own_key_pusd, statement.charged_pusd, statement.final) == (cost, 0, False)
    assert [each.name for each in statement.members] == [record.account]
    assert [each.name for each in statement.models] == [GPT]
    not_theirs = await shop.builder.driver.ask(month, hosted.HostedDone)
    assert not_theirs.fault is not None
    assert "Your role here is builder" in not_theirs.fault.message


async def test_a_workspace_is_renamed_for_all_and_deleted_for_good(shop: Shop) -> None:
    await acting(shop.admin, shop.id)
    named = await shop.done(hosted_groups.RenameGroup(8, shop.id, "  The   Studio "))
    assert named.fault is None
    listed = await shop.builder.driver.ask(hosted.AskGroups(9), hosted.GroupsShown)
    assert [group.name for group in listed.groups] == ["The Studio"]
    ended = await shop.done(hosted_groups.DeleteGroup(10, shop.id))
    assert ended.fault is None, ended.fault
    groups = await shop.admin.driver.ask(hosted.AskGroups(11), hosted.GroupsShown)
    assert groups.groups == ()
    record = shop.admin.driver.core.hosted.desk.chosen()
    assert record is not None
    assert record.acts_for == ""
