"""Which routes answer: a circuit breaker for each, of one worker.

A route that failed several times in a row before its first token is passed over for a while; then
one call tries it, and its word decides for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

FAILURES_MAX = 3  # in a row
PASSED_OVER_S = 15.0
PASSED_OVER_S_MAX = 240.0
PROBE_S = 60.0  # a probe that has not come back until then is given up

T = TypeVar("T")


class Breaker(StrEnum):
    """`half_open`: one call may try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class _Route:
    failures: int = 0
    opened: int = 0  # times in a row
    until_s: float = 0.0
    probe_since_s: float | None = None


class Health:
    """`monotonic` is seconds of a clock that never goes back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._routes: dict[str, _Route] = {}

    def state(self, route: str) -> Breaker:
        """Whether the route is asked."""
        found = self._routes.get(route)
        if found is None or not found.opened:
            return Breaker.CLOSED
        if self._now() < found.until_s or self._probed(found):
            return Breaker.OPEN
        return Breaker.HALF_OPEN

    def in_order(self, ways: Iterable[T], route_of: Callable[[T], str]) -> list[T]:
        """The ways in the order in which they are to be asked.

        Open ones come last, whose time is up first: where nothing else is left, asking is better
        than refusing.
        """
        listed = list(ways)
        if len(listed) < 2 or not self._routes:
            return listed
        usable = [way for way in listed if self.state(route_of(way)) is not Breaker.OPEN]
        rest = [way for way in listed if self.state(route_of(way)) is Breaker.OPEN]
        return usable + sorted(rest, key=lambda way: self._routes[route_of(way)].until_s)

    def asked(self, route: str) -> None:
        """The route is about to be asked; a half-open one by this call alone."""
        if self.state(route) is Breaker.HALF_OPEN:
            self._routes[route].probe_since_s = self._now()

    def answered(self, route: str) -> None:
        """Its first token came, or it refused what no route would take."""
        self._routes.pop(route, None)

    def failed(self, route: str) -> None:
        """It failed before its first token."""
        found = self._routes.setdefault(route, _Route())
        found.failures += 1
        if found.failures < FAILURES_MAX and not found.opened:
            return
        if found.opened and self._now() < found.until_s:
            return  # one of those that were under way when it was opened
        wait_s = min(PASSED_OVER_S * 2**found.opened, PASSED_OVER_S_MAX)
        found.opened += 1
        found.until_s = self._now() + wait_s
        found.probe_since_s = None

    def left(self, route: str) -> None:
        """A call ended before its route said anything: a probe may be made by another."""
        if (found := self._routes.get(route)) is not None:
            found.probe_since_s = None

    def _probed(self, route: _Route) -> bool:
        return route.probe_since_s is not None and self._now() - route.probe_since_s < PROBE_S
