"""Writing the shown days as CSV: asks where, shows how far it is, and stops it when asked."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from app.seam import commands, events
from app.seam.usage_views import UsageScope
from app.ui import words
from app.ui.bridge import Bridge
from app.ui.dialog_pieces import column, plain_label, push_button, row
from app.ui.theme import set_look

STEPS = 1000
_serials = count(1)


class ExportLine(QWidget):
    """Hidden until something is written; what came of it stays to be read."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._serial = 0
        self._build()
        self.hide()

    @property
    def is_writing(self) -> bool:
        return self._serial != 0

    def ask(self, scope: UsageScope, file_name: str) -> QFileDialog:
        """Ask where, and begin."""
        dialog = QFileDialog(self.window(), self.tr("Export usage"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        by_call = self.tr("CSV, a line for each call (*.csv)")
        by_part = self.tr("CSV, a line for each part of a call (*.csv)")
        dialog.setNameFilters([by_call, by_part])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(file_name)
        dialog.fileSelected.connect(
            lambda path: self.write(
                scope, path, "parts" if dialog.selectedNameFilter() == by_part else "calls"
            )
        )
        dialog.open()
        return dialog

    def write(self, scope: UsageScope, path: str, form: str) -> None:
        """Begin to write; one at a time."""
        if self.is_writing:
            return
        self._serial = next(_serials)
        self._say(self.tr("Writing…"), "2")
        self._bar.setValue(0)
        self._show_busy(busy=True)
        self.show()
        self._bridge.submit(commands.ExportUsage(self._serial, scope, path, form))

    def take(self, event: events.UsageExportMoved | events.UsageExportEnded) -> None:
        """How far it is, or what came of it."""
        if event.serial != self._serial:
            return
        if isinstance(event, events.UsageExportMoved):
            pattern = self.tr("Writing {0} of {1} calls…")
            self._say(pattern.format(words.count(event.done), words.count(event.calls)), "2")
            self._bar.setValue(STEPS * event.done // max(1, event.calls))
            return
        self._serial = 0
        self._show_busy(busy=False)
        match event.outcome:
            case "written":
                self._say(self.tr("Written to {0}.").format(event.path), "ok")
            case "stopped":
                self._say(self.tr("Stopped. Nothing was written."), "2")
            case _:
                self._say(f"{event.message} {event.advice}".strip(), "danger")

    def _build(self) -> None:
        self._text = plain_label(tone="2", size="note", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("How much is written"))
        self.stop_button = push_button(self.tr("Stop"), self._on_stop, look="quiet")
        line = row(spacing=8)
        line.addWidget(self._text, 1)
        line.addWidget(self.stop_button)
        box = column(self, spacing=4)
        box.addLayout(line)
        box.addWidget(self._bar)

    def _say(self, text: str, tone: str) -> None:
        self._text.setText(text)
        set_look(self._text, tone=tone)

    def _show_busy(self, *, busy: bool) -> None:
        self._bar.setVisible(busy)
        self.stop_button.setVisible(busy)

    def _on_stop(self) -> None:
        self._bridge.submit(commands.StopUsageExport(self._serial))
