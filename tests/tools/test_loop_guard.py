"""What ends a tool loop: the guard by count and by cost, a budget, and tools that misbehave."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from app.money import usd_text
from app.request import ToolSpec
from app.seam import assistants, budgets, commands, events
from app.seam.views import MessageState
from app.tools.calculator import Calculator
from app.tools.tool import Arguments
from app.tools.toolbox import Toolbox
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer
from tests.tools.chats import (
    assert_books_add_up,
    bodies,
    chat_with_tools,
    receipt_of,
    settled,
)
from tests.tools.wire_traffic import Call, OpenAIChat

CHAT = OpenAIChat()


@dataclass(frozen=True, slots=True)
class Odd:
    """A tool that hangs, or says without end."""

    letters: int = 0
    title: str = "Odd"
    about: str = ""
    asks_first: bool = False
    spec: ToolSpec = field(default=ToolSpec("odd", "Odd.", '{"type": "object", "properties": {}}'))
    time_limit_s: float = 0.2
    letters_max: int = 1_000

    def asks_about(self, arguments: Arguments) -> str:
        return ""

    async def run(self, arguments: Arguments) -> str:
        if not self.letters:
            await asyncio.Event().wait()
        return "x" * self.letters


async def set_guard(driver: CoreDriver, calls: int, cost: str) -> None:
    saved = await driver.ask(budgets.SetGuard(1, 10, "0.05", calls, cost), budgets.BudgetSaved)
    assert saved.kept, saved


async def budget(driver: CoreDriver, scope: str, pusd: int, subject: str = "") -> None:
    order = budgets.SaveBudget(1, scope, usd_text(pusd), True, subject_id=subject)
    saved = await driver.ask(order, budgets.BudgetSaved)
    assert saved.kept, saved


async def test_the_guard_stops_a_loop_at_its_number_of_calls_and_says_so_with_figures(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call())]
    chat_id = await chat_with_tools(driver, provider_server)
    await set_guard(driver, 4, "1")
    answer = await driver.send(chat_id, "For ever")
    assert len(provider_server.posts) == 4
    assert answer.state is MessageState.COMPLETE
    assert answer.fault is not None
    assert answer.fault.kind == "LoopStopped"
    assert answer.fault.message.startswith(
        "Stopped after 4 calls, the most for one message. They cost $0.00"
    )
    assert answer.fault.action == "continue"
    assert "Continue" in answer.fault.advice
    assert len(receipt_of(driver, answer.id).calls) == 4
    assert [call.result for call in answer.tool_calls] == ["42"] * 4
    assert_books_add_up(driver)


async def test_the_guard_stops_a_loop_before_the_call_that_could_cost_too_much(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call(), usage=(150, 1_000))]
    chat_id = await chat_with_tools(driver, provider_server)
    await set_guard(driver, 100, "0.2")
    answer = await driver.send(chat_id, "For ever")
    receipt = receipt_of(driver, answer.id)
    # A call costs $0.0104 and could cost up to $0.08: after the next one it could be too much.
    assert receipt.total_pusd is not None
    assert receipt.total_pusd <= 200_000_000_000
    assert 2 < len(receipt.calls) < 100
    assert answer.fault is not None
    assert "the next one can cost" in answer.fault.message
    assert "one message may cost $0.20" in answer.fault.message
    assert_books_add_up(driver)


async def test_continue_goes_on_from_what_the_tools_said_and_counts_anew(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [
        CHAT.calling(Call(id="c1")),
        CHAT.calling(Call(id="c2")),
        CHAT.saying("It is 42."),
    ]
    chat_id = await chat_with_tools(driver, provider_server)
    await set_guard(driver, 2, "1")
    stopped = await driver.send(chat_id, "6*7?")
    assert stopped.fault is not None
    seen = len(driver.heard)
    driver.dispatcher.take(commands.ContinueAnswer(chat_id, 0, stopped.id))
    answer = await settled(driver, chat_id, seen)
    assert (answer.text, answer.fault) == ("It is 42.", None)
    roles = [message["role"] for message in bodies(provider_server)[2]["messages"]]  # type: ignore[union-attr]
    assert roles == ["user", "assistant", "tool", "assistant", "tool"]
    assert len(receipt_of(driver, answer.id).calls) == 3
    assert_books_add_up(driver)


async def test_a_model_without_a_known_price_makes_fewer_calls(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    wire = OpenAIChat()
    provider_server.models = ["mystery-1"]
    provider_server.replies = [wire.calling(Call())]
    key_id = await driver.add_key(f"{provider_server.url}/v1")
    chat = await driver.new_chat(f"{key_id}/mystery-1")
    await driver.ask(assistants.ChooseTools(chat.id, ("calculator",)), assistants.SetupShown)
    answer = await driver.send(chat.id, "For ever")
    assert answer.fault is not None
    assert "the price of this model is not known" in answer.fault.message
    assert 1 < len(provider_server.posts) <= 7


@pytest.mark.parametrize("scope", ["day", "chat"])
async def test_a_budget_is_held_against_before_each_call_of_a_loop(
    driver: CoreDriver, provider_server: ProviderServer, scope: str
) -> None:
    provider_server.replies = [CHAT.calling(Call(), usage=(150, 1_000))]
    chat_id = await chat_with_tools(driver, provider_server)
    limit = 100_000_000_000
    await budget(driver, scope, limit, chat_id if scope == "chat" else "")
    answer = await driver.send(chat_id, "For ever")
    receipt = receipt_of(driver, answer.id)
    assert answer.fault is not None
    assert answer.fault.kind == "BudgetReached"
    assert answer.fault.action == "budgets"
    assert receipt.total_pusd is not None
    assert 0 < receipt.total_pusd <= limit
    assert len(receipt.calls) > 2
    assert_books_add_up(driver)


async def test_of_a_burst_of_loops_no_more_leaves_than_the_budget_covers(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call(), usage=(150, 1_000))]
    first = await chat_with_tools(driver, provider_server)
    limit = 400_000_000_000
    await budget(driver, "day", limit)
    panes = driver.core.chat(first).panes
    chats = [driver.core.shelves.chats.create(f"c{n}", "Chat", panes) for n in range(20)]
    for chat in chats:
        driver.core.tools.desk.choose_tools(chat.id, ("calculator",))
        driver.dispatcher.take(commands.SendMessage(chat.id, (0,), "For ever"))
    ended: set[str] = set()

    def counts(event: events.Event) -> bool:
        if isinstance(event, events.SendRefused):
            ended.add(event.chat_id)
        if isinstance(event, events.MessageChanged) and event.settled:
            ended.add(event.chat_id)
        return len(ended) == 20

    await driver.wait_for(events.SendRefused | events.MessageChanged, counts)  # type: ignore[type-var,arg-type]
    spent = driver.core.shelves.database.rows("SELECT sum(cost_pusd) FROM usage")[0][0]
    assert 0 < spent <= limit
    assert_books_add_up(driver)


async def test_an_assistants_budget_stops_its_loop_and_leaves_other_chats_alone(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [CHAT.calling(Call(), usage=(150, 1_000))]
    chat_id = await chat_with_tools(driver, provider_server)
    saved = await driver.ask(
        assistants.SaveAssistant(1, "Tutor", instructions="Be brief.", tools=("calculator",)),
        assistants.AssistantSaved,
    )
    assert saved.kept, saved
    await driver.ask(assistants.ChooseAssistant(chat_id, saved.assistant_id), assistants.SetupShown)
    limit = 100_000_000_000
    await budget(driver, "assistant", limit, saved.assistant_id)
    answer = await driver.send(chat_id, "For ever")
    system = bodies(provider_server)[0]["messages"][0]  # type: ignore[index]
    assert (system["role"], system["content"]) == ("system", "Be brief.")
    assert answer.fault is not None
    assert "budget for this assistant" in answer.fault.message
    total = receipt_of(driver, answer.id).total_pusd
    assert total is not None
    assert total <= limit
    listed = await driver.ask(assistants.AskAssistants(), assistants.AssistantsListed)
    assert listed.assistants[0].spent_pusd == total
    provider_server.replies = [CHAT.saying("Hello.")]
    other = await driver.new_chat(driver.core.chat(chat_id).panes[0].model_ref)
    assert (await driver.send(other.id, "Hello")).fault is None
    assert_books_add_up(driver)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (Call(arguments="6*7"), "The arguments are not JSON"),
        (Call(arguments='{"expression": '), "The arguments are not JSON"),
        (Call(arguments="[" * 5_000), "nested deeper than 12 levels"),
        (Call(arguments='["6*7"]'), "must be a JSON object"),
        (Call(arguments='{"expression": 42}'), "must be of type string"),
        (Call(arguments='{"expr": "6*7"}'), "There is no argument “expr”"),
        (Call(arguments="{}"), "The argument “expression” is missing"),
        (Call(arguments='{"expression": "' + "1+" * 20_000 + '1"}'), "longer than 20,000"),
        (Call(name="format_disk"), "There is no tool “format_disk”. There are: calculator"),
        (Call(arguments='{"expression": "9^9^9^9"}'), "The numbers become too large"),
        (Call(arguments='{"expression": NaN}'), "not JSON"),
    ],
)
async def test_what_a_model_asks_wrongly_becomes_a_result_that_it_can_read(
    driver: CoreDriver, provider_server: ProviderServer, call: Call, said: str
) -> None:
    provider_server.replies = [CHAT.calling(call), CHAT.saying("I see.")]
    chat_id = await chat_with_tools(driver, provider_server, tools=("calculator",))
    answer = await driver.send(chat_id, "Go")
    assert answer.text == "I see."
    assert answer.tool_calls[0].failed
    result = CHAT.result_in(bodies(provider_server)[1])
    assert said in result
    assert result == answer.tool_calls[0].result


async def test_a_tool_that_hangs_is_given_up_and_one_without_end_is_cut(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    for odd, said in ((Odd(), "took longer than 0.2 seconds"), (Odd(10**6), "1,000,000 char")):
        driver.core.turns._loop.toolbox = Toolbox((Calculator(), odd))
        driver.core.tools.setups._toolbox = driver.core.turns._loop.toolbox
        provider_server.replies = [CHAT.calling(Call("odd", "{}")), CHAT.saying("I see.")]
        chat_id = await chat_with_tools(driver, provider_server, tools=())
        driver.core.shelves.setups.choose_tools(chat_id, ("odd",))
        answer = await driver.send(chat_id, "Go")
        result = answer.tool_calls[0].result
        assert result is not None
        assert said in result
        assert len(result) < 1_200


async def test_more_calls_at_once_than_anybody_needs_are_not_all_run(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    calls = [Call(id=f"c{place}") for place in range(40)]
    provider_server.replies = [CHAT.calling(*calls), CHAT.saying("I see.")]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "Go")
    assert sum(not call.failed for call in answer.tool_calls) == 16
    asked = bodies(provider_server)[1]["messages"]
    assert sum(message["role"] == "tool" for message in asked) == 40  # type: ignore[union-attr]


async def test_arguments_that_were_cut_off_by_the_length_are_not_run(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    reply = CHAT.calling(Call(arguments='{"expression": "6*'))
    reply.body = reply.body.replace(b'"finish_reason": "tool_calls"', b'"finish_reason": "length"')
    provider_server.replies = [reply]
    chat_id = await chat_with_tools(driver, provider_server)
    answer = await driver.send(chat_id, "Go")
    assert len(provider_server.posts) == 1
    assert answer.fault is not None
    assert answer.fault.kind == "LengthReached"
