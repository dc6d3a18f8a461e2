"""What was drawn lately, by day and by member; and the usage page, its file and its words, all of
them what the server's books say."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.chat.spending_csv import CsvForm, csv_lines
from app.commands.usage_json import receipt_object, summary_object
from app.errors import TuppenceError
from app.seam import commands, events
from app.seam.hosted_views import DrawnView, WalletView
from app.seam.usage_commands import AskUsage, AskUsageCalls
from app.seam.usage_views import UsageOrder, UsageScope, UsageView
from tests.account.desktop import FREE_MODEL, MODEL, Desktop, desktop_at
from tests.commands.test_usage_command import printed
from tests.server.proxy.conftest import open_place
from tests.server.upstreams.scripts import Script
from tests.server.upstreams.upstream import Upstream, upstream

EACH = 5 * (12 + 20)  # weight times tokens


@pytest.fixture
def provider() -> Iterator[Upstream]:
    with upstream() as running:
        running.scripts[MODEL] = Script(tokens=20)
        running.scripts["qwen-turbo"] = Script(tokens=20)
        yield running


@pytest.fixture
async def desktop(provider: Upstream, tmp_path: Path) -> AsyncIterator[Desktop]:
    async with open_place(tmp_path / "server", provider) as place:
        one = await desktop_at(place, tmp_path / "home")
        try:
            yield one
        finally:
            await one.driver.close()


async def used(desktop: Desktop) -> None:
    """Two answers for tokens and one of a free model."""
    chat_id = await desktop.chat()
    await desktop.driver.send(chat_id, "Hello")
    await desktop.driver.send(chat_id, "Again")
    await desktop.driver.send(await desktop.chat(FREE_MODEL), "Hello")
    await desktop.agrees()


async def page(desktop: Desktop, scope: UsageScope | None = None) -> UsageView:
    ask = AskUsage(1, scope or UsageScope())
    return (await desktop.driver.ask(ask, events.UsageShown)).usage


async def wallet_after(desktop: Desktop) -> WalletView:
    """The wallet once the server's sums of days were read anew."""
    record = desktop.driver.core.hosted.desk.chosen()
    assert record is not None
    await desktop.driver.core.hosted.drawing.refresh(record)
    found = desktop.driver.core.hosted.views.wallet(record)
    assert found is not None
    return found


async def test_the_page_says_what_tokens_paid_beside_money(desktop: Desktop) -> None:
    await used(desktop)
    view = await page(desktop)
    drawn = (DrawnView("", "plan_tokens", 2 * EACH), DrawnView("", "tokens", 32))
    assert (view.total.drawn, view.total.total_pusd) == (drawn, 0)
    [payer] = view.payers
    title = desktop.driver.core.shelves.servers.rows()[0].title
    assert (payer.label, payer.sum.drawn) == (f"Tokens from {title}", drawn)
    assert [each.name for each in payer.grants] == ["Free", "Free Qwen models"]
    assert [line.label for line in view.keys] == [title]
    assert [line.sum.drawn for line in view.models] == [drawn[:1], drawn[1:]]
    assert [line.label for line in view.models] == ["GPT-4o", "Qwen Turbo"]  # and not their ids
    assert [line.sum.drawn for line in view.chats] == [drawn[:1], drawn[1:]]
    assert [bar.drawn_tokens for bar in view.bars if bar.messages] == [2 * EACH]


async def test_narrowed_to_a_payer_and_a_model_it_says_their_part(desktop: Desktop) -> None:
    await used(desktop)
    whole = await page(desktop)
    by_payer = await page(desktop, UsageScope(payer_id=whole.payers[0].id))
    assert by_payer.total == whole.total
    [free] = [line for line in whole.models if line.sum.drawn[0].unit == "tokens"]
    by_model = await page(desktop, UsageScope(model_id=free.id))
    assert by_model.total.drawn == (DrawnView("", "tokens", 32),)


async def test_calls_and_the_file_say_the_same_to_the_unit(desktop: Desktop) -> None:
    await used(desktop)
    ask = AskUsageCalls(1, UsageScope(), UsageOrder.OLDEST, 0, 10)
    calls = (await desktop.driver.ask(ask, events.UsageCallsShown)).calls
    assert [call.drawn for call in calls] == [
        (DrawnView("Free", "plan_tokens", EACH),),
        (DrawnView("Free", "plan_tokens", EACH),),
        (DrawnView("Free Qwen models", "tokens", 32),),
    ]
    spending = desktop.driver.core.spending
    span = spending.page.span(UsageScope())
    for form in CsvForm:
        text = csv_lines(
            [spending.rows.header(form), *(row for rows in spending.rows.rows(span, form)
             for row in rows)]
        )  # fmt: skip
        lines = list(csv.DictReader(io.StringIO(text)))
        assert sum(int(line["plan_tokens"] or 0) for line in lines) == 2 * EACH
        assert {line["drawn"] for line in lines} - {""} == {
            f"{EACH} plan_tokens from Free", "32 tokens from Free Qwen models",
        }  # fmt: skip
        money = [line.get("cost_usd", line.get("amount_usd")) for line in lines]
        assert set(money) <= {"0", ""}, "money that nobody was charged"
        assert {line["payer"] for line in lines} & {""} == set()


