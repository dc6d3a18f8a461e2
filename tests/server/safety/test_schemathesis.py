"""Every endpoint of a running server asked with all that its own document allows and forbids: no
500, and no answer that the document does not name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.fixtures.postgres import address_of
from tests.server.safety.processes import ServerProcess, server_process, session_at

ENV = {
    "REQUESTS_PER_MINUTE": "100000000",
    "FREE_DAY_USD": "1000000",
    "CATALOG": "workspaces",
}
# A stream that never ends; figures that hide from whoever has no token; what ends the session of
# all that comes after; and rules of the server that no document of this kind can say (a code was
# used, an address leads elsewhere).
LEFT_OUT = (
    "--exclude-path=/api/events",
    "--exclude-path=/metrics",
    "--exclude-operation-id=delete_session_api_session_delete",
    "--exclude-checks=positive_data_acceptance",
)


def groups_of(url: str, token: str) -> dict[str, str]:
    """A workspace and an organization of the session's own, by the path that they are under."""
    found = {}
    for kind in ("workspaces", "organizations"):
        answer = httpx2.post(
            f"{url}/api/{kind}",
            json={"name": "Acme"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201, answer.text
        found[kind] = str(answer.json()["id"])
    return found


def asked(server: ServerProcess, folder: Path, token: str, *words: str) -> None:
    """Run the program; its own words are the failure."""
    told = ["--header", f"Authorization: Bearer {token}"] if token else []
    config = folder / "schemathesis.toml"
    config.write_text("[reports.junit]\nenabled = false\n")
    if token.startswith("ts_"):
        config.write_text(
            "".join(
                f'[[operations]]\ninclude-path-regex = "^/api/{kind}/"\n'
                f'parameters = {{ "path.group" = "{group}" }}\n'
                for kind, group in groups_of(server.url, token).items()
            )
        )
    program = Path(sys.executable).with_name("schemathesis")
    # With one worker of its own: two threads that import at once trip over Python 3.11's parser
    # (https://github.com/python/cpython/issues/106905).
    done = subprocess.run(
        [program, "--config-file", config, "--no-color", "run", f"{server.url}/openapi.json",
         *told, *LEFT_OUT, "--request-timeout=20", *words],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, (
        done.stdout[-20_000:] + done.stderr[-2_000:] + server.log()[-4_000:]
    )
    assert "failed" not in server.log()


def token_for(server: ServerProcess, who: str) -> str:
    match who:
        case "key":
            return server.api_key
        case "session":
            return session_at(server.url)
        case _:
            return ""


@pytest.mark.parametrize("who", ["nobody", "key", "session"])
def test_no_answer_is_a_surprise(tmp_path: Path, who: str) -> None:
    with server_process(tmp_path / "server", "--demo", env=ENV) as server:
        # A session may do all that a key may: each case of each field is tried as one of them.
        phases = "coverage,fuzzing" if who == "session" else "fuzzing"
        token = token_for(server, who)
        asked(server, tmp_path, token, f"--phases={phases}", "--max-examples=2", "--seed=4")


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", ["nobody", "key", "session"])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_no_answer_is_a_surprise_in_a_long_time(
    request: pytest.FixtureRequest, tmp_path: Path, who: str, database: str
) -> None:
    env = dict(ENV)
    if database == "postgres":
        env["DATABASE_URL"] = address_of(request.getfixturevalue("postgres_url"))
    with server_process(tmp_path / "server", "--demo", env=env) as server:
        token = token_for(server, who)
        asked(server, tmp_path, token, "--phases=coverage,fuzzing,stateful", "--max-examples=100")
