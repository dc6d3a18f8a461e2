"""The provider's own count of a message that is still being written, where the user wants that.

A draft leaves the computer for it, so that nothing is asked unless the setting is on: see
"Quotes counted here" in ARCHITECTURE. What goes wrong is never shown as an error, since nobody
asked for anything: the quote stays an estimate and says why.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.chat.routes import Route, Routes
from app.clock import Clock
from app.errors import ModelUnknown, NotTheProvider, RequestRejected, TuppenceError
from app.request import ChatRequest, ImagePart, RequestMessage, TextPart

PAUSE_S = 0.6  # without a key, before anything is asked
ASKED_A_MINUTE_MAX = 20
REST_S = 60.0  # after a refusal
BYTES_MAX = 4_000_000
KEPT_MAX = 64

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Key:
    """What was asked with one key in the last minute, and until when it is left alone."""

    asked: deque[float] = field(default_factory=deque)
    rests_until: float = 0.0
    why: str = ""


class ExactCounts:
    """Asks free counters, keeps what they said, and gives up at once when a key is typed."""

    def __init__(
        self,
        routes: Routes,
        wanted: Callable[[], bool],
        clock: Clock,
        *,
        offline: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`wanted` is the user's setting; with `offline` nobody is asked whatever it says."""
        self._routes = routes
        self._wanted = wanted
        self._clock = clock
        self._offline = offline
        self._sleep = sleep
        self._known: dict[tuple[str, int], int] = {}
        self._why_not: dict[str, str] = {}
        self._without_counter: set[str] = set()
        self._keys: dict[str, _Key] = {}
        self._asking: asyncio.Task[bool] | None = None

    @property
    def is_used(self) -> bool:
        """Whether anything was counted by a provider since the start."""
        return bool(self._known)

    def known(self, route: Route, request: ChatRequest) -> int | None:
        """What the provider said about this very request; None where it was not asked."""
        return self._known.get(_name(route, request)) if self.is_used else None

    def why_not(self, route: Route) -> str:
        """Why the count is not exact though the user wants it to be; empty where it is not known
        yet, or not wanted."""
        return self._why_not.get(route.ref, "") if self._wanted() else ""

    def is_wanted(self) -> bool:
        """Whether the user lets drafts go to the provider."""
        return self._wanted()

    def give_up(self) -> None:
        """A key was typed: what is asked about is not the message any more."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def ask(self, calls: list[tuple[Route, ChatRequest]]) -> bool:
        """Wait for a pause, then ask; whether anything is known now that was not before.

        Returns False at once where another question or `give_up` came meanwhile.
        """
        self.give_up()
        if not self._wanted():
            return False
        task = self._asking = asyncio.create_task(self._ask_all(calls))
        await asyncio.wait({task})
        return not task.cancelled() and task.result()

    async def _ask_all(self, calls: list[tuple[Route, ChatRequest]]) -> bool:
        await self._sleep(PAUSE_S)
        outcomes = [await self._ask_one(route, request) for route, request in calls]
        return any(outcomes)

    async def _ask_one(self, route: Route, request: ChatRequest) -> bool:
        """Whether the quote changes: the count is known, or there is another reason why not."""
        if self.known(route, request) is not None:
            return False
        before = self._why_not.get(route.ref, "")
        why = self._hindrance(route, request)
        if not why:
            why = await self._count(route, request)
        self._why_not[route.ref] = why
        return not why or why != before

    def _hindrance(self, route: Route, request: ChatRequest) -> str:
        """Why nobody is asked; empty where somebody may be."""
        if not route.host.quirks.counter_path or not route.needs_secret:
            return f"{route.host.name} has no free counter."
        if self._offline:
            return "The setting “offline” is on."
        if route.ref in self._without_counter:
            return f"{route.host.name} does not count for this model."
        if _size(request) > BYTES_MAX:
            return "The message is too long to be sent only to be counted."
        key = self._keys.setdefault(route.key_id, _Key())
        now = self._clock.monotonic()
        if now < key.rests_until:
            return key.why
        while key.asked and now - key.asked[0] >= 60:
            key.asked.popleft()
        if len(key.asked) >= ASKED_A_MINUTE_MAX:
            return f"{route.host.name} was asked often enough; again in a minute."
        return ""

    async def _count(self, route: Route, request: ChatRequest) -> str:
        """Ask; why there is no count, or empty where there is one now."""
        key = self._keys[route.key_id]
        key.asked.append(self._clock.monotonic())
        try:
            tokens = await (await self._routes.open(route)).count_input(request)
        except (ModelUnknown, RequestRejected, NotTheProvider) as error:
            # It will not be otherwise with the next key that is typed.
            _log.info("count by %s: %s", route.host.name, error)
            self._without_counter.add(route.ref)
            return f"{route.host.name} does not count for this model."
        except TuppenceError as error:
            _log.info("count by %s: %s", route.host.name, error)
            key.rests_until = self._clock.monotonic() + REST_S
            key.why = error.message
            return error.message
        if tokens is None:
            self._without_counter.add(route.ref)
            return f"{route.host.name} does not count for this model."
        if len(self._known) >= KEPT_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[_name(route, request)] = tokens
        return ""


def _name(route: Route, request: ChatRequest) -> tuple[str, int]:
    # Python keeps the hash of each text and picture, so that a long chat is not read again.
    return route.ref, hash((request.messages, request.tools, request.effort, request.seed_text))


def _size(request: ChatRequest) -> int:
    return sum(_message_size(message) for message in request.messages)


def _message_size(message: RequestMessage) -> int:
    total = 0
    for part in message.parts:
        if isinstance(part, TextPart):
            total += len(part.text)
        elif isinstance(part, ImagePart):
            total += len(part.content) * 4 // 3
    return total