async def test_json_of_the_page_adds_up_to_the_servers_usage(desktop: Desktop) -> None:
    await used(desktop)
    spending = desktop.driver.core.spending
    view = spending.page.view(UsageScope())
    said = summary_object(view, spending.page.days(spending.page.span(UsageScope())))
    there = await desktop.asked("/api/usage?by=day")
    [day] = there["rows"]
    assert said["total"]["plan_tokens"] == day["platform"]["plan_tokens"] == 2 * EACH
    assert [line["plan_tokens"] for line in said["days"]] == [2 * EACH]
    assert said["total"]["cost_usd"] == "0"


async def test_a_receipt_charges_what_was_drawn_and_no_money(desktop: Desktop) -> None:
    message = await desktop.driver.send(await desktop.chat(), "Hello")
    ready = await desktop.driver.ask(commands.AskReceipt(message.id), events.ReceiptReady)
    receipt = ready.receipt
    assert receipt.drawn == (DrawnView("Free", "plan_tokens", EACH),)
    assert (receipt.total_pusd, receipt.price_source, receipt.shares) == (0, "", ())
    [call] = receipt.calls
    assert call.is_hosted
    assert (call.asked_model, call.basis) == ("GPT-4o", "as the provider counted")
    assert {part.amount_pusd for part in call.parts} == {None}
    assert receipt_object(receipt)["drawn"] == [
        {"grant": "Free", "unit": "plan_tokens", "amount": EACH}
    ]


async def test_the_panel_of_own_keys_holds_nothing_that_tokens_paid(desktop: Desktop) -> None:
    await used(desktop)
    billing = desktop.driver.core.spending.billing()
    assert (billing.month.messages, billing.by_key, billing.by_model) == (0, (), ())


async def test_the_wallet_has_the_last_days_of_all_computers(desktop: Desktop) -> None:
    await used(desktop)
    wallet = await wallet_after(desktop)
    assert len(wallet.days) == 14
    assert [day.plan_tokens for day in wallet.days] == [0] * 13 + [2 * EACH]
    assert wallet.days[-1].calls == 3
    assert wallet.forecast is None, "one day tells no pace"
    assert wallet.members == ()


async def test_after_some_days_it_says_how_long_the_tokens_last(desktop: Desktop) -> None:
    chat_id = await desktop.chat()
    for _ in range(6):
        await desktop.driver.send(chat_id, "Hello")
        desktop.place.server.time.pass_by(days=1)
    forecast = (await wallet_after(desktop)).forecast
    assert forecast is not None
    assert (forecast.unit, forecast.per_day) == ("plan_tokens", EACH)


async def test_grants_of_one_model_each_bear_the_models_names(desktop: Desktop) -> None:
    grants = (await wallet_after(desktop)).grants
    free = [grant for grant in grants if grant.only]
    assert "Qwen Turbo" in {grant.name for grant in free}
    assert len({grant.name for grant in free}) == len(free)
    assert [grant.name for grant in grants if grant.source == "free-monthly"] == ["Free"]


async def test_the_command_says_tokens_where_tokens_paid(desktop: Desktop) -> None:
    await used(desktop)
    title = desktop.driver.core.shelves.servers.rows()[0].title
    said = await printed(desktop.driver)
    assert f"{2 * EACH} tokens + 32 tokens of free models, 3 messages" in said
    assert f"Tokens from {title}" in said
    assert "$" not in said
    calls = await printed(desktop.driver, "--items")
    assert f"{EACH} tokens from Free (exact: the provider said so)" in calls
    assert "each token counts as 5" in calls
    assert "$" not in calls
    assert "price unknown" not in calls
    rows = list(csv.DictReader(io.StringIO(await printed(desktop.driver, "--by", "payer",
                                                         "--csv", "-"))))  # fmt: skip
    assert [(row["plan_tokens"], row["tokens_of_free_models"]) for row in rows] == [
        (str(2 * EACH), "32")
    ]


async def test_the_commands_receipt_charges_tokens(desktop: Desktop) -> None:
    message = await desktop.driver.send(await desktop.chat(), "Hello")
    said = await printed(desktop.driver, "--receipt", message.id)
    assert f"{EACH} tokens from Free" in said
    assert "$" not in said


async def test_members_are_asked_for_in_vain_where_tokens_are_ones_own(desktop: Desktop) -> None:
    with pytest.raises(TuppenceError, match="Members are those of an organization or workspace"):
        await printed(desktop.driver, "--by", "member")


async def test_each_chat_of_the_sidebar_says_what_it_drew(desktop: Desktop) -> None:
    await used(desktop)
    listed = await desktop.driver.ask(commands.ListChats(), events.ChatsListed)
    assert sorted(row.drawn_tokens for row in listed.rows) == [0, 2 * EACH]
    assert [row.total_pusd for row in listed.rows] == [0, 0]
