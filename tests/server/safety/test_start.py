"""What keeps a server from starting: one line that says what to do, exit code 1, and no secret in
it. What is merely misspelt is a warning."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from app.server import settings as settings_module
from app.server.main import main
from app.server.settings import PREFIX, load_settings
from tests.fixtures.postgres import Postgres, address_of
from tests.server.safety.processes import ROOT, environment, refused_start, server_process

WORD = "canaryWord77"
CATALOGS = {
    "is missing": None,
    "is no TOML": b"= = =",
    "is no text": b"\xff\xfe\x00\x01",
    "says nothing": b"",
    "says something else": b'title = "x"\n',
    "is deeper than deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "has a plan twice": b"double",
    "has a price in fractions": b"fractions",
    "names no such route": b"route",
}


Refused = Callable[..., str]


@pytest.fixture
def refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Refused:
    """The words of a start that did not come about, of `tuppence-server run WORDS`."""

    def started(*_: object) -> None:
        pytest.fail("it serves")

    def run(*words: str, **env: str) -> str:
        monkeypatch.setattr("app.server.run._serve", started)
        with mock.patch.dict(os.environ, environment(tmp_path / "server", **env), clear=True):
            code = main(["run", *words])
        return checked(code, *capfd.readouterr())

    return run


def checked(code: int, printed: str, said: str) -> str:
    assert code == 1, printed + said
    assert "Traceback" not in said
    assert "credit server:" not in printed
    assert WORD not in said + printed
    # One problem is a line or two; a catalog with several names each.
    assert 1 <= len(said.strip().splitlines()) <= (20 if "The catalog" in said else 3), said
    assert len(said) < 3000
    return said


def test_a_refused_start_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    env = {"_STRIPE_SECRET_KEY": f"sk_live_{WORD}"}
    done = refused_start(tmp_path / "server", "--demo", env=env)
    assert "live payment keys" in checked(done.returncode, done.stdout, done.stderr)


def test_a_port_that_is_taken_is_named(tmp_path: Path, refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused("--port", str(port))


def test_an_address_of_another_machine_is_named(tmp_path: Path, refused: Refused) -> None:
    env = {"BEHIND_TLS": "true", "PUBLIC_URL": "https://tokens.example.org"}
    assert "192.0.2.77" in refused("--host", "192.0.2.77", **env)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "tokens.example.org", "0"])
def test_a_bind_without_tls_in_front_is_refused(
    tmp_path: Path, refused: Refused, host: str
) -> None:
    assert "TLS" in refused("--host", host)


@pytest.mark.parametrize("url", ["", "http://tokens.example.org", "tokens.example.org"])
def test_tls_in_front_wants_the_address_that_clients_use(
    tmp_path: Path, refused: Refused, url: str
) -> None:
    env = {"BEHIND_TLS": "true", "PUBLIC_URL": url}
    assert "PUBLIC_URL" in refused("--host", "0.0.0.0", **env)


@pytest.mark.parametrize(
    "secret", ["", "   ", "short", "change-me-" * 5, "x" * 64, "0" * 64, "your-secret-key-" * 4]
)
def test_a_secret_that_is_none_is_refused(tmp_path: Path, refused: Refused, secret: str) -> None:
    assert f"{PREFIX}SECRET" in refused(SECRET=secret)


@pytest.mark.parametrize("name", ["server.secret", "license-key-1.pem"])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, refused: Refused, name: str) -> None:
    data = tmp_path / "server"
    with server_process(data):
        keys = [file for file in data.rglob("*") if file.suffix in (".secret", ".pem", ".key")]
    assert keys
    for file in keys:
        assert file.stat().st_mode & 0o777 == 0o600, file
    open_file = next((file for file in keys if file.name == name), keys[-1])
    open_file.chmod(0o644)
    assert "chmod 600" in refused()


@pytest.mark.parametrize("content", [b"", b"half", b" " * 64])
def test_a_secret_file_that_was_cut_off_is_refused_and_kept(
    tmp_path: Path, refused: Refused, content: bytes
) -> None:
    data = tmp_path / "server"
    data.mkdir()
    secret = data / "server.secret"
    secret.write_bytes(content)
    secret.chmod(0o600)
    assert "server.secret" in refused()
    assert secret.read_bytes() == content


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path, refused: Refused) -> None:
    secret = tmp_path / "server" / "server.secret"
    secret.mkdir(parents=True, mode=0o700)
    assert "server.secret" in refused()


def test_a_data_folder_that_is_none_is_named(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "server").mkdir()
    file = tmp_path / "file"
    file.write_text("a file")
    assert str(file) in refused("--data", str(file / "inside"))


@pytest.mark.parametrize("what", CATALOGS, ids=lambda what: what.replace(" ", "-"))
def test_a_catalog_that_does_not_load_is_named(tmp_path: Path, refused: Refused, what: str) -> None:
    path = tmp_path / "own.toml"
    content = CATALOGS[what]
    shipped = (ROOT / "resources" / "catalogs" / "tuppence.toml").read_bytes()
    if content == b"double":
        plan = shipped[shipped.index(b"[[plans]]") :]
        content = shipped + b"\n" + plan
    elif content == b"fractions":
        content = re.sub(rb"price_usd = [^\n]+|price = [^\n]+", b"price = 0.1", shipped, count=1)
    elif content == b"route":
        content = shipped.replace(b'routes = ["qwen"]', b'routes = ["nowhere"]')
    if content is not None:
        path.write_bytes(content)
    assert "own.toml" in refused(CATALOG=str(path))


@pytest.mark.parametrize(
    "live",
    [
        {"_STRIPE_SECRET_KEY": f"sk_live_{WORD}"},
        {"_ANY_NAME": f"rk_live_{WORD}"},
        {"_LEMONSQUEEZY_API_KEY": WORD},
        {"_LEMONSQUEEZY_API_KEY": WORD, "_LEMONSQUEEZY_MODE": "live"},
    ],
)
def test_the_demo_never_runs_beside_live_payment_keys(
    refused: Refused, live: dict[str, str]
) -> None:
    assert "live payment keys" in refused("--demo", **live)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://me:{WORD}@127.0.0.1/x",
        f"me:{WORD}@127.0.0.1",
        f"postgresql://me:{WORD}@127.0.0.1:1/x",
        f"postgresql://me:{WORD}@127.0.0.1:99999/x",
        f"postgresql://me:{WORD}@[::1/x",
        f"postgresql://me:{WORD}@127.0.0.1/x?nonsense=1",
    ],
)
def test_a_database_that_is_not_there_is_said_without_its_password(
    tmp_path: Path, refused: Refused, url: str
) -> None:
    said = refused(DATABASE_URL=url)
    assert "PostgreSQL" in said
    assert "DATABASE_URL" in said


def test_a_database_that_keeps_texts_in_another_encoding_is_named(
    tmp_path: Path, refused: Refused, postgres: Postgres
) -> None:
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE plain_bytes ENCODING 'SQL_ASCII' TEMPLATE template0"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    words = postgres.dsn.replace("dbname=postgres", "dbname=plain_bytes")
    said = refused(DATABASE_URL=address_of(words))
    assert "SQL_ASCII" in said
    assert "ENCODING 'UTF8'" in said


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path, refused: Refused) -> None:
    data = tmp_path / "server"
    with server_process(data):
        pass
    with sqlite3.connect(data / "server.db") as books:
        books.execute("UPDATE server_schema SET version = 999")
    assert "newer version" in refused()


@pytest.mark.parametrize(
    "content", [b"no database at all, only words" * 100, b"SQLite format 3\0x"]
)
def test_a_file_that_is_no_database_is_named(
    tmp_path: Path, refused: Refused, content: bytes
) -> None:
    data = tmp_path / "server"
    data.mkdir()
    (data / "server.db").write_bytes(content)
    assert "server.db" in refused()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "70000"), ("WORKERS", "0"), ("WORKERS", "2"),
        ("TRUSTED_PROXIES", "everybody"), ("FREE_DAY_USD", "-1"), ("BODY_BYTES_MAX", "1e9"),
        ("SMTP_URL", f"http://me:{WORD}@x"), ("OPERATOR_PASSWORD", "short"), ("DEMO", "perhaps"),
        ("PUBLIC_URL", "https://a b"), ("PUBLIC_URL", "https://me@a"),
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_named(
    tmp_path: Path, refused: Refused, name: str, value: str
) -> None:
    said = refused(**{name: value})
    assert name in said or (name, value) == ("WORKERS", "2")


def test_a_misspelt_variable_is_a_warning(tmp_path: Path) -> None:
    env = {"WORKRES": "4", "TRUSTED_PROXY": "10.0.0.0/8"}
    with server_process(tmp_path / "server", env=env) as server:
        assert f"{PREFIX}WORKRES is no setting" in server.printed
        assert f"Did you mean {PREFIX}WORKERS?" in server.printed
        assert f"Did you mean {PREFIX}TRUSTED_PROXIES?" in server.printed


def test_every_variable_that_is_explained_is_read_and_the_other_way_round(tmp_path: Path) -> None:
    explained = set(re.findall(rf"{PREFIX}([A-Z_]+)", (ROOT / ".env.sample").read_text()))
    wants_one = ("SECRET", "OPERATOR_PASSWORD", "METRICS_TOKEN")
    env = {PREFIX + name: "" for name in explained if name not in wants_one}
    assert load_settings(env, data=tmp_path).strange == ()
    code = "".join(file.read_text("utf-8") for file in (ROOT / "app" / "server").rglob("*.py"))
    read = set(re.findall(rf"\{{PREFIX\}}([A-Z_]+)|{PREFIX}([A-Z_]+)", code))
    named = {first or second for first, second in read}
    assert named <= explained, "explain it in .env.sample"
    asked = set(
        re.findall(r'take\.\w+\(\s*"([A-Z_]+)"', Path(settings_module.__file__).read_text())
    )
    assert asked | set(settings_module._OF_DOMAINS) == explained


def test_the_folder_of_the_server_is_its_owners_alone(tmp_path: Path) -> None:
    data = tmp_path / "made" / "server"
    with server_process(data, env={"DATA": str(data)}) as running:
        assert (data / "address").read_text("utf-8") == running.url, "commands find it there"
        if os.name == "posix":
            assert data.stat().st_mode & 0o077 == 0
