"""How this computer stands at one server: whose tokens, what is left, and signing in and out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from app.seam.hosted_views import ServerView, WalletView
from app.seam.views import FaultView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted import wording
from app.ui.hosted.account_code_form import say
from app.ui.hosted.account_orders import fault_text, host_of
from app.ui.theme import Theme, set_look


class AccountCard(QFrame):
    """`sign_in_asked` and `sign_out_asked`; either is answered by `show_fault` or a new state."""

    sign_in_asked = Signal()
    sign_out_asked = Signal()
    buy_asked = Signal()
    groups_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._server: ServerView | None = None
        self._build()

    def show_server(self, server: ServerView, wallet: WalletView | None) -> None:
        """The state as it is told now; a fault stays until something is tried again."""
        before, self._server = self._server, server
        signed_in, removed = server.state == "signed_in", server.state == "removed"
        self._name.setText(wording.chip_name(server, wallet if signed_in else None))
        host = host_of(server.url)
        at = self.tr("at {0}").format(f"{server.title}, {host}")
        self._where.setText(host if self._name.text() == server.title else at)
        line, tone = self._state(server, wallet)
        self._line.setText(line)
        set_look(self._line, tone=tone)
        set_look(self, look="note" if removed else "option")
        self._in.setVisible(server.state == "signed_out")
        self._out.setVisible(signed_in)
        self._buy.setVisible(signed_in and (wallet is None or wallet.may_buy))
        self._groups.setVisible(signed_in)
        if before is None or (before.id, before.state) != (server.id, server.state):
            self.rest()
            say(self._fault, "")

    def show_fault(self, fault: FaultView) -> None:
        """Why nothing changed."""
        self.rest()
        say(self._fault, fault_text(fault))

    def rest(self) -> None:
        """Nothing is under way."""
        self._in.setEnabled(True)
        self._in.setText(self.tr("Sign in"))
        self._out.setEnabled(True)
        self._out.setText(self.tr("Sign out"))

    def _build(self) -> None:
        self._name = plain_label(strong=True)
        self._where = plain_label(tone="2", size="note", wrap=True)
        self._line = plain_label(tone="2", size="note", wrap=True, figures=False)
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._fault.hide()
        self._in = push_button(self.tr("Sign in"), self._on_in, "primary")
        self._in.setObjectName("sign-in")
        self._out = push_button(self.tr("Sign out"), self._on_out)
        self._out.setObjectName("sign-out")
        self._buy = push_button(self.tr("Buy tokens"), self.buy_asked.emit)
        self._buy.setObjectName("account-buy")
        said = column(spacing=2)
        for label in (self._name, self._where, self._line, self._fault):
            said.addWidget(label)
        self._groups = push_button(
            self.tr("Share tokens with others"), self.groups_asked.emit, "link"
        )
        self._groups.setObjectName("account-groups")
        set_look(self._groups, flush="true")
        line = row(spacing=14)
        line.addLayout(said, 1)
        line.addWidget(self._buy)
        line.addWidget(self._in)
        line.addWidget(self._out)
        theme = Theme.current()
        box = column(self)
        box.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        box.addLayout(line)
        box.addWidget(self._groups, 0, Qt.AlignmentFlag.AlignLeading)

    def _state(self, server: ServerView, wallet: WalletView | None) -> tuple[str, str]:
        match server.state:
            case "signed_in":
                return _left(server, wallet), "2"
            case "signed_out":
                text = self.tr("Signed out. The key stays on this computer; one click is enough.")
                return text, "2"
            case "removed":
                text = self.tr(
                    "This computer was removed from your account. Your chats stay, and your own "
                    "keys work. Find the account again by its e-mail address, or begin a new one."
                )
                return text, "warn"
            case _:
                return self.tr("There is no account for this computer here yet."), "2"

    def _on_in(self) -> None:
        say(self._fault, "")
        self._in.setEnabled(False)
        self._in.setText(self.tr("Signing in …"))
        self.sign_in_asked.emit()

    def _on_out(self) -> None:
        say(self._fault, "")
        self._out.setEnabled(False)
        self._out.setText(self.tr("Signing out …"))
        self.sign_out_asked.emit()


def _left(server: ServerView, wallet: WalletView | None) -> str:
    """`8,412 tokens left`, with its age while the server is out of reach."""
    if wallet is None:
        return wording.chip_line(server, None)
    return " · ".join(filter(None, (wording.left_in_all(wallet), wording.age_of(wallet))))
