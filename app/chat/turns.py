"""Turns that run: each streams one answer, saves it as it comes, and settles what it cost.

A turn ends complete, interrupted or incomplete, and is charged once by the rule that fits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.chat.answer import Answer
from app.chat.faults import fault_json, fault_view, stream_fault_view
from app.chat.quotes import Admission
from app.chat.routes import Routes
from app.chat.saver import PartialSaver
from app.chat.settle import Done, Ending, Settler
from app.clock import Clock
from app.errors import ProviderError, StoreError, TuppenceError
from app.metering.hold import How
from app.providers.events import Finished, Outcome, StreamEvent
from app.seam import events
from app.seam.events import Event
from app.seam.views import FaultView
from app.store.records import MessageRecord, State
from app.store.shelves import Shelves

LENGTH_REACHED = FaultView(
    "LengthReached",
    "The answer reached its length limit.",
    "Continue lets the model write on from there.",
    "continue",
)
DRAIN_LIMIT_S = 120.0
DRAINS_MAX = 32

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Turn:
    """One running call for one message. `stopped` is set when the user has asked to stop."""

    chat_id: str
    pane: int
    message: MessageRecord
    admission: Admission
    answer: Answer
    began_s: float
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False  # the user is done with it; only the bill is still read
    dispatched: bool = False
    task: asyncio.Task[None] | None = None


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
    ) -> None:
        self._shelves = shelves
        self._routes = routes
        self._settler = settler
        self._clock = clock
        self._emit = emit
        self._stopped = stopped
        self._settled = settled
        self._running: dict[str, Turn] = {}
        self._disk_trouble = False

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
        turn.task = asyncio.get_running_loop().create_task(self._run(turn))
        return turn.task

    def live(self, row: MessageRecord) -> MessageRecord:
        """A row as it stands in memory, where its answer is still being written."""
        turn = self._running.get(row.id)
        if turn is None:
            return row
        state = State.INTERRUPTED if turn.draining else State.STREAMING
        return replace(turn.answer.record(state), siblings=row.siblings)

    def is_running(self, chat_id: str, pane: int | None = None) -> bool:
        """Whether an answer is being written there; one that only drains is not."""
        return any(not turn.draining for turn in self._of(chat_id, pane))

    def running_chats(self) -> set[str]:
        return {turn.chat_id for turn in self._running.values() if not turn.draining}

    def stop(self, chat_id: str, pane: int | None = None) -> list[Turn]:
        """Ask the turns of a chat to stop; they settle by themselves."""
        turns = self._of(chat_id, pane)
        for turn in turns:
            turn.stopped.set()
        return turns

    async def stop_chat(self, chat_id: str) -> None:
        """Stop a chat's turns and wait until they are settled."""
        await self._leave(self.stop(chat_id))

    async def stop_all(self) -> None:
        """Stop everything and wait until it is settled; nothing is drained any more."""
        turns = list(self._running.values())
        for turn in turns:
            turn.stopped.set()
        await self._leave(turns)

    async def _leave(self, turns: list[Turn]) -> None:
        for turn in turns:
            turn.hang_up.set()
        await self._wait(turns)

    def _of(self, chat_id: str, pane: int | None) -> list[Turn]:
        return [
            turn
            for turn in self._running.values()
            if turn.chat_id == chat_id and (pane is None or turn.pane == pane)
        ]

    async def _wait(self, turns: list[Turn]) -> None:
        tasks = [turn.task for turn in turns if turn.task is not None]
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, turn: Turn) -> None:
        saver = PartialSaver(lambda: self._save(turn))
        try:
            ending = await self._stream(turn, saver)
        except asyncio.CancelledError:
            ending = Ending(State.INTERRUPTED, how=How.STOPPED)
        except ProviderError as error:
            _log.info("turn %s: %s", turn.message.id, error)
            ending = Ending(State.INCOMPLETE, fault_view(error), error, How.FAILED)
        except TuppenceError as error:
            _log.info("turn %s: %s", turn.message.id, error)
            ending = Ending(State.INCOMPLETE, fault_view(error), how=How.FAILED)
        finally:
            saver.cancel()
        self._end(turn, ending)

    async def _stream(self, turn: Turn, saver: PartialSaver) -> Ending:
        provider = await self._routes.open(turn.admission.route)
        self._shelves.holds.dispatch(turn.admission.hold_id)
        turn.dispatched = True
        stream = provider.stream(turn.admission.request)
        reading = asyncio.ensure_future(self._read(turn, stream, saver))
        stopping = asyncio.ensure_future(turn.stopped.wait())
        try:
            either: set[asyncio.Future[Any]] = {reading, stopping}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return _ending_of(reading.result())
            return await self._stop_reading(turn, reading)
        finally:
            stopping.cancel()
            reading.cancel()

    async def _read(
        self, turn: Turn, stream: AsyncIterator[StreamEvent], saver: PartialSaver
    ) -> Finished:
        async for event in stream:
            heard = turn.answer.take(event, self._clock.monotonic())
            if heard is not None and not turn.stopped.is_set():
                saver.mark()
                self._emit(heard)
        return turn.answer.finished or Finished(Outcome.BROKEN)

    async def _stop_reading(self, turn: Turn, reading: asyncio.Future[Finished]) -> Ending:
        """The user stopped: hang up, or read on quietly where the provider bills on anyway.

        Reading on gives the true bill; what comes then is neither shown nor kept.
        """
        stopped = Ending(State.INTERRUPTED, how=How.STOPPED)
        turn.answer.close_text()
        self._save(turn)
        if turn.admission.route.host.quirks.bills_on and self._may_drain():
            self._show_stopped(turn)
            await self._drain(turn, reading)
            if reading.done() and reading.exception() is None:
                return replace(stopped, drained=turn.answer.usage is not None)
        reading.cancel()
        await asyncio.wait({reading})
        return stopped

    def _may_drain(self) -> bool:
        return sum(turn.draining for turn in self._running.values()) < DRAINS_MAX

    async def _drain(self, turn: Turn, reading: asyncio.Future[Finished]) -> None:
        """Read to the end, for as long as the limit and the program let us."""
        turn.draining = True
        leaving = asyncio.ensure_future(turn.hang_up.wait())
        either: set[asyncio.Future[Any]] = {reading, leaving}
        await asyncio.wait(either, timeout=DRAIN_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()

    def _show_stopped(self, turn: Turn) -> None:
        """The answer counts as stopped at once; its cost follows."""
        record = turn.answer.record(State.INTERRUPTED)
        self._stopped(turn.chat_id, turn.pane, record)

    def _save(self, turn: Turn) -> None:
        record = turn.answer.record(State.STREAMING)
        try:
            self._shelves.messages.save_partial(
                turn.message.id,
                text=record.text,
                thinking=record.thinking,
                output_tokens=turn.answer.pieces,
            )
            self._disk_trouble = False
        except StoreError as error:
            # The answer goes on in memory; it is stored whole at the end or as soon as it can be.
            _log.warning("partial save: %s", error)
            if not self._disk_trouble:
                self._emit(events.Notice("error", error.message, error.advice))
            self._disk_trouble = True

    def _end(self, turn: Turn, ending: Ending) -> None:
        duration_s = self._clock.monotonic() - turn.began_s
        try:
            record = self._settler.settle(self._done(turn, ending, duration_s))
        except StoreError as error:
            _log.error("turn %s could not be stored: %s", turn.message.id, error)
            self._emit(events.Notice("error", error.message, error.advice))
            record = replace(
                turn.answer.record(State.INCOMPLETE), fault_json=fault_json(fault_view(error))
            )
        finally:
            self._running.pop(turn.message.id, None)
        self._settled(turn.chat_id, turn.pane, record)

    def _done(self, turn: Turn, ending: Ending, duration_s: float) -> Done:
        answer = turn.answer
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
            new_text=answer.new_text + answer.new_thinking,
        )

    def _keep_images(self, turn: Turn) -> list[str]:
        kept = []
        for number, image in enumerate(turn.answer.images, start=1):
            name = f"image-{number}.{image.media_type.rpartition('/')[2]}"
            kept.append(self._shelves.attachments.keep(name, image.media_type, image.content).id)
        return kept


def _ending_of(finished: Finished) -> Ending:
    fault = finished.fault
    match finished.outcome:
        case Outcome.BROKEN:
            view = (
                stream_fault_view(fault)
                if fault is not None
                else FaultView(
                    "StreamBroken",
                    "The answer stopped in the middle.",
                    "What came is kept. You can let it go on or try again.",
                    "retry",
                )
            )
            return Ending(State.INCOMPLETE, view, how=How.FAILED)
        case Outcome.INTERRUPTED:
            return Ending(State.INTERRUPTED, how=How.STOPPED)
        case Outcome.LENGTH:
            return Ending(State.COMPLETE, LENGTH_REACHED)
        case Outcome.REFUSED:
            return Ending(State.COMPLETE, stream_fault_view(fault) if fault else None)
        case _:
            return Ending(State.COMPLETE)
