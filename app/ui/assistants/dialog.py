"""Assistants of one's own: the list on the left, the one that is chosen on the right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from app.seam.assistants import (
    AskAssistants,
    AssistantSaved,
    AssistantsListed,
    AssistantView,
    RemoveAssistant,
)
from app.seam.views import ModelRow
from app.ui.assistants.editor import AssistantEditor
from app.ui.assistants.marks import mark_icon
from app.ui.assistants.tool_menu import tr
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row, scrolled
from app.ui.icons import icon
from app.ui.theme import Theme, set_look

if TYPE_CHECKING:
    from app.ui.assistants.window_assistants import WindowAssistants

WIDTH, LIST_WIDTH, HEIGHT = 820, 210, 620
_serials = count(1)


class AssistantsDialog(Dialog):
    """`use_asked` and `budget_asked` carry an assistant's id."""

    use_asked = Signal(str)
    budget_asked = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        core: WindowAssistants,
        models: Sequence[ModelRow],
        chosen: str = "",
    ) -> None:
        super().__init__(parent, tr("Assistants"), width=WIDTH)
        self._core = core
        self._chosen = chosen
        self._serial = 0
        self._listed: tuple[AssistantView, ...] | None = None
        self._lines = QButtonGroup(self)
        self.editor = AssistantEditor(models)
        self._build()
        self._connect()
        self.set_card_height(HEIGHT)
        core.submit(AskAssistants())

    def first_focus(self) -> QWidget:
        return self.editor.name

    def _build(self) -> None:
        theme = Theme.current()
        left = QWidget()
        left.setFixedWidth(theme.px(LIST_WIDTH))
        side = column(left, spacing=6)
        listed = QWidget()
        self._list: QVBoxLayout = column(listed, spacing=2)
        self._none = plain_label(
            tr(
                "No assistant yet. An assistant is a name with instructions, a model, tools and "
                "a budget of its own."
            ),
            tone="2", size="note", wrap=True,
        )  # fmt: skip
        self._new = push_button(tr("New assistant"), self._on_new)
        self._new.setIcon(icon("plus"))
        self._new.setObjectName("assistant-new")
        side.addWidget(self._none)
        side.addWidget(scrolled(listed), 1)
        side.addWidget(self._new)
        line = row(spacing=20)
        line.addWidget(left)
        line.addWidget(self.editor, 1)
        self.body.addLayout(line, 1)

    def _connect(self) -> None:
        self._core.heard.connect(self._on_event)
        self.editor.kept.connect(self._on_keep)
        self.editor.use_asked.connect(self._on_use)
        self.editor.budget_asked.connect(self._on_budget)
        self.editor.remove_asked.connect(self._on_remove)

    def _on_event(self, event: object) -> None:
        match event:
            case AssistantsListed():
                self.editor.show_tools(event.tools)
                self._show(event.assistants)
            case AssistantSaved() if event.serial == self._serial:
                self._on_saved(event)
            case _:
                return

    def _on_saved(self, saved: AssistantSaved) -> None:
        if not saved.kept:
            self.editor.say(saved.message)
            self.editor.name.setFocus()
            return
        self._chosen = saved.assistant_id
        self._listed = None

    def _show(self, assistants: tuple[AssistantView, ...]) -> None:
        """The list anew; the editor only where what it shows was kept or is gone."""
        fresh = self._listed is None
        self._listed = assistants
        self._none.setVisible(not assistants)
        clear_layout(self._list)
        self._lines = QButtonGroup(self)
        for one in assistants:
            button = _line(one)
            button.setChecked(one.id == self._chosen)
            button.clicked.connect(lambda _=False, id_=one.id: self._choose(id_))
            self._lines.addButton(button)
            self._list.addWidget(button)
        self._list.addStretch(1)
        there = {one.id for one in assistants}
        if fresh or (self._chosen and self._chosen not in there):
            self._choose(self._chosen if self._chosen in there else "")

    def _choose(self, assistant_id: str) -> None:
        self._chosen = assistant_id
        found = [one for one in self._listed or () if one.id == assistant_id]
        self.editor.show_assistant(found[0] if found else None)

    def _on_new(self) -> None:
        self._choose("")
        self._lines.setExclusive(False)
        for button in self._lines.buttons():
            button.setChecked(False)
        self._lines.setExclusive(True)
        self.editor.name.setFocus()

    def _on_keep(self) -> None:
        self._serial = next(_serials)
        self._core.submit(self.editor.order(self._serial))

    def _on_use(self) -> None:
        self.use_asked.emit(self.editor.assistant_id)
        self.accept()

    def _on_budget(self) -> None:
        assistant_id = self.editor.assistant_id
        self.accept()
        self.budget_asked.emit(assistant_id)

    def _on_remove(self) -> None:
        self._core.submit(RemoveAssistant(self.editor.assistant_id))


def _line(assistant: AssistantView) -> QPushButton:
    button = QPushButton(assistant.name.replace("&", "&&"))
    button.setObjectName("assistant-line")
    button.setIcon(mark_icon(assistant.color, assistant.name))
    side = Theme.current().px(16)
    button.setIconSize(QSize(side, side))
    button.setCheckable(True)
    button.setAutoDefault(False)
    set_look(button, look="line")
    return button
