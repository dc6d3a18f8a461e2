"""The provider's own count of a draft: only where wanted, after a pause, and never an error."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.chat import exact_counts
from app.chat.exact_counts import ExactCounts
from app.chat.routes import Route
from app.clock import Clock
from app.config import Config
from app.request import ChatRequest, RequestMessage, Role, TextPart
from app.seam import commands, events
from app.seam.quote_views import QuoteView
from app.seam.views import Certainty
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, Reply

DRAFT = "How much will this message cost?"
COUNTED = Reply(
    b'{"object": "response.input_tokens", "input_tokens": 2947}', 200, "application/json"
)


@dataclass
class Desk:
    """Exact counts over a real core's routes, with a pause that the test ends."""

    driver: CoreDriver
    server: ProviderServer
    route: Route
    counts: ExactCounts
    wanted: bool = True
    at_s: float = 1000.0
    slept: list[float] = field(default_factory=list)
    pause_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.pause_over.wait()

    async def ask(self, text: str = DRAFT, route: Route | None = None) -> bool:
        self.pause_over.set()
        return await self.counts.ask([(route or self.route, self.request(text, route))])

    def request(self, text: str = DRAFT, route: Route | None = None) -> ChatRequest:
        messages = (RequestMessage(Role.USER, (TextPart(text),)),)
        return ChatRequest((route or self.route).model_id, messages, 100)

    def known(self, text: str = DRAFT) -> int | None:
        return self.counts.known(self.route, self.request(text))


async def make_desk(
    driver: CoreDriver, server: ProviderServer, *, provider: str = "openai", offline: bool = False
) -> Desk:
    server.replies = [COUNTED]
    key_id = await driver.add_key(f"{server.url}/v1", provider=provider)
    routes = driver.core.routes
    route = routes.find(f"{key_id}/gpt-4o")
    desk = Desk(driver, server, route, ExactCounts(routes, lambda: True, Clock()))
    clock = Clock(monotonic=lambda: desk.at_s)
    desk.counts = ExactCounts(routes, lambda: desk.wanted, clock, offline=offline, sleep=desk.sleep)
    return desk


@pytest.fixture
async def desk(driver: CoreDriver, provider_server: ProviderServer) -> Desk:
    return await make_desk(driver, provider_server)


async def test_after_a_pause_the_providers_figure_is_known(desk: Desk) -> None:
    assert await desk.ask()
    assert desk.slept == [exact_counts.PAUSE_S]
    assert desk.known() == 2947
    (asked,) = desk.server.posts
    assert asked.path == "/v1/responses/input_tokens"
    assert DRAFT.encode() in asked.body
    assert "max_output_tokens" not in json.loads(asked.body)


async def test_nothing_leaves_where_it_is_not_wanted(desk: Desk) -> None:
    desk.wanted = False
    assert not await desk.ask()
    assert (desk.slept, desk.server.posts) == ([], [])


async def test_nothing_leaves_while_somebody_types(desk: Desk) -> None:
    asking = asyncio.create_task(
        desk.counts.ask([(desk.route, desk.request("a draft that is half"))])
    )
    while not desk.slept:
        await asyncio.sleep(0)
    desk.counts.give_up()
    desk.pause_over.set()
    assert not await asking
    assert desk.server.posts == []


async def test_a_newer_question_takes_the_older_ones_place(desk: Desk) -> None:
    older = asyncio.create_task(desk.counts.ask([(desk.route, desk.request("older"))]))
    while not desk.slept:
        await asyncio.sleep(0)
    assert await desk.ask("newer")
    assert not await older
    assert [b"newer" in asked.body for asked in desk.server.posts] == [True]


async def test_the_same_message_is_asked_about_once(desk: Desk) -> None:
    await desk.ask()
    assert not await desk.ask()
    assert len(desk.server.posts) == 1


async def test_offline_nobody_is_asked(driver: CoreDriver, provider_server: ProviderServer) -> None:
    desk = await make_desk(driver, provider_server, offline=True)
    await desk.ask()
    assert desk.server.posts == []
    assert "offline" in desk.counts.why_not(desk.route)


