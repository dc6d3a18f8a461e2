"""What people see in a browser: nothing before it is true, nobody else's, no script, no secret."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.server.accounts.identify import Caller
from app.server.pages import visits
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.accounts.computers import registered
from tests.server.credits.given import subscribed, whole_call


@pytest.fixture
async def demo_server(tmp_path: Path) -> AsyncIterator[CreditServer]:
    async with running_server(tmp_path / "server", DEMO="true") as server:
        yield server


async def _begin(server: CreditServer, person: Person, offer: str) -> tuple[str, dict[str, str]]:
    """A checkout's id, and the query of its simulated page."""
    session = await _session(server, person)
    wish = {"offer": offer, "return": "http://127.0.0.1:5/back"}
    answer = await server.client.post("/api/checkout", json=wish, headers=session)
    assert answer.status_code == 201, answer.text
    query = parse_qs(urlsplit(answer.json()["url"]).query)
    return answer.json()["id"], {name: values[0] for name, values in query.items()}


async def _session(server: CreditServer, person: Person) -> dict[str, str]:
    """Headers of a session of the person's own device."""
    from app.ledger.rows import ms_from
    from app.server.secret import hash_of

    account, now = person.caller.account, ms_from(server.time.at)
    await server.run(
        "INSERT INTO devices (account, id, public_key, created_ms, seen_ms)"
        " VALUES (?, 'd1', ?, ?, ?) ON CONFLICT DO NOTHING",
        account, f"key of {account}", now, now,
    )  # fmt: skip
    token = f"ts_{account}"
    await server.run(
        "INSERT INTO sessions (token_hash, account, device, created_ms, expires_ms)"
        " VALUES (?, ?, 'd1', ?, ?) ON CONFLICT DO NOTHING",
        hash_of(token), account, now, now + 3_600_000,
    )  # fmt: skip
    return {"Authorization": f"Bearer {token}"}


async def _enter(server: CreditServer, person: Person) -> None:
    """The browser's cookie, from a link."""
    answer = await server.client.post("/api/account/link", headers=await _session(server, person))
    assert answer.status_code == 201, answer.text
    address = urlsplit(answer.json()["url"])
    entered = await server.client.get(f"{address.path}?{address.query}")
    assert entered.status_code == 303
    server.client.cookies.set(
        "tuppence_visit", entered.cookies["tuppence_visit"], domain="server", path="/account"
    )


async def test_a_simulated_payment_is_labelled_and_credits_once(demo_server: CreditServer) -> None:
    person = await demo_server.person()
    checkout, query = await _begin(demo_server, person, "starter-pack")
    shown = await demo_server.client.get("/checkout/simulated", params=query)
    assert "Demo:" in shown.text
    assert "Nothing is paid" in shown.text
    assert "$5.00" in shown.text
    before = await demo_server.client.get("/checkout/done", params={"checkout": checkout})
    assert "on its way" in before.text
    form = {"checkout": checkout, "secret": query["secret"], "pay": "yes"}
    for _ in range(3):
        paid = await demo_server.client.post("/checkout/simulated", data=form)
        assert "it is there" in paid.text
    rows = await demo_server.run("SELECT amount FROM packs WHERE tenant = ?", person.caller.tenant)
    assert rows == [(200_000,)]


async def test_a_cancelled_payment_gives_nothing_and_says_so(demo_server: CreditServer) -> None:
    person = await demo_server.person()
    checkout, query = await _begin(demo_server, person, "starter-pack")
    form = {"checkout": checkout, "secret": query["secret"], "pay": "no"}
    answer = await demo_server.client.post("/checkout/simulated", data=form)
    assert "nothing was charged" in answer.text
    assert await demo_server.run("SELECT amount FROM packs") == []


async def test_nobody_pays_without_the_checkouts_own_secret(demo_server: CreditServer) -> None:
    person = await demo_server.person()
    checkout, _ = await _begin(demo_server, person, "starter-pack")
    form = {"checkout": checkout, "secret": "sim_guess", "pay": "yes"}
    answer = await demo_server.client.post("/checkout/simulated", data=form)
    assert answer.status_code == 404
    assert await demo_server.run("SELECT amount FROM packs") == []


