"""Tools and assistants over the seam: what a chat's model may call, questions, and the editor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolView:
    """A tool that there is. `asks`: it asks before it runs; `on`: this chat's model may call it."""

    name: str
    title: str
    about: str
    asks: bool = False
    on: bool = False


@dataclass(frozen=True, slots=True)
class AssistantView:
    """An assistant of one's own. `color` names one of the theme's marks; `model_ref` empty: the
    chat's own model. `spent_pusd` is what its calls cost this month, on own keys."""

    id: str
    name: str
    color: str = ""
    model_ref: str = ""
    model_name: str = ""
    instructions: str = ""
    tools: tuple[str, ...] = ()
    spent_pusd: int = 0


@dataclass(frozen=True, slots=True)
class AskSetup:
    """How a chat is set up. Answered by `SetupShown`."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class ChooseTools:
    """From now on these tools in a chat, and no others."""

    chat_id: str
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChooseAssistant:
    """From now on this assistant in a chat, with its model and tools; empty: none."""

    chat_id: str
    assistant_id: str


@dataclass(frozen=True, slots=True)
class AnswerTool:
    """The user's word on a tool that asked: `once`, `chat` (for all of this chat) or `no`."""

    message_id: str
    call_id: str
    word: str


@dataclass(frozen=True, slots=True)
class PermitView:
    """What a tool may do in a chat unasked: `subject` is what it is about, such as a host."""

    tool: str
    subject: str


@dataclass(frozen=True, slots=True)
class TakeBackPermit:
    """A tool asks again in this chat. Answered by `SetupShown`."""

    chat_id: str
    tool: str
    subject: str


@dataclass(frozen=True, slots=True)
class AskAssistants:
    """All assistants. Answered by `AssistantsListed`."""


@dataclass(frozen=True, slots=True)
class SaveAssistant:
    """A new assistant, or with its id a changed one. Answered by `AssistantSaved`."""

    serial: int
    name: str
    color: str = ""
    model_ref: str = ""
    instructions: str = ""
    tools: tuple[str, ...] = ()
    assistant_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoveAssistant:
    """Take one away; its chats stay, and what it spent keeps its name."""

    assistant_id: str


@dataclass(frozen=True, slots=True)
class SetupShown:
    """How a chat is set up now. `own_tools`: they were chosen in the chat itself; `permits`: what
    the user allowed for all of it."""

    chat_id: str
    tools: tuple[ToolView, ...]
    assistant: AssistantView | None = None
    own_tools: bool = False
    permits: tuple[PermitView, ...] = ()


@dataclass(frozen=True, slots=True)
class AssistantsListed:
    """All assistants, oldest first, with the tools that one can have."""

    assistants: tuple[AssistantView, ...]
    tools: tuple[ToolView, ...]


@dataclass(frozen=True, slots=True)
class AssistantSaved:
    """What became of an order; `message` says why where nothing was kept."""

    serial: int
    kept: bool
    assistant_id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class ToolAsked:
    """A tool wants to run and asks first; `subject` is what it is about, such as a host.

    Answered by `AnswerTool`; the answer waits until then, or until it is stopped.
    """

    chat_id: str
    pane: int
    message_id: str
    call_id: str
    tool: str
    title: str
    subject: str


@dataclass(frozen=True, slots=True)
class ToolAskEnded:
    """A question needs no answer any more: it got one, or its answer was stopped."""

    message_id: str
    call_id: str


AssistantCommand = (
    AskSetup | ChooseTools | ChooseAssistant | AnswerTool | AskAssistants | SaveAssistant
    | RemoveAssistant | TakeBackPermit
)  # fmt: skip
AssistantEvent = SetupShown | AssistantsListed | AssistantSaved | ToolAsked | ToolAskEnded
