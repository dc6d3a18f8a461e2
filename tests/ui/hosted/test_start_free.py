"""The first run: a free account is one click away, and there only where a server is set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from app.seam import commands, events
from app.seam.hosted import HostedDone, StartFree
from app.seam.views import FaultView, KeychainView
from app.ui.first_run import FirstRun
from app.ui.hosted import window_hosted
from tests.ui.hosted.samples import ADDRESS, LLAMA, hosted_row, nobody, signed_in
from tests.ui.shell.conftest import Desk
from tests.ui.shell.recording import MODELS, chat, ready

LEFT = Qt.MouseButton.LeftButton
DOWN = FaultView("CreditServerDown", "The server does not answer.", "Try again later.")
ABSENT = FaultView("KeyringAbsent", "There is no keyring.", "Choose where keys are kept.")
NO_KEYRING = KeychainView("undecided", "", False, False)


def first_run(desk: Desk) -> FirstRun:
    desk.tell(ready(first_run=True), events.ChatOpened(chat("c1")))
    page = desk.window.findChild(FirstRun)
    assert page is not None
    return page


def button(desk: Desk, name: str = "start-free") -> QPushButton | None:
    found = desk.window.findChild(QPushButton, name)
    return found if found is not None and found.isVisible() else None


def click(desk: Desk, name: str = "start-free") -> None:
    # What is put into a visible page is shown in the loop's next turn.
    desk.qtbot.waitUntil(lambda: button(desk, name) is not None)
    found = button(desk, name)
    assert found is not None
    assert found.isEnabled()
    desk.qtbot.mouseClick(found, LEFT)


def asked(desk: Desk) -> list[StartFree]:
    return [order for order in desk.port.orders if isinstance(order, StartFree)]


def texts(page: FirstRun) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_without_an_address_there_is_no_such_button(empty_desk: Desk) -> None:
    first_run(empty_desk)
    assert button(empty_desk) is None
    empty_desk.tell(nobody(""))
    assert button(empty_desk) is None


def test_the_button_comes_whether_the_address_is_told_before_or_after(empty_desk: Desk) -> None:
    empty_desk.tell(nobody())
    page = first_run(empty_desk)
    assert button(empty_desk) is not None
    assert "tokens.example.com" in texts(page)
    empty_desk.tell(nobody())
    assert len(empty_desk.window.findChildren(QPushButton, "start-free")) == 1


def test_one_click_starts_and_leads_to_a_model_that_answers(empty_desk: Desk) -> None:
    desk = empty_desk
    first_run(desk)
    desk.tell(nobody())
    click(desk)
    [order] = asked(desk)
    assert (order.address, order.where) == (ADDRESS, "")
    start = button(desk)
    assert start is not None
    assert not start.isEnabled()
    desk.qtbot.mouseClick(start, LEFT)
    assert asked(desk) == [order]
    desk.tell(HostedDone(order.serial, None, "s1"), signed_in())
    # What was sent now would be refused: nobody knows a model yet.
    assert desk.window.dialogs.first_run is not None
    assert not desk.port.asked(commands.ChooseModel)
    desk.tell(events.ModelsListed((hosted_row(), *MODELS)))
    assert desk.window.dialogs.first_run is None
    assert desk.port.asked(commands.ChooseModel) == [commands.ChooseModel("c1", 0, LLAMA)]
    desk.tell(events.ModelsListed((hosted_row(), *MODELS)))
    assert len(desk.port.asked(commands.ChooseModel)) == 1
    assert desk.editor.hasFocus()


def test_the_chat_comes_also_where_no_model_is_told_in_time(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = empty_desk
    monkeypatch.setattr(window_hosted, "MODEL_WAIT_MS", 30)
    first_run(desk)
    desk.tell(nobody())
    click(desk)
    desk.tell(HostedDone(asked(desk)[0].serial, None, "s1"), signed_in())
    desk.qtbot.waitUntil(lambda: desk.window.dialogs.first_run is None)
    desk.tell(events.ModelsListed((hosted_row(), *MODELS)))
    assert desk.port.asked(commands.ChooseModel) == [commands.ChooseModel("c1", 0, LLAMA)]


def test_a_fault_is_said_and_it_can_be_tried_again(empty_desk: Desk) -> None:
    desk = empty_desk
    page = first_run(desk)
    desk.tell(nobody())
    click(desk)
    desk.tell(HostedDone(asked(desk)[0].serial, DOWN))
    assert "The server does not answer. Try again later." in texts(page)
    click(desk)
    assert len(asked(desk)) == 2
    desk.tell(HostedDone(asked(desk)[0].serial, DOWN))  # a late answer to the first
    start = button(desk)
    assert start is not None
    assert not start.isEnabled()


def test_without_a_keyring_the_user_chooses_the_place(empty_desk: Desk) -> None:
    desk = empty_desk
    first_run(desk)
    desk.tell(nobody())
    click(desk)
    desk.tell(HostedDone(asked(desk)[0].serial, ABSENT))
    assert desk.port.asked(commands.AskKeychain)
    desk.tell(events.KeychainReady(NO_KEYRING))
    assert len(asked(desk)) == 1
    click(desk, "choose-session")
    assert [order.where for order in asked(desk)] == ["", "session"]


def test_a_vault_is_opened_with_its_passphrase_first(empty_desk: Desk) -> None:
    desk = empty_desk
    first_run(desk)
    desk.tell(nobody())
    click(desk)
    desk.tell(HostedDone(asked(desk)[0].serial, ABSENT))
    desk.tell(events.KeychainReady(NO_KEYRING))
    click(desk, "choose-vault")
    assert len(asked(desk)) == 1
    page = desk.window.dialogs.first_run
    assert page is not None
    for field in (one for one in page.findChildren(QLineEdit) if one.isVisible()):
        desk.qtbot.keyClicks(field, "a long passphrase")
        desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    [opened] = desk.port.asked(commands.OpenVault)
    assert isinstance(opened, commands.OpenVault)
    desk.tell(events.KeychainReady(KeychainView("vault", "", True, True)))
    assert [order.where for order in asked(desk)] == ["", "vault"]


def test_tab_reaches_the_ways_in_the_order_in_which_they_stand(empty_desk: Desk) -> None:
    desk = empty_desk
    page = first_run(desk)
    desk.tell(nobody())
    desk.qtbot.waitUntil(lambda: button(desk) is not None)
    desk.frame.composer.box.tools_button.setFocus()
    seen: list[QWidget | None] = []
    for _ in range(12):
        desk.qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(desk.window.focusWidget())
    inside = [widget for widget in seen if widget is page or page.isAncestorOf(widget)]
    assert page not in inside
    texts = [widget.text() for widget in inside if isinstance(widget, QPushButton)]
    assert texts[:3] == ["Start free", "Add a key", "Try the offline demo"]
