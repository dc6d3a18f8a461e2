"""The engine's thread: it always says that it stopped, whatever happened before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from app.engine.core import Core
from app.engine.runtime import Engine, OpenCore
from app.errors import StoreError
from app.seam import commands, events
from app.seam.events import Event

JOIN_S = 20.0


def failing(error: Exception, wait_for: threading.Event | None = None) -> OpenCore:
    async def open_core(emit: Callable[[Event], None]) -> Core:
        if wait_for is not None:
            await asyncio.to_thread(wait_for.wait, JOIN_S)
        raise error

    return open_core


def engine_of(open_core: Callable[[Callable[[Event], None]], Awaitable[Core]]) -> Engine:
    return Engine(open_core, lambda: None)


def stopped_events(engine: Engine) -> list[Event]:
    return [event for event in engine.drain() if isinstance(event, events.EngineStopped)]


def test_an_engine_that_is_stopped_while_it_fails_to_open_says_that_it_stopped() -> None:
    gate = threading.Event()
    engine = engine_of(failing(StoreError("The folder is gone."), gate))
    engine.start()
    engine.stop()
    gate.set()
    assert engine.join(JOIN_S)
    assert len(stopped_events(engine)) == 1


def test_an_engine_that_never_opened_is_stopped_once() -> None:
    engine = engine_of(failing(StoreError("The folder is gone.")))
    engine.start()
    engine.submit(commands.ListChats())
    engine.stop()
    engine.stop()
    assert engine.join(JOIN_S)
    assert len(stopped_events(engine)) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_while_opening_ends_the_engine_and_later_orders_do_no_harm() -> None:
    engine = engine_of(failing(ZeroDivisionError("a defect")))
    engine.start()
    assert engine.join(JOIN_S)
    engine.submit(commands.ListChats())
    engine.stop()
    heard = engine.drain()
    assert [type(event) for event in heard] == [events.EngineFailed, events.EngineStopped]


def test_an_engine_that_was_never_started_stops_at_once() -> None:
    engine = engine_of(failing(StoreError("never asked")))
    engine.stop()
    assert engine.join(JOIN_S)
    assert len(stopped_events(engine)) == 1
