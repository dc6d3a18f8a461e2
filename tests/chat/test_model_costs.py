"""What one message costs with each model, and which would do for less."""

from __future__ import annotations

import pytest

from app.seam import commands, events
from app.seam.quote_views import ModelCostView
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

QUESTION = "What is the capital of Mexico?"
MODELS = ["gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-secret"]


@pytest.fixture
async def chat_id(driver: CoreDriver, provider_server: ProviderServer) -> str:
    provider_server.models = MODELS
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    key_id = await driver.add_key(f"{provider_server.url}/v1", provider="openai")
    return (await driver.new_chat(f"{key_id}/gpt-4o")).id


async def costs(driver: CoreDriver, chat_id: str, text: str) -> dict[str, ModelCostView]:
    ready = await driver.ask(commands.AskModelCosts(1, chat_id, 0, text), events.ModelCostsReady)
    return {cost.ref.partition("/")[2]: cost for cost in ready.costs}


async def cheaper(driver: CoreDriver, chat_id: str, text: str = QUESTION) -> list[str]:
    found = await driver.ask(commands.AskCheaper(1, chat_id, 0, text), events.CheaperFound)
    return [model.ref.partition("/")[2] for model in found.models]


async def test_a_line_says_what_the_quote_would_say_after_choosing_it(
    driver: CoreDriver, chat_id: str
) -> None:
    await driver.send(chat_id, QUESTION)
    found = await costs(driver, chat_id, "And of Peru?")
    assert set(found) == set(MODELS)
    pane = driver.core.chat(chat_id).panes[0]
    for serial, model in enumerate(MODELS, start=2):
        ref = f"{pane.model_ref.partition('/')[0]}/{model}"
        await driver.ask(commands.ChooseModel(chat_id, 0, ref), events.SettingsChanged)
        quote = await driver.ask(
            commands.AskQuote(serial, chat_id, "And of Peru?"), events.QuoteReady
        )
        # What the provider has of this model in its cache is in both.
        assert found[model].likely_pusd == quote.quotes[0].likely_pusd, model


async def test_a_model_without_a_price_has_a_line_without_a_figure(
    driver: CoreDriver, chat_id: str
) -> None:
    assert (await costs(driver, chat_id, QUESTION))["gpt-secret"].likely_pusd is None


async def test_a_model_that_cannot_take_the_message_says_why(
    driver: CoreDriver, chat_id: str
) -> None:
    found = await costs(driver, chat_id, "word " * 20_000)
    assert found["gpt-4"].blocked == "length"
    assert found["gpt-4o"].blocked == ""


async def test_models_that_do_the_same_for_less_are_named(driver: CoreDriver, chat_id: str) -> None:
    assert "gpt-4o-mini" in await cheaper(driver, chat_id)
    assert "gpt-4" not in await cheaper(driver, chat_id)
    assert "gpt-secret" not in await cheaper(driver, chat_id)


async def test_a_cheaper_model_that_cannot_take_the_message_is_not_named(
    driver: CoreDriver, provider_server: ProviderServer, chat_id: str
) -> None:
    key = driver.core.shelves.keys.rows()[0]
    await driver.ask(commands.SetFavorite(f"{key.id}/gpt-4", True), events.ModelsListed)
    await driver.ask(
        commands.ChooseModel(chat_id, 0, f"{key.id}/gpt-4-32k"), events.SettingsChanged
    )
    assert "gpt-4" not in await cheaper(driver, chat_id, "word " * 20_000)


async def test_an_unused_model_is_taken_to_answer_as_long_as_the_one_in_use(
    driver: CoreDriver, chat_id: str
) -> None:
    ready = await driver.ask(commands.AskCheaper(1, chat_id, 0, QUESTION), events.CheaperFound)
    short = {model.ref: model.likely_pusd for model in ready.models}
    for number in range(5):
        await driver.send(chat_id, f"{QUESTION} {number}")
    usage = driver.core.shelves.usage.recent_outputs("gpt-4o")
    assert len(usage) == 5
    again = await driver.new_chat(f"{driver.core.shelves.keys.rows()[0].id}/gpt-4o")
    ready = await driver.ask(commands.AskCheaper(2, again.id, 0, QUESTION), events.CheaperFound)
    long = {model.ref: model.likely_pusd for model in ready.models}
    assert min(usage) < 400
    assert all(long[ref] < short[ref] for ref in long.keys() & short.keys())
    assert long.keys() & short.keys()


async def test_without_a_model_nothing_is_compared(driver: CoreDriver) -> None:
    chat = await driver.new_chat("")
    assert await cheaper(driver, chat.id) == []
