"""`tuppence account` in processes of its own, against a credit server in a process of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.fixtures import warm
from tests.server.safety.processes import ServerProcess, server_process

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """`tuppence` in a folder of its own, without a keyring; the vault's passphrase is set."""

    home: Path
    server: ServerProcess

    def __call__(self, *words: str, stdin: str = "") -> Done:
        done = warm.run(
            words, environment=self.environment, folder=ROOT, typed=stdin.encode(), timeout_s=60
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TUPPENCE_", "DBUS_", "XDG_", "QT_"))
            and name not in ("DISPLAY", "WAYLAND_DISPLAY")
        }
        return kept | {
            "TUPPENCE_HOME": str(self.home),
            "TUPPENCE_PASSPHRASE": "four plain words here",
            "TUPPENCE_CREDIT_SERVER": self.server.url,
            "XDG_RUNTIME_DIR": str(self.home.parent),
        }


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with server_process(tmp_path_factory.mktemp("credit") / "server", "--demo") as running:
        yield running


@pytest.fixture
def tuppence(demo_server: ServerProcess, tmp_path: Path) -> CommandLine:
    home = tmp_path / "home"
    home.mkdir()
    return CommandLine(home, demo_server)


def test_from_nothing_to_bought_tokens_in_the_terminal(tuppence: CommandLine) -> None:
    assert "account start" in tuppence("account").err
    begun = tuppence("account", "start", "--where", "vault")
    assert (begun.code, begun.err) == (0, "")
    assert "You have 10,000 tokens." in begun.out
    asked = tuppence("ask", "-m", "GPT-4o", "Hello")
    assert asked.code == 0, asked.err
    after = tuppence("account", "status", "--json")
    wallet = json.loads(after.out)
    assert 0 < wallet["available"] < 10_000
    free = next(grant for grant in wallet["grants"] if grant["name"] == "Free")
    assert free["used"] + free["left"] == 10_000
    offers = json.loads(tuppence("account", "offers", "--json").out)
    assert {"pro-pack", "premium"} <= {offer["id"] for offer in offers}
    page = tuppence("account", "buy", "pro-pack", "--no-wait").out.strip()
    query = parse_qs(urlsplit(page).query)
    assert tuppence("account", "buy", "pro-pack", "--no-wait").out.strip() == page
    paid = httpx2.post(
        f"{tuppence.server.url}/api/checkout/{query['checkout'][0]}/simulate",
        json={"secret": query["secret"][0]},
    )
    assert paid.json()["state"] == "credited"
    assert "1,000,000 tokens" in tuppence("account").out
    licensed = tuppence("account", "license", "--renew")
    assert licensed.code == 0, licensed.err
    assert "Device key: ed25519:" in licensed.out
    key = next(file for file in tuppence.home.iterdir() if "vault" in file.name).read_bytes()
    assert b"PRIVATE KEY" not in key  # sealed, as every secret is


def test_a_server_that_is_away_leaves_the_last_figures_with_their_age(
    tuppence: CommandLine,
) -> None:
    assert tuppence("account", "start", "--where", "vault").code == 0
    known = tuppence("account", "status", "--offline")
    assert (known.code, known.err) == (0, "")
    assert "Free" in known.out
    assert "of 10,000 tokens" in known.out


def test_signing_out_and_in_again_and_what_is_wrong_in_words(tuppence: CommandLine) -> None:
    assert tuppence("account", "start", "--where", "vault").code == 0
    devices = tuppence("account", "devices")
    assert "this computer" in devices.out
    out = tuppence("account", "sign-out")
    assert "Signed out" in out.out
    refused = tuppence("account")
    assert (refused.code, "signed out" in refused.err) == (1, True)
    assert "Signed in" in tuppence("account", "sign-in").out
    wrong = tuppence("account", "start", "http://credits.example")
    assert (wrong.code, "not encrypted" in wrong.err) == (1, True)
    nothing = tuppence("account", "buy", "golden-pack")
    assert nothing.code == 1
    assert nothing.out == ""
    alone = tuppence("account", "forget")
    assert (alone.code, "only device" in alone.err) == (1, True)
