"""An account is found again by its e-mail address, and nothing is lost where that goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.account.device import key_entry
from app.errors import KeyringAbsent, ServerRefused
from app.store.servers import ServerRecord, ServerState
from tests.account.servers import Computer, LiveServer, computer, live_server
from tests.server.accounts.mail_server import MailServer, mail_server

ME = "ada@example.org"


@dataclass
class Town:
    """A server that sends mail, an account with an address, and a second computer."""

    live: LiveServer
    mails: MailServer
    laptop: Computer
    desk: Computer
    record: ServerRecord

    async def account_of(self, one: Computer) -> str:
        """Whom the server takes a computer for now; a session begins anew for that."""
        [row] = one.shelves.servers.rows()
        session = one.desk.session(row.id)
        session.forget()
        return (await session.ask("GET", "/api/me")).text("account")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with (
            live_server(tmp_path / "server", **smtp) as live,
            computer(tmp_path / "laptop", live.credit.time.clock, live.url) as laptop,
            computer(tmp_path / "desk", live.credit.time.clock, live.url) as desk,
        ):
            record = await laptop.desk.start(where="session")
            sent = await laptop.desk.ask_email_code(record.id, ME)
            await laptop.desk.confirm_email(record.id, sent.request, mails.code_to(ME))
            yield Town(live, mails, laptop, desk, record)


async def test_a_new_computer_comes_to_the_account(town: Town) -> None:
    sent = await town.desk.desk.ask_recovery_code("", ME)
    found = await town.desk.desk.recover(sent, town.mails.code_to(ME), where="session")
    assert found.account == town.record.account
    assert await town.account_of(town.desk) == town.record.account
    assert len(await town.laptop.desk.devices(town.record.id)) == 2


async def test_a_wrong_code_does_not_cost_the_account_that_is_here(town: Town) -> None:
    other = await town.desk.desk.start(where="session")
    sent = await town.desk.desk.ask_recovery_code("", ME)
    wrong = f"{(int(town.mails.code_to(ME)) + 1) % 10**6:06}"
    with pytest.raises(ServerRefused) as refused:
        await town.desk.desk.recover(sent, wrong, where="session")
    assert refused.value.code == "code_wrong"
    assert await town.account_of(town.desk) == other.account
    found = await town.desk.desk.recover(sent, town.mails.code_to(ME), where="session")
    assert found.account == town.record.account
    assert await town.account_of(town.desk) == town.record.account


async def test_a_keyring_that_is_gone_holds_nobody_up(town: Town) -> None:
    """The key was kept in a keyring of yesterday; the account is found again for this session."""
    one = town.laptop
    [row] = one.shelves.servers.rows()
    one.shelves.database.write("UPDATE servers SET \"where\" = 'keyring' WHERE id = ?", (row.id,))
    await one.keychain.forget(key_entry(row.id))
    sent = await one.desk.ask_recovery_code(town.live.url, ME)
    with pytest.raises(KeyringAbsent):
        await one.desk.recover(sent, town.mails.code_to(ME))
    found = await one.desk.recover(sent, town.mails.code_to(ME), where="session")
    assert (found.where, found.account) == ("session", town.record.account)
    assert await town.account_of(one) == town.record.account


async def test_a_server_is_forgotten_although_its_keyring_is_gone(town: Town) -> None:
    one = town.laptop
    [row] = one.shelves.servers.rows()
    await one.desk.sign_out(row.id)
    one.shelves.database.write("UPDATE servers SET \"where\" = 'keyring' WHERE id = ?", (row.id,))
    await one.desk.forget(row.id)
    assert one.shelves.servers.rows() == []


async def test_a_computer_that_was_removed_begins_anew_without_its_keyring(town: Town) -> None:
    one = town.laptop
    [row] = one.shelves.servers.rows()
    one.shelves.database.write(
        "UPDATE servers SET state = ?, \"where\" = 'keyring' WHERE id = ?",
        (ServerState.REMOVED.value, row.id),
    )
    await one.keychain.forget(key_entry(row.id))
    fresh = await one.desk.start(town.live.url, where="session")
    assert fresh.account != town.record.account
    assert await town.account_of(one) == fresh.account
