"""Values that databases, logs and headers are afraid of, in every field of every endpoint, on
SQLite and PostgreSQL: refused or kept as they are, never a 500 and never a statement."""

from __future__ import annotations

import itertools
import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, registered

TEXTS = (
    "\0", "a\0b", "' OR '1'='1", "'; DROP TABLE accounts; --", '"', "\\", "?", "%s", "%(x)s", "$1",
    "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "\U0010ffff", "\r\nX-Evil: 1", "\x1b[31m", "\x7f",
    "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "x" * 100_000,
    "é" * 5_000, "", " ", "null", "NaN", "-1", "0x10", "1e400",
)  # fmt: skip
NUMBERS = (2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400, -1, 0, 1e308, 0.1)
DAYS = ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+14:00",
        "2026-02-30", "2026-13", "9999-12", "0001-01", "1969-12-31", "+10000-01-01", "0000-00-00",
        "2026-11-21T25:00", "99999999999999999999", "-1", "1e9")  # fmt: skip
HEADERS = ("X-Tuppence-Account", "Last-Event-ID", "Idempotency-Key", "X-Forwarded-For", "Host",
           "Stripe-Signature", "X-Signature", "Cookie", "Content-Type", "Range", "Accept",
           "Authorization")  # fmt: skip
ENDLESS = ("/api/events",)
FINAL = (("DELETE", "/api/session"), ("DELETE", "/api/account"))

# Every fifth value where there is little time.
EVERY = pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.soak)])


async def endpoints(server: CreditServer) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and document of all that ends by itself."""
    document = (await server.client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    return [
        (method.upper(), path, {**said, "schemas": schemas})
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if path not in ENDLESS and (method.upper(), path) not in FINAL
    ]


def body_of(said: dict[str, Any], text: object, number: object) -> object:
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    return filled(content["schema"], said["schemas"], text, number) if content else None


def filled(schema: dict[str, Any], schemas: dict[str, Any], text: object, number: object) -> Any:
    """A value of a schema's shape, whatever it says of lengths and patterns."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return filled(schema[choice][0], schemas, text, number)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            named = schema.get("properties", {})
            made = {name: filled(each, schemas, text, number) for name, each in named.items()}
            return made or {str(text): text}
        case "array":
            return [filled(schema.get("items", {}), schemas, text, number)]
        case "integer" | "number":
            return number
        case "boolean":
            return True
        case _:
            return text


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()  # escapes halves of characters and NUL


def ends_well(answer: httpx2.Response, *what: object) -> None:
    """No 500, and every refusal in the one form."""
    assert answer.status_code < 500 or answer.status_code in (502, 503), (what, answer.text)
    assert "X-Evil" not in answer.headers
    if answer.status_code >= 400 and "json" in answer.headers["content-type"]:
        assert answer.json()["error"]["code"], what
        assert len(answer.content) < 3_000, what


@pytest.fixture
async def person(any_credit_server: CreditServer) -> Computer:
    return await registered(any_credit_server)


async def unhurried(server: CreditServer) -> None:
    await server.run("DELETE FROM buckets")
    await server.run("DELETE FROM waits")


@EVERY
async def test_no_value_of_a_body_is_a_surprise(
    any_credit_server: CreditServer, person: Computer, step: int
) -> None:
    server = any_credit_server
    values = [*zip(TEXTS, itertools.cycle(NUMBERS)), *((day, 1) for day in DAYS)][::step]
    for method, path, said in await endpoints(server):
        if "requestBody" not in said:
            continue
        await unhurried(server)
        for text, number in values:
            where = path.replace("{group}", "o_none").replace("{", "").replace("}", "")
            answer = await server.client.request(
                method,
                where,
                content=as_json(body_of(said, text, number)),
                headers={**person.headers, "Content-Type": "application/json"},
            )
            ends_well(answer, method, path, text[:20], number)
    assert (await person.ask("GET", "/api/account")).status_code in (200, 429)


@EVERY
async def test_no_value_in_an_address_is_a_surprise(
    any_credit_server: CreditServer, person: Computer, step: int
) -> None:
    server = any_credit_server
    for method, path, said in await endpoints(server):
        await unhurried(server)
        asked = [each["name"] for each in said.get("parameters", ()) if each["in"] == "query"]
        for text in (*TEXTS, *DAYS, *map(str, NUMBERS))[::step]:
            value = text.encode("utf-8", "replace").decode()[:2_000]
            where = path
            for name in ("group", "key", "account", "invitation", "device", "request_id",
                         "checkout_id", "model"):  # fmt: skip
                where = where.replace(f"{{{name}}}", httpx2.URL("http://x").join("/").path + "x")
            query = dict.fromkeys(asked, value)
            if "{" not in path and not asked:
                break
            quoted = _quoted(path, value)
            for target in (quoted, where):
                answer = await server.client.request(
                    method, target, params=query or None, headers=person.headers
                )
                ends_well(answer, method, target[:80], value[:20])


def _quoted(path: str, value: str) -> str:
    from urllib.parse import quote

    start = path.find("{")
    return path if start < 0 else path[:start] + (quote(value, safe="") or "x")


async def test_no_header_is_a_surprise(any_credit_server: CreditServer, person: Computer) -> None:
    server = any_credit_server
    for path, method in (("/api/me", "GET"), ("/api/session", "POST"), ("/account", "GET"),
                         ("/api/billing/webhook", "POST"), ("/v1/chat/completions", "POST"),
                         ("/api/organizations", "GET"), ("/checkout/done", "GET")):  # fmt: skip
        await unhurried(server)
        for name in HEADERS:
            for value in (b"\xff\xfe", b"'; DROP TABLE accounts", b"x" * 8_000, b"%00", b"\xc3\xa9",
                          b"tuppence_visit=%00'", b"Bearer tp_\xff", b"Bearer ts_%00"):  # fmt: skip
                headers: list[tuple[bytes, bytes]] = [
                    (key.encode(), each.encode()) for key, each in person.headers.items()
                ]
                answer = await server.client.request(
                    method, path, headers=[*headers, (name.encode(), value)], content=b"{}"
                )
                ends_well(answer, path, name, value[:20])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80))
async def test_a_name_comes_back_as_it_was_given(
    any_credit_server: CreditServer, name: str
) -> None:
    server = any_credit_server
    if not server.people:
        server.people.append(await server.person())
        server.computer = await registered(server)  # type: ignore[attr-defined]
    await unhurried(server)
    person: Computer = server.computer  # type: ignore[attr-defined]
    made = await person.ask("POST", "/api/keys", {"name": name})
    if made.status_code == 201:
        listed = (await person.ask("GET", "/api/keys")).json()["keys"]
        assert [each["name"] for each in listed] == [made.json()["name"]]
        assert made.json()["name"] in (name, name.strip(), " ".join(name.split()))
        await person.ask("DELETE", f"/api/keys/{made.json()['id']}")
    else:
        assert made.status_code == 400, made.text
    assert await server.run("SELECT count(*) FROM api_keys WHERE name = ?", name) is not None
