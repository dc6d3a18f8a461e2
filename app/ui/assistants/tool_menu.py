"""The composer's menu: which tools a chat's model may call, and as which assistant it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.seam.assistants import AssistantView, PermitView, SetupShown, ToolView
from app.ui.assistants.marks import mark_icon
from app.ui.icons import icon

SUBJECT_LETTERS_MAX = 60


def tr(text: str) -> str:
    """A word of this room in the user's language."""
    return QCoreApplication.translate("assistants", text)


def tool_title(tool: ToolView) -> str:
    """What a tool is called: the core's own tools are known here by their words."""
    return tr(tool.title)


def tool_about(tool: ToolView) -> str:
    """What a tool does, and whether it asks first."""
    about = tr(tool.about)
    return f"{about} {tr('Asks before it runs.')}" if tool.asks else about


class ToolMenu(QMenu):
    """Made anew each time it is opened. `calls_tools` is None where nobody knows."""

    def __init__(
        self,
        parent: QWidget,
        setup: SetupShown,
        assistants: Sequence[AssistantView],
        *,
        calls_tools: bool | None,
        on_tools: Callable[[tuple[str, ...]], None],
        on_take_back: Callable[[PermitView], None],
        on_assistant: Callable[[str], None],
        on_manage: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        self._setup = setup
        self._on_tools = on_tools
        self._add_tools(calls_tools)
        self._add_permits(on_take_back)
        self.addSeparator()
        self._add_assistants(assistants, on_assistant)
        self.addSeparator()
        manage = self.addAction(icon("settings"), tr("Assistants…"))
        manage.setObjectName("manage-assistants")
        manage.triggered.connect(lambda _=False: on_manage())

    def open_above(self, anchor: QWidget) -> None:
        """Show it over a widget of the composer."""
        above = anchor.mapToGlobal(anchor.rect().topLeft()) - QPoint(0, self.sizeHint().height())
        self.popup(above)

    def _add_tools(self, calls_tools: bool | None) -> None:
        words = tr("This model calls no tools") if calls_tools is False else tr("Tools")
        self._head(words)
        for tool in self._setup.tools:
            action = self.addAction(tool_title(tool).replace("&", "&&"))
            action.setObjectName(f"tool-{tool.name}")
            action.setToolTip(tool_about(tool))
            action.setCheckable(True)
            action.setChecked(tool.on)
            action.setEnabled(calls_tools is not False)
            action.toggled.connect(lambda on, name=tool.name: self._on_tool(name, on))

    def _add_permits(self, on_take_back: Callable[[PermitView], None]) -> None:
        if not self._setup.permits:
            return
        self._head(tr("Allowed in this chat"))
        for permit in self._setup.permits:
            subject = permit.subject[:SUBJECT_LETTERS_MAX].replace("&", "&&")
            action = self.addAction(icon("x"), subject)
            action.setObjectName(f"permit-{permit.subject}")
            action.setToolTip(tr("Take back: {0} is asked about again").format(permit.subject))
            action.triggered.connect(lambda _=False, one=permit: on_take_back(one))

    def _add_assistants(
        self, assistants: Sequence[AssistantView], on_assistant: Callable[[str], None]
    ) -> None:
        self._head(tr("Answers as"))
        chosen = self._setup.assistant.id if self._setup.assistant is not None else ""
        none = self.addAction(tr("No assistant"))
        none.setObjectName("assistant-none")
        choices: list[tuple[str, QAction]] = [("", none)]
        for one in assistants:
            action = self.addAction(mark_icon(one.color, one.name), one.name.replace("&", "&&"))
            action.setObjectName(f"assistant-{one.id}")
            choices.append((one.id, action))
        for assistant_id, action in choices:
            action.setCheckable(True)
            action.setChecked(assistant_id == chosen)
            action.triggered.connect(lambda _=False, id_=assistant_id: on_assistant(id_))

    def _head(self, words: str) -> None:
        head = self.addAction(words)
        head.setEnabled(False)

    def _on_tool(self, name: str, on: bool) -> None:
        left = [tool.name for tool in self._setup.tools if tool.on and tool.name != name]
        self._on_tools((*left, name) if on else tuple(left))


# The core's names of its tools, for the translations.
_CORE = (
    QCoreApplication.translate("assistants", "Calculator"),
    QCoreApplication.translate("assistants", "Exact arithmetic"),
    QCoreApplication.translate("assistants", "Date and time"),
    QCoreApplication.translate("assistants", "What day and time it is, and days between dates"),
    QCoreApplication.translate("assistants", "Read web pages"),
    QCoreApplication.translate("assistants", "Reads the text of a page on the web"),
)
