"""Organizations and workspaces: the list at the left, the chosen one at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.seam import hosted
from app.seam.hosted_views import GroupView
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, push_button, row, scrolled
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_forms import AcceptForm, MakeForm
from app.ui.hosted.group_page import GroupPage
from app.ui.hosted.group_parts import GroupState, buttons
from app.ui.hosted.group_wording import icon_of, kind_name, tr
from app.ui.icons import icon
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.hosted.window_hosted import WindowHosted

WIDTH, HEIGHT = 940, 680
NAV_WIDTH, NAV_ROW_HEIGHT = 196, 34


class GroupDialog(Dialog):
    """`spend_asked(group)` switches whose tokens are spent; `buy_asked(group)` leads to the shop
    as that group; `account_asked` where nobody is signed in."""

    spend_asked = Signal(str)
    buy_asked = Signal(str)
    account_asked = Signal()

    def __init__(self, parent: QWidget, window_hosted: WindowHosted, group: str = "") -> None:
        super().__init__(parent, tr("Organizations and workspaces"), width=WIDTH)
        self._hosted = window_hosted
        self._wanted = group
        self._pages: dict[str, GroupPage] = {}
        self._build()
        self._connect()
        self.set_card_height(HEIGHT)
        self._show_groups()
        self.ask()

    def first_focus(self) -> QWidget | None:
        if self._nav.count():
            return self._nav
        return self._first_new if self._account() else self._sign_in

    def ask(self) -> None:
        """Ask which groups there are; those that are known stand there already."""
        if self._account():
            if not self._groups():
                self.state.show_asking()
            order_for(self, self._hosted, hosted.AskGroups, self._on_asked)

    def page(self, group: str) -> GroupPage | None:
        """The page of a group that was shown."""
        return self._pages.get(group)

    def show_group(self, group: str) -> None:
        """Go to a group's page; nowhere where one does not belong to it."""
        for place in range(self._nav.count()):
            if self._nav.item(place).data(Qt.ItemDataRole.UserRole) == group:
                self._nav.setCurrentRow(place)

    def show_make(self) -> None:
        """The form for a new one."""
        self._nav.setCurrentRow(-1)
        self._stack.setCurrentWidget(self._forms[0])
        self.make.first_focus().setFocus()

    def begin_new(self) -> None:
        """The form for a new one, where there is somebody to have it."""
        if self._account():
            self.show_make()

    def show_accept(self) -> None:
        """The field for an invitation's link."""
        self._nav.setCurrentRow(-1)
        self._stack.setCurrentWidget(self._forms[1])
        self.accept_form.first_focus().setFocus()

    def _build(self) -> None:
        theme = Theme.current()
        self._nav = QListWidget()
        self._nav.setObjectName("group-list")
        self._nav.setAccessibleName(tr("Organizations and workspaces"))
        self._nav.setIconSize(QSize(theme.px(16), theme.px(16)))
        self._nav.setStyleSheet(_nav_sheet())
        self._nav.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget()
        self.make, self.accept_form = MakeForm(), AcceptForm()
        self._forms = [scrolled(self.make), scrolled(self.accept_form)]
        self._area = self._build_none()
        for part in (self._area, *self._forms):
            self._stack.addWidget(part)
        whole = row(spacing=22)
        whole.addLayout(self._build_nav())
        whole.addWidget(self._stack, 1)
        self.body.addLayout(whole, 1)
        self.body.addWidget(
            self.state
        )  # below: what comes and goes moves nothing under the pointer

    def _build_nav(self) -> QVBoxLayout:
        width = Theme.current().px(NAV_WIDTH)
        self.new_button = push_button(tr("New …"), self.show_make)
        self.new_button.setObjectName("new-group")
        self.accept_button = push_button(tr("Accept an invitation"), self.show_accept)
        self.accept_button.setObjectName("accept-invitation")
        self.state = GroupState()
        for widget in (self._nav, self.new_button, self.accept_button):
            widget.setFixedWidth(width)
        box = column(spacing=8)
        box.addWidget(self._nav, 100)
        for widget in (self.new_button, self.accept_button):
            box.addWidget(widget)
        box.addStretch(1)
        return box

    def _build_none(self) -> QWidget:
        """Where there is no group, or nobody to have one."""
        part = QWidget()
        self._none_title = plain_label(size="title")
        self._none = plain_label(tone="2", wrap=True)
        self._sign_in = push_button(tr("To the account"), self._on_account, "primary")
        self._sign_in.setObjectName("to-account")
        self._first_new = push_button(tr("Create one"), self.show_make, "primary")
        self._first_new.setObjectName("first-group")
        self._first_accept = push_button(tr("Accept an invitation"), self.show_accept)
        line = buttons(self._sign_in, self._first_new, self._first_accept)
        box = column(part, spacing=10)
        box.addWidget(self._none_title)
        box.addWidget(self._none)
        box.addLayout(line)
        box.addStretch(1)
        return part

    def _connect(self) -> None:
        self._hosted.heard.connect(self._on_heard)
        self._nav.currentRowChanged.connect(self._on_row)
        self.state.again_asked.connect(self.ask)
        self.make.made.connect(self._on_make)
        self.accept_form.given.connect(self._on_accept)
        Theme.current().changed.connect(self._on_theme)

    def _groups(self) -> tuple[GroupView, ...]:
        accounts = self._hosted.accounts
        return () if accounts is None else accounts.groups

    def _account(self) -> str:
        """Whose groups they are; empty where nobody is signed in."""
        accounts = self._hosted.accounts
        rows = () if accounts is None else accounts.servers
        chosen = "" if accounts is None else accounts.chosen
        found = next((row for row in rows if row.id == chosen), None)
        return found.account if found is not None and found.state == "signed_in" else ""

    def _show_groups(self) -> None:
        """The list as it is known; what is chosen in it stays."""
        groups, own = self._groups(), self._account()
        self._forget_gone([group.id for group in groups])
        ids = [self._nav.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self._nav.count())]
        names = [self._nav.item(at).text() for at in range(self._nav.count())]
        if ids != [each.id for each in groups] or names != [each.name for each in groups]:
            self._list(groups)
        for group in groups:
            page = self._pages.get(group.id)
            if page is not None:
                page.show_group(group)
        for button in (self.new_button, self.accept_button):
            button.setVisible(bool(own and groups))
        self._nav.setVisible(bool(groups))
        self._show_none(own=own)

    def _list(self, groups: tuple[GroupView, ...]) -> None:
        current = self._nav.currentItem()
        chosen = next((group.id for group in groups if group.chosen), "")
        before = str(current.data(Qt.ItemDataRole.UserRole)) if current is not None else ""
        on_form = self._stack.currentWidget() in self._forms
        self._nav.blockSignals(True)
        self._nav.clear()
        for group in groups:
            item = QListWidgetItem(icon(icon_of(group.kind)), group.name)
            item.setSizeHint(QSize(0, Theme.current().px(NAV_ROW_HEIGHT)))
            item.setData(Qt.ItemDataRole.UserRole, group.id)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{group.name}, {kind_name(group.kind)}"
            )
            self._nav.addItem(item)
        self._nav.setCurrentRow(-1)
        self._nav.blockSignals(False)
        if on_form and not self._wanted:
            return
        ids = [group.id for group in groups]
        first = ids[0] if ids else ""
        wanted = [name for name in (self._wanted, before, chosen, first) if name in ids]
        if wanted:
            if wanted[0] == self._wanted:
                self._wanted = ""
            self.show_group(wanted[0])

    def _show_none(self, *, own: str) -> None:
        if self._groups() and own:
            return
        self._sign_in.setVisible(not own)
        for button in (self._first_new, self._first_accept):
            button.setVisible(bool(own))
        if own:
            self._none_title.setText(tr("Share tokens with others"))
            self._none.setText(tr(
                "An organization has seats and one pool of tokens for a team. A workspace has its "
                "own plan, keys, budget and chats. Create one, or accept an invitation: you always "
                "see whose tokens a message spends."
            ))  # fmt: skip
        else:
            self._none_title.setText(tr("Nobody is signed in"))
            self._none.setText(tr(
                "Organizations and workspaces belong to an account at a credit server. Begin one "
                "for free, or sign in again."
            ))  # fmt: skip
        if self._stack.currentWidget() not in self._forms:
            self._stack.setCurrentWidget(self._area)

    def _forget_gone(self, ids: list[str]) -> None:
        for group in [group for group in self._pages if group not in ids]:
            page = self._pages.pop(group)
            if self._stack.currentWidget() is page:
                self._stack.setCurrentWidget(self._area)
            self._stack.removeWidget(page)
            page.deleteLater()

    def _on_row(self, place: int) -> None:
        if place < 0:
            return
        wanted = self._nav.item(place).data(Qt.ItemDataRole.UserRole)
        group = next((each for each in self._groups() if each.id == wanted), None)
        if group is None:
            return
        page = self._pages.get(group.id)
        if page is None:
            page = self._pages[group.id] = GroupPage(self._hosted, group, self._account())
            page.spend_asked.connect(self.spend_asked)
            page.buy_asked.connect(lambda id_=group.id: self.buy_asked.emit(id_))
            page.left.connect(self.ask)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.begin()

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        if isinstance(event, hosted.AccountsShown | hosted.GroupsShown):
            self._show_groups()

    def _on_asked(self, done: hosted.HostedDone) -> None:
        if done.fault is None:
            self.state.hide()
        else:
            self.state.show_fault(done.fault)

    def _on_make(self, kind: str, name: str) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self.make.show_fault(done.fault)
                return
            self.make.show_made()
            self._go_to(done.server_id)

        order_for(self, self._hosted, lambda serial: hosted.MakeGroup(serial, kind, name), answer)

    def _on_accept(self, link: str) -> None:
        def answer(done: hosted.HostedDone) -> None:
            if done.fault is not None:
                self.accept_form.show_fault(done.fault)
                return
            self.accept_form.show_accepted()
            self._go_to(done.server_id)

        order_for(self, self._hosted, lambda serial: hosted.AcceptInvitation(serial, link), answer)

    def _go_to(self, group: str) -> None:
        """A group that the list may not have yet."""
        self._wanted = group
        if group in [each.id for each in self._groups()]:
            self._wanted = ""
            self.show_group(group)

    def _on_account(self) -> None:
        self.accept()
        self.account_asked.emit()

    def _on_theme(self) -> None:
        self._nav.setStyleSheet(_nav_sheet())


def _nav_sheet() -> str:
    theme = Theme.current()
    colors, edge = theme.colors, theme.px(8)
    return (
        f"QListWidget::item {{ border-radius: {edge}px; padding-left: {edge}px; }}"
        f"QListWidget::item:selected {{ background: {colors.sel}; color: {colors.ink}; }}"
        f"QListWidget::item:selected:focus {{ border: 2px solid {colors.accent}; }}"
    )
