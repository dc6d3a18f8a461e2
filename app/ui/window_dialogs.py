"""What opens over the window or in its middle: made when it is first wanted, never before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from app.seam import commands, events
from app.seam.budgets import SendNeedsConfirmation
from app.seam.events import Event
from app.seam.views import ReceiptView, SearchHit
from app.ui.window_files import WindowFiles
from app.ui.window_quotes import WindowQuotes
from app.ui.window_usage import WindowUsage

if TYPE_CHECKING:
    from app.ui.billing.panel import BillingPanel
    from app.ui.first_run import FirstRun
    from app.ui.hosted.shop_window import WindowShop
    from app.ui.palette.palette import Palette
    from app.ui.picker.popup import PickerPopup
    from app.ui.settings.dialog import SettingsDialog
    from app.ui.window import MainWindow


class Dialogs(QObject):
    """Opens and feeds dialogs, pages and panels; keeps at most one of each."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._billing: BillingPanel | None = None
        self._first_run: FirstRun | None = None
        self._palette: Palette | None = None
        self._picker: PickerPopup | None = None
        self._picker_pane = 0
        self._settings: SettingsDialog | None = None
        self._receipt_asked = ""
        self.files = WindowFiles(window)
        self._quotes = WindowQuotes(window)
        self._usage = WindowUsage(window)
        self._shop: WindowShop | None = None

    def forward(self, event: Event) -> None:
        """Bring a fact to what is made and shows it."""
        match event:
            case events.BillingReady() if self._billing is not None:
                self._billing.show_billing(event.billing)
                self._billing.show_budgets(event.budgets)
            case events.ModelsListed():
                self._show_models(event)
            case events.ReceiptReady():
                self._show_receipt(event.receipt)
            case events.QuoteReady() | events.CheaperFound() | events.ModelCostsReady():
                self._quotes.forward(event)
            case events.UsageExportEnded():
                self._usage.forward(event)
            case _:
                return

    def make_billing(self) -> None:
        """Fill the billing panel's place."""
        from app.ui.billing.panel import BillingPanel
        from app.ui.billing.window_billing import WindowBilling

        if self._billing is None:
            self._billing = BillingPanel()
            self._billing.fold_asked.connect(self._window.frame.toggle_billing)
            self._billing.usage_asked.connect(self.open_usage)
            self._billing.comparison_asked.connect(self.open_reconciliation)
            self._billing.budgets_asked.connect(self.open_budgets)
            self._billing.buy_asked.connect(self.open_shop)
            self._billing.put_below_buy(self.shop.waiting)
            self._window.frame.put_billing(self._billing)
            self._billing.show_names(self._window.shown.model_names())
            if self._window.shown.billing is not None:
                self._billing.show_billing(self._window.shown.billing)
                self._billing.show_budgets(self._window.shown.budgets)
            self.show_wallet()
            WindowBilling(self._window, self._billing)

    def show_wallet(self) -> None:
        """What is left of hosted tokens, where the panel is made."""
        if self._billing is not None:
            self._billing.show_wallet(self._window.hosted.wallet)

    @property
    def first_run(self) -> FirstRun | None:
        """The page with the ways to a chat, while one is still to be taken."""
        return self._first_run

    def show_first_run(self) -> None:
        """The ways to a working chat, in the middle of the window."""
        from app.ui.first_run import FirstRun

        if self._first_run is None:
            page = self._first_run = FirstRun()
            page.key_asked.connect(self.open_keys)
            page.local_asked.connect(self._on_local_chosen)
            page.look_again_asked.connect(self._on_look_again)
            page.demo_asked.connect(self._on_demo_chosen)
            page.show_demo(self._window.shown.demo)
            self._window.hosted.offer_start(page)
        self._window.frame.show_page(self._first_run)
        self._on_look_again()

    def point_to_ways(self) -> bool:
        """Nothing can be sent before a way to chat is taken; False where one was."""
        if self._first_run is None:
            return False
        self._first_run.point_to_ways()
        return True

    def show_local(self, event: events.LocalModelsFound) -> None:
        """What serves models on this computer."""
        if self._first_run is not None:
            self._first_run.show_local(event.hosts)
        self.forward(event)

    def leave_first_run(self) -> None:
        """A way was taken: back to the panes."""
        if self._first_run is not None:
            self._window.frame.show_page(None)
            self._first_run.deleteLater()
            self._first_run = None

    def show_failure(self, message: str, advice: str) -> None:
        """The core cannot open."""
        from app.ui.window_failed import FailedPage

        window = self._window
        page = FailedPage(window.config_folder)
        page.retry_asked.connect(window.retry_requested)
        page.quit_asked.connect(window.close)
        page.show_failure(message, advice, can_retry=window.can_retry())
        window.frame.show_page(page)

    def open_palette(self) -> None:
        """Commands, chats and models in one list."""
        from app.ui.palette.entries import collect_entries
        from app.ui.palette.palette import Palette

        window = self._window
        palette = self._palette = Palette(window)
        entries = collect_entries(window.shortcuts, window.frame.sidebar.chats.rows(),
                                  window.shown.models.values())  # fmt: skip
        palette.show_entries(window.hosted.groups.with_switches(entries))
        palette.chosen.connect(self._on_entry_chosen)
        palette.hit_chosen.connect(window.orders.open_chat)
        palette.search_asked.connect(
            lambda serial, text: window.bridge.submit(commands.SearchChats(serial, text, 8))
        )
        palette.finished.connect(self._on_palette_finished)
        palette.open()

    def show_hits(self, serial: int, hits: Sequence[SearchHit]) -> None:
        """What a search of the palette found."""
        if self._palette is not None:
            self._palette.show_hits(serial, hits)

    def open_picker(self, pane: int) -> None:
        """Choose the model of a pane."""
        from app.ui.picker.popup import PickerPopup

        window = self._window
        there = window.frame.panes.at(pane)
        if there is None:
            return
        self._picker_pane = pane
        if self._picker is None:
            picker = self._picker = PickerPopup(window)
            picker.chosen.connect(self._on_model_chosen)
            picker.favorite_changed.connect(self._on_favorite_changed)
            picker.refresh_requested.connect(self._on_models_refresh)
            picker.keys_requested.connect(self.open_keys)
        if window.shown.ready:
            self._picker.show_models(tuple(window.shown.models.values()), there.model_ref)
        self._quotes.ask_costs(self._picker, pane)
        self._picker.open_at(there.header.model_button)

    def open_quote(self) -> None:
        """What the message in the composer costs, and why."""
        self._quotes.open_card()

    def open_settings(self) -> None:
        """All settings."""
        self._open_settings("appearance")

    def open_account(self) -> None:
        """Whose tokens are spent; one's own keys where there is no account and no server."""
        accounts = self._window.hosted.accounts
        known = accounts is not None and bool(accounts.servers or accounts.default_address)
        self._open_settings("account" if known else "keys")

    def open_license(self) -> None:
        """How the license stands."""
        self._open_settings("license")

    def open_keys(self) -> None:
        """The keys, and a field for one more."""
        self._open_settings("keys")

    def open_budgets(self) -> None:
        """Budgets and guards."""
        self._open_settings("budgets")

    def open_budget_to_raise(self) -> None:
        """The budget that refuses what the current pane would send, ready to be changed."""
        shown = self._window.shown
        chat = shown.chat
        pane = self._window.frame.panes.at(self._window.frame.panes.current)
        ref = pane.model_ref if pane is not None else ""
        self._open_settings(
            "budgets",
            chat=(chat.id, chat.title) if chat is not None else None,
            wanted=("raise", ref.partition("/")[0]),
        )

    def open_chat_budget(self, chat_id: str, title: str) -> None:
        """The budget of one chat."""
        self._open_settings("budgets", chat=(chat_id, title), wanted=("chat", chat_id))

    def open_assistant_budget(self, assistant_id: str) -> None:
        """The budget of one assistant."""
        self._open_settings("budgets", wanted=("assistant", assistant_id))

    def open_key_budget(self, key_id: str) -> None:
        """The budget of one key."""
        self._open_settings("budgets", wanted=("key", key_id))

    def ask_to_send(self, asked: SendNeedsConfirmation) -> None:
        """Whether a message shall be sent after all; what the user does not answer is not sent."""
        from app.ui.budgets.question import QuestionDialog

        dialog = QuestionDialog(self._window, asked)
        dialog.confirmed.connect(self._window.orders.send_confirmed)
        dialog.cheaper_asked.connect(lambda: self.open_picker(asked.pane))
        dialog.open()

    def open_receipt(self, message_id: str) -> None:
        """What an answer cost, item by item."""
        self._receipt_asked = message_id
        self._window.bridge.submit(commands.AskReceipt(message_id))

    def open_usage(self) -> None:
        """What was spent, on what, by which key, call by call."""
        self._usage.open()

    @property
    def shop(self) -> WindowShop:
        """The shop, which also tells of purchases while its card is closed."""
        if self._shop is None:
            from app.ui.hosted.shop_window import WindowShop

            self._shop = WindowShop(self._window)
        return self._shop

    def open_shop(self) -> None:
        """Packs, plans and what is under way."""
        self.shop.open()

    def open_purchases(self) -> None:
        """What was bought, with its receipts."""
        self.shop.open("purchases")

    def open_reconciliation(self) -> None:
        """This month against the provider's own figure."""
        from app.ui.reconciliation.dialog import ReconciliationDialog

        dialog = ReconciliationDialog(self._window, self._window.bridge)
        dialog.link_asked.connect(self.open_link)
        dialog.open()

    def open_link(self, address: str, *, was_shown: bool = False) -> None:
        """Show where a link leads, and open it only then; at once where it was shown already."""
        from app.ui.window_links import LinkDialog, open_in_browser

        if not (was_shown and open_in_browser(address)):
            LinkDialog(address, self._window).open()

    def _open_settings(
        self,
        page: str,
        *,
        chat: tuple[str, str] | None = None,
        wanted: tuple[str, str] | None = None,
    ) -> None:
        from app.config import load_paths
        from app.seam.views import SettingsView
        from app.ui.settings.dialog import SettingsDialog

        window = self._window
        if self._settings is not None:
            self._settings.reject()
        shown = window.shown.chat
        if chat is None and shown is not None:
            chat = (shown.id, shown.title)
        dialog = self._settings = SettingsDialog(
            window, window.bridge, window.shown.settings or SettingsView(),
            paths=load_paths(os.environ, demo=window.shown.demo),
            page=page, can_export=shown is not None, chat=chat, budget_wanted=wanted,
            hosted=window.hosted,
        )  # fmt: skip
        dialog.key_budget_asked.connect(self.open_key_budget)
        dialog.link_asked.connect(self.open_link)
        dialog.folder_asked.connect(self._on_folder_asked)
        dialog.export_asked.connect(self._on_export_asked)
        dialog.finished.connect(self._on_settings_finished)
        dialog.open()

    def _show_models(self, event: events.ModelsListed) -> None:
        if self._billing is not None:
            self._billing.show_names(self._window.shown.model_names())
        if self._picker is not None:
            self._picker.show_models(event.rows)
            self._picker.set_refreshing(event.refreshing)

    def _show_receipt(self, receipt: ReceiptView) -> None:
        """A receipt that was asked for last; a late one is dropped."""
        if receipt.message_id != self._receipt_asked:
            return
        from app.ui.receipt.dialog import ReceiptDialog

        self._receipt_asked = ""
        ReceiptDialog(self._window, receipt).open()

    def _on_model_chosen(self, model_ref: str) -> None:
        self.leave_first_run()
        self._window.orders.choose_model(self._picker_pane, model_ref)

    def _on_favorite_changed(self, model_ref: str, favorite: bool) -> None:
        self._window.bridge.submit(commands.SetFavorite(model_ref, favorite))

    def _on_models_refresh(self) -> None:
        self._window.bridge.submit(commands.ListModels(refresh=True))

    def _on_folder_asked(self, path: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _on_export_asked(self) -> None:
        if self._window.shown.chat is not None:
            self.files.open_export(self._window.shown.chat.id)

    def _on_settings_finished(self) -> None:
        self._settings = None

    def _on_local_chosen(self, model_ref: str) -> None:
        self._window.orders.choose_model(0, model_ref)
        self.leave_to_chat()

    def _on_demo_chosen(self) -> None:
        if self._window.open_demo():
            text = self.tr("The demo opens in a window of its own.")
            self._window.frame.notices.show_notice(events.Notice("info", text))
            return
        self._window.frame.composer.leave_chat()
        self._window.bridge.submit(commands.StartDemo())
        self.leave_to_chat()

    def leave_to_chat(self) -> None:
        """A way was taken that is ready at once."""
        self.leave_first_run()
        self._window.bridge.submit(commands.ListModels())
        self._window.orders.focus_composer()

    def _on_look_again(self) -> None:
        self._window.bridge.submit(commands.FindLocalModels())

    def _on_entry_chosen(self, kind: str, value: str) -> None:
        orders = self._window.orders
        match kind:
            case "action":
                orders.run(value)
            case "chat":
                orders.open_chat(value)
            case "model":
                orders.choose_model(self._window.frame.panes.current, value)
            case "spend":
                self._window.hosted.groups.switch(value)
            case _:
                raise ValueError(f"not an entry of the palette: {kind}")

    def _on_palette_finished(self) -> None:
        self._palette = None
