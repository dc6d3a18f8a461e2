"""Connections to a provider that were kept, and what the other side did with them meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.errors import NotTheProvider, ProviderUnreachable
from app.providers import http_aiohttp
from app.providers.http_aiohttp import AiohttpDoor
from tests.providers.lines import Act, after_a_while, begin, leave, lines, reset
from tests.providers.loopback import QUICK
from tests.providers.test_doors import post


@pytest.fixture
async def aio() -> AsyncIterator[AiohttpDoor]:
    http = AiohttpDoor(timeouts=QUICK)
    yield http
    await http.aclose()


@pytest.mark.parametrize("act", [leave, reset])
async def test_a_kept_line_that_was_left_is_tried_once_more_on_a_fresh_one(
    aio: AiohttpDoor, act: object
) -> None:
    async with lines({1: act}) as place:  # type: ignore[dict-item]
        for _ in range(3):
            async with aio.open(post(place.url)) as answered:
                assert await answered.body() == b"{}"
        connections = [connection for connection, _ in place.requests]
        assert connections[:3] == [0, 0, 1]
        assert all(sent.endswith(b'{"a":1}') for _, sent in place.requests)


@pytest.mark.parametrize("act", [leave, reset])
async def test_a_kept_line_on_which_the_answer_was_waited_for_is_not_asked_twice(
    aio: AiohttpDoor, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other side had the request, and may have charged for it."""
    monkeypatch.setattr(http_aiohttp, "DEAD_WITHIN_S", 0.1)
    async with lines({1: after_a_while(act)}) as place:
        await lost_on_a_kept_line(aio, place.url)
        assert [connection for connection, _ in place.requests] == [0, 0]


async def test_the_second_try_is_the_last(aio: AiohttpDoor) -> None:
    async with lines({1: leave, 2: leave}) as place:
        await lost_on_a_kept_line(aio, place.url)
        assert len(place.requests) == 3


@pytest.mark.parametrize("then", [leave, reset])
async def test_after_the_first_byte_nothing_is_sent_again(aio: AiohttpDoor, then: object) -> None:
    async with lines({1: begin(then)}) as place:  # type: ignore[arg-type]
        async with aio.open(post(place.url)) as answered:
            await answered.body()
        with pytest.raises((ProviderUnreachable, NotTheProvider)) as raised:
            async with aio.open(post(place.url)):
                pass
        assert raised.value.billed is None
        assert len(place.requests) == 2


async def lost_on_a_kept_line(aio: AiohttpDoor, url: str) -> None:
    """Two requests; the second is told as lost, and nobody knows whether it was charged."""
    async with aio.open(post(url)) as answered:
        await answered.body()
    with pytest.raises(ProviderUnreachable, match="lost before an answer") as raised:
        async with aio.open(post(url)):
            pass
    assert raised.value.billed is None
