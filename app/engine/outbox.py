"""Events on their way to the window: in order, joined where that loses nothing.

Written on the engine thread, drained on the window's. Text of one message that nobody has
fetched yet is joined, and a newer list makes an unread older one go, so the box stays small
however long the window is busy. The newer one stands where it came: behind its causes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.seam import events, hosted
from app.seam.events import Event

_REPLACEABLE = (
    events.ChatsListed,
    events.ModelsListed,
    events.KeysListed,
    events.BillingReady,
    events.SettingsChanged,
    events.KeychainReady,
    events.LocalModelsFound,
    events.QuoteReady,
    events.SearchFound,
    events.UsageShown,
    events.UsageExportMoved,
    hosted.AccountsShown,
    hosted.ShopShown,
    hosted.LicenseShown,
)


@dataclass(slots=True)
class _Run:
    """Text of one message that still grows."""

    first: events.TextArrived | events.ThinkingArrived
    pieces: list[str]

    def event(self) -> Event:
        first = self.first
        return type(first)(first.chat_id, first.pane, first.message_id, "".join(self.pieces))


class Outbox:
    """A box of events; `wake` is called from the engine thread when it stops being empty."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._items: list[Event | _Run | None] = []  # None: replaced by a later one
        self._runs: dict[str, _Run] = {}
        self._places: dict[type, int] = {}

    def put(self, event: Event) -> None:
        """Add an event behind the others."""
        with self._lock:
            was_empty = not self._items  # one that was replaced has woken the window already
            if isinstance(event, events.TextArrived | events.ThinkingArrived):
                self._put_text(event)
            elif isinstance(event, _REPLACEABLE):
                self._put_replacing(event)
            else:
                # A card that changes in another way ends the run: later text comes after it.
                self._runs.clear()
                self._items.append(event)
        if was_empty:
            self._wake()

    def drain(self) -> list[Event]:
        """Everything since the last call, in order."""
        with self._lock:
            items, self._items = self._items, []
            self._runs.clear()
            self._places.clear()
        there = (item for item in items if item is not None)
        return [item.event() if isinstance(item, _Run) else item for item in there]

    def _put_text(self, event: events.TextArrived | events.ThinkingArrived) -> None:
        run = self._runs.get(event.message_id)
        if run is not None and type(run.first) is type(event):
            run.pieces.append(event.text)
            return
        run = _Run(event, [event.text])
        self._runs[event.message_id] = run
        self._items.append(run)

    def _put_replacing(self, event: Event) -> None:
        place = self._places.get(type(event))
        if place is not None:
            self._items[place] = None
        self._places[type(event)] = len(self._items)
        self._items.append(event)
