"""Shortcuts: every action with its keys; change them, hear of a conflict, go back to the usual."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QKeySequenceEdit, QLabel, QWidget

from app.seam import events
from app.seam.commands import SetShortcut
from app.seam.views import SettingsView
from app.ui.bridge import Bridge
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule, tool_button
from app.ui.shortcuts import ACTIONS, ActionEntry, title_of
from app.ui.theme import Theme

EDIT_WIDTH = 150


class KeysEdit(QKeySequenceEdit):
    """Takes one sequence. Tab leaves it, as it leaves every other field."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self.setClearButtonEnabled(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
            return
        super().keyPressEvent(event)


class ShortcutLine(QFrame):
    """One action. `keys_given(action, keys)`, keys in Qt's portable form, empty for the usual."""

    keys_given = Signal(str, str)

    def __init__(self, entry: ActionEntry) -> None:
        super().__init__()
        self.entry = entry
        self.keys = entry.keys
        self._edit: KeysEdit | None = None
        self._build()

    def show_keys(self, keys: str) -> None:
        """The keys in force."""
        self.keys = keys
        text = _native(keys) or self.tr("none")
        self._shown.setText(text)
        self._reset.setVisible(keys != self.entry.keys)
        self.setAccessibleName(f"{title_of(self.entry)}: {text}")
        self._stop_editing()

    def say(self, text: str) -> None:
        """Why the keys cannot be had; empty: nothing is wrong."""
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _build(self) -> None:
        title = title_of(self.entry)
        self._shown: QLabel = plain_label(tone="2", size="note")
        self._change = push_button(self.tr("Change"), self._on_change, "quiet")
        self._change.setAccessibleName(self.tr("Change the keys of {0}").format(title))
        usual = _native(self.entry.keys) or self.tr("none")
        back = self.tr("Back to {0}").format(usual)
        self._reset = tool_button("rotate-ccw", back, self._on_reset)
        keep = self._reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keep)
        self._said = plain_label(tone="danger", size="small", wrap=True)
        self._said.hide()
        self._line = line = row(spacing=8)
        line.addWidget(plain_label(title, size="note", wrap=True), 1)
        for part in (self._shown, self._change, self._reset):
            line.addWidget(part)
        box = column(self, spacing=2)
        box.addLayout(line)
        box.addWidget(self._said)
        box.addWidget(rule())

    def _make_edit(self) -> KeysEdit:
        # Made when it is wanted: one for each of the many lines would make the page slow to open.
        edit = KeysEdit()
        edit.setFixedWidth(Theme.current().px(EDIT_WIDTH))
        edit.setAccessibleName(self.tr("New keys for {0}").format(title_of(self.entry)))
        edit.editingFinished.connect(self._on_edited)
        self._line.insertWidget(1, edit)
        QWidget.setTabOrder(self._change, edit)
        return edit

    def _on_change(self) -> None:
        if self._edit is not None:
            self._stop_editing()
            return
        self.say("")
        self._edit = self._make_edit()
        self._shown.hide()
        self._change.setText(self.tr("Cancel"))
        self._edit.show()
        self._edit.setFocus()

    def _stop_editing(self) -> None:
        edit, self._edit = self._edit, None
        if edit is None:
            return
        if edit.hasFocus():
            self._change.setFocus()
        edit.hide()
        edit.deleteLater()
        self._shown.show()
        self._change.setText(self.tr("Change"))

    def _on_edited(self) -> None:
        if self._edit is None or self._edit.keySequence().isEmpty():
            return
        keys = self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        self._stop_editing()
        if keys != self.keys:
            self.keys_given.emit(self.entry.id, keys)

    def _on_reset(self) -> None:
        self._change.setFocus()
        self.keys_given.emit(self.entry.id, "")


class ShortcutsPage(QWidget):
    """Conflicts are said here and not sent; everything else is the core's answer."""

    def __init__(self, bridge: Bridge, settings: SettingsView) -> None:
        super().__init__()
        self._bridge = bridge
        self.lines: dict[str, ShortcutLine] = {}
        self._build()
        self._show(settings)
        bridge.event.connect(self._on_event)

    def _build(self) -> None:
        box = column(self, spacing=2)
        words = self.tr("Press Change, then the new keys.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addSpacing(Theme.current().px(6))
        for entry in ACTIONS:
            line = ShortcutLine(entry)
            line.keys_given.connect(self._on_keys_given)
            self.lines[entry.id] = line
            box.addWidget(line)
        self._all = push_button(self.tr("All back to the usual keys"), self._on_all_back)
        foot = row()
        foot.addWidget(self._all)
        foot.addStretch(1)
        box.addSpacing(Theme.current().px(10))
        box.addLayout(foot)
        box.addStretch(1)

    def _show(self, settings: SettingsView) -> None:
        changed = dict(settings.shortcuts)
        for action, line in self.lines.items():
            line.show_keys(changed.get(action) or line.entry.keys)
        self._all.setEnabled(any(line.keys != line.entry.keys for line in self.lines.values()))

    def _on_keys_given(self, action: str, keys: str) -> None:
        line = self.lines[action]
        wanted = keys or line.entry.keys
        other = self._holder(wanted, action)
        if other is not None:
            line.say(
                self.tr("{0} is taken by “{1}”. Change that one first.").format(
                    _native(wanted), title_of(other.entry)
                )
            )
            return
        if _is_typing(wanted):
            line.say(self.tr("{0} is needed for typing.").format(_native(wanted)))
            return
        line.say("")
        self._bridge.submit(SetShortcut(action, "" if keys == line.entry.keys else keys))

    def _holder(self, keys: str, but: str) -> ShortcutLine | None:
        if not keys:
            return None
        others = (line for action, line in self.lines.items() if action != but)
        same = QKeySequence(keys)
        return next((line for line in others if QKeySequence(line.keys) == same), None)

    def _on_all_back(self) -> None:
        for action, line in self.lines.items():
            line.say("")
            if line.keys != line.entry.keys:
                self._bridge.submit(SetShortcut(action, ""))

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._show(event.settings)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _is_typing(keys: str) -> bool:
    """Whether these keys alone write or delete something: they must stay free for it."""
    sequence = QKeySequence(keys)
    if sequence.isEmpty():
        return False
    stroke: QKeyCombination = sequence[0]  # type: ignore[index]  # missing in Qt's type stubs
    bare = stroke.keyboardModifiers() in (
        Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    editing = (
        Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace, Qt.Key.Key_Delete,
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
        Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    )  # fmt: skip
    return bare and (stroke.key() in editing or stroke.key() < Qt.Key.Key_Escape)
