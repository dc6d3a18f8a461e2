"""The comparison's card: whose figure, of which month, from where; then both sides and why."""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.seam.events import Event
from app.seam.reconciliation import (
    AdminKeyKept,
    AskReconciliation,
    AskReconciliationSources,
    ReconciliationShown,
    ReconciliationSourcesReady,
    ReconciliationView,
    RemoveAdminKey,
    ReportSiteView,
    SourcesView,
)
from app.ui.bridge import Bridge
from app.ui.choices import ChoiceBox
from app.ui.dialog import Dialog
from app.ui.dialog_pieces import clear_layout, column, plain_label, push_button, row, scrolled
from app.ui.reconciliation import wording
from app.ui.reconciliation.admin_form import AdminKeyForm
from app.ui.reconciliation.calls import CallList
from app.ui.reconciliation.lines import ComparisonTable
from app.ui.theme import Theme, set_look

WIDTH, HEIGHT = 820, 720
TEXT_WIDTH = 500
BAR_HEIGHT = 4
_serials = count(1)


class ReconciliationDialog(Dialog):
    """`link_asked` carries an address that the window opens."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget, bridge: Bridge) -> None:
        self._bridge = bridge
        self._sources = SourcesView((), (), ())
        self._serial = 0
        self._asked: AskReconciliation | None = None
        super().__init__(parent, wording.tr("Compare with the provider's figure"), width=WIDTH)
        self._build()
        self._connect()
        self.set_card_height(HEIGHT)
        bridge.submit(AskReconciliationSources())

    def first_focus(self) -> QWidget:
        return self.provider

    def on_event(self, event: Event) -> None:
        """A fact from the core; late answers are dropped."""
        match event:
            case ReconciliationSourcesReady():
                self._show_sources(event.sources)
            case ReconciliationShown() if event.serial == self._serial:
                self._show_outcome(event)
            case AdminKeyKept():
                if self.form.take(event) and event.key_id:
                    self._ask_provider()
            case _:
                return

    def compare_files(self, paths: list[str]) -> None:
        """Compare with files that were chosen."""
        self._ask(files=tuple(paths))

    def _build(self) -> None:
        self.provider, self.month = ChoiceBox(), ChoiceBox()
        self.provider.setAccessibleName(self.tr("Provider"))
        self.month.setAccessibleName(self.tr("Month"))
        self.ask_button = push_button("", self._ask_provider, look="primary")
        self.file_button = push_button(self.tr("Choose a CSV file…"), self._choose_files)
        self.calls_button = push_button(self.tr("Ask call by call"), self._ask_calls)
        line = row(spacing=8)
        for widget in (self.provider, self.month):
            widget.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
            line.addWidget(widget)
        line.addStretch(1)
        for button in (self.calls_button, self.file_button, self.ask_button):
            line.addWidget(button)
        self.body.addLayout(line)
        self.form = AdminKeyForm()
        self.form.hide()
        self.body.addWidget(self.form)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(Theme.current().px(BAR_HEIGHT))
        self.bar.setAccessibleName(self.tr("Comparing"))
        self.bar.hide()
        self.body.addWidget(self.bar)
        content = QWidget()
        self._result: QVBoxLayout = column(content, spacing=6)
        self._result.setContentsMargins(0, Theme.current().px(6), 0, 0)
        area = scrolled(content)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(self.tr("Comparison"))
        self.body.addWidget(area, 1)
        self.body.addLayout(self._build_foot())
        self._say_beginning()

    def _build_foot(self) -> QHBoxLayout:
        self._key_name = plain_label(tone="2", size="small")
        self._remove = push_button(self.tr("Remove this key"), self._on_remove, look="link")
        self._remove.hide()
        foot = row(spacing=8)
        foot.addWidget(self._key_name)
        foot.addWidget(self._remove)
        foot.addStretch(1)
        foot.addWidget(
            push_button(self.tr("Where the provider has its file"), self._on_csv_page, look="link")
        )
        return foot

    def _connect(self) -> None:
        self._bridge.event.connect(self.on_event)
        self.provider.currentIndexChanged.connect(self._on_provider)
        self.month.currentIndexChanged.connect(self._on_month)
        self.form.asked.connect(self._bridge.submit)
        self.form.page_asked.connect(self.link_asked)

    def _show_sources(self, sources: SourcesView) -> None:
        before = self.provider.currentData()
        month = self.month.currentData()
        self._sources = sources
        self.provider.blockSignals(True)
        self.month.blockSignals(True)
        self.provider.clear()
        self.month.clear()
        # Those that were used come first, the one used this month before one with a key alone.
        used = {provider: place for place, provider in enumerate(sources.used)}
        for site in sorted(sources.sites, key=lambda site: used.get(site.provider, len(used))):
            self.provider.addItem(site.name, site.provider)
        for first in sources.months:
            self.month.addItem(wording.month_text(first), first)
        self.provider.setCurrentIndex(max(0, self.provider.findData(before)))
        self.month.setCurrentIndex(max(0, self.month.findData(month)))
        self.provider.blockSignals(False)
        self.month.blockSignals(False)
        self._show_site()

    def _show_site(self) -> None:
        site = self._site()
        if site is None:
            return
        self.ask_button.setText(self.tr("Ask {0}").format(site.name))
        self.calls_button.setVisible(site.by_call)
        self.calls_button.setToolTip(
            self.tr("Asks about each of your calls by its id, with the keys that made them")
        )
        key_id = self._admin_key()
        if key_id:
            self.form.hide()
        names = [key.name for key in self._sources.admin_keys if key.id == key_id]
        self._key_name.setText(names[0] if names else "")
        self._remove.setVisible(bool(key_id))

    def _site(self) -> ReportSiteView | None:
        chosen = self.provider.currentData()
        return next((site for site in self._sources.sites if site.provider == chosen), None)

    def _admin_key(self) -> str:
        chosen = self.provider.currentData()
        keys = [key.id for key in self._sources.admin_keys if key.provider == chosen]
        return keys[-1] if keys else ""

    def _month(self) -> date:
        chosen = self.month.currentData()
        return chosen if isinstance(chosen, date) else date.min

    def _ask_provider(self) -> None:
        site = self._site()
        if site is None:
            return
        key_id = self._admin_key()
        if not key_id:
            self.form.show_site(site, self._sources.where)
            self.form.show()
            self.form.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._ask(admin_key_id=key_id)

    def _ask_calls(self) -> None:
        self._ask()

    def _ask(self, files: tuple[str, ...] = (), admin_key_id: str = "") -> None:
        provider = self.provider.currentData() or ""
        self._serial = next(_serials)
        self._asked = AskReconciliation(
            self._serial, self._month(), provider, files=files, admin_key_id=admin_key_id
        )
        self.form.hide()
        self.bar.show()
        clear_layout(self._result)
        source = ", ".join(PurePath(path).name for path in files)
        said = (
            self.tr("Reading {0}…").format(source) if files
            else self.tr("Asking {0}…").format(self.provider.currentText())
        )  # fmt: skip
        self._result.addWidget(plain_label(said, tone="2"))
        self._result.addStretch(1)
        self._bridge.submit(self._asked)

    def _choose_files(self) -> QFileDialog:
        dialog = QFileDialog(self.window(), self.tr("Usage or cost files of the provider"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("CSV files (*.csv *.tsv *.txt)"), self.tr("All files (*)")])
        dialog.filesSelected.connect(self.compare_files)
        dialog.open()
        return dialog

    def _show_outcome(self, outcome: ReconciliationShown) -> None:
        self.bar.hide()
        clear_layout(self._result)
        if outcome.view is None:
            self._show_fault(outcome.message, outcome.advice)
        else:
            self._show_view(outcome.view)

    def _show_view(self, view: ReconciliationView) -> None:
        tone = "warn" if view.is_open else "ok" if view.lines else "2"
        self._result.addWidget(
            plain_label(wording.verdict(view), tone=tone, strong=True, wrap=True)
        )
        source = self.tr("{0}, days in UTC. From: {1}").format(
            wording.month_text(view.month), view.source
        )
        self._result.addWidget(plain_label(source, tone="2", size="note", wrap=True))
        if view.matched:
            agreed = self.tr("{0} calls agree one by one.").format(view.matched)
            self._result.addWidget(plain_label(agreed, tone="2", size="note"))
        for note in view.notes:
            self._result.addWidget(plain_label(note, tone="2", size="note", wrap=True))
        if view.lines:
            self._result.addSpacing(Theme.current().px(8))
            self._result.addWidget(ComparisonTable(view))
        if view.calls:
            self._result.addSpacing(Theme.current().px(8))
            self._result.addWidget(CallList(view.calls))
        self._result.addStretch(1)

    def _show_fault(self, message: str, advice: str) -> None:
        card = QFrame()
        set_look(card, look="note", tone="danger")
        box = column(card, margin=14, spacing=6)
        box.addWidget(plain_label(message, tone="danger", wrap=True))
        if advice:
            box.addWidget(plain_label(advice, tone="2", size="note", wrap=True))
        if self._asked is not None and not self._asked.files:
            again = push_button(self.tr("Try again"), self._on_again)
            box.addWidget(again, 0, Qt.AlignmentFlag.AlignLeading)
        self._result.addWidget(card)
        self._result.addStretch(1)

    def _say_beginning(self) -> None:
        """What this is for, before anything is compared."""
        clear_layout(self._result)
        head = plain_label(self.tr("What Tuppence counted, and what was charged"), size="title")
        words = plain_label(
            self.tr(
                "Tuppence counts what your own keys use; the provider sends the bill. Ask the "
                "provider with an admin key, or choose the usage or cost file that its website "
                "lets you download. Both then stand side by side, and each difference has its name."
            ),
            tone="2", wrap=True,
        )  # fmt: skip
        words.setMaximumWidth(Theme.current().px(TEXT_WIDTH))
        self._result.addStretch(2)
        for label in (head, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line = row()
            line.addStretch(1)
            line.addWidget(label, 100)
            line.addStretch(1)
            self._result.addLayout(line)
        self._result.addStretch(3)

    def _on_provider(self) -> None:
        self.form.hide()
        self._serial = 0
        self.bar.hide()
        self._show_site()
        self._say_beginning()

    def _on_month(self) -> None:
        if self._asked is not None and self._serial:
            self._on_again()

    def _on_again(self) -> None:
        if self._asked is not None:
            self._ask(self._asked.files, self._asked.admin_key_id)

    def _on_remove(self) -> None:
        self._bridge.submit(RemoveAdminKey(self._admin_key()))

    def _on_csv_page(self) -> None:
        site = self._site()
        if site is not None:
            self.link_asked.emit(site.csv_page)
