"""The table of licenses, down to the words in the window: a real core, a real server's signatures.

valid, in grace, expired, wrong device, next key, revoked key, called back, clock back and forward,
a byte changed, 10 MB, and what a mail program makes of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.licensing.armor import LICENSE, from_block, to_block
from app.licensing.license import read
from app.server.licenses.rotation import revoke_key, rotate
from app.server.licenses.service import issue_offline, revoke
from app.ui.hosted.license_box import LicenseField
from app.ui.theme import Theme
from tests.ui.hosted.account_people import Person, Town, open_town

FREE_RULES = "Your chats, files and keys are all there, and can be read, searched and exported."


@pytest.fixture
async def town(tmp_path: Path, qapp: QApplication) -> AsyncIterator[Town]:
    Theme.current().start(qapp, "light", 100)
    async with open_town(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ada(town: Town) -> AsyncIterator[Person]:
    """Somebody with an account whose license is shown, and valid."""
    person = await town.person("laptop")
    await person.begin()
    person.license()
    await person.until_says("The license is valid")
    yield person
    await person.close()


def block_of(person: Person) -> str:
    """The license that is kept."""
    return person.driver.core.shelves.licenses.get(person.server_id).block


async def device_key(person: Person) -> str:
    key = await person.driver.core.hosted.desk.device_key(person.server_id)
    return key.public.text


async def look_again(person: Person, *words: str) -> None:
    """Turn to another page and back, as somebody does who wants to know how it stands now."""
    person.settings().show_page("about")
    person.settings().show_page("license")
    await person.until_says(*words)


async def paste(person: Person, text: str, *words: str) -> None:
    """From the clipboard into the field, then Keep; the words that follow."""
    if person.button("license-sent") is not None:
        await person.click("license-sent")
    [field] = person.screen.window.findChildren(LicenseField)
    field.setFocus()
    field.clear()
    QApplication.clipboard().setText(text)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await person.click("license-keep")
    await person.until_says(*words)


async def test_valid_in_grace_over_and_renewed(ada: Person) -> None:
    await ada.until_says(
        "Your plan is “Free”. The license is renewed daily, and works without internet until "
        "21 December 2026.",
        "Every feature of Tuppence.", "Keys of your own, whenever you like.",
        "One person, on this computer.", await device_key(ada),
        "Reading, searching, exporting and deleting your chats, files and keys needs no license",
    )  # fmt: skip
    ada.place.server.time.pass_by(days=31)
    await look_again(ada, "The license needs a look", "Nothing changes until 4 January 2027;")
    await ada.until_says("Connect to the internet once; the license is renewed by itself.")
    ada.place.server.time.pass_by(days=14)
    await look_again(ada, "The license is over", "ended on 21 December 2026", FREE_RULES)
    await ada.until_says("What the rules of a free account allow", "Every feature of Tuppence.")
    await ada.click("license-renew")
    await ada.until_says("The license is valid", "until 4 February 2027.")


async def test_a_clock_that_is_set_back_and_one_that_ran_ahead(ada: Person) -> None:
    ada.place.server.time.pass_by(days=3)
    await look_again(ada, "The license is valid")
    ada.ahead = timedelta(days=-3)
    await look_again(
        ada, "The license needs a look",
        "The clock of this computer says 21 November 2026, and it was 24 November 2026 before.",
        "works for 14 days more like this", "Set date and time of this computer;",
    )  # fmt: skip
    ada.ahead = timedelta(0)
    await look_again(ada, "The license is valid")
    ada.ahead = timedelta(days=60)
    await look_again(ada, "The license is over")
    ada.ahead = timedelta(0)
    # It looks as if it had been set back by 60 days; the server's word mends it.
    await look_again(ada, "and it was 23 January 2027 before.")
    await ada.click("license-renew")
    await ada.until_says("The license is valid", "until 24 December 2026.")


async def test_one_of_another_computer_and_one_for_this_one(ada: Person, town: Town) -> None:
    grace = await town.person("desk")
    await grace.begin()
    grace.license()
    await grace.until_says("The license is valid")
    kept = block_of(ada)
    await paste(
        ada, block_of(grace), "This license is for another computer.",
        f"Ask for one for this computer. Its device key is {await device_key(ada)}.",
    )  # fmt: skip
    assert block_of(ada) == kept
    account = ada.driver.core.shelves.servers.rows()[0].account
    sent = await issue_offline(town.place.server.services, account, await device_key(ada))
    await paste(ada, sent.block, "The license was checked and is kept.")
    await ada.until_says("The license works on this computer without internet until")
    assert block_of(ada) == sent.block
    await grace.close()


async def test_the_next_key_a_key_that_was_called_back_and_a_stranger(
    ada: Person, tmp_path: Path
) -> None:
    services, first = ada.place.server.services, block_of(ada)
    keys = ada.driver.core.hosted.licenses._known(
        ada.driver.core.shelves.licenses.get(ada.server_id)
    )
    key_id = read(first, keys.pins).key_id
    account = ada.driver.core.shelves.servers.rows()[0].account
    await rotate(services)
    ada.place.server.time.pass_by(seconds=2)
    sent = await issue_offline(services, account, await device_key(ada))
    assert sent.key_id != key_id
    # Nobody was asked: the next key was known, but its day had not come for this copy.
    await paste(ada, sent.block, "had not begun to sign.", "Connect to the server")
    await ada.click("license-renew")
    await ada.screen.until(lambda: block_of(ada) != first)
    await paste(ada, sent.block, "The license was checked and is kept.")
    assert block_of(ada) == sent.block
    await revoke_key(services, key_id, "stolen")
    await ada.click("license-renew")
    await ada.screen.until(lambda: block_of(ada) != sent.block)
    await ada.until_says("The license is valid")
    await paste(ada, first, "The key that signed this license was called back")
    (tmp_path / "other").mkdir()
    async with open_town(tmp_path / "other") as other:
        theirs = await issue_offline(
            other.place.server.services, await some_account(other), await device_key(ada)
        )
    await paste(ada, theirs.block, "signed by a server that this copy does not know.")
    await ada.until_says("The license is valid")


async def some_account(town: Town) -> str:
    return (await town.place.person()).caller.account


async def test_one_that_the_operator_called_back_is_said_so(ada: Person) -> None:
    services = ada.place.server.services
    account = ada.driver.core.shelves.servers.rows()[0].account
    [row] = await ada.place.server.run("SELECT id FROM licenses WHERE account = ?", account)
    await revoke(services, account, str(row[0]), "stolen laptop")
    await ada.click("license-renew")
    await ada.until_says("stolen laptop", "No license", FREE_RULES)
    assert block_of(ada) == ""


async def test_a_changed_byte_a_letter_lost_and_what_is_none(ada: Person) -> None:
    kept = block_of(ada)
    content = from_block(kept, LICENSE)
    forged = content.replace(b'"free"', b'"full"')
    assert forged != content
    altered = "This license was altered after it was signed, or somebody else made it."
    await paste(ada, to_block(forged, LICENSE), altered)
    lines = kept.splitlines()
    damaged = "\n".join([*lines[:2], lines[2][1:], *lines[3:]])
    await paste(ada, damaged, "This license was damaged on its way.", "Copy all of it again")
    await paste(ada, "\n".join(lines[:-1]), "The end of this license is missing.")
    [field] = ada.screen.window.findChildren(LicenseField)
    assert field.toPlainText() == "\n".join(lines[:-1])  # what was pasted stays
    await paste(ada, "Dear Ada, thank you.", "There is no license in this text.")
    await paste(ada, "  ", "Paste the license first, or open its file.")
    assert block_of(ada) == kept
    await ada.until_says("The license is valid")


MAILED = {
    "quoted, with other line ends": lambda text: "Here:\r\n\r\n> " + text.replace("\n", "\r\n> "),
    "one long line": lambda text: text.replace("\n", " "),
    "doubled breaks and blanks": lambda text: text.replace("\n", "  \n\n"),
    "typographic dashes": lambda text: text.replace("-----", "—–—"),
}


async def test_what_mail_programs_do_to_it_does_no_harm(ada: Person) -> None:
    kept = block_of(ada)
    for change in MAILED.values():
        await paste(ada, change(kept), "The license was checked and is kept.")
        await ada.until_says("The license is valid")
    assert from_block(block_of(ada), LICENSE) == from_block(kept, LICENSE)


async def open_file(person: Person, place: Path, *words: str) -> None:
    """Through the dialog that asks for the file."""
    await person.click("license-open")
    dialogs = person.screen.window.findChildren(QFileDialog)
    dialog = next(one for one in dialogs if one.isVisible())
    dialog.setDirectory(str(place.parent))
    dialog.selectFile(place.name)
    dialog.done(QFileDialog.DialogCode.Accepted)
    dialog.fileSelected.emit(str(place))
    await person.until_says(*words)


async def test_a_file_is_opened_and_ten_megabytes_are_not(ada: Person, tmp_path: Path) -> None:
    kept = block_of(ada)
    await ada.click("license-sent")
    large = tmp_path / "large.txt"
    large.write_bytes(os.urandom(1024) * 10_240)
    await open_file(ada, large, "This file is far too long for a license.")
    await open_file(ada, tmp_path / "nowhere.txt", "The file cannot be read")
    good = tmp_path / "license.txt"
    good.write_text(f"Dear Ada,\n\n{kept}\nBye\n", encoding="utf-16")
    await open_file(ada, good, "The license was checked and is kept.")
    [field] = ada.screen.window.findChildren(LicenseField)
    pasted = QMimeData()
    pasted.setText("A" * 10_000_000)
    began = time.process_time()
    field.insertFromMimeData(pasted)
    assert time.process_time() - began < 1
    await ada.until_says("This is far too long for a license. Paste only the part from BEGIN")
    assert field.toPlainText() == ""
    assert from_block(block_of(ada), LICENSE) == from_block(kept, LICENSE)


async def test_nothing_is_locked_when_it_is_over(ada: Person) -> None:
    """Chats are read, searched, exported and deleted as before."""
    from app.seam import commands, events

    driver = ada.driver
    opened = await driver.ask(commands.NewChat(), events.ChatOpened)
    chat = opened.chat.id
    await driver.ask(commands.RenameChat(chat, "Bread"), events.ChatsListed)
    ada.place.server.time.pass_by(days=400)
    await look_again(ada, "The license is over")
    await driver.ask(commands.OpenChat(chat), events.ChatOpened)
    await driver.ask(commands.SearchChats(1, "Bread"), events.SearchFound)
    place = ada.home / "bread.md"
    driver.dispatcher.take(commands.ExportChat(chat, str(place), "markdown"))
    await ada.screen.until(place.exists)
    await driver.ask(commands.DeleteChat(chat), events.ChatsListed)