async def test_no_simulated_page_exists_beside_a_real_server(credit_server: CreditServer) -> None:
    query = {"checkout": "c1", "secret": "sim_x"}
    assert (await credit_server.client.get("/checkout/simulated", params=query)).status_code == 404


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "javascript:alert(1)", "//evil.example", "data:text/html,x"]
)
async def test_a_page_leads_to_no_stranger(credit_server: CreditServer, back: str) -> None:
    for path in ("/checkout/done", "/checkout/cancelled"):
        answer = await credit_server.client.get(path, params={"checkout": "x", "return": back})
        assert answer.status_code == 200
        assert "evil" not in answer.text
        assert "Back to Tuppence" not in answer.text


async def test_who_left_the_page_of_payment_is_told_that_it_is_still_open(
    demo_server: CreditServer,
) -> None:
    person = await demo_server.person()
    checkout, _ = await _begin(demo_server, person, "starter-pack")
    page = lambda: demo_server.client.get(  # noqa: E731
        "/checkout/cancelled", params={"checkout": checkout}
    )
    assert "cancel the payment in Tuppence" in (await page()).text
    path = f"/api/checkout/{checkout}/cancel"
    said = (await demo_server.client.post(path, headers=person.headers)).json()
    assert (said["state"], said["canceled"]) == ("expired", True)
    assert "You canceled." in (await page()).text


async def test_the_account_opens_by_a_link_that_works_once(demo_server: CreditServer) -> None:
    person = await demo_server.person(name="Ada <b>Lovelace</b>")
    headers = await _session(demo_server, person)
    link = urlsplit(
        (await demo_server.client.post("/api/account/link", headers=headers)).json()["url"]
    )
    first = await demo_server.client.get(f"{link.path}?{link.query}")
    second = await demo_server.client.get(f"{link.path}?{link.query}")
    assert (first.status_code, second.status_code) == (303, 401)
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert link.query.removeprefix("token=") not in cookie


async def test_an_account_shows_its_own_and_escapes_names(demo_server: CreditServer) -> None:
    person = await demo_server.person(name="Ada <b>Lovelace</b>")
    checkout, query = await _begin(demo_server, person, "power-pack")
    form = {"checkout": checkout, "secret": query["secret"], "pay": "yes"}
    await demo_server.client.post("/checkout/simulated", data=form)
    await _enter(demo_server, person)
    shown = await demo_server.client.get("/account")
    assert "Ada &lt;b&gt;Lovelace" in shown.text
    assert "500,000 tokens left" in shown.text
    assert "$10.00" in shown.text
    receipt = re.search(r"/account/receipt\?id=[^\"]+", shown.text)
    assert receipt is not None
    printed = await demo_server.client.get(receipt[0])
    assert "500,000 tokens, which never expire" in printed.text
    month = await demo_server.client.get(f"/account/statement?month={demo_server.time.at:%Y-%m}")
    assert "No credit was used" in month.text
    assert "$10.00" in month.text


async def test_anothers_receipt_is_not_found(demo_server: CreditServer) -> None:
    ada, eve = await demo_server.person(), await demo_server.person()
    checkout, query = await _begin(demo_server, ada, "starter-pack")
    form = {"checkout": checkout, "secret": query["secret"], "pay": "yes"}
    await demo_server.client.post("/checkout/simulated", data=form)
    await _enter(demo_server, eve)
    receipt = f"/account/receipt?id=pay-{checkout}"
    assert (await demo_server.client.get(receipt)).status_code == 404
    await _enter(demo_server, ada)
    assert (await demo_server.client.get(receipt)).status_code == 200


