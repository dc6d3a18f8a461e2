"""What the person does, made into commands: signals of the parts, actions of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.seam import commands
from app.seam.commands import Command
from app.seam.events import Notice
from app.seam.hosted import AskAccounts
from app.seam.views import MessageState
from app.ui.panes.copying import chat_as_markdown
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.window import MainWindow

PANES_MAX = 4
_OF_PANES = ("add_pane", "close_pane", "keep_only")
_ANSWERED = ("edit", "regenerate", "retry", "continue", "keep")  # then one writes on
ZOOM_STEP = 10


class Orders(QObject):
    """Every order of the window goes to the core through here."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown = window.shown
        self._frame = window.frame
        self._waiting: list[tuple[int, str]] = []  # panes' actions for a chat on its way

    def connect_all(self) -> None:
        """Connect the parts and the actions."""
        self._connect_sidebar()
        self._connect_panes()
        self._connect_composer()
        for action_id, action in self._window.shortcuts.actions.items():
            action.triggered.connect(lambda _=False, action_id=action_id: self.run(action_id))

    def submit(self, command: Command) -> None:
        """Hand an order to the core."""
        self._window.bridge.submit(command)

    def begin(self, *, first_run: bool) -> None:
        """The core is open: ask for what the window shows."""
        for command in (
            commands.ListChats(), commands.ListModels(), commands.ListKeys(), commands.AskBilling(),
            AskAccounts(),
        ):  # fmt: skip
            self.submit(command)
        if self._shown.chat is None:
            self.submit(commands.NewChat())
        if first_run:
            self._window.dialogs.show_first_run()

    def run(self, action_id: str) -> None:
        """Do what an action of the table stands for."""
        dialogs, panes = self._window.dialogs, self._frame.panes
        if action_id.startswith("pane_"):
            self._focus_pane(int(action_id[-1]) - 1)
            return
        doings = {
            "new_chat": self.new_chat,
            "palette": dialogs.open_palette,
            "search_chats": self._search_chats,
            "restore_chat": self._restore_chat,
            "find": lambda: self._on_menu(panes.current, "find"),
            "composer": self.focus_composer,
            "attach": self._frame.composer.box.choose_files,
            "model": lambda: dialogs.open_picker(panes.current),
            "add_pane": lambda: self._on_menu(panes.current, "add_pane"),
            "close_pane": lambda: self._on_menu(panes.current, "close_pane"),
            "stop": self._on_escape,
            "copy_answer": self._copy_answer,
            "copy_chat": lambda: self._on_menu(panes.current, "copy_chat"),
            "export": lambda: self._on_menu(panes.current, "export"),
            "sidebar": self._frame.toggle_sidebar,
            "billing": self._frame.toggle_billing,
            "usage": dialogs.open_usage,
            "account": dialogs.open_account,
            "license": dialogs.open_license,
            "groups": self._window.hosted.groups.open,
            "make_group": self._window.hosted.groups.make,
            "shop": dialogs.open_shop,
            "purchases": dialogs.open_purchases,
            "reconcile": dialogs.open_reconciliation,
            "zoom_in": lambda: self._zoom(Theme.current().zoom_percent + ZOOM_STEP),
            "zoom_out": lambda: self._zoom(Theme.current().zoom_percent - ZOOM_STEP),
            "zoom_reset": lambda: self._zoom(100),
            "dark": self._switch_dark,
            "settings": dialogs.open_settings,
            "keys": dialogs.open_keys,
            "budgets": dialogs.open_budgets,
            "quit": self._window.close,
        }
        doings[action_id]()

    def new_chat(self) -> None:
        """Open an unsaved chat and type into it."""
        self._frame.composer.leave_chat()
        self.submit(commands.NewChat())
        self.focus_composer()

    def open_chat(self, chat_id: str, message_id: str | None = None) -> None:
        """Open a chat, at a message where one is named."""
        if self._shown.chat is None or self._shown.chat.id != chat_id:
            self._frame.composer.leave_chat()
        self.submit(commands.OpenChat(chat_id, message_id))

    def choose_model(self, pane: int, model_ref: str) -> None:
        """Let another model answer in a pane."""
        if self._shown.chat is None:
            return
        self.submit(commands.ChooseModel(self._shown.chat.id, pane, model_ref))
        there = self._frame.panes.at(pane)
        if there is not None:
            there.model_ref = model_ref
        self._window.sink.show_panes()
        self._frame.composer.doubt_refusal()

    def send_confirmed(self, command: Command) -> None:
        """Send what the user was asked about and said yes to."""
        if isinstance(command, commands.SendMessage):
            self._frame.composer.send_after_all(command.text, command.attachment_ids)
        self.submit(command)

    def change_settings(self, *changes: tuple[str, str | bool | int]) -> None:
        """Set settings; before the core is open they stay in the window's own file."""
        if self._shown.ready:
            self.submit(commands.ChangeSettings(changes))

    def send_pending(self) -> None:
        """Send what was asked to be sent before any chat was open."""
        pending, self._shown.pending_send = self._shown.pending_send, None
        if pending is not None:
            self._on_send(*pending)

    def do_what_waited(self) -> None:
        """Do with the panes of a chat what was asked while it was still being opened."""
        waiting, self._waiting = self._waiting, []
        for pane, action in waiting:
            self._on_menu(min(pane, len(self._frame.panes.panes) - 1), action)

    def _forget_waiting(self) -> None:
        self._waiting = []

    def focus_composer(self) -> None:
        """Type into the composer."""
        self._frame.composer.box.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _connect_sidebar(self) -> None:
        sidebar = self._frame.sidebar
        sidebar.new_chat_asked.connect(self.new_chat)
        sidebar.search_asked.connect(
            lambda serial, text: self.submit(commands.SearchChats(serial, text))
        )
        sidebar.hit_chosen.connect(self.open_chat)
        sidebar.chats.chat_chosen.connect(self.open_chat)
        sidebar.chats.rename_asked.connect(
            lambda chat_id, title: self.submit(commands.RenameChat(chat_id, title))
        )
        sidebar.chats.pin_asked.connect(
            lambda chat_id, pinned: self.submit(commands.PinChat(chat_id, pinned))
        )
        sidebar.chats.delete_asked.connect(self._on_delete)
        sidebar.chats.export_asked.connect(self._window.dialogs.files.open_export)
        sidebar.chats.budget_asked.connect(self._window.dialogs.open_chat_budget)
        sidebar.chats.undo_asked.connect(self._restore_chat)
        sidebar.chip.settings_asked.connect(self._window.dialogs.open_settings)
        sidebar.chip.account_asked.connect(
            lambda: self._window.hosted.groups.open_menu(sidebar.chip)
        )
        sidebar.chip.fold_asked.connect(self._frame.toggle_sidebar)
        self._frame.notices.undo.connect(lambda chat_id: self.submit(commands.RestoreChat(chat_id)))

    def _connect_panes(self) -> None:
        panes = self._frame.panes
        panes.model_asked.connect(self._window.dialogs.open_picker)
        panes.menu_chosen.connect(self._on_menu)
        panes.message_asked.connect(self._on_message_asked)
        panes.starter_chosen.connect(self._on_starter)
        panes.price_asked.connect(self._window.prices.ask)
        panes.save_image_asked.connect(self._window.dialogs.files.open_save_image)
        panes.sidebar_asked.connect(self._frame.toggle_sidebar)
        panes.billing_asked.connect(self._frame.toggle_billing)

    def _connect_composer(self) -> None:
        composer = self._frame.composer
        composer.send_asked.connect(self._on_send)
        composer.stop_asked.connect(self._stop)
        composer.draft_changed.connect(self._on_draft)
        composer.stayed.connect(self._forget_waiting)
        composer.quote_asked.connect(self._on_quote)
        composer.quote_opened.connect(self._window.dialogs.open_quote)
        composer.attach_asked.connect(self._on_attach)
        composer.edit_last_asked.connect(self._on_edit_last)
        composer.action_asked.connect(self._on_action)

    def _on_send(
        self, text: str, attachment_ids: tuple[str, ...], panes: tuple[int, ...], request_id: str
    ) -> None:
        chat = self._shown.chat
        if chat is None:
            self._shown.pending_send = (text, attachment_ids, panes, request_id)
            return
        self.submit(
            commands.SendMessage(chat.id, panes, text, attachment_ids, request_id=request_id)
        )

    def _on_draft(self, text: str, attachment_ids: tuple[str, ...]) -> None:
        if self._shown.chat is not None:
            self.submit(commands.SaveDraft(self._shown.chat.id, text, attachment_ids))
        else:
            # The core may never open: then only the window's own file can keep it.
            self._window.save_state_soon()

    def _on_quote(self, serial: int, text: str, attachment_ids: tuple[str, ...]) -> None:
        if self._shown.chat is not None:
            panes = self._frame.composer.box.target.panes()
            self.submit(commands.AskQuote(serial, self._shown.chat.id, text, attachment_ids, panes))

    def _on_attach(self, serial: int, name: str, path: str, content: bytes) -> None:
        if self._shown.chat is None:
            text = self.tr("The chats are still being opened; try again in a moment.")
            self._frame.composer.show_refused_file(serial, name, text)
            return
        kind = {"png": "image/png", "txt": "text/plain"}.get(name.rpartition(".")[2], "")
        media_type = kind if content else ""
        self.submit(
            commands.AttachFile(serial, self._shown.chat.id, name, path, content, media_type)
        )

    def _on_edit_last(self) -> None:
        pane = self._frame.panes.at(self._frame.panes.current)
        last = pane.last_question() if pane is not None else None
        if pane is not None and pane.transcript is not None and last is not None:
            pane.transcript.start_editing(last.id)

    def _on_action(self, action: str) -> None:
        if action == "keys":
            self._window.dialogs.open_keys()
        elif action == "model":
            self._window.dialogs.open_picker(self._frame.panes.current)
        elif action == "budgets":
            self._window.dialogs.open_budget_to_raise()
        elif action.startswith("use:"):
            self.choose_model(self._frame.panes.current, action.removeprefix("use:"))
            self.focus_composer()

    def _on_starter(self, text: str) -> None:
        if not self._frame.composer.text():
            editor = self._frame.composer.box.editor
            editor.setPlainText(text)
            editor.moveCursor(editor.textCursor().MoveOperation.End)
        self.focus_composer()

    def _on_delete(self, chat_id: str) -> None:
        self.submit(commands.DeleteChat(chat_id))
        if self._shown.chat is not None and self._shown.chat.id == chat_id:
            self._frame.composer.leave_chat()
            self.submit(commands.NewChat())

    def _on_menu(self, pane: int, action: str) -> None:
        chat, there = self._shown.chat, self._frame.panes.at(pane)
        if chat is None or there is None:
            return
        if action in _OF_PANES and self._frame.composer.is_leaving():
            # It is meant for the chat that is on its way.
            self._waiting.append((pane, action))
            return
        match action:
            case "add_pane" if len(self._frame.panes.panes) < PANES_MAX:
                self.submit(commands.AddPane(chat.id, pane))
            case "add_pane":
                words = self.tr("There is room for four panes. Close one to open another.")
                self._frame.notices.show_notice(Notice("info", words))
            case "close_pane" if len(self._frame.panes.panes) > 1:
                self.submit(commands.ClosePane(chat.id, pane))
            case "keep_only":
                self.submit(commands.KeepOnlyPane(chat.id, pane))
            case "find" if there.transcript is not None:
                there.transcript.open_find()
            case "copy_chat":
                self._copy(chat_as_markdown(chat.title, there.messages))
            case "export":
                self._window.dialogs.files.open_export(chat.id)
            case _:
                return

    def _on_message_asked(self, kind: str, pane: int, message_id: str, text: str) -> None:
        if self._shown.chat is None:
            return
        chat_id = self._shown.chat.id
        self._write_on_after(kind, pane)
        match kind:
            case "receipt":
                self._window.dialogs.open_receipt(message_id)
            case "link":
                self._window.dialogs.open_link(message_id, was_shown=True)
            case "edit":
                self.submit(commands.EditMessage(chat_id, pane, message_id, text))
            case "regenerate" | "retry":
                self.submit(commands.Regenerate(chat_id, pane, message_id))
            case "continue":
                self.submit(commands.ContinueAnswer(chat_id, pane, message_id))
            case "keep":
                self.submit(commands.KeepAnswer(chat_id, message_id))
            case "branch":
                self.submit(commands.ShowBranch(chat_id, pane, message_id))
            case "keys":
                self._window.dialogs.open_keys()
            case "budgets":
                self._window.dialogs.open_budget_to_raise()
            case "model":
                self._window.dialogs.open_picker(pane)
            case _:
                raise ValueError(f"not something a card asks for: {kind}")

    def _write_on_after(self, kind: str, pane: int) -> None:
        if kind in _ANSWERED:
            self._frame.panes.current = pane
            self.focus_composer()

    def _on_escape(self) -> None:
        """Esc leaves the search where one is in it; elsewhere it stops the answer, or else
        takes away the card above the box."""
        sidebar = self._frame.sidebar
        focus = QApplication.focusWidget()
        if focus is not None and sidebar.isAncestorOf(focus) and sidebar.clear_search():
            return
        if self._frame.panes.is_streaming() or not self._window.hosted.hide_card():
            self._stop()

    def _stop(self) -> None:
        if self._shown.chat is not None and self._frame.panes.is_streaming():
            self.submit(commands.StopTurn(self._shown.chat.id))

    def _restore_chat(self) -> None:
        notices = self._frame.notices
        if not notices.undo_last():
            words = self.tr("No chat was deleted since Tuppence was started.")
            notices.show_notice(Notice("info", words))

    def _search_chats(self) -> None:
        if self._frame.sidebar.isHidden():
            self._frame.toggle_sidebar()
        self._frame.sidebar.focus_search()

    def _focus_pane(self, pane: int) -> None:
        there = self._frame.panes.at(pane)
        if there is None:
            return
        editor, panes = self._frame.composer.box.editor, self._frame.panes
        is_here = panes.current == pane and editor.hasFocus()
        panes.current = pane
        # The key once more leads from the composer into what is written there.
        if is_here:
            there.focus_body()
        else:
            self.focus_composer()

    def _copy_answer(self) -> None:
        pane = self._frame.panes.at(self._frame.panes.current)
        last = pane.last_answer() if pane is not None else None
        if last is not None and last.state is not MessageState.WAITING:
            self._copy(last.text)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._frame.notices.show_notice(Notice("info", self.tr("Copied.")))

    def _zoom(self, percent: int) -> None:
        Theme.current().set_zoom(percent)
        self.change_settings(("zoom_percent", Theme.current().zoom_percent))
        self._window.save_state_soon()

    def _switch_dark(self) -> None:
        mode = "light" if Theme.current().dark else "dark"
        Theme.current().set_mode(mode)
        self.change_settings(("theme", mode))
        self._window.save_state_soon()
