"""One admitted call, from its turn to its receipt: dispatched, asked for route by route, passed on,
and booked exactly once whatever happens on the way.

The call is a task of its own: who asked may go, and a provider that bills on is read to its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import TYPE_CHECKING, Any, TypeVar

from app.errors import ProviderError, StreamBroken
from app.ledger import calls as ledger_calls
from app.metering.hold import How, Proof
from app.metering.receipt import Receipt
from app.providers.closing import closed_after
from app.providers.connection import HttpAnswer
from app.providers.events import Outcome
from app.providers.faults import error_of_response, fault_from
from app.server.credits.records import AdmittedCall, CallDropped, CallEnd
from app.server.errors import Refused
from app.server.operator.counting import counts_of
from app.server.organizations.provider_keys import open_keys
from app.server.proxy.beat import Beat
from app.server.proxy.booking import book, book_and_tell, kept_answer
from app.server.proxy.client import Client
from app.server.proxy.desk import Desk
from app.server.proxy.endings import GONE_BEFORE, Seen, end_seen, how_it_ended
from app.server.proxy.exchange import Asked, Reader
from app.server.proxy.mapped import error_of_fault, may_go_elsewhere, speaks_against
from app.server.proxy.passage import Passage
from app.server.proxy.telling import Told, tell
from app.server.proxy.ways import Way

if TYPE_CHECKING:
    from app.providers.http_aiohttp_answer import AiohttpAnswer

T = TypeVar("T")

_TELL_WITHIN_S = 20.0  # how long a client waits for the receipt of an answer that it has
_REFUSE_WITHIN_S = 1.0

_log = logging.getLogger(__name__)


class _Left(Exception):
    """The client went, or the server stops: nothing more is waited for."""


class Run:
    """One call. `carry_out` never raises but for defects; `leave` and `stop` end it early."""

    def __init__(
        self,
        desk: Desk,
        call: AdmittedCall,
        asked: Asked,
        client: Client,
        left_by: list[Way] | None = None,
    ) -> None:
        """`left_by`: the call is on the first of these ways already, and has its place."""
        self.call = call
        self.reader: Reader | None = None
        self.way: Way | None = None
        self.attempt = 0
        self.dispatched_s: float | None = None
        self._desk = desk
        self._asked = asked
        self._client = client
        self._task: asyncio.Task[Any] | None = None
        self._may_cancel = False
        self._left = False  # stop reading
        self._gone = False  # the client went before the end
        self._sent = False
        self._left_by = left_by
        self._inside = left_by is not None
        self._draining = False
        self._error: ProviderError | None = None

    async def carry_out(self) -> None:
        """Run the call and book its end."""
        self._task = asyncio.current_task()
        self._desk.running[self.call.request_id] = self
        try:
            await self._run()
        finally:
            self._leave_gate()
            self._desk.running.pop(self.call.request_id, None)

    def leave(self) -> None:
        """The client hung up. A provider that bills on is read to its end, if there is room."""
        self._client.gone = True
        if self._left or self._gone:
            return
        self._gone = not self._is_over
        if self._reading and self._bills_on and self._begin_drain():
            return
        self._interrupt()

    def stop(self) -> None:
        """The server stops: the call ends here, as if the client had hung up."""
        self._client.gone = True
        self._gone = self._gone or not self._is_over
        self._interrupt()

    def beat(self) -> Beat:
        """A sign of life."""
        reader = self.reader
        tokens = reader.counted_output() if reader is not None else 0
        upstream_id = reader.upstream_id if reader is not None else ""
        return Beat(self.call.caller.tenant, self.call.request_id, tokens, upstream_id)

    @property
    def _is_over(self) -> bool:
        return self.reader is not None and self.reader.ended

    @property
    def _reading(self) -> bool:
        return self._sent and self._may_cancel

    @property
    def _bills_on(self) -> bool:
        return self.way is not None and self.way.host.quirks.bills_on

    async def _run(self) -> None:
        try:
            await self._ask(self._left_by or await self._ways())
        except _Left:
            await book(self._desk.services, self.call, GONE_BEFORE)
            return
        except Refused as error:
            refusal = error
            # Nothing was sent; a dispatch whose answer was lost is released with that proof.
            dropped = CallDropped(refusal.code, Proof.NOTHING_SENT if self.attempt else None)
            await book_and_tell(
                self._desk.services,
                self.call,
                dropped,
                lambda _: self._client.refuse(refusal),
                within_s=_REFUSE_WITHIN_S,
            )
            return
        self._leave_gate()
        await self._end()

    async def _ways(self) -> list[Way]:
        """The ways in their order, once it is the call's turn."""
        own_secrets = await open_keys(self._desk.services, self.call)
        ways = self._desk.ways.to(self.call, own_secrets)
        await self._while_there(self._wait_turn())
        return self._desk.health.in_order(ways, lambda way: way.id)

    async def _wait_turn(self) -> None:
        """Until the call may begin; raises Refused (429)."""
        if self.call.not_before is not None:
            wait = self.call.not_before - self._desk.services.clock.now()
            await asyncio.sleep(max(0.0, wait.total_seconds()))
        await self._desk.gate.enter(priority=self.call.priority)
        self._inside = True

    async def _ask(self, ways: list[Way]) -> None:
        """The answer of the first way that gives one; what went wrong is kept."""
        health, left = self._desk.health, list(ways)
        while left:
            way = left.pop(0)
            await self._dispatch(way)
            health.asked(way.id)
            try:
                await self._while_there(self._exchange(way))
                return
            except _Left:
                health.left(way.id)
                return
            except ProviderError as error:
                self._error = error
                if not self._judge(way, error) or self._gone:
                    return

    def _judge(self, way: Way, error: ProviderError) -> bool:
        """Keep what an error says about its way; whether another one may do better."""
        elsewhere = may_go_elsewhere(error)
        if not way.priced.own_key:
            counts_of(self._desk.services).upstream_failed(way.priced.route, error)
        if speaks_against(error):
            self._desk.health.failed(way.id)
        elif elsewhere:
            self._desk.health.left(way.id)
        else:
            self._desk.health.answered(way.id)
        _log.log(
            logging.WARNING if elsewhere else logging.INFO,
            "the route %s failed before its first token: %s, status %s",
            way.priced.route,
            type(error).__name__,
            error.status,
        )
        # A tenant's own key is not used twice where the first time may have been billed.
        return elsewhere and (not way.priced.own_key or error.billed is False)

    async def _dispatch(self, way: Way) -> None:
        """Committed before the first byte leaves; raises Refused (503)."""
        desk, call = self._desk, self.call
        self.attempt += 1
        previous, self.way, self._sent = self.way, way, False
        if previous is not None:
            await desk.services.database.run(
                ledger_calls.next_attempt,
                call.request_id,
                route=way.priced.route,
                owner=desk.owner,
                lease_until=desk.lease_until(),
                now=desk.services.clock.now(),
                reason=type(self._error).__name__,
            )
        elif self._left_by is None:
            await desk.services.database.dispatch(
                call.request_id,
                route=way.priced.route,
                owner=desk.owner,
                lease_until=desk.lease_until(),
            )
        self.dispatched_s = desk.services.clock.monotonic()
        self._error = None

    async def _exchange(self, way: Way) -> None:
        """Ask one way and pass on what it answers; raises ProviderError before the first token."""
        cap = self.call.output_tokens_max
        self.reader = self._asked.reader(
            way.priced, way.host, self.call, self._desk.services.counter.count_text
        )
        self._sent = True
        if way.door is None:
            await self._play(self._asked.demo(way.priced, cap))
            return
        sent = self._asked.call(way.priced, way.host, output_tokens_max=cap, secret=way.secret)
        async with way.door.open(sent) as answer:
            if answer.status != 200:
                raise await _refusal(answer, way)
            await self._read(answer, self.reader)

    async def _read(self, answer: AiohttpAnswer, reader: Reader) -> None:
        try:
            await Passage(reader, self._client, self._begin_answer).carry(answer)
        except StreamBroken as error:
            if not reader.began:
                raise
            reader.abort(fault_from(error))
            return
        await self._close(reader)

    async def _play(self, events: AsyncIterator[Any]) -> None:
        reader = self.reader
        assert reader is not None
        async with closed_after(events) as stream:
            async for event in stream:
                passed_on = reader.take(event)
                if reader.began:
                    await self._begin_answer()
                if passed_on:
                    await self._client.write(passed_on)
        await self._close(reader)

    async def _close(self, reader: Reader) -> None:
        """The body came to its end; raises ProviderError where it was an error from the start."""
        rest = b"" if reader.ended else reader.close()
        finished = reader.finished
        if not reader.began and (finished is None or finished.outcome is Outcome.BROKEN):
            raise error_of_fault(finished.fault if finished else None)
        await self._begin_answer()
        if rest:
            await self._client.write(rest)

    async def _begin_answer(self) -> None:
        assert self.way is not None
        self._desk.health.answered(self.way.id)
        if self._asked.stream and not self._client.started:
            await self._client.start_events(self._told().early_headers)

    async def _end(self) -> None:
        """Book what was seen, then tell the client."""
        ended = await self._ended()
        await book_and_tell(
            self._desk.services, self.call, ended, self._tell, within_s=_TELL_WITHIN_S
        )

    async def _tell(self, receipt: Receipt | None) -> None:
        await tell(self._client, self._told(receipt))

    async def _ended(self) -> CallEnd | CallDropped:
        if not self._sent:
            return CallDropped("the client went before anything was sent", Proof.NOTHING_SENT)
        reader, way = self.reader, self.way
        assert reader is not None
        assert way is not None
        how = how_it_ended(reader.finished, gone=self._gone)
        if self._error is not None and how is not How.STOPPED:
            how = How.FAILED
        counted = 0
        if how is not How.COMPLETE or reader.usage is None:
            counted = reader.counted_output()
        seen = Seen(
            how=how,
            route=way.priced,
            counted_input=self._asked.counted_input,
            counted_output=counted,
            usage=reader.usage,
            drained=self._draining
            and self._is_over
            and how_it_ended(reader.finished, gone=False) is How.COMPLETE,
            error=self._error,
            upstream_id=reader.upstream_id,
            upstream_model=reader.upstream_model,
            answer=kept_answer(reader),
        )
        return end_seen(self.call, seen)

    def _told(self, receipt: Receipt | None = None) -> Told:
        return Told(self.call, self._asked, self.way, self.reader, self._error, receipt)

    async def _while_there(self, work: Awaitable[T]) -> T:
        """Do what may be broken off; raises _Left."""
        if self._left:
            if asyncio.iscoroutine(work):
                work.close()
            raise _Left
        self._may_cancel = True
        try:
            return await work
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._left or task is None:
                raise
            task.uncancel()
            raise _Left from None
        finally:
            self._may_cancel = False

    def _interrupt(self) -> None:
        already, self._left = self._left, True
        if self._may_cancel and self._task is not None and not already:
            self._task.cancel()

    def _begin_drain(self) -> bool:
        """Take a drain's place now and give the stream's back; False where all are taken."""
        desk, limits = self._desk, self._desk.services.settings.limits
        if desk.drains >= limits.drains:
            return False
        desk.drains += 1
        self._draining = True
        timer = asyncio.get_running_loop().call_later(limits.drain_s, self._interrupt)
        assert self._task is not None

        def over(_: object) -> None:
            timer.cancel()
            desk.drains -= 1

        self._task.add_done_callback(over)
        self._leave_gate()
        return True

    def _leave_gate(self) -> None:
        if self._inside:
            self._inside = False
            self._desk.gate.leave()


async def _refusal(answer: HttpAnswer, way: Way) -> ProviderError:
    try:
        body = await answer.body()
    except StreamBroken:
        # The status has said it already; only the provider's words are missing.
        body = b""
    return error_of_response(
        answer.status, body, host=way.host.name, headers=answer.headers, secret=way.secret
    )
