"""The one door: keys stay where they belong, and every way a network can fail has its words."""

from __future__ import annotations

import socket
import ssl

import httpx2
import pytest

from app.errors import (
    ConfigError,
    KeyRefused,
    NotTheProvider,
    OfflineAsSet,
    ProviderError,
    ProviderUnreachable,
    StreamBroken,
)
from app.providers.client import Provider
from app.providers.connection import Call, Key, Proxy
from app.providers.events import Finished, Outcome, StreamEvent, TextArrived
from app.providers.hosts import HOSTS
from app.providers.http import HttpClient
from app.providers.reach import test_proxy as ask_through_proxy
from app.request import ChatRequest
from tests.providers.loopback import (
    QUICK,
    SECRET,
    Answers,
    answer,
    ask,
    loopback,
    provider_at,
    stream_of,
)

CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'


async def _all(provider: Provider, request: ChatRequest | None = None) -> list[StreamEvent]:
    return [event async for event in provider.stream(request or ask())]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["openai", "anthropic", "gemini"])
async def test_a_redirect_takes_neither_key_nor_message_elsewhere(status: int, host: str) -> None:
    async with loopback(answer(b"{}")) as second:
        for place in (
            f"{second.url}/v1/steal",
            f"http://localhost:{second.port}/steal",
            f"https://127.0.0.1:{second.port}/steal",
            "/other",
        ):
            moved = answer(b"", status, more=f"Location: {place}\r\n")
            async with loopback(moved) as first:
                http = HttpClient(timeouts=QUICK)
                with pytest.raises(NotTheProvider, match="no key left"):
                    await _all(provider_at(first.url, http, HOSTS[host]), ask("the secret words"))
                await http.aclose()
                assert len(first.seen) == 1
                assert SECRET.encode() in first.seen[0]
        assert second.seen == []


async def test_offline_as_set_asks_nobody_but_this_computer() -> None:
    transport = Answers(stream_of(""), stream_of(""), stream_of(""))
    http = HttpClient(transport=transport, offline=True)
    for url in (
        "https://api.openai.com/v1",
        "http://192.168.1.5:11434",
        "http://127.0.0.1.evil.example",
    ):
        with pytest.raises(OfflineAsSet, match="“offline” is on"):
            async with http.open(Call("GET", url, "OpenAI")):
                pass
    assert transport.requests == []
    for url in ("http://localhost:11434/api/tags", "http://127.0.0.1:1/", "http://[::1]:1/"):
        async with http.open(Call("GET", url, "Ollama")) as answered:
            assert answered.status == 200
    assert len(transport.requests) == 3


@pytest.mark.parametrize(
    "url", ["http://api.openai.com/v1/x", "https://api.openai.com:444/x", "https://evil.example/x"]
)
async def test_a_key_is_bound_to_scheme_host_and_port(url: str) -> None:
    transport = Answers(stream_of(""))
    key = Key("x-api-key", SECRET, "https://api.openai.com/v1")
    opening = HttpClient(transport=transport).open(Call("GET", url, "OpenAI", key=key))
    with pytest.raises(NotTheProvider, match="not sent"):
        await opening.__aenter__()
    assert transport.requests == []


async def test_a_key_never_goes_over_an_open_line_out_of_the_house() -> None:
    transport = Answers(stream_of(""))
    with pytest.raises(NotTheProvider, match="not encrypted"):
        await _all(provider_at("http://models.example.com/v1", HttpClient(transport=transport)))
    assert transport.requests == []


@pytest.mark.parametrize("secret", ["sk-new\nline0123456789", "schlüssel-0123456789", "sk-\x00nul"])
async def test_a_key_with_characters_that_no_key_has_is_refused_before_sending(secret: str) -> None:
    transport = Answers(stream_of(""))
    with pytest.raises(KeyRefused):
        await _all(
            provider_at("https://api.openai.com/v1", HttpClient(transport=transport), secret=secret)
        )
    assert transport.requests == []


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words", "billed"),
    [
        (
            _caused(httpx2.ConnectError("x"), socket.gaierror(-2, "no name")),
            "name .* not found",
            False,
        ),
        (_caused(httpx2.ConnectError("x"), ssl.SSLError(1, "bad")), "not safe", False),
        (httpx2.ConnectError("refused"), "no connection", False),
        (httpx2.ConnectTimeout("slow"), "did not answer in time", False),
        (httpx2.ProxyError("407"), "proxy refused", False),
        (httpx2.ReadTimeout("slow"), "did not answer in time", None),
        (httpx2.ReadError("reset"), "lost before an answer", None),
        (httpx2.WriteError("reset"), "lost before an answer", None),
        (httpx2.RemoteProtocolError("Server disconnected"), "lost before an answer", None),
    ],
)
async def test_every_way_to_fail_has_its_words(
    error: Exception, words: str, billed: bool | None
) -> None:
    transport = Answers(error, error, error)
    with pytest.raises(ProviderUnreachable, match=words) as raised:
        await _all(provider_at("https://api.openai.com/v1", HttpClient(transport=transport)))
    assert raised.value.billed is billed
    # What may have been billed is never sent again; what cannot have been is tried again.
    assert len(transport.requests) == (1 if billed is None else 3)


