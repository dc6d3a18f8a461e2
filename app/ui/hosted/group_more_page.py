"""A group's name, leaving it, and its end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.seam import hosted
from app.seam.hosted_groups import DeleteGroup, RenameGroup
from app.seam.hosted_views import GroupView
from app.ui.dialog_pieces import column, plain_label, push_button, row, rule
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_parts import Ask, buttons, fault_words, heading, say
from app.ui.hosted.group_wording import tr
from app.ui.hosted.window_hosted import WindowHosted

NAME_MAX = 80


class GroupMorePage(QWidget):
    """`left` when one belongs to it no more, or it is no more."""

    left = Signal()

    def __init__(self, window_hosted: WindowHosted, group: GroupView, own: str) -> None:
        super().__init__()
        self._hosted = window_hosted
        self.group = group
        self._own = own
        self._build()
        self.show_group(group)

    def show_group(self, group: GroupView) -> None:
        """The group as it is now; another role may do other things."""
        renamed = group.name != self.group.name or not self._name.text()
        self.group = group
        if renamed:
            self._name.setText(group.name)
        self._naming.setVisible("members" in group.rights)
        self._ending.setVisible("billing" in group.rights)

    def _build(self) -> None:
        box = column(self, spacing=14)
        self._said = plain_label(size="note", wrap=True)
        self._said.hide()
        self._naming, self._ending = self._build_naming(), self._build_ending()
        for part in (self._naming, self._build_leaving(), self._ending, self._said):
            box.addWidget(part)
        box.addStretch(1)

    def _build_naming(self) -> QWidget:
        part = QWidget()
        self._name = QLineEdit()
        self._name.setObjectName("rename-field")
        self._name.setAccessibleName(tr("Name"))
        self._name.setMaxLength(NAME_MAX)
        self._name.returnPressed.connect(self._on_rename)
        self._rename = push_button(tr("Rename"), self._on_rename)
        self._rename.setObjectName("rename")
        line = row(spacing=8)
        line.addWidget(self._name, 1)
        line.addWidget(self._rename)
        box = column(part, spacing=8)
        box.addWidget(heading(tr("Name")))
        box.addLayout(line)
        box.addWidget(rule())
        return part

    def _build_leaving(self) -> QWidget:
        part = QWidget()
        self._leave = push_button(tr("Leave"), self._on_leave)
        self._leave.setObjectName("leave-group")
        self._ask_leave = Ask()
        box = column(part, spacing=8)
        box.addWidget(heading(tr("Leave")))
        words = tr("You spend its tokens no more. Its chats stay on this computer, to be read.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addLayout(buttons(self._leave))
        box.addWidget(self._ask_leave)
        box.addWidget(rule())
        return part

    def _build_ending(self) -> QWidget:
        part = QWidget()
        self._delete = push_button(tr("Delete for everybody"), self._on_delete, "danger")
        self._delete.setObjectName("delete-group")
        self._confirm = QLineEdit(placeholderText=tr("Write its name to confirm"))
        self._confirm.setObjectName("delete-confirm")
        self._confirm.setAccessibleName(tr("Write its name to confirm"))
        line = row(spacing=8)
        line.addWidget(self._confirm, 1)
        line.addWidget(self._delete)
        box = column(part, spacing=8)
        box.addWidget(heading(tr("Delete")))
        words = tr("It ends for all members, and what is left of its tokens is lost.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addLayout(line)
        return part

    def _on_rename(self) -> None:
        name = " ".join(self._name.text().split())
        if not name:
            say(self._said, tr("Write a name first."))
            return
        if name == self.group.name:
            return
        self._order(lambda serial: RenameGroup(serial, self.group.id, name), self._on_renamed)

    def _on_renamed(self, done: hosted.HostedDone) -> None:
        if done.fault is None:
            say(self._said, tr("Renamed for everybody."), "ok")
        else:
            say(self._said, fault_words(done.fault))

    def _on_leave(self) -> None:
        question = tr("Leave {0}? To come back you need a new invitation.").format(self.group.name)
        self._ask_leave.ask(question, tr("Leave"), self._do_leave, self._leave)

    def _do_leave(self) -> None:
        group, own = self.group.id, self._own
        self._order(lambda serial: hosted.RemoveMember(serial, group, own), self._on_left)

    def _on_left(self, done: hosted.HostedDone) -> None:
        if done.fault is None:
            self.left.emit()
        else:
            self._ask_leave.leave()
            self._ask_leave.rest()
            say(self._said, fault_words(done.fault))

    def _on_delete(self) -> None:
        if " ".join(self._confirm.text().split()) != self.group.name:
            say(self._said, tr("Write its name as it is: {0}").format(self.group.name))
            self._confirm.setFocus()
            return
        say(self._said, "")
        self._delete.setEnabled(False)
        self._order(lambda serial: DeleteGroup(serial, self.group.id), self._on_deleted)

    def _on_deleted(self, done: hosted.HostedDone) -> None:
        self._delete.setEnabled(True)
        if done.fault is None:
            self.left.emit()
        else:
            say(self._said, fault_words(done.fault))

    def _order(
        self,
        make: Callable[[int], hosted.HostedCommand],
        answer: Callable[[hosted.HostedDone], None],
    ) -> None:
        say(self._said, "")
        order_for(self, self._hosted, make, answer)
