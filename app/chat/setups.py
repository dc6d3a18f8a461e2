"""What goes along with each call of a chat: an assistant's instructions, and the tools allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.chat.rounds import without_calls
from app.chat.routes import Route
from app.providers.languages import Language
from app.request import RequestMessage, Role, TextPart, ToolSpec
from app.store.chat_setups import ChatSetups
from app.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Setup:
    """`messages` stand before the conversation; `tools` are what the model may call."""

    messages: tuple[RequestMessage, ...] = ()
    tools: tuple[ToolSpec, ...] = ()

    def around(self, conversation: tuple[RequestMessage, ...]) -> tuple[RequestMessage, ...]:
        """The conversation as it is sent; without tools, what earlier ones said goes as words."""
        return (*self.messages, *(conversation if self.tools else without_calls(conversation)))


_NONE = Setup()


def no_setup(chat_id: str, route: Route) -> Setup:
    """A chat without an assistant and without tools."""
    return _NONE


class Setups:
    """Reads how chats are set up."""

    def __init__(self, shelf: ChatSetups, toolbox: Toolbox) -> None:
        self._shelf = shelf
        self._toolbox = toolbox

    def of(self, chat_id: str, route: Route) -> Setup:
        """What a call of a chat takes along; nothing where nobody chose anything.

        Tools that the model is known not to call are left out.
        """
        chosen = self._shelf.get(chat_id)
        if chosen is None:
            return _NONE
        messages: tuple[RequestMessage, ...] = ()
        if chosen.assistant is not None and (told := chosen.assistant.instructions.strip()):
            messages = (RequestMessage(Role.SYSTEM, (TextPart(told),)),)
        tools = self._toolbox.specs(chosen.tools) if calls_tools(route) else ()
        if route.host.language_of(route.model_id) is Language.OPENAI_RESPONSES:
            # There a schema is strict unless told otherwise, and all arguments would be required.
            tools = tuple(replace(tool, strict=False) for tool in tools)
        return Setup(messages, tools)


def calls_tools(route: Route) -> bool:
    """Whether a model calls tools, as far as anybody has written down."""
    abilities = route.card.abilities if route.card is not None else frozenset()
    return not abilities or "tools" in abilities
