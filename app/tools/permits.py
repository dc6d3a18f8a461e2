"""May this tool run? What asks first, asks the user; a yes holds once or for the chat.

A yes for the chat is kept with it, over restarts, until it is taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from app.store.tool_permits import ToolPermits

# Tells whoever is asked: a question, or (None) that it needs no answer any more.
Ask = Callable[["Question"], None]


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a tool may run. `subject` is what it is about, such as a host."""

    chat_id: str
    pane: int
    message_id: str
    call_id: str
    tool: str
    title: str
    subject: str


@dataclass(slots=True)
class _Open:
    question: Question
    answer: asyncio.Future[str]


@dataclass(slots=True)
class Permits:
    """Questions that are open; `kept` holds what was allowed for a chat."""

    kept: ToolPermits
    ask: Ask
    withdraw: Ask = lambda question: None
    _open: dict[str, _Open] = field(default_factory=dict)

    async def may_run(self, question: Question) -> bool:
        """Wait for the user's word, where it was not given for this chat already."""
        if (question.tool, question.subject) in self.kept.of(question.chat_id):
            return True
        key = _key(question.message_id, question.call_id)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._open[key] = _Open(question, answer)
        self.ask(question)
        try:
            word = await answer
        finally:
            self._open.pop(key, None)
            self.withdraw(question)
        return word in ("once", "chat")

    def answer(self, message_id: str, call_id: str, word: str) -> str:
        """The user's word: once, chat or no. One that nobody waits for any more is nothing.

        Gives the chat for which something is allowed now, empty where nothing is.
        """
        waiting = self._open.get(_key(message_id, call_id))
        if waiting is None or waiting.answer.done():
            return ""
        asked = waiting.question
        if word == "chat":
            self.kept.allow(asked.chat_id, (asked.tool, asked.subject))
        waiting.answer.set_result(word)
        if word != "chat":
            return ""
        for other in self._open.values():
            same = (other.question.chat_id, other.question.tool, other.question.subject)
            if same == (asked.chat_id, asked.tool, asked.subject) and not other.answer.done():
                other.answer.set_result(word)
        return asked.chat_id

    def waiting(self, chat_id: str) -> list[Question]:
        """The questions of a chat that are open, oldest first."""
        return [one.question for one in self._open.values() if one.question.chat_id == chat_id]


def _key(message_id: str, call_id: str) -> str:
    return f"{message_id}/{call_id}"
