"""What the core tells of hosted tokens, brought to the parts of the window, and their orders."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.seam import commands, hosted
from app.seam.events import KeychainReady, MessageAdded, MessageChanged, Notice
from app.seam.hosted_views import AccountsView, ServerView, WalletView
from app.ui.hosted import wording
from app.ui.hosted.group_window import WindowGroups

if TYPE_CHECKING:
    from app.ui.first_run import FirstRun
    from app.ui.hosted.out_of_tokens import OutOfTokensCard
    from app.ui.hosted.start_free import StartFree
    from app.ui.window import MainWindow

PERCENT_ALL = 100
MODEL_WAIT_MS = 6000

Answer = Callable[[hosted.HostedDone], None]
"""What to do when an order is done, or could not be."""


class WindowHosted(QObject):
    """Numbers the window's orders, and brings each answer to who gave the order.

    `heard` tells every hosted event to the parts that are open (a shop, a page of members).
    """

    heard = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._accounts: AccountsView | None = None
        self._serials = count(1)
        self._answers: dict[int, Answer] = {}
        self._start: StartFree | None = None
        self._wants_model = False
        self._card: OutOfTokensCard | None = None
        self.groups = WindowGroups(window, self)
        window.bridge.event.connect(self._on_any_event)
        window.frame.composer.send_asked.connect(self.hide_card)

    @property
    def accounts(self) -> AccountsView | None:
        """The servers and whose tokens are spent, as last told."""
        return self._accounts

    @property
    def wallet(self) -> WalletView | None:
        """What is left at the chosen server; None where nobody is signed in there."""
        return None if self._accounts is None else self._accounts.wallet

    def on_event(self, event: hosted.HostedEvent) -> None:
        """Show a fact; the core also tells what this window has no place for yet."""
        match event:
            case hosted.AccountsShown():
                before, self._accounts = self._accounts, event.accounts
                self._window.sink.show_account()
                self._window.dialogs.show_wallet()
                self._show_start()
                self._tell_removal(before, event.accounts)
                if self._card is not None and self.wallet is not None:
                    self._card.show_wallet(self.wallet)
            case hosted.HostedDone():
                answer = self._answers.pop(event.serial, None)
                if answer is not None:
                    answer(event)
            case hosted.BalanceNotice():
                self._window.frame.notices.show_notice(_notice_of(event))
            case hosted.SendOutOfTokens():
                self._on_out_of_tokens(event)
            case hosted.OpenPage():
                self._window.dialogs.open_link(event.url, was_shown=True)
            case hosted.CheckoutChanged() if self._card is not None:
                self._card.show_checkout(event.checkout)
            case _:
                pass
        self.heard.emit(event)

    def model_name(self, model_id: str) -> str:
        """What a model is called; its id where it is not on the list any more."""
        return self._window.shown.model_names().get(model_id, model_id)

    def order(self, make: Callable[[int], commands.Command], answer: Answer) -> int:
        """Give an order that the core answers once; its serial, which other answers bear too.

        Args:
            make: the command of a serial.
            answer: called with the `HostedDone` of this order, its fault or None.
        """
        serial = next(self._serials)
        self._answers[serial] = answer
        self._submit(make(serial))
        return serial

    def chip_words(self) -> tuple[str, str] | None:
        """Whose tokens are spent and what is left of them; None where there is no account."""
        server = self._chosen()
        if server is None or server.state == "new":
            return None
        wallet = self.wallet
        return wording.chip_name(server, wallet), wording.chip_line(server, wallet)

    def offer_start(self, page: FirstRun) -> None:
        """Put the free way on the page, as soon as it is known that there is one."""
        self._start = None
        page.destroyed.connect(self._forget_start)
        self._show_start()

    def leave_first_run(self) -> None:
        """An account was begun or found elsewhere than on the first page: on to a model of it."""
        if self._window.dialogs.first_run is not None:
            self._wait_for_model()

    def take_models(self) -> None:
        """After the start, the first model that can answer is the one that does."""
        chat = self._window.shown.chat
        rows = self._window.shown.models.values()
        first = next((row for row in rows if row.hosted is not None and row.available), None)
        if self._wants_model and chat is not None and first is not None:
            self._wants_model = False
            self._window.orders.choose_model(0, first.ref)
            self._go_to_chat()

    def open_shop(self) -> None:
        """Packs and plans, over whatever is open."""
        self._window.dialogs.open_shop()

    def hide_card(self) -> bool:
        """What was said of a message does not hold for the next one; False where nothing was."""
        if self._card is None or self._card.isHidden():
            return False
        self._card.leave()
        return True

    def _chosen(self) -> ServerView | None:
        accounts = self._accounts
        if accounts is None:
            return None
        return next((row for row in accounts.servers if row.id == accounts.chosen), None)

    def _address(self) -> str:
        """Where a free account can be had; empty: there is no such button."""
        chosen = self._chosen()
        if chosen is not None and chosen.state == "new":
            return chosen.url
        return "" if self._accounts is None else self._accounts.default_address

    def _show_start(self) -> None:
        page, address = self._window.dialogs.first_run, self._address()
        if page is None or not address:
            return
        if self._start is None:
            from app.ui.hosted.start_free import StartFree

            start = self._start = StartFree()
            start.asked.connect(self._on_start_asked)
            start.keychain_asked.connect(lambda: self._submit(commands.AskKeychain()))
            start.passphrase_given.connect(lambda text: self._submit(commands.OpenVault(text)))
            start.passphrase_changed.connect(
                lambda old, new: self._submit(commands.ChangeVaultPassphrase(old, new))
            )
            start.aside_asked.connect(lambda: self._submit(commands.SetVaultAside()))
            page.put_first(start)
        self._start.show_address(address, demo=self._window.shown.demo)

    def _tell_removal(self, before: AccountsView | None, now: AccountsView) -> None:
        if any(row.state == "removed" for row in now.servers):
            from app.ui.hosted.account_removed import removal_notice

            notice = removal_notice(before, now)
            if notice is not None:
                self._window.frame.notices.show_notice(notice)

    def _forget_start(self) -> None:
        self._start = None

    def _on_start_asked(self, where: str) -> None:
        if self._start is not None:
            self._start.show_waiting()
        address = self._address()
        self.order(lambda serial: hosted.StartFree(serial, address, where), self._on_started)

    def _on_started(self, event: hosted.HostedDone) -> None:
        if event.fault is None:
            self._wait_for_model()
        elif self._start is not None:
            self._start.show_fault(event.fault)

    def _wait_for_model(self) -> None:
        """What is sent before a model is known would be refused: the page stays until then."""
        self._wants_model = True
        self._submit(commands.ListModels())
        QTimer.singleShot(MODEL_WAIT_MS, self, self._go_to_chat)

    def _go_to_chat(self) -> None:
        if self._window.dialogs.first_run is not None:
            self._window.dialogs.leave_to_chat()

    def _on_any_event(self, event: object) -> None:
        if isinstance(event, KeychainReady) and self._start is not None:
            self._start.show_keychain(event.keychain)
        elif self._card is not None and isinstance(event, MessageAdded | MessageChanged):
            self._card.show_answer(event)

    def _on_out_of_tokens(self, event: hosted.SendOutOfTokens) -> None:
        shown = self._window.shown.chat
        if shown is None or shown.id != event.chat_id:
            return
        composer = self._window.frame.composer
        if not event.message_id:
            composer.hold_back()  # its refusal is told here, with more to it
        if self._card is None:
            from app.ui.hosted.out_of_tokens import OutOfTokensCard

            card = self._card = OutOfTokensCard()
            card.model_asked.connect(self._on_model_asked)
            card.buy_asked.connect(self._on_buy_asked)
            card.again_asked.connect(self._on_again_asked)
            card.shop_asked.connect(self._window.dialogs.open_shop)
            composer.put_above(card)
        self._card.show_event(event, kept=not composer.is_empty(), wallet=self.wallet)

    def _on_model_asked(self, event: hosted.SendOutOfTokens, model_ref: str) -> None:
        """Another model from now on; what was sent already is answered by it at once."""
        self.hide_card()
        self._window.orders.choose_model(event.pane, model_ref)
        if event.message_id:
            order = commands.Regenerate(event.chat_id, event.pane, event.message_id, model_ref)
            self._submit(order)
        self._window.orders.focus_composer()

    def _on_again_asked(self, event: hosted.SendOutOfTokens) -> None:
        """By the same model, from where the message stands already."""
        self.hide_card()
        self._submit(commands.Regenerate(event.chat_id, event.pane, event.message_id))
        self._window.orders.focus_composer()

    def _on_buy_asked(self, offer_id: str) -> None:
        # Qt would give the keyboard to the next offer, and a second Space would buy that.
        self._window.orders.focus_composer()
        self.order(lambda serial: hosted.Buy(serial, offer_id), self._on_bought)

    def _on_bought(self, event: hosted.HostedDone) -> None:
        if event.fault is not None and self._card is not None:
            self._card.show_fault(event.fault)

    def _submit(self, command: commands.Command) -> None:
        self._window.bridge.submit(command)


def _notice_of(event: hosted.BalanceNotice) -> Notice:
    """`Free: 1,020 of 10,000 tokens left.`; the percent is a mark that was passed, no share."""
    left = wording.number(event.unit, max(event.granted - event.used, 0))
    granted = wording.amount_of(event.unit, event.granted)
    pattern = wording.tr("{0}: {1} of {2} left.")
    level = "warning" if event.percent >= PERCENT_ALL else "info"
    return Notice(level, pattern.format(event.name, left, granted))
