"""Facts from the core, each brought to the part of the window that shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.seam import commands, events
from app.seam.assistants import AssistantEvent
from app.seam.budgets import BudgetSaved, BudgetsListed, SendNeedsConfirmation
from app.seam.events import Event
from app.seam.hosted import HostedEvent
from app.seam.reconciliation import (
    AdminKeyKept,
    ReconciliationShown,
    ReconciliationSourcesReady,
)
from app.seam.views import ChatRow, ChatView, DraftView
from app.ui import words
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView
    from app.ui.window import MainWindow

BILLING_PAUSE_MS = 250


class EventSink(QObject):
    """One dispatcher; facts about a chat that is not shown any more change nothing."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown = window.shown
        self._frame = window.frame
        self._billing_pause = QTimer(self, singleShot=True, interval=BILLING_PAUSE_MS)
        self._billing_pause.timeout.connect(lambda: window.bridge.submit(commands.AskBilling()))

    def on_event(self, event: Event) -> None:
        """Show a fact."""
        if isinstance(event, HostedEvent | AssistantEvent):
            self._pass_on(event)
            return
        match event:
            case events.EngineReady() | events.EngineFailed() | events.EngineStopped():
                self._on_engine(event)
            case events.Notice():
                self._frame.notices.show_notice(event)
            case events.RaiseWindow():
                self._on_raise()
            case (
                events.ChatsListed() | events.ChatRowChanged() | events.ChatOpened()
                | events.SearchFound()
            ):  # fmt: skip
                self._on_chats(event)
            case (
                events.MessageAdded() | events.MessageChanged() | events.TextArrived()
                | events.ThinkingArrived() | events.ToolCallShown() | events.CitationShown()
                | events.ImageShown()
            ):  # fmt: skip
                self._on_message(event)
            case (
                events.SendAccepted() | events.SendRefused() | events.DraftSaved()
                | events.FileAttached() | events.FileRefused() | events.QuoteReady()
                | events.CheaperFound() | events.ModelCostsReady() | events.QuotedAgain()
            ):  # fmt: skip
                self._on_composer(event)
            case events.ModelsListed() | events.KeysListed() | events.BillingReady():
                self._on_lists(event)
            case events.SettingsChanged():
                self.apply_settings(event)
            case (
                events.ReceiptReady() | events.KeyChecked() | events.KeychainReady()
                | events.KeyPriceSet()
                | events.ProxyTested() | events.LocalModelsFound() | events.ChatExported()
                | events.UsageShown() | events.UsageCallsShown() | events.UsageExportMoved()
                | events.UsageExportEnded() | ReconciliationSourcesReady() | ReconciliationShown()
                | AdminKeyKept() | BudgetsListed() | BudgetSaved()
            ):  # fmt: skip
                self._on_dialog(event)
            case SendNeedsConfirmation():
                self._on_question(event)
            case _:
                assert_never(event)

    def _pass_on(self, event: HostedEvent | AssistantEvent) -> None:
        if isinstance(event, AssistantEvent):
            self._window.assistants.on_event(event)
        else:
            self._window.hosted.on_event(event)

    def apply_settings(self, event: events.SettingsChanged | events.EngineReady) -> None:
        """Look, keys and habits as set; the window's own file follows."""
        settings = self._shown.settings = event.settings
        theme = Theme.current()
        theme.set_mode(settings.theme)
        theme.set_zoom(settings.zoom_percent)
        self._window.shortcuts.apply(dict(settings.shortcuts))
        self.show_keys()
        self._frame.composer.box.editor.set_enter_sends(settings.enter_sends)
        self._frame.panes.set_enter_sends(settings.enter_sends)
        wanted = (self._frame.sidebar_wanted, self._frame.billing_wanted)
        if wanted != (settings.sidebar_open, settings.billing_open):
            self._frame.apply_folds(sidebar=settings.sidebar_open, billing=settings.billing_open)
        self._window.save_state_soon()
        if isinstance(event, events.SettingsChanged):
            self._window.dialogs.forward(event)

    def show_keys(self) -> None:
        """The keys that stand in the sidebar."""
        keys = self._window.shortcuts.keys_text
        self._frame.sidebar.show_keys(keys("new_chat"), keys("palette"), keys("search_chats"))

    def show_account(self) -> None:
        """The foot of the sidebar."""
        billing, keys = self._shown.billing, self._shown.keys
        name = self.tr("Offline demo") if self._shown.demo else self.tr("Your own keys")
        month = billing.month if billing is not None else None
        line = ""
        if month is not None and month.total_pusd:
            total = words.short_cost(month.total_pusd, month.certainty)
            line = self.tr("{0} this month").format(total)
        elif keys == () and not self._shown.demo:
            line = self.tr("no key yet")
        elif month is not None and month.messages:
            line = self.tr("free this month")
        hosted = self._window.hosted.chip_words()
        self._frame.sidebar.chip.show_account(*(hosted or (name, line)))

    def show_panes(self) -> None:
        """Models and states of the panes, wherever they are written."""
        panes = self._frame.panes
        panes.show_models(self._shown.models)
        names = [self._shown.model_name(pane.model_ref) for pane in panes.panes]
        self._frame.composer.show_panes(names)
        self._frame.composer.show_streaming(panes.is_streaming())
        panes.compare()
        in_demo = all(pane.model_ref.startswith("demo/") for pane in panes.panes)
        self._frame.composer.box.show_demo(self._shown.demo or in_demo, simulated=not in_demo)

    def _on_engine(
        self, event: events.EngineReady | events.EngineFailed | events.EngineStopped
    ) -> None:
        match event:
            case events.EngineReady():
                self._shown.ready, self._window.stopped = True, False
                self._shown.demo = self._shown.demo or event.demo
                self._frame.show_page(None)
                self.apply_settings(event)
                self.show_account()
                self._window.orders.begin(first_run=event.first_run)
                self._warm_up()
            case events.EngineFailed():
                self._window.dialogs.show_failure(event.message, event.advice)
                self._window.stopped = True
            case events.EngineStopped():
                self._window.finish_stop()

    def _warm_up(self) -> None:
        """Load what the first chat will need; the core may be opened more than once."""
        from app.ui.window_warm_up import WarmUp

        if self._window.findChild(WarmUp) is None:
            WarmUp(self._window, self._frame.panes).start()

    def _on_chats(
        self,
        event: events.ChatsListed | events.ChatRowChanged | events.ChatOpened | events.SearchFound,
    ) -> None:
        match event:
            case events.ChatsListed():
                self._window.hosted.groups.show_rows(event.rows)
                for row in event.rows:
                    self._take_title(row)
            case events.ChatRowChanged():
                self._window.hosted.groups.change_row(event.row)
                self._take_title(event.row)
            case events.ChatOpened():
                self._on_chat_opened(event.chat, event.at_message_id)
            case events.SearchFound():
                self._frame.sidebar.show_hits(event.serial, event.hits)
                self._window.dialogs.show_hits(event.serial, event.hits)

    def _on_raise(self) -> None:
        window = self._window
        if window.isMinimized():
            window.showNormal()
        window.show()
        window.raise_()
        window.activateWindow()

    def _on_chat_opened(self, chat: ChatView, at_message_id: str | None) -> None:
        before = self._shown.chat
        composer = self._frame.composer
        is_other = before is None or before.id != chat.id
        typed = "" if not is_other else composer.text() if before is None else composer.arrive()
        self._shown.chat = chat
        self._frame.panes.show_chat(chat, at_message_id)
        self._frame.sidebar.chats.show_open(chat.id)
        if is_other:
            self._take_draft(chat, typed)
            self._window.hosted.hide_card()
        self.show_panes()
        composer.ask_quote()
        self._show_title(chat.title)
        self._window.orders.send_pending()
        composer.send_what_waited()
        self._window.orders.do_what_waited()

    def _take_title(self, row: ChatRow) -> None:
        """The title of the chat that is shown may come, or change, while it is open."""
        chat = self._shown.chat
        if chat is not None and chat.id == row.id and chat.title != row.title:
            self._shown.chat = replace(chat, title=row.title)
            self._show_title(row.title)

    def _show_title(self, title: str) -> None:
        self._window.setWindowTitle(f"{title} – Tuppence" if title else "Tuppence")

    def _take_draft(self, chat: ChatView, typed: str) -> None:
        """The chat's draft; what was typed before the chat was there stays after it."""
        composer, draft = self._frame.composer, chat.draft
        if not typed:
            composer.show_draft(draft)
            return
        both = f"{draft.text}\n{typed}" if draft.text and draft.text != typed else typed
        if composer.text() != both or draft.attachments:
            composer.show_draft(DraftView(both, draft.attachments))
        composer.keep_draft()

    def _on_message(self, event: Event) -> None:
        if not isinstance(event, _ABOUT_MESSAGES) or not self._is_shown(event.chat_id):
            return
        pane = self._frame.panes.at(event.pane)
        if pane is None:
            return
        match event:
            case events.MessageAdded():
                pane.add_message(event.message)
                self._frame.composer.show_streaming(self._frame.panes.is_streaming())
                self._frame.panes.compare()
            case events.MessageChanged():
                pane.change_message(event.message, settled=event.settled)
                self._frame.composer.show_streaming(self._frame.panes.is_streaming())
                if event.settled:
                    self._on_settled()
            case _:
                _show_stream(pane.need_transcript(), event)

    def _on_question(self, event: SendNeedsConfirmation) -> None:
        """Nothing was sent: what was typed stays, and may be changed, while the user is asked."""
        if self._is_shown(event.chat_id):
            self._keep_editing(event.pane)
            self._frame.composer.hold_back()
            self._window.dialogs.ask_to_send(event)

    def _keep_editing(self, place: int) -> None:
        pane = self._frame.panes.at(place)
        if pane is not None and pane.transcript is not None:
            pane.transcript.keep_editing()

    def _on_settled(self) -> None:
        self._frame.panes.compare()
        self._billing_pause.start()
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)

    def _on_composer(self, event: Event) -> None:
        composer = self._frame.composer
        match event:
            case events.SendAccepted() if self._is_shown(event.chat_id):
                composer.accept_sent()
                self._window.dialogs.leave_first_run()
            case events.SendRefused() if self._is_shown(event.chat_id):
                self._keep_editing(event.pane)
                if self._window.dialogs.point_to_ways():
                    composer.hold_back()
                else:
                    composer.refuse_sent(event.fault, event.cheaper)
            case events.FileAttached() if self._is_shown(event.chat_id):
                composer.show_attached(event.serial, event.attachment)
            case events.FileRefused() if self._is_shown(event.chat_id):
                composer.show_refused_file(
                    event.serial, event.name, f"{event.message} {event.advice}".strip()
                )
            case events.QuoteReady() if self._is_shown(event.chat_id):
                composer.show_quotes(event.serial, event.quotes)
                self._window.dialogs.forward(event)
            case events.QuotedAgain() if self._is_shown(event.chat_id):
                self._window.prices.show(event)
            case events.CheaperFound() | events.ModelCostsReady():
                self._window.dialogs.forward(event)
            case _:
                return

    def _on_lists(
        self, event: events.ModelsListed | events.KeysListed | events.BillingReady
    ) -> None:
        match event:
            case events.ModelsListed():
                self._shown.models = {row.ref: row for row in event.rows}
                self.show_panes()
                self._window.hosted.take_models()
                self._frame.composer.doubt_refusal()
            case events.KeysListed():
                self._shown.keys = event.rows
                self.show_account()
            case events.BillingReady():
                if event.budgets != self._shown.budgets:
                    self._frame.composer.doubt_refusal()
                self._shown.billing, self._shown.budgets = event.billing, event.budgets
                self.show_account()
        self._window.dialogs.forward(event)

    def _on_dialog(self, event: Event) -> None:
        match event:
            case events.LocalModelsFound():
                self._window.dialogs.show_local(event)
            case events.ChatExported():
                text = self.tr("The chat was written to {0}.").format(event.path)
                self._frame.notices.show_notice(events.Notice("info", text))
            case BudgetsListed():
                self._frame.composer.doubt_refusal()
                self._window.dialogs.forward(event)
            case events.KeyChecked() if event.kept:
                self._window.dialogs.leave_first_run()
            case _:
                self._window.dialogs.forward(event)

    def _is_shown(self, chat_id: str) -> bool:
        return self._shown.chat is not None and self._shown.chat.id == chat_id


def _show_stream(transcript: TranscriptView, event: Event) -> None:
    """A piece of an answer that is being written."""
    match event:
        case events.TextArrived():
            transcript.append_text(event.message_id, event.text)
        case events.ThinkingArrived():
            transcript.append_thinking(event.message_id, event.text)
        case events.ToolCallShown():
            transcript.show_tool_call(event.message_id, event.call)
        case events.CitationShown():
            transcript.show_citation(event.message_id, event.citation)
        case events.ImageShown():
            transcript.show_image(event.message_id, event.image)
        case _:
            raise TypeError(f"not a piece of an answer: {event!r}")


_ABOUT_MESSAGES = (
    events.MessageAdded, events.MessageChanged, events.TextArrived, events.ThinkingArrived,
    events.ToolCallShown, events.CitationShown, events.ImageShown,
)  # fmt: skip
