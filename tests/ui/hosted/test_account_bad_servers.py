"""Addresses that lead to no fitting server, typed into the account page: the words on the screen.

A real core asks real sockets: web pages, other servers, older and newer ones, wrong certificates.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PySide6.QtWidgets import QApplication

from app.clock import Clock
from app.config import Config
from app.providers.http_rules import not_safe
from app.store.keychain import Keychain
from app.ui.theme import Theme
from tests.fixtures.core import CoreDriver
from tests.ui.hosted.account_people import Person
from tests.ui.hosted.test_with_a_server import Screen
from tests.ui.shell.recording import ready

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = {
    "product": "tuppence-server", "interface": 1, "version": "0.1.0", "catalog": "tuppence",
    "title": "Team credits", "demo": False, "at": NOW.isoformat(),
    "least_output_tokens": 256, "recommended": [], "free_models": [],
}  # fmt: skip
OLD = b'{"error": {"message": "There is no such address.", "code": "not_found"}}'


def says(**other: object) -> bytes:
    return json.dumps(GOOD | other).encode()


class Answers(ThreadingHTTPServer):
    """Answers every question with the same."""

    def __init__(self, body: bytes, status: int, certificate: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body, self.status = body, status
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that turns away from a certificate is what is tested here."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Answers)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def answering(
    body: bytes = b"", status: int = 200, certificate: Path | None = None
) -> Iterator[str]:
    """The host and port of a server that is there until the block ends."""
    server = Answers(body, status, certificate)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path, address: str, *, days: int = 10) -> Path:
    """One that signed itself, for an address, until so many days from now."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tuppence")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
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


class Newcomer(Person):
    """Somebody whose program knows no server; it is noon of the 21st."""

    def __init__(self, home: Path) -> None:
        self.home, self.keychain = home, Keychain(home, backends=())

    async def start(self, *, first_run: bool = False) -> None:
        self.driver = CoreDriver(
            self.home, Config(), Clock(now=lambda: NOW), keychain=self.keychain
        )
        await self.driver.open()
        self.screen = Screen(self.driver, self.home)
        self.driver.heard.append(ready(first_run=first_run))
        self.screen.window.complete()
        await self.screen.until(lambda: self.screen.window.hosted.accounts is not None)
        self.screen.window.dialogs._open_settings("account")


@pytest.fixture
async def ada(tmp_path: Path, qapp: QApplication) -> AsyncIterator[Newcomer]:
    Theme.current().start(qapp, "light", 100)
    person = Newcomer(tmp_path)
    await person.start()
    yield person
    await person.close()


async def refused(ada: Newcomer, address: str, *words: str) -> None:
    """It says so in these words; nothing is kept, and what was typed stays."""
    await ada.type("server-address", address)
    await ada.until_says(*words)
    field = ada.field("server-address")
    assert field is not None
    assert field.text() == address
    assert ada.driver.core.shelves.servers.rows() == []
    assert ada.button("start-free") is None
    check = ada.button("server-check")
    assert check is not None
    assert check.isEnabled()


async def test_what_is_no_address_is_said_without_asking_anybody(ada: Newcomer) -> None:
    await refused(ada, "not a host", "This is no server's address: not a host")
    await refused(ada, "ftp://credits.example", "This is no server's address")
    await refused(ada, "http://credits.example", "This address is not encrypted")
    await refused(ada, "https://a:b@credits.example", "Name and password do not belong")
    await refused(ada, "https://credits.example/api", "without a path", "Try https://credits")
    await refused(ada, "127.0.0.1:9", "No program answers at 127.0.0.1 on this computer.")


async def test_other_servers_are_told_from_ours(ada: Newcomer) -> None:
    for body, status in (
        (b"<html>Sign in to this network</html>", 200), (b"", 404), (b'{"object": "list"}', 200),
    ):  # fmt: skip
        with answering(body, status) as place:
            await refused(ada, place, f"What answers at {place} is no credit server of Tuppence.")


async def test_older_and_newer_servers_say_who_has_to_update(ada: Newcomer) -> None:
    with answering(OLD, 404) as place:
        await refused(ada, place, "runs an older Tuppence", "Ask whoever runs the server")
    with answering(says(interface=0, version="0.0.9")) as place:
        await refused(ada, place, f"{place} runs an older Tuppence (0.0.9)")
    with answering(says(interface=2, version="9.0")) as place:
        await refused(ada, place, "runs a newer Tuppence (9.0) than this one.", "Update Tuppence")


async def test_a_clock_far_off_is_said_with_how_far(ada: Newcomer) -> None:
    with answering(says(at="2027-02-21T12:00:00Z")) as place:
        await refused(ada, place, "This computer's clock is 92 days behind the clock of")
    with answering(says(at="2026-11-19T12:00:00Z")) as place:
        await refused(ada, place, "2 days ahead of the clock of", "Set the date of this computer")


async def test_a_certificate_that_does_not_fit_is_said_in_plain_words(
    ada: Newcomer, tmp_path: Path
) -> None:
    with answering(says(), certificate=certificate(tmp_path, "127.0.0.1")) as place:
        words = "The connection to 127.0.0.1 is not safe: it signed its certificate itself."
        await refused(ada, f"https://{place}", words, "If you run this server")
        await refused(ada, f"http://{place}", "127.0.0.1")  # TLS where none was wanted
    with answering(says()) as place:
        await refused(ada, f"https://{place}", "does not encrypt its connections.", "http://")


async def test_after_every_mistake_the_right_address_is_taken(ada: Newcomer) -> None:
    with answering(b"", 404) as place:
        await refused(ada, place, "is no credit server")
    with answering(says()) as place:
        await ada.type("server-address", place)
        await ada.until_says(f"“Team credits” at {place} is a credit server.")
        assert not ada.screen.says("is no credit server")
        await ada.screen.until(lambda: ada.button("start-free") is not None)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Hostname mismatch, certificate is not valid for 'a.example'.", "for another address."),
        ("IP address mismatch, certificate is not valid for '127.0.0.1'.", "for another address."),
        ("certificate has expired", "its certificate has expired."),
        ("certificate is not yet valid", "its certificate is dated in the future."),
        ("self-signed certificate", "it signed its certificate itself."),
        ("self-signed certificate in certificate chain", "nobody whom this computer trusts"),
        ("unable to get local issuer certificate", "nobody whom this computer trusts"),
        ("WRONG_VERSION_NUMBER", "does not encrypt its connections."),
        ("some other reason.", "is not safe: some other reason."),
        ("", "is not safe: TLS."),
    ],
)
def test_each_reason_of_the_library_has_plain_words(reason: str, words: str) -> None:
    """OpenSSL's own texts, as it gives them for each of these certificates."""
    assert words in not_safe("a.example", reason).message