async def test_a_host_without_a_counter_is_not_asked(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    desk = await make_desk(driver, provider_server, provider="custom")
    assert await desk.ask()
    assert desk.server.posts == []
    assert "no free counter" in desk.counts.why_not(desk.route)


async def test_a_message_that_is_very_long_is_not_sent_to_be_counted(desk: Desk) -> None:
    await desk.ask("x" * (exact_counts.BYTES_MAX + 1))
    assert desk.server.posts == []
    assert "too long" in desk.counts.why_not(desk.route)


async def test_a_key_is_asked_a_few_times_a_minute_only(desk: Desk) -> None:
    for number in range(exact_counts.ASKED_A_MINUTE_MAX + 5):
        await desk.ask(f"draft {number}")
    assert len(desk.server.posts) == exact_counts.ASKED_A_MINUTE_MAX
    desk.at_s += 61
    assert await desk.ask("a minute later")
    assert desk.known("a minute later") == 2947


async def test_after_a_refusal_the_key_has_a_minutes_rest_and_the_reason_is_kept(
    desk: Desk,
) -> None:
    refusal = b'{"error": {"message": "Rate limit reached"}}'
    desk.server.replies = [Reply(refusal, 429, "application/json"), COUNTED]
    await desk.ask()
    first = len(desk.server.posts)
    assert desk.known() is None
    assert desk.counts.why_not(desk.route)
    await desk.ask("again at once")
    assert len(desk.server.posts) == first
    desk.at_s += exact_counts.REST_S + 1
    assert await desk.ask("later")
    assert desk.known("later") == 2947
    assert desk.counts.why_not(desk.route) == ""


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b'{"error": {"message": "Not found"}}', 404, "application/json"),
        Reply(b'{"total": 5}', 200, "application/json"),
        Reply(b'{"input_tokens": -5}', 200, "application/json"),
        Reply(b"<html>Sign in</html>", 200, "text/html"),
    ],
    ids=["no such place", "no figure", "a figure that cannot be", "somebody else"],
)
async def test_a_provider_that_does_not_count_is_not_asked_again(desk: Desk, reply: Reply) -> None:
    desk.server.replies = [reply]
    await desk.ask()
    await desk.ask("and again")
    assert len(desk.server.posts) == 1
    assert desk.known() is None
    assert "does not count" in desk.counts.why_not(desk.route)


async def test_two_models_of_a_key_are_counted_each_for_itself(desk: Desk) -> None:
    other = desk.driver.core.routes.find(desk.route.ref + "-mini")
    await desk.ask()
    assert desk.counts.known(other, desk.request()) is None
    assert await desk.ask(route=other)
    assert len(desk.server.posts) == 2


async def quoted(driver: CoreDriver, chat_id: str, serial: int) -> QuoteView:
    ready = await driver.ask(commands.AskQuote(serial, chat_id, DRAFT), events.QuoteReady)
    return ready.quotes[0]


async def chat_with(driver: CoreDriver, server: ProviderServer) -> str:
    server.replies = [COUNTED]
    key_id = await driver.add_key(f"{server.url}/v1", provider="openai")
    return (await driver.new_chat(f"{key_id}/gpt-4o")).id


async def test_a_quote_becomes_exact_in_the_window_where_the_user_wants_it(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    await driver.ask(
        commands.ChangeSettings((("count_with_provider", True),)), events.SettingsChanged
    )
    estimated = await quoted(driver, chat_id, 1)
    assert estimated.input_certainty is Certainty.ESTIMATED
    assert estimated.input_spread > 0
    exact = await driver.wait_for(
        events.QuoteReady, lambda event: event.quotes[0].input_certainty is Certainty.EXACT
    )
    assert exact.serial == 1
    quote = exact.quotes[0]
    assert (quote.input_tokens, quote.input_spread) == (2947, 0)
    assert quote.parts is not None
    assert quote.parts.message == 2947
    assert quote.likely_pusd is not None
    assert quote.likely_pusd > (estimated.likely_pusd or 0)


async def test_after_the_provider_counted_only_what_is_typed_since_is_an_estimate(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await chat_with(driver, provider_server)
    await driver.ask(
        commands.ChangeSettings((("count_with_provider", True),)), events.SettingsChanged
    )
    await quoted(driver, chat_id, 1)
    await driver.wait_for(
        events.QuoteReady, lambda event: event.quotes[0].input_certainty is Certainty.EXACT
    )
    ready = await driver.ask(
        commands.AskQuote(2, chat_id, f"{DRAFT} And of the next one?"), events.QuoteReady
    )
    quote = ready.quotes[0]
    assert quote.input_certainty is Certainty.ESTIMATED
    assert 2947 < quote.input_tokens < 2960
    assert quote.input_spread == 2


@pytest.mark.parametrize("config", [Config(), Config(offline=True)], ids=["not wanted", "offline"])
async def test_no_draft_leaves_the_computer_unless_it_is_wanted_and_online(
    tmp_path: Path, provider_server: ProviderServer, config: Config
) -> None:
    driver = CoreDriver(tmp_path, replace(config))
    await driver.open()
    chat_id = await chat_with(driver, provider_server)
    if config.offline:
        await driver.ask(
            commands.ChangeSettings((("count_with_provider", True),)), events.SettingsChanged
        )
    quote = await quoted(driver, chat_id, 1)
    assert quote.input_certainty is Certainty.ESTIMATED
    if config.offline:
        again = await driver.wait_for(
            events.QuoteReady, lambda event: bool(event.quotes[0].not_exact)
        )
        assert "offline" in again.quotes[0].not_exact
    await driver.close()
    assert provider_server.posts == []
