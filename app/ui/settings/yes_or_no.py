"""Settings that are one of two answers in whole sentences, and apply at once."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.seam import events
from app.seam.commands import ChangeSettings
from app.seam.views import SettingsView
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceButton
from app.ui.dialog_pieces import column, plain_label

translate = QCoreApplication.translate


class YesOrNo(QWidget):
    """A choice that applies at once; it follows what the core says.

    `setting` is a field of SettingsView; `words` say it off, then on; buttons are named
    `NAME-0` and `NAME-1`.
    """

    def __init__(
        self,
        bridge: Bridge,
        settings: SettingsView,
        setting: str,
        *,
        name: str,
        title: str,
        words: tuple[str, str],
        note: str,
    ) -> None:
        super().__init__()
        self._bridge = bridge
        self._setting = setting
        self._group = QButtonGroup(self)
        box = column(self, spacing=8)
        box.addWidget(plain_label(title, strong=True))
        for number, text in enumerate(words):
            button = ChoiceButton(text)
            button.setObjectName(f"{name}-{number}")
            button.setAccessibleDescription(title)
            self._group.addButton(button, number)
            box.addWidget(button)
        box.addWidget(plain_label(note, tone="3", size="small", wrap=True))
        self._show(settings)
        self._group.idClicked.connect(self._on_chosen)
        bridge.event.connect(self._on_event)

    def _show(self, settings: SettingsView) -> None:
        self._group.button(1 if getattr(settings, self._setting) else 0).setChecked(True)

    def _on_chosen(self, number: int) -> None:
        self._bridge.submit(ChangeSettings(((self._setting, number == 1),)))

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._show(event.settings)


def counting_choice(bridge: Bridge, settings: SettingsView) -> YesOrNo:
    """Who counts the tokens of a message that is still being written: this computer, or the
    provider. The draft leaves the computer for the second, so that it is off until it is wanted.
    """
    return YesOrNo(
        bridge,
        settings,
        "count_with_provider",
        name="counting",
        title=translate("CountingChoice", "Tokens of a message that is not sent yet"),
        words=(
            translate("CountingChoice", "Estimate them on this computer"),
            translate("CountingChoice", "Ask the provider to count while I type"),
        ),
        note=translate(
            "CountingChoice",
            "Asking sends the draft to the provider you chose, before you press Send. It is free, "
            "and exact with OpenAI, Anthropic and Google. Offline nobody is asked.",
        ),
    )


def failover_choice(bridge: Bridge, settings: SettingsView) -> YesOrNo:
    """Whether another of the user's keys may answer where the chosen one's provider cannot."""
    return YesOrNo(
        bridge,
        settings,
        "failover",
        name="failover",
        title=translate("FailoverChoice", "When a provider cannot answer"),
        words=(
            translate("FailoverChoice", "Say so"),
            translate("FailoverChoice", "Ask another of my keys that has the same model"),
        ),
        note=translate(
            "FailoverChoice",
            "Only before the answer begins. The other price is said, and the receipt names both.",
        ),
    )