async def test_nobody_at_the_port_is_told_as_no_connection() -> None:
    with socket.socket() as kept:  # and nobody else can listen there meanwhile
        kept.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{kept.getsockname()[1]}"
        with pytest.raises(ProviderUnreachable, match="No program answers at"):
            await _all(provider_at(url, HttpClient(timeouts=QUICK)))


async def test_a_server_that_does_not_speak_tls_is_told() -> None:
    async with loopback(b"HTTP/1.1 400 Bad\r\n\r\n") as place:
        http = HttpClient(timeouts=QUICK)
        with pytest.raises(ProviderUnreachable):
            await _all(provider_at(f"https://127.0.0.1:{place.port}", http))


async def test_silence_after_the_request_may_have_been_billed() -> None:
    async with loopback(b"", hold=True) as place:
        http = HttpClient(timeouts=QUICK)
        with pytest.raises(ProviderUnreachable) as raised:
            await _all(provider_at(place.url, http))
        await http.aclose()
        assert raised.value.billed is None
        assert len(place.seen) == 1


async def test_silence_in_the_middle_of_an_answer_keeps_what_came() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    async with loopback(head + CHUNK, hold=True) as place:
        http = HttpClient(timeouts=QUICK)
        events = await _all(provider_at(place.url, http))
        await http.aclose()
    assert events[0] == TextArrived("Hi")
    assert isinstance(events[-1], Finished)
    assert events[-1].outcome is Outcome.BROKEN
    assert events[-1].fault is not None
    assert "nothing came" in events[-1].fault.message
    assert len(place.seen) == 1


async def test_a_connection_lost_in_the_middle_ends_as_broken() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
    async with loopback(head + CHUNK) as place:
        http = HttpClient(timeouts=QUICK)
        events = await _all(provider_at(place.url, http))
        await http.aclose()
    assert [type(event) for event in events] == [TextArrived, Finished]
    assert events[-1].outcome is Outcome.BROKEN


async def test_a_connection_lost_before_the_first_token_is_raised_and_not_sent_again() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n"
    async with loopback(head) as place:
        http = HttpClient(timeouts=QUICK)
        with pytest.raises(StreamBroken) as raised:
            await _all(provider_at(place.url, http))
        await http.aclose()
        assert raised.value.billed is None
        assert len(place.seen) == 1


@pytest.mark.parametrize("kind", ["text/html", "application/json", "text/event-stream", ""])
async def test_a_sign_in_page_is_told_apart_from_an_answer(kind: str) -> None:
    page = answer(b"<html><body>Welcome to the hotel</body></html>", kind=kind)
    async with loopback(page) as place:
        http = HttpClient(timeouts=QUICK)
        provider = provider_at(place.url, http)
        if kind != "text/event-stream":
            with pytest.raises(NotTheProvider):
                await _all(provider)
        with pytest.raises(NotTheProvider):
            await provider.check_key()
        await http.aclose()


async def test_something_that_speaks_no_http_is_told() -> None:
    async with loopback(b"SSH-2.0-OpenSSH_9.2\r\n") as place:
        http = HttpClient(timeouts=QUICK)
        with pytest.raises(ProviderError):
            await _all(provider_at(place.url, http))
        await http.aclose()


@pytest.mark.parametrize("url", ["ftp://proxy:1", "http://", "socks5://"])
def test_what_is_no_proxy_is_told(url: str) -> None:
    with pytest.raises(ConfigError):
        HttpClient(Proxy(url))


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_with_a_password_can_be_set(scheme: str) -> None:
    http = HttpClient(Proxy(f"{scheme}://127.0.0.1:1", "user", "p@ss"), timeouts=QUICK)
    assert http.has_proxy
    with pytest.raises(ProviderUnreachable, match=r"[Pp]roxy"):
        await ask_through_proxy(http)
    await http.aclose()


async def test_an_http_proxy_gets_the_password_and_the_target() -> None:
    async with loopback(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as place:
        http = HttpClient(Proxy(place.url, "user", "pass"), timeouts=QUICK)
        with pytest.raises(ProviderUnreachable, match="proxy refused"):
            await ask_through_proxy(http)
        await http.aclose()
    assert place.seen[0].startswith(b"CONNECT ")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in place.seen[0]


async def test_this_computer_is_reached_without_the_proxy() -> None:
    async with loopback(answer(b'{"data":[]}', kind="application/json")) as place:
        http = HttpClient(Proxy("http://127.0.0.1:1"), timeouts=QUICK)
        assert await provider_at(place.url, http).list_models() == ()
        await http.aclose()
