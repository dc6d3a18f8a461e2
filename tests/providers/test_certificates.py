"""Certificates that do not fit, on real sockets: why, what to do, and the library's own words."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import ProviderUnreachable
from app.providers.connection import Call
from app.providers.http import HttpClient
from app.ui.core_words import CoreWords
from tests.ui.shell.test_core_words import TABLE

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issuer:
    """One that signs certificates, and whom this computer trusts once `file` is its list."""

    folder: Path
    secret: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def named(cls, folder: Path, name: str) -> Issuer:
        secret = ec.generate_private_key(ec.SECP256R1())
        made = cls(folder, secret, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        own = made._signed(made.name, secret.public_key(), (), (-DAY, 365 * DAY), ca=True)
        made.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))
        return made

    @property
    def file(self) -> Path:
        return self.folder / "trusted.pem"

    def sign(self, host: str, span: tuple[timedelta, timedelta]) -> Path:
        """Key and certificate of a server, from and until so long after now."""
        secret = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._signed(subject, secret.public_key(), (host,), span, ca=False)
        place = self.folder / "server.pem"
        place.write_bytes(
            secret.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        return place

    def _signed(
        self,
        subject: x509.Name,
        public: ec.EllipticCurvePublicKey,
        hosts: Sequence[str],
        span: tuple[timedelta, timedelta],
        *,
        ca: bool,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + span[0])
            .not_valid_after(now + span[1])
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.secret, hashes.SHA256())


async def refusal(certificate: Path) -> ProviderUnreachable:
    """What is said of a server at `localhost` that shows this certificate."""

    async def nobody(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(nobody, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    client = HttpClient()
    try:
        with pytest.raises(ProviderUnreachable) as raised:
            async with client.open(
                Call("GET", f"https://localhost:{port}/api/server", "localhost")
            ):
                pass
    finally:
        await client.aclose()
        server.close()
    assert raised.value.billed is False
    return raised.value


@pytest.mark.parametrize(
    ("host", "span", "why", "advice", "exact"),
    [
        (
            "elsewhere.example", (-DAY, DAY), "its certificate is for another address",
            "Check the address letter by letter.", "Hostname mismatch",
        ),
        (
            "localhost", (-9 * DAY, -DAY), "its certificate has expired",
            "Whoever runs it has to renew it.", "certificate has expired",
        ),
        (
            "localhost", (DAY, 9 * DAY), "its certificate is dated in the future",
            "set its date and time", "certificate is not yet valid",
        ),
    ],
)  # fmt: skip
async def test_a_certificate_of_somebody_trusted_that_does_not_fit(
    host: str,
    span: tuple[timedelta, timedelta],
    why: str,
    advice: str,
    exact: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    issuer = Issuer.named(tmp_path, "Trusted here")
    trusted = ssl.get_default_verify_paths()._replace(openssl_cafile=str(issuer.file))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: trusted)
    _said(await refusal(issuer.sign(host, span)), why, advice, exact)


async def test_a_certificate_that_signed_itself(tmp_path: Path) -> None:
    own = Issuer.named(tmp_path, "localhost")
    place = tmp_path / "own.pem"
    secret = own.secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    place.write_bytes(secret + own.file.read_bytes())
    why = "it signed its certificate itself"
    _said(await refusal(place), why, "If you run this server", "self-signed certificate")


async def test_a_certificate_of_somebody_unknown(tmp_path: Path) -> None:
    signed = Issuer.named(tmp_path, "Nobody").sign("localhost", (-DAY, DAY))
    why = "nobody whom this computer trusts signed its certificate"
    _said(await refusal(signed), why, "Try another network", "unable to get local issuer")


def _said(error: ProviderUnreachable, why: str, advice: str, exact: str) -> None:
    """In English and in German; the library's words come last, as they are."""
    assert error.message == f"The connection to localhost is not safe: {why}."
    assert advice in error.advice
    plain, _, behind = error.advice.partition(" The exact words: “")
    assert exact in behind
    assert exact not in plain
    german = CoreWords(TABLE)
    assert german.say(error.message).startswith("Die Verbindung zu localhost ist nicht sicher: ")
    assert why not in german.say(error.message)
    said = german.say(error.advice)
    assert advice not in said
    assert " Genau heißt es: „" in said
    assert exact in said
