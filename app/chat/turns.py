"""Turns that run: each streams one answer, saves it as it comes, and settles what it cost.

A turn ends complete, interrupted or incomplete, and is charged once by the rule that fits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, repeat

from app.chat.answer import Answer
from app.chat.faults import fault_view
from app.chat.orders import Order, Orders
from app.chat.quotes import Admission
from app.chat.rerouting import Rerouting
from app.chat.routes import Routes
from app.chat.saver import PartialSaver
from app.chat.settle import Done, Ending, Settler, needs_count
from app.chat.tool_loop import CALL_OVER, ToolLoop
from app.chat.turn import Turn
from app.chat.turn_endings import (
    DEFECT_NOTICE,
    STOPPED,
    ending_of,
    ending_of_drain,
    ending_of_work,
    next_of_work,
)
from app.chat.turn_tasks import done_before, start_task
from app.clock import Clock
from app.errors import AnswerUnderWay, StoreError, TuppenceError
from app.providers.client import Provider
from app.providers.events import Begun, Finished, Outcome, Paused, StreamEvent
from app.seam.events import Event, Notice
from app.store.records import MessageRecord, State
from app.store.shelves import Shelves

DRAIN_LIMIT_S = 120.0
DRAINS_MAX = 32
_HANG_UP_LIMIT_S = 2.0
_STOP_LIMIT_S = 5.0
_TOLD_PAUSE_S = 3.0
_STORE_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

_log = logging.getLogger(__name__)


class Turns:
    """Every turn that runs, by message."""

    def __init__(
        self,
        shelves: Shelves,
        routes: Routes,
        settler: Settler,
        clock: Clock,
        emit: Callable[[Event], None],
        stopped: Callable[[str, int, MessageRecord], None],
        settled: Callable[[str, int, MessageRecord], None],
        loop: ToolLoop,
    ) -> None:
        self._loop = loop
        self._shelves = shelves
        self._routes = routes
        self._settler = settler
        self._clock = clock
        self._emit = emit
        self._stopped = stopped
        self._settled = settled
        self._running: dict[str, Turn] = {}
        self._orders = Orders()
        self._closing = asyncio.Event()
        self._disk_trouble = False

    @contextmanager
    def order(
        self, chat_id: str, panes: Sequence[int], message_id: str | None = None
    ) -> Iterator[Order]:
        """Prepare to ask some panes, or to let an answer go on; raises where that is under way.

        Whoever leaves the block with something stored starts it before anybody else may run.
        """
        if any(self.is_running(chat_id, pane) for pane in panes):
            raise AnswerUnderWay(
                "An answer is still being written.", "Wait for it, or stop it and send again."
            )
        if message_id is not None:
            self._require_settled(message_id)
        with self._orders.begin(chat_id, panes, message_id) as order:
            yield order

    def start(self, message: MessageRecord, pane: int, admission: Admission) -> asyncio.Task[None]:
        """Stream the answer for a message whose hold is committed."""
        turn = Turn(
            chat_id=message.chat_id,
            pane=pane,
            message=message,
            admission=admission,
            answer=Answer(message, pane, admission.route.host.id),
            began_s=self._clock.monotonic(),
        )
        self._running[message.id] = turn
        turn.task = start_task(self._run(turn), lambda: self._emit(DEFECT_NOTICE))
        return turn.task

    def live(self, row: MessageRecord) -> MessageRecord:
        """A row as it stands in memory, where its answer is still being written."""
        turn = self._running.get(row.id)
        if turn is None:
            return row
        return replace(turn.shown(), siblings=row.siblings)

    def keep(self, message_id: str) -> bool:
        """The user takes a half answer as it is; False where it is none of these."""
        turn = self._running.get(message_id)
        if turn is not None:
            turn.answer.extras.kept = True
        return turn is not None

    def works_on(self, message_id: str) -> bool:
        """Whether a message is being written, or about to be; a bill that is read counts too."""
        return message_id in self._running or self._orders.has_message(message_id)

    def is_running(self, chat_id: str, pane: int | None = None) -> bool:
        """Whether an answer is written there or about to be; one that only drains is not."""
        written = any(turn.is_written for turn in self._of(chat_id, pane))
        return written or self._orders.is_open(chat_id, pane)

    def running_chats(self) -> set[str]:
        return {turn.chat_id for turn in self._running.values() if turn.is_written}

    def stop(self, chat_id: str, pane: int | None = None) -> list[Turn]:
        """Ask the turns of a chat to stop; they settle by themselves."""
        self._orders.stop(chat_id, pane)
        turns = self._of(chat_id, pane)
        for turn in turns:
            turn.stopped.set()
        return turns

    async def stop_chat(self, chat_id: str) -> None:
        """Stop a chat's turns and wait until they are settled."""
        await self._leave(self.stop(chat_id))

    async def stop_all(self) -> None:
        """Stop everything and wait until it is settled, within a limit; no bill is awaited."""
        self._closing.set()
        turns = list(self._running.values())
        for turn in turns:
            turn.stopped.set()
        await self._leave(turns, _STOP_LIMIT_S)
        left = [turn for turn in turns if turn.message.id in self._running]
        for turn in left:
            # It does not come back from hanging up: settled with what is known.
            if turn.task is not None:
                turn.task.cancel()
        await self._wait(left, _STOP_LIMIT_S)

    async def _leave(self, turns: list[Turn], limit_s: float | None = None) -> None:
        for turn in turns:
            turn.hang_up.set()
        await self._wait(turns, limit_s)

    def _require_settled(self, message_id: str) -> None:
        turn = self._running.get(message_id)
        if self._orders.has_message(message_id) or (turn is not None and turn.is_written):
            raise AnswerUnderWay("This answer is still being written.", "Wait for it, or stop it.")
        if turn is not None:
            raise TuppenceError(
                "What this answer cost is still coming in.", "Let it go on in a moment."
            )

    def _of(self, chat_id: str, pane: int | None) -> list[Turn]:
        return [
            turn
            for turn in self._running.values()
            if turn.chat_id == chat_id and (pane is None or turn.pane == pane)
        ]

    async def _wait(self, turns: list[Turn], limit_s: float | None = None) -> None:
        tasks = [turn.task for turn in turns if turn.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=limit_s)

    async def _run(self, turn: Turn) -> None:
        ending = await self._call(turn)
        while self._loop.goes_on(turn, ending):
            ended = await self._between(turn)
            ending = ended or await self._call(turn)
            if ended is not None:
                break
        self._end(turn, ending)

    async def _between(self, turn: Turn) -> Ending | None:
        """Settle the call that asked for tools, run them, admit the next; how the turn ends
        where it does."""
        turn.answer.close_round()
        try:
            settled = self._settler.settle(self._done(turn, CALL_OVER))
        except TuppenceError as error:
            # Settled again when the turn ends; nothing is run or asked on what is not stored.
            return Ending(State.COMPLETE, fault_view(error))
        self._loop.count(turn, settled)
        turn.end_call(settled, self._clock.monotonic())
        working = asyncio.ensure_future(self._loop.next_call(turn))
        try:
            await asyncio.wait({working})
        except asyncio.CancelledError:
            working.cancel()
        return next_of_work(working)

    async def _call(self, turn: Turn) -> Ending:
        saver = PartialSaver(lambda: self._save(turn))
        streaming = asyncio.ensure_future(self._stream(turn, saver))
        try:
            await asyncio.wait({streaming})
        except asyncio.CancelledError:
            _log.warning("turn %s did not stop in time", turn.message.id)
            streaming.cancel()
        finally:
            saver.cancel()
        ending = ending_of_work(streaming)
        await self._count(turn, ending)
        return ending

    async def _count(self, turn: Turn, ending: Ending) -> None:
        """Count what came while other turns go on; where the program ends first, settling does."""
        if not needs_count(ending, turn.answer.usage):
            return
        try:
            turn.counted_output = await self._settler.count(turn.answer.written, turn.admission)
        except (TuppenceError, asyncio.CancelledError) as error:
            _log.warning("turn %s is counted when it settles: %r", turn.message.id, error)

    async def _stream(self, turn: Turn, saver: PartialSaver) -> Ending:
        provider = await self._open(turn)
        if provider is None:
            return STOPPED
        self._shelves.holds.dispatch(turn.admission.hold_id)
        turn.dispatched = True
        stream = self._ask(turn, provider)
        reading = asyncio.ensure_future(self._read(turn, stream, saver))
        try:
            if await done_before(turn.stopped, reading):
                return ending_of(reading.result())
            return await self._stop_reading(turn, reading)
        finally:
            reading.cancel()

    def _ask(self, turn: Turn, provider: Provider) -> AsyncIterator[StreamEvent]:
        if turn.admission.alternates:
            return Rerouting(turn, self._routes, self._shelves.holds, self._emit).stream(provider)
        return provider.stream(turn.admission.request)

    async def _open(self, turn: Turn) -> Provider | None:
        """The provider with its key; None where the user stopped first: nothing was sent then."""
        opening = asyncio.ensure_future(self._routes.open(turn.admission.route))
        try:
            opened = await done_before(turn.stopped, opening)
            return opening.result() if opened and not turn.stopped.is_set() else None
        finally:
            opening.cancel()

    async def _read(
        self, turn: Turn, stream: AsyncIterator[StreamEvent], saver: PartialSaver
    ) -> Finished:
        async for event in stream:
            if isinstance(event, Paused) and event.wait_s >= _TOLD_PAUSE_S:
                self._emit(turn.pause_notice(event.wait_s))
            heard = turn.answer.take(event, self._clock.monotonic())
            if turn.stopped.is_set():
                continue
            if heard is not None or isinstance(event, Begun):
                saver.mark()
            if heard is not None:
                self._emit(heard)
        return turn.answer.finished or Finished(Outcome.BROKEN)

    async def _stop_reading(self, turn: Turn, reading: asyncio.Future[Finished]) -> Ending:
        """The user stopped: hang up, or read on quietly where the provider bills on anyway.

        Reading on gives the true bill; what comes then is neither shown nor kept.
        """
        turn.answer.close_text()
        turn.closed_s = self._clock.monotonic()
        self._save(turn)
        bills_on = turn.admission.route.host.quirks.bills_on and not turn.answer.paused
        if bills_on and self._may_drain():
            turn.draining = True
            self._show_stopped(turn)
            # For as long as the limit and the program let us.
            await done_before(turn.hang_up, reading, limit_s=DRAIN_LIMIT_S)
        if not reading.done():
            reading.cancel()
            await asyncio.wait({reading}, timeout=_HANG_UP_LIMIT_S)
        return ending_of_drain(reading, usage_came=turn.answer.usage is not None)

    def _may_drain(self) -> bool:
        return sum(turn.draining for turn in self._running.values()) < DRAINS_MAX

    def _show_stopped(self, turn: Turn) -> None:
        """The answer counts as ended at once; its cost follows."""
        self._stopped(turn.chat_id, turn.pane, turn.shown())

    def _save(self, turn: Turn) -> None:
        record = turn.answer.record(State.STREAMING)
        try:
            self._shelves.messages.save_partial(
                turn.message.id,
                text=record.text,
                thinking=record.thinking,
                output_tokens=turn.answer.pieces,
                generation_id=turn.answer.generation_id,
            )
            self._disk_trouble = False
        except StoreError as error:
            # The answer goes on in memory; it is stored whole at the end or as soon as it can be.
            self._tell_trouble(error)

    def _tell_trouble(self, error: TuppenceError) -> None:
        _log.warning("an answer could not be saved: %s", error)
        if not self._disk_trouble:
            self._emit(Notice("error", error.message, error.advice))
        self._disk_trouble = True

    def _end(self, turn: Turn, ending: Ending) -> None:
        turn.ended = ending
        turn.closed_s = turn.closed_s or self._clock.monotonic()
        if self._stored(turn):
            return
        if self._closing.is_set():
            self._give_up(turn)
            return
        self._show_stopped(turn)
        turn.task = start_task(self._store_later(turn))

    async def _store_later(self, turn: Turn) -> None:
        """Try again until the disk takes the answer, which lives here until then, or the end."""
        for pause_s in chain(_STORE_AGAIN_S, repeat(_STORE_AGAIN_S[-1])):
            closing = asyncio.ensure_future(self._closing.wait())
            await asyncio.wait({closing}, timeout=pause_s)
            closing.cancel()
            if self._stored(turn):
                return
            if self._closing.is_set():
                self._give_up(turn)
                return

    def _give_up(self, turn: Turn) -> None:
        """The program ends: the next start settles at what was saved piece by piece."""
        _log.error("turn %s is stored as far as it was saved", turn.message.id)
        self._running.pop(turn.message.id, None)

    def _stored(self, turn: Turn) -> bool:
        """Store an answer that ended; False where the disk does not take it now."""
        assert turn.ended is not None
        try:
            done = self._done(turn, turn.ended)
            record = self._settler.close(done) if turn.between else self._settler.settle(done)
        except TuppenceError as error:
            self._tell_trouble(error)
            return False
        self._disk_trouble = False
        self._running.pop(turn.message.id, None)
        self._settled(turn.chat_id, turn.pane, record)
        return True

    def _done(self, turn: Turn, ending: Ending) -> Done:
        answer = turn.answer
        duration_s = (turn.closed_s or self._clock.monotonic()) - turn.began_s
        before_s = turn.message.duration_s or 0.0
        message = replace(
            answer.record(ending.state),
            duration_s=before_s + duration_s,
            attachment_ids=(*turn.message.attachment_ids, *self._keep_images(turn)),
        )
        return Done(
            message=message,
            admission=turn.admission,
            ending=ending,
            dispatched=turn.dispatched,
            usage=answer.usage,
            finished=answer.finished,
            new_text=answer.written,
            refused=answer.paused,
            counted_output=turn.counted_output,
            failed=tuple(turn.failed),
            generation_id=answer.generation_id,
        )

    def _keep_images(self, turn: Turn) -> list[str]:
        kept = []
        for number, image in enumerate(turn.answer.images, start=1):
            name = f"image-{number}.{image.media_type.rpartition('/')[2]}"
            kept.append(self._shelves.attachments.keep(name, image.media_type, image.content).id)
        return kept
