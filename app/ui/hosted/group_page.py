"""One organization or workspace: how it stands, whose tokens are spent, and its pages."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.seam.hosted_views import GroupView
from app.ui.dialog_pieces import (
    column,
    plain_label,
    plain_tooltip,
    push_button,
    row,
    scrolled,
)
from app.ui.hosted.group_key_page import GroupKeyPage
from app.ui.hosted.group_more_page import GroupMorePage
from app.ui.hosted.group_pool_page import GroupPoolPage
from app.ui.hosted.group_statement_page import GroupStatementPage
from app.ui.hosted.group_wording import kind_name, standing, tr
from app.ui.hosted.member_page import MemberPage
from app.ui.hosted.window_hosted import WindowHosted
from app.ui.theme import Theme, set_look

NAME_SHOWN = 32  # letters; a longer name is whole in its tooltip

Page = MemberPage | GroupPoolPage | GroupKeyPage | GroupStatementPage | GroupMorePage


class GroupPage(QWidget):
    """`spend_asked(group)` switches whose tokens are spent (empty: one's own); `buy_asked`, and
    `left` when one belongs to it no more."""

    spend_asked = Signal(str)
    buy_asked = Signal()
    left = Signal()

    def __init__(self, window_hosted: WindowHosted, group: GroupView, own: str) -> None:
        super().__init__()
        self.group = group
        self.members = MemberPage(window_hosted, group, own)
        self.pool = GroupPoolPage(window_hosted, group)
        self.keys = GroupKeyPage(window_hosted, group)
        self.statement = GroupStatementPage(window_hosted, group)
        self.more = GroupMorePage(window_hosted, group, own)
        self._pages: list[Page] = []
        self._build()
        self._connect()
        self.show_group(group)

    def show_group(self, group: GroupView) -> None:
        """The group as it is now."""
        self.group = group
        name = group.name
        self._name.setText(name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - 1]}…")
        self._name.setToolTip(plain_tooltip(name) if len(name) > NAME_SHOWN else "")
        self._kind.setText(kind_name(group.kind))
        self._standing.setText(standing(group))
        self._here.setVisible(group.chosen)
        uses = "use" in group.rights or not group.rights
        self._spend.setText(tr("Spend my own tokens") if group.chosen else tr("Spend its tokens"))
        self._spend.setEnabled(uses or group.chosen)
        set_look(self._spend, look="" if group.chosen else "primary")
        self._why.setText("" if uses else tr("As {0} you spend none of its tokens.").format(
            tr("Viewer")))  # fmt: skip
        self._why.setVisible(not uses)
        for page in self._pages:
            page.show_group(group)

    def show_tab(self, page: QWidget) -> None:
        """Go to one of its pages."""
        places = [place for place, each in enumerate(self._pages) if each is page]
        self._tabs.setCurrentIndex(places[0] if places else 0)

    def begin(self) -> None:
        """It is seen: ask for what the first page shows."""
        self._on_tab(self._tabs.currentIndex())

    def _build(self) -> None:
        self._name = plain_label(size="title")
        self._kind = plain_label()
        set_look(self._kind, look="badge")
        self._here = plain_label(tr("spent now"))
        set_look(self._here, look="badge", tone="accent")
        self._standing = plain_label(tone="2", size="note", wrap=True, figures=True)
        self._why = plain_label(tone="2", size="note", wrap=True)
        self._spend = push_button("", self._on_spend)
        self._spend.setObjectName("spend-tokens")
        top, middle = row(spacing=8), Qt.AlignmentFlag.AlignVCenter
        top.addWidget(self._name)
        top.addWidget(self._kind, 0, middle)
        top.addWidget(self._here, 0, middle)
        top.addStretch(1)
        below = row(spacing=8)
        below.addWidget(self._standing, 1, middle)
        below.addWidget(self._spend)
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName(tr("Pages"))
        self._stack = QStackedWidget()
        self._add(self.members, tr("Members"))
        self._add(self.pool, tr("Tokens"))
        if self.group.kind == "workspace":
            self._add(self.keys, tr("Keys"))
            if "billing" in self.group.rights:
                self._add(self.statement, tr("Plan and statement"))
        self._add(self.more, tr("More"))
        box: QVBoxLayout = column(self, spacing=8)
        box.addLayout(top)
        box.addLayout(below)
        box.addWidget(self._why)
        box.addWidget(self._tabs)
        box.addWidget(self._stack, 1)

    def _add(self, page: Page, title: str) -> None:
        edge = Theme.current().px(12)
        page.setContentsMargins(2, edge, edge, edge)
        self._pages.append(page)
        self._tabs.addTab(title)
        self._stack.addWidget(scrolled(page))

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._on_tab)
        self.members.names_known.connect(self._on_names)
        self.members.seats_asked.connect(self.buy_asked)
        self.pool.buy_asked.connect(self.buy_asked)
        self.more.left.connect(self.left)

    def _on_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        page = self._pages[place]
        if not isinstance(page, GroupMorePage):
            page.ask()
        if page is not self.members:
            self.members.ask()  # for what members are called, who may have come just now

    def _on_names(self, names: dict[str, str]) -> None:
        for page in (self.pool, self.keys, self.statement):
            page.show_names(names)

    def _on_spend(self) -> None:
        self.spend_asked.emit("" if self.group.chosen else self.group.id)
