"""A workspace's plan, its monthly limit, and what a month came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from PySide6.QtWidgets import QProgressBar, QWidget

from app.seam import hosted
from app.seam.hosted_groups import AskStatement, SpendView, StatementShown, StatementView
from app.seam.hosted_views import GroupView
from app.ui import words
from app.ui.choices import ChoiceBox
from app.ui.dialog_pieces import column, plain_label, row
from app.ui.hosted.account_orders import order_for
from app.ui.hosted.group_parts import Figures, GroupState, heading
from app.ui.hosted.group_wording import named, own_keys, tr
from app.ui.hosted.window_hosted import WindowHosted
from app.ui.theme import Theme, set_look

MONTHS, MONTH_WIDTH = 12, 170
_STEPS = 1000  # of the bar


class GroupStatementPage(QWidget):
    """Asks for a month when it is chosen; the figures of the last one stay until the next come."""

    def __init__(self, window_hosted: WindowHosted, group: GroupView) -> None:
        super().__init__()
        self._hosted = window_hosted
        self.group = group
        self._names: dict[str, str] = {}
        self._shown: StatementView | None = None
        self._build()
        window_hosted.heard.connect(self._on_heard)
        self.state.again_asked.connect(self.ask)

    def ask(self) -> None:
        """Ask for the month that is chosen."""
        if self._shown is None:
            self.state.show_asking()
        group, month = self.group.id, str(self._month.currentData())
        order_for(
            self, self._hosted, lambda serial: AskStatement(serial, group, month), self._on_asked
        )

    def show_group(self, group: GroupView) -> None:
        self.group = group

    def show_names(self, names: Mapping[str, str]) -> None:
        """What members are called."""
        self._names = dict(names)
        if self._shown is not None:
            self._show(self._shown)

    def _build(self) -> None:
        self.state = GroupState()
        self._month = ChoiceBox()
        self._month.setObjectName("statement-month")
        self._month.setAccessibleName(tr("Month"))
        self._month.setFixedWidth(Theme.current().px(MONTH_WIDTH))
        for label, month in months(datetime.now(UTC)):
            self._month.addItem(label, month)
        self._month.activated.connect(self.ask)
        self._plan = plain_label(tone="2", size="note", wrap=True)
        self._sum = plain_label(size="figure", figures=True)
        self._of = plain_label(tone="2", size="note", wrap=True, figures=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setMaximum(_STEPS)
        self._bar.setAccessibleName(tr("Managed credit of the month"))
        self._own = plain_label(tone="2", size="note", wrap=True, figures=True)
        self._models, self._members = Figures(), Figures()
        self._content = QWidget()
        inner = column(self._content, spacing=8)
        for part in (self._plan, self._sum, self._of, self._bar, self._own):
            inner.addWidget(part)
        for title, figures in ((tr("By model"), self._models), (tr("By member"), self._members)):
            inner.addSpacing(Theme.current().px(10))
            inner.addWidget(heading(title))
            inner.addWidget(figures)
        self._content.hide()
        top = row(spacing=8)
        top.addWidget(self._month)
        top.addStretch(1)
        box = column(self, spacing=14)
        box.addLayout(top)
        box.addWidget(self.state)
        box.addWidget(self._content)
        box.addStretch(1)

    def _on_heard(self, event: hosted.HostedEvent) -> None:
        if (
            isinstance(event, StatementShown)
            and event.group_id == self.group.id
            and event.statement.month == self._month.currentData()
        ):
            self.state.hide()
            self._show(event.statement)

    def _show(self, statement: StatementView) -> None:
        self._shown = statement
        self._content.show()
        plan = [statement.plan_name, statement.platform_fee]
        state = tr("The month is over.") if statement.final else tr("So far; it is not over.")
        self._plan.setText(" · ".join(filter(None, (*plan, state))))
        self._sum.setText(words.money(statement.charged_pusd))
        self._of.setText(limit_line(self.group, statement))
        limit = statement.limit_pusd
        self._bar.setVisible(bool(limit))
        if limit:
            self._bar.setValue(min(_STEPS, statement.charged_pusd * _STEPS // limit))
        own = words.money(statement.own_key_pusd)
        pattern = tr("{0} on the workspace's own keys, billed by their providers")
        self._own.setText(pattern.format(own))
        used = any(each.own_key_calls for each in statement.models)
        self._own.setVisible(used)
        models = _lines(statement.models, self._hosted.model_name)
        self._models.show_lines(_heads(tr("Model")), models)
        people = _lines(statement.members, lambda account: named(account, self._names))
        self._members.show_lines(_heads(tr("Member")), people)
        set_look(self._of, tone="warn" if statement.beyond_pusd else "2")

    def _on_asked(self, done: hosted.HostedDone) -> None:
        if done.fault is not None:
            self.state.show_fault(done.fault)


def months(now: datetime) -> list[tuple[str, str]]:
    """The last twelve, the newest first: how they are called, and `2026-11`."""
    found = []
    year, month = now.year, now.month
    for _ in range(MONTHS):
        name = words.locale().standaloneMonthName(month)
        found.append((f"{name} {year}", f"{year}-{month:02}"))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found


def limit_line(group: GroupView, statement: StatementView) -> str:
    """`managed credit of $100.00 each month; past it, calls go on slower`."""
    if statement.limit_pusd is None:
        return tr("managed credit; no monthly limit is set for it")
    limit = words.money(statement.limit_pusd)
    line = tr("managed credit, of {0} each month").format(limit)
    if statement.beyond_pusd:
        beyond = words.money(statement.beyond_pusd)
        return f"{line} · {tr('{0} beyond the limit').format(beyond)}"
    after = {
        "block": tr("then calls stop"),
        "throttle": tr("then calls go on, more slowly"),
    }.get(group.when_reached, "")
    return " · ".join(filter(None, (line, after)))


def _heads(first: str) -> tuple[str, ...]:
    return (first, tr("Messages"), tr("Model tokens"), tr("Charged"), tr("Own keys"))


def _lines(spends: Sequence[SpendView], name_of: Callable[[str], str]) -> list[tuple[str, ...]]:
    return [
        (
            name_of(each.name),
            words.count(each.calls + each.own_key_calls),
            words.count(each.tokens + each.own_key_tokens),
            words.money(each.pusd) if each.calls else "",
            own_keys(each),
        )
        for each in sorted(spends, key=lambda each: (-each.pusd, -each.own_key_pusd, each.name))
    ]
