"""What people do with the window, each from the start of the program to its end."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from app.seam.views import MessageState
from app.ui.choices import ChoiceBox
from app.ui.composer.chips import Chip
from app.ui.first_run import FirstRun
from app.ui.panes.comparison import Comparison
from app.ui.settings.keys_page import KeysPage
from app.ui.sidebar.chat_model import ROW_ROLE
from app.ui.sidebar.hits import HitList
from app.ui.theme import Theme
from app.ui.transcript.editor_view import EditorView
from app.ui.transcript.footer import CostLineView, FooterView
from app.ui.transcript.notes import HalfAnswerBox
from tests.end_to_end.person import CONTROL, SHIFT, Person

# Nothing must be felt: 100 ms, a few times that on a busy machine.
STALL_S_MAX = 0.5


def add_first_key(person: Person, url: str, secret: str) -> None:
    """From the first run to a model that answers, by hand."""
    page = person.find(FirstRun, lambda widget: True)
    person.click(person.button("Add a key", page))
    keys = person.find(KeysPage, lambda widget: True)
    fill_key_form(person, keys, url, secret)
    check_and_close(person, keys)


def fill_key_form(person: Person, keys: KeysPage, url: str, secret: str) -> None:
    person.click(person.button("Another provider, or an address of your own", keys))
    choose_provider(person, "Another address")
    person.click(person.named("base-url"))
    person.type(url)
    person.click(person.named("secret"))
    person.type(secret)


def check_and_close(person: Person, keys: KeysPage) -> None:
    person.click(person.named("check-and-keep"))
    person.find(QLabel, lambda label: "This key works" in label.text(), keys)
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: not person.all(KeysPage, lambda w: True), "the settings are closed")


def choose_provider(person: Person, name: str) -> None:
    """Open the list of providers and take one by its beginning, as with a keyboard."""
    box = person.find(ChoiceBox, lambda widget: widget.objectName() == "provider")
    person.wait_until(lambda: box.findText(name) >= 0, f"{name} is offered")
    box.setFocus()
    person.wait_until(box.hasFocus, "the list of providers has the keyboard")
    for _ in range(box.count()):
        if box.currentText() == name:
            return
        person.press(Qt.Key.Key_Down)
    assert box.currentText() == name


def choose_model(person: Person, name: str, pane: int = 0) -> None:
    """Open the picker, type, and take the first line."""
    person.click(person.frame.panes.panes[pane].header.model_button)
    person.find(QLineEdit, lambda field: field.hasFocus())
    person.type(name)
    person.press(Qt.Key.Key_Return)
    button = person.frame.panes.panes[pane].header.model_button
    person.wait_until(lambda: name in button.text(), f"{name} is chosen")


def cost_lines(person: Person, pane: int = 0) -> list[CostLineView]:
    return person.all(CostLineView, lambda line: True, person.frame.panes.panes[pane])


def first_run_to_receipt(person: Person, url: str, secret: str, total: str) -> None:
    add_first_key(person, url, secret)
    choose_model(person, "gpt-4o")
    person.press(Qt.Key.Key_L, CONTROL)
    person.type("What is the capital of Mexico?")
    quote = person.composer.box.quote
    person.wait_until(lambda: "tokens" in quote.text(), "the quote stands beside Send")
    person.click(person.composer.box.send_button)
    lengths: list[int] = []

    def grown() -> bool:
        lengths.append(len(person.shown_text()))
        return bool(cost_lines(person)) and not person.frame.panes.is_streaming()

    person.wait_until(grown, "the answer is there with its cost")
    assert lengths == sorted(lengths), "what stood there went away"
    assert len(set(lengths)) > 6, f"the answer did not come piece by piece: {set(lengths)}"
    assert cost_lines(person)[0].texts()[0] == total, cost_lines(person)[0].texts()


def find_stored_key(person: Person, total: str) -> None:
    """A second start: the key is where it was left, and the chat is in the sidebar."""
    rows = person.wait_until(person.frame.sidebar.chats.rows, "the chat is listed")
    assert [row.title for row in rows] == ["What is the capital of Mexico?"]
    open_chat(person, 0)
    person.wait_until(lambda: cost_lines(person), "the stored answer shows its cost")
    assert cost_lines(person)[0].texts()[0] == total
    person.say("And of Peru?")
    person.wait_until(lambda: settled(person, 4), "the key was read and the answer is there")


def open_chat(person: Person, row: int) -> None:
    """Click on a line of the sidebar."""
    chats = person.frame.sidebar.chats
    title = chats.rows()[row].title
    for place in range(chats.model().rowCount()):
        index = chats.model().index(place, 0)
        found = index.data(ROW_ROLE)
        if found is not None and found.title == title:
            person.click_at(chats.viewport(), chats.visualRect(index).center())
            break
    person.wait_until(lambda: person.window.shown.chat.title == title, f"{title} is open")


def settled(person: Person, count: int, pane: int = 0) -> bool:
    """Whether a pane shows so many messages and nothing is being written in it."""
    there = person.frame.panes.panes[pane]
    return len(there.messages) == count and not there.is_streaming()


def footer(person: Person, pane: int = 0, *, role: str = "assistant") -> FooterView:
    """The line below the newest message of a role, with its buttons shown."""
    there = person.frame.panes.panes[pane]
    last = there.last_answer() if role == "assistant" else there.last_question()
    assert last is not None
    found = person.find(
        FooterView,
        lambda view: view._place is not None and view._place.message_id == last.id,
        there,
    )
    QTest.mouseMove(found.window().windowHandle(), found.mapTo(found.window(), QPoint(3, 3)))
    person.wait_until(lambda: any(b.isVisible() for b in found.buttons.values()), "its buttons")
    return found


def stop_and_go_on(person: Person) -> None:
    person.say("Tell me a story")
    person.wait_until(lambda: len(person.shown_text()) > 20, "the answer has begun")
    person.click(person.composer.box.stop_button)
    person.wait_until(lambda: settled(person, 2), "the answer is stopped")
    assert person.frame.panes.panes[0].messages[-1].state is MessageState.INTERRUPTED
    line = person.wait_until(lambda: cost_lines(person), "what was written has a cost")[0]
    assert line.texts()[0].startswith("about $"), line.texts()
    stopped = person.frame.panes.panes[0].messages[-1].text
    person.click(footer(person).buttons["continue"])
    person.wait_until(
        lambda: person.frame.panes.panes[0].messages[-1].state is MessageState.COMPLETE,
        "the answer goes on to its end",
    )
    assert person.frame.panes.panes[0].messages[-1].text.startswith(stopped)


def edit_again_and_branch(person: Person) -> None:
    person.say("What is the capital of Mexico?")
    person.wait_until(lambda: settled(person, 2), "the first answer is there")
    pane = person.frame.panes.panes[0]
    first = pane.messages[-1].id
    person.click(footer(person).buttons["regenerate"])
    person.wait_until(
        lambda: settled(person, 2) and pane.messages[-1].id != first, "another answer is there"
    )
    back = person.wait_until(lambda: footer(person).previous_button, "the way back is offered")
    person.click(back)
    person.wait_until(lambda: pane.messages[-1].id == first, "the first answer is back")
    person.click(footer(person, role="user").buttons["edit"])
    editor = person.find(EditorView, lambda widget: True)
    person.wait_until(editor.text.hasFocus, "the question can be changed")
    person.press(Qt.Key.Key_A, CONTROL)
    person.type("And of Peru?")
    person.click(editor.send_button)
    person.wait_until(
        lambda: settled(person, 2) and pane.messages[0].text == "And of Peru?",
        "the changed question has its answer",
    )
    back = person.wait_until(
        lambda: footer(person, role="user").previous_button, "the old question is offered"
    )
    person.click(back)
    person.wait_until(
        lambda: pane.messages[0].text == "What is the capital of Mexico?", "the old one is back"
    )
    person.wait_until(lambda: settled(person, 2), "with its answer")


def two_panes(person: Person) -> None:
    person.press(Qt.Key.Key_T, CONTROL)
    person.wait_until(lambda: len(person.frame.panes.panes) == 2, "there are two panes")
    person.say("Hello to both")
    both: set[bool] = set()

    def done() -> bool:
        panes = person.frame.panes.panes
        both.add(all(pane.is_streaming() for pane in panes))
        return settled(person, 2, 0) and settled(person, 2, 1)

    person.wait_until(done, "both have answered")
    assert True in both, "they did not answer at the same time"
    left, right = (pane.messages[-1] for pane in person.frame.panes.panes)
    assert left.id != right.id
    assert left.text == right.text
    person.find(Comparison, lambda widget: True)


def leave_a_draft(person: Person, text: str) -> None:
    person.say("First message")
    person.wait_until(lambda: settled(person, 2), "the chat is stored")
    person.press(Qt.Key.Key_L, CONTROL)
    person.type(text)


def find_the_draft(person: Person, text: str) -> None:
    person.wait_until(person.frame.sidebar.chats.rows, "the chat is listed")
    open_chat(person, 0)
    person.wait_until(lambda: person.composer.text() == text, "the draft is back")


def find_switch_delete_undo(person: Person) -> None:
    person.say("The word to find is marmalade")
    person.wait_until(lambda: settled(person, 2), "the chat is stored")
    row = person.wait_until(person.frame.sidebar.chats.rows, "the chat is listed")[0]
    person.wait_until(
        lambda: person.frame.sidebar.chats.rows()[0].total_pusd, "the chat shows what it cost"
    )
    person.press(Qt.Key.Key_F, CONTROL | SHIFT)
    person.wait_until(person.frame.sidebar.search.hasFocus, "the search has the keyboard")
    person.type("marmal")
    hits = person.find(HitList, lambda widget: True)
    person.wait_until(lambda: hits._model.rowCount() > 0, "the message is found")
    person.press(Qt.Key.Key_Escape)
    was_dark = Theme.current().dark
    person.press(Qt.Key.Key_D, CONTROL | SHIFT)
    person.wait_until(lambda: Theme.current().dark is not was_dark, "the theme is switched")
    open_chat(person, 0)
    person.frame.sidebar.chats.setFocus()
    person.press(Qt.Key.Key_Delete)
    person.wait_until(lambda: not person.frame.sidebar.chats.rows(), "the chat is gone")
    person.click(person.button("Undo"))
    back = person.wait_until(person.frame.sidebar.chats.rows, "the chat is back")
    assert back[0].id == row.id


def paste_five_megabytes(person: Person) -> None:
    """The window goes on beating while a message of 5 MB is pasted, counted and refused."""
    text = "marmalade and toast for breakfast, please\n" * (5 * 1024 * 1024 // 42)
    person.window.activateWindow()
    person.press(Qt.Key.Key_L, CONTROL)
    QApplication.clipboard().setText(text)
    beats = Heartbeat()
    person.press(Qt.Key.Key_V, CONTROL)
    chip = person.find(Chip, lambda widget: widget.findChild(QPushButton) is not None)
    person.wait_until(lambda: "at most" in person.composer.box.quote.text(), "it is quoted")
    editor = person.composer.box.editor
    assert editor.document().isEmpty()
    person.click(person.button("Show in the message", chip))
    person.wait_until(lambda: not editor.is_inserting(), "the text is in the message")
    print(f"pasting held the window up for {beats.longest_s * 1000:.0f} ms", flush=True)
    assert beats.longest_s < STALL_S_MAX, f"pasting took {beats.longest_s:.2f} s"
    assert len(person.composer.text()) == len(text)
    beats = Heartbeat()
    quote = person.composer.box.quote
    person.wait_until(lambda: "at most" in quote.text(), "it is said that this does not fit")
    person.press(Qt.Key.Key_L, CONTROL)
    person.press(Qt.Key.Key_End, CONTROL)
    for letter in " and tea":
        person.type(letter)
        QTest.qWait(1)  # nobody types faster than the window can look up
    person.wait_until(lambda: person.composer.text().endswith("tea"), "typing goes on")
    assert person.composer.text().startswith("marmalade")
    assert beats.longest_s < STALL_S_MAX, f"the window stood still for {beats.longest_s:.2f} s"
    person.press(Qt.Key.Key_A, CONTROL)
    person.press(Qt.Key.Key_Backspace)
    person.wait_until(lambda: not person.composer.text(), "the text is away")


class Heartbeat:
    """Beats every 10 ms on the window's thread and keeps the longest time between two beats.

    What the thread waited for a processor, because other programs had them all, is not counted.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last_s = _own_time_s()
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()

    def _on_beat(self) -> None:
        now_s = _own_time_s()
        self.longest_s = max(self.longest_s, now_s - self._last_s)
        self._last_s = now_s


