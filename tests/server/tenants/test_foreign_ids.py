"""Every endpoint with another tenant's ids: not there, nothing told, nothing changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.server.proxy.endpoints import raw_paths
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer
from tests.server.tenants.endpoints import ENDPOINTS, PAGES, PLAIN, Ask, Endpoint, ask_with, asks
from tests.server.tenants.tenants import (
    CHAT,
    Tenant,
    catalog_with_keys_of_workspaces,
    nobody,
    tenant,
)

METHODS = ("get", "post", "put", "patch", "delete")
# Limits are counted for whoever asks; nothing else may change.
COUNTED = ("buckets", "waits")


@dataclass
class Two:
    """Two tenants of one server, each with one of everything."""

    server: CreditServer
    victim: Tenant
    other: Tenant
    tables: dict[str, list[str]]

    async def rows(self, *, mark: set[str] | None = None) -> set[str]:
        """Every row of every table, or those that hold one of these texts."""
        found = set()
        for table, columns in self.tables.items():
            for row in await self.server.run(f"SELECT {', '.join(columns)} FROM {table}"):
                text = f"{table}{row!r}"
                if mark is None or any(each in text for each in mark):
                    found.add(text)
        return found

    async def ask(
        self, ask: Ask, *, token: str = "", cookie: str = "", acts_for: str = ""
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"x-tuppence-account": acts_for} if acts_for else {}
        headers |= {"Cookie": f"tuppence_visit={cookie}"} if cookie else {}
        sent = {"data": ask.body} if ask.form else {"json": ask.body}
        content: dict[str, Any] = sent if ask.body is not None else {}
        return await self.server.client.request(ask.method, ask.path, headers=headers, **content)


def inner_app(server: CreditServer) -> Any:
    """The framework's application inside of the others."""
    app: Any = server.app
    while not hasattr(app, "openapi"):
        app = app._inner
    return app


