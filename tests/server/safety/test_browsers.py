"""What browsers are told: nothing kept, nothing framed, no script, no foreign page; a link works
once, a cookie goes nowhere else."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx2

from app.server.accounts.proofs import Purpose
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer

PAGES = ("/", "/docs", "/email", "/account", "/account/receipt?id=x", "/account/statement?month=x",
         "/account/enter?token=x", "/checkout/done", "/checkout/cancelled",
         "/pages.css")  # fmt: skip
ADDRESSES = ("/api/me", "/api/tokens/packages", "/v1/models", "/openapi.json", "/nothing",
             "/api/license/keys", "/api/usage")  # fmt: skip


async def linked(server: CreditServer) -> tuple[Computer, str]:
    """A device's account, and the address of its page that works once."""
    computer = Computer(server.client)
    answer = await computer.register()
    assert answer.status_code == 201, answer.text
    made = await computer.ask("POST", "/api/account/link")
    assert made.status_code == 201, made.text
    return computer, str(made.json()["url"])


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


async def test_no_page_runs_frames_or_tells_anything(credit_server: CreditServer) -> None:
    for path in PAGES:
        answer = await credit_server.client.get(path)
        assert answer.status_code < 500, path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "script-src" not in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "no-referrer", path
        if path != "/pages.css":
            assert answer.headers["cache-control"] == "no-store", path
            assert "<script" not in answer.text, path
            assert not re.search(r"\son\w+=|javascript:|style=", answer.text), path
            assert not re.search(r'(?:src|href)="https?://(?!server)', answer.text), path


async def test_no_answer_is_kept_or_guessed_at(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    for path in ADDRESSES:
        for headers in ({}, person.headers):
            answer = await credit_server.client.get(path, headers=headers)
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert "server" not in answer.headers


async def test_no_page_of_another_place_may_ask(credit_server: CreditServer) -> None:
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in (*PAGES, *ADDRESSES, "/v1/chat/completions"):
        for method in ("OPTIONS", "GET", "POST"):
            answer = await credit_server.client.request(method, path, headers=headers)
            told = [name for name in answer.headers if name.startswith("access-control")]
            assert not told, (method, path)
            assert answer.status_code != 200 or method == "GET", (method, path)


async def test_a_link_works_once_also_where_two_come_at_once(
    any_credit_server: CreditServer,
) -> None:
    _, url = await linked(any_credit_server)
    path = path_of(url)
    answers = await asyncio.gather(*(any_credit_server.client.get(path) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [401] * 7
    assert sum("set-cookie" in answer.headers for answer in answers) == 1


async def test_a_link_is_over_after_some_minutes(credit_server: CreditServer) -> None:
    _, url = await linked(credit_server)
    credit_server.time.pass_by(minutes=5)
    assert (await credit_server.client.get(path_of(url))).status_code == 401


async def test_the_cookie_is_for_the_page_alone_and_ends(credit_server: CreditServer) -> None:
    _, url = await linked(credit_server)
    client = credit_server.client
    told = (await client.get(path_of(url))).headers["set-cookie"]
    words = {word.strip().lower() for word in told.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/account"} <= words
    assert "secure" not in words  # this server has no TLS in front, and says so by its address
    assert (await client.get("/account")).status_code == 200
    cookie = {"Cookie": told.split(";")[0]}
    for path in ("/api/me", "/api/keys", "/v1/models"):
        assert (await client.get(path, headers=cookie)).status_code == 401
    credit_server.time.pass_by(hours=1)
    assert (await client.get("/account", headers=cookie)).status_code == 401


async def test_who_leaves_has_left(credit_server: CreditServer) -> None:
    _, url = await linked(credit_server)
    client = credit_server.client
    cookie = {"Cookie": (await client.get(path_of(url))).headers["set-cookie"].split(";")[0]}
    assert (await client.post("/account/leave", headers=cookie)).status_code == 200
    assert (await client.get("/account", headers=cookie)).status_code == 401


async def test_behind_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    env = {"BEHIND_TLS": "true", "PUBLIC_URL": "https://tokens.example.org"}
    async with running_server(tmp_path / "server", **env) as server:
        computer = Computer(server.client)
        challenge = await computer.challenge()
        proof = computer.proof(Purpose.REGISTER, challenge, "tokens.example.org")
        made = await server.client.post("/api/devices", json=proof)
        token = made.json()["token"]
        link = await server.client.post(
            "/api/account/link", headers={"Authorization": f"Bearer {token}"}
        )
        url = link.json()["url"]
        assert url.startswith("https://tokens.example.org/account/enter?token=tl_")
        told = (await server.client.get(path_of(url))).headers["set-cookie"].lower()
        assert "secure" in told
        assert "httponly" in told


async def test_no_token_stands_in_the_database(credit_server: CreditServer) -> None:
    computer, url = await linked(credit_server)
    answer = await credit_server.client.get(path_of(url))
    visit = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    link = url.rpartition("=")[2]
    for table in ("sessions", "page_visits", "api_keys", "devices"):
        rows = repr(await credit_server.run(f"SELECT * FROM {table}"))
        for token in (computer.token, link, visit):
            assert token not in rows


async def test_what_a_client_writes_is_escaped_on_pages(credit_server: CreditServer) -> None:
    evil = '"><script>alert(1)</script>'
    person, url = await linked(credit_server)
    await credit_server.run("UPDATE accounts SET name = ? WHERE id = ?", evil, person.account)
    await credit_server.client.get(path_of(url))
    pages: list[httpx2.Response] = [
        await credit_server.client.get("/account"),
        await credit_server.client.get("/checkout/done", params={"checkout": evil, "return": evil}),
        await credit_server.client.get("/account/statement", params={"month": evil}),
    ]
    for page in pages:
        assert "<script" not in page.text
