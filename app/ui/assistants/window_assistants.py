"""What the core tells of tools and assistants, brought to the parts of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Signal

from app.seam import assistants as seam
from app.ui.icons import icon

if TYPE_CHECKING:
    from app.ui.assistants.dialog import AssistantsDialog
    from app.ui.assistants.question import ToolQuestionDialog
    from app.ui.window import MainWindow


class WindowAssistants(QObject):
    """`heard` tells every event of assistants to the dialogs that are open."""

    heard = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.setup: seam.SetupShown | None = None
        self._assistants: tuple[seam.AssistantView, ...] = ()
        self._questions: list[seam.ToolAsked] = []
        self._question: ToolQuestionDialog | None = None
        self._dialog: AssistantsDialog | None = None
        self._headers: set[int] = set()
        window.frame.composer.box.tools_button.clicked.connect(self.open_menu)

    def on_event(self, event: seam.AssistantEvent) -> None:
        """Show a fact; one about a chat that is not shown any more changes nothing."""
        match event:
            case seam.SetupShown():
                chat = self._window.shown.chat
                if chat is not None and chat.id == event.chat_id:
                    self._show_setup(event)
            case seam.AssistantsListed():
                self._assistants = event.assistants
            case seam.ToolAsked():
                self._questions.append(event)
                self._ask_next()
            case seam.ToolAskEnded():
                self._withdraw(event)
            case seam.AssistantSaved():
                pass
            case _:
                assert_never(event)
        self.heard.emit(event)

    def open_menu(self) -> None:
        """Tools and assistants of the chat that is shown."""
        from app.ui.assistants.tool_menu import ToolMenu

        setup, chat = self.setup, self._window.shown.chat
        if setup is None or chat is None:
            return
        button = self._window.frame.composer.box.tools_button
        menu = ToolMenu(
            button,
            setup,
            self._assistants,
            calls_tools=self._calls_tools(),
            on_tools=lambda names: self._submit(seam.ChooseTools(chat.id, names)),
            on_take_back=lambda permit: self._submit(
                seam.TakeBackPermit(chat.id, permit.tool, permit.subject)
            ),
            on_assistant=lambda id_: self._submit(seam.ChooseAssistant(chat.id, id_)),
            on_manage=self.open_dialog,
        )
        menu.setObjectName("tool-menu")
        menu.open_above(button)

    def open_dialog(self) -> None:
        """All assistants, and the editor."""
        from app.ui.assistants.dialog import AssistantsDialog

        if self._dialog is not None:
            self._dialog.reject()
        chosen = self.setup.assistant.id if self.setup and self.setup.assistant else ""
        dialog = self._dialog = AssistantsDialog(
            self._window, self, tuple(self._window.shown.models.values()), chosen
        )
        dialog.use_asked.connect(self._on_use_asked)
        dialog.budget_asked.connect(self._window.dialogs.open_assistant_budget)
        dialog.finished.connect(self._on_dialog_finished)
        dialog.open()

    def submit(self, command: seam.AssistantCommand) -> None:
        """Give an order to the core."""
        self._submit(command)

    def _show_setup(self, setup: seam.SetupShown) -> None:
        before, self.setup = self.setup, setup
        if before is None:
            self._submit(seam.AskAssistants())
        on = [tool for tool in setup.tools if tool.on]
        button = self._window.frame.composer.box.tools_button
        button.setIcon(icon("wrench", "accent" if on else "ink2"))
        names = ", ".join(self._title(tool) for tool in on)
        words = self.tr("Tools: {0}").format(names) if on else self.tr("Tools and assistant")
        button.setToolTip(words)
        button.setAccessibleDescription(words if on else "")
        self._show_heads(setup.assistant)
        if before is not None and before.chat_id == setup.chat_id and before != setup:
            # What goes along with a message changed, and with it what the message costs.
            self._window.frame.composer.ask_quote()

    def _show_heads(self, assistant: seam.AssistantView | None) -> None:
        panes = self._window.frame.panes.panes
        if assistant is None:
            for pane in panes:
                pane.header.show_assistant("")
            return
        from app.ui.assistants.marks import mark_icon

        for pane in panes:
            if id(pane.header) not in self._headers:
                self._headers.add(id(pane.header))
                pane.header.assistant_asked.connect(self.open_dialog)
            pane.header.show_assistant(assistant.name, mark_icon(assistant.color, assistant.name))

    def _title(self, tool: seam.ToolView) -> str:
        from app.ui.assistants.tool_menu import tool_title

        return tool_title(tool)

    def _calls_tools(self) -> bool | None:
        """Whether the current pane's model calls tools, as far as anybody has written down."""
        pane = self._window.frame.panes.at(self._window.frame.panes.current)
        row = self._window.shown.models.get(pane.model_ref) if pane is not None else None
        if row is None or not row.abilities:
            return None
        return "tools" in row.abilities

    def _ask_next(self) -> None:
        from app.ui.assistants.question import ToolQuestionDialog

        if self._question is not None or not self._questions:
            return
        dialog = self._question = ToolQuestionDialog(self._window, self._questions.pop(0))
        dialog.answered.connect(self._on_answered)
        dialog.open()

    def _withdraw(self, event: seam.ToolAskEnded) -> None:
        place = (event.message_id, event.call_id)
        self._questions = [one for one in self._questions if (one.message_id, one.call_id) != place]
        open_one = self._question
        if open_one is not None and place == (open_one.asked.message_id, open_one.asked.call_id):
            open_one.withdraw()

    def _on_answered(self, word: str) -> None:
        dialog, self._question = self._question, None
        if dialog is not None and word:
            asked = dialog.asked
            self._submit(seam.AnswerTool(asked.message_id, asked.call_id, word))
        self._ask_next()

    def _on_use_asked(self, assistant_id: str) -> None:
        chat = self._window.shown.chat
        if chat is not None:
            self._submit(seam.ChooseAssistant(chat.id, assistant_id))

    def _on_dialog_finished(self) -> None:
        self._dialog = None

    def _submit(self, command: seam.AssistantCommand) -> None:
        self._window.bridge.submit(command)
