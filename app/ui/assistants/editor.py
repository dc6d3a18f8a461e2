"""The editor of an assistant: name, color, model, instructions, tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.seam.assistants import AssistantView, SaveAssistant, ToolView
from app.seam.views import ModelRow
from app.ui import words
from app.ui.assistants.marks import COLORS, mark_icon
from app.ui.assistants.tool_menu import tool_about, tool_title, tr
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.theme import Theme, set_look

INSTRUCTIONS_HEIGHT = 150


class AssistantEditor(QWidget):
    """`kept` carries the order; what was typed stays until it is kept."""

    kept = Signal(object)
    use_asked = Signal()
    budget_asked = Signal()
    remove_asked = Signal()

    def __init__(self, models: Sequence[ModelRow]) -> None:
        super().__init__()
        self._id = ""
        self._tools: dict[str, QPushButton] = {}
        self._build(models)

    def show_tools(self, tools: Sequence[ToolView]) -> None:
        """The tools that an assistant can have; made once."""
        if self._tools:
            return
        for tool in tools:
            button = QPushButton(tool_title(tool).replace("&", "&&"))
            button.setAutoDefault(False)
            button.setToolTip(tool_about(tool))
            button.setCheckable(True)
            button.setObjectName(f"assistant-tool-{tool.name}")
            set_look(button, look="badge")
            self._tools[tool.name] = button
            self._tool_row.insertWidget(self._tool_row.count() - 1, button)

    def show_assistant(self, assistant: AssistantView | None) -> None:
        """One that there is, or an empty form for a new one."""
        shown = assistant or AssistantView("", "", color=COLORS[0])
        self._id = shown.id
        self.name.setText(shown.name)
        color = COLORS.index(shown.color) if shown.color in COLORS else 0
        self._colors.button(color).setChecked(True)
        found = self.model.findData(shown.model_ref)
        if found < 0:
            # Its key or server is gone: it stays chosen until somebody chooses another one.
            self.model.addItem(shown.model_name, shown.model_ref)
            found = self.model.count() - 1
        self.model.setCurrentIndex(found)
        self.instructions.setPlainText(shown.instructions)
        for name, button in self._tools.items():
            button.setChecked(name in shown.tools)
        self._show_place(assistant)
        self.say("")

    def say(self, message: str) -> None:
        """Why it was not kept; empty: nothing to say."""
        self._said.setText(message)
        self._said.setVisible(bool(message))

    @property
    def assistant_id(self) -> str:
        """Whose form this is; empty for a new one."""
        return self._id

    def order(self, serial: int) -> SaveAssistant:
        """What is in the form, as an order."""
        return SaveAssistant(
            serial,
            self.name.text(),
            COLORS[max(0, self._colors.checkedId())],
            self.model.currentData() or "",
            self.instructions.toPlainText(),
            tuple(name for name, button in self._tools.items() if button.isChecked()),
            self._id,
        )

    def _show_place(self, assistant: AssistantView | None) -> None:
        is_old = assistant is not None
        for button in (self._use, self._budget, self._remove):
            button.setVisible(is_old)
        self._keep.setText(tr("Keep changes") if is_old else tr("Make this assistant"))
        self._spent.setVisible(bool(assistant and assistant.spent_pusd))
        if assistant is not None and assistant.spent_pusd:
            spent = words.money(assistant.spent_pusd)
            self._spent.setText(tr("{0} this month, on your own keys").format(spent))

    def _build(self, models: Sequence[ModelRow]) -> None:
        self.name = QLineEdit(placeholderText=tr("Name"))
        self.name.setObjectName("assistant-name")
        self.name.setAccessibleName(tr("Name"))
        self.name.setMaxLength(60)
        self.model = ChoiceBox()
        self.model.setObjectName("assistant-model")
        self.model.setAccessibleName(tr("Model"))
        self.model.addItem(tr("The chat's own model"), "")
        for one in models:
            if one.available:
                self.model.addItem(f"{one.name} · {one.payer}", one.ref)
        self.instructions = QPlainTextEdit()
        self.instructions.setObjectName("assistant-instructions")
        self.instructions.setAccessibleName(tr("Instructions"))
        self.instructions.setPlaceholderText(tr("What it is, how it answers, what it must not do"))
        self.instructions.setTabChangesFocus(True)
        self.instructions.setFixedHeight(Theme.current().px(INSTRUCTIONS_HEIGHT))
        self._said = plain_label(tone="danger", size="note", wrap=True)
        self._said.setObjectName("assistant-said")
        self._spent = plain_label(tone="2", size="note")
        box = column(self, spacing=8)
        self._lay_out(box)
        box.addWidget(self._said)
        box.addWidget(self._spent)
        box.addStretch(1)
        box.addLayout(self._build_buttons())

    def _lay_out(self, box: QVBoxLayout) -> None:
        self._tool_row = row(spacing=8)
        self._tool_row.addStretch(1)
        for title, about, part in (
            (tr("Name"), "", self.name),
            (tr("Color"), "", self._build_colors()),
            (tr("Model"), "", self.model),
            (
                tr("Instructions"),
                tr("They go along with every message and count as input."),
                self.instructions,
            ),
            (tr("Tools"), "", self._tool_row),
        ):
            head = row(spacing=8)
            head.addWidget(plain_label(title, tone="2", size="small", strong=True))
            head.addWidget(plain_label(about, tone="3", size="small"), 1)
            box.addLayout(head)
            if isinstance(part, QWidget):
                box.addWidget(part)
            else:
                box.addLayout(part)
            box.addSpacing(Theme.current().px(4))

    def _build_colors(self) -> QHBoxLayout:
        self._colors = QButtonGroup(self)
        line = row(spacing=6)
        for place, color in enumerate(COLORS):
            button = QToolButton()
            button.setIcon(mark_icon(color, ""))
            button.setCheckable(True)
            button.setObjectName(f"assistant-color-{color}")
            name = tr("Color {0}").format(place + 1)
            button.setToolTip(name)
            button.setAccessibleName(name)
            self._colors.addButton(button, place)
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _build_buttons(self) -> QHBoxLayout:
        self._remove = push_button(tr("Remove"), self.remove_asked.emit, "quiet")
        self._remove.setObjectName("assistant-remove")
        self._budget = push_button(tr("Set a budget"), self.budget_asked.emit)
        self._budget.setObjectName("assistant-budget")
        self._use = push_button(tr("Use in this chat"), self.use_asked.emit)
        self._use.setObjectName("assistant-use")
        self._keep = push_button(tr("Keep changes"), lambda: self.kept.emit(self), "primary")
        self._keep.setObjectName("assistant-keep")
        line = row(spacing=8)
        line.addWidget(self._remove)
        line.addStretch(1)
        for button in (self._budget, self._use, self._keep):
            line.addWidget(button)
        return line
