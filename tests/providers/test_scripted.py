"""The scripted provider, the demo, and programs on this computer."""

from __future__ import annotations

import httpx2
import pytest

from app.metering.usage import Certainty, Usage
from app.providers.demo import demo_answer
from app.providers.events import (
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    UsageArrived,
)
from app.providers.http import HttpClient
from app.providers.http_rules import no_connection
from app.providers.local import find_local
from app.providers.scripted import (
    Cut,
    Emit,
    End,
    Pause,
    ScriptedProvider,
    Type,
    demo_script,
    text_step,
)
from tests.providers.loopback import ask, no_sleep


async def _all(*steps: object) -> list[StreamEvent]:
    provider = ScriptedProvider(steps, sleep=no_sleep)  # type: ignore[arg-type]
    return [event async for event in provider.stream(ask())]


async def test_a_script_is_played_in_order_and_ends_once() -> None:
    usage = UsageArrived(Usage(input=1, output=2))
    events = await _all(Type("think ", thinking=True), Pause(1), text_step("Hi"), Emit(usage))
    end = Finished(Outcome.COMPLETE, "gpt-4o")
    assert events == [ThinkingArrived("think"), ThinkingArrived(" "), TextArrived("Hi"), usage, end]


async def test_typing_gives_back_every_letter() -> None:
    text = "# Title\n\n  indented *words*,\tand\n```\ncode\n```\n "
    events = await _all(Type(text))
    assert "".join(event.text for event in events if isinstance(event, TextArrived)) == text


async def test_a_cut_ends_as_broken() -> None:
    events = await _all(text_step("Hi"), Cut(), text_step("never"))
    assert [type(event) for event in events] == [TextArrived, Finished]
    assert events[-1].outcome is Outcome.BROKEN  # type: ignore[union-attr]


async def test_timing_is_the_scripts() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    provider = ScriptedProvider((Pause(3), Type("a b", words_per_s=4)), sleep=sleep)
    assert len([event async for event in provider.stream(ask())]) == 3
    assert waited == [3, 0.25, 0.25]


@pytest.mark.parametrize("words", ["hello", "cost", "code", "a table", "think", "long", "error"])
async def test_the_demo_says_that_it_is_one(words: str) -> None:
    provider = ScriptedProvider(demo_script(), sleep=no_sleep)
    events = [
        event
        async for event in provider.stream(
            ask(
                words,
                model="demo",
            )
        )
    ]
    text = "".join(event.text for event in events if isinstance(event, TextArrived))
    assert "scripted demo" in text
    usages = [event.usage for event in events if isinstance(event, UsageArrived)]
    assert all(usage.certainty is Certainty.ESTIMATED for usage in usages)
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.outcome is Outcome.BROKEN) == (words == "error")


async def test_the_demo_keeps_to_the_cap() -> None:
    from dataclasses import replace

    request = replace(ask("long"), output_tokens_max=20)
    provider = ScriptedProvider(demo_script(), sleep=no_sleep)
    events = [event async for event in provider.stream(request)]
    assert sum(len(e.text) for e in events if isinstance(e, TextArrived)) == 80
    assert events[-1] == Finished(Outcome.LENGTH, "gpt-4o")


async def test_programs_on_this_computer_are_found_with_their_models() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.port == 11434:
            return httpx2.Response(200, json={"models": [{"model": "qwen3:8b"}]})
        if request.url.port == 8080:
            return httpx2.Response(200, text="<html>some other program</html>")
        raise httpx2.ConnectError("refused")

    found = await find_local(HttpClient(transport=httpx2.MockTransport(answer)))
    assert [(local.host.id, local.models) for local in found] == [("ollama", ("qwen3:8b",))]


def test_an_end_can_be_any_outcome() -> None:
    assert End(Outcome.REFUSED).outcome is Outcome.REFUSED


STARTERS = (
    ("Explain how a database lock works, with a small example.", "```sql"),
    ("Help me write a short and friendly letter.", "Kind regards"),
    ("Plan a dinner for six with what is in season.", "Dessert"),
    ("Erkläre Datenbanksperren mit einem kleinen Beispiel.", "Sperre"),
    ("Hilf mir, einen kurzen, freundlichen Brief zu schreiben.", "Herzliche Grüße"),
    ("Plane ein Abendessen für sechs mit Zutaten der Saison.", "Nachtisch"),
)


@pytest.mark.parametrize(("question", "word"), STARTERS)
def test_the_demo_answers_the_starters(question: str, word: str) -> None:
    assert word in demo_answer(question).text


@pytest.mark.parametrize("question", [*(question for question, _ in STARTERS), "error", "long"])
def test_the_demo_goes_on_where_it_was_stopped(question: str) -> None:
    answer = demo_answer(question)
    whole = answer.text + answer.rest
    for end in range(1, len(whole), 37):
        assert whole[:end] + answer.after(whole[:end]).text == whole


@pytest.mark.parametrize("place", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_a_program_that_does_not_run_is_not_the_internets_fault(place: str) -> None:
    fault = no_connection(place)
    assert place in fault.message
    assert "internet" not in fault.advice
    assert "internet" in no_connection("api.openai.com").advice
