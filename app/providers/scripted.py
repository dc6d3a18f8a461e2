"""A provider that answers from a script: for the demo, for tests and for benches. No network.

A script is data: steps in order, with their timing. It never claims to be a model.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from app.errors import ProviderError
from app.providers.client import KeyCheck
from app.providers.demo import DEMO_MODEL, DEMO_NAME, demo_answer
from app.providers.events import (
    CitationArrived,
    Fault,
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.providers.hosts import Host
from app.providers.languages import Language
from app.providers.listing import ListedModel
from app.request import ChatRequest, ImagePart, RequestMessage, Role, TextPart

__all__ = ["DEMO_HOST", "DEMO_MODEL", "ScriptedProvider", "demo_script"]

DEMO_HOST = Host(
    id="demo",
    name="Demo",
    language=Language.OPENAI_CHAT,
    base_url="",
    price_provider="demo",
    needs_key=False,
)
_GO_ON = "Go on exactly where you stopped"  # how a request for the rest begins
_PIECE = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")


@dataclass(frozen=True, slots=True)
class Emit:
    """One event, at once."""

    event: StreamEvent


@dataclass(frozen=True, slots=True)
class Type:
    """A text word by word, `words_per_s` of them a second; 0 is as fast as they can be taken."""

    text: str
    words_per_s: float = 0.0
    thinking: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """An error instead of an answer; only as the first step, as providers do."""

    error: ProviderError


@dataclass(frozen=True, slots=True)
class Cut:
    """The stream ends in the middle."""

    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The stream ends as it should."""

    outcome: Outcome = Outcome.COMPLETE


Step = Emit | Type | Pause | Fail | Cut | End
Steps = Sequence[Step]
Script = Callable[[ChatRequest], Steps]


def text_step(text: str) -> Emit:
    return Emit(TextArrived(text))


def tool_step(name: str, arguments: str = "{}", call_id: str = "call_1") -> Emit:
    return Emit(ToolCallArrived(call_id, name, arguments))


def citation_step(url: str, title: str = "") -> Emit:
    return Emit(CitationArrived(url, title))


class ScriptedProvider:
    """Plays a script: the same steps for every request, or steps made from the request."""

    def __init__(
        self,
        script: Script | Steps,
        *,
        host: Host = DEMO_HOST,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.host = host
        self.requests: list[ChatRequest] = []
        self._script = script
        self._sleep = sleep

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        self.requests.append(request)
        steps = self._script(request) if callable(self._script) else self._script
        for step in steps:
            match step:
                case Emit(event):
                    yield event
                case Type():
                    async for event in self._type(step):
                        yield event
                case Pause(seconds):
                    await self._sleep(seconds)
                case Fail(error):
                    raise error
                case Cut(fault):
                    yield Finished(Outcome.BROKEN, request.model, None, fault or _CUT)
                    return
                case End(outcome):
                    yield Finished(outcome, request.model)
                    return
                case _:
                    assert_never(step)
        yield Finished(Outcome.COMPLETE, request.model)

    async def list_models(self) -> tuple[ListedModel, ...]:
        return (ListedModel(DEMO_MODEL, DEMO_NAME),)

    async def check_key(self) -> KeyCheck:
        return KeyCheck(await self.list_models())

    async def count_input(self, request: ChatRequest) -> int | None:
        return None

    async def _type(self, step: Type) -> AsyncIterator[StreamEvent]:
        pause_s = 1 / step.words_per_s if step.words_per_s else 0.0
        for piece in _PIECE.findall(step.text):
            yield ThinkingArrived(piece) if step.thinking else TextArrived(piece)
            # Also at full speed: whoever waits beside this gets a turn.
            await self._sleep(pause_s)


_CUT = Fault(
    "StreamBroken",
    "The answer stopped in the middle: the connection ended too early.",
    "What came is kept. Send again to get the rest.",
)


def demo_script(
    words_per_s: float = 28.0,
    count_input: Callable[[ChatRequest], int] | None = None,
    reword: Callable[[str], str] = str,
) -> Script:
    """The demo: short, true answers about this program that say that they are scripted.

    `count_input` counts a request as its quote did. `reword` puts an answer into the words of
    whoever gives it.
    """

    def script(request: ChatRequest) -> Steps:
        question, begun = _asked(request)
        answer = demo_answer(question, pictures=_pictures(request))
        answer = replace(answer, text=reword(answer.text))
        if begun:
            answer = answer.after(begun)
        steps: list[Step] = [Pause(0.4 if words_per_s else 0.0)]
        if answer.thinking:
            steps.append(Type(answer.thinking, words_per_s, thinking=True))
        text, cut = _within(answer.text, request.output_tokens_max)
        steps.append(Type(text, words_per_s))
        if answer.breaks_off:
            return (*steps, Cut())
        counted = count_input(request) if count_input is not None else None
        usage = answer.usage(input_tokens=counted, request_letters=_letters(request), written=text)
        end = Outcome.LENGTH if cut else Outcome.COMPLETE
        return (*steps, Emit(UsageArrived(usage)), End(end))

    return script


def _within(text: str, tokens_max: int) -> tuple[str, bool]:
    """The text, cut at the cap that was sent; a token is taken for four letters."""
    letters = tokens_max * 4
    return (text, False) if len(text) <= letters else (text[:letters], True)


def _asked(request: ChatRequest) -> tuple[str, str]:
    """The last question, and the part of its answer that had come where it is to go on."""
    said = [(message.role, _words(message)) for message in request.messages]
    if request.seed_text:
        said.append((Role.ASSISTANT, request.seed_text))
    elif len(said) > 2 and said[-1][1].startswith(_GO_ON):
        said.pop()
    begun = said[-1][1] if said and said[-1][0] is Role.ASSISTANT else ""
    return next((text for role, text in reversed(said) if role is Role.USER), ""), begun


def _words(message: RequestMessage) -> str:
    return " ".join(part.text for part in message.parts if isinstance(part, TextPart))


def _pictures(request: ChatRequest) -> int:
    return sum(isinstance(part, ImagePart) for m in request.messages[-1:] for part in m.parts)


def _letters(request: ChatRequest) -> int:
    return sum(
        len(part.text)
        for message in request.messages
        for part in message.parts
        if isinstance(part, TextPart)
    )