def _own_time_s() -> float:
    """A clock of this thread: it goes while the thread works or waits, not while it is held off."""
    try:
        held_off_ns = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    except OSError:  # only Linux keeps count of it
        held_off_ns = 0
    return time.monotonic() - held_off_ns / 1e9


def stream_until_killed(person: Person) -> None:
    """Ask, and tell the one who waits for it that the answer has begun."""
    person.say("Count for me")
    person.wait_until(lambda: "40" in person.shown_text(), "the answer has begun")
    print("streaming", flush=True)
    person.wait_until(lambda: False, "somebody kills this program")


def find_the_half_answer(person: Person) -> None:
    """After a kill: the half answer says so and offers three ways on; one is taken."""
    person.wait_until(person.frame.sidebar.chats.rows, "the chat is listed")
    open_chat(person, 0)
    box = person.find(HalfAnswerBox, lambda widget: True)
    pane = person.frame.panes.panes[0]
    half = pane.messages[-1]
    assert half.state is MessageState.INCOMPLETE
    assert half.text.startswith("0 1 2 3")
    names = {button.text() for button in box.buttons if button.isVisible()}
    assert names == {"Resume", "Retry", "Keep"}, names
    person.click(next(button for button in box.buttons if button.text() == "Keep"))
    person.wait_until(lambda: not person.all(HalfAnswerBox, lambda w: True), "it is kept as it is")
    assert pane.messages[-1].text == half.text


