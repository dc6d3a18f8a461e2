"""Appearance: light or dark, the size of everything, the language, and what Enter does."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.seam import events
from app.seam.commands import ChangeSettings
from app.seam.views import SettingsView
from app.ui import resources
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceBox, ChoiceButton
from app.ui.dialog_pieces import column, plain_label, row

ZOOMS = (75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)
THEMES = ("system", "light", "dark")


class AppearancePage(QWidget):
    """Each choice is a command at once; the widgets follow what the core says."""

    def __init__(self, bridge: Bridge, settings: SettingsView) -> None:
        super().__init__()
        self._bridge = bridge
        self._build()
        self._show(settings)
        self._connect()

    def _build(self) -> None:
        box = column(self, spacing=18)
        box.addWidget(self._build_theme())
        box.addWidget(self._build_zoom())
        self._language = ChoiceBox()
        codes = languages()
        if codes:
            box.addWidget(self._build_language(codes))
        box.addWidget(self._build_enter())
        box.addStretch(1)

    def _build_theme(self) -> QWidget:
        self._themes = QButtonGroup(self)
        words = (self.tr("As the system"), self.tr("Light"), self.tr("Dark"))
        return self._build_choice(self.tr("Colors"), self._themes, words, "theme")

    def _build_enter(self) -> QWidget:
        self._enter = QButtonGroup(self)
        words = (
            self.tr("Enter sends, Shift+Enter starts a line"),
            self.tr("Enter starts a line, Ctrl+Enter sends"),
        )
        return self._build_choice(self.tr("In the composer"), self._enter, words, "enter")

    def _build_choice(
        self, title: str, group: QButtonGroup, words: tuple[str, ...], name: str
    ) -> QWidget:
        part = QWidget()
        part.setAccessibleName(title)
        box = column(part, spacing=8)
        box.addWidget(plain_label(title, strong=True))
        for number, text in enumerate(words):
            button = ChoiceButton(text)
            button.setObjectName(f"{name}-{number}")
            button.setAccessibleDescription(title)
            group.addButton(button, number)
            box.addWidget(button)
        return part

    def _build_zoom(self) -> QWidget:
        part = QWidget()
        self._zoom = ChoiceBox()
        self._zoom.setObjectName("zoom")
        self._zoom.setAccessibleName(self.tr("Size of text and controls"))
        for percent in ZOOMS:
            self._zoom.addItem(self.tr("{0} %").format(percent), percent)
        line = row()
        line.addWidget(self._zoom)
        line.addStretch(1)
        box = column(part, spacing=8)
        box.addWidget(plain_label(self.tr("Size of text and controls"), strong=True))
        box.addLayout(line)
        return part

    def _build_language(self, codes: tuple[str, ...]) -> QWidget:
        part = QWidget()
        self._language.setObjectName("language")
        self._language.setAccessibleName(self.tr("Language"))
        self._language.addItem(self.tr("As the system"), "system")
        for code in codes:
            self._language.addItem(QLocale(code).nativeLanguageName(), code)
        line = row()
        line.addWidget(self._language)
        line.addStretch(1)
        box = column(part, spacing=8)
        box.addWidget(plain_label(self.tr("Language"), strong=True))
        box.addLayout(line)
        words = self.tr("Takes effect at the next start.")
        box.addWidget(plain_label(words, tone="2", size="small"))
        return part

    def _connect(self) -> None:
        self._themes.idClicked.connect(self._on_theme)
        self._enter.idClicked.connect(self._on_enter)
        self._zoom.activated.connect(self._on_zoom)
        self._language.activated.connect(self._on_language)
        self._bridge.event.connect(self._on_event)

    def _show(self, settings: SettingsView) -> None:
        place = THEMES.index(settings.theme) if settings.theme in THEMES else 0
        self._themes.button(place).setChecked(True)
        self._enter.button(0 if settings.enter_sends else 1).setChecked(True)
        if self._zoom.findData(settings.zoom_percent) < 0:
            # Ctrl and plus reach sizes between ours.
            text = self.tr("{0} %").format(settings.zoom_percent)
            self._zoom.addItem(text, settings.zoom_percent)
        self._zoom.setCurrentIndex(self._zoom.findData(settings.zoom_percent))
        self._language.setCurrentIndex(max(0, self._language.findData(settings.language)))

    def _change(self, name: str, value: str | bool | int) -> None:
        self._bridge.submit(ChangeSettings(((name, value),)))

    def _on_theme(self, number: int) -> None:
        self._change("theme", THEMES[number])

    def _on_enter(self, number: int) -> None:
        self._change("enter_sends", number == 0)

    def _on_zoom(self) -> None:
        self._change("zoom_percent", int(self._zoom.currentData()))

    def _on_language(self) -> None:
        self._change("language", str(self._language.currentData()))

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._show(event.settings)


def languages() -> tuple[str, ...]:
    """The codes of the shipped languages, English first; empty where there is nothing to choose."""
    folder = resources.folder() / "translations"
    codes = {path.stem.rpartition("_")[2] for path in folder.glob("*.qm")} - {"en"}
    return ("en", *sorted(codes)) if codes else ()
