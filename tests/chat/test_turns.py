from __future__ import annotations

import json
from decimal import Decimal

from app.metering.hold import HoldState
from app.seam import commands, events
from app.seam.views import Certainty, MessageState
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply, recorded

OPENAI_STREAM = "openai-chat-1bc05d89"


def openai_rates(model: str) -> tuple[Decimal, Decimal]:
    """Dollars per token of input and output, as OpenAI publishes them."""
    per_million = {"gpt-4o": ("2.50", "10.00")}[model]
    return Decimal(per_million[0]) / 10**6, Decimal(per_million[1]) / 10**6


async def openai_chat(driver: CoreDriver, server: ProviderServer) -> str:
    key_id = await driver.add_key(f"{server.url}/v1", provider="openai")
    chat = await driver.new_chat(f"{key_id}/gpt-4o")
    return chat.id


async def test_a_settled_answer_costs_what_the_provider_billed_to_the_picodollar(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    answer = await driver.send(chat_id, "What is the capital of Mexico?")

    billed = json.loads(_usage_line(recorded(OPENAI_STREAM).body))["usage"]
    input_rate, output_rate = openai_rates("gpt-4o")
    owed = billed["prompt_tokens"] * input_rate + billed["completion_tokens"] * output_rate
    assert billed["prompt_tokens_details"]["cached_tokens"] == 0
    assert answer.state is MessageState.COMPLETE
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.EXACT
    assert answer.cost.total_pusd == int(owed * 10**12)
    assert answer.cost.payer == "your Test key"


async def test_the_hold_is_committed_before_a_byte_leaves_and_ends_settled(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    answer = await driver.send(chat_id, "What is the capital of Mexico?")

    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.state is HoldState.SETTLED
    assert answer.cost is not None
    assert hold.settled_pusd == answer.cost.total_pusd
    assert hold.amount_pusd >= answer.cost.total_pusd
    sent = json.loads(provider_server.posts[0].body)
    assert hold.output_tokens_max == sent.get("max_completion_tokens", sent.get("max_tokens"))


async def test_the_quote_before_sending_is_an_upper_bound(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    text = "What is the capital of Mexico?"
    quoted = await driver.ask(commands.AskQuote(1, chat_id, text), events.QuoteReady)
    answer = await driver.send(chat_id, text)

    quote = quoted.quotes[0]
    assert answer.cost is not None
    assert answer.cost.total_pusd is not None
    assert quote.most_pusd is not None
    assert quote.most_pusd >= answer.cost.total_pusd
    assert quote.input_tokens == answer.cost.input_tokens


async def test_a_stopped_answer_is_charged_for_what_arrived_and_says_so(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM, pace_s=0.1)]
    chat_id = await openai_chat(driver, provider_server)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Tell me"))
    await driver.wait_for(events.TextArrived)
    settled = await driver.ask(
        commands.StopTurn(chat_id), events.MessageChanged, lambda event: event.settled
    )
    answer = settled.message
    assert answer.state is MessageState.INTERRUPTED
    assert answer.text
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED
    assert answer.cost.total_pusd
    assert "You stopped this answer" in answer.cost.note


async def test_an_error_before_the_first_token_costs_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [
        Reply(b'{"error": {"message": "No such model", "code": "model_not_found"}}', 404,
              "application/json")
    ]  # fmt: skip
    chat_id = await openai_chat(driver, provider_server)
    answer = await driver.send(chat_id, "Hello")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.cost is None
    assert answer.fault is not None
    assert answer.fault.kind == "ModelUnknown"
    hold = driver.core.shelves.holds.for_message(answer.id)
    assert hold is not None
    assert hold.state is HoldState.RELEASED


async def test_a_broken_stream_keeps_what_came_and_offers_a_way_on(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM, cut_at=2500)]
    chat_id = await openai_chat(driver, provider_server)
    answer = await driver.send(chat_id, "Tell me")
    assert answer.state is MessageState.INCOMPLETE
    assert answer.text
    assert answer.fault is not None
    assert answer.fault.action == "retry"
    assert answer.cost is not None
    assert answer.cost.certainty is Certainty.ESTIMATED


async def test_another_answer_stands_beside_the_first_one(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    first = await driver.send(chat_id, "What is the capital of Mexico?")
    second = await driver.ask(
        commands.Regenerate(chat_id, 0, first.id),
        events.MessageChanged,
        lambda event: event.settled,
    )
    assert second.message.siblings == (first.id, second.message.id)
    shown = await driver.ask(commands.ShowBranch(chat_id, 0, first.id), events.ChatOpened)
    assert shown.chat.panes[0].messages[-1].id == first.id


async def test_an_answer_that_stands_in_another_pane_is_told_of_the_version_beside_it(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    first = await driver.send(chat_id, "What is the capital of Mexico?")
    await driver.ask(commands.AddPane(chat_id, 0), events.ChatOpened)
    told = await driver.ask(
        commands.Regenerate(chat_id, 0, first.id),
        events.MessageChanged,
        lambda event: event.pane == 1,
    )
    assert told.message.id == first.id
    assert told.message.text == first.text
    assert len(told.message.siblings) == 2
    assert told.message.siblings[0] == first.id


async def test_an_edited_question_is_a_branch_and_the_old_one_stays(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    await driver.send(chat_id, "What is the capital of Mexico?")
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    question = opened.chat.panes[0].messages[0]
    await driver.ask(
        commands.EditMessage(chat_id, 0, question.id, "And of Peru?"),
        events.MessageChanged,
        lambda event: event.settled,
    )
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    edited = opened.chat.panes[0].messages[0]
    assert edited.text == "And of Peru?"
    assert edited.siblings == (question.id, edited.id)
    asked = json.loads(provider_server.posts[-1].body)["messages"]
    assert [message["content"] for message in asked] == ["And of Peru?"]


async def test_going_on_adds_to_the_same_answer_and_one_call_to_its_receipt(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    first = await driver.send(chat_id, "What is the capital of Mexico?")
    more = await driver.ask(
        commands.ContinueAnswer(chat_id, 0, first.id),
        events.MessageChanged,
        lambda event: event.settled,
    )
    assert more.message.id == first.id
    assert more.message.text == first.text * 2
    assert first.cost is not None
    assert more.message.cost is not None
    assert first.cost.total_pusd is not None
    assert more.message.cost.total_pusd == 2 * first.cost.total_pusd
    receipt = await driver.ask(commands.AskReceipt(first.id), events.ReceiptReady)
    assert len(receipt.receipt.calls) == 2
    assert sum(call.total_pusd or 0 for call in receipt.receipt.calls) == (
        receipt.receipt.total_pusd
    )


async def test_two_panes_share_the_question_and_answer_apart(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    await driver.ask(commands.AddPane(chat_id, 0), events.ChatOpened)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0, 1), "Hello"))
    await driver.wait_for(events.MessageChanged, lambda event: event.settled and event.pane == 0)
    await driver.wait_for(events.MessageChanged, lambda event: event.settled and event.pane == 1)
    opened = await driver.ask(commands.OpenChat(chat_id), events.ChatOpened)
    left, right = opened.chat.panes
    assert left.messages[0].id == right.messages[0].id
    assert left.messages[1].id != right.messages[1].id
    assert len(provider_server.posts) == 2


async def test_the_sums_of_the_panel_are_the_receipts(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    chat_id = await openai_chat(driver, provider_server)
    costs = [(await driver.send(chat_id, f"Question {n}")).cost for n in range(3)]
    total = sum(cost.total_pusd or 0 for cost in costs if cost is not None)
    shown = await driver.ask(commands.AskBilling(), events.BillingReady)
    assert shown.billing.today.total_pusd == total
    assert shown.billing.month.total_pusd == total
    assert shown.billing.days[-1].total_pusd == total
    rows = await driver.ask(commands.ListChats(), events.ChatsListed)
    assert rows.rows[0].total_pusd == total


async def test_what_cannot_be_sent_stays_with_the_reason(driver: CoreDriver) -> None:
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    refused = await driver.ask(
        commands.SendMessage(opened.chat.id, (0,), "Hello"), events.SendRefused
    )
    assert "No model is chosen" in refused.fault.message
    assert not driver.all(events.SendAccepted)
    assert driver.core.shelves.chats.rows() == []


async def test_the_key_is_never_in_the_database_or_the_log(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM)]
    secret = "sk-test-0123456789abcdef"
    chat_id = await openai_chat(driver, provider_server)
    await driver.send(chat_id, "Hello")
    driver.core.shelves.database.backup_to(driver.folder / "copy.db")
    for path in driver.folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def _usage_line(body: bytes) -> bytes:
    lines = [line for line in body.splitlines() if b'"usage":{' in line.replace(b" ", b"")]
    return lines[-1].removeprefix(b"data: ")


async def test_a_key_for_one_session_is_said_to_be_missing_in_the_next(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    await driver.close()
    await driver.open()
    listed = await driver.ask(commands.ListKeys(), events.KeysListed)
    assert [row.state for row in listed.rows] == ["missing"]
    models = await driver.ask(commands.ListModels(), events.ModelsListed)
    assert not any(row.available for row in models.rows)
    assert all("paste it again" in row.why_not for row in models.rows)