def first_key_without_keyring(person: Person, url: str, secret: str, place: str) -> None:
    """No keyring: nothing is chosen for anybody; then `place` is, and the key works."""
    page = person.find(FirstRun, lambda widget: True)
    person.click(person.button("Add a key", page))
    keys = person.find(KeysPage, lambda widget: True)
    person.named("choose-session")
    fill_key_form(person, keys, url, secret)
    assert not person.named("check-and-keep").isEnabled(), "there is no place for a key yet"
    person.click(person.named(f"choose-{place}"))
    if place == "vault":
        fill_passphrase(person, keys)
    check_and_close(person, keys)
    choose_model(person, "gpt-4o")
    person.say("Hello")
    person.wait_until(lambda: settled(person, 2), "the answer is there")
    assert person.frame.panes.panes[0].messages[-1].state is MessageState.COMPLETE


PASSPHRASE = "a passphrase of the tests"


def fill_passphrase(person: Person, keys: KeysPage) -> None:
    fields = person.all(QLineEdit, lambda f: f.echoMode() is QLineEdit.EchoMode.Password, keys)
    for field in fields:
        if field.objectName() == "secret":
            continue
        person.click(field)
        person.type(PASSPHRASE)
    person.press(Qt.Key.Key_Return)
    person.wait_until(person.named("check-and-keep").isEnabled, "the vault is open")


