"""The usage card: sums on top, bars, and below them lists that narrow what is shown."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.seam import commands, events
from app.seam.events import Event
from app.seam.usage_views import UsageBar, UsageCall, UsageOrder, UsagePeriod, UsageScope, UsageView
from app.ui.bridge import Bridge
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import column, plain_label, push_button, row, scrolled
from app.ui.theme import Theme, set_look
from app.ui.usage import wording
from app.ui.usage.chart import HEIGHT_MIN, BarChart
from app.ui.usage.export_line import ExportLine
from app.ui.usage.lists import UsageLists
from app.ui.usage.scope_bar import ScopeBar, narrowed_to

WIDTH, HEIGHT = 1080, 860
UNUSED_WIDTH = 460
CHART_SHARE, CHART_HEIGHT = 0.23, 190
REFRESH_PAUSE_MS = 400
THIS_MONTH = UsageScope()
_serials = count(1)


class UsageDialog(Dialog):
    """`message_asked(chat_id, message_id)` and `receipt_asked(message_id)` are for the window."""

    message_asked = Signal(str, str)
    receipt_asked = Signal(str)

    def __init__(self, parent: QWidget, bridge: Bridge, scope: UsageScope = THIS_MONTH) -> None:
        self._bridge = bridge
        self._scope = scope
        self._view: UsageView | None = None
        self._serial = self._calls_serial = 0
        super().__init__(parent, wording.tr("Usage"), width=WIDTH)
        self._refresh_pause = QTimer(self, singleShot=True, interval=REFRESH_PAUSE_MS)
        self._build()
        self._connect()
        self.set_card_height(HEIGHT)
        self.ask(self._scope)

    def first_focus(self) -> QWidget:
        return self.scope_bar.period

    def ask(self, scope: UsageScope) -> None:
        """Show another scope as soon as the core has summed it up."""
        self._scope = scope
        self._serial = next(_serials)
        self._bridge.submit(commands.AskUsage(self._serial, scope))

    def on_event(self, event: Event) -> None:
        """A fact from the core; late answers are dropped."""
        match event:
            case events.UsageShown() if event.serial == self._serial:
                self._show(event.usage)
            case events.UsageCallsShown() if event.serial == self._calls_serial:
                self.lists.calls.calls.take(event.offset, event.calls)
            case events.UsageExportMoved() | events.UsageExportEnded():
                self.export_line.take(event)
            case events.BillingReady():
                # Something was charged since: the sums are asked for again, once it is quiet.
                self._refresh_pause.start()
            case _:
                return

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 (Qt's own name)
        moved = super().focusNextPrevChild(next)
        focused = self.focusWidget()
        if focused is not None and self._area.isAncestorOf(focused):
            self._area.ensureWidgetVisible(focused)
        return moved

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        theme = Theme.current()
        # The bars give way before the list below them has to be scrolled to.
        wanted = round(self.height() * CHART_SHARE)
        self.chart.setFixedHeight(max(theme.px(HEIGHT_MIN), min(wanted, theme.px(CHART_HEIGHT))))

    def _build(self) -> None:
        self.scope_bar = ScopeBar()
        self.export_button = push_button(self.tr("Export CSV"), self._on_export)
        self.scope_bar.top.addWidget(self.export_button)
        self.export_line = ExportLine(self._bridge)
        self.body.addWidget(self.scope_bar)
        self.body.addWidget(self.export_line)
        content = QWidget()
        box = column(content, spacing=10)
        box.addLayout(self._build_sums())
        self.chart = BarChart()
        self._legend = plain_label(tone="3", size="small", wrap=True)
        self.measure = push_button("", self._on_measure, look="link")
        set_look(self.measure, flush="true")
        self._in_tokens = False
        foot = row(spacing=12)
        foot.addWidget(self.measure, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._legend, 100)
        foot.addStretch(1)
        box.addWidget(self.chart)
        box.addLayout(foot)
        self.lists = UsageLists()
        box.addWidget(self.lists, 1)
        self._area = scrolled(content)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._area)
        self._pages.addWidget(self._build_unused())
        self.body.addWidget(self._pages, 1)

    def _build_sums(self) -> QVBoxLayout:
        self.figure = plain_label("…", size="figure", figures=True)
        self.days = plain_label(tone="2", size="note", wrap=True)
        self.counts = plain_label(self.tr("Adding up…"), tone="2", size="note", wrap=True)
        self.certainty = plain_label(tone="warn", size="note", wrap=True)
        self.certainty.hide()
        line = row(spacing=12)
        line.addWidget(self.figure)
        line.addWidget(self.days, 1, Qt.AlignmentFlag.AlignBottom)
        box = column(spacing=2)
        box.addLayout(line)
        box.addWidget(self.counts)
        box.addWidget(self.certainty)
        return box

    def _build_unused(self) -> QWidget:
        page = QWidget()
        box = column(page, spacing=4)
        box.addStretch(1)
        head = plain_label(self.tr("Nothing spent yet"), size="title")
        words = plain_label(
            self.tr(
                "What your messages cost is added up here, by day, model, chat, key and payer, "
                "with a receipt for each. On your own keys the provider bills you; Tuppence only "
                "counts."
            ),
            tone="2", wrap=True,
        )  # fmt: skip
        words.setMaximumWidth(Theme.current().px(UNUSED_WIDTH))
        for label in (head, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line = row()
            line.addStretch(1)
            line.addWidget(label, 100)
            line.addStretch(1)
            box.addLayout(line)
        box.addStretch(2)
        return page

    def _connect(self) -> None:
        self._bridge.event.connect(self.on_event)
        self._refresh_pause.timeout.connect(lambda: self.ask(self._scope))
        self.scope_bar.changed.connect(self.ask)
        self.chart.chosen.connect(self._on_bar)
        lists = self.lists
        lists.day_chosen.connect(self._on_bar)
        lists.narrowed.connect(self._on_narrowed)
        lists.calls_begun.connect(self._on_calls_begun)
        lists.calls_wanted.connect(self._on_calls_wanted)
        lists.call_entered.connect(self._on_call)
        lists.receipt_asked.connect(self.receipt_asked)

    def _show(self, view: UsageView) -> None:
        self._view = view
        self._scope = view.scope
        self.scope_bar.show_scope(view)
        self._pages.setCurrentIndex(0 if view.ever_used else 1)
        self.scope_bar.setVisible(view.ever_used)
        self.export_button.setEnabled(view.total.calls > 0)
        self._show_sums(view)
        self._show_bars(view)
        self.lists.show_view(view)

    def _show_sums(self, view: UsageView) -> None:
        first, last = view.scope.first or view.today, view.scope.last or view.today
        self.figure.setText(wording.total(view.total))
        self.days.setText(self.tr("{0} (UTC)").format(wording.span_text(first, last)))
        self.counts.setText(wording.counts(view.total))
        self.certainty.setText(wording.certainty(view.total))
        set_look(self.certainty, tone="warn" if view.total.unpriced else "2")
        self.certainty.setVisible(bool(self.certainty.text()))

    def _show_bars(self, view: UsageView) -> None:
        """In money, or in tokens where they alone were spent, or somebody wants them."""
        both = bool(view.total.drawn) and bool(view.total.total_pusd)
        in_tokens = self._in_tokens if both else bool(view.total.drawn)
        self.measure.setVisible(both)
        self.measure.setText(
            self.tr("Show bars in money") if in_tokens else self.tr("Show bars in tokens")
        )
        self.chart.show_bars(view.bars, view.bar_unit, in_tokens=in_tokens)
        self._say_legend(view)

    def _on_measure(self) -> None:
        self._in_tokens = not self._in_tokens
        if self._view is not None:
            self._show_bars(self._view)

    def _say_legend(self, view: UsageView) -> None:
        said = []
        if self.chart.has_estimates():
            said.append(self.tr("Hollow bars hold estimates."))
        if view.total.unpriced:
            said.append(self.tr("A ring marks calls without a known price."))
        self._legend.setText(" ".join(said))
        self._legend.setVisible(bool(said))

    def _on_calls_begun(self) -> None:
        self._calls_serial = next(_serials)

    def _on_calls_wanted(self, offset: int, length: int) -> None:
        order: UsageOrder = self.lists.calls.order
        self._bridge.submit(
            commands.AskUsageCalls(self._calls_serial, self._scope, order, offset, length)
        )

    def _on_narrowed(self, kind: str, id_: str) -> None:
        self.ask(narrowed_to(self._scope, kind, id_))

    def _on_bar(self, bar: UsageBar) -> None:
        self.ask(replace(self._scope, period=UsagePeriod.CUSTOM, first=bar.first, last=bar.last))

    def _on_call(self, call: UsageCall) -> None:
        if not call.gone:
            self.accept()
            self.message_asked.emit(call.chat_id, call.message_id)

    def _on_export(self) -> None:
        if self._view is not None and not self.export_line.is_writing:
            self.export_line.ask(self._scope, wording.file_name(self._view))
