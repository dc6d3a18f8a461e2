"""Whose tokens are spent, in the window: the switch, the chosen group's chats, and the card of
organizations and workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint

from app.seam import events, hosted
from app.ui.hosted.group_wording import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel, QMenu, QWidget

    from app.seam.hosted_views import GroupView
    from app.seam.views import ChatRow
    from app.ui.hosted.group_dialog import GroupDialog
    from app.ui.hosted.window_hosted import WindowHosted
    from app.ui.palette.entries import Entry
    from app.ui.window import MainWindow

SPEND = "spend"  # the kind of the palette's lines that switch


class WindowGroups(QObject):
    """The chats of whoever is chosen are listed; opening another's chat chooses them, and says so.

    A chat keeps paying with the group that it belongs to: the core sees to that.
    """

    def __init__(self, window: MainWindow, window_hosted: WindowHosted) -> None:
        super().__init__(window)
        self._window = window
        self._hosted = window_hosted
        self._rows: dict[str, ChatRow] = {}
        self._were_told = False  # before the first rows come, nothing is known of chats
        self._known: tuple[str, ...] | None = None  # the groups that the list was made for
        self._scope = ("", "")  # the server, and the group that is chosen there
        self._label: QLabel | None = None
        self._card: GroupDialog | None = None
        self._menu: QMenu | None = None
        window_hosted.heard.connect(self._on_heard)
        window.bridge.event.connect(self._on_event)

    @property
    def groups(self) -> tuple[GroupView, ...]:
        """The organizations and workspaces of the chosen account."""
        accounts = self._hosted.accounts
        return () if accounts is None else accounts.groups

    @property
    def acting(self) -> GroupView | None:
        """The group whose tokens are spent; None: one's own."""
        return next((group for group in self.groups if group.id == self._scope[1]), None)

    def show_rows(self, rows: Sequence[ChatRow]) -> None:
        """All chats: those of whoever is chosen are listed."""
        self._rows = {row.id: row for row in rows}
        self._were_told = True
        self._list()

    def change_row(self, row: ChatRow) -> None:
        """One chat as it is now."""
        self._rows[row.id] = row
        if self._is_listed(row):
            self._window.frame.sidebar.change_row(row)

    def switch(self, group_id: str) -> None:
        """Spend a group's tokens from now on; empty: one's own."""
        if group_id != self._scope[1]:
            self._window.bridge.submit(hosted.ActFor(group_id))

    @property
    def card(self) -> GroupDialog | None:
        """Organizations and workspaces, while they are open."""
        return self._card

    def open(self, group_id: str = "") -> None:
        """The card, at a group where one is named."""
        from app.ui.hosted.group_dialog import GroupDialog

        if self._card is None:
            wanted = group_id or self._scope[1]
            card = self._card = GroupDialog(self._window, self._hosted, wanted)
            card.spend_asked.connect(self.switch)
            card.buy_asked.connect(self._on_buy)
            card.account_asked.connect(self._window.dialogs.open_account)
            card.finished.connect(self._on_finished)
            card.open()
        elif group_id:
            self._card.show_group(group_id)

    def make(self) -> None:
        """The card, at the form for a new one; where nobody is signed in, it says so."""
        self.open()
        if self._card is not None:
            self._card.begin_new()

    def open_menu(self, anchor: QWidget) -> None:
        """Whose tokens are spent, one click each; the account itself where there is no choice."""
        if not self.groups:
            self._window.dialogs.open_account()
            return
        from PySide6.QtWidgets import QMenu

        menu = self._menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        head = menu.addAction(tr("Spend the tokens of"))
        head.setEnabled(False)
        self._add_choice(menu, "", tr("Your own"))
        for group in self.groups:
            self._add_choice(menu, group.id, group.name)
        menu.addSeparator()
        menu.addAction(tr("Organizations and workspaces …"), self.open)
        menu.addAction(tr("Account …"), self._window.dialogs.open_account)
        menu.ensurePolished()
        size = menu.sizeHint()
        menu.popup(anchor.mapToGlobal(QPoint(0, -size.height())))

    def with_switches(self, entries: Sequence[Entry]) -> list[Entry]:
        """The palette's lines with one for everybody else whose tokens can be spent, after the
        commands."""
        from app.ui.palette.entries import Entry

        found = [
            Entry(SPEND, group.id, tr("Spend the tokens of {0}").format(group.name))
            for group in self.groups
            if group.id != self._scope[1]
        ]
        if self._scope[1]:
            found.append(Entry(SPEND, "", tr("Spend your own tokens")))
        actions = [entry for entry in entries if entry.kind == "action"]
        return [*actions, *found, *entries[len(actions) :]]

    def _add_choice(self, menu: QMenu, group_id: str, name: str) -> None:
        action = menu.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(group_id == self._scope[1])
        action.triggered.connect(lambda: self.switch(group_id))

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        if not isinstance(event, hosted.AccountsShown):
            return
        accounts = event.accounts
        found = next((row for row in accounts.servers if row.id == accounts.chosen), None)
        scope = ("", "") if found is None else (found.id, found.acts_for)
        before, self._scope = self._scope, scope
        known = tuple(f"{group.id} {group.name}" for group in accounts.groups)
        if (before, self._known) != (scope, known):
            self._known = known
            self._list()
        if before != scope and before[0]:
            self._on_switched()

    def _on_switched(self) -> None:
        """Somebody else pays: a chat of whoever paid before is left as it is."""
        shown = self._window.shown.chat
        row = None if shown is None else self._rows.get(shown.id)
        if row is not None and not self._is_listed(row):
            self._window.orders.new_chat()
        else:
            self._window.frame.composer.ask_quote()

    def _on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.ChatOpened):
            return
        row = self._rows.get(event.chat.id)
        if row is None or self._is_listed(row):
            return
        name = row.group_name if row.group_id else tr("you alone")
        text = tr("“{0}” belongs to {1}: new messages in it are paid from those tokens.")
        self._window.frame.notices.show_notice(events.Notice("info", text.format(row.title, name)))
        self.switch(row.group_id)

    def _is_listed(self, row: ChatRow) -> bool:
        """A chat of a group that cannot be chosen stands among one's own: none is lost."""
        known = {group.id for group in self.groups}
        owner = row.group_id if row.group_id in known else ""
        acting = self._scope[1] if self._scope[1] in known else ""
        return owner == acting

    def _list(self) -> None:
        sidebar = self._window.frame.sidebar
        if self._were_told:
            listed = [row for row in self._rows.values() if self._is_listed(row)]
            listed.sort(key=lambda row: (not row.pinned, -row.updated_at.timestamp()))
            sidebar.show_rows(listed)
        acting = self.acting
        if acting is None and self._label is None:
            return
        if self._label is None:
            from app.ui.dialog_pieces import plain_label
            from app.ui.theme import Theme

            self._label = plain_label(tone="2", size="small", strong=True)
            self._label.setObjectName("whose-chats")
            edge = Theme.current().px(8)
            self._label.setContentsMargins(edge, edge, edge, 0)
            sidebar.put_above_chats(self._label)
        self._label.setText("" if acting is None else tr("Chats of {0}").format(acting.name))
        self._label.setVisible(acting is not None)

    def _on_buy(self, group_id: str) -> None:
        """What is bought is the group's: whoever buys acts for it."""
        self.switch(group_id)
        if self._card is not None:
            self._card.accept()
        self._window.dialogs.open_shop()

    def _on_finished(self) -> None:
        self._card = None
