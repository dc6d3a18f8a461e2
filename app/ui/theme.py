"""How everything looks: colors, type, space and radius as named tokens, in light and in dark.

No widget names a color itself: it takes one from here, or carries a `look`, `tone` or `ground`
property that the one style sheet (resources/themes/application.qss) knows.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.resources import load_fonts, read_text

TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
RADIUS = 8
ZOOM_MIN_PERCENT, ZOOM_MAX_PERCENT = 50, 300


class Size(IntEnum):
    """Text sizes in pixels at 100 %."""

    SMALL = 12
    NOTE = 13
    TEXT = 14
    TITLE = 18
    FIGURE = 28


@dataclass(frozen=True, slots=True)
class Colors:
    """One set of tokens; every text color reads at 4.5:1 or better on every ground."""

    bg: str
    panel: str
    raised: str
    line: str
    ink: str
    ink2: str
    ink3: str
    accent: str
    accent_soft: str
    on_accent: str
    ok: str
    warn: str
    danger: str
    user: str
    code: str
    sel: str


LIGHT = Colors(
    bg="#fbfaf8", panel="#f4f2ee", raised="#ffffff", line="#e4e0d9",
    ink="#211f1c", ink2="#57534d", ink3="#69655f",
    accent="#a0511d", accent_soft="#f6e6da", on_accent="#ffffff",
    ok="#297352", warn="#8d5d0c", danger="#b23636",
    user="#efece6", code="#f3f1ec", sel="#eae6df",
)  # fmt: skip
DARK = Colors(
    bg="#1a1918", panel="#211f1e", raised="#2a2826", line="#373431",
    ink="#ece8e1", ink2="#b3ada4", ink3="#9b948a",
    accent="#e59a63", accent_soft="#3a2a1f", on_accent="#1a1918",
    ok="#67bd95", warn="#e2ae4b", danger="#e58080",
    user="#2b2927", code="#232120", sel="#302d2a",
)  # fmt: skip
# One quiet color per provider, the same in light and dark, for the mark before a model's name.
PROVIDER_MARKS = (
    "#2f6f5e", "#c4704b", "#4a6fa5", "#8a5a83", "#7d7a3c", "#3f7f8c", "#a5566b", "#6b6f8f",
)  # fmt: skip
_KNOWN_MARKS = {"openai": 0, "anthropic": 1, "google": 2, "mistral": 4, "deepseek": 7}
GROUNDS = ("bg", "panel", "raised", "accent_soft", "user", "code", "sel")
TEXTS = ("ink", "ink2", "ink3", "accent", "ok", "warn", "danger")


class Theme(QObject):
    """The look in force. `changed` comes after colors or zoom changed and were applied."""

    changed = Signal()
    _current: Theme | None = None

    def __init__(self) -> None:
        super().__init__()
        self.mode = "system"
        self.zoom_percent = 100
        self.dark = False
        self.colors = LIGHT
        self._follows = self._dressed = False
        self._sheet_wanted = True

    @classmethod
    def current(cls) -> Theme:
        """The one theme of this program."""
        if cls._current is None:
            cls._current = Theme()
        return cls._current

    def start(
        self, application: QApplication, mode: str = "system", zoom_percent: int = 100, *,
        sheet_later: bool = False,
    ) -> None:  # fmt: skip
        """Load the fonts, dress the application and follow the system from now on.

        With `sheet_later` the style sheet comes with `dress`, once a window is built: Qt matches
        a widget against the sheet anew each time that it is put into another one.
        """
        load_fonts()
        if sys.platform != "linux":
            # There Qt has no other style; naming it costs 5 ms of the start.
            application.setStyle("Fusion")
        self.mode, self.zoom_percent = mode, _clamp_zoom(zoom_percent)
        if not self._follows:
            self._follows = True
            QGuiApplication.styleHints().colorSchemeChanged.connect(self.follow_system)
        self._sheet_wanted = not sheet_later
        self._dress()

    def dress(self) -> None:
        """Put the style sheet on where `start` left it off."""
        if not self._sheet_wanted:
            self._sheet_wanted = True
            self._set_sheet()

    def follow_system(self) -> None:
        """Look as the system does now, where that is wished; slow the first time."""
        if self.mode == "system" and self._system_is_dark() != self.dark:
            self._refresh()

    def set_mode(self, mode: str) -> None:
        """Take `light`, `dark` or `system`; anything else counts as `system`."""
        mode = mode if mode in ("light", "dark") else "system"
        if mode != self.mode:
            self.mode = mode
            self._refresh()

    def set_zoom(self, percent: int) -> None:
        """Text and controls at this size; kept between 50 and 300."""
        percent = _clamp_zoom(percent)
        if percent != self.zoom_percent:
            self.zoom_percent = percent
            self._refresh()

    def color(self, token: str) -> QColor:
        """The color of a token: `bg`, `ink2`, `accent` and so on."""
        return QColor(getattr(self.colors, token))

    def px(self, pixels: float) -> int:
        """A length of the design at the zoom in force."""
        return round(pixels * self.zoom_percent / 100)

    def space(self, steps: int = 1) -> int:
        """So many steps of the 4 pixel grid."""
        return self.px(4 * steps)

    def font(
        self, size: int = Size.TEXT, *, strong: bool = False, mono: bool = False,
        figures: bool = False,
    ) -> QFont:  # fmt: skip
        """A font of the design; `figures` asks for numerals of one width."""
        return QFont(_make_font(self.px(size), strong, mono, figures))

    def _refresh(self) -> None:
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            return
        self.dark = self.mode == "dark" or (self.mode == "system" and self._system_is_dark())
        self.colors = DARK if self.dark else LIGHT
        application.setPalette(_make_palette(self.colors))
        application.setFont(self.font())
        if self._sheet_wanted:
            self._set_sheet()
        self._dressed = True

    def _set_sheet(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setStyleSheet(make_sheet(self.colors, self.zoom_percent))

    def _system_is_dark(self) -> bool:
        if not self._dressed:
            # The palette is still the system's own. Asking for the scheme would make all of
            # Qt's enums, 14 ms that the first paint does not wait for: see `follow_system`.
            palette = QGuiApplication.palette()
            return palette.window().color().lightness() < palette.text().color().lightness()
        from PySide6.QtCore import Qt

        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def set_look(widget: QWidget, **properties: str) -> None:
    """Set style properties (`look`, `tone`, `ground`, `size`) and have them take effect."""
    for name, value in properties.items():
        # Every widget has a `size` of its own in Qt.
        widget.setProperty("textsize" if name == "size" else name, value)
    if not QGuiApplication.topLevelWindows():
        return  # the first window is still being built: it is polished as a whole when it is shown
    from PySide6.QtCore import Qt

    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def make_sheet(colors: Colors, zoom_percent: int = 100) -> str:
    """The style sheet with `@token` and `@12px` replaced by this theme's values."""
    sheet = read_text("themes", "application.qss")
    for field in sorted(fields(Colors), key=lambda field: -len(field.name)):
        sheet = sheet.replace(f"@{field.name}", getattr(colors, field.name))
    pieces = sheet.split("@")
    for index, piece in enumerate(pieces[1:], start=1):
        number, _, rest = piece.partition("px")
        pieces[index] = f"{round(int(number) * zoom_percent / 100)}px{rest}"
    return "".join(pieces)


