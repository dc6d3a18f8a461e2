"""Counting for the use cases: on a thread of its own, corrected by what settled calls taught."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from app.chat.routes import Route
from app.errors import MeteringError
from app.metering.correction import Correction, corrected, learned
from app.metering.profiles import profile_for
from app.metering.quote_parts import InputParts, fitted, parts_of
from app.metering.token_count import TokenCount
from app.metering.tokens import TokenCounter
from app.request import ChatRequest, ImagePart
from app.store.settings import Settings

T = TypeVar("T")

_SETTING = "token_corrections"


class Counting:
    """Counts what will be sent and what arrived. The vocabulary loads with the first count."""

    def __init__(self, counter: TokenCounter, settings: Settings) -> None:
        self._counter = counter
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="counting")
        self._corrections: dict[str, Correction] | None = None

    async def count(self, request: ChatRequest, route: Route) -> tuple[TokenCount, int]:
        """The request's tokens as this model bills them, and the bare count before correction."""
        bare = await self._on_thread(partial(self._count, route, request))
        return corrected(bare, self._correction(route)), bare.tokens

    async def count_parts(
        self, request: ChatRequest, route: Route, files: int
    ) -> tuple[TokenCount, int, InputParts]:
        """The same with what the input consists of; the last message begins with `files` files."""
        bare, parts = await self._on_thread(partial(self._count_parts, route, request, files))
        count = corrected(bare, self._correction(route))
        return count, bare.tokens, fitted(parts, count.tokens)

    async def count_each(
        self, asked: Sequence[tuple[ChatRequest, Route]]
    ) -> tuple[TokenCount, ...]:
        """The tokens of one conversation with many models, counted once for those alike."""
        bare = await self._on_thread(partial(self._count_each, asked))
        return tuple(
            corrected(count, self._correction(route))
            for count, (_, route) in zip(bare, asked, strict=True)
        )

    def count_text(self, text: str, model: str) -> int:
        """The tokens of an answer; waits for the counting thread."""
        return self._thread.submit(self._counter.count_text, text, model).result()

    async def count_arrived(self, text: str, model: str) -> int:
        """The same without keeping the loop; a long answer takes a tenth of a second."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._counter.count_text, text, model
        )

    def learn(self, route: Route, *, counted: int, billed: int) -> None:
        """A call was settled by the provider's own figures: count this model better from now on."""
        name = _name(route)
        self._known()[name] = learned(self._correction(route), counted=counted, billed=billed)
        self._settings.set(
            _SETTING, {name: state.to_json() for name, state in self._known().items()}
        )

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _count(self, route: Route, request: ChatRequest) -> TokenCount:
        return self._counter.count(
            request,
            provider=route.host.price_provider,
            model=route.model_id,
            language=route.host.language_of(route.model_id).value,
        )

    def _count_parts(
        self, route: Route, request: ChatRequest, files: int
    ) -> tuple[TokenCount, InputParts]:
        def bare(part: ChatRequest) -> int:
            return self._count(route, part).tokens

        count = self._count(route, request)
        return count, parts_of(request, count.tokens, files, bare)

    def _count_each(self, asked: Sequence[tuple[ChatRequest, Route]]) -> list[TokenCount]:
        known: dict[tuple[object, ...], TokenCount] = {}
        pictures: dict[int, bool] = {}
        counts = []
        for request, route in asked:
            profile = profile_for(
                route.model_id, language=route.host.language_of(route.model_id).value
            )
            same = id(request.messages)
            if same not in pictures:
                pictures[same] = _has_pictures(request)
            # How many tokens a picture is depends on the model itself.
            key = (same, request.tools, profile.name, route.model_id if pictures[same] else "")
            if key not in known:
                known[key] = self._count(route, request)
            counts.append(known[key])
        return counts

    async def _on_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _correction(self, route: Route) -> Correction:
        return self._known().get(_name(route), Correction())

    def _known(self) -> dict[str, Correction]:
        if self._corrections is None:
            stored = self._settings.get(_SETTING, {})
            pairs = stored.items() if isinstance(stored, dict) else ()
            self._corrections = {
                name: state for name, text in pairs if (state := _read(text)) is not None
            }
        return self._corrections


def _name(route: Route) -> str:
    return f"{route.host.price_provider}/{route.model_id}"


def _has_pictures(request: ChatRequest) -> bool:
    return any(
        isinstance(part, ImagePart) for message in request.messages for part in message.parts
    )


def _read(text: object) -> Correction | None:
    try:
        return Correction.from_json(text) if isinstance(text, str) else None
    except MeteringError:
        return None
