"""All actions that a key can start: one table with the usual keys, and the actions made of it.

Qt turns Ctrl into Cmd on macOS by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """`title` is English and goes through `title_of`; `keys` is Qt's portable form."""

    id: str
    title: str
    keys: str
    in_palette: bool = True


ACTIONS: tuple[ActionEntry, ...] = (
    ActionEntry("new_chat", str(QT_TRANSLATE_NOOP("actions", "New chat")), "Ctrl+N"),
    ActionEntry(
        "palette", str(QT_TRANSLATE_NOOP("actions", "Search and commands")), "Ctrl+K", False
    ),
    ActionEntry(
        "search_chats", str(QT_TRANSLATE_NOOP("actions", "Search all chats")), "Ctrl+Shift+F"
    ),
    ActionEntry(
        "restore_chat", str(QT_TRANSLATE_NOOP("actions", "Bring back the last deleted chat")), ""
    ),
    ActionEntry("find", str(QT_TRANSLATE_NOOP("actions", "Find in this chat")), "Ctrl+F"),
    ActionEntry("composer", str(QT_TRANSLATE_NOOP("actions", "Go to the composer")), "Ctrl+L"),
    ActionEntry("attach", str(QT_TRANSLATE_NOOP("actions", "Attach files")), "Ctrl+U"),
    ActionEntry("model", str(QT_TRANSLATE_NOOP("actions", "Choose the model")), "Ctrl+M"),
    ActionEntry("pane_1", str(QT_TRANSLATE_NOOP("actions", "Go to pane 1")), "Ctrl+1"),
    ActionEntry("pane_2", str(QT_TRANSLATE_NOOP("actions", "Go to pane 2")), "Ctrl+2"),
    ActionEntry("pane_3", str(QT_TRANSLATE_NOOP("actions", "Go to pane 3")), "Ctrl+3"),
    ActionEntry("pane_4", str(QT_TRANSLATE_NOOP("actions", "Go to pane 4")), "Ctrl+4"),
    ActionEntry("add_pane", str(QT_TRANSLATE_NOOP("actions", "Add a pane")), "Ctrl+T"),
    ActionEntry("close_pane", str(QT_TRANSLATE_NOOP("actions", "Close this pane")), "Ctrl+W"),
    ActionEntry("stop", str(QT_TRANSLATE_NOOP("actions", "Stop the answer")), "Esc", False),
    ActionEntry(
        "copy_answer", str(QT_TRANSLATE_NOOP("actions", "Copy the last answer")), "Ctrl+Shift+C"
    ),
    ActionEntry(
        "copy_chat", str(QT_TRANSLATE_NOOP("actions", "Copy the chat as Markdown")), "Ctrl+Shift+M"
    ),
    ActionEntry("export", str(QT_TRANSLATE_NOOP("actions", "Export the chat")), "Ctrl+S"),
    ActionEntry("sidebar", str(QT_TRANSLATE_NOOP("actions", "Fold or open the sidebar")), "Ctrl+B"),
    ActionEntry(
        "billing", str(QT_TRANSLATE_NOOP("actions", "Fold or open the billing panel")), "Ctrl+J"
    ),
    ActionEntry("usage", str(QT_TRANSLATE_NOOP("actions", "Usage and receipts")), "Ctrl+Shift+J"),
    ActionEntry("account", str(QT_TRANSLATE_NOOP("actions", "Account")), ""),
    ActionEntry("license", str(QT_TRANSLATE_NOOP("actions", "License")), ""),
    ActionEntry("groups", str(QT_TRANSLATE_NOOP("actions", "Organizations and workspaces")), ""),
    ActionEntry(
        "make_group", str(QT_TRANSLATE_NOOP("actions", "Create an organization or workspace")), ""
    ),
    ActionEntry("shop", str(QT_TRANSLATE_NOOP("actions", "Buy tokens")), ""),
    ActionEntry("purchases", str(QT_TRANSLATE_NOOP("actions", "Purchases and receipts")), ""),
    ActionEntry(
        "reconcile",
        str(QT_TRANSLATE_NOOP("actions", "Compare with the provider's figure")),
        "",
    ),
    ActionEntry("zoom_in", str(QT_TRANSLATE_NOOP("actions", "Larger text")), "Ctrl++"),
    ActionEntry("zoom_out", str(QT_TRANSLATE_NOOP("actions", "Smaller text")), "Ctrl+-"),
    ActionEntry("zoom_reset", str(QT_TRANSLATE_NOOP("actions", "Usual text size")), "Ctrl+0"),
    ActionEntry("dark", str(QT_TRANSLATE_NOOP("actions", "Switch light and dark")), "Ctrl+Shift+D"),
    ActionEntry("settings", str(QT_TRANSLATE_NOOP("actions", "Settings")), "Ctrl+,"),
    ActionEntry("keys", str(QT_TRANSLATE_NOOP("actions", "Your keys")), ""),
    ActionEntry("budgets", str(QT_TRANSLATE_NOOP("actions", "Budgets")), ""),
    ActionEntry("quit", str(QT_TRANSLATE_NOOP("actions", "Quit")), "Ctrl+Q"),
)


def title_of(entry: ActionEntry) -> str:
    """The title in the user's language."""
    return QCoreApplication.translate("actions", entry.title)


class Shortcuts:
    """One QAction per table entry, on one window; `actions[id].triggered` is for the window."""

    def __init__(self, window: QWidget) -> None:
        self.actions: dict[str, QAction] = {}
        for entry in ACTIONS:
            action = QAction(title_of(entry), window)
            action.setShortcut(QKeySequence(entry.keys))
            window.addAction(action)
            self.actions[entry.id] = action

    def apply(self, changed: Mapping[str, str]) -> None:
        """Use the user's keys where they chose any, the usual ones elsewhere."""
        for entry in ACTIONS:
            keys = changed.get(entry.id) or entry.keys
            self.actions[entry.id].setShortcut(QKeySequence(keys))

    def keys_text(self, action_id: str) -> str:
        """The keys as the system writes them: `Ctrl+N`, empty where there are none."""
        return self.actions[action_id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
