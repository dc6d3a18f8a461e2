"""Another route where one fails before its first token: one after the other, nothing left open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from app.errors import ContentRefused, ProviderDown, ProviderUnreachable
from app.metering.usage import Usage
from app.providers.events import (
    Begun,
    Fault,
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    UsageArrived,
)
from app.providers.failover import Attempt, Route, stream_with_failover
from app.providers.http import HttpClient
from app.providers.scripted import Cut, Emit, Fail, ScriptedProvider, text_step
from tests.providers.loopback import Answers, ask, no_sleep, provider_at

DOWN = ProviderDown("down")


async def _failover(*scripts: tuple[object, ...]) -> tuple[list[StreamEvent], list[Attempt]]:
    told: list[Attempt] = []
    events = [event async for event in stream_with_failover(_routes(*scripts), told.append)]
    return events, told


async def _routes(*scripts: tuple[object, ...]) -> AsyncIterator[Route]:
    for script in scripts:
        yield Route(ScriptedProvider(script, sleep=no_sleep), ask())  # type: ignore[arg-type]


async def test_another_route_answers_and_both_attempts_are_told() -> None:
    events, told = await _failover((Fail(DOWN),), (text_step("Hi"),))
    assert events[0] == TextArrived("Hi")
    assert [(a.place, a.fault.kind if a.fault else None) for a in told] == [
        (0, "ProviderDown"),
        (1, None),
    ]


async def test_an_error_inside_a_200_before_any_token_is_tried_elsewhere() -> None:
    events, told = await _failover((Cut(Fault("RateLimited", "slow")),), (text_step("Hi"),))
    assert events[0] == TextArrived("Hi")
    assert len(told) == 2


async def test_the_name_of_a_record_is_no_answer_yet() -> None:
    slow = Cut(Fault("RateLimited", "slow"))
    events, told = await _failover((Emit(Begun("gen-1")), slow), (text_step("Hi"),))
    assert events[:2] == [Begun("gen-1"), TextArrived("Hi")]
    assert len(told) == 2


async def test_after_the_first_token_nothing_is_tried_elsewhere() -> None:
    events, told = await _failover((text_step("Hi"), Cut()), (text_step("never"),))
    assert TextArrived("never") not in events
    assert len(told) == 1


@pytest.mark.parametrize("error", [ContentRefused("no"), ProviderUnreachable("lost", billed=None)])
async def test_what_another_route_cannot_mend_or_may_be_billed_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        await _failover((Fail(error),), (text_step("never"),))  # type: ignore[arg-type]


async def test_the_last_fault_is_raised_where_nobody_answers() -> None:
    with pytest.raises(ProviderDown):
        await _failover((Fail(DOWN),), (Fail(DOWN),))


async def test_where_the_last_route_fails_inside_its_answer_the_end_is_told() -> None:
    events, told = await _failover((Fail(DOWN),), (Cut(Fault("RateLimited", "slow")),))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.outcome is Outcome.BROKEN
    assert [attempt.place for attempt in told] == [0, 1]


async def test_figures_of_the_prompt_come_at_once_and_end_the_search() -> None:
    read = UsageArrived(Usage(input=7))
    events, told = await _failover(
        (Emit(read), Cut(Fault("RateLimited", "slow"))), (text_step("no"),)
    )
    assert events[0] == read
    assert len(told) == 1


async def test_no_other_route_is_wanted_while_the_first_one_answers() -> None:
    wanted: list[int] = []

    async def routes() -> AsyncIterator[Route]:
        for place in range(3):
            wanted.append(place)
            script = (Fail(DOWN),) if place == 0 else (text_step("Hi"),)
            yield Route(ScriptedProvider(script, sleep=no_sleep), ask())

    async for event in stream_with_failover(routes(), lambda attempt: None):
        assert wanted == [0, 1], event


class OpenLine(httpx2.AsyncByteStream):
    """A body that says an error and then nothing more, for as long as it is held open."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'data: {"error": {"message": "slow down", "code": 429}}\n\n'
        while True:
            yield b": still here\n"

    async def aclose(self) -> None:
        self.closed = True


async def test_a_stream_that_is_left_is_closed_before_the_next_route_is_asked() -> None:
    line = OpenLine()
    headers = {"content-type": "text/event-stream"}
    http = HttpClient(transport=Answers(httpx2.Response(200, headers=headers, stream=line)))
    closed_when_asked: list[bool] = []

    async def routes() -> AsyncIterator[Route]:
        yield Route(provider_at("https://api.openai.com/v1", http), ask())
        yield Route(ScriptedProvider((text_step("Hi"),), sleep=no_sleep), ask())

    stream = stream_with_failover(
        routes(), lambda attempt: None, lambda place: closed_when_asked.append(line.closed)
    )
    events = [event async for event in stream]
    assert events[0] == TextArrived("Hi")
    assert closed_when_asked == [False, True]


async def test_who_leaves_the_whole_leaves_nothing_open() -> None:
    class EndlessLine(OpenLine):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b'data: {"choices":[{"delta":{"content":"word "}}]}\n\n'

    line = EndlessLine()
    headers = {"content-type": "text/event-stream"}
    http = HttpClient(transport=Answers(httpx2.Response(200, headers=headers, stream=line)))
    stream = provider_at("https://api.openai.com/v1", http).stream(ask())
    assert await anext(aiter(stream)) == TextArrived("word ")
    await stream.aclose()  # type: ignore[attr-defined]
    assert line.closed
