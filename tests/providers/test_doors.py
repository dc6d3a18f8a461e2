"""Both doors to the network keep the same contract, case by case on a loopback line."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import KeyRefused, NotTheProvider, ProviderUnreachable, StreamBroken
from app.providers.connection import Call, Http, Key
from app.providers.events import Finished, Outcome, TextArrived
from app.providers.http import HttpClient
from app.providers.http_aiohttp import AiohttpDoor
from tests.providers.lines import begin, leave, lines, reset
from tests.providers.loopback import QUICK, SECRET, answer, ask, loopback, provider_at

CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
DOORS = {"httpx2": HttpClient, "aiohttp": AiohttpDoor}


@pytest.fixture(params=sorted(DOORS))
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Http]:
    http = DOORS[request.param](timeouts=QUICK)
    yield http
    await http.aclose()


@pytest.fixture
async def aio() -> AsyncIterator[AiohttpDoor]:
    http = AiohttpDoor(timeouts=QUICK)
    yield http
    await http.aclose()


def post(url: str, **options: object) -> Call:
    return Call("POST", url, "Example", b'{"a":1}', **options)  # type: ignore[arg-type]


async def test_status_headers_and_body_come_as_they_were_sent(door: Http) -> None:
    sent = answer(b'{"error":1}', 418, "Application/JSON; charset=utf-8", "X-Request-Id: r1\r\n")
    async with loopback(sent) as place, door.open(post(f"{place.url}/v1/x?y=z")) as answered:
        assert answered.status == 418
        assert answered.content_type == "application/json"
        assert answered.headers["x-request-id"] == "r1"
        assert await answered.body() == b'{"error":1}'
    head = place.seen[0]
    assert head.startswith(b"POST /v1/x?y=z HTTP/1.1\r\n")
    assert head.endswith(b'\r\n\r\n{"a":1}')


async def test_only_our_headers_and_the_key_go_out(door: Http) -> None:
    async with loopback(answer(b"{}")) as place:
        key = Key("x-api-key", SECRET, place.url)
        call = post(place.url, headers=(("anthropic-version", "2023-06-01"),), key=key)
        async with door.open(call) as answered:
            await answered.body()
    fields = dict(
        line.split(b": ", 1)
        for line in place.seen[0].lower().split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    )
    assert fields.pop(b"host").startswith(b"127.0.0.1:")
    fields.pop(b"connection", None)
    assert fields == {
        b"accept": b"*/*",
        b"user-agent": b"tuppence",
        b"accept-encoding": b"identity",
        b"content-type": b"application/json",
        b"content-length": b"7",
        b"anthropic-version": b"2023-06-01",
        b"x-api-key": SECRET.lower().encode(),
    }


async def test_a_body_that_is_no_json_says_what_it_is(door: Http) -> None:
    async with loopback(answer(b"{}")) as place:
        call = Call(
            "POST", place.url, "E", b"--x--", content_type="multipart/form-data; boundary=x"
        )
        async with door.open(call) as answered:
            await answered.body()
    assert b"content-type: multipart/form-data; boundary=x" in place.seen[0].lower()


async def test_pieces_come_before_the_answer_has_ended(door: Http) -> None:
    begun = STREAM + b"\r\n" + CHUNK
    async with loopback(begun, hold=True) as place, door.open(post(place.url)) as answered:
        assert await anext(answered.pieces()) == CHUNK


async def test_silence_in_the_middle_is_told_as_silence(door: Http) -> None:
    async with loopback(STREAM + b"\r\n" + CHUNK, hold=True) as place:
        with pytest.raises(StreamBroken, match=r"nothing came for 0\.3 seconds") as raised:
            async with door.open(post(place.url)) as answered:
                await answered.body()
    assert raised.value.billed is None


async def test_a_slow_reader_is_not_taken_for_silence(door: Http) -> None:
    async with loopback(STREAM + b"\r\n" + CHUNK) as place, door.open(post(place.url)) as answered:
        async for piece in answered.pieces():
            # Longer than the line may be idle, on the reader's side.
            await asyncio.sleep(0.5)
            assert piece == CHUNK


async def test_a_long_body_comes_whole_to_a_reader_that_holds_it_back(door: Http) -> None:
    part = bytes(range(256)) * 64
    body = b"%x\r\n%s\r\n" % (len(part), part) * 300 + b"0\r\n\r\n"
    sent = STREAM + b"Transfer-Encoding: chunked\r\n\r\n" + body
    async with loopback(sent) as place, door.open(post(place.url)) as answered:
        came, rests = b"", 10
        async for piece in answered.pieces():
            came, rests = came + piece, rests - 1
            # The line fills up and is read again, several times.
            await asyncio.sleep(0.02 if rests > 0 else 0)
    assert came == part * 300


@pytest.mark.parametrize("framing", [b"Content-Length: 9999", b"Transfer-Encoding: chunked"])
async def test_a_cut_body_is_told_as_cut(door: Http, framing: bytes) -> None:
    body = b"5\r\nhello\r\n" if framing.startswith(b"Transfer") else b"hello"
    sent = STREAM + framing + b"\r\n\r\n" + body
    async with loopback(sent) as place, door.open(post(place.url)) as answered:
        pieces = answered.pieces()
        assert await anext(pieces) == b"hello"
        with pytest.raises(StreamBroken, match="connection was lost"):
            await anext(pieces)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(door: Http, status: int) -> None:
    async with loopback(answer(b"{}")) as second:
        moved = answer(b"", status, more=f"Location: {second.url}/steal\r\n")
        async with loopback(moved) as first:
            key = Key("Authorization", f"Bearer {SECRET}", first.url)
            with pytest.raises(NotTheProvider, match="no key left"):
                async with door.open(post(first.url, key=key)):
                    pass
        assert second.seen == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/x", "another address"),
        ("https://api.example.com:444/v1", "another address"),
        ("http://api.example.com/v1", "another address"),
        ("https://api.example.com@evil.example/v1", "another address"),
    ],
)
async def test_a_key_is_bound_to_scheme_host_and_port(door: Http, url: str, words: str) -> None:
    key = Key("x-api-key", SECRET, "https://api.example.com/v1")
    with pytest.raises((NotTheProvider, ProviderUnreachable), match=words):
        async with door.open(Call("GET", url, "Example", key=key)):
            pass


async def test_a_key_with_a_line_end_is_refused_before_sending(door: Http) -> None:
    async with loopback(answer(b"{}")) as place:
        key = Key("x-api-key", "sk-new\r\nX-More: 1", place.url)
        with pytest.raises(KeyRefused):
            async with door.open(Call("GET", place.url, "Example", key=key)):
                pass
    assert place.seen == []


async def test_nobody_at_the_port_is_told_as_no_connection(door: Http) -> None:
    with socket.socket() as kept:  # and nobody else can listen there meanwhile
        kept.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{kept.getsockname()[1]}"
        with pytest.raises(ProviderUnreachable, match="No program answers at") as raised:
            async with door.open(post(url)):
                pass
    assert raised.value.billed is False


async def test_silence_after_the_request_may_have_been_billed(door: Http) -> None:
    async with loopback(b"", hold=True) as place:
        with pytest.raises(ProviderUnreachable, match="did not answer in time") as raised:
            async with door.open(post(place.url), within_s=0.3):
                pass
    assert raised.value.billed is None
    assert len(place.seen) == 1


async def test_silence_leaves_a_task_that_nobody_canceled(aio: AiohttpDoor) -> None:
    async with loopback(b"", hold=True) as place:
        with pytest.raises(ProviderUnreachable, match="did not answer in time"):
            async with aio.open(post(place.url), within_s=0.1):
                pass
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_who_is_canceled_while_nothing_comes_is_canceled_and_not_told_of_silence(
    aio: AiohttpDoor,
) -> None:
    async with loopback(b"", hold=True) as place:

        async def ask() -> None:
            async with aio.open(post(place.url), within_s=60):
                pass

        asking = asyncio.create_task(ask())
        while not place.seen:
            await asyncio.sleep(0.005)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert asking.cancelled()


async def test_a_fresh_line_that_drops_is_never_tried_again(door: Http) -> None:
    for act in (leave, reset, begin(leave), begin(reset)):
        async with lines({0: act}) as place:
            with pytest.raises((ProviderUnreachable, NotTheProvider)) as raised:
                async with door.open(post(place.url)):
                    pass
            assert raised.value.billed is None
            assert len(place.requests) == 1


async def test_something_that_speaks_no_http_is_told(door: Http) -> None:
    async with loopback(b"SSH-2.0-OpenSSH_9.2\r\n") as place:
        with pytest.raises((NotTheProvider, ProviderUnreachable)) as raised:
            async with door.open(post(place.url)):
                pass
    assert raised.value.billed is None


async def test_a_body_without_end_is_refused_at_its_bound(door: Http) -> None:
    async with loopback(answer(b"x" * 100_000)) as place:
        with pytest.raises(NotTheProvider, match="more than any answer"):
            async with door.open(post(place.url)) as answered:
                await answered.body(bytes_max=65_536)


async def test_a_packed_answer_is_unpacked_and_a_wrongly_packed_one_told(door: Http) -> None:
    packed = answer(gzip.compress(b"hello"), more="Content-Encoding: gzip\r\n")
    async with loopback(packed) as place, door.open(post(place.url)) as answered:
        assert await answered.body() == b"hello"
    async with loopback(answer(b"no gzip at all", more="Content-Encoding: gzip\r\n")) as place:
        with pytest.raises(StreamBroken, match="packed wrongly"):
            async with door.open(post(place.url)) as answered:
                await answered.body()


async def test_lines_are_kept_and_left_ones_are_closed(door: Http) -> None:
    async with lines() as place:
        for _ in range(3):
            async with door.open(post(place.url)) as answered:
                await answered.body()
        assert place.connections == 1
        async with door.open(post(place.url)):
            pass  # left before its body was read
        async with door.open(post(place.url)) as answered:
            assert await answered.body() == b"{}"
        assert len(place.requests) == 5


async def test_the_environment_names_no_proxy(
    door: Http, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with loopback(answer(b"{}")) as place, loopback(answer(b"{}")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with door.open(post(place.url)) as answered:
            await answered.body()
    assert proxy.seen == []
    assert b"authorization" not in place.seen[0].lower()


async def test_cookies_are_not_kept(door: Http) -> None:
    async with loopback(answer(b"{}", more="Set-Cookie: a=b\r\n")) as place:
        for _ in range(2):
            async with door.open(post(place.url)) as answered:
                await answered.body()
    if isinstance(door, AiohttpDoor):
        assert b"cookie" not in place.seen[1].lower()


async def test_a_certificate_that_nobody_signed_is_told(door: Http, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))

    async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(nobody, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ProviderUnreachable, match="not safe") as raised:
        async with door.open(post(f"https://localhost:{port}/v1")):
            pass
    assert raised.value.billed is False
    server.close()


async def test_a_server_without_tls_is_told(door: Http) -> None:
    async with loopback(b"HTTP/1.1 400 Bad\r\n\r\n") as place:
        with pytest.raises(ProviderUnreachable) as raised:
            async with door.open(post(place.url.replace("http:", "https:"))):
                pass
    assert raised.value.billed is False


async def test_a_provider_answers_through_either_door(door: Http) -> None:
    async with loopback(answer(CHUNK + b"data: [DONE]\n\n")) as place:
        events = [event async for event in provider_at(place.url, door).stream(ask())]
    assert events[0] == TextArrived("Hi")
    assert isinstance(events[-1], Finished)
    assert events[-1].outcome is Outcome.COMPLETE


async def test_a_name_that_nobody_has_is_told(door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    # The system's resolver, not ours: no packet may leave this computer.
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ProviderUnreachable, match=r"name models\.example\.test was not found"):
        async with door.open(post("https://models.example.test/v1")):
            pass


def _self_signed(folder: Path) -> Path:
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    place = folder / "both.pem"
    place.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return place
