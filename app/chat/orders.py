"""Orders under way: from the user's word until their turns run, so that none is given twice.

Admitting a call takes a moment. What is asked, stopped or deleted meanwhile meets the order here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import TuppenceError


@dataclass(eq=False, slots=True)
class Order:
    """One wish to ask some panes; `message_id` names the answer that is to go on, if one is."""

    chat_id: str
    panes: frozenset[int]
    message_id: str | None
    stopped: bool = False

    def require_wanted(self) -> None:
        """Raise where the user has stopped it: nothing has left yet, and nothing shall."""
        if self.stopped:
            raise TuppenceError("You stopped this before it was sent.", "Nothing was charged.")


class Orders:
    """The orders of all chats."""

    def __init__(self) -> None:
        self._open: set[Order] = set()

    @contextmanager
    def begin(
        self, chat_id: str, panes: Sequence[int], message_id: str | None = None
    ) -> Iterator[Order]:
        """An order that is open inside the block."""
        order = Order(chat_id, frozenset(panes), message_id)
        self._open.add(order)
        try:
            yield order
        finally:
            self._open.discard(order)

    def is_open(self, chat_id: str, pane: int | None = None) -> bool:
        """Whether one is open for a pane, or for any of a chat."""
        return any(True for _ in self._of(chat_id, pane))

    def has_message(self, message_id: str) -> bool:
        """Whether an answer is about to go on."""
        return any(order.message_id == message_id for order in self._open)

    def stop(self, chat_id: str, pane: int | None = None) -> None:
        """The user does not want what is not sent yet."""
        for order in self._of(chat_id, pane):
            order.stopped = True

    def _of(self, chat_id: str, pane: int | None) -> Iterator[Order]:
        for order in self._open:
            if order.chat_id == chat_id and (pane is None or pane in order.panes):
                yield order
