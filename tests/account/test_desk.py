"""Accounts at a real server: begin, sign in, devices, e-mail, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.account.address import read_address
from app.account.desk import AccountDesk
from app.account.device import key_entry
from app.clock import Clock
from app.errors import (
    AnswerImpossible,
    ClockFarOff,
    ConfigError,
    DeviceRemoved,
    KeyringAbsent,
    KeyringLocked,
    NotACreditServer,
    ProviderUnreachable,
    ServerRefused,
    ServerTooNew,
    ServerTooOld,
    SignedOut,
    TuppenceError,
)
from app.store.servers import ServerState
from tests.account.servers import Computer, LiveServer, computer, live_server
from tests.fixtures.provider_server import ProviderServer


async def test_one_call_makes_a_free_account_that_can_ask(laptop: Computer) -> None:
    record = await laptop.desk.start(where="session")
    assert (record.state, record.title) == (ServerState.SIGNED_IN, "Tuppence")
    me = await laptop.desk.session(record.id).ask("GET", "/api/me")
    assert me.text("account") == record.account
    assert laptop.desk.chosen() == record
    again = await laptop.desk.start(where="session")
    assert (again.id, again.account, again.device) == (record.id, record.account, record.device)


async def test_without_an_address_there_is_nothing_to_start(
    live: LiveServer, tmp_path: Path
) -> None:
    async with computer(tmp_path / "bare", live.credit.time.clock) as bare:
        assert bare.desk.default_address == ""
        with pytest.raises(TuppenceError, match="No credit server"):
            await bare.desk.start(where="session")
        assert bare.shelves.servers.rows() == []


async def test_without_a_keyring_the_user_is_asked_where_the_key_goes(laptop: Computer) -> None:
    with pytest.raises(KeyringAbsent) as asked:
        await laptop.desk.start()
    assert "vault" in asked.value.advice
    assert laptop.shelves.servers.rows()[0].state is ServerState.NEW


async def test_a_session_is_renewed_quietly_when_it_ends(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    session = laptop.desk.session(record.id)
    first = await session.token()
    assert await session.token() == first
    live.credit.time.pass_by(minutes=59)
    second = await session.token()
    assert second != first
    await live.credit.run("DELETE FROM sessions")  # ended at the server before its time
    me = await session.ask("GET", "/api/me")
    assert me.text("account") == record.account


async def test_a_token_that_another_question_has_renewed_is_kept(
    laptop: Computer, live: LiveServer
) -> None:
    """Each one that ended meanwhile is answered by one renewal, and none takes it from another."""
    record = await laptop.desk.start(where="session")
    session = laptop.desk.session(record.id)
    ended = await session.token()
    await live.credit.run("DELETE FROM sessions")
    await session.ask("GET", "/api/me")
    renewed = await session.token()
    assert renewed != ended
    session.forget(ended)  # a slower question that was refused with the one before
    assert await session.token() == renewed
    await live.credit.run("DELETE FROM sessions")
    await asyncio.gather(*(session.ask("GET", "/api/me") for _ in range(12)))
    rows = await live.credit.run("SELECT count(*) FROM sessions WHERE account = ?", record.account)
    assert rows == [(1,)]


async def test_many_questions_at_once_share_one_renewal(laptop: Computer, live: LiveServer) -> None:
    record = await laptop.desk.start(where="session")
    session = laptop.desk.session(record.id)
    session.forget()
    await asyncio.gather(*(session.ask("GET", "/api/me") for _ in range(12)))
    rows = await live.credit.run("SELECT count(*) FROM sessions WHERE account = ?", record.account)
    assert rows[0][0] == 2  # the one of the start and one more


async def test_a_computer_that_was_removed_elsewhere_says_so_and_can_begin_anew(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    await live.credit.run("UPDATE devices SET removed_ms = 1 WHERE account = ?", record.account)
    await live.credit.run("DELETE FROM sessions")
    with pytest.raises(DeviceRemoved, match="was removed from your account"):
        await laptop.desk.session(record.id).ask("GET", "/api/me")
    gone = laptop.shelves.servers.get(record.id)
    assert gone is not None
    assert gone.state is ServerState.REMOVED
    assert laptop.changes[-1].state is ServerState.REMOVED
    fresh = await laptop.desk.start(where="session")
    assert fresh.is_signed_in
    assert fresh.account != record.account


async def test_signing_out_keeps_the_key_and_signing_in_brings_the_same_account(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    await laptop.desk.sign_out(record.id)
    assert (await live.credit.run("SELECT count(*) FROM sessions"))[0][0] == 0
    with pytest.raises(SignedOut, match="signed out"):
        await laptop.desk.session(record.id).ask("GET", "/api/me")
    back = await laptop.desk.sign_in(record.id)
    assert (back.account, back.state) == (record.account, ServerState.SIGNED_IN)


async def test_a_keyring_that_is_locked_today_makes_no_second_account(
    laptop: Computer, live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await laptop.desk.start(where="session")

    async def locked(key_id: str, where: str | None = None) -> str | None:
        raise KeyringLocked("The keyring is locked.", "Unlock it.")

    later = AccountDesk(
        laptop.shelves.servers,
        laptop.shelves.settings,
        laptop.keychain,
        lambda: laptop.http,
        live.credit.time.clock,
        built_in=live.url,
        changed=laptop.changes.append,
    )
    with monkeypatch.context() as patched:
        patched.setattr(laptop.keychain, "read", locked)
        with pytest.raises(KeyringLocked):
            await later.session(record.id).ask("GET", "/api/me")
        with pytest.raises(KeyringLocked):
            await later.start(where="session")
    assert (await live.credit.run("SELECT count(*) FROM devices"))[0][0] == 1
    await later.session(record.id).ask("GET", "/api/me")  # unlocked again: all is as it was


async def test_a_key_that_the_keyring_lost_is_said_and_not_made_anew_behind_ones_back(
    laptop: Computer, live: LiveServer
) -> None:
    record = await laptop.desk.start(where="session")
    await laptop.keychain.forget(key_entry(record.id))
    laptop.desk.session(record.id).forget()
    desk = AccountDesk(
        laptop.shelves.servers, laptop.shelves.settings, laptop.keychain, lambda: laptop.http,
        live.credit.time.clock, built_in=live.url, changed=laptop.changes.append,
    )  # fmt: skip
    with pytest.raises(SignedOut, match="not in the keychain"):
        await desk.session(record.id).ask("GET", "/api/me")
    assert (await live.credit.run("SELECT count(*) FROM devices"))[0][0] == 1


async def test_devices_are_listed_and_the_only_one_is_not_removed(laptop: Computer) -> None:
    record = await laptop.desk.start(where="session")
    [device] = await laptop.desk.devices(record.id)
    assert (device.id, device.is_this) == (record.device, True)
    with pytest.raises(ServerRefused) as refused:
        await laptop.desk.remove_device(record.id, device.id)
    assert refused.value.code == "last_device"


async def test_several_servers_stay_apart(
    laptop: Computer, live: LiveServer, tmp_path: Path
) -> None:
    first = await laptop.desk.start(where="session")
    async with live_server(tmp_path / "other", catalog="packs-and-weights") as other:
        second = await laptop.desk.start(other.url, where="session")
        assert second.id != first.id
        assert laptop.desk.chosen() == second
        assert laptop.desk.choose(first.id) == first
        ids = {
            (await laptop.desk.session(each.id).ask("GET", "/api/me")).text("account")
            for each in (first, second)
        }
        assert ids == {first.account, second.account}
        keys = {(await laptop.desk.device_key(each.id)).public.text for each in (first, second)}
        assert len(keys) == 2


async def test_a_server_that_cannot_be_reached_is_no_other_thing(alone: Computer) -> None:
    with pytest.raises(ProviderUnreachable):
        await alone.desk.check("http://127.0.0.1:9")


@pytest.mark.parametrize(
    "text",
    ["", "  ", "not a host", "ftp://credits.example", "http://credits.example",
     "https://user:pw@credits.example", "https://credits.example/api", "https://a..b",
     "https://credits.example?x=1", "https://credits.example:port", "x" * 400],
)  # fmt: skip
def test_what_is_no_address_is_said_before_anything_is_asked(text: str) -> None:
    with pytest.raises(ConfigError):
        read_address(text)


GOOD = {
    "product": "tuppence-server", "interface": 1, "version": "0.1.0", "catalog": "tuppence",
    "title": "Tuppence", "demo": False, "at": "2026-11-21T12:00:00+00:00",
    "least_output_tokens": 256, "recommended": [], "free_models": [],
}  # fmt: skip


def says(**other: object) -> bytes:
    """What a good server says of itself, with something else in it."""
    return json.dumps(GOOD | other).encode()


NOT_FOUND = b'{"error": {"message": "There is no such address.", "code": "not_found"}}'
NONE, OLD, NEW, ODD = NotACreditServer, ServerTooOld, ServerTooNew, AnswerImpossible
TIMES = "2026-11-21T12:00:00", "2027-02-21T12:00:00Z", "2026-11-19T12:00:00Z"


@pytest.mark.parametrize(
    ("body", "status", "fault", "words"),
    [
        (b"<html><body>Sign in to this network</body></html>", 200, NONE, "no credit server"),
        (b'{"object": "list", "data": []}', 200, NONE, "no credit server"),
        (b"[1, 2]", 200, NONE, "no credit server"),
        (b"", 404, NONE, "no credit server"),
        (b'{"detail": "Not Found"}', 404, NONE, "no credit server"),
        (NOT_FOUND, 404, OLD, "older Tuppence"),
        (says(interface=0), 200, OLD, "older Tuppence"),
        (says(interface=2, version="9.0"), 200, NEW, "9.0"),
        (says(interface="1"), 200, ODD, "interface"),
        (says(at=TIMES[0]), 200, ODD, "zone"),
        (says(at=TIMES[1]), 200, ClockFarOff, "92 days behind"),
        (says(at=TIMES[2]), 200, ClockFarOff, "2 days ahead of"),
    ],
)
async def test_each_thing_that_is_no_fitting_server_has_its_own_words(
    alone: Computer,
    provider_server: ProviderServer,
    body: bytes,
    status: int,
    fault: type[TuppenceError],
    words: str,
) -> None:
    provider_server.show("/api/server", body, status)
    with pytest.raises(fault, match=re.escape(words)):
        await alone.desk.check(provider_server.url)
    assert alone.shelves.servers.rows() == []


async def test_clocks_that_differ_by_hours_are_no_hindrance(
    live: LiveServer, tmp_path: Path
) -> None:
    ahead = Clock(now=lambda: live.credit.time.at + timedelta(hours=20))
    async with computer(tmp_path / "ahead", ahead, live.url) as one:
        record = await one.desk.start(where="session")
        session = one.desk.session(record.id)
        first = await session.token()
        assert await session.token() == first