def wait_for_a_slow_keyring(person: Person) -> None:
    """The keyring says nothing for ever: the window lives, and the wait can be ended."""
    beats = Heartbeat()
    person.say("Hello")
    person.wait_until(lambda: len(person.frame.panes.panes[0].messages) == 2, "it is sent")
    assert person.frame.panes.is_streaming()
    person.press(Qt.Key.Key_L, CONTROL)
    person.type("more words")
    person.wait_until(lambda: person.composer.text() == "more words", "typing goes on")
    person.press(Qt.Key.Key_Escape)
    person.wait_until(lambda: settled(person, 2), "the wait is over")
    last = person.frame.panes.panes[0].messages[-1]
    assert last.state is MessageState.INTERRUPTED, last
    assert last.cost is None or not last.cost.total_pusd
    assert beats.longest_s < STALL_S_MAX


def miss_the_keyring(person: Person) -> None:
    """The keyring died: the message stays, and the fault leads to the keys."""
    person.say("Hello")
    person.wait_until(lambda: settled(person, 2), "it is said that the key cannot be read")
    question, answer = person.frame.panes.panes[0].messages
    assert question.text == "Hello"
    assert answer.state is MessageState.INCOMPLETE
    assert answer.fault is not None
    assert answer.fault.kind.startswith(("Key", "Keyring")), answer.fault
    assert answer.fault.action == "keys"
    assert not answer.cost
