"""The demo's own credit server as a real process: where it listens, what it sees, how it ends."""

from __future__ import annotations

import json
import random
import socket
import stat
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import Clock
from app.demo import DemoServer, server_environment
from app.engine.wiring_hosted import follow_demo
from app.store.keychain_demo import DemoKeychain
from app.store.servers import ServerRecord, ServerState
from app.store.shelves import open_shelves


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "server"


@pytest.fixture
def port(folder: Path) -> int:
    """The server's. Systems hand out ports from 32768 on: no other test gets one below while the
    server is away from it for a moment."""
    folder.mkdir()
    while True:
        number = random.randrange(20_000, 32_000)
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", number)) != 0:
                break
    (folder / "port").write_text(str(number))
    return number


@pytest.fixture
def server(folder: Path) -> Iterator[DemoServer]:
    running = DemoServer(folder)
    yield running
    running.stop()


def said_at(address: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{address}/api/server", timeout=30) as answer:
        said: dict[str, object] = json.load(answer)
    return said


def is_listening(address: str) -> bool:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.socket() as asking:
        return asking.connect_ex((host, int(port))) == 0


def test_it_is_a_demo_on_this_computer_ends_in_order_and_comes_back_at_its_address(
    server: DemoServer, port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A live key around it would make a demo refuse to start; it does not see one.
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_0123456789abcdef")
    server.start()
    address = server.address()
    assert address == f"http://127.0.0.1:{port}"
    assert said_at(address)["demo"] is True
    server.stop()
    assert not is_listening(address)
    server.start()
    assert server.address() == address
    assert "Shutting down" in (folder / "tuppence.log").read_text()


def test_one_that_died_is_started_again_at_its_address_and_ends_with_the_window(
    server: DemoServer, port: int
) -> None:
    server.start()
    address = server.address()
    assert address.endswith(f":{port}")
    first = server._process
    assert first is not None
    first.kill()
    until = time.monotonic() + 60
    while not (server._process is not first and is_listening(address)):
        assert time.monotonic() < until, "it did not come back"
        time.sleep(0.05)
    assert said_at(address)["demo"] is True
    server.stop()
    assert not is_listening(address)


def test_a_port_that_is_taken_by_now_is_left_to_whoever_has_it(
    server: DemoServer, folder: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        folder.mkdir()
        (folder / "port").write_text(str(taken))
        server.start()
        assert not server.address().endswith(f":{taken}")


def test_nothing_of_the_person_reaches_it() -> None:
    given = {
        "PATH": "/bin", "OPENAI_API_KEY": "sk-1", "TUPPENCE_SERVER_DATABASE_URL": "postgresql://x",
        "TUPPENCE_SERVER_CATALOG": "daily-budgets", "HTTPS_PROXY": "http://proxy",
    }  # fmt: skip
    left = server_environment(given)
    assert left["TUPPENCE_SERVER_CATALOG"] == "daily-budgets"
    assert not {"OPENAI_API_KEY", "TUPPENCE_SERVER_DATABASE_URL", "HTTPS_PROXY"} & set(left)


def test_the_demos_account_is_kept_in_its_folder_and_own_keys_for_the_session_alone(
    tmp_path: Path,
) -> None:
    keychain = DemoKeychain(tmp_path)
    keychain.keep("device:s1", "the key of a computer", "session")
    keychain.keep("k1", "sk-own-key", keychain.place().where)
    again = DemoKeychain(tmp_path)
    assert again.read("device:s1", "session") == "the key of a computer"
    assert again.read("k1", "session") is None
    [kept] = [path for path in tmp_path.iterdir() if path.is_file()]
    assert "sk-own-key" not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again.forget("device:s1")
    assert DemoKeychain(tmp_path).read("device:s1") is None


def test_its_account_follows_it_to_another_port_and_no_real_server_does(tmp_path: Path) -> None:
    clock = Clock()
    shelves = open_shelves(tmp_path, clock)
    for id_, url, demo in (("s1", "http://127.0.0.1:1", True), ("s2", "https://a.example", False)):
        row = ServerRecord(id_, url, "T", demo, ServerState.SIGNED_IN, clock.now(), account="a_1")
        shelves.servers.save(row)
    follow_demo(shelves.servers, "http://127.0.0.1:2")
    urls = {row.id: row.url for row in shelves.servers.rows()}
    shelves.database.close()
    assert urls == {"s1": "http://127.0.0.1:2", "s2": "https://a.example"}
