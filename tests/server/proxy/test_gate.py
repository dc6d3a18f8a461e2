"""Who may stream: the bound, the queue, premium first, and nobody lost on the way."""

from __future__ import annotations

import asyncio

import pytest

from app.server.errors import Refused
from app.server.proxy.gate import Gate
from app.server.settings import Limits


def gate(streams: int = 1, queue: int = 2, queue_s: float = 30.0) -> Gate:
    return Gate(Limits(streams=streams, queue=queue, queue_s=queue_s))


async def waiting(gate: Gate, name: str, order: list[str], *, priority: bool) -> None:
    await gate.enter(priority=priority)
    order.append(name)


async def settled() -> None:
    """Until everybody stands where they can get."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_premium_goes_in_before_those_who_came_earlier() -> None:
    place, order = gate(), list[str]()
    await place.enter(priority=False)
    tasks = [
        asyncio.create_task(waiting(place, "early", order, priority=False)),
        asyncio.create_task(waiting(place, "premium", order, priority=True)),
    ]
    await settled()
    for _ in range(3):
        place.leave()
        await settled()
    await asyncio.gather(*tasks)
    assert order == ["premium", "early"]
    assert place.inside == 0


async def test_a_full_queue_is_told_when_to_come_again() -> None:
    place = gate(queue=0)
    await place.enter(priority=False)
    with pytest.raises(Refused) as refused:
        await place.enter(priority=False)
    assert refused.value.status == 429
    assert int(refused.value.headers["Retry-After"]) > 0


async def test_premium_takes_the_place_of_the_newest_in_a_full_queue() -> None:
    place, order = gate(queue=2), list[str]()
    await place.enter(priority=False)
    first = asyncio.create_task(waiting(place, "first", order, priority=False))
    await settled()
    newest = asyncio.create_task(waiting(place, "newest", order, priority=False))
    await settled()
    premium = asyncio.create_task(waiting(place, "premium", order, priority=True))
    with pytest.raises(Refused):
        await newest
    place.leave()
    place.leave()
    await asyncio.gather(first, premium)
    assert order == ["premium", "first"]


async def test_who_waits_too_long_is_refused_and_leaves_no_place_behind() -> None:
    place = gate(queue_s=0.0)
    await place.enter(priority=False)
    with pytest.raises(Refused):
        await place.enter(priority=False)
    assert place.waiting == 0
    place.leave()
    assert place.inside == 0


async def test_who_goes_away_at_the_moment_of_being_let_in_gives_the_place_on() -> None:
    place, order = gate(), list[str]()
    await place.enter(priority=False)
    leaving = asyncio.create_task(waiting(place, "leaving", order, priority=False))
    await settled()
    staying = asyncio.create_task(waiting(place, "staying", order, priority=False))
    await settled()
    place.leave()  # lets "leaving" in, which has not run yet
    leaving.cancel()
    await asyncio.wait([leaving, staying])
    assert order == ["staying"]
    place.leave()
    assert place.inside == 0


async def test_never_more_are_inside_than_may_be() -> None:
    place, most = gate(streams=5, queue=200), 0

    async def one(number: int) -> None:
        nonlocal most
        await place.enter(priority=number % 3 == 0)
        most = max(most, place.inside)
        await asyncio.sleep(0)
        place.leave()

    await asyncio.gather(*(one(number) for number in range(100)))
    assert most == 5
    assert place.inside == 0
