"""Network: the proxy, whether it works, who else may answer, and who counts a draft."""

from __future__ import annotations

from itertools import count

from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from app.seam import events
from app.seam.commands import SetProxy, TestProxy
from app.seam.views import ProxyView, SettingsView
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceBox, ChoiceButton
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.secret_field import SecretField
from app.ui.settings.yes_or_no import counting_choice, failover_choice
from app.ui.theme import Theme, set_look

SCHEMES = ("http", "https", "socks5")
PORT_MAX = 65_535
_serials = count(1)


class NetworkPage(QWidget):
    """Nothing changes before Save; Test saves first, so that what is tested is what is used."""

    def __init__(self, bridge: Bridge, settings: SettingsView) -> None:
        super().__init__()
        self._bridge = bridge
        self._kept = settings.proxy
        self._serial = 0
        self._saving = False
        self._build(settings)
        self._show(settings.proxy)
        self._connect()

    def _build(self, settings: SettingsView) -> None:
        self._ways = QButtonGroup(self)
        box = column(self, spacing=10)
        for number, words in enumerate(
            (self.tr("Directly, without a proxy"), self.tr("A proxy of your own"))
        ):
            button = ChoiceButton(words)
            button.setObjectName(f"proxy-{number}")
            self._ways.addButton(button, number)
            box.addWidget(button)
        box.addWidget(self._build_form())
        box.addLayout(self._build_buttons())
        self._said = plain_label(tone="2", size="note", wrap=True)
        box.addWidget(self._said)
        box.addSpacing(Theme.current().px(8))
        box.addWidget(failover_choice(self._bridge, settings))
        box.addSpacing(Theme.current().px(8))
        box.addWidget(counting_choice(self._bridge, settings))
        box.addStretch(1)

    def _build_form(self) -> QWidget:
        self._form = QWidget()
        self._scheme = ChoiceBox()
        self._scheme.addItems(list(SCHEMES))
        self._scheme.setAccessibleName(self.tr("Kind of proxy"))
        self._host = QLineEdit(placeholderText="proxy.example.com")
        self._host.setObjectName("proxy-host")
        self._host.setAccessibleName(self.tr("Host"))
        self._port = QLineEdit(placeholderText="8080")
        self._port.setObjectName("proxy-port")
        self._port.setAccessibleName(self.tr("Port"))
        self._port.setMaxLength(5)
        self._port.setFixedWidth(Theme.current().px(80))
        self._user = QLineEdit()
        self._user.setObjectName("proxy-user")
        self._user.setAccessibleName(self.tr("User"))
        self._password = SecretField(self.tr("Password"), " ")
        self._password.setObjectName("proxy-password")
        self._forget = push_button(self.tr("Forget the password"), self._on_forget, "link")
        address = row()
        address.addWidget(self._scheme)
        address.addWidget(self._host, 1)
        address.addWidget(self._port)
        secret = row()
        secret.addWidget(self._password, 1)
        secret.addWidget(self._forget)
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(Theme.current().px(8))
        form.setHorizontalSpacing(Theme.current().px(12))
        form.addRow(_name(self.tr("Address")), address)
        form.addRow(_name(self.tr("User")), self._user)
        form.addRow(_name(self.tr("Password")), secret)
        form.addRow(
            "",
            plain_label(
                self.tr("User and password only where the proxy asks. The password is kept "
                        "where your keys are."),
                tone="3", size="small", wrap=True,
            ),
        )  # fmt: skip
        return self._form

    def _build_buttons(self) -> QHBoxLayout:
        self._save = push_button(self.tr("Save"), self._on_save)
        self._save.setObjectName("proxy-save")
        self._test = push_button(self.tr("Test the connection"), self._on_test)
        self._test.setObjectName("proxy-test")
        line = row()
        line.addWidget(self._save)
        line.addWidget(self._test)
        line.addStretch(1)
        return line

    def _connect(self) -> None:
        self._ways.idToggled.connect(self._on_edited)
        for field in (self._host, self._port, self._user, self._password):
            field.textChanged.connect(self._on_edited)
            field.returnPressed.connect(self._on_save)
        self._host.textChanged.connect(self._on_host_changed)
        self._scheme.currentIndexChanged.connect(self._on_edited)
        self._bridge.event.connect(self._on_event)

    def _show(self, proxy: ProxyView) -> None:
        self._kept = proxy
        scheme, _, rest = proxy.url.partition("://")
        host, _, port = rest.rpartition(":")
        self._ways.button(1 if proxy.url else 0).setChecked(True)
        self._scheme.setCurrentText(scheme if scheme in SCHEMES else SCHEMES[0])
        self._host.setText(host)
        self._port.setText(port.strip("/"))
        self._user.setText(proxy.user)
        self._password.forget()
        self._password.setPlaceholderText(
            self.tr("kept; type to replace it") if proxy.has_password else self.tr("none")
        )
        self._forget.setVisible(proxy.has_password)
        self._on_edited()

    def _url(self) -> str:
        if self._ways.checkedId() == 0:
            return ""
        scheme, host, port = self._scheme.currentText(), self._host.text(), self._port.text()
        return f"{scheme}://{host.strip()}:{port.strip()}"

    def _is_edited(self) -> bool:
        user = self._user.text() if self._ways.checkedId() == 1 else ""
        kept = (self._kept.url.rstrip("/"), self._kept.user)
        return (self._url(), user) != kept or bool(self._password.text())

    def _trouble(self) -> str:
        """Why this cannot be saved, in words; empty where it can."""
        if self._ways.checkedId() == 0:
            return ""
        host, port = self._host.text().strip(), self._port.text().strip()
        if not host:
            return self.tr("The host is missing.")
        if any(sign in host for sign in "/@ ") or not host.isascii():
            return self.tr("Write the host alone: no spaces, no path, no password.")
        if not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
            return self.tr("The port is a number from 1 to 65,535, like 8080.")
        return ""

    def _say(self, text: str, tone: str = "2") -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)

    def _send(self, password: str | None) -> None:
        self._saving = True
        own = self._ways.checkedId() == 1
        user = self._user.text().strip() if own else ""
        self._bridge.submit(SetProxy(self._url(), user, password if own else ""))
        self._password.forget()

    def _save_now(self) -> bool:
        """Send what was typed; False where it cannot be."""
        trouble = self._trouble()
        if trouble:
            self._say(trouble, "danger")
            return False
        if self._is_edited():
            self._send(self._password.text() or None)
        return True

    def _on_edited(self) -> None:
        self._form.setEnabled(self._ways.checkedId() == 1)
        edited = self._is_edited()
        self._save.setEnabled(edited)
        set_look(self._save, look="primary" if edited else "")
        if edited and not self._saving:
            self._say("")

    def _on_host_changed(self, text: str) -> None:
        """A whole address was pasted into the field for the host: take it apart."""
        scheme, mark, rest = text.strip().partition("://")
        if not mark or scheme not in SCHEMES:
            return
        host, _, port = rest.rstrip("/").partition(":")
        self._scheme.setCurrentText(scheme)
        if port:
            self._port.setText(port)
        self._host.setText(host)

    def _on_save(self) -> None:
        if self._save.isEnabled() and self._save_now():
            self._say(self.tr("Saving …"))

    def _on_forget(self) -> None:
        self._send("")
        self._say(self.tr("Saving …"))

    def _on_test(self) -> None:
        if not self._save_now():
            return
        self._serial = next(_serials)
        self._test.setEnabled(False)
        self._say(self.tr("Asking a provider through this connection …"))
        self._bridge.submit(TestProxy(self._serial))

    def _on_event(self, event: events.Event) -> None:
        match event:
            case events.SettingsChanged(settings=settings):
                self._on_settings(settings)
            case events.ProxyTested(serial=serial, works=works, message=message):
                if serial == self._serial:
                    self._test.setEnabled(True)
                    self._say(message, "ok" if works else "danger")
            case events.Notice(level="error" | "warning", text=text, advice=advice):
                if self._saving:
                    self._saving = False
                    self._test.setEnabled(True)
                    self._say(f"{text} {advice}".strip(), "danger")
            case _:
                return

    def _on_settings(self, settings: SettingsView) -> None:
        # Another setting that changed must not wipe what is being typed here.
        if settings.proxy == self._kept and not self._saving:
            return
        was_saving, self._saving = self._saving, False
        self._show(settings.proxy)
        if was_saving and self._test.isEnabled():
            self._say(self.tr("Saved."), "ok")


def _name(text: str) -> QLabel:
    label = plain_label(text, tone="2", size="note")
    # As high as the field beside it, so that both stand on one line.
    label.setMinimumHeight(Theme.current().px(36))
    return label
