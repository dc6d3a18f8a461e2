"""The one window: parts, orders to the core, events from it, and what it remembers of itself.

The constructor builds what the first paint shows and nothing else; the rest follows after it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from app.ui.composer.editor import local_paths
from app.ui.resources import folder, load_more_fonts
from app.ui.theme import Theme
from app.ui.window_frame import WindowFrame
from app.ui.window_shown import Shown
from app.ui.window_state import WindowState, read_state, write_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent

    from app.seam.events import Event
    from app.ui.assistants.window_assistants import WindowAssistants
    from app.ui.bridge import Bridge
    from app.ui.hosted.window_hosted import WindowHosted
    from app.ui.shortcuts import Shortcuts
    from app.ui.window_dialogs import Dialogs
    from app.ui.window_events import EventSink
    from app.ui.window_focus import FocusKeeper
    from app.ui.window_orders import Orders
    from app.ui.window_prices import WindowPrices

WIDTH, HEIGHT = 1440, 900
WIDTH_MIN, HEIGHT_MIN = 720, 480
STATE_PAUSE_MS = 400


class MainWindow(QMainWindow):
    """`painted` after the first paint, `typed` at the first character.

    `retry_requested` asks for the core to be opened again after it failed.
    """

    painted = Signal()
    typed = Signal()
    retry_requested = Signal()

    # Made by `complete`, after the first paint.
    shortcuts: Shortcuts
    dialogs: Dialogs
    hosted: WindowHosted
    assistants: WindowAssistants
    orders: Orders
    prices: WindowPrices
    focus_keeper: FocusKeeper
    sink: EventSink

    def __init__(self, bridge: Bridge, config_folder: Path, *, demo: bool = False) -> None:
        super().__init__()
        self.bridge = bridge
        self.config_folder = config_folder
        self.state = read_state(config_folder)
        self.shown = Shown(demo=demo)
        # Opens the demo in a window of its own; False where there is no server for it.
        self.open_demo: Callable[[], bool] = lambda: False
        self.stopped = False
        self._stopping = False
        self._was_painted = False
        self._is_complete = False
        self._rest: list[Callable[[], object]] = []
        self._build()
        self._connect()
        self._restore()
        Theme.current().dress()

    def on_event(self, event: Event) -> None:
        """A fact from the core."""
        self.complete()
        self.sink.on_event(event)

    def complete(self) -> None:
        """Make what the first paint does not show: keys, orders, dialogs, the billing panel."""
        if self._is_complete:
            return
        self._is_complete = True
        from app.ui.assistants.window_assistants import WindowAssistants
        from app.ui.hosted.window_hosted import WindowHosted
        from app.ui.shortcuts import Shortcuts
        from app.ui.window_dialogs import Dialogs
        from app.ui.window_events import EventSink
        from app.ui.window_focus import FocusKeeper
        from app.ui.window_orders import Orders
        from app.ui.window_prices import WindowPrices

        self.shortcuts = Shortcuts(self)
        self.dialogs = Dialogs(self)
        self.hosted = WindowHosted(self)
        self.assistants = WindowAssistants(self)
        self.orders = Orders(self)
        self.prices = WindowPrices(self)
        self.focus_keeper = FocusKeeper(self)
        self.sink = EventSink(self)
        self.orders.connect_all()
        self.sink.show_account()
        self.sink.show_keys()
        self.sink.show_panes()
        self.frame.composer.begin_to_be_heard()

    def show_crash(self, details: str) -> None:
        """Say that something in the window did not work; `details` were logged."""
        self.frame.composer.show_slip(details)

    def can_retry(self) -> bool:
        """Whether somebody opens the core again when asked."""
        from PySide6.QtCore import QMetaMethod

        return self.isSignalConnected(QMetaMethod.fromSignal(self.retry_requested))

    def finish_stop(self) -> None:
        """The core has saved and closed: now the window may go."""
        self.stopped = True
        if self._stopping:
            self.close()

    def save_state_soon(self) -> None:
        """Write down what changed, once it has settled."""
        self._state_pause.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._on_state_pause_over()
        if self.stopped or self._stopping:
            event.accept()
            QApplication.quit()
            return
        self.frame.composer.save_draft_now()
        self._stopping = True
        self.bridge.stop()
        event.ignore()
        self.frame.setEnabled(False)
        self.setWindowTitle(self.tr("Saving… – Tuppence"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (self._is_complete and self.focus_keeper.type_on(event)):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self._on_first_paint)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.frame.composer.add_files(local_paths(event.mimeData()))
        event.acceptProposedAction()

    def _build(self) -> None:
        self.setWindowTitle("Tuppence")
        self.setMinimumSize(WIDTH_MIN, HEIGHT_MIN)
        self.setAcceptDrops(True)
        self._state_pause = QTimer(self, singleShot=True, interval=STATE_PAUSE_MS)
        self.frame = WindowFrame(
            sidebar_open=self.state.sidebar_open, billing_open=self.state.billing_open
        )
        self.setCentralWidget(self.frame)
        self.frame.composer.box.show_demo(self.shown.demo)
        if self.state.unsaved_text:
            self.frame.composer.box.editor.setPlainText(self.state.unsaved_text)
        self.frame.composer.box.editor.setFocus()

    def _connect(self) -> None:
        self.bridge.event.connect(self.on_event)
        self.frame.composer.typed.connect(self.typed)
        self.frame.folds_changed.connect(self._on_folds_changed)
        self._state_pause.timeout.connect(self._on_state_pause_over)

    def _restore(self) -> None:
        from PySide6.QtCore import QByteArray

        kept = QByteArray.fromBase64(self.state.geometry.encode("ascii", "ignore"))
        if kept.isEmpty() or not self.restoreGeometry(kept):
            room = self.screen().availableSize()
            self.resize(min(WIDTH, room.width()), min(HEIGHT, room.height()))

    def _on_first_paint(self) -> None:
        self.painted.emit()
        from app.ui.window_later import imports_of_billing, imports_of_window

        # One after the other, so that a key that is pressed in between is not kept waiting.
        self._rest = [
            Theme.current().follow_system,
            self.frame.composer.box.follow_focus,
            *imports_of_window(),
            self.complete,
            load_more_fonts,
            *imports_of_billing(),
            self._make_billing,
        ]
        QTimer.singleShot(0, self, self._on_rest_wanted)

    def _on_rest_wanted(self) -> None:
        self._rest.pop(0)()
        if self._rest:
            QTimer.singleShot(0, self, self._on_rest_wanted)

    def _make_billing(self) -> None:
        self.dialogs.make_billing()

    def _on_folds_changed(self, sidebar: bool, billing: bool) -> None:
        self.complete()
        self.orders.change_settings(("sidebar_open", sidebar), ("billing_open", billing))
        self.save_state_soon()

    def _on_state_pause_over(self) -> None:
        self._state_pause.stop()
        theme = Theme.current()
        self.state = replace(
            self.state,
            geometry=bytes(self.saveGeometry().toBase64().data()).decode("ascii"),
            sidebar_open=self.frame.sidebar_wanted,
            billing_open=self.frame.billing_wanted,
            theme=theme.mode,
            zoom_percent=theme.zoom_percent,
            language=self.shown.settings.language if self.shown.settings else self.state.language,
            # Once a chat is open, drafts are the core's.
            unsaved_text="" if self.shown.chat else self.frame.composer.text(),
        )
        write_state(self.config_folder, self.state)


def prepare_application(application: QApplication, config_folder: Path) -> None:
    """Name, language and look, as they were left; before any window is made."""
    application.setApplicationName("tuppence")
    application.setApplicationDisplayName("Tuppence")
    application.setDesktopFileName("tuppence")
    state = read_state(config_folder)
    _set_language(application, state)
    Theme.current().start(application, state.theme, state.zoom_percent, sheet_later=True)


def _set_language(application: QApplication, state: WindowState) -> None:
    """English is in the program; other languages are files of their own."""
    if state.language != "system":
        QLocale.setDefault(QLocale(state.language))
    locale = QLocale()
    if locale.language() == QLocale.Language.C:
        # A bare system: figures are grouped and days named as in the language of the words.
        QLocale.setDefault(QLocale("en_US"))
    if locale.language() in (QLocale.Language.English, QLocale.Language.C):
        return
    from PySide6.QtCore import QTranslator

    translator = QTranslator(application)
    if translator.load(locale, "tuppence", "_", str(folder() / "translations")):
        application.installTranslator(translator)
        application.setLayoutDirection(locale.textDirection())
        _load_qt_words(application, locale)


def _load_qt_words(application: QApplication, locale: QLocale) -> None:
    """Qt's own words: the menus of text fields, the buttons of file dialogs."""
    from PySide6.QtCore import QLibraryInfo, QTranslator

    translator = QTranslator(application)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(locale, "qtbase", "_", place):
        application.installTranslator(translator)
