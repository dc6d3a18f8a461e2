"""What of a client's request reaches a provider: no header, no address, no field that is not on the
list; and nothing is fetched for anybody."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.server.proxy.conftest import MODEL, Place, place, provider
from tests.server.upstreams.scripts import CANARY_KEY

__all__ = ["place", "provider"]

CANARY = "canary-of-a-client"
HEADERS = (
    "Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Proxy-Authenticate",
    "TE", "Trailer", "Upgrade", "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP", "CF-Connecting-IP",
    "True-Client-IP", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "Cookie",
    "Referer", "Origin", "User-Agent", "Accept-Language", "From", "Date", "Range", "If-None-Match",
    "OpenAI-Organization", "OpenAI-Project", "OpenAI-Beta", "X-API-Key", "Api-Key",
    "X-Goog-Api-Key", "Anthropic-Version", "Anthropic-Beta", "HTTP-Referer", "X-Title",
    "X-Stainless-Lang", "X-Request-Id", "X-Client-Request-Id", "Traceparent", "Baggage",
    "Idempotency-Key", "X-Custom", "Content-Language", "Content-MD5", "Accept",
)  # fmt: skip
INNER = (
    "http://127.0.0.1:{port}/x.png",
    "http://localhost:{port}/x.png",
    "http://[::1]:{port}/x.png",
    "http://[::ffff:127.0.0.1]:{port}/x.png",
    "http://0.0.0.0:{port}/x.png",
    "http://2130706433:{port}/x.png",
    "http://0x7f.1:{port}/x.png",
    "http://127.0.0.1.nip.io:{port}/x.png",
    "http://me@127.0.0.1:{port}/x.png",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/x.png",
    "https://example.org/x.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x.png",
    "/etc/passwd",
    "data:text/html;base64,aGVsbG8=",
    "data:image/svg+xml;base64,aGVsbG8=",
    "data:image/png,http://127.0.0.1:{port}/x.png",
    " http://127.0.0.1:{port}/x.png",
    "",
)


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A port inside that nobody should come to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server


async def test_no_header_of_a_client_reaches_a_provider(place: Place) -> None:
    person = await place.person()
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    sent = {name: f"{CANARY}-{name}" for name in HEADERS}
    sent |= {"Connection": f"close, X-Custom, {CANARY}", "Authorization": f"Bearer {person.token}"}
    async with httpx2.AsyncClient(base_url=place.url) as client:
        answer = await client.post("/v1/chat/completions", json=body, headers=sent)
    assert answer.status_code == 200, answer.text
    (call,) = place.provider.calls
    told = json.dumps(call.headers)
    assert CANARY not in told
    assert person.token not in told
    assert call.headers["authorization"] == f"Bearer {CANARY_KEY}"
    assert set(call.headers) <= {
        "host", "authorization", "accept", "accept-encoding", "content-type", "content-length",
        "user-agent", "http-referer", "x-title",
    }  # fmt: skip
    assert call.path == "/v1/chat/completions"


async def test_no_question_in_the_address_reaches_a_provider(place: Place) -> None:
    person = await place.person()
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    async with httpx2.AsyncClient(base_url=place.url, headers=person.headers) as client:
        answer = await client.post(f"/v1/chat/completions?key={CANARY}&beta=true", json=body)
        other = await client.post(f"/v1/../{CANARY}/chat/completions", json=body)
    assert answer.status_code == 200
    assert other.status_code == 404
    assert [call.path for call in place.provider.calls] == ["/v1/chat/completions"]


@pytest.mark.parametrize("url", INNER)
async def test_an_address_for_a_picture_is_neither_fetched_nor_passed_on(
    place: Place, url: str
) -> None:
    person = await place.person()
    with listening() as inside:
        address = url.format(port=inside.getsockname()[1])
        part = {"type": "image_url", "image_url": {"url": address}}
        chat = {"model": MODEL, "messages": [{"role": "user", "content": [part]}]}
        item = {"type": "input_image", "image_url": address}
        response = {"model": MODEL, "input": [{"role": "user", "content": [item]}]}
        async with httpx2.AsyncClient(base_url=place.url, headers=person.headers) as client:
            for path, body in (("chat/completions", chat), ("responses", response)):
                answer = await client.post(f"/v1/{path}", json=body)
                assert answer.status_code == 400, (path, answer.text)
        with pytest.raises(TimeoutError):
            inside.accept()
    assert place.provider.calls == []


async def test_a_quote_for_a_picture_fetches_nothing(place: Place) -> None:
    person = await place.person()
    with listening() as inside:
        part = {
            "type": "image_url",
            "image_url": {"url": INNER[0].format(port=inside.getsockname()[1])},
        }
        body = {"model": MODEL, "messages": [{"role": "user", "content": [part]}]}
        async with httpx2.AsyncClient(base_url=place.url, headers=person.headers) as client:
            assert (await client.post("/api/quote", json=body)).status_code < 500
        with pytest.raises(TimeoutError):
            inside.accept()


async def test_a_way_back_leads_nowhere_else(place: Place) -> None:
    person = await place.person()
    evil = ("https://evil.example", "//evil.example", "javascript:alert(1)", "data:text/html,x",
            "http://server@evil.example/", "https:evil.example", "\\\\evil.example")  # fmt: skip
    async with httpx2.AsyncClient(base_url=place.url, headers=person.headers) as client:
        for back in evil:
            page = await client.get("/checkout/done", params={"return": back})
            assert "evil.example" not in page.text
            assert "javascript:" not in page.text
            answer = await client.post("/api/checkout", json={"offer": "x", "return": back})
            assert 400 <= answer.status_code < 500


async def test_a_picture_of_many_pixels_is_not_unpacked(place: Place) -> None:
    person = await place.person()
    # A PNG's head that claims four billion pixels; nobody makes room for them.
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0"
    url = "data:image/png;base64," + base64.b64encode(head).decode()
    part = {"type": "image_url", "image_url": {"url": url}}
    body = {"model": MODEL, "messages": [{"role": "user", "content": [part]}]}
    async with httpx2.AsyncClient(base_url=place.url, headers=person.headers) as client:
        answer = await client.post("/v1/chat/completions", json=body)
    assert answer.status_code in (200, 400, 402), answer.text
