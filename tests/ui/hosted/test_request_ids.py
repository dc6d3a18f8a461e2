"""Each press of Send has an id of its own, which stays with the message until it is stored."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt

from app.seam import commands, events
from app.seam.views import FaultView
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import chat, ready

KEY = Qt.Key
FAULT = FaultView("ProviderDown", "No connection.", "Try again.", "retry")


def send(desk: Desk, text: str) -> commands.SendMessage:
    desk.qtbot.keyClicks(desk.editor, text)
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    order = desk.port.asked(commands.SendMessage)[-1]
    assert isinstance(order, commands.SendMessage)
    return order


def test_each_message_has_an_id_of_its_own(desk: Desk) -> None:
    first = send(desk, "one")
    desk.tell(events.SendAccepted("c1"))
    second = send(desk, "two")
    assert re.fullmatch(r"[0-9a-f]{32}", first.request_id)
    assert re.fullmatch(r"[0-9a-f]{32}", second.request_id)
    assert first.request_id != second.request_id


def test_pressing_twice_sends_once(desk: Desk) -> None:
    order = send(desk, "one")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    assert desk.port.asked(commands.SendMessage) == [order]


def test_what_was_refused_is_another_message_when_it_is_sent_again(desk: Desk) -> None:
    first = send(desk, "one")
    desk.tell(events.SendRefused("c1", 0, FAULT))
    assert send(desk, "").request_id != first.request_id


def test_the_id_made_before_a_chat_is_open_goes_out_with_the_message(empty_desk: Desk) -> None:
    desk = empty_desk
    desk.tell(ready())
    made: list[str] = []
    desk.composer.send_asked.connect(lambda *args: made.append(args[3]))
    desk.qtbot.keyClicks(desk.editor, "hello")
    desk.qtbot.keyClick(desk.editor, KEY.Key_Return)
    desk.tell(events.ChatOpened(chat("c1")))
    (order,) = desk.port.asked(commands.SendMessage)
    assert isinstance(order, commands.SendMessage)
    assert [order.request_id] == made