def provider_mark(provider: str) -> QColor:
    """The color of the mark before a provider's models."""
    place = _KNOWN_MARKS.get(provider, sum(provider.encode()) % len(PROVIDER_MARKS))
    return QColor(PROVIDER_MARKS[place])


def contrast(text: str, ground: str) -> float:
    """The WCAG 2 contrast of two colors, 1 to 21."""
    bright, dim = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _clamp_zoom(percent: int) -> int:
    return max(ZOOM_MIN_PERCENT, min(ZOOM_MAX_PERCENT, percent))


@lru_cache(maxsize=128)
def _make_font(pixels: int, strong: bool, mono: bool, figures: bool) -> QFont:
    font = QFont([CODE_FAMILY, "monospace"] if mono else [TEXT_FAMILY, "sans-serif"])
    font.setPixelSize(max(1, pixels))
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
    if figures:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _make_palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for roles, token in (
        ((role.Window, role.Base), colors.bg),
        ((role.Button, role.ToolTipBase), colors.raised),
        ((role.AlternateBase,), colors.panel),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colors.ink),
        ((role.PlaceholderText,), colors.ink3),
        ((role.Highlight, role.Link, role.LinkVisited, role.Accent), colors.accent),
        ((role.HighlightedText,), colors.on_accent),
        ((role.Light, role.Midlight, role.Mid), colors.line),
    ):
        for one in roles:
            palette.setColor(one, QColor(token))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(colors.ink3))
    return palette
