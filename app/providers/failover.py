"""Another route to the same model, before the first token only; every attempt is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
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
from app.providers.closing import closed_after
from app.providers.events import (
    Begun,
    Fault,
    Finished,
    Outcome,
    Paused,
    Resumed,
    StreamEvent,
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
    routes: AsyncIterator[Route],
    told: Callable[[Attempt], None],
    asked: Callable[[int], None] = lambda place: None,
) -> AsyncIterator[StreamEvent]:
    """The answer of the first route that gives one; `told` hears of each attempt when it ends.

    The next route is wanted only when one has failed: until then its key is not read. `asked`
    hears of each route's place before it is asked.

    Raises the last route's ProviderError where none answered. A fault that another route cannot
    mend, or a request that may have been billed, is not tried elsewhere.
    """
    place, route = 0, await anext(routes, None)
    while route is not None:
        asked(place)
        answered, failed, refused = False, None, None
        try:
            async with closed_after(route.provider.stream(route.request)) as stream:
                async for event in stream:
                    if not answered and _failed_at_once(event):
                        failed = event
                        break
                    if not answered and not isinstance(event, Begun | Paused | Resumed):
                        answered = True  # with figures of the prompt too: somebody pays for them
                        told(Attempt(place, route.provider.host.name, _fault_of(event)))
                    yield event
        except ProviderError as error:
            told(Attempt(place, route.provider.host.name, fault_from(error), error.billed))
            if error.billed is None or not isinstance(error, _ANOTHER_MAY_DO):
                raise
            refused = error
        else:
            if failed is None:
                return
            told(Attempt(place, route.provider.host.name, _fault_of(failed), None))
        place, route = place + 1, await anext(routes, None)
        if route is None and refused is not None:
            raise refused
        if route is None and failed is not None:
            yield failed


def _failed_at_once(event: StreamEvent) -> bool:
    """The end came first, with a fault that another route may not have."""
    return (
        isinstance(event, Finished)
        and event.outcome is Outcome.BROKEN
        and event.fault is not None
        and event.fault.kind in _KINDS
    )


def _fault_of(event: StreamEvent) -> Fault | None:
    return event.fault if isinstance(event, Finished) else None
