"""The account page on real cores beside a real credit server that sends real mail."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.store.keychain import Keychain
from app.ui.theme import Theme
from tests.ui.hosted.account_people import Person, Town, open_town

ME = "ada@example.org"


@pytest.fixture
async def town(tmp_path: Path, qapp: QApplication) -> AsyncIterator[Town]:
    Theme.current().start(qapp, "light", 100)
    async with open_town(tmp_path) as opened:
        yield opened


async def add_email(person: Person, town: Town) -> None:
    await person.type("add-email", ME)
    await person.until_says(f"is on its way to {ME}")
    await person.type("add-code", town.mails.code_to(ME))
    await person.until_says("This is your account's address now.")


async def test_an_account_is_begun_after_the_first_run_and_gets_its_way_back(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    await ada.until_says("Free plan", "10,000 tokens left", "this computer", platform.node())
    await ada.type("add-email", "ada@example")
    await ada.until_says("“ada@example” is no e-mail address.")
    field = ada.field("add-email")
    assert field is not None
    assert field.text() == "ada@example"
    await ada.type("add-email", ME)
    await ada.until_says(f"is on its way to {ME}")
    right = town.mails.code_to(ME)
    await ada.type("add-code", f"{(int(right) + 1) % 10**6:06}")
    await ada.until_says("This is not the code.")
    await ada.type("add-code", f" {right[:3]} {right[3:]} ")
    await ada.until_says("This is your account's address now.", ME)
    await ada.close()


async def test_a_new_computer_finds_the_account_and_takes_the_old_one_off(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    await add_email(ada, town)
    account = ada.driver.core.shelves.servers.rows()[0].account
    new = await town.person("desk")
    new.account()
    await new.click("find-account")
    await new.type("find-email", ME)
    await new.until_says(f"A mail is on its way to {ME}")
    right = town.mails.code_to(ME)
    await new.type("find-code", f"{(int(right) + 1) % 10**6:06}")
    # Where the key is to be kept is asked before a code is used up.
    await new.click("choose-session")
    await new.until_says("This is not the code.")
    await new.type("find-code", right)
    await new.screen.until(lambda: new.button("sign-out") is not None)
    assert new.driver.core.shelves.servers.rows()[0].account == account
    name = f"Take {platform.node()} off the account"
    await new.screen.until(lambda: new.tool(name) is not None)
    await new.press_tool(name)
    await new.click("device-remove")
    await new.screen.until(lambda: new.tool(name) is None)
    # The old one hears of it where it asks next, and says so wherever one looks.
    ada.driver.core.hosted.desk.session(ada.server_id).forget()
    ada.account().devices.again_asked.emit()
    await ada.until_says("This computer was removed from your account.")
    chip = ada.screen.window.frame.sidebar.chip
    await ada.screen.until(lambda: "this computer was removed" in chip.accessibleName())
    for way in ("start-free", "find-account"):
        found = ada.button(way)
        assert found is not None
        assert found.isEnabled()
    for person in (ada, new):
        await person.close()


async def test_signed_out_and_in_again_is_the_same_account(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    before = ada.driver.core.shelves.servers.rows()[0].account
    await ada.click("sign-out")
    await ada.until_says("Signed out. The key stays on this computer")
    assert ada.button("start-free") is None
    await ada.click("sign-in")
    await ada.screen.until(lambda: ada.button("sign-out") is not None)
    await ada.until_says("10,000 tokens left")
    assert ada.driver.core.shelves.servers.rows()[0].account == before
    await ada.close()


async def test_the_last_way_back_is_not_forgotten_by_a_click(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    [row] = ada.driver.core.shelves.servers.rows()
    await ada.press_tool(f"Forget {row.title}")
    await ada.click("server-forget")
    await ada.until_says("Add an address or another device first")
    assert ada.button("server-forget-anyway") is None
    assert ada.driver.core.shelves.servers.rows() == [row]
    await add_email(ada, town)
    await ada.press_tool(f"Forget {row.title}")
    await ada.click("server-forget")
    await ada.screen.until(lambda: ada.button("start-free") is not None)
    assert ada.driver.core.shelves.servers.rows() == []
    await ada.close()


async def test_a_second_server_is_added_by_its_address_and_each_can_be_used(
    town: Town, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with open_town(tmp_path / "other") as other:
        ada = await town.person("laptop")
        await ada.begin()
        ada.account()
        await ada.type("server-address", other.place.url)
        await ada.until_says("is a credit server. It is in the list now.")
        await ada.click("server-use")
        await ada.until_says("There is no account for this computer here yet.")
        # Nothing is switched before there is an account to switch to.
        first, second = (row.id for row in ada.driver.core.shelves.servers.rows())
        assert ada.chosen() == first
        await ada.click("start-free")
        await ada.screen.until(
            lambda: ada.chosen() == second and ada.button("sign-out") is not None
        )
        await ada.click("server-use")
        await ada.screen.until(lambda: ada.chosen() == first)
        await ada.close()


async def test_a_server_that_is_gone_can_be_forgotten_all_the_same(
    town: Town, tmp_path: Path
) -> None:
    ada = await town.person("laptop", address="")
    (tmp_path / "other").mkdir()
    async with open_town(tmp_path / "other") as other:
        ada.screen.window.dialogs._open_settings("account")
        assert ada.button("start-free") is None
        await ada.type("server-address", other.place.url)
        await ada.click("start-free")
        await ada.click("choose-session")
        await ada.screen.until(lambda: ada.button("sign-out") is not None)
    [row] = ada.driver.core.shelves.servers.rows()
    ada.driver.core.hosted.desk.session(row.id).forget()
    await ada.press_tool(f"Forget {row.title}")
    await ada.click("server-forget")
    await ada.click("server-forget-anyway")
    await ada.screen.until(lambda: not ada.driver.core.shelves.servers.rows())
    await ada.screen.until(lambda: ada.button("start-free") is None)
    await ada.close()


async def test_a_keyring_that_is_gone_since_yesterday_has_its_words_and_ways(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    await add_email(ada, town)
    account = ada.driver.core.shelves.servers.rows()[0].account
    await ada.close()
    ada.keychain = Keychain(ada.home, backends=())  # its keys were of the session before
    await ada.start()
    ada.account()
    await ada.until_says(
        "The key of this account cannot be read",
        "This computer's key for the server is not in the keychain any more.",
    )
    assert ada.button("start-free") is not None
    await ada.click("find-account")
    await ada.type("find-email", ME)
    await ada.until_says(f"A mail is on its way to {ME}")
    await ada.type("find-code", town.mails.code_to(ME))
    await ada.until_says("10,000 tokens left", "this computer")
    await ada.screen.until(lambda: not ada.screen.says("The key of this account cannot be read"))
    assert ada.driver.core.shelves.servers.rows()[0].account == account
    assert ada.button("start-free") is None
    await ada.close()


async def test_a_keyring_that_does_not_answer_today_loses_nothing(town: Town) -> None:
    ada = await town.person("laptop")
    await ada.begin()
    row = ada.driver.core.shelves.servers.rows()[0]
    await ada.close()
    ada.keychain = Keychain(ada.home, backends=())
    await ada.start()
    ada.driver.core.shelves.database.write("UPDATE servers SET \"where\" = 'keyring'")
    ada.account()
    await ada.until_says("The key of this account cannot be read", "no keyring")
    assert ada.button("start-free") is None  # it may be there again tomorrow
    again = ada.button("key-again")
    assert again is not None
    assert ada.driver.core.shelves.servers.rows()[0].account == row.account
    await ada.close()
