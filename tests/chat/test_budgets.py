"""Budgets on own keys in a real core: what stops, what warns, what asks, and what counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from app.clock import Clock
from app.money import usd_text
from app.seam import budgets, commands, events
from app.store.records import UsageRecord
from app.store.usage import write_usage
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply, recorded
from tests.ledger.invariants import read_rows, troubles
from tests.store.given import SetClock

STREAM = "openai-chat-1bc05d89"
BUSY = Reply(
    b'{"error": {"message": "Too many requests", "type": "rate_limit"}}',
    429,
    "application/json",
    headers={"Retry-After": "600"},
)
LATE = datetime(2026, 11, 21, 23, 58, tzinfo=UTC)


@pytest_asyncio.fixture
async def late(tmp_path: Path) -> AsyncIterator[tuple[CoreDriver, SetClock]]:
    """A core two minutes before midnight UTC, whose clock the test moves."""
    folder, clock = tmp_path / "late", SetClock(LATE)
    folder.mkdir()
    driver = CoreDriver(folder, clock=Clock(now=lambda: clock.at))
    await driver.open()
    yield driver, clock
    await driver.close()


async def save(
    driver: CoreDriver, scope: str, limit_pusd: int, *, hard: bool = True, subject: str = "",
    period: str = "month",
) -> str:  # fmt: skip
    """Keep a budget as the window does; its id."""
    command = budgets.SaveBudget(
        1, scope, usd_text(limit_pusd), hard, period=period, subject_id=subject
    )
    seen = len(driver.heard)
    saved = await driver.ask(command, budgets.BudgetSaved)
    assert saved.kept, saved
    listed = await driver.wait_for(budgets.BudgetsListed, since=seen)
    return next(
        view.id for view in listed.budgets if (view.scope, view.subject_id) == (scope, subject)
    )


async def most_of(driver: CoreDriver, chat_id: str, text: str) -> int:
    ready = await driver.ask(commands.AskQuote(1, chat_id, text), events.QuoteReady)
    most = ready.quotes[0].most_pusd
    assert most is not None
    return most


def spent(driver: CoreDriver) -> int:
    return driver.core.shelves.usage.totals(
        datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    ).total_pusd


def used_before(driver: CoreDriver, costs: list[int], *, at: datetime | None = None) -> None:
    """Answers of the past that cost so much each."""
    shelves = driver.core.shelves
    at = at or driver.clock.now() - timedelta(seconds=5)
    with shelves.database.transaction():
        write_usage(
            shelves.database,
            [
                UsageRecord(f"u{n}", f"m{n}", "old", at, "key", "openai", "gpt-4o",
                            10, 0, 0, 10, 0, cost, "exact")
                for n, cost in enumerate(costs)
            ],
        )  # fmt: skip


async def test_of_a_burst_of_twenty_only_the_four_that_are_covered_leave(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM, pace_s=0.2)]
    first = await unchecked_chat(driver, f"{provider_server.url}/v1")
    most = await most_of(driver, first, "Hello")
    limit = 4 * most
    await save(driver, "day", limit)
    panes = driver.core.chat(first).panes
    stored = [driver.core.shelves.chats.create(f"c{n}", "Chat", panes) for n in range(20)]
    seen = len(driver.heard)
    for chat in stored:
        driver.dispatcher.take(commands.SendMessage(chat.id, (0,), "Hello"))
    await driver.wait_for(
        events.SendRefused, lambda _: len(driver.all(events.SendRefused)) == 16, since=seen
    )
    accepted = [event for event in driver.heard[seen:] if isinstance(event, events.SendAccepted)]
    assert len(accepted) == 4
    holds = driver.core.shelves.holds.open_holds()
    assert len(holds) == 4
    assert spent(driver) + sum(hold.amount_pusd for hold in holds) <= limit
    for event in accepted:
        driver.dispatcher.take(commands.StopTurn(event.chat_id))
    await driver.wait_for(
        events.MessageChanged,
        lambda _: not driver.core.shelves.holds.open_holds(),
        since=seen,
    )
    assert len(provider_server.posts) <= 4
    assert troubles(read_rows(driver.core.shelves.database.rows)) == []


async def test_a_refused_message_says_what_is_short_and_is_nowhere_stored(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    await save(driver, "month", 1_000_000)
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), "Hello"), events.SendRefused)
    assert refused.fault.message.startswith("This message needs at least $0.00")
    assert "your monthly budget of" in refused.fault.message
    assert " until 1 " in refused.fault.message
    assert refused.fault.action == "budgets"
    assert provider_server.posts == []
    assert driver.core.shelves.holds.open_holds() == []
    assert driver.core.shelves.chats.get(chat_id) is None


async def test_a_budget_shortens_the_answer_to_what_is_left(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    most = await most_of(driver, chat_id, "Hello")
    await save(driver, "day", most // 2)
    ready = await driver.ask(commands.AskQuote(2, chat_id, "Hello"), events.QuoteReady)
    [quote] = ready.quotes
    assert quote.most_pusd is not None
    assert quote.most_pusd <= most // 2
    assert quote.shortened_by is not None
    assert (quote.shortened_by.kind, quote.shortened_by.name) == ("budget", "your daily budget")
    seen = len(driver.heard)
    await driver.send(chat_id, "Hello")
    assert not [event for event in driver.heard[seen:] if isinstance(event, events.SendRefused)]
    sent = provider_server.posts[0].body.decode()
    assert f"{quote.most_output_tokens}" in sent


async def test_a_soft_budget_lets_everything_through_and_warns_once(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    await save(driver, "chat", 1_000_000, hard=False, subject=chat_id, period="ever")
    for _ in range(3):
        await driver.send(chat_id, "Hello")
    notices = [event.text for event in driver.all(events.Notice) if "budget" in event.text]
    assert len(notices) == 1
    assert "budget for this chat" in notices[0]
    assert len(provider_server.posts) == 3


async def test_what_went_on_or_was_asked_again_counts(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    await save(driver, "chat", 10**12, subject=chat_id, period="ever")
    answer = await driver.send(chat_id, "Hello")
    for command in (
        commands.ContinueAnswer(chat_id, 0, answer.id),
        commands.Regenerate(chat_id, 0, answer.id),
    ):
        await driver.ask(command, events.MessageChanged, lambda event: event.settled)
    listed = await driver.ask(budgets.AskBudgets(), budgets.BudgetsListed)
    [view] = listed.budgets
    assert view.spent_pusd == spent(driver) > 0
    assert view.held_pusd == 0
    assert driver.core.shelves.usage.totals(*_always()).messages == 2
    assert len(provider_server.posts) == 3


async def test_a_day_begins_anew_at_midnight_utc(
    late: tuple[CoreDriver, SetClock], provider_server: ProviderServer
) -> None:
    driver, clock = late
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    limit = await most_of(driver, chat_id, "Hello")
    await save(driver, "day", limit)
    used_before(driver, [limit])
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), "Hello"), events.SendRefused)
    assert "until midnight UTC" in refused.fault.message
    clock.advance(minutes=2)
    await driver.send(chat_id, "Hello")
    assert len(provider_server.posts) == 1


async def test_lowering_raising_and_making_a_budget_late_forget_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    most = await most_of(driver, chat_id, "Hello")
    used_before(driver, [most])
    budget_id = await save(driver, "day", 2 * most)
    await driver.send(chat_id, "Hello")
    before = spent(driver)
    await save(driver, "day", before)  # lowered to what is used: the same budget
    refused = await driver.ask(commands.SendMessage(chat_id, (0,), "Hello"), events.SendRefused)
    assert "$0 of your daily budget" in refused.fault.message
    await driver.ask(budgets.RemoveBudget(budget_id), budgets.BudgetsListed)
    await save(driver, "day", before)  # made anew: what was used counts all the same
    await driver.ask(commands.SendMessage(chat_id, (0,), "Hello"), events.SendRefused)
    await save(driver, "day", before + most)
    await driver.send(chat_id, "Hello")
    assert len(provider_server.posts) == 2
    assert troubles(read_rows(driver.core.shelves.database.rows)) == []


async def test_another_key_does_not_answer_past_its_own_budget(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.models = ["gpt-4o"]
    provider_server.replies = [BUSY, recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    checked = await driver.ask(
        commands.CheckAndKeepKey(
            2, "sk-or-v1-0123456789abcdef", provider="openrouter",
            base_url=f"{provider_server.url}/v1", where="session",
        ),
        events.KeyChecked,
    )  # fmt: skip
    assert checked.kept
    await driver.ask(commands.ChangeSettings((("failover", True),)), events.SettingsChanged)
    other = next(k.id for k in driver.core.shelves.keys.rows() if k.provider == "openrouter")
    await save(driver, "key", 1, subject=other)
    answer = await driver.send(chat_id, "Hello")
    assert answer.fault is not None
    assert len(provider_server.posts) == 1


async def test_a_message_far_above_the_usual_asks_before_anything_is_stored(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    used_before(driver, [1_000_000] * 10)
    saved = await driver.ask(budgets.SetGuard(3, 10, "0.0001", 25, "1"), budgets.BudgetSaved)
    assert saved.kept
    asked = await driver.ask(
        commands.SendMessage(chat_id, (0,), "Hello"), budgets.SendNeedsConfirmation
    )
    question = asked.question
    assert (question.kind, question.usual_pusd) == ("anomaly", 1_000_000)
    assert question.cost_pusd is not None
    assert question.times == question.cost_pusd // 1_000_000 > 10
    assert driver.core.shelves.holds.open_holds() == []
    assert driver.core.shelves.chats.get(chat_id) is None
    assert provider_server.posts == []
    await driver.ask(asked.command, events.MessageChanged, lambda event: event.settled)
    assert len(provider_server.posts) == 1


async def test_a_yes_to_one_message_is_none_to_a_dearer_one(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    used_before(driver, [1_000_000] * 10)
    await driver.ask(budgets.SetGuard(3, 10, "0.0001", 25, "1"), budgets.BudgetSaved)
    asked = await driver.ask(
        commands.SendMessage(chat_id, (0,), "Hello"), budgets.SendNeedsConfirmation
    )
    assert isinstance(asked.command, commands.SendMessage)
    again = await driver.ask(
        commands.SendMessage(chat_id, (0,), "Hello " * 3000, confirmed=asked.command.confirmed),
        budgets.SendNeedsConfirmation,
    )
    assert (again.question.cost_pusd or 0) > (asked.question.cost_pusd or 0)
    assert provider_server.posts == []


async def test_a_model_without_a_price_asks_under_a_hard_budget_alone(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(
        driver, f"{provider_server.url}/v1", model="a-model-nobody-priced"
    )
    await save(driver, "month", 10**12, hard=False)
    await driver.send(chat_id, "Hello")
    await save(driver, "month", 10**12)
    asked = await driver.ask(
        commands.SendMessage(chat_id, (0,), "Hello"), budgets.SendNeedsConfirmation
    )
    assert (asked.question.kind, asked.question.budget) == ("unpriced", "monthly budget")
    await driver.ask(asked.command, events.MessageChanged, lambda event: event.settled)
    assert len(provider_server.posts) == 2


@pytest.mark.parametrize("typed", ["", "ten", "-3", "1e5", "0.0000000000001", "99999999999"])
async def test_a_sum_that_is_none_is_refused_in_words(driver: CoreDriver, typed: str) -> None:
    saved = await driver.ask(budgets.SaveBudget(7, "day", typed, True), budgets.BudgetSaved)
    assert (saved.serial, saved.kept) == (7, False)
    assert saved.message
    listed = await driver.ask(budgets.AskBudgets(), budgets.BudgetsListed)
    assert listed.budgets == ()


def _always() -> tuple[datetime, datetime]:
    return datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def test_the_quote_warns_of_a_soft_budget_and_says_where_a_hard_one_will_refuse(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    used_before(driver, [10**12])
    await save(driver, "month", 12 * 10**11, hard=False)
    ready = await driver.ask(commands.AskQuote(1, chat_id, "Hello"), events.QuoteReady)
    near = ready.quotes[0].budget
    assert near is not None
    assert (near.scope, near.spent_pusd, near.limit_pusd) == ("month", 10**12, 12 * 10**11)
    assert ready.quotes[0].blocked == ""
    await save(driver, "month", 10**12)
    ready = await driver.ask(commands.AskQuote(2, chat_id, "Hello"), events.QuoteReady)
    assert ready.quotes[0].blocked.startswith("$0 of your monthly budget of $1.00 is left until 1 ")


async def test_two_panes_that_only_one_budget_covers_together_send_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(STREAM)]
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    await driver.ask(commands.AddPane(chat_id, 0), events.ChatOpened)
    most = await most_of(driver, chat_id, "Hello")
    await save(driver, "day", most + most // 2)
    refused = await driver.ask(commands.SendMessage(chat_id, (0, 1), "Hello"), events.SendRefused)
    assert "your daily budget" in refused.fault.message
    assert driver.core.shelves.holds.open_holds() == []
    assert driver.core.shelves.chats.get(chat_id) is None
    assert provider_server.posts == []
    await driver.send(chat_id, "Hello")
