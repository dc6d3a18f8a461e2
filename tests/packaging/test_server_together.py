"""The services of the compose file together, each by its own command and variables, as processes
in the place of containers: two copies of the server on one PostgreSQL, Caddy with TLS before."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import httpx2
import psycopg
import pytest

from app.server.settings import PREFIX
from tests.fixtures.needs import missing
from tests.fixtures.postgres import Postgres, find_programs, running
from tests.packaging.server_image import IN_FRONT, laid_out, serving
from tests.packaging.test_server_compose import GIVEN, SERVICES, environment
from tests.packaging.test_server_proxy import ELSEWHERE, new_device, proxy
from tests.server.proxy.conftest import ROUTES
from tests.server.upstreams.upstream import Upstream, upstream

MODEL = "qwen-turbo"


@dataclass
class Together:
    """Who asks over TLS, the copies behind it, the books and the provider."""

    asker: httpx2.Client
    copies: list[Popen[bytes]]
    postgres: Postgres
    provider: Upstream

    def chat(self, token: str, **more: object) -> httpx2.Response:
        body = {"model": MODEL, "max_tokens": 50, **more}
        body["messages"] = [{"role": "user", "content": "Hello"}]
        return self.asker.post("/v1/chat/completions", json=body, headers=bearer(token))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def database(stack: ExitStack) -> Postgres:
    """PostgreSQL with the service's own settings, user, database and password."""
    programs = find_programs()
    if programs is None:
        pytest.skip(missing("PostgreSQL"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program, *words = SERVICES["database"]["command"]
    assert program == "postgres"
    assert words[::2] == ["-c"] * (len(words) // 2)
    postgres = stack.enter_context(running(programs, port=port, more=words[1::2]))
    given = environment("database")
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        user, name = given["POSTGRES_USER"], given["POSTGRES_DB"]
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{given['POSTGRES_PASSWORD']}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {user}")
        rules = "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (postgres.cluster / "pg_hba.conf").write_text(rules, "utf-8")
        connection.execute("SELECT pg_reload_conf()")
    return postgres


@pytest.fixture
def together(tmp_path: Path) -> Iterator[Together]:
    with ExitStack() as stack:
        postgres = database(stack)
        provider = stack.enter_context(upstream())
        env = environment("server")
        url = env[f"{PREFIX}DATABASE_URL"]
        assert "@database/" in url
        env[f"{PREFIX}DATABASE_URL"] = url.replace("@database/", f"@127.0.0.1:{postgres.port}/")
        # Here the proxy is on this computer, not in the network of its own.
        env[f"{PREFIX}TRUSTED_PROXIES"] = IN_FRONT[f"{PREFIX}TRUSTED_PROXIES"]
        env |= {"QWEN_API_KEY": "key-of-nobody", "QWEN_BASE_URL": provider.base_url(ROUTES["QWEN"])}
        image = laid_out(tmp_path / "image")
        copies = [stack.enter_context(serving(image, **env)) for _ in range(2)]
        (tmp_path / "caddy").mkdir()
        ports = [port for port, _ in copies]
        asker = stack.enter_context(proxy(tmp_path / "caddy", ELSEWHERE, *ports))
        yield Together(asker, [process for _, process in copies], postgres, provider)


def test_two_copies_behind_tls_answer_from_one_set_of_books(together: Together) -> None:
    made = new_device(together.asker)
    assert made.status_code == 201, made.text
    token = made.json()["token"]
    for number in range(1, 5):
        answer = together.chat(token)
        assert answer.status_code == 200, answer.text
        assert answer.json()["tuppence"]
        assert len(together.provider.calls) == number
    streamed = together.chat(token, stream=True)
    assert streamed.text.rstrip().endswith("data: [DONE]")
    # One copy dies: what it held was in the books, and the other one goes on at once.
    together.copies[0].kill()
    together.copies[0].wait()
    models = [together.asker.get("/v1/models", headers=bearer(token)) for _ in range(6)]
    assert [answer.status_code for answer in models] == [200] * 6
    ends = [together.chat(token).status_code for _ in range(6)]
    assert ends.count(200) >= 5, ends  # an older Caddy loses the body that it sends again
    with psycopg.connect(together.postgres.dsn.replace("dbname=postgres", "dbname=tuppence")) as at:
        assert at.execute("SELECT ending, count(*) FROM requests GROUP BY 1").fetchall() == [
            ("complete", 5 + ends.count(200))
        ]
        assert at.execute(
            "SELECT count(*) FROM ledger_holds WHERE state <> 'settled'"
        ).fetchall() == [(0,)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                f"host=127.0.0.1 port={together.postgres.port} user=tuppence dbname=tuppence"
                f" password={GIVEN['POSTGRES_PASSWORD']}x"
            )
