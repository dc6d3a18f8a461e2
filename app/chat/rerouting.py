"""One turn over several routes: the next one is asked where one fails before its first token.

Only faults that prove that nothing was billed and that another provider may not have lead on.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from app.catalog.prices import Price
from app.chat.hosted_routes import HostedTarget
from app.chat.receipts import per_million
from app.chat.routes import Route, Routes
from app.chat.settle import FailedAttempt
from app.chat.turn import Turn
from app.errors import TuppenceError
from app.providers import failover
from app.providers.client import Provider
from app.providers.closing import closed_after
from app.providers.events import StreamEvent
from app.request import ChatRequest, ThinkingPart
from app.seam import events
from app.seam.events import Event
from app.store.holds import Holds

_log = logging.getLogger(__name__)


class Rerouting:
    """Asks for a turn; the turn's admission names the route that is being asked."""

    def __init__(
        self, turn: Turn, routes: Routes, holds: Holds, emit: Callable[[Event], None]
    ) -> None:
        self._turn = turn
        self._routes = routes
        self._holds = holds
        self._emit = emit
        self._open: list[Route] = []
        self._why = ""  # what the last route that was asked said instead of an answer

    async def stream(self, first: Provider) -> AsyncIterator[StreamEvent]:
        """The answer of the first route that gives one; raises ProviderError where none does."""
        routes = self._in_turn(first)
        stream = failover.stream_with_failover(routes, self._told, self._asked)
        async with closed_after(stream) as events:
            async for event in events:
                yield event

    async def _in_turn(self, first: Provider) -> AsyncIterator[failover.Route]:
        """One route after the other; the key of each is read when it is wanted and not before."""
        admission = self._turn.admission
        self._open = [admission.route]
        yield failover.Route(first, admission.request)
        for route in admission.alternates:
            if (provider := await self._opened(route)) is not None:
                self._open.append(route)
                yield failover.Route(provider, request_for(route, admission.request))

    async def _opened(self, route: Route) -> Provider | None:
        try:
            return await self._routes.open(route)
        except TuppenceError as error:
            # Its key cannot be had now; the others may still do.
            _log.info("route %s: %s", route.host.id, error)
            return None

    def _asked(self, place: int) -> None:
        """From here on the turn is this route's: its price, its key, its way of billing."""
        turn, route = self._turn, self._open[place]
        if place == 0:
            return
        # Before it is asked: after a crash its price counts and its key is charged.
        self._holds.reroute(
            turn.admission.hold_id,
            key_id=route.key_id,
            model_ref=route.ref,
            price_json=route.price.to_json() if route.price is not None else None,
        )
        turn.failed.append(FailedAttempt(self._open[place - 1], self._why))
        request = request_for(route, turn.admission.request)
        turn.admission = replace(turn.admission, route=route, request=request)
        turn.answer.host = route.host.id
        turn.answer.generation_id = None

    def _told(self, attempt: failover.Attempt) -> None:
        if attempt.fault is not None:
            self._why = attempt.fault.message
        elif attempt.place:
            words = switch_words(self._turn.failed[-1], self._open[attempt.place])
            self._emit(events.Notice("info", *words))


def request_for(route: Route, request: ChatRequest) -> ChatRequest:
    """The same request in another provider's names; thinking is signed for its own provider."""
    messages = tuple(
        replace(
            message,
            parts=tuple(part for part in message.parts if not isinstance(part, ThinkingPart)),
        )
        for message in request.messages
    )
    return replace(request, model=route.model_id, messages=messages)


def switch_words(failed: FailedAttempt, route: Route) -> tuple[str, str]:
    """Who answered instead and why, and what that changes about the price."""
    first = failed.route
    said = f"{route.host.name} answers instead of {first.host.name}: {failed.why}"
    return said, _price_words(first, route)


def _price_words(first: Route, route: Route) -> str:
    if route.hosted is not None:
        return _tokens_words(route.hosted)
    ours, theirs = _rates(first.price), _rates(route.price)
    if theirs is None:
        return f"What {route.host.name} charges for it is not known."
    if ours == theirs:
        return "The price is the same."
    before = f" instead of {ours[0]} and {ours[1]}" if ours is not None else ""
    return f"It charges {theirs[0]} in and {theirs[1]} out{before}."


def _tokens_words(target: HostedTarget) -> str:
    if target.model.weight is None:
        return f"Its own allowance at {target.record.title} pays for it."
    return f"It draws {target.model.weight:,} of your tokens for each token."


def _rates(price: Price | None) -> tuple[str, str] | None:
    if price is None or price.input_rate is None or price.output_rate is None:
        return None
    return per_million(price.input_rate), per_million(price.output_rate)
