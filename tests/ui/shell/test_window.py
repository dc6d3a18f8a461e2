"""The window as a whole: what it asks for, what it shows, how it folds, how it closes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.seam import commands, events
from app.seam.views import Certainty, KeyRow, LocalModels, MessageState, SettingsView
from app.ui.bridge import Bridge
from app.ui.settings.key_line import KeyLine
from app.ui.theme import Theme
from app.ui.window import MainWindow
from app.ui.window_state import FILE_NAME, WindowState, read_state, write_state
from tests.ui.shell.conftest import Desk, let_go
from tests.ui.shell.recording import (
    CLAUDE,
    GPT,
    MODELS,
    RecordingPort,
    chat,
    cost_line,
    message,
    ready,
)

KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def test_the_window_asks_for_everything_it_shows_once_the_core_is_open(empty_desk: Desk) -> None:
    empty_desk.tell(ready())
    kinds = {type(order) for order in empty_desk.port.orders}
    assert {
        commands.ListChats, commands.ListModels, commands.ListKeys, commands.AskBilling,
        commands.NewChat,
    } <= kinds  # fmt: skip


def test_what_is_typed_before_the_core_is_open_becomes_the_first_draft(empty_desk: Desk) -> None:
    empty_desk.qtbot.keyClicks(empty_desk.editor, "early bird")
    empty_desk.tell(ready(), events.ChatOpened(chat("c1")))
    assert empty_desk.editor.toPlainText() == "early bird"
    assert commands.SaveDraft("c1", "early bird") in empty_desk.port.orders


def test_a_draft_that_was_left_and_what_was_typed_at_the_start_are_both_kept(
    empty_desk: Desk,
) -> None:
    empty_desk.qtbot.keyClicks(empty_desk.editor, "new words")
    empty_desk.tell(ready(), events.ChatOpened(chat("c1", draft="old words")))
    assert empty_desk.editor.toPlainText() == "old words\nnew words"


def test_a_message_sent_before_any_chat_is_open_goes_out_when_one_is(empty_desk: Desk) -> None:
    empty_desk.tell(ready())
    empty_desk.qtbot.keyClicks(empty_desk.editor, "hello")
    empty_desk.qtbot.keyClick(empty_desk.editor, KEY.Key_Return)
    assert not empty_desk.port.asked(commands.SendMessage)
    empty_desk.tell(events.ChatOpened(chat("c1")))
    assert empty_desk.port.sent() == [commands.SendMessage("c1", (0,), "hello")]


def test_a_message_sent_before_the_window_is_complete_goes_out_once(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    bridge = Bridge()
    port = RecordingPort(bridge.wake)
    bridge.connect_port(port)
    window = MainWindow(bridge, tmp_path)
    qtbot.addWidget(window, before_close_func=let_go)
    editor = window.frame.composer.box.editor
    editor.setPlainText("hello")
    qtbot.keyClick(editor, KEY.Key_Return)
    assert not hasattr(window, "orders")
    window.complete()
    port.tell(ready(), events.ChatOpened(chat("c1")))
    qtbot.waitUntil(lambda: bool(port.asked(commands.SendMessage)))
    assert port.sent() == [commands.SendMessage("c1", (0,), "hello")]


def test_control_n_opens_a_new_chat_after_the_draft_is_saved(desk: Desk) -> None:
    desk.qtbot.keyClicks(desk.editor, "keep me")
    desk.port.orders.clear()
    desk.qtbot.keyClick(desk.window, KEY.Key_N, CONTROL)
    kinds = [type(order) for order in desk.port.orders if not isinstance(order, commands.AskQuote)]
    assert kinds == [commands.SaveDraft, commands.NewChat]


def test_control_b_folds_the_sidebar_and_the_first_header_opens_it_again(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_B, CONTROL)
    assert desk.frame.sidebar.isHidden()
    button = desk.frame.panes.panes[0].header.sidebar_button
    desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not desk.frame.sidebar.isHidden()


def test_a_narrow_window_folds_the_panel_and_then_the_sidebar(desk: Desk) -> None:
    desk.window.resize(1000, 700)
    assert (desk.frame.sidebar.isHidden(), desk.frame.billing.isHidden()) == (False, True)
    desk.window.resize(730, 700)
    assert (desk.frame.sidebar.isHidden(), desk.frame.billing.isHidden()) == (True, True)
    desk.window.resize(1440, 900)
    assert (desk.frame.sidebar.isHidden(), desk.frame.billing.isHidden()) == (False, False)


def test_four_panes_fit_into_the_narrowest_window(desk: Desk) -> None:
    desk.tell(events.ChatOpened(chat("c1", *[(GPT, ())] * 4)))
    desk.window.resize(720, 600)
    assert desk.window.width() == 720


def test_a_key_that_the_person_chose_replaces_the_usual_one(desk: Desk) -> None:
    desk.tell(events.SettingsChanged(SettingsView(shortcuts=(("sidebar", "Ctrl+Shift+B"),))))
    action = desk.window.shortcuts.actions["sidebar"]
    assert action.shortcut() == QKeySequence("Ctrl+Shift+B")
    desk.qtbot.keyClick(desk.window, KEY.Key_B, CONTROL)
    assert not desk.frame.sidebar.isHidden()


def test_no_two_actions_share_a_key(desk: Desk) -> None:
    keys = [a.shortcut().toString() for a in desk.window.shortcuts.actions.values()]
    used = [key for key in keys if key]
    assert len(used) == len(set(used))


def test_a_theme_set_in_the_settings_is_applied_and_remembered(desk: Desk, tmp_path: Path) -> None:
    desk.tell(events.SettingsChanged(SettingsView(theme="dark")))
    assert Theme.current().dark
    desk.qtbot.waitUntil(lambda: read_state(tmp_path).theme == "dark")


def test_the_answer_of_a_chat_that_is_not_shown_changes_nothing(desk: Desk) -> None:
    other = message("m9", "assistant", "elsewhere")
    desk.tell(events.MessageAdded("other", 0, other))
    assert desk.frame.panes.panes[0].messages == []


def test_escape_stops_the_answer_that_is_being_written(desk: Desk) -> None:
    asked = message("m1", "user", "hi")
    answer = message("m2", "assistant", "", parent="m1", state=MessageState.WAITING)
    desk.tell(events.MessageAdded("c1", 0, asked), events.MessageAdded("c1", 0, answer))
    assert not desk.composer.box.stop_button.isHidden()
    desk.qtbot.keyClick(desk.window, KEY.Key_Escape)
    assert desk.port.asked(commands.StopTurn) == [commands.StopTurn("c1")]


def test_several_panes_that_answered_are_compared_by_cost_and_speed(desk: Desk) -> None:
    panes = [
        (ref, (message("q", "user", "?"), message(ref, "assistant", "!", parent="q", name=name,
                                                  cost=cost_line(total, seconds))))
        for ref, name, total, seconds in (
            (GPT, "GPT-4o", 1_900_000_000, 1.9), (CLAUDE, "Claude Sonnet", 5_600_000_000, 4.1),
        )
    ]  # fmt: skip
    desk.tell(events.ChatOpened(chat("c1", *panes)))
    from app.ui.panes.comparison import Comparison

    line = desk.frame.panes.findChild(Comparison)
    assert line is not None
    assert not line.isHidden()


def test_the_first_run_offers_ways_that_all_lead_somewhere(empty_desk: Desk) -> None:
    from app.ui.first_run import FirstRun

    empty_desk.tell(
        ready(first_run=True),
        events.ChatOpened(chat("c1", ("", ()))),
        events.LocalModelsFound((LocalModels("ollama", "Ollama", "http://x", ("llama3",)),)),
    )
    page = empty_desk.frame.shown_page()
    assert isinstance(page, FirstRun)
    local = next(b for b in page.findChildren(QPushButton) if b.text() == "Use Ollama")
    empty_desk.qtbot.mouseClick(local, Qt.MouseButton.LeftButton)
    assert empty_desk.port.asked(commands.ChooseModel) == [
        commands.ChooseModel("c1", 0, "local:ollama/llama3")
    ]
    assert empty_desk.frame.shown_page() is empty_desk.frame.panes


def test_the_demo_starts_from_the_first_run(empty_desk: Desk) -> None:
    empty_desk.tell(ready(first_run=True), events.ChatOpened(chat("c1", ("", ()))))
    page = empty_desk.frame.shown_page()
    assert page is not None
    demo = next(b for b in page.findChildren(QPushButton) if "demo" in b.text())
    empty_desk.qtbot.mouseClick(demo, Qt.MouseButton.LeftButton)
    assert empty_desk.port.asked(commands.StartDemo)


def test_a_core_that_cannot_open_says_why_and_offers_ways_on(empty_desk: Desk) -> None:
    asked: list[bool] = []
    empty_desk.window.retry_requested.connect(lambda: asked.append(True))
    empty_desk.tell(events.EngineFailed("Another program holds the database.", "Close it."))
    page = empty_desk.frame.shown_page()
    assert page is not None
    retry = next(b for b in page.findChildren(QPushButton) if b.text() == "Try again")
    empty_desk.qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    assert asked == [True]


def test_closing_waits_for_the_core_and_a_second_close_does_not(desk: Desk) -> None:
    desk.window.close()
    assert desk.port.stopped
    assert desk.window.isVisible()
    desk.tell(events.EngineStopped())
    assert not desk.window.isVisible()


def test_a_second_close_is_not_kept_waiting(desk: Desk) -> None:
    desk.window.close()
    desk.window.close()
    assert not desk.window.isVisible()


def test_the_palette_runs_a_command_that_was_typed(desk: Desk) -> None:
    desk.qtbot.keyClick(desk.window, KEY.Key_K, CONTROL)
    field = QApplication.focusWidget()
    assert field is not None
    desk.qtbot.keyClicks(field, "new ch")
    desk.port.orders.clear()
    desk.qtbot.keyClick(field, KEY.Key_Return)
    assert desk.port.asked(commands.NewChat)


def test_choosing_a_model_shows_it_at_once(desk: Desk) -> None:
    desk.window.orders.choose_model(0, CLAUDE)
    header = desk.frame.panes.panes[0].header
    assert MODELS[1].name in header.model_button.text()
    assert desk.port.asked(commands.ChooseModel) == [commands.ChooseModel("c1", 0, CLAUDE)]


def test_rubbish_in_the_windows_file_is_ignored(tmp_path: Path) -> None:
    for rubbish in ("", "{", "[]", '{"theme": 3, "zoom_percent": true, "geometry": null}', "\x00"):
        (tmp_path / FILE_NAME).write_text(rubbish, encoding="utf-8")
        assert read_state(tmp_path) == WindowState()


def test_what_the_window_remembers_comes_back_as_it_was(tmp_path: Path) -> None:
    state = WindowState(geometry="AAEC", sidebar_open=False, theme="dark", zoom_percent=125)
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_the_first_paint_needs_neither_commands_nor_dialogs(qtbot: QtBot, pytester: object) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from PySide6.QtWidgets import QApplication; from pathlib import Path;"
        "import app.ui.window as w; a = QApplication([]);"
        "w.prepare_application(a, Path('nowhere'));"
        "from app.ui.bridge import Bridge; m = w.MainWindow(Bridge(), Path('nowhere'));"
        "late = ('app.seam.', 'app.ui.billing', 'app.ui.picker', 'app.ui.settings',"
        "'app.ui.transcript', 'app.ui.palette.', 'rapidfuzz', 'pygments', 'markdown_it',"
        "'asyncio', 'sqlmodel', 'httpx2', 'keyring', 'tiktoken');"
        "print([n for n in sys.modules if n.startswith(late)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_a_refused_price_of_a_server_is_said_beside_its_key(desk: Desk) -> None:
    row = KeyRow(
        "k9", "custom", "models.example.com", "", "", "works", "works, 2 models", 0,
        Certainty.EXACT, "none", takes_own_price=True,
    )  # fmt: skip
    desk.window.dialogs.open_keys()
    desk.tell(events.KeysListed((row,), ()))
    line = desk.window.findChild(KeyLine)
    assert line is not None
    next(button for button in line.findChildren(QToolButton) if "Price" in button.toolTip()).click()
    desk.tell(events.KeyPriceSet("k9", False, "“x” is no price for input."))
    said = [label.text() for label in line.findChildren(QLabel) if label.isVisibleTo(line)]
    assert "“x” is no price for input." in said
