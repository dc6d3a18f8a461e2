"""Ask for an admin key where none is kept: what it is, where one makes it, and a field for it."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from app.seam.reconciliation import AdminKeyKept, KeepAdminKey, ReportSiteView
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.reconciliation import wording
from app.ui.settings.recognize import cleaned
from app.ui.settings.secret_field import SecretField
from app.ui.theme import set_look

_serials = count(1)


class AdminKeyForm(QFrame):
    """`asked` carries the command, `page_asked` an address; `take` hears the answer."""

    asked = Signal(object)
    page_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._site: ReportSiteView | None = None
        self._where = "keyring"
        self._serial = 0
        set_look(self, look="note", tone="plain")
        self._build()

    def show_site(self, site: ReportSiteView, where: str) -> None:
        """Whose key is asked for."""
        self._site, self._where = site, where
        self._head.setText(
            self.tr("{0} shows what it charged to another kind of key: {1}.").format(
                site.name, wording.key_name(site.key_name)
            )
        )
        self._words.setText(
            self.tr("It is kept apart from the keys that send messages, and used for nothing else.")
        )
        self._page.setToolTip(site.key_page)
        self._page.setText(self.tr("Where to make one"))
        self._say("", "")

    def take(self, outcome: AdminKeyKept) -> bool:
        """The core's answer; whether it is to this form's question."""
        if outcome.serial != self._serial:
            return False
        self._check.setEnabled(True)
        if outcome.key_id:
            self.field.forget()
            self._say("", "")
        else:
            self._say(outcome.message, outcome.advice)
        return True

    def _build(self) -> None:
        self._head = plain_label(strong=True, wrap=True)
        self._words = plain_label(tone="2", size="note", wrap=True)
        self.field = SecretField(self.tr("Admin key"), self.tr("Paste the key"))
        self.field.returnPressed.connect(self._on_check)
        self._check = push_button(self.tr("Check and keep"), self._on_check, look="primary")
        self._page = push_button("", self._on_page, look="link")
        self._trouble = plain_label(tone="danger", size="note", wrap=True)
        self._advice = plain_label(tone="2", size="note", wrap=True)
        line = row(spacing=8)
        line.addWidget(self.field, 1)
        line.addWidget(self._check)
        box = column(self, margin=14, spacing=6)
        box.addWidget(self._head)
        box.addWidget(self._words)
        box.addLayout(line)
        box.addWidget(self._trouble)
        box.addWidget(self._advice)
        box.addWidget(self._page, 0, Qt.AlignmentFlag.AlignLeading)
        self._say("", "")

    def _say(self, trouble: str, advice: str) -> None:
        for label, text in ((self._trouble, trouble), (self._advice, advice)):
            label.setText(text)
            label.setVisible(bool(text))

    def _on_check(self) -> None:
        secret = cleaned(self.field.text())
        if self._site is None or not secret or not self._check.isEnabled():
            return
        self._serial = next(_serials)
        self._check.setEnabled(False)
        self._say("", "")
        self.asked.emit(KeepAdminKey(self._serial, self._site.provider, secret, self._where))

    def _on_page(self) -> None:
        if self._site is not None:
            self.page_asked.emit(self._site.key_page)