async def test_a_visit_ends_after_an_hour_and_when_its_owner_leaves(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    person = await server.person()
    await _enter(server, person)
    assert (await server.client.get("/account")).status_code == 200
    server.time.pass_by(minutes=61)
    assert (await server.client.get("/account")).status_code == 401


async def test_a_removed_device_takes_the_pages_along_that_are_open(
    credit_server: CreditServer,
) -> None:
    server, links = credit_server, []
    computer = await registered(server)
    await server.run("UPDATE accounts SET email = 'ada@example.org'")
    for _ in range(2):
        links.append(urlsplit((await computer.ask("POST", "/api/account/link")).json()["url"]))
    await server.client.get(f"{links[0].path}?{links[0].query}")
    assert (await server.client.get("/account")).status_code == 200
    gone = await computer.ask("DELETE", f"/api/devices/{computer.device}")
    assert gone.status_code == 204, gone.text
    assert (await server.client.get("/account")).status_code == 401
    assert (await server.client.get(f"{links[1].path}?{links[1].query}")).status_code == 401


@pytest.mark.parametrize(("role", "sees"), [("builder", False), ("viewer", False), ("admin", True)])
async def test_a_page_shows_a_member_what_their_role_may_see(
    demo_server: CreditServer, role: str, sees: bool
) -> None:
    """As the endpoints do: purchases for who may pay, others' calls for who sees to members."""
    server = demo_server
    pool = await server.person("organization", kind="organization", name="Acme",
                               **subscribed(server))  # fmt: skip
    tenant = pool.caller.tenant
    checkout, query = await _begin(server, pool, "power-pack")
    form = {"checkout": checkout, "secret": query["secret"], "pay": "yes"}
    await server.client.post("/checkout/simulated", data=form)
    ann = await server.person()
    for account, as_ in (("boss", "admin"), (ann.caller.account, role)):
        await server.run(
            "INSERT INTO members (tenant, account, role, caps, joined_ms) VALUES (?, ?, ?, '', 0)",
            tenant, account, as_,
        )  # fmt: skip
    await server.run("UPDATE members SET caps = '{}'")
    await whole_call(server, Caller(tenant, "boss", device="d", role="admin"), "openai/gpt-4o")
    headers = await _session(server, ann) | {"x-tuppence-account": tenant}
    link = (await server.client.post("/api/account/link", headers=headers)).json()["url"]
    parts = urlsplit(link)
    await server.client.get(f"{parts.path}?{parts.query}")
    shown = await server.client.get("/account")
    assert shown.status_code == 200
    assert "Acme" in shown.text
    assert ("$10.00" in shown.text) is sees
    receipt = await server.client.get(f"/account/receipt?id=pay-{checkout}")
    assert receipt.status_code == (200 if sees else 404)
    month = await server.client.get(f"/account/statement?month={server.time.at:%Y-%m}")
    assert ("No credit was used" not in month.text) is sees
    assert ("$10.00" in month.text) is sees


async def test_a_link_is_too_old_after_five_minutes(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    database, caller = server.services.database, Caller("a_1", "a_1")
    token = await database.run(visits.make_link, caller, server.time.at)
    assert await database.run(visits.enter, token, server.time.pass_by(minutes=6)) is None


async def test_an_api_key_opens_no_page(credit_server: CreditServer) -> None:
    person = await credit_server.person()
    answer = await credit_server.client.post("/api/account/link", headers=person.headers)
    assert answer.status_code == 403


async def test_every_page_forbids_scripts_and_frames(demo_server: CreditServer) -> None:
    for path in ("/", "/docs", "/email", "/checkout/done", "/checkout/cancelled", "/account"):
        answer = await demo_server.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in answer.text


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "0001-01"])
async def test_a_month_that_is_none_is_said(demo_server: CreditServer, month: str) -> None:
    await _enter(demo_server, await demo_server.person())
    answer = await demo_server.client.get("/account/statement", params={"month": month})
    assert answer.status_code == 400


async def test_the_interface_is_described_without_scripts_from_elsewhere(
    demo_server: CreditServer,
) -> None:
    shown = await demo_server.client.get("/docs")
    assert "/v1/models" in shown.text
    assert "/api/checkout" in shown.text
    assert "http://" not in shown.text
    assert "https://" not in shown.text
