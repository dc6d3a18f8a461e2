"""The head of a pane: its model, what the model can do and who pays, and the pane's menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.ui.icons import icon
from app.ui.theme import Theme, provider_mark, set_look

if TYPE_CHECKING:
    from app.seam.views import ModelRow

HEIGHT = 52
MARK = 2
MENU = ("add_pane", "keep_only", "close_pane", "", "find", "copy_chat", "export")


class PaneHeader(QFrame):
    """`menu_chosen(action)` is one of MENU; badges that do not fit are left out."""

    model_asked = Signal()
    menu_chosen = Signal(str)
    sidebar_asked = Signal()
    billing_asked = Signal()
    assistant_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pane_count = 1
        self.is_current = False
        self._name = ""
        self._badges: list[QLabel] = []
        self._assistant: QPushButton | None = None
        self._build()
        self._connect()

    def show_model(self, ref: str, row: ModelRow | None) -> None:
        """The model by its line in the picker; by its reference where it has none yet."""
        name = row.name if row else name_of(ref) or self.tr("Choose a model")
        self._name = name
        self.model_button.setAccessibleName(self.tr("Model: {0}").format(name))
        provider = row.provider if row else ref.partition("/")[0].partition(":")[0]
        self.model_button.setIcon(_mark_icon(provider) if ref else QIcon())
        for badge in self._badges:
            self._badge_row.removeWidget(badge)
            badge.hide()
            badge.deleteLater()
        self._badges = [_badge(*words) for words in self._badge_words(ref, row)]
        from PySide6.QtCore import Qt

        for badge in self._badges:
            self._badge_row.addWidget(badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._fit_badges()

    def show_assistant(self, name: str, mark: QIcon | None = None) -> None:
        """With whose instructions the model answers here; empty: with none."""
        if self._assistant is None:
            if not name:
                return
            self._assistant = QPushButton()
            set_look(self._assistant, look="badge")
            self._assistant.clicked.connect(self.assistant_asked)
            row = self.layout()
            assert isinstance(row, QHBoxLayout)
            row.insertWidget(row.indexOf(self.model_button) + 1, self._assistant)
        shown = name if len(name) <= 24 else name[:23] + "…"
        self._assistant.setText(shown.replace("&", "&&"))
        self._assistant.setIcon(mark or QIcon())
        self._assistant.setAccessibleName(self.tr("Assistant: {0}").format(name))
        self._assistant.setToolTip(self.tr("Answers as this assistant"))
        self._assistant.setVisible(bool(name))
        self._fit_badges()

    def show_place(self, *, pane_count: int, opens_sidebar: bool, opens_billing: bool) -> None:
        """What is folded away is opened from the header that stands next to its place."""
        self._pane_count = pane_count
        self.sidebar_button.setVisible(opens_sidebar)
        self.billing_button.setVisible(opens_billing)
        self._fit_badges()

    def show_current(self, current: bool) -> None:
        """Mark the one of several panes that the window's keys mean."""
        if current != self.is_current:
            self.is_current = current
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_current:
            from PySide6.QtGui import QPainter

            theme, painter = Theme.current(), QPainter(self)
            line = theme.px(MARK)
            painter.fillRect(0, self.height() - line, self.width(), line, theme.color("accent"))
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_badges()

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="header")
        self.setFixedHeight(theme.px(HEIGHT))
        self.sidebar_button = _tool("panel-left-open", self.tr("Open the sidebar"))
        self.model_button = QPushButton()
        set_look(self.model_button, look="model")
        self.model_button.setIconSize(QSize(theme.px(16), theme.px(16)))
        self.billing_button = _tool("panel-right", self.tr("Open the billing panel"))
        self.menu_button = _tool("ellipsis", self.tr("More for this pane"))
        self._badge_row = QHBoxLayout()
        self._badge_row.setSpacing(theme.px(10))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), 0, theme.px(12), 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self.sidebar_button)
        row.addWidget(self.model_button)
        row.addLayout(self._badge_row)
        row.addStretch(1)
        row.addWidget(self.menu_button)
        row.addWidget(self.billing_button)

    def _connect(self) -> None:
        self.model_button.clicked.connect(self.model_asked)
        self.menu_button.clicked.connect(self._on_menu_clicked)
        self.sidebar_button.clicked.connect(self.sidebar_asked)
        self.billing_button.clicked.connect(self.billing_asked)
        Theme.current().changed.connect(self._on_theme_changed)

    def _badge_words(self, ref: str, row: ModelRow | None) -> list[tuple[str, str]]:
        """(words, tooltip) of each badge: who pays first, then what the model can do."""
        if not ref:
            return []
        key = ref.partition("/")[0]
        payer = row.payer if row else ""
        if key == "demo":
            badges = [(self.tr("demo"), self.tr("Scripted answers; no network, no cost."))]
        elif key.startswith("local:"):
            badges = [(self.tr("local"), self.tr("Runs on this computer; nothing leaves it."))]
        elif key.startswith("hosted:"):
            badges = _hosted_badges(row)
        else:
            badges = [(self.tr("your key"), payer)] if payer else []
        if row is None:
            return badges
        if not row.available:
            badges.insert(0, (self.tr("not available"), row.why_not))
        sayings = {
            "images": self.tr("sees images"),
            "thinks": self.tr("thinks"),
            "tools": self.tr("uses tools"),
        }
        return badges + [(sayings[one], "") for one in sayings if one in row.abilities]

    def _fit_badges(self) -> None:
        spacing = self._badge_row.spacing()
        fixed: list[QWidget] = [self.menu_button]
        fixed += [self._assistant] if self._assistant and not self._assistant.isHidden() else []
        fixed += [b for b in (self.sidebar_button, self.billing_button) if not b.isHidden()]
        used = sum(widget.sizeHint().width() + spacing for widget in fixed) + 28
        used += self._fit_name(self.width() - used) + spacing
        for badge in self._badges:
            used += badge.sizeHint().width() + spacing
            badge.setVisible(used <= self.width())

    def _fit_name(self, room: int) -> int:
        """Shorten the model's name to the room there is; returns the button's width."""
        button, name = self.model_button, self._name
        gap = "" if button.icon().isNull() else " "
        button.setText(gap + _button_text(name))
        button.setToolTip("")
        width = button.sizeHint().width()
        if not name or width <= room:
            return width
        from PySide6.QtCore import Qt

        metrics = button.fontMetrics()
        left = max(0, room - width + metrics.horizontalAdvance(name))
        button.setText(
            gap + _button_text(metrics.elidedText(name, Qt.TextElideMode.ElideRight, left))
        )
        button.setToolTip(name)
        return max(room, 0)

    def _on_menu_clicked(self) -> None:
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for action in MENU:
            if not action:
                menu.addSeparator()
            elif self._offers(action):
                name, words = self._menu_words(action)
                entry = menu.addAction(icon(name), words)
                entry.triggered.connect(
                    lambda _=False, action=action: self.menu_chosen.emit(action)
                )
        place = self.menu_button.mapToGlobal(self.menu_button.rect().bottomRight())
        place.setX(place.x() - menu.sizeHint().width())
        menu.popup(place)

    def _offers(self, action: str) -> bool:
        if action == "add_pane":
            return self._pane_count < 4
        return action not in ("keep_only", "close_pane") or self._pane_count > 1

    def _menu_words(self, action: str) -> tuple[str, str]:
        return {
            "add_pane": ("columns-2", self.tr("Add a pane beside it")),
            "keep_only": ("check", self.tr("Go on with this one")),
            "close_pane": ("x", self.tr("Close this pane")),
            "find": ("search", self.tr("Find in this chat")),
            "copy_chat": ("copy", self.tr("Copy the chat as Markdown")),
            "export": ("download", self.tr("Export…")),
        }[action]

    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.current().px(HEIGHT))
        self._fit_badges()


def _button_text(name: str) -> str:
    return f"{name.replace('&', '&&')}  ▾" if name else ""


def name_of(ref: str) -> str:
    """The model's own name in a reference `key/model`."""
    return ref.partition("/")[2]


def _mark_icon(provider: str) -> QIcon:
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QPainter, QPixmap

    ratio, side = 2.0, 16
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(provider_mark(provider))
    painter.drawRoundedRect(QRectF(0, 0, side, side), 5, 5)
    painter.end()
    return QIcon(picture)


def _badge(words: str, meaning: str) -> QLabel:
    from PySide6.QtCore import Qt

    badge = QLabel(words, textFormat=Qt.TextFormat.PlainText)
    badge.setToolTip(meaning)
    set_look(badge, look="badge")
    return badge


def _tool(name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button


def _hosted_badges(row: ModelRow | None) -> list[tuple[str, str]]:
    """What an answer draws: `5× tokens`, `free`; who pays where that is neither."""
    if row is None or row.hosted is None:
        return []
    from app.ui.hosted.wording import drawn_by

    return [(drawn_by(row.hosted) or row.payer, row.payer)]
