"""What a message will cost, before it is sent: counted offline, off the window's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.chat.alternates import Alternates
from app.chat.answer_limits import limits_of_model, output_cap, why_not
from app.chat.context import build_messages, user_parts
from app.chat.counting import Counting
from app.chat.credit_quotes import beside_others, limits_of_credit, predicted, with_credit
from app.chat.exact_counts import ExactCounts
from app.chat.fitness import require_answerable
from app.chat.hosted_beside import ALONE, Beside, Together
from app.chat.hosted_routes import HostedTarget
from app.chat.provider_cache import likely_cached
from app.chat.quote_views import blocked_view, quote_view
from app.chat.routes import Route, RouteMissing, Routes
from app.chat.setups import Setup, no_setup
from app.clock import Clock
from app.metering.allowances_split import WorstCase
from app.metering.correction import beside
from app.metering.hold import HoldState
from app.metering.payer import Payer
from app.metering.quote import Quote, likely_output, make_quote, worst_case
from app.metering.quote_limits import OutputLimit
from app.metering.quote_parts import InputParts, fitted
from app.metering.token_count import TokenCount
from app.metering.usage import Certainty
from app.request import ChatRequest, MessagePart, RequestMessage, Role
from app.seam.quote_views import QuoteView
from app.store.records import HoldRecord, MessageRecord, PaneRecord
from app.store.shelves import Shelves

# Counters say themselves that a bill may be a few tokens above what they counted.
EXACT_MARGIN_SHARE = 100
_PATHS_KEPT = 8
_FILES_KEPT = 64

# Of a call in a chat (by its id): what else than the model makes its answer shorter.
Limits = Callable[[Route, WorstCase, str], Sequence[OutputLimit]]
# Asks a credit server whether it covers a message; raises where it does not.
AskCovered = Callable[[HostedTarget, Quote], Awaitable[None]]


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
    parts: InputParts | None = None


def no_limits(route: Route, worst: WorstCase, chat_id: str) -> Sequence[OutputLimit]:
    """Nothing but the model makes an answer shorter."""
    return ()


class Quoter:
    """Quotes what is typed and admits what is sent."""

    def __init__(
        self,
        shelves: Shelves,
        routes: Routes,
        alternates: Alternates,
        counting: Counting,
        exact: ExactCounts,
        clock: Clock,
        limits: Limits = no_limits,
        ask_covered: AskCovered | None = None,
        setup: Callable[[str, Route], Setup] = no_setup,
    ) -> None:
        """`limits` names what else than the model makes an answer shorter: budgets, allowances.
        `setup` is what goes along with each call of a chat: instructions and tools."""
        self._shelves = shelves
        self._routes = routes
        self._alternates = alternates
        self._counting = counting
        self._exact = exact
        self._clock = clock
        self._ask_covered = ask_covered
        self.setup = setup
        self._limits = limits
        self._newest = 0
        self._paths: dict[tuple[str | None, str], tuple[RequestMessage, ...]] = {}
        self._files: dict[str, tuple[MessagePart, ...]] = {}
        # By model: the conversation, our count of it with a draft, and the provider's.
        self._bases: dict[str, tuple[int, int, int]] = {}

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
        chat_id: str = "",
        to: Sequence[int] = (),
    ) -> tuple[QuoteView, ...] | None:
        """A line for each pane; None where a newer question has come meanwhile.

        `to` are the panes that the message goes to, empty for all of them.
        """
        if serial > self._newest:
            self._newest = serial
            self._exact.give_up()
        views = []
        asked = [pane for pane in panes if not to or pane.position in to]
        together = self.together(asked, chat_id)
        for pane in panes:
            others = together if pane in asked else Together()
            views.append(await self._quote_pane(pane, text, attachment_ids, chat_id, others))
            if serial != self._newest:
                return None
        return tuple(views)

    def together(self, panes: Sequence[PaneRecord], chat_id: str) -> Together:
        """The panes that one message goes to, as far as they draw on the same tokens."""
        targets = []
        for pane in panes:
            try:
                targets.append(self._routes.find(pane.model_ref, chat_id=chat_id).hosted)
            except RouteMissing:
                continue
        return Together(targets)

    async def count_exactly(
        self,
        panes: Sequence[PaneRecord],
        text: str,
        attachment_ids: Sequence[str],
        *,
        serial: int,
        chat_id: str = "",
    ) -> bool:
        """Let the panes' providers count, where the user wants that; whether to quote again."""
        if serial != self._newest or not self._exact.is_wanted():
            return False
        calls = []
        for pane in panes:
            try:
                route = self._routes.find(pane.model_ref)
            except RouteMissing:
                continue
            messages = self.messages(pane, route, text, attachment_ids)
            calls.append((route, self._request(route, messages, chat_id)))
        return await self._exact.ask(calls) and serial == self._newest

    async def quote_path(self, pane: PaneRecord, path: Sequence[MessageRecord]) -> QuoteView:
        """What an answer to the end of a path would cost in a pane, counted as `admit` does.

        Raises AttachmentError.
        """
        chat_id = path[-1].chat_id if path else ""
        try:
            route = self._routes.find(pane.model_ref, chat_id=chat_id)
        except RouteMissing as error:
            return blocked_view(pane, error.message)
        messages = build_messages(path, self._shelves.attachments, route.host.id)
        before = path[-2] if len(path) > 1 else None
        counted = await self._count(route, messages, before, chat_id)
        blocked = why_not(route, messages, counted.quote)
        view = quote_view(pane, route, counted.quote, blocked=blocked)
        return with_credit(view, route, counted.quote, Together())

    async def admit(
        self,
        model_ref: str,
        path: Sequence[MessageRecord],
        request_id: str = "",
        together: Together | None = None,
    ) -> Admission:
        """Find the route, build the request, count it and set the most it can cost.

        `request_id` names the call wherever it is kept; empty: a new name is made. `together`
        are the panes that the message goes to.

        Raises RouteMissing, AttachmentError, ImagesNotTaken or ContextTooLong.
        """
        chat_id = path[-1].chat_id if path else ""
        route = self._routes.find(model_ref, chat_id=chat_id)
        messages = build_messages(path, self._shelves.attachments, route.host.id)
        together = together or Together()
        others = beside_others(route, together)
        counted = await self._count(route, messages, _asked_before(path), chat_id, others=others)
        require_answerable(route, messages, counted.quote)
        alternates = self._alternates.of(route, chat_id)
        request = counted.request
        if route.hosted is not None:
            found = predicted(route.hosted, counted.quote, others)
            together.take(route.hosted, found.held, found.likely)
            if not found.is_covered and others.held:
                # The server may know of more; the other panes are left what is theirs meanwhile.
                least = min(request.output_tokens_max, route.hosted.least_output_tokens)
                request = replace(request, output_tokens_max=least)
            if not alternates and not found.is_covered:
                await self._require_covered(route.hosted, counted.quote)
        hold_id = request_id or self._clock.new_id()
        return Admission(
            route,
            replace(request, request_id=hold_id),
            counted.quote,
            hold_id,
            self._clock.now(),
            counted.bare_tokens,
            alternates,
        )

    async def _require_covered(self, target: HostedTarget, quote: Quote) -> None:
        """Raise OutOfTokens where the server knows of no tokens for this either."""
        if self._ask_covered is not None:
            await self._ask_covered(target, quote)

    def messages(
        self, pane: PaneRecord, route: Route, text: str, attachment_ids: Sequence[str]
    ) -> tuple[RequestMessage, ...]:
        """What would be sent from a pane; files that are gone are left out.

        Raises AttachmentError where one was altered.
        """
        files = self._file_parts(attachment_ids)
        words = user_parts(text, (), self._shelves.attachments) if text or not files else ()
        return (*self._history(pane, route), RequestMessage(Role.USER, (*files, *words)))

    def quote_of(
        self,
        route: Route,
        count: TokenCount,
        before: MessageRecord | None,
        recent_outputs: Sequence[int],
        chat_id: str = "",
        others: Beside = ALONE,
    ) -> Quote:
        """The quote of a counted call. `before` is the message that the new one answers to; its
        call may still be in the provider's cache."""
        asked = output_cap(route)
        limits = (
            *limits_of_model(route, count),
            *self._limits(route, worst_case(count, route.price, asked), chat_id),
            *limits_of_credit(route, count, asked, others),
        )
        return make_quote(
            count,
            price=route.price,
            output_tokens_max=asked,
            recent_outputs=recent_outputs,
            payer=route.payer,
            likely_cached_tokens=likely_cached(route, before, self._clock.now()),
            limits=limits,
        )

    def likely_length(self, route: Route, recent_outputs: Sequence[int]) -> int:
        """The tokens that a model's next answer will likely have."""
        return min(likely_output(recent_outputs), output_cap(route))

    async def _quote_pane(
        self,
        pane: PaneRecord,
        text: str,
        attachment_ids: Sequence[str],
        chat_id: str,
        together: Together,
    ) -> QuoteView:
        try:
            route = self._routes.find(pane.model_ref, chat_id=chat_id)
        except RouteMissing as error:
            return blocked_view(pane, error.message)
        messages = self.messages(pane, route, text, attachment_ids)
        files = len(self._file_parts(attachment_ids))
        before = self._shelves.messages.get(pane.leaf_id) if pane.leaf_id else None
        others = beside_others(route, together)
        counted = await self._count(route, messages, before, chat_id, files, others)
        why = ""
        if counted.quote.input_certainty is not Certainty.EXACT:
            why = self._exact.why_not(route)
        blocked = why_not(route, messages, counted.quote)
        view = quote_view(pane, route, counted.quote, counted.parts, blocked=blocked, not_exact=why)
        return with_credit(view, route, counted.quote, together)

    def _file_parts(self, attachment_ids: Sequence[str]) -> tuple[MessagePart, ...]:
        """The files of the message; kept, since each key would read and check them again."""
        shelf = self._shelves.attachments
        if len(self._files) > _FILES_KEPT:
            self._files = {}
        for id_ in attachment_ids:
            if id_ not in self._files and (found := shelf.get(id_)):
                self._files[id_] = user_parts("", (found,), shelf)
        return tuple(part for id_ in attachment_ids for part in self._files.get(id_, ()))

    def _history(self, pane: PaneRecord, route: Route) -> tuple[RequestMessage, ...]:
        key = (pane.leaf_id, route.host.id)
        if key not in self._paths:
            if len(self._paths) >= _PATHS_KEPT:
                self._paths.clear()
            path = self._shelves.messages.path(pane.leaf_id)
            self._paths[key] = build_messages(path, self._shelves.attachments, route.host.id)
        return self._paths[key]

    async def _count(
        self,
        route: Route,
        messages: tuple[RequestMessage, ...],
        before: MessageRecord | None,
        chat_id: str,
        files: int | None = None,
        others: Beside = ALONE,
    ) -> _Counted:
        """With `files`, the number of files in the last message, the parts are told apart."""
        request = self._request(route, messages, chat_id)
        parts = None
        if files is None:
            count, bare = await self._counting.count(request, route)
        else:
            count, bare, parts = await self._counting.count_parts(request, route, files)
        count = self._with_provider(route, request, count)
        parts = None if parts is None else fitted(parts, count.tokens)
        recent = self._shelves.usage.recent_outputs(route.model_id)
        quote = self.quote_of(route, count, before, recent, chat_id, others)
        request = replace(request, output_tokens_max=quote.most_output_tokens)
        return _Counted(request, quote, bare, parts)

    def _request(
        self, route: Route, messages: tuple[RequestMessage, ...], chat_id: str
    ) -> ChatRequest:
        setup = self.setup(chat_id, route)
        told = setup.around(messages)
        return ChatRequest(route.model_id, told, output_cap(route), tools=setup.tools)

    def _with_provider(self, route: Route, request: ChatRequest, count: TokenCount) -> TokenCount:
        """The provider's own count where it is known; else ours from the last one it gave."""
        if not self._exact.is_used:
            return count
        exact = self._exact.known(route, request)
        before = hash(request.messages[:-1])
        if exact is not None:
            self._bases[route.ref] = (before, count.tokens, exact)
            return TokenCount(exact, Certainty.EXACT, max(8, exact // EXACT_MARGIN_SHARE))
        conversation, counted, exact = self._bases.get(route.ref, (0, 0, 0))
        return count if conversation != before else beside(count, counted=counted, exact=exact)


def _asked_before(path: Sequence[MessageRecord]) -> MessageRecord | None:
    """The answer whose call may still be in the provider's cache: of a tool loop, this very one."""
    if path and path[-1].role == "assistant":
        return path[-1]
    return path[-2] if len(path) > 1 else None
