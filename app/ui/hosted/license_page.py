"""License: how it stands, what it allows, renewing it, and one that was sent by mail."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.seam import hosted
from app.seam.hosted_views import LicenseView
from app.seam.views import FaultView
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row, tool_button
from app.ui.hosted import license_words
from app.ui.hosted.account_code_form import say
from app.ui.hosted.account_orders import chosen_server, fault_text, order_for
from app.ui.hosted.license_box import LicenseBox
from app.ui.hosted.window_hosted import WindowHosted
from app.ui.theme import Theme, set_look


class LicensePage(QWidget):
    """Asks how the license stands whenever it is shown; `account_asked` where there is none."""

    account_asked = Signal()

    def __init__(self, window_hosted: WindowHosted) -> None:
        super().__init__()
        self._hosted = window_hosted
        self._license: LicenseView | None = None
        self._refusal: FaultView | None = None
        self._asked = False
        self._build()
        self._hosted.heard.connect(self._on_hosted)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()
        if not self._asked:
            self._asked = True
            self._ask(renew=False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._license = self._refusal = None
        self._asked = False

    def _build(self) -> None:
        self._card = QFrame()
        set_look(self._card, look="option")
        self._title = plain_label(strong=True)
        self._message = plain_label(size="note", wrap=True)
        self._advice = plain_label(tone="2", size="note", wrap=True)
        self._next = plain_label(tone="3", size="small", wrap=True)
        self._fault = plain_label(tone="danger", size="note", wrap=True)
        self._renew = push_button(self.tr("Renew now"), self._on_renew)
        self._renew.setObjectName("license-renew")
        self._account = push_button(self.tr("Go to “Account”"), self.account_asked.emit)
        self._account.setObjectName("license-account")
        self._lines = column(spacing=4)
        self._allows = QWidget()
        self._allows.setLayout(self._lines)
        self.box = LicenseBox()
        self.box.text_given.connect(self._on_text)
        self.box.file_given.connect(self._on_file)
        self._lay_out()

    def _lay_out(self) -> None:
        theme = Theme.current()
        said = column(spacing=4)
        for label in (self._title, self._message, self._advice, self._next, self._fault):
            said.addWidget(label)
        line = row(spacing=14)
        line.addLayout(said, 1)
        line.addWidget(self._renew)
        line.addWidget(self._account)
        inner = column(self._card)
        inner.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        inner.addLayout(line)
        self._heading = plain_label(self.tr("What it allows"), strong=True)
        locked = self.tr(
            "Reading, searching, exporting and deleting your chats, files and keys needs no "
            "license, whatever it says here."
        )
        box = column(self, spacing=12)
        for part in (
            self._card, self._heading, self._allows,
            plain_label(locked, tone="2", size="note", wrap=True),
        ):  # fmt: skip
            box.addWidget(part)
        self._device = QWidget()
        self._device.setLayout(self._build_device())
        box.addWidget(self._device)
        box.addWidget(self.box)
        box.addStretch(1)

    def _build_device(self) -> QHBoxLayout:
        self._key = plain_label(tone="2", size="small", wrap=True)
        self._key.setFont(Theme.current().font(12, mono=True))
        self._key.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        words = self.tr("Device key of this computer, for whoever sends you a license:")
        said = column(spacing=2)
        said.addWidget(plain_label(words, tone="2", size="note", wrap=True))
        said.addWidget(self._key)
        self._copy = tool_button("copy", self.tr("Copy the device key"), self._on_copy)
        line = row()
        line.addLayout(said, 1)
        line.addWidget(self._copy)
        return line

    def _has_account(self) -> bool:
        server = chosen_server(self._hosted)
        return server is not None and bool(server.account)

    def _show(self) -> None:
        shown, has_account = self._license, self._has_account()
        server = chosen_server(self._hosted)
        signed_in = server is not None and server.state == "signed_in"
        for part in (self._heading, self._allows, self._device):
            part.setVisible(shown is not None)
        self.box.setVisible(has_account)
        self._renew.setVisible(signed_in)
        self._account.setVisible(not signed_in)
        say(self._fault, fault_text(self._refusal) if self._refusal is not None else "")
        if shown is not None:
            self._show_license(shown)
        elif self._refusal is not None:
            self._say_card(self.tr("The license cannot be looked at now"), "warn")
        elif has_account:
            self._say_card(self.tr("Looking at the license …"), "2")
        else:
            self._say_card(*license_words.title_of("absent"))
            say(
                self._message,
                self.tr(
                    "A license comes with an account, and there is none on this computer. None is "
                    "needed either: the rules of a free account hold, with keys of your own as "
                    "you like."
                ),
                "",
            )

    def _say_card(self, title: str, tone: str) -> None:
        self._title.setText(title)
        set_look(self._title, tone=tone)
        for label in (self._message, self._advice, self._next):
            say(label, "")

    def _show_license(self, shown: LicenseView) -> None:
        title, tone = license_words.title_of(shown.status)
        self._say_card(title, tone)
        set_look(self._card, look="option" if shown.status in ("valid", "absent") else "note")
        say(self._message, shown.message, "")
        say(self._advice, shown.advice, "2")
        say(self._next, license_words.renewal_of(shown), "3")
        self._heading.setText(
            self.tr("What it allows")
            if shown.status in ("valid", "grace")
            else self.tr("What the rules of a free account allow")
        )
        clear_layout(self._lines)
        for text in filter(None, license_words.allowed_by(shown)):
            self._lines.addWidget(plain_label(f"·  {text}", size="note", wrap=True))
        self._key.setText(shown.device_key)

    def _ask(self, *, renew: bool) -> None:
        self._renew.setEnabled(False)
        order_for(
            self, self._hosted, lambda serial: hosted.AskLicense(renew, serial), self._on_asked
        )

    def _on_asked(self, done: hosted.HostedDone) -> None:
        self._renew.setEnabled(True)
        self._renew.setText(self.tr("Renew now"))
        self._refusal = done.fault
        self._show()

    def _on_hosted(self, event: hosted.HostedEvent) -> None:
        if isinstance(event, hosted.LicenseShown):
            self._license, self._refusal = event.license, None
            self._show()
        elif isinstance(event, hosted.AccountsShown):
            self._show()

    def _on_renew(self) -> None:
        say(self._fault, "")
        self._renew.setText(self.tr("Renewing …"))
        self._ask(renew=True)

    def _on_text(self, text: str) -> None:
        self._keep(hosted.KeepLicense(0, text=text))

    def _on_file(self, path: str) -> None:
        self._keep(hosted.KeepLicense(0, path=path))

    def _keep(self, what: hosted.KeepLicense) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is None:
                self.box.show_kept()
            else:
                self.box.show_fault(done.fault)

        order_for(
            self,
            self._hosted,
            lambda serial: hosted.KeepLicense(serial, what.text, what.path),
            answer,
        )

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._key.text())
