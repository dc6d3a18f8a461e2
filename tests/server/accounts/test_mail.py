"""Mails, handed to a real server on loopback."""

from __future__ import annotations

import datetime
import logging
import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import ConfigError
from app.server.accounts.mail import Mail, Mailer, MailNotSent, mailer_of, smtp_server
from app.server.services import make_services
from app.server.settings import load_settings
from tests.server.accounts.mail_server import PASSWORD, USER, mail_server, text_of

# The test's own server wants a name without TLS, and says that this is unwise.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

MAIL = Mail("one@example.org", "Grüße", "Your code: 271828\n")


def mailer(folder: Path, url: str, sender: str = "tuppence@example.org") -> Mailer:
    named = {"TUPPENCE_SERVER_SMTP_URL": url, "TUPPENCE_SERVER_MAIL_FROM": sender}
    return mailer_of(load_settings(named, data=folder))


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody has signed, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return file, context


async def test_a_mail_arrives_as_it_was_written(tmp_path: Path) -> None:
    async with mail_server() as server:
        await mailer(tmp_path, f"smtp://127.0.0.1:{server.port}").send(MAIL)
    (mail,) = server.mails
    assert (mail["To"], mail["From"]) == ("one@example.org", "tuppence@example.org")
    assert mail["Subject"] == "Grüße"
    assert text_of(mail).strip() == "Your code: 271828"
    assert mail["Message-ID"]
    assert mail["Date"]


@pytest.mark.parametrize("tls_first", [False, True])
async def test_a_name_and_a_word_are_given_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_first: bool
) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with mail_server(tls=context, tls_first=tls_first, login=True) as server:
        scheme = "smtps" if tls_first else "smtp"
        who = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
        url = f"{scheme}://{who}@127.0.0.1:{server.port}"
        await mailer(tmp_path, url, sender="").send(MAIL)
    assert (len(server.mails), server.secure) == (1, 1)
    assert server.users == [USER]
    assert server.mails[0]["From"] == USER


@pytest.mark.parametrize("tls_first", [False, True])
async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    tmp_path: Path, tls_first: bool
) -> None:
    _, context = certificate(tmp_path)
    async with mail_server(tls=context, tls_first=tls_first) as server:
        scheme = "smtps" if tls_first else "smtp"
        with pytest.raises(MailNotSent):
            await mailer(tmp_path, f"{scheme}://127.0.0.1:{server.port}").send(MAIL)
    assert server.mails == []


async def test_a_wrong_word_sends_nothing_and_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mail_server(login=True) as server:
        url = f"smtp://somebody:wrong-word-here@127.0.0.1:{server.port}"
        with caplog.at_level(logging.DEBUG, "app"), pytest.raises(MailNotSent):
            await mailer(tmp_path, url).send(MAIL)
    assert server.mails == []
    assert "SMTPAuthenticationError 535" in caplog.text
    assert "wrong-word-here" not in caplog.text


async def test_what_a_server_repeats_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mail_server() as server:
        server.answer = "554 refused: {content}"
        with caplog.at_level(logging.DEBUG, "app"), pytest.raises(MailNotSent) as error:
            await mailer(tmp_path, f"smtp://127.0.0.1:{server.port}").send(MAIL)
    assert "554" in caplog.text
    assert "271828" not in caplog.text + str(error.value)


async def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    async with mail_server() as server:
        closed = server.port
    with pytest.raises(MailNotSent, match="could not be sent"):
        await mailer(tmp_path, f"smtp://127.0.0.1:{closed}").send(MAIL)


async def test_an_address_with_a_second_line_is_no_address(tmp_path: Path) -> None:
    async with mail_server() as server:
        with pytest.raises(MailNotSent):
            await mailer(tmp_path, f"smtp://127.0.0.1:{server.port}").send(
                Mail("one@example.org\r\nBcc: all@example.org", "x", "x")
            )
    assert server.mails == []


async def test_without_a_mail_server_nothing_is_sent(tmp_path: Path) -> None:
    with pytest.raises(MailNotSent, match="sends no mail"):
        await mailer(tmp_path, "").send(MAIL)


async def test_the_demo_writes_its_mail_on_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings({}, data=tmp_path, demo=True)
    await mailer_of(settings).send(MAIL)
    assert "271828" in capsys.readouterr().out
    assert "271828" not in caplog.text


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port"]
)
def test_a_wrong_mail_server_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="SMTP_URL"):
        mailer(tmp_path, url)


def test_a_server_does_not_start_with_a_wrong_mail_server(tmp_path: Path) -> None:
    settings = load_settings({"TUPPENCE_SERVER_SMTP_URL": "mail.example.org"}, data=tmp_path)
    with pytest.raises(ConfigError, match="SMTP_URL"):
        make_services(settings)


def test_a_mail_server_needs_a_sender(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="MAIL_FROM"):
        mailer(tmp_path, "smtp://mail.example.org", sender="")


def test_a_server_of_elsewhere_has_to_speak_tls() -> None:
    assert smtp_server("smtp://mail.example.org").start_tls is True
    assert smtp_server("smtp://127.0.0.1.example.org").start_tls is True
    assert smtp_server("smtp://localhost").start_tls is None
    assert smtp_server("smtp://127.0.0.1:2525").start_tls is None
    assert "word" not in repr(smtp_server("smtp://user:word@localhost"))
