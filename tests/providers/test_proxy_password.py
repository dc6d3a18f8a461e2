"""A proxy's password is asked for once and holds up requests, not the program; clients retire."""

from __future__ import annotations

import asyncio
import base64

import pytest

from app.errors import KeyringLocked, ProviderUnreachable
from app.providers.connection import Call, Proxy
from app.providers.http import HttpClient
from tests.providers.loopback import QUICK, Answers, answer, loopback, stream_of

CALL = Call("GET", "http://models.example.test/v1/models", "Example")
ANSWER = answer(b"{}", kind="application/json")
SIGN = "me:open sesame"


class Keyring:
    """A keyring that waits for a person, or refuses so many times."""

    def __init__(self, *, refusals: int = 0) -> None:
        self.refusals = refusals
        self.asked = 0
        self.unlocked = asyncio.Event()

    async def ask(self) -> str:
        self.asked += 1
        await self.unlocked.wait()
        if self.refusals:
            self.refusals -= 1
            raise KeyringLocked("The keyring is locked.")
        return SIGN.partition(":")[2]


def client(url: str, keyring: Keyring) -> HttpClient:
    return HttpClient(Proxy(url, "me"), timeouts=QUICK, ask_password=keyring.ask)


async def status_of(http: HttpClient, call: Call = CALL) -> int:
    async with http.open(call) as answered:
        await answered.body()
        return answered.status


async def until_asked(keyring: Keyring) -> None:
    while not keyring.asked:
        await asyncio.sleep(0)


async def test_requests_wait_for_one_question_and_then_carry_the_password() -> None:
    keyring = Keyring()
    async with loopback(ANSWER) as proxy:
        http = client(proxy.url, keyring)
        waiting = [asyncio.create_task(status_of(http)) for _ in range(3)]
        await until_asked(keyring)
        assert proxy.seen == []
        keyring.unlocked.set()
        assert await asyncio.gather(*waiting) == [200, 200, 200]
        assert await status_of(http) == 200
        await http.aclose()
    assert keyring.asked == 1
    sign = base64.b64encode(SIGN.encode())
    assert len(proxy.seen) == 4
    assert all(b"Basic " + sign in seen for seen in proxy.seen)


async def test_this_computer_is_asked_without_the_password_of_the_proxy() -> None:
    keyring = Keyring()
    async with loopback(ANSWER) as proxy, loopback(ANSWER) as local:
        http = client(proxy.url, keyring)
        assert await status_of(http, Call("GET", f"{local.url}/api/tags", "Ollama")) == 200
        await http.aclose()
    assert keyring.asked == 0
    assert proxy.seen == []


async def test_who_gives_up_waiting_does_not_end_the_question_for_the_others() -> None:
    keyring = Keyring()
    async with loopback(ANSWER) as proxy:
        http = client(proxy.url, keyring)
        stopped = asyncio.create_task(status_of(http))
        staying = asyncio.create_task(status_of(http))
        await until_asked(keyring)
        stopped.cancel()
        keyring.unlocked.set()
        assert await staying == 200
        assert stopped.cancelled()
        await http.aclose()
    assert keyring.asked == 1


async def test_without_the_password_nothing_is_sent_and_the_next_request_asks_again() -> None:
    keyring = Keyring(refusals=1)
    keyring.unlocked.set()
    async with loopback(ANSWER) as proxy:
        http = client(proxy.url, keyring)
        with pytest.raises(ProviderUnreachable, match="password cannot be read") as raised:
            await status_of(http)
        assert raised.value.billed is False
        assert proxy.seen == []
        assert await status_of(http) == 200
        await http.aclose()
    assert keyring.asked == 2


async def test_closing_ends_a_question_that_nobody_answers() -> None:
    keyring = Keyring()
    http = client("http://127.0.0.1:9", keyring)
    asking = asyncio.create_task(http.have_password())
    await until_asked(keyring)
    await http.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking


class Watched(Answers):
    """A transport that says whether it was closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


async def test_a_client_that_retires_closes_when_its_last_answer_ends() -> None:
    transport = Watched(stream_of("one"), stream_of("two"))
    http = HttpClient(transport=transport)
    async with http.open(CALL) as first:
        async with http.open(CALL) as second:
            await http.retire()
            await second.body()
        assert not transport.closed
        await first.body()
    assert transport.closed


async def test_a_client_that_retires_with_nothing_under_way_closes_at_once() -> None:
    transport = Watched(stream_of("one"))
    http = HttpClient(transport=transport)
    await status_of(http)
    await http.retire()
    assert transport.closed
