"""What one message would likely cost with every model there is, and which would do for less.

The conversation is counted once for models that count alike; the rest is arithmetic.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.alternates import same_model_name
from app.chat.context import build_messages, user_parts
from app.chat.counting import Counting
from app.chat.extras import read_extras
from app.chat.fitness import require_answerable
from app.chat.model_list import ModelList
from app.chat.quotes import Quoter
from app.chat.routes import LOCAL_PREFIX, Route, RouteMissing, Routes
from app.chat.setups import Setup
from app.errors import ContextTooLong, ImagesNotTaken
from app.metering.quote import RECENT_NEEDED, Quote
from app.metering.quote_cheaper import Candidate, cheaper_than
from app.request import ChatRequest, RequestMessage, Role
from app.seam.quote_views import CheaperView, ModelCostView
from app.seam.views import ModelRow
from app.store.records import MessageRecord, PaneRecord
from app.store.shelves import Shelves

_AT_ONCE = 40  # models between two moments in which others get their turn


@dataclass(frozen=True, slots=True)
class _Priced:
    """One model with the quote of the message."""

    row: ModelRow
    route: Route
    quote: Quote
    blocked: str


@dataclass(slots=True)
class ModelCosts:
    """Quotes one message with all models. Asked by opening the picker or a quote, not by keys."""

    shelves: Shelves
    routes: Routes
    counting: Counting
    quoter: Quoter
    model_list: ModelList

    async def of(
        self, pane: PaneRecord, text: str, attachment_ids: Sequence[str], *, chat_id: str = ""
    ) -> tuple[ModelCostView, ...]:
        """A line for each model that can be asked, in the order of the picker's rows."""
        priced = await self._price_all(pane, text, attachment_ids, chat_id)
        return tuple(
            ModelCostView(
                one.row.ref,
                one.quote.likely_pusd,
                one.blocked,
                one.quote.most_pusd,
                one.quote.input_tokens,
            )
            for one in priced
        )

    async def cheaper(
        self, pane: PaneRecord, text: str, attachment_ids: Sequence[str], *, chat_id: str = ""
    ) -> tuple[CheaperView, ...]:
        """Models that could answer for less; empty where the pane's own price is not known.

        A model of which too few answers are known is taken to answer as long as the pane's: a
        guess that is short for one of them only would make it look cheap.
        """
        try:
            route = self.routes.find(pane.model_ref, chat_id=chat_id)
        except RouteMissing:
            return ()
        usual = self.shelves.usage.recent_outputs(route.model_id)
        length = self.quoter.likely_length(route, usual)
        priced = await self._price_all(pane, text, attachment_ids, chat_id, as_long_as=length)
        found = {one.row.ref: one for one in priced if not one.blocked}
        candidates = {ref: made for ref, one in found.items() if (made := _candidate(one))}
        current = candidates.get(pane.model_ref)
        if current is None:
            return ()
        return tuple(
            CheaperView(one.ref, found[one.ref].row.name, found[one.ref].row.payer, one.likely_pusd)
            for one in cheaper_than(current, candidates.values())
        )

    async def _price_all(
        self,
        pane: PaneRecord,
        text: str,
        attachment_ids: Sequence[str],
        chat_id: str,
        *,
        as_long_as: int = 0,
    ) -> list[_Priced]:
        path = self.shelves.messages.path(pane.leaf_id)
        before = path[-1] if path else None
        conversations = _Conversations(self, path, text, attachment_ids)
        kept = {key.id: key for key in self.shelves.keys.rows()}
        asked = []
        for place, row in enumerate(row for row in self.model_list.rows() if row.available):
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
            route = self.routes.find(row.ref, kept, chat_id=chat_id)
            setup = self.quoter.setup(chat_id, route)
            messages = conversations.for_host(route.host.id, setup)
            asked.append((row, route, ChatRequest(route.model_id, messages, 1, tools=setup.tools)))
        counts = await self.counting.count_each([(request, route) for _, route, request in asked])
        known: dict[str, Sequence[int]] = {}
        priced = []
        for place, ((row, route, request), count) in enumerate(zip(asked, counts, strict=True)):
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
            if route.model_id not in known:
                known[route.model_id] = self.shelves.usage.recent_outputs(route.model_id)
            recent = known[route.model_id]
            if len(recent) < RECENT_NEEDED and as_long_as:
                recent = (as_long_as,) * RECENT_NEEDED
            quote = self.quoter.quote_of(route, count, before, recent, chat_id)
            blocked = _blocked(route, request.messages, quote)
            priced.append(_Priced(row, route, quote, blocked))
        return priced


class _Conversations:
    """The messages as each host would get them: the same ones for all that sealed no thinking."""

    def __init__(
        self,
        costs: ModelCosts,
        path: Sequence[MessageRecord],
        text: str,
        attachment_ids: Sequence[str],
    ) -> None:
        shelf = costs.shelves.attachments
        files = [found for id_ in attachment_ids if (found := shelf.get(id_))]
        self._typed = RequestMessage(Role.USER, user_parts(text, files, shelf))
        self._path = path
        self._shelf = shelf
        self._sealing = {
            read_extras(message.extras_json).host
            for message in path
            if message.thinking and message.extras_json
        }
        self._built: dict[str, tuple[RequestMessage, ...]] = {}

    def for_host(self, host: str, setup: Setup) -> tuple[RequestMessage, ...]:
        key = host if host in self._sealing else ""
        if key not in self._built:
            history = build_messages(self._path, self._shelf, key)
            # The instructions are the chat's, the same for each of its models.
            self._built[key] = (*setup.messages, *history, self._typed)
        return self._built[key]


def _blocked(route: Route, messages: Sequence[RequestMessage], quote: Quote) -> str:
    try:
        require_answerable(route, messages, quote)
    except ContextTooLong:
        return "length"
    except ImagesNotTaken:
        return "images"
    return ""


def _candidate(one: _Priced) -> Candidate | None:
    """The model for the choice among cheaper ones; None where its price is not known."""
    if one.quote.likely_pusd is None:
        return None
    card = one.route.card
    return Candidate(
        ref=one.row.ref,
        family=same_model_name(one.route.model_id),
        provider=one.row.provider,
        likely_pusd=one.quote.likely_pusd,
        abilities=frozenset(one.row.abilities),
        released=card.released if card is not None else None,
        favorite=one.row.favorite,
        used_at=one.row.used_at,
        local=one.row.ref.startswith(LOCAL_PREFIX),
        deprecated=card is not None and card.deprecated,
    )
