"""The credit servers that this computer knows: which is in use, adding one, and forgetting one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from app.seam.hosted_views import ServerView
from app.seam.views import FaultView
from app.ui.dialog_pieces import (
    column,
    plain_label,
    plain_tooltip,
    push_button,
    row,
    rule,
    tool_button,
)
from app.ui.hosted.account_code_form import say
from app.ui.hosted.account_orders import bring_into_view, fault_text, host_of
from app.ui.theme import set_look

ADDRESS_LENGTH_MAX = 400
# Faults of a server that cannot be asked: it may have gone for good.
OUT_OF_REACH = frozenset(
    {"ProviderUnreachable", "CreditServerDown", "NotACreditServer", "NotTheProvider",
     "SignedOut", "DeviceRemoved", "KeyringAbsent", "KeyringLocked", "KeyringDenied",
     "KeyringFailed", "VaultLocked", "OfflineAsSet"}
)  # fmt: skip


class ServerLine(QFrame):
    """One server. Forgetting it asks in place first; `forget_asked(id, with_server)`."""

    chosen = Signal(str)
    forget_asked = Signal(str, bool)

    def __init__(self, server: ServerView, *, in_use: bool, about: bool) -> None:
        super().__init__()
        self.server = server
        self._build()
        self.show_server(server, in_use=in_use, about=about)

    def show_server(self, server: ServerView, *, in_use: bool, about: bool) -> None:
        """News of it; a question that is open stays, with what was said to it."""
        self.server = server
        state = self._state()
        self._title.setText(server.title)
        self._demo.setVisible(server.demo)
        self._used.setVisible(in_use)
        self._under.setText(f"{host_of(server.url)} · {state}")
        self._use.setText(self._use_words())
        self._use.setAccessibleName(f"{self._use.text()}: {server.title}")
        self._use.setVisible(not (in_use or about))
        forget = self.tr("Forget {0}").format(server.title)
        self._trash.setToolTip(plain_tooltip(forget))
        self._trash.setAccessibleName(forget)
        self._asked.setText(self._question())
        self.setAccessibleName(f"{server.title}, {host_of(server.url)}, {state}")

    def show_fault(self, fault: FaultView) -> None:
        """Why it is still there; one that cannot be asked can be forgotten all the same."""
        self._set_waiting(waiting=False)
        self._confirm.show()
        say(self._fault, fault_text(fault))
        self._anyway.setVisible(fault.kind in OUT_OF_REACH)
        self._yes.setVisible(fault.kind not in OUT_OF_REACH)

    def _build(self) -> None:
        box = column(self, spacing=4)
        box.addLayout(self._build_line())
        self._confirm = self._build_confirm()
        self._confirm.hide()
        box.addWidget(self._confirm)
        box.addWidget(rule())

    def _build_line(self) -> QHBoxLayout:
        said = column(spacing=2)
        title = row(spacing=8)
        self._title = plain_label(size="note", strong=True)
        self._demo, self._used = plain_label(self.tr("demo")), plain_label(self.tr("in use"))
        title.addWidget(self._title)
        for badge in (self._demo, self._used):
            set_look(badge, look="badge")
            title.addWidget(badge)
        title.addStretch(1)
        said.addLayout(title)
        self._under = plain_label(tone="2", size="note", wrap=True)
        said.addWidget(self._under)
        line = row(spacing=8)
        line.addLayout(said, 1)
        self._use = push_button("", self._on_use)
        self._use.setObjectName("server-use")
        line.addWidget(self._use)
        self._trash = tool_button("trash-2", "", self._on_forget)
        line.addWidget(self._trash)
        return line

    def _build_confirm(self) -> QWidget:
        part = QWidget()
        self._yes = push_button(self.tr("Forget it"), self._on_yes, "danger")
        self._yes.setObjectName("server-forget")
        self._anyway = push_button(
            self.tr("Forget it without asking the server"), self._on_anyway, "danger"
        )
        self._anyway.setObjectName("server-forget-anyway")
        self._anyway.hide()
        self._no = push_button(self.tr("Keep it"), self._on_no)
        ways = row()
        for button in (self._yes, self._anyway, self._no):
            ways.addWidget(button)
        ways.addStretch(1)
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._fault.hide()
        box = column(part, spacing=6)
        self._asked = plain_label(size="note", wrap=True)
        box.addWidget(self._asked)
        box.addWidget(self._fault)
        box.addLayout(ways)
        return part

    def _question(self) -> str:
        match self.server.state:
            case "new" | "removed":
                return self.tr("Take this server off the list? You can add it again.")
            case "signed_out":
                return self.tr(
                    "Forget this server, and this computer's key for your account there? "
                    "Without an e-mail address or another computer nobody finds the account and "
                    "its tokens again. Chats stay."
                )
            case _:
                return self.tr(
                    "Take this computer off your account there, and the server off the list? "
                    "By your e-mail address you find the account again. Chats stay."
                )

    def _state(self) -> str:
        match self.server.state:
            case "signed_in":
                return self.tr("signed in")
            case "signed_out":
                return self.tr("signed out")
            case "removed":
                return self.tr("this computer was removed")
            case _:
                return self.tr("no account yet")

    def _use_words(self) -> str:
        return self.tr("Begin here") if self.server.state == "new" else self.tr("Use this one")

    def _set_waiting(self, *, waiting: bool) -> None:
        plain = self.tr("Forget it"), self.tr("Forget it without asking the server")
        for button, words in zip((self._yes, self._anyway), plain, strict=True):
            button.setEnabled(not waiting)
            button.setText(self.tr("Forgetting …") if waiting else words)

    def _on_use(self) -> None:
        self.chosen.emit(self.server.id)

    def _on_forget(self) -> None:
        say(self._fault, "")
        self._anyway.hide()
        self._yes.show()
        self._confirm.show()
        self._no.setFocus()
        bring_into_view(self)

    def _on_no(self) -> None:
        self._confirm.hide()
        self._trash.setFocus()

    def _on_yes(self) -> None:
        self._forget(with_server=True)

    def _on_anyway(self) -> None:
        self._forget(with_server=False)

    def _forget(self, *, with_server: bool) -> None:
        say(self._fault, "")
        self._set_waiting(waiting=True)
        self.forget_asked.emit(self.server.id, with_server)


class AddServer(QWidget):
    """An address, and whether a credit server answers there."""

    address_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._build()

    def show_fault(self, fault: FaultView) -> None:
        """What answers there instead; the address stays."""
        self._rest()
        say(self._said, fault_text(fault))
        self._field.setFocus()
        self._field.selectAll()
        bring_into_view(self)

    def show_found(self, server: ServerView) -> None:
        """It is one, and in the list by now."""
        self._rest()
        self._field.clear()
        pattern = self.tr("“{0}” at {1} is a credit server. It is in the list now.")
        say(self._said, pattern.format(server.title, host_of(server.url)), "ok")

    def _build(self) -> None:
        self._field = QLineEdit(placeholderText="https://credits.example.org")
        self._field.setObjectName("server-address")
        self._field.setAccessibleName(self.tr("Address of a credit server"))
        self._field.setMaxLength(ADDRESS_LENGTH_MAX)
        self._field.returnPressed.connect(self._on_check)
        self._check = push_button(self.tr("Check and add"), self._on_check)
        self._check.setObjectName("server-check")
        self._said = plain_label(tone="danger", size="note", wrap=True)
        self._said.hide()
        line = row()
        line.addWidget(self._field, 1)
        line.addWidget(self._check)
        box = column(self, spacing=6)
        words = self.tr("Add a server that your team, or you yourself, run.")
        box.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        box.addLayout(line)
        box.addWidget(self._said)

    def _rest(self) -> None:
        self._check.setEnabled(True)
        self._check.setText(self.tr("Check and add"))

    def _on_check(self) -> None:
        if not self._check.isEnabled():
            return
        address = self._field.text().strip()
        if not address:
            say(self._said, self.tr("Type the server's address."))
            self._field.setFocus()
            return
        say(self._said, "")
        self._check.setEnabled(False)
        self._check.setText(self.tr("Asking …"))
        self.address_given.emit(address)


class ServerList(QWidget):
    """The lines, and the form for one more."""

    chosen = Signal(str)
    forget_asked = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._by_id: dict[str, ServerLine] = {}
        self._build()

    def show_servers(self, servers: Sequence[ServerView], in_use: str, about: str) -> None:
        """A line stays as long as its server does: somebody may be about to press in it. `about`
        is the server that the page is about, which need not be in use yet."""
        for gone in self._by_id.keys() - {server.id for server in servers}:
            line = self._by_id.pop(gone)
            line.hide()
            self._lines.removeWidget(line)
            line.deleteLater()
        for place, server in enumerate(servers):
            used, here = server.id == in_use, server.id == about
            if server.id in self._by_id:
                self._by_id[server.id].show_server(server, in_use=used, about=here)
            else:
                self._by_id[server.id] = self._new_line(server, used, here)
            if self._lines.indexOf(self._by_id[server.id]) != place:
                self._lines.insertWidget(place, self._by_id[server.id])

    def _new_line(self, server: ServerView, used: bool, here: bool) -> ServerLine:
        line = ServerLine(server, in_use=used, about=here)
        line.chosen.connect(self.chosen)
        line.forget_asked.connect(self.forget_asked)
        return line

    def show_kept(self, server_id: str, fault: FaultView) -> None:
        """A server that could not be forgotten."""
        if server_id in self._by_id:
            self._by_id[server_id].show_fault(fault)

    def _build(self) -> None:
        self._lines = column(spacing=10)
        self.add = AddServer()
        box = column(self, spacing=8)
        box.addWidget(plain_label(self.tr("Servers"), strong=True))
        box.addLayout(self._lines)
        box.addWidget(self.add)
