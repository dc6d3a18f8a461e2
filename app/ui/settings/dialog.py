"""The settings' card: pages at the left, the chosen one at the right, made when first shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.config import Paths
from app.seam import events
from app.seam.views import SettingsView
from app.ui.bridge import Bridge
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, row, scrolled
from app.ui.icons import icon
from app.ui.settings.keys_page import KeysPage
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.hosted.window_hosted import WindowHosted

WIDTH, HEIGHT = 860, 620
NAV_WIDTH = 164
NAV_ROW_HEIGHT = 34
PAGES = ("keys", "budgets", "appearance", "shortcuts", "network", "data", "about")
# Only in the window, which knows of accounts.
HOSTED_PAGES = ("account", "license")
_ORDER = ("account", *PAGES[:-1], "license", PAGES[-1])
_ICONS = {
    "account": "user", "keys": "key-round", "budgets": "gauge", "appearance": "palette",
    "shortcuts": "keyboard", "network": "globe", "data": "database", "license": "shield-check",
    "about": "info",
}  # fmt: skip


class SettingsDialog(Dialog):
    """`page` is one of PAGES, or of HOSTED_PAGES where `hosted` is given. Opening folders and
    links, and exporting, is the window's."""

    link_asked = Signal(str)
    folder_asked = Signal(str)
    export_asked = Signal()
    key_budget_asked = Signal(str)

    def __init__(
        self, parent: QWidget, bridge: Bridge, settings: SettingsView, *,
        paths: Paths | None = None, page: str = "keys", can_export: bool = False,
        chat: tuple[str, str] | None = None, budget_wanted: tuple[str, str] | None = None,
        hosted: WindowHosted | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent, width=WIDTH)
        self._bridge = bridge
        self._settings = settings
        self._paths = paths
        self._can_export = can_export
        self._chat, self._budget_wanted = chat, budget_wanted
        self._hosted = hosted
        self._pages = tuple(name for name in _ORDER if hosted or name in PAGES)
        self._made: dict[str, QWidget] = {}
        self._build()
        self._connect()
        self.show_page(page)

    def first_focus(self) -> QWidget | None:
        page = self._made[self._pages[self._nav.currentRow()]]
        return page.first_focus() if isinstance(page, KeysPage) else self._nav

    def show_page(self, name: str) -> None:
        """Go to a page; an unknown name leads to the keys."""
        self._nav.setCurrentRow(self._pages.index(name if name in self._pages else "keys"))

    def page(self, name: str) -> QWidget:
        """The page of that name, made now if need be."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _build(self) -> None:
        self.setAccessibleName(self.tr("Settings"))
        self.set_card_height(HEIGHT)
        self._nav = QListWidget()
        self._nav.setAccessibleName(self.tr("Pages of the settings"))
        titles = self._titles()
        for name in self._pages:
            self._nav.addItem(QListWidgetItem(icon(_ICONS[name]), titles[name]))
        self._fit_nav()
        self._stack = QStackedWidget()
        self._areas = [QWidget() for _ in self._pages]
        for area in self._areas:
            self._stack.addWidget(area)
        right = column(spacing=12)
        right.addLayout(self._make_header(self.tr("Settings")))
        right.addWidget(self._stack, 1)
        whole = row(spacing=20)
        whole.addLayout(self._build_nav())
        whole.addLayout(right, 1)
        self.body.addLayout(whole)

    def _build_nav(self) -> QVBoxLayout:
        box = column(spacing=10)
        heading = plain_label(self.tr("Settings"), tone="2", size="small", strong=True)
        heading.setContentsMargins(Theme.current().px(8), Theme.current().px(8), 0, 0)
        box.addWidget(heading)
        box.addWidget(self._nav, 1)
        return box

    def _connect(self) -> None:
        self._nav.currentRowChanged.connect(self._on_row_changed)
        self._bridge.event.connect(self._on_event)
        Theme.current().changed.connect(self._fit_nav)

    def _titles(self) -> dict[str, str]:
        return {
            "account": self.tr("Account"), "keys": self.tr("Your keys"),
            "budgets": self.tr("Budgets"), "appearance": self.tr("Appearance"),
            "shortcuts": self.tr("Shortcuts"), "network": self.tr("Network"),
            "data": self.tr("Data"), "license": self.tr("License"), "about": self.tr("About"),
        }  # fmt: skip

    def _make(self, name: str) -> QWidget:
        makers: dict[str, Callable[[], QWidget]] = {
            "keys": self._make_keys, "budgets": self._make_budgets,
            "appearance": self._make_appearance,
            "shortcuts": self._make_shortcuts, "network": self._make_network,
            "data": self._make_data, "about": self._make_about,
            "account": self._make_account, "license": self._make_license,
        }  # fmt: skip
        page = makers[name]()
        area = self._areas[self._pages.index(name)]
        edge = Theme.current().px(12)
        page.setContentsMargins(2, 2, edge, 2)
        column(area).addWidget(scrolled(page))
        return page

    def _make_keys(self) -> QWidget:
        page = KeysPage(self._bridge)
        page.link_asked.connect(self.link_asked)
        page.budget_asked.connect(self.key_budget_asked)
        return page

    def _make_budgets(self) -> QWidget:
        from app.ui.settings.budgets_page import BudgetsPage

        return BudgetsPage(self._bridge, self._chat, self._budget_wanted)

    def _make_appearance(self) -> QWidget:
        from app.ui.settings.appearance_page import AppearancePage

        return AppearancePage(self._bridge, self._settings)

    def _make_shortcuts(self) -> QWidget:
        from app.ui.settings.shortcuts_page import ShortcutsPage

        return ShortcutsPage(self._bridge, self._settings)

    def _make_network(self) -> QWidget:
        from app.ui.settings.network_page import NetworkPage

        return NetworkPage(self._bridge, self._settings)

    def _make_data(self) -> QWidget:
        from app.ui.settings.data_page import DataPage

        page = DataPage(self._paths, can_export=self._can_export)
        page.folder_asked.connect(self.folder_asked)
        page.export_asked.connect(self._on_export)
        return page

    def _make_account(self) -> QWidget:
        from app.ui.hosted.account_page import AccountPage

        assert self._hosted is not None
        return AccountPage(self._bridge, self._hosted)

    def _make_license(self) -> QWidget:
        from app.ui.hosted.license_page import LicensePage

        assert self._hosted is not None
        page = LicensePage(self._hosted)
        page.account_asked.connect(lambda: self.show_page("account"))
        return page

    def _make_about(self) -> QWidget:
        from app.ui.settings.about_page import AboutPage

        return AboutPage()

    def _on_row_changed(self, place: int) -> None:
        if place < 0:
            return
        name = self._pages[place]
        self.page(name)
        self._stack.setCurrentIndex(place)
        title = self._titles()[name]
        self.title.setText(title)
        self._stack.setAccessibleName(title)

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.SettingsChanged):
            self._settings = event.settings

    def _on_export(self) -> None:
        self.accept()
        self.export_asked.emit()

    def _fit_nav(self) -> None:
        """Sizes and colors of the list, which outlive a change of both on one of its pages."""
        theme = Theme.current()
        self._nav.setFixedWidth(theme.px(NAV_WIDTH))
        self._nav.setIconSize(QSize(theme.px(16), theme.px(16)))
        for place in range(self._nav.count()):
            self._nav.item(place).setSizeHint(QSize(0, theme.px(NAV_ROW_HEIGHT)))
        self._nav.setStyleSheet(_nav_sheet())


def _nav_sheet() -> str:
    theme = Theme.current()
    colors, edge = theme.colors, theme.px(8)
    return (
        # The same border without the keyboard: nothing moves when it comes.
        f"QListWidget::item {{ border: 2px solid transparent; border-radius: {edge}px; "
        f"padding-left: {max(0, edge - 2)}px; }}"
        f"QListWidget::item:selected {{ background: {colors.sel}; color: {colors.ink}; }}"
        f"QListWidget::item:selected:focus {{ border: 2px solid {colors.accent}; }}"
    )
