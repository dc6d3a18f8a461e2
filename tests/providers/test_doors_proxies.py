"""Proxies on the way to a provider, through both doors: passwords, refusals, SOCKS."""

from __future__ import annotations

import asyncio

import pytest

from app.errors import ConfigError, ProviderUnreachable
from app.providers.connection import Call, Proxy
from app.providers.http_aiohttp import AiohttpDoor
from tests.providers.loopback import QUICK, answer, loopback
from tests.providers.test_doors import DOORS, post


@pytest.mark.parametrize("kind", sorted(DOORS))
@pytest.mark.parametrize("url", ["ftp://proxy:1", "http://", "socks5://"])
def test_what_is_no_proxy_is_told(kind: str, url: str) -> None:
    with pytest.raises(ConfigError):
        DOORS[kind](Proxy(url))


@pytest.mark.parametrize("kind", sorted(DOORS))
async def test_an_http_proxy_gets_the_password_and_its_refusal_is_told(kind: str) -> None:
    async with loopback(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as place:
        http = DOORS[kind](Proxy(place.url, "user", "pass"), timeouts=QUICK)
        with pytest.raises(ProviderUnreachable, match="proxy refused"):
            async with http.open(post("https://api.example.com/v1")):
                pass
        await http.aclose()
    assert place.seen[0].startswith(b"CONNECT api.example.com:443 ")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in place.seen[0]


@pytest.mark.parametrize("kind", sorted(DOORS))
async def test_an_http_proxy_gets_the_password_without_a_tunnel_too(kind: str) -> None:
    async with loopback(answer(b"through")) as place:
        http = DOORS[kind](Proxy(place.url, "user", "pass"), timeouts=QUICK)
        async with http.open(post("http://models.example.test/v1")) as answered:
            assert await answered.body() == b"through"
        await http.aclose()
    assert place.seen[0].startswith(b"POST http://models.example.test/v1 ")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in place.seen[0]


@pytest.mark.parametrize("kind", sorted(DOORS))
@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_a_proxy_that_is_not_there_is_told(kind: str, scheme: str) -> None:
    http = DOORS[kind](Proxy(f"{scheme}://127.0.0.1:1", "user", "p@ss/:"), timeouts=QUICK)
    with pytest.raises(ProviderUnreachable, match=r"[Pp]roxy") as raised:
        async with http.open(post("https://api.example.com/v1")):
            pass
    assert raised.value.billed is False
    await http.aclose()


@pytest.mark.parametrize("kind", sorted(DOORS))
async def test_this_computer_is_reached_past_the_proxy(kind: str) -> None:
    http = DOORS[kind](Proxy("http://127.0.0.1:1"), timeouts=QUICK)
    async with loopback(answer(b"{}")) as place, http.open(post(place.url)) as answered:
        assert await answered.body() == b"{}"
    await http.aclose()


async def test_socks_carries_name_password_and_request() -> None:
    seen: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readexactly(2 + 2))  # version, two methods
        writer.write(b"\x05\x02")
        size = (await reader.readexactly(2))[1]
        user = await reader.readexactly(size)
        password = await reader.readexactly((await reader.readexactly(1))[0])
        seen.append(user + b":" + password)
        writer.write(b"\x01\x00")
        await reader.readexactly(4)
        name = await reader.readexactly((await reader.readexactly(1))[0])
        port = int.from_bytes(await reader.readexactly(2), "big")
        seen.append(name + b":%d" % port)
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"through"))
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = AiohttpDoor(Proxy(f"socks5://127.0.0.1:{port}", "me", "p@ss:/"), timeouts=QUICK)
    async with http.open(Call("GET", "http://models.example.test/v1", "Example")) as answered:
        assert await answered.body() == b"through"
    await http.aclose()
    server.close()
    assert seen[1:3] == [b"me:p@ss:/", b"models.example.test:80"]
    assert seen[3].startswith(b"GET /v1 HTTP/1.1\r\n")
    assert b"uthorization" not in seen[3]
