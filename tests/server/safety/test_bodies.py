"""Bodies and heads that are too long, too slow or too rich, against a real process: refused in
words, with flat memory, and the server answers the next one."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.server.safety.processes import MIB, ServerProcess, server_process

LIMIT = 2 * MIB
GROWTH_MIB_MAX = 40.0
ENV = {"BODY_BYTES_MAX": str(LIMIT), "REQUESTS_PER_MINUTE": "100000000"}
HIDDEN = ("/account/leave", "/checkout/simulated")
NO_BODY = ("/account/leave", "/api/account/link", "/api/requests/request_id/close")
HELLO = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server_process(tmp_path_factory.mktemp("bodies") / "server", "--demo", env=ENV) as running:
        url = f"{running.url}/v1/chat/completions"
        httpx2.post(url, json=HELLO, headers=headers(running))  # what counts tokens is in memory
        yield running


@pytest.fixture
def steady(server: ServerProcess) -> Iterator[ServerProcess]:
    """A server that answers afterwards as before, with no more memory."""
    still_answers(server)
    before = server.memory_mib
    yield server
    still_answers(server)
    assert server.memory_mib - before < GROWTH_MIB_MAX


def still_answers(server: ServerProcess) -> None:
    answer = httpx2.get(f"{server.url}/v1/models", headers=headers(server))
    assert answer.status_code == 200, answer.text


def headers(server: ServerProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}


def doors(server: ServerProcess) -> list[tuple[str, str]]:
    """Every endpoint that takes a body, with something in the place of its parameters."""
    paths = httpx2.get(f"{server.url}/openapi.json").json()["paths"]
    found = [
        (method.upper(), path.replace("{", "").replace("}", ""))
        for path, methods in paths.items()
        for method, said in methods.items()
        if method in ("post", "put", "patch") or "requestBody" in said
    ]
    return found + [("POST", path) for path in HIDDEN]


def most(path: str) -> int:
    return LIMIT if path.startswith(("/v1/", "/api/quote")) else MIB


def pieces(length: int) -> Iterator[bytes]:
    for _ in range(length // 65_536):
        yield b" " * 65_536


def refusal(answer: httpx2.Response) -> str:
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"]["code"])


@pytest.mark.parametrize("way", ["length", "chunks", "gzip", "deflate", "br", "gzip, gzip"])
def test_no_door_takes_a_body_over_the_limit(steady: ServerProcess, way: str) -> None:
    bomb = gzip.compress(b" " * (60 * MIB))
    with httpx2.Client(base_url=steady.url, headers=headers(steady), timeout=30) as client:
        for method, path in doors(steady):
            over = most(path) + MIB
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            client.headers.update(form if path in HIDDEN else headers(steady))
            if way == "length":
                answer = client.request(method, path, content=b" " * over)
            elif way == "chunks":
                answer = client.request(method, path, content=pieces(over))
            else:
                packed = {"Content-Encoding": way}
                answer = client.request(method, path, content=bomb, headers=packed)
            if path in NO_BODY and way in ("chunks", "gzip"):
                assert answer.status_code < 500  # nobody reads it
                continue
            wanted = 413 if way in ("length", "chunks", "gzip") else 415
            # A webhook that is not set up, and a key that is none, end before the body does.
            assert answer.status_code in (wanted, 401, 404), (method, path, answer.text)
            if answer.status_code == wanted:
                expected = "body_too_long" if wanted == 413 else "packing_unknown"
                assert refusal(answer) == expected, (method, path)
            if path.startswith("/v1/") and way != "chunks":
                assert answer.status_code == wanted, (method, path, answer.text)


def test_a_body_that_never_ends_is_cut_off(steady: ServerProcess) -> None:
    with connected(steady) as line:
        line.sendall(head(steady, "/v1/chat/completions", "Transfer-Encoding: chunked"))
        piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        sent = 0
        until = time.monotonic() + 30
        try:
            while time.monotonic() < until:
                line.sendall(piece)
                sent += len(piece)
                time.sleep(0.001)
        except OSError:
            assert sent > LIMIT
            return
        pytest.fail(f"{sent // MIB} MiB were taken and the line is still open")


@pytest.mark.parametrize(
    "text",
    [
        (b'{"model": "m", "messages": [' + b"[]," * 600_000 + b"[]]}"),
        (b'{"model": "m", "messages": [' + b"{}," * 600_000 + b"{}]}"),
        (b'{"model": "m", "messages": [' + b"0," * 1_000_000 + b"0]}"),
    ],
    ids=["lists", "objects", "words"],
)
def test_a_million_values_are_not_read(steady: ServerProcess, text: bytes) -> None:
    for packed in (False, True):
        content = gzip.compress(text) if packed else text
        told = {**headers(steady), **({"Content-Encoding": "gzip"} if packed else {})}
        answer = httpx2.post(f"{steady.url}/v1/chat/completions", content=content, headers=told)
        assert answer.status_code == 413, answer.text


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"model": "m", "messages": ' * 1_000,
        b'{"a":' * 90_000 + b"1" + b"}" * 90_000,
        b"[" * 200_000 + b"]" * 200_000,
    ],
    ids=["open lists", "open objects", "objects", "lists"],
)
def test_json_that_is_nested_too_deep_is_refused_at_every_door(
    steady: ServerProcess, text: bytes
) -> None:
    with httpx2.Client(base_url=steady.url, headers=headers(steady), timeout=30) as client:
        for method, path in doors(steady):
            answer = client.request(method, path, content=text)
            refused = 400 <= answer.status_code < 500
            assert refused or path in NO_BODY, (method, path, answer.text)


@pytest.mark.parametrize(
    ("packed", "status"),
    [
        (gzip.compress(json.dumps(HELLO).encode()), 200),
        (gzip.compress(json.dumps(HELLO).encode())[:-4], 400),
        (gzip.compress(json.dumps(HELLO).encode()) + b"and more", 400),
        (gzip.compress(b"{") + gzip.compress(b"}"), 400),
        (zlib.compress(json.dumps(HELLO).encode()), 400),
        (b"no gzip", 400),
        (b"", 400),
    ],
    ids=["whole", "cut", "more behind", "two", "zlib", "nothing packed", "nothing"],
)
def test_a_packed_body_is_one_whole_gzip(steady: ServerProcess, packed: bytes, status: int) -> None:
    answer = httpx2.post(
        f"{steady.url}/v1/chat/completions",
        content=packed,
        headers={**headers(steady), "Content-Encoding": "gzip"},
    )
    assert answer.status_code == status, answer.text


def test_a_head_without_an_end_is_refused(steady: ServerProcess) -> None:
    with connected(steady) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        sent = 0
        try:
            while sent < 50 * MIB:
                sent += line.send(b"X-%d: %s\r\n" % (sent, b"y" * 10_000))
        except OSError:
            return
        pytest.fail("50 MiB of headers were taken")


def test_trailers_without_an_end_are_not_kept(steady: ServerProcess) -> None:
    with connected(steady) as line:
        line.sendall(head(steady, "/v1/chat/completions", "Transfer-Encoding: chunked"))
        line.sendall(b"2\r\n{}\r\n0\r\n")
        for number in range(8_000):
            line.sendall(b"X-%d: %s\r\n" % (number, b"y" * 8_000))


@pytest.mark.parametrize(
    "length", ["-1", "1e3", "99999999999999999999999", "5, 6", "0x10", "+5", "٥"]
)
def test_a_length_that_is_none_is_refused(steady: ServerProcess, length: str) -> None:
    with connected(steady) as line:
        line.sendall(head(steady, "/v1/chat/completions", f"Content-Length: {length}"))
        status = line.recv(4096).split(b" ")[1]
        assert status in (b"400", b"413")


def test_a_request_with_two_lengths_is_no_request(steady: ServerProcess) -> None:
    both = "Content-Length: 2\r\nTransfer-Encoding: chunked"
    for told in (both, "Content-Length: 2\r\nContent-Length: 40"):
        with connected(steady) as line:
            line.sendall(head(steady, "/v1/chat/completions", told) + b"{}")
            assert line.recv(4096).split(b" ")[1] == b"400"


@contextmanager
def connected(server: ServerProcess) -> Iterator[socket.socket]:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        yield line


def head(server: ServerProcess, path: str, *lines: str) -> bytes:
    told = [f"POST {path} HTTP/1.1", "Host: server", f"Authorization: Bearer {server.api_key}",
            "Content-Type: application/json", *lines]  # fmt: skip
    return ("\r\n".join(told) + "\r\n\r\n").encode()
