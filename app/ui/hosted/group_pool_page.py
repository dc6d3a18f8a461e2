"""The tokens that a group shares: what is left of each grant, and who drew on them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seam import hosted
from app.seam.hosted_groups import AskGroupSpending, GroupSpendingShown
from app.seam.hosted_views import GroupView, WalletView
from app.ui import words
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_parts import Figures, GroupState, heading
from app.ui.hosted.group_wording import drawn, named, own_keys, tr
from app.ui.hosted.wallet_section import WalletSection
from app.ui.hosted.window_hosted import WindowHosted

DAYS = 30


class GroupPoolPage(QWidget):
    """`buy_asked` leads to where tokens are bought for the group."""

    buy_asked = Signal()

    def __init__(self, window_hosted: WindowHosted, group: GroupView) -> None:
        super().__init__()
        self._hosted = window_hosted
        self.group = group
        self._names: dict[str, str] = {}
        self._shown: GroupSpendingShown | None = None
        self._build()
        window_hosted.heard.connect(self._on_heard)
        self.state.again_asked.connect(self.ask)

    def ask(self) -> None:
        """Ask what is left, and who used what; what is shown stays until then."""
        if self._shown is None:
            self.state.show_asking()
        group = self.group.id
        order_for(
            self, self._hosted, lambda serial: AskGroupSpending(serial, group, DAYS), self._on_asked
        )

    def show_group(self, group: GroupView) -> None:
        self.group = group
        self._buy.setVisible("billing" in group.rights)

    def show_names(self, names: Mapping[str, str]) -> None:
        """What members are called."""
        self._names = dict(names)
        self._show_members()

    def _build(self) -> None:
        self.state = GroupState()
        self._wallet = WalletSection()
        self._none = plain_label(tone="2", wrap=True)
        self._none.hide()
        self._buy = push_button(tr("Buy tokens or seats"), self.buy_asked.emit)
        self._buy.setObjectName("group-buy")
        self._buy.setVisible("billing" in self.group.rights)
        self._title = heading(tr("Used in the last {0} days").format(DAYS))
        self._title.hide()
        self._figures = Figures()
        self._unused = plain_label(tone="2", size="note", wrap=True)
        self._unused.hide()
        self._note = plain_label(tone="3", size="small", wrap=True)
        self._note.hide()
        line = row()
        line.addWidget(self._buy)
        line.addStretch(1)
        box = column(self, spacing=14)
        for part in (self.state, self._wallet, self._none):
            box.addWidget(part)
        box.addLayout(line)
        for below in (self._title, self._figures, self._unused, self._note):
            box.addWidget(below)
        box.addStretch(1)

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        match event:
            case GroupSpendingShown() if event.group_id == self.group.id:
                self._shown = event
                self.state.hide()
                self._show_wallet(event.wallet)
                self._show_members()
            case hosted.AccountsShown() if self._shown is not None:
                wallet = event.accounts.wallet
                if wallet is not None and wallet.account == self.group.id:
                    self._show_wallet(wallet)  # it is what is spent now: told as it changes
            case _:
                return

    def _show_wallet(self, wallet: WalletView | None) -> None:
        shared = () if wallet is None else wallet.grants
        self._wallet.show_wallet(wallet if shared else None)
        text = ""
        if wallet is not None and not shared:
            text = tr("There are no shared tokens yet: its plan gives none, and none were bought.")
        self._none.setText(text)
        self._none.setVisible(bool(text))

    def _show_members(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self._title.show()
        heads = (tr("Member"), tr("Messages"), tr("Model tokens"), tr("Drawn"), tr("Own keys"))
        order = sorted(shown.members, key=lambda each: (-each.plan_tokens, -each.pusd, each.name))
        lines = [
            (
                named(each.name, self._names),
                words.count(each.calls + each.own_key_calls),
                words.count(each.tokens + each.own_key_tokens),
                drawn(each) if each.calls else "",
                own_keys(each),
            )
            for each in order
        ]
        self._figures.show_lines(heads, lines)
        self._figures.setVisible(bool(lines))
        self._unused.setText("" if lines else tr("Nobody used anything yet."))
        self._unused.setVisible(not lines)
        alone = "members" not in self.group.rights
        self._note.setText(tr("You see your own part; admins see everybody's.") if alone else "")
        self._note.setVisible(alone)

    def _on_asked(self, done: hosted.HostedDone) -> None:
        if done.fault is not None:
            self.state.show_fault(done.fault)
