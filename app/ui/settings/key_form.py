"""Add a key: paste it, see whose it is, have it checked, and see it kept or hear why not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QWidget

from app.seam.commands import CancelKeyCheck, CheckAndKeepKey
from app.seam.events import KeyChecked
from app.seam.views import ProviderRow
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.settings.price_fields import PriceFields
from app.ui.settings.recognize import cleaned, recognized
from app.ui.settings.secret_field import SecretField
from app.ui.theme import Theme, set_look

BAR_HEIGHT = 4
# Shared: two forms may be open at once, and each must know its own answers.
_serials = count(1)


class KeyForm(QWidget):
    """`asked` carries the command; `show_outcome` takes the answer with the same serial."""

    asked = Signal(object)
    page_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._providers: tuple[ProviderRow, ...] = ()
        self._where = ""
        self._undecided = False
        self._serial = 0
        self._waiting = False
        self._build()
        self._connect()
        self._show_details()

    def show_providers(self, providers: Sequence[ProviderRow]) -> None:
        """Whose keys one can add."""
        if tuple(providers) == self._providers:
            return
        chosen = self._provider.currentData()
        self._providers = tuple(providers)
        self._provider.clear()
        self._provider.addItem(self.tr("Recognize it from the key"), "")
        for provider in providers:
            self._provider.addItem(provider.name, provider.id)
        self._provider.setCurrentIndex(max(0, self._provider.findData(chosen)))
        self._show_details()

    def set_where(self, where: str, *, undecided: bool = False) -> None:
        """Where a key would be kept; empty: nowhere yet. `undecided`: it waits for a choice."""
        changed = undecided != self._undecided
        self._where, self._undecided = where, undecided
        self._show_details()
        if changed and not self._waiting:
            self._say_recognized()

    def show_outcome(self, outcome: KeyChecked) -> None:
        """Kept: the field is emptied. Not kept: what was typed stays, with the reason."""
        if outcome.serial != self._serial:
            return
        was_waiting = self._waiting
        self._set_waiting(False)
        text = f"{outcome.message} {outcome.advice}".strip()
        if outcome.kept:
            if was_waiting:
                self._reset()
            self._say(f"{outcome.provider_name}: {text}", "ok")
        elif was_waiting:
            self._say(text, "danger")
            self._keep_unchecked.setVisible(outcome.can_keep_unchecked)
            self._secret.setFocus()

    def forget(self) -> None:
        """Empty the field: a secret does not stay in a closed window."""
        self._secret.forget()

    def _build(self) -> None:
        self._secret = SecretField(
            self.tr("Key"), self.tr("Paste a key: the provider is recognized from it")
        )
        self._secret.setObjectName("secret")
        self._button = push_button(self.tr("Check and keep"), self._on_button)
        self._button.setObjectName("check-and-keep")
        self._cancel = push_button(self.tr("Cancel"), self._on_cancel)
        self._cancel.hide()
        line = row()
        line.addWidget(self._secret, 1)
        line.addWidget(self._button)
        line.addWidget(self._cancel)
        box = column(self, spacing=8)
        box.addLayout(line)
        box.addWidget(self._build_bar())
        box.addWidget(self._build_said())
        box.addWidget(self._build_details())
        self._other = push_button(
            self.tr("Another provider, or an address of your own"), self._on_other, "link"
        )
        box.addLayout(_leading(self._other))

    def _build_bar(self) -> QProgressBar:
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(Theme.current().px(BAR_HEIGHT))
        self._bar.setAccessibleName(self.tr("Checking the key"))
        self._bar.hide()
        return self._bar

    def _build_said(self) -> QWidget:
        part = QWidget()
        self._said = plain_label(tone="2", size="note", wrap=True)
        self._keep_unchecked = push_button(self.tr("Keep it unchecked"), self._on_keep_unchecked)
        self._keep_unchecked.setObjectName("keep-unchecked")
        self._keep_unchecked.hide()
        line = row(part)
        line.addWidget(self._said, 1)
        line.addWidget(self._keep_unchecked)
        self._said_part = part
        part.hide()
        return part

    def _build_details(self) -> QWidget:
        self._details = QWidget()
        self._provider = ChoiceBox()
        self._provider.setObjectName("provider")
        self._provider.setAccessibleName(self.tr("Whose key it is"))
        self._provider.addItem(self.tr("Recognize it from the key"), "")
        self._url = QLineEdit(placeholderText="https://models.example.com/v1")
        self._url.setObjectName("base-url")
        self._url.setAccessibleName(self.tr("Address (OpenAI-compatible)"))
        self._label = QLineEdit(placeholderText=self.tr("Label, if you like"))
        self._label.setObjectName("label")
        self._label.setMaxLength(80)
        self._label.setAccessibleName(self.tr("Label"))
        self._page = push_button(self.tr("Get a key"), self._on_page, "link")
        first = row()
        first.addWidget(self._provider, 2)
        first.addWidget(self._label, 2)
        first.addWidget(self._page)
        box = column(self._details, spacing=8)
        self._price = PriceFields()
        box.addLayout(first)
        box.addWidget(self._url)
        box.addWidget(self._price)
        return self._details

    def _connect(self) -> None:
        self._secret.textChanged.connect(self._on_secret_changed)
        self._provider.currentIndexChanged.connect(self._on_provider_changed)
        self._url.textChanged.connect(self._show_details)
        for field in (self._secret, self._url, self._label):
            field.returnPressed.connect(self._on_entered)
        self._price.return_pressed.connect(self._on_entered)

    def _chosen(self) -> ProviderRow | None:
        """The provider that was picked, or recognized."""
        picked = self._provider.currentData()
        for provider in self._providers:
            if provider.id == picked:
                return provider
        return recognized(self._secret.text(), self._providers)

    def _show_details(self) -> None:
        provider = self._chosen()
        picked = bool(self._provider.currentData())
        needs_url = picked and provider is not None and provider.needs_url
        started = bool(self._secret.text()) or picked or not self._other_is_offered()
        self._details.setVisible(started)
        self._other.setVisible(not started)
        self._url.setVisible(needs_url)
        self._price.setVisible(needs_url)
        page = provider.key_page if provider else ""
        self._page.setVisible(bool(page) and not self._secret.text())
        has_key = bool(self._secret.text()) or (provider is not None and not provider.needs_key)
        has_url = not needs_url or bool(self._url.text().strip())
        ready = has_key and has_url and bool(self._where) and not self._waiting
        self._button.setEnabled(ready)
        self._keep_unchecked.setEnabled(ready)
        set_look(self._button, look="primary" if ready else "")

    def _other_is_offered(self) -> bool:
        return not bool(self._details.property("opened"))

    def _say(self, text: str, tone: str = "2") -> None:
        self._said.setText(text)
        set_look(self._said, tone=tone)
        self._said_part.setVisible(bool(text))

    def _say_recognized(self) -> None:
        words: list[str] = []
        if self._secret.text() and not self._provider.currentData():
            provider = self._chosen()
            words.append(
                self.tr("This looks like a key of {0}.").format(provider.name)
                if provider is not None
                else self.tr("Not recognized from its beginning: please choose the provider.")
            )
        if self._undecided and (self._secret.text() or self._provider.currentData()):
            words.append(self.tr("Choose above where keys are kept; then it can be checked."))
        self._say(" ".join(words))

    def _set_waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self._bar.setVisible(waiting)
        self._cancel.setVisible(waiting)
        self._button.setVisible(not waiting)
        for field in (self._secret, self._provider, self._url, self._label, self._price):
            field.setEnabled(not waiting)
        self._keep_unchecked.hide()
        self._show_details()

    def _ask(self, *, keep_unchecked: bool) -> None:
        self._serial = next(_serials)
        provider = self._chosen()
        command = CheckAndKeepKey(
            serial=self._serial,
            secret=self._secret.text(),
            # What was only recognized is left to the core, which knows all the forms.
            provider=str(self._provider.currentData() or ""),
            base_url=self._url.text().strip() if self._url.isVisibleTo(self) else "",
            label=self._label.text().strip(),
            where=self._where,
            keep_unchecked=keep_unchecked,
            own_price=self._price.texts() if self._price.isVisibleTo(self) else ("", "", ""),
        )
        name = provider.name if provider else self.tr("the provider")
        self._set_waiting(True)
        self._cancel.setFocus()
        self._say(self.tr("Asking {0} about this key …").format(name))
        self.asked.emit(command)

    def _reset(self) -> None:
        self._secret.forget()
        self._label.setText("")
        self._url.setText("")
        self._price.show_price(None)
        self._details.setProperty("opened", False)
        self._provider.setCurrentIndex(0)
        self._show_details()

    def _on_secret_changed(self, text: str) -> None:
        tidy = cleaned(text)
        if tidy != text:
            self._secret.setText(tidy)
            return
        self._keep_unchecked.hide()
        self._show_details()
        if not self._waiting:
            self._say_recognized()

    def _on_provider_changed(self) -> None:
        self._keep_unchecked.hide()
        self._say_recognized()
        self._show_details()

    def _on_other(self) -> None:
        self._details.setProperty("opened", True)
        self._show_details()
        self._provider.setFocus()

    def _on_button(self) -> None:
        if self._button.isEnabled() and not self._waiting:
            self._ask(keep_unchecked=False)

    def _on_entered(self) -> None:
        self._on_button()
        if not self._waiting and self._undecided:
            self._say_recognized()
            set_look(self._said, tone="danger")

    def _on_keep_unchecked(self) -> None:
        self._ask(keep_unchecked=True)

    def _on_cancel(self) -> None:
        self._set_waiting(False)
        self.asked.emit(CancelKeyCheck(self._serial))
        self._serial = 0
        self._say(self.tr("Not asked any more. The key was not kept."))
        self._secret.setFocus()

    def _on_page(self) -> None:
        provider = self._chosen()
        if provider is not None and provider.key_page:
            self.page_asked.emit(provider.key_page)


def _leading(widget: QWidget) -> QHBoxLayout:
    line = row()
    line.addWidget(widget)
    line.addStretch(1)
    return line
