"""Secrets that upstreams, processors and mail servers tell back stay where they are: in no answer,
page, log line or row, nor in any byte of the database's files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.server.safety.leaking import ORGANIZATION, TROUBLES, Leaking, leaking
from tests.server.safety.processes import ServerProcess, server_process, session_at

SECRETS = {
    "OPENROUTER_API_KEY": "sk-or-canaryQ7x1openrouter00000001",
    "OPENAI_API_KEY": "sk-canaryQ7x2openai000000000000002",
    "ANTHROPIC_API_KEY": "sk-ant-canaryQ7x3anthropic00000003",
    "QWEN_API_KEY": "sk-canaryQ7x4qwen00000000000000004",
    "STRIPE_SECRET_KEY": "sk_test_canaryQ7x5stripe0000000005",
    "STRIPE_WEBHOOK_SECRET": "whsec_canaryQ7x6webhook0000000006",
    "TUPPENCE_SERVER_SECRET": "canaryQ7x7-9f3b1c7d2e5a8b4c6d0e1f2a3",
    "TUPPENCE_SERVER_OPERATOR_PASSWORD": "canaryQ7x8operator",
}
MAIL_PASSWORD = "canaryQ7x9mail"
CANARIES = (*SECRETS.values(), MAIL_PASSWORD, ORGANIZATION)
HELLO = [{"role": "user", "content": "Hello"}]
ASKED = (
    ("/v1/chat/completions", {"model": "openai/gpt-4o", "messages": HELLO, "stream": True}),
    ("/v1/chat/completions", {"model": "anthropic/claude-3-haiku", "messages": HELLO}),
    ("/v1/responses", {"model": "qwen-turbo", "input": "Hello", "stream": True}),
    ("/v1/responses", {"model": "openai/gpt-3.5-turbo", "input": "Hello"}),
)
# Few: Stripe's client waits and asks again.
OF_PROCESSORS = ((400, "json"), (402, "json"), (302, "json"), (401, "html"), (200, "html"))
PAGES = ("/", "/docs", "/account", "/email", "/openapi.json", "/metrics", "/healthz", "/readyz",
         "/operator", "/api/me", "/api/usage", "/api/requests", "/api/purchases", "/v1/models",
         "/api/tokens/packages", "/api/account/export", "/checkout/done")  # fmt: skip


@pytest.fixture
def upstream() -> Iterator[Leaking]:
    with leaking() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, upstream: Leaking) -> Iterator[ServerProcess]:
    env = {f"_{name}": value for name, value in SECRETS.items()}
    for route in ("OPENROUTER", "OPENAI", "QWEN"):
        env[f"_{route}_BASE_URL"] = f"{upstream.url}/v1"
    env["_ANTHROPIC_BASE_URL"] = env["_STRIPE_BASE_URL"] = upstream.url
    env |= {f"_STRIPE_{name}_PACK_PRICE_ID": f"price_{name}" for name in ("STARTER", "POWER")}
    env |= {
        "SMTP_URL": f"smtp://mailer:{MAIL_PASSWORD}@127.0.0.1:1",
        "MAIL_FROM": "tuppence@example.org",
        "REQUESTS_PER_MINUTE": "100000000",
    }
    with server_process(tmp_path / "server", env=env) as running:
        yield running


def subscribed(server: ServerProcess) -> dict[str, str]:
    """The headers of an account that may ask as much as it likes."""
    token = session_at(server.url)
    with sqlite3.connect(server.data / "server.db", timeout=30) as books:
        books.execute(
            "UPDATE accounts SET plan = 'premium', subscribed_ms = 0, flags = 'unlimited'"
        )
    return {"Authorization": f"Bearer {token}"}


def spoken(answer: httpx2.Response) -> str:
    """All that a client sees of an answer."""
    told = "".join(f"{name}: {value}\n" for name, value in answer.headers.multi_items())
    return f"{answer.reason_phrase}\n{told}\n{answer.text}"


def found_in(text: str) -> list[str]:
    """The canaries, each with what stands around it."""
    places = ((canary, text.find(canary)) for canary in CANARIES)
    return [text[max(0, at - 200) : at + 60] for _, at in places if at >= 0]


def kept(server: ServerProcess) -> str:
    """Every row, every byte of the data folder but the keys' own files, all that was printed."""
    with sqlite3.connect(server.data / "server.db", timeout=30) as books:
        rows = "\n".join(books.iterdump())
    files = "".join(
        file.read_bytes().decode("latin-1")
        for file in sorted(server.data.rglob("*"))
        if file.is_file() and file.suffix not in (".secret", ".key")
    )
    return rows + files + server.printed


def provoke(server: ServerProcess, upstream: Leaking, rounds: int) -> int:
    """Ask `rounds` times through every trouble in turn; how many the upstream saw."""
    headers = subscribed(server)
    with httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for number in range(rounds):
            upstream.trouble = TROUBLES[number % len(TROUBLES)]
            path, body = ASKED[(number // 3) % len(ASKED)]
            answer = client.post(path, json=body)
            assert not found_in(spoken(answer)), (upstream.trouble, path, spoken(answer))
            assert answer.status_code != 500, (upstream.trouble, path, answer.text)
        for number, trouble in enumerate(OF_PROCESSORS):
            upstream.trouble = trouble
            others = (
                client.post("/api/checkout", json={"offer": "starter-pack"}),
                client.post("/api/billing/portal", json={}),
                client.post("/api/email", json={"email": f"me{number}@example.org"}),
            )
            for answer in others:
                assert not found_in(spoken(answer)), (trouble, spoken(answer))
                assert answer.status_code != 500, (trouble, answer.text)
        for page in PAGES:
            assert not found_in(spoken(client.get(page))), page
    return upstream.asked


def test_nothing_told_back_is_told_on(server: ServerProcess, upstream: Leaking) -> None:
    assert provoke(server, upstream, len(TROUBLES)) >= 200
    assert upstream.elsewhere == 0
    assert not found_in(kept(server))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_nothing_told_back_a_thousand_times_is_told_on(
    server: ServerProcess, upstream: Leaking
) -> None:
    assert provoke(server, upstream, len(TROUBLES) * len(ASKED) * 3) >= 1000
    assert upstream.elsewhere == 0
    assert not found_in(kept(server))
