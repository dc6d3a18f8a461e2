"""Assistants and the tools of chats, as the window lists, chooses and changes them."""

from __future__ import annotations

from dataclasses import dataclass

from app.clock import Clock
from app.errors import ConfigError
from app.metering.budgets import Budget, Period, Scope, window_at
from app.seam.assistants import (
    AssistantsListed,
    AssistantView,
    PermitView,
    SaveAssistant,
    SetupShown,
    ToolView,
)
from app.store.assistants import AssistantRecord
from app.store.chat_setups import ChatSetupRecord
from app.store.shelves import Shelves
from app.tools.toolbox import Toolbox

NAME_LETTERS_MAX = 60
INSTRUCTIONS_LETTERS_MAX = 40_000


@dataclass(slots=True)
class AssistantDesk:
    """Lists, keeps and takes away."""

    shelves: Shelves
    toolbox: Toolbox
    clock: Clock

    def listed(self) -> AssistantsListed:
        """Everything as it stands now."""
        views = tuple(map(self._view, self.shelves.assistants.rows()))
        return AssistantsListed(views, self._tools(()))

    def setup(self, chat_id: str) -> SetupShown:
        """How a chat is set up."""
        chosen = self.shelves.setups.get(chat_id) or ChatSetupRecord()
        assistant = None if chosen.assistant is None else self._view(chosen.assistant)
        permits = tuple(PermitView(*each) for each in self.shelves.tool_permits.of(chat_id))
        return SetupShown(chat_id, self._tools(chosen.tools), assistant, chosen.own_tools, permits)

    def choose_tools(self, chat_id: str, names: tuple[str, ...]) -> None:
        """Keep which tools a chat's models may call; names that are none are left out."""
        known = [spec.name for spec in self.toolbox.specs(names)]
        self.shelves.setups.choose_tools(chat_id, known)

    def choose(self, chat_id: str, assistant_id: str) -> AssistantRecord | None:
        """Keep with which assistant a chat goes on; raises ConfigError where it is gone."""
        found = self.shelves.assistants.get(assistant_id) if assistant_id else None
        if assistant_id and (found is None or found.removed):
            raise ConfigError("This assistant is not there any more.", "Choose another one.")
        self.shelves.setups.choose_assistant(chat_id, assistant_id)
        return found

    def save(self, order: SaveAssistant) -> str:
        """Keep an assistant; its id. Raises ConfigError where it makes no sense."""
        name = " ".join(order.name.split())
        if not name:
            raise ConfigError("An assistant needs a name.", "Write one.")
        if len(name) > NAME_LETTERS_MAX:
            raise ConfigError(f"A name has at most {NAME_LETTERS_MAX} characters.", "Shorten it.")
        if len(order.instructions) > INSTRUCTIONS_LETTERS_MAX:
            raise ConfigError(
                f"Instructions have at most {INSTRUCTIONS_LETTERS_MAX:,} characters.",
                "They are sent with every message: shorten them.",
            )
        if order.assistant_id and self.shelves.assistants.get(order.assistant_id) is None:
            raise ConfigError("This assistant is not there any more.", "Make a new one.")
        for other in self.shelves.assistants.rows():
            if other.name.casefold() == name.casefold() and other.id != order.assistant_id:
                raise ConfigError("There is an assistant of this name.", "Choose another name.")
        record = AssistantRecord(
            id=order.assistant_id or self.clock.new_id(),
            name=name,
            color=order.color,
            model_ref=order.model_ref,
            instructions=order.instructions.strip(),
            tools=tuple(spec.name for spec in self.toolbox.specs(order.tools)),
        )
        self.shelves.assistants.save(record)
        self.shelves.setups.forget()
        return record.id

    def remove(self, assistant_id: str) -> None:
        """Take one away, with its budgets."""
        with self.shelves.database.transaction():
            self.shelves.assistants.remove(assistant_id)
            for budget in self.shelves.budgets.rows():
                if budget.scope is Scope.ASSISTANT and budget.subject_id == assistant_id:
                    self.shelves.budgets.remove(budget.id)
        self.shelves.setups.forget()

    def _tools(self, chosen: tuple[str, ...]) -> tuple[ToolView, ...]:
        return tuple(
            ToolView(
                tool.spec.name, tool.title, tool.about, tool.asks_first, tool.spec.name in chosen
            )
            for tool in self.toolbox.tools
        )

    def _view(self, assistant: AssistantRecord) -> AssistantView:
        month = Budget("-", Scope.ASSISTANT, 0, False, assistant.id, Period.MONTH)
        use = self.shelves.budgets.use(window_at(month, self.clock.now()))
        return AssistantView(
            id=assistant.id,
            name=assistant.name,
            color=assistant.color,
            model_ref=assistant.model_ref,
            model_name=assistant.model_ref.partition("/")[2],
            instructions=assistant.instructions,
            tools=assistant.tools,
            spent_pusd=use.spent_pusd,
        )
