"""Who counts the tokens of a message that is still being written: this computer, or the provider.

The draft leaves the computer for the second, so that it is off until the user wants it.
"""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QWidget

from app.seam import events
from app.seam.commands import ChangeSettings
from app.seam.views import SettingsView
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceButton
from app.ui.dialog_pieces import column, plain_label


class CountingChoice(QWidget):
    """A choice that applies at once; it follows what the core says."""

    def __init__(self, bridge: Bridge, settings: SettingsView) -> None:
        super().__init__()
        self._bridge = bridge
        self._build()
        self._show(settings)
        self._group.idClicked.connect(self._on_chosen)
        bridge.event.connect(self._on_event)

    def _build(self) -> None:
        title = self.tr("Tokens of a message that is not sent yet")
        self._group = QButtonGroup(self)
        box = column(self, spacing=8)
        box.addWidget(plain_label(title, strong=True))
        words = (
            self.tr("Estimate them on this computer"),
            self.tr("Ask the provider to count while I type"),
        )
        for number, text in enumerate(words):
            button = ChoiceButton(text)
            button.setObjectName(f"counting-{number}")
            button.setAccessibleDescription(title)
            self._group.addButton(button, number)
            box.addWidget(button)
        note = self.tr(
            "Asking sends the draft to the provider you chose, before you press Send. It is free, "
            "and exact with OpenAI, Anthropic and Google. Offline nobody is asked."
        )
        box.addWidget(plain_label(note, tone="3", size="small", wrap=True))

    def _show(self, settings: SettingsView) -> None:
        self._group.button(1 if settings.count_with_provider else 0).setChecked(True)

    def _on_chosen(self, number: int) -> None:
        self._bridge.submit(ChangeSettings((("count_with_provider", number == 1),)))

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._show(event.settings)
