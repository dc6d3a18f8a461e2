"""Whether another of the user's keys may answer where the chosen one's provider cannot."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QWidget

from app.seam import events
from app.seam.commands import ChangeSettings
from app.seam.views import SettingsView
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceButton
from app.ui.dialog_pieces import column, plain_label


class FailoverChoice(QWidget):
    """A choice that applies at once; it follows what the core says."""

    def __init__(self, bridge: Bridge, settings: SettingsView) -> None:
        super().__init__()
        self._bridge = bridge
        self._build()
        self._show(settings)
        self._group.idClicked.connect(self._on_chosen)
        bridge.event.connect(self._on_event)

    def _build(self) -> None:
        title = self.tr("When a provider cannot answer")
        self._group = QButtonGroup(self)
        box = column(self, spacing=8)
        box.addWidget(plain_label(title, strong=True))
        words = (self.tr("Say so"), self.tr("Ask another of my keys that has the same model"))
        for number, text in enumerate(words):
            button = ChoiceButton(text)
            button.setObjectName(f"failover-{number}")
            button.setAccessibleDescription(title)
            self._group.addButton(button, number)
            box.addWidget(button)
        note = self.tr(
            "Only before the answer begins. The other price is said, and the receipt names both."
        )
        box.addWidget(plain_label(note, tone="3", size="small", wrap=True))

    def _show(self, settings: SettingsView) -> None:
        self._group.button(1 if settings.failover else 0).setChecked(True)

    def _on_chosen(self, number: int) -> None:
        self._bridge.submit(ChangeSettings((("failover", number == 1),)))

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._show(event.settings)