async def _tables(server: CreditServer) -> dict[str, list[str]]:
    """The columns of every table, by the database's own word."""
    if server.services.settings.database_url:
        rows = await server.run(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    else:
        rows = await server.run(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
        )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        if table not in COUNTED:
            found.setdefault(str(table), []).append(str(column))
    assert len(found) > 25
    return found


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    """On SQLite."""
    async with _two(tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgres"])
async def any_two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    """On each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with _two(tmp_path, url) as made:
        yield made


@asynccontextmanager
async def _two(folder: Path, database_url: str = "") -> AsyncIterator[Two]:
    async with running_server(
        folder / "server",
        database_url=database_url,
        catalog=catalog_with_keys_of_workspaces(folder),
        DEMO="true",
        REQUESTS_PER_MINUTE="1000000",
        FREE_DAY_USD="100000",
        DEFAULT_WORKSPACE_PLAN="organization",
        _OPENAI_BASE_URL="http://127.0.0.1:9/v1",
    ) as server:
        victim, other = await tenant(server, "Victoria"), await tenant(server, "Mallory")
        yield Two(server, victim, other, await _tables(server))


# That nothing is left out.


def _names(schema: Any, document: Any) -> Iterator[str]:
    """The fields of a body."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", {})
    for part in schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", []):
        yield from _names(part, document)


def documented(document: Any) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Each endpoint of the document with every name that a value can be given under."""
    found = {}
    for path, methods in document["paths"].items():
        for method in set(methods) & set(METHODS):
            endpoint = methods[method]
            places = {(each["in"], each["name"]) for each in endpoint.get("parameters", [])}
            for content in endpoint.get("requestBody", {}).get("content", {}).values():
                places |= {("body", name) for name in _names(content["schema"], document)}
            found[(method.upper(), path.replace(":path", ""))] = places
    return found


def hidden_pages(app: Any) -> set[tuple[str, str]]:
    """What the document leaves out, by the framework's own routes."""
    found = set()
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for each in contexts() if contexts else [route]:
            if not getattr(each, "include_in_schema", False):
                found |= {(method, each.path) for method in each.methods or () if method != "HEAD"}
    return found


def unknown(document: Any) -> list[str]:
    """Endpoints, and names in them, that the list of endpoints does not have."""
    found = documented(document)
    missing = [f"{method} {path}" for method, path in found if (method, path) not in ENDPOINTS]
    for where, places in found.items():
        known = ENDPOINTS.get(where, Endpoint()).ids
        missing += [
            f"{' '.join(where)}: {kind} {name}"
            for kind, name in places
            if (kind, name) not in known and name not in PLAIN.get(kind, frozenset())
        ]
    return missing


async def test_every_endpoint_and_every_id_of_one_is_known_here(
    credit_server: CreditServer,
) -> None:
    app = inner_app(credit_server)
    document = app.openapi()
    assert unknown(document) == []
    raw = raw_paths(credit_server.services)
    assert [where for where in raw if where not in ENDPOINTS] == []
    pages = {where for where in hidden_pages(app) if not where[1].startswith("/operator")}
    assert len(pages) > 10
    assert pages - set(PAGES) == set()
    gone = set(ENDPOINTS) - set(documented(document))
    assert gone == set()


async def test_a_new_endpoint_with_an_id_would_be_noticed(credit_server: CreditServer) -> None:
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/api/requests/{request_id}")
    async def known(request_id: str, account: str = "") -> None: ...

    @app.get("/api/parcels/{parcel}")
    async def new(parcel: str) -> None: ...

    assert set(unknown(app.openapi())) >= {
        "GET /api/parcels/{parcel}",
        "GET /api/parcels/{parcel}: path parcel",
        "GET /api/requests/{request_id}: query account",
    }


# That nothing is told and nothing is changed.


def _without(text: str, ids: Tenant) -> str:
    """An answer's text without the ids that were sent, to be compared with another one's."""
    for mark in ids.marks:
        text = text.replace(mark, "…")
    return text


def _told(answer: httpx2.Response, victim: Tenant, ask: Ask) -> list[str]:
    """What of the victim's stands in an answer beside the ids that were sent to it."""
    sent = f"{ask.path} {ask.body!r}"
    text = answer.text + str(answer.headers)
    return [mark for mark in victim.marks if mark in text and mark not in sent]


def _changed(there: set[str], before: set[str], endpoint: Endpoint, own: Tenant) -> set[str]:
    """The rows that differ, but for one more that the one who asked may keep."""
    changed = there ^ before
    if endpoint.keeps:
        mine = {row for row in there - before if row.startswith(endpoint.keeps)}
        if len(mine) == 1 and f"'{own.account}'" in next(iter(mine)):
            return changed - mine
    return changed


async def _attacked(two: Two, where: tuple[str, str], endpoint: Endpoint, **how: str) -> None:
    """Foreign ids are answered as ids that nobody has, and leave every row as it was."""
    made_up = nobody()
    foreign = list(asks(where, endpoint, two.victim, two.other))
    unknown_ids = list(asks(where, endpoint, made_up, two.other))
    by_key = how.get("token") == two.other.api_token
    for ask, blind in zip(foreign, unknown_ids, strict=True):
        before = await two.rows()
        answer = await two.ask(ask, **how)
        there = await two.rows()
        assert _told(answer, two.victim, ask) == [], f"{ask}: {answer.text}"
        assert _changed(there, before, endpoint, two.other) == set(), f"{ask} changed too much"
        wanted = {endpoint.told} | ({403} if by_key and not endpoint.open else set())
        assert answer.status_code in wanted, f"{ask}: {answer.status_code} {answer.text}"
        never = await two.ask(blind, **how)
        assert never.status_code == answer.status_code, f"{ask} is told from {blind}"
        if endpoint.told >= 400 or endpoint.keeps:
            told, blank = _without(answer.text, two.victim), _without(never.text, made_up)
            assert told == blank, f"{ask} is told from {blind}"


@pytest.mark.timeout(300)
async def test_another_tenants_ids_are_not_there(any_two: Two) -> None:
    two = any_two
    walked = 0
    for where, endpoint in ENDPOINTS.items():
        if endpoint.ids:
            for token in (two.other.token, two.other.api_token):
                await _attacked(two, where, endpoint, token=token)
            walked += 1
    assert walked > 30
    for where, endpoint in PAGES.items():
        if endpoint.ids:
            await _attacked(two, where, endpoint, cookie=two.other.cookie)


@pytest.mark.timeout(300)
async def test_nobody_acts_for_another_tenant(two: Two) -> None:
    own = two.other
    foreign = (two.victim.account, two.victim.org, two.victim.workspace, two.victim.member)
    for where, endpoint in ENDPOINTS.items():
        if endpoint.open:
            continue
        ask = ask_with(where, endpoint, lambda place: own, own)
        for token in (own.token, own.api_token):
            before = await two.rows()
            for acts_for in foreign:
                answer = await two.ask(ask, token=token, acts_for=acts_for)
                assert answer.status_code == 404, f"{ask}: {answer.status_code} {answer.text}"
                assert _told(answer, two.victim, Ask("", acts_for)) == []
            assert await two.rows() == before, ask


@pytest.mark.timeout(300)
async def test_what_is_open_to_all_tells_and_changes_nothing_of_a_tenant(two: Two) -> None:
    everything = {**ENDPOINTS, **PAGES}
    mine = await two.rows(mark=two.victim.marks)
    assert len(mine) > 40
    for where, endpoint in everything.items():
        if endpoint.open:
            ask = ask_with(where, endpoint, lambda place: two.victim, two.other)
            for how in ({}, {"token": two.other.token, "acts_for": two.victim.org}):
                answer = await two.ask(ask, **how)
                assert answer.status_code < 500 or where[1] == "/api/billing/webhook"
                assert _told(answer, two.victim, Ask("", f"{ask.path} {how}")) == [], answer.text
    assert await two.rows(mark=two.victim.marks) == mine


async def test_ones_own_lists_and_pages_hold_nothing_of_another_tenant(two: Two) -> None:
    lists = [
        Ask("GET", path)
        for (method, path), endpoint in ENDPOINTS.items()
        if method == "GET" and not endpoint.ids and not endpoint.streams and "{" not in path
    ]
    assert len(lists) > 15
    for ask in lists:
        for token in (two.other.token, two.other.api_token):
            for acts_for in ("", two.other.org, two.other.workspace):
                answer = await two.ask(ask, token=token, acts_for=acts_for)
                assert _told(answer, two.victim, ask) == [], ask
    for month in ("2026-11", "2026-10"):
        for path in ("/account", f"/account/statement?month={month}"):
            answer = await two.ask(Ask("GET", path), cookie=two.other.cookie)
            assert answer.status_code == 200
            assert _told(answer, two.victim, ask) == []


async def test_the_operators_pages_open_to_no_tenant(two: Two) -> None:
    app = inner_app(two.server)
    before = await two.rows()
    pages = sorted(where for where in hidden_pages(app) if where[1].startswith("/operator"))
    assert len(pages) > 10
    victim = two.victim
    for method, path in pages:
        form = {"account": victim.account, "id": victim.request, "flag": "suspended", "form": "x"}
        query = f"?account={victim.account}&id={victim.request}&tenant={victim.org}"
        ask = Ask(method, path + query, form if method == "POST" else None, form=True)
        for token in (two.other.token, two.other.api_token):
            answer = await two.ask(ask, token=token, cookie=two.other.cookie)
            text = answer.text + str(answer.headers.get("location", ""))
            assert [mark for mark in victim.marks if mark in text] == [], ask
            if path not in ("/operator.css", "/operator/enter", "/operator/leave"):
                assert answer.status_code in (303, 400, 401, 403, 404), ask
    assert await two.rows() == before


async def test_an_idempotency_key_is_each_tenants_own(two: Two) -> None:
    headers = {
        "Authorization": f"Bearer {two.other.token}",
        "Idempotency-Key": two.victim.idempotency_key,
    }
    answer = await two.server.client.post("/v1/chat/completions", json=CHAT, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["x-tuppence-request"] != two.victim.request
    assert "x-tuppence-again" not in answer.headers
    ask = Ask("GET", "/api/requests/nobodys-key")
    assert (await two.ask(ask, token=two.other.token)).status_code == 404
    by_key = Ask("GET", f"/api/requests/{two.victim.idempotency_key}")
    assert (await two.ask(by_key, token=two.victim.token)).status_code == 200
    found = (await two.ask(by_key, token=two.other.token)).json()
    assert found["id"] == answer.headers["x-tuppence-request"]


async def test_a_member_reads_no_answer_of_another_member(two: Two) -> None:
    """Other members' requests are listed for who sees to the members alone, and their answers are
    for nobody else at all."""
    server, victim = two.server, two.victim
    await server.run("UPDATE accounts SET seats = 9 WHERE id = ?", victim.org)
    mallory = Computer(server.client, token=two.other.token, account=two.other.account)
    await server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, 'builder', 0)",
        victim.org,
        two.other.account,
    )
    mallory.acts_for = victim.org
    answer = await mallory.ask("GET", f"/api/requests/{victim.org_request}")
    assert answer.status_code == 404
    listed = (await mallory.ask("GET", "/api/requests")).json()
    assert listed["requests"] == []


