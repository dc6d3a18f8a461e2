"""The panel at the right: this month's spend on own keys, and where it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.seam.budgets import BudgetView
from app.seam.hosted_views import LicenseView, WalletView
from app.seam.views import BillingView, SpendLine
from app.ui import words
from app.ui.billing.chart import ChartBlock, DayChart
from app.ui.billing.spend_list import SpendList, counts_of, figure_of
from app.ui.billing.sums import top_and_rest
from app.ui.budgets.section import BudgetSection
from app.ui.dialog_pieces import (
    column,
    plain_label,
    plain_tooltip,
    push_button,
    row,
    rule,
    scrolled,
    tool_button,
)
from app.ui.hosted import wording
from app.ui.hosted.wallet_section import WalletSection
from app.ui.theme import Theme, set_look

WIDTH = 288
STALE_AFTER = timedelta(minutes=5)
CHECK_INTERVAL_MS = 60_000


class BillingPanel(QFrame):
    """Draws a BillingView; the window folds it away when `fold_asked`."""

    fold_asked = Signal()
    usage_asked = Signal()
    comparison_asked = Signal()
    budgets_asked = Signal()
    buy_asked = Signal()
    license_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._billing: BillingView | None = None
        self._has_wallet = False
        self._names: Mapping[str, str] = {}
        self._timer = QTimer(self, interval=CHECK_INTERVAL_MS)
        self._build()
        self._connect()

    def show_billing(self, billing: BillingView) -> None:
        """The sums as the core has them; empty sections go away."""
        self._billing = billing
        used = self._is_used(billing)
        self._top.setVisible(used)
        self._used.setVisible(used)
        if used:
            self._show_sums(billing)
        self._show_unused()
        self._say_age()

    def show_wallet(self, wallet: WalletView | None) -> None:
        """Hosted tokens above, and apart from, what own keys spend; None: there are none."""
        self._wallet.show_wallet(wallet)
        self._has_wallet = wallet is not None
        self._own.setVisible(self._has_wallet)
        self._buy.setVisible(wallet is not None and wallet.may_buy)
        self._license.setVisible(self._has_wallet and bool(self._license.text()))
        self._show_unused()
        own = self.tr("Your own keys")
        self._title.setText(own if wallet is None else wording.title_of(wallet))

    def show_license(self, license_: LicenseView) -> None:
        """How the license stands, in one line that leads to its page."""
        self._license.setText(wording.license_line(license_))
        told = f"{license_.message} {license_.advice}".strip()
        self._license.setToolTip(plain_tooltip(told))
        self._license.setAccessibleDescription(told)
        set_look(self._license, tone=wording.license_tone(license_))
        self._license.setVisible(self._has_wallet and bool(self._license.text()))

    def put_below_buy(self, line: QWidget) -> None:
        """What is under way, below the button."""
        self._buying.addWidget(line, 0, Qt.AlignmentFlag.AlignLeading)

    def show_budgets(self, budgets: Sequence[BudgetView]) -> None:
        """What was spent against each budget."""
        self._budgets.show_budgets(budgets)

    def show_names(self, names: Mapping[str, str]) -> None:
        """What models are called, by their ids; those that are not there keep the id."""
        if dict(names) != self._names:
            self._names = dict(names)
            if self._billing is not None:
                self.show_billing(self._billing)

    def _build(self) -> None:
        theme = Theme.current()
        set_look(self, look="billing")
        self.setAccessibleName(self.tr("Costs"))
        self._fit()
        content = QWidget()
        box = column(content, margin=16, spacing=16)
        box.addLayout(self._build_head())
        self._wallet = WalletSection()
        box.addWidget(self._wallet)
        self._buy = push_button(self.tr("Buy tokens"), self.buy_asked.emit, "primary")
        self._buy.setObjectName("buy-tokens")
        self._buy.hide()
        self._buying = column(spacing=4)
        self._buying.addWidget(self._buy)
        box.addLayout(self._buying)
        box.addWidget(self._wallet.below)
        box.addWidget(self._build_own())
        self._budgets = BudgetSection()
        self._budgets.asked.connect(self.budgets_asked)
        used = self._build_used()
        box.addWidget(self._build_top())
        box.addWidget(self._build_unused())
        box.addWidget(self._budgets)
        box.addWidget(used)
        box.addLayout(self._build_links())
        box.addStretch(1)
        self._license = push_button("", self.license_asked.emit, look="link")
        self._license.setObjectName("license-line")
        set_look(self._license, flush="true")
        self._license.hide()
        box.addWidget(self._license, 0, Qt.AlignmentFlag.AlignLeading)
        self._age = plain_label(tone="3", size="small", wrap=True)
        box.addWidget(self._age)
        outer = column(self)
        outer.setContentsMargins(theme.px(1), 0, 0, 0)
        outer.addWidget(scrolled(content))

    def _build_head(self) -> QHBoxLayout:
        self._title = plain_label(self.tr("Your own keys"), tone="2", size="small", strong=True)
        self._fold = tool_button(
            "panel-right-close", self.tr("Fold the billing panel"), self.fold_asked.emit
        )
        head = row(spacing=8)
        head.addWidget(self._title, 1)
        head.addWidget(self._fold)
        return head

    def _build_own(self) -> QWidget:
        """The heading of what follows, where something else stands above."""
        self._own = QWidget()
        box = column(self._own, spacing=16)
        box.addWidget(rule())
        box.addWidget(plain_label(self.tr("Your own keys"), tone="2", size="small", strong=True))
        self._own.hide()
        return self._own

    def _build_used(self) -> QWidget:
        self._used = QWidget()
        self._keys = SpendList(self.tr("By key, this month"))
        self._models = SpendList(self.tr("By model, this month"))
        self.chart = DayChart()
        chart = ChartBlock(self.tr("Last 14 days"), self.chart)
        box = column(self._used, spacing=16)
        for part in (rule(), self._keys, rule(), self._models, rule(), chart):
            box.addWidget(part)
        return self._used

    def _build_top(self) -> QWidget:
        self._top = QWidget()
        self._figure = plain_label(size="figure", figures=True)
        self._month = plain_label(tone="2", size="note", wrap=True)
        self._today_name = plain_label(self.tr("Today"), size="note")
        self._today = plain_label(tone="2", size="note", figures=True)
        today = row(spacing=8)
        today.addWidget(self._today_name, 1)
        today.addWidget(self._today)
        self._unpriced = plain_label(tone="warn", size="small", wrap=True)
        utc = self.tr("Days and months are counted in UTC, as the providers do.")
        for label in (self._month, self._today_name):
            label.setToolTip(utc)
        top = column(self._top, spacing=4)
        top.addWidget(self._figure)
        top.addWidget(self._month)
        top.addSpacing(Theme.current().px(6))
        top.addLayout(today)
        top.addWidget(self._unpriced)
        return self._top

    def _build_unused(self) -> QWidget:
        self._unused = QWidget()
        box = column(self._unused, spacing=4)
        self._nothing = plain_label(self.tr("Nothing spent yet"), strong=True)
        box.addWidget(self._nothing)
        self._what_comes = plain_label(tone="2", size="note", wrap=True)
        box.addWidget(self._what_comes)
        return self._unused

    def _build_links(self) -> QVBoxLayout:
        self._see = push_button(self.tr("See usage"), self.usage_asked.emit, look="link")
        self._compare = push_button(
            self.tr("Compare with the provider's figure"), self.comparison_asked.emit, look="link"
        )
        box = column(spacing=6)
        for link in (self._see, self._compare):
            set_look(link, flush="true")
            box.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)
            link.hide()
        return box

    def _is_used(self, billing: BillingView | None) -> bool:
        return billing is not None and (
            billing.month.messages > 0 or any(day.messages for day in billing.days)
        )

    def _show_unused(self) -> None:
        """What stands where nothing is: a word to begin with, or that own keys cost nothing."""
        used = self._is_used(self._billing)
        self._unused.setVisible(self._billing is not None and not used)
        self._nothing.setVisible(not self._has_wallet)
        self._what_comes.setText(
            self.tr("Nothing spent on keys of your own in the last 14 days.")
            if self._has_wallet
            else self.tr(
                "What your messages cost is added up here: by day, by key and by model. "
                "The provider bills you; Tuppence only counts."
            )
        )
        self._see.setVisible(used or self._has_wallet)
        self._compare.setVisible(used)

    def _connect(self) -> None:
        self._timer.timeout.connect(self._say_age)
        self._timer.start()
        Theme.current().changed.connect(self._fit)
        self._top.hide()
        self._used.hide()

    def _fit(self) -> None:
        self.setFixedWidth(Theme.current().px(WIDTH))

    def _show_sums(self, billing: BillingView) -> None:
        self._figure.setText(_sum_of(billing.month))
        self._figure.setAccessibleName(self.tr("This month: {0}").format(figure_of(billing.month)))
        self._month.setText(self._month_words(billing))
        self._show_today(billing.today)
        self._keys.show_lines(billing.by_key)
        top, rest = top_and_rest([self._named(line) for line in billing.by_model])
        self._models.show_lines((*top, rest) if rest else top)
        self.chart.show_days(billing.days)
        self._say_unpriced(billing.unpriced_messages)

    def _month_words(self, billing: BillingView) -> str:
        at = billing.as_of.astimezone(UTC)
        month = QLocale().standaloneMonthName(at.month)
        pattern = self.tr("in {0} · {1} messages")
        if billing.month.messages == 1:
            pattern = self.tr("in {0} · {1} message")
        return pattern.format(month, words.count(billing.month.messages))

    def _named(self, line: SpendLine) -> SpendLine:
        return replace(line, label=self._names.get(line.label, line.label))

    def _show_today(self, today: SpendLine) -> None:
        self._today.setText(figure_of(today))
        self._today.setAccessibleName(self.tr("Today: {0}").format(figure_of(today)))
        self._today.setToolTip(counts_of(today))

    def _say_unpriced(self, messages: int) -> None:
        pattern = self.tr("{0} messages have no known price and are not in these sums.")
        if messages == 1:
            pattern = self.tr("{0} message has no known price and is not in these sums.")
        self._unpriced.setText(pattern.format(words.count(messages)) if messages else "")
        self._unpriced.setVisible(messages > 0)

    def _say_age(self) -> None:
        billing = self._billing
        stale = billing is not None and datetime.now(UTC) - billing.as_of > STALE_AFTER
        if billing is not None and stale:
            self._age.setText(self.tr("As of {0}").format(words.short_date(billing.as_of)))
        self._age.setVisible(stale)


def _sum_of(line: SpendLine) -> str:
    """A sum is a figure, also where nothing was paid: `$0` and not "free"."""
    return words.money(0) if line.total_pusd == 0 else figure_of(line)
