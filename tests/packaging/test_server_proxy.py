"""The reverse proxy's file under a real Caddy with TLS, before the server as its image starts
it."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from app.licensing.keys import SigningKey
from app.server.accounts.proofs import Purpose, signed_bytes
from tests.fixtures.needs import missing
from tests.packaging.server_image import ROOT, STARTED_WITHIN_S, laid_out, serving
from tests.server.safety.processes import _API_KEY

FILE = ROOT / "packaging" / "server" / "Caddyfile"
NAME = "tokens.example.org"
ELSEWHERE = "192.0.2.0/24"
OPTIONS = """{
	admin off
	local_certs
	skip_install_trust
	auto_https disable_redirects
}
"""


@dataclass(frozen=True)
class Behind:
    """The server at its own port, the folder that it runs in, and the demo's key."""

    port: int
    folder: Path
    api_key: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    image = laid_out(tmp_path_factory.mktemp("image"))
    with serving(image) as (port, _):
        found = _API_KEY.search((image / "output").read_text("utf-8"))
        assert found
        yield Behind(port, image, found[1])


@contextmanager
def proxy(folder: Path, network: str, *ports: int) -> Iterator[httpx2.Client]:
    """Somebody who asks through Caddy, with a certificate of its own making; servers at `ports`."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip(missing("caddy"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = FILE.read_text("utf-8")
    assert text.count("dynamic a server 8700") == 1
    text = text.replace(
        "dynamic a server 8700", "to " + " ".join(f"127.0.0.1:{each}" for each in ports)
    )
    config = folder / "Caddyfile"
    config.write_text(OPTIONS + text, "utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder),
           "DOMAIN": f"https://localhost:{port}", "OPERATOR_NETWORK": network}  # fmt: skip
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "run", "--config", str(config), "--adapter", "caddyfile"],
            env=env, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        with httpx2.Client(base_url=f"https://localhost:{port}", verify=False, timeout=60) as asker:
            _wait(asker, process, folder / "caddy.log")
            yield asker
    finally:
        process.kill()
        process.wait()


def _wait(asker: httpx2.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            asker.get("/healthz")
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise TimeoutError(log.read_text("utf-8"))


@pytest.fixture
def outside(server: Behind, tmp_path: Path) -> Iterator[httpx2.Client]:
    """Somebody who is not in the operator's network."""
    with proxy(tmp_path, ELSEWHERE, server.port) as asker:
        yield asker


def test_models_are_listed_over_tls_and_the_operators_pages_are_not_there(
    server: Behind, outside: httpx2.Client
) -> None:
    found = outside.get("/v1/models", headers={"Authorization": f"Bearer {server.api_key}"})
    assert found.status_code == 200
    assert "max-age" in found.headers["strict-transport-security"]
    for path in ("/metrics", "/operator"):
        assert httpx2.get(f"http://127.0.0.1:{server.port}{path}").status_code != 404, path
    for path in ("/metrics", "/operator", "/operator/holds", "/operator/enter?token=x"):
        assert outside.get(path).status_code == 404, path


def test_the_operators_network_comes_in(server: Behind, tmp_path: Path) -> None:
    with proxy(tmp_path, "127.0.0.1/32 ::1/128", server.port) as asker:
        assert asker.get("/operator").status_code != 404
        assert asker.get("/metrics").status_code == 404, "the server's own: a proxy passed it on"


def test_a_stream_arrives_while_it_is_written(server: Behind, outside: httpx2.Client) -> None:
    body = {
        "model": "openai/gpt-4o",
        "stream": True,
        "messages": [{"role": "user", "content": "table"}],
    }
    headers = {
        "Authorization": f"Bearer {server.api_key}",
        "Accept-Encoding": "gzip, br, zstd",
    }
    asked_url = f"http://127.0.0.1:{server.port}/api/requests"
    with outside.stream("POST", "/v1/chat/completions", json=body, headers=headers) as answer:
        assert "content-encoding" not in answer.headers
        request_id = answer.headers["x-tuppence-request"]
        pieces = answer.iter_raw()
        next(pieces)
        meanwhile = httpx2.get(f"{asked_url}/{request_id}", headers=headers)
        assert meanwhile.status_code == 409, "its first piece came when all of it was written"
        rest = b"".join(pieces)
    assert b"[DONE]" in rest
    assert httpx2.get(f"{asked_url}/{request_id}", headers=headers).status_code == 200


def test_what_a_client_says_of_its_address_is_not_believed(outside: httpx2.Client) -> None:
    ends = []
    for number in range(4):
        forged = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}", "X-Real-IP": forged}
        ends.append(new_device(outside, headers).status_code)
    assert ends == [201, 201, 429, 429], "two free accounts a day for one address"


def new_device(asker: httpx2.Client, headers: dict[str, str] | None = None) -> httpx2.Response:
    """What a desktop is told that registers its key, with a session where it is let in."""
    key = SigningKey.from_seed(os.urandom(32))
    body = {"public_key": key.public.text}
    challenge = asker.post("/api/session", json=body, headers=headers).json()["challenge"]
    signed = key.signature(signed_bytes(Purpose.REGISTER, NAME, challenge))
    proof = {**body, "challenge": challenge, "signature": base64.b64encode(signed).decode()}
    return asker.post("/api/devices", json=proof, headers=headers)


def test_a_body_over_the_limit_ends_at_the_door(server: Behind, outside: httpx2.Client) -> None:
    answer = outside.post(
        "/v1/chat/completions",
        content=b" " * (25 * 1024 * 1024),
        headers={"Authorization": f"Bearer {server.api_key}"},
    )
    assert answer.status_code == 413
