"""Another route to the same model, before the first token only; every attempt is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from app.errors import (
    KeyRefused,
    ModelUnknown,
    OutOfProviderCredit,
    ProviderDown,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
)
from app.providers.client import Provider
from app.providers.events import (
    Fault,
    Finished,
    Outcome,
    Paused,
    Resumed,
    StreamEvent,
    UsageArrived,
)
from app.providers.faults import fault_from
from app.request import ChatRequest

_ANOTHER_MAY_DO = (
    RateLimited,
    ProviderDown,
    ProviderUnreachable,
    OutOfProviderCredit,
    ModelUnknown,
    KeyRefused,
)
_KINDS = frozenset(kind.__name__ for kind in _ANOTHER_MAY_DO)


@dataclass(frozen=True, slots=True)
class Route:
    """A provider and the request in its names (models have other names elsewhere)."""

    provider: Provider
    request: ChatRequest


@dataclass(frozen=True, slots=True)
class Attempt:
    """A route that was tried. `fault` None: this one answered. `billed` None: nobody knows."""

    place: int
    host: str
    fault: Fault | None
    billed: bool | None = False


async def stream_with_failover(
    routes: Sequence[Route],
    told: Callable[[Attempt], None],
    asked: Callable[[int], None] = lambda place: None,
) -> AsyncIterator[StreamEvent]:
    """The answer of the first route that gives one; `told` hears of each attempt when it ends.

    `asked` hears of each route's place before it is asked.

    Raises the last route's ProviderError where none answered. A fault that another route cannot
    mend, or a request that may have been billed, is not tried elsewhere.
    """
    for place, route in enumerate(routes):
        last = place + 1 == len(routes)
        asked(place)
        try:
            held: list[StreamEvent] = []
            answered = False
            async for event in route.provider.stream(route.request):
                if isinstance(event, Paused | Resumed):
                    yield event
                    continue
                if not answered and not last and _failed_at_once(event, held):
                    break
                if not answered and isinstance(event, UsageArrived) and not last:
                    held.append(event)  # figures of the prompt come before any word
                    continue
                if not answered:
                    answered = True
                    told(Attempt(place, route.provider.host.name, _fault_of(event)))
                    for earlier in held:
                        yield earlier
                yield event
            if answered:
                return
            told(Attempt(place, route.provider.host.name, _fault_of(event), None))
        except ProviderError as error:
            told(Attempt(place, route.provider.host.name, fault_from(error), error.billed))
            if last or error.billed is None or not isinstance(error, _ANOTHER_MAY_DO):
                raise


def _failed_at_once(event: StreamEvent, held: Sequence[StreamEvent]) -> bool:
    """The end came first, with a fault that another route may not have, and nothing was used."""
    return (
        isinstance(event, Finished)
        and event.outcome is Outcome.BROKEN
        and not held
        and event.fault is not None
        and event.fault.kind in _KINDS
    )


def _fault_of(event: StreamEvent) -> Fault | None:
    return event.fault if isinstance(event, Finished) else None
