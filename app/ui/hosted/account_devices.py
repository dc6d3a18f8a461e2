"""The computers of an account: which they are, when each was last seen, and taking one off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from app.seam.hosted_views import DeviceView
from app.seam.views import FaultView
from app.ui import words
from app.ui.dialog_pieces import (
    clear_layout,
    column,
    plain_label,
    push_button,
    row,
    rule,
    tool_button,
)
from app.ui.hosted.account_code_form import say
from app.ui.hosted.account_orders import bring_into_view, fault_text
from app.ui.theme import Theme, set_look


class DeviceLine(QFrame):
    """One computer. Taking it off asks in place first."""

    remove_asked = Signal(str)

    def __init__(self, device: DeviceView) -> None:
        super().__init__()
        self.device = device
        self._build()
        self.setAccessibleName(f"{device.name}, {self._seen()}")

    def show_fault(self, fault: FaultView) -> None:
        """Why it is still there."""
        self._set_waiting(waiting=False)
        say(self._fault, fault_text(fault))

    def _build(self) -> None:
        box = column(self, spacing=4)
        box.addLayout(self._build_line())
        self._confirm = self._build_confirm()
        self._confirm.hide()
        box.addWidget(self._confirm)
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._fault.hide()
        box.addWidget(self._fault)
        box.addWidget(rule())

    def _build_line(self) -> QHBoxLayout:
        device = self.device
        line = row(spacing=8)
        line.addWidget(plain_label(device.name, size="note", strong=True))
        if device.is_this:
            badge = plain_label(self.tr("this computer"))
            set_look(badge, look="badge")
            line.addWidget(badge)
        line.addStretch(1)
        said = column(spacing=2)
        said.addLayout(line)
        key = plain_label(self.tr("key {0}").format(device.key_id), tone="3", size="small")
        key.setFont(Theme.current().font(12, mono=True))
        said.addWidget(key)
        outer = row(spacing=8)
        outer.addLayout(said, 1)
        outer.addWidget(plain_label(self._seen(), tone="2", size="note", figures=True))
        if not device.is_this:
            name = self.tr("Take {0} off the account").format(device.name)
            self._remove = tool_button("trash-2", name, self._on_remove)
            outer.addWidget(self._remove)
        return outer

    def _build_confirm(self) -> QWidget:
        part = QWidget()
        question = self.tr(
            "Take “{0}” off your account? It spends no more tokens from now on. Chats that are "
            "stored on it stay there."
        ).format(self.device.name)
        self._yes = push_button(self.tr("Take it off"), self._on_yes, "danger")
        self._yes.setObjectName("device-remove")
        self._no = push_button(self.tr("Keep it"), self._on_no)
        ways = row()
        ways.addWidget(self._yes)
        ways.addWidget(self._no)
        ways.addStretch(1)
        box = column(part, spacing=6)
        box.addWidget(plain_label(question, size="note", wrap=True))
        box.addLayout(ways)
        return part

    def _seen(self) -> str:
        return self.tr("last seen {0}").format(words.short_date(self.device.seen_at))

    def _set_waiting(self, *, waiting: bool) -> None:
        self._yes.setEnabled(not waiting)
        self._yes.setText(self.tr("Taking it off …") if waiting else self.tr("Take it off"))

    def _on_remove(self) -> None:
        say(self._fault, "")
        self._confirm.show()
        self._no.setFocus()
        bring_into_view(self)

    def _on_no(self) -> None:
        say(self._fault, "")
        self._confirm.hide()
        self._remove.setFocus()

    def _on_yes(self) -> None:
        say(self._fault, "")
        self._set_waiting(waiting=True)
        self.remove_asked.emit(self.device.id)


class DeviceList(QWidget):
    """Asked for by whoever shows it: `again_asked` where that failed."""

    remove_asked = Signal(str)
    again_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def show_asking(self) -> None:
        """Nothing is known yet."""
        clear_layout(self._lines)
        self._again.hide()
        say(self._said, self.tr("Asking the server …"), "2")

    def show_devices(self, devices: Sequence[DeviceView]) -> None:
        """This computer first, then those that were seen last."""
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        clear_layout(self._lines)
        self._again.hide()
        say(self._said, "")
        order = sorted(devices, key=lambda each: each.seen_at, reverse=True)
        for device in sorted(order, key=lambda each: not each.is_this):
            line = DeviceLine(device)
            line.remove_asked.connect(self.remove_asked)
            self._lines.addWidget(line)
        if had_focus:
            self.focusNextChild()

    def show_fault(self, fault: FaultView) -> None:
        """Why there is no list."""
        clear_layout(self._lines)
        say(self._said, fault_text(fault))
        self._again.show()

    def show_kept(self, device_id: str, fault: FaultView) -> None:
        """A computer that could not be taken off."""
        for line in self.findChildren(DeviceLine):
            if line.device.id == device_id:
                line.show_fault(fault)

    def _build(self) -> None:
        self._lines = column(spacing=8)
        self._said = plain_label(tone="2", size="note", wrap=True)
        self._again = push_button(self.tr("Try again"), self._on_again)
        self._again.setObjectName("devices-again")
        foot = row()
        foot.addWidget(self._said, 1)
        foot.addWidget(self._again)
        box = column(self, spacing=8)
        box.addWidget(plain_label(self.tr("Computers"), strong=True))
        box.addLayout(self._lines)
        box.addLayout(foot)
        self.show_asking()

    def _on_again(self) -> None:
        self.show_asking()
        self.again_asked.emit()