# That the walk has teeth: the owner is let in with the very same ids.

_CONTROL_ORDER = {"GET": 0, "POST": 1, "PATCH": 2, "DELETE": 3}


async def test_the_owner_is_let_in_with_the_same_ids(two: Two) -> None:
    victim = two.victim
    with_ids = [(where, each) for where, each in {**ENDPOINTS, **PAGES}.items() if each.ids]
    # What is deep goes first, then what holds it.
    with_ids.sort(key=lambda each: (_CONTROL_ORDER[each[0][0]], -each[0][1].count("/")))
    for where, endpoint in with_ids:
        if where in _SECRETS or where == ("DELETE", "/api/account"):
            continue
        ask = ask_with(where, endpoint, lambda place: victim, victim)
        answer = await two.ask(ask, token=victim.token, cookie=victim.cookie)
        assert answer.status_code < 400 or answer.status_code == 409, f"{ask}: {answer.text}"


# Ids that are good with a secret alone, or that are no ids where they stand.
_SECRETS = {
    ("POST", "/api/email/confirm"),
    ("POST", "/api/email/recover/confirm"),
    ("POST", "/api/invitations/accept"),
    ("POST", "/api/checkout/{checkout_id}/simulate"),
    ("GET", "/account/enter"),
    ("GET", "/account/statement"),
}
