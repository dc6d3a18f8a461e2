"""What a message will cost, before it is sent: counted offline, off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat.alternates import Alternates
from app.chat.context import (
    OUTPUT_TOKENS_MAX,
    THINKING_OUTPUT_TOKENS_MAX,
    build_messages,
    user_parts,
)
from app.chat.counting import Counting
from app.chat.fitness import require_answerable
from app.chat.provider_cache import likely_cached
from app.chat.routes import Route, RouteMissing, Routes
from app.clock import Clock
from app.errors import TuppenceError
from app.metering.hold import HoldState
from app.metering.payer import Payer
from app.metering.quote import Quote, make_quote
from app.request import ChatRequest, RequestMessage, Role
from app.seam.views import Certainty, QuoteView
from app.store.records import HoldRecord, MessageRecord, PaneRecord
from app.store.shelves import Shelves

_PATHS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may be made: who is asked what, for how much at most."""

    route: Route
    request: ChatRequest
    quote: Quote
    hold_id: str
    at: datetime
    counted_tokens: int  # the input as counted, before any correction
    alternates: tuple[Route, ...] = ()  # who may be asked instead, at prices frozen as well

    @property
    def payer(self) -> Payer:
        return self.route.payer

    def hold_for(self, message_id: str, chat_id: str) -> HoldRecord:
        """The hold to commit with the message."""
        price = self.route.price
        return HoldRecord(
            id=self.hold_id,
            message_id=message_id,
            chat_id=chat_id,
            key_id=self.route.key_id,
            model_ref=self.route.ref,
            state=HoldState.HELD,
            amount_pusd=self.quote.most_pusd or 0,
            price_json=price.to_json() if price is not None else None,
            input_tokens=self.quote.input_tokens,
            output_tokens_max=self.request.output_tokens_max,
            created_at=self.at,
        )


@dataclass(frozen=True, slots=True)
class _Counted:
    """A request with its quote; `bare_tokens` is the count before any correction."""

    request: ChatRequest
    quote: Quote
    bare_tokens: int


class Quoter:
    """Quotes what is typed and admits what is sent."""

    def __init__(
        self,
        shelves: Shelves,
        routes: Routes,
        alternates: Alternates,
        counting: Counting,
        clock: Clock,
    ) -> None:
        self._shelves = shelves
        self._routes = routes
        self._alternates = alternates
        self._counting = counting
        self._clock = clock
        self._newest = 0
        self._paths: dict[tuple[str | None, str], tuple[RequestMessage, ...]] = {}

    def forget_paths(self) -> None:
        """A conversation changed: what was built from it is built again."""
        self._paths.clear()

    async def quote(
        self,
        panes: Sequence[PaneRecord],
        text: str,
        attachment_ids: Sequence[str],
        *,
        serial: int,
    ) -> tuple[QuoteView, ...] | None:
        """A line for each pane; None where a newer question has come meanwhile."""
        self._newest = max(self._newest, serial)
        views = []
        for pane in panes:
            views.append(await self._quote_pane(pane, text, attachment_ids))
            if serial != self._newest:
                return None
        return tuple(views)

    async def admit(self, model_ref: str, path: Sequence[MessageRecord]) -> Admission:
        """Find the route, build the request, count it and set the most it can cost.

        Raises RouteMissing, AttachmentError, ImagesNotTaken or ContextTooLong.
        """
        route = self._routes.find(model_ref)
        messages = build_messages(path, self._shelves.attachments, route.host.id)
        before = path[-2] if len(path) > 1 else None
        counted = await self._count(route, messages, before)
        require_answerable(route, messages, counted.quote)
        return Admission(
            route,
            counted.request,
            counted.quote,
            self._clock.new_id(),
            self._clock.now(),
            counted.bare_tokens,
            self._alternates.of(route),
        )

    async def _quote_pane(
        self, pane: PaneRecord, text: str, attachment_ids: Sequence[str]
    ) -> QuoteView:
        try:
            route = self._routes.find(pane.model_ref)
        except RouteMissing as error:
            return _blocked(pane, str(error))
        shelf = self._shelves.attachments
        files = [found for id_ in attachment_ids if (found := shelf.get(id_))]
        typed = RequestMessage(Role.USER, user_parts(text, files, shelf))
        messages = (*self._history(pane, route), typed)
        before = self._shelves.messages.get(pane.leaf_id) if pane.leaf_id else None
        quote = (await self._count(route, messages, before)).quote
        try:
            require_answerable(route, messages, quote)
        except TuppenceError as error:
            return quote_view(pane, route, quote, blocked=str(error))
        return quote_view(pane, route, quote)

    def _history(self, pane: PaneRecord, route: Route) -> tuple[RequestMessage, ...]:
        key = (pane.leaf_id, route.host.id)
        if key not in self._paths:
            if len(self._paths) >= _PATHS_KEPT:
                self._paths.clear()
            path = self._shelves.messages.path(pane.leaf_id)
            self._paths[key] = build_messages(path, self._shelves.attachments, route.host.id)
        return self._paths[key]

    async def _count(
        self, route: Route, messages: tuple[RequestMessage, ...], before: MessageRecord | None
    ) -> _Counted:
        """`before` is the message that the new one answers to; its call may still be cached."""
        request = ChatRequest(route.model_id, messages, output_cap(route))
        count, bare = await self._counting.count(request, route)
        quote = make_quote(
            count,
            price=route.price,
            output_tokens_max=request.output_tokens_max,
            recent_outputs=self._shelves.usage.recent_outputs(route.model_id),
            payer=route.payer,
            likely_cached_tokens=likely_cached(route, before, self._clock.now()),
        )
        return _Counted(request, quote, bare)


def output_cap(route: Route) -> int:
    """The cap that is always sent: more room where the model thinks first."""
    thinks = route.card is not None and "thinks" in route.card.abilities
    wanted = THINKING_OUTPUT_TOKENS_MAX if thinks else OUTPUT_TOKENS_MAX
    known = route.card.output_tokens_max if route.card is not None else None
    return min(wanted, known) if known else wanted


def quote_view(pane: PaneRecord, route: Route, quote: Quote, blocked: str = "") -> QuoteView:
    return QuoteView(
        pane=pane.position,
        model_name=route.model_name,
        input_tokens=quote.input_tokens,
        input_certainty=Certainty(quote.input_certainty.value),
        likely_output_tokens=quote.likely_output_tokens,
        most_output_tokens=quote.most_output_tokens,
        likely_pusd=quote.likely_pusd,
        most_pusd=quote.most_pusd,
        payer=route.payer.words,
        blocked=blocked,
        note=quote.note or (f"price unknown: {quote.price_trouble}" if quote.price_trouble else ""),
    )


def _blocked(pane: PaneRecord, why: str) -> QuoteView:
    return QuoteView(pane.position, "", 0, Certainty.UNKNOWN, 0, 0, None, None, "", blocked=why)
