"""Named API keys over HTTP."""

from __future__ import annotations

from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, code_of, registered


async def made(computer: Computer, **body: object) -> dict[str, str]:
    answer = await computer.ask("POST", "/api/keys", {"name": "Editor"} | body)
    assert answer.status_code == 201, answer.text
    facts: dict[str, str] = answer.json()
    return facts


async def member(server: CreditServer, tenant: str, role: str) -> Computer:
    """A person with a role in an organization, for which their computer acts."""
    computer = await registered(server)
    await server.run(
        "INSERT INTO accounts (id, kind, name, plan, created_ms)"
        " VALUES (?, 'organization', 'Acme', 'organization', 0) ON CONFLICT DO NOTHING",
        tenant,
    )
    await server.run(
        "INSERT INTO members (tenant, account, role, joined_ms) VALUES (?, ?, ?, 0)",
        tenant,
        computer.account,
        role,
    )
    computer.acts_for = tenant
    return computer


async def listed(computer: Computer) -> list[str]:
    return [each["id"] for each in (await computer.ask("GET", "/api/keys")).json()["keys"]]


async def use(server: CreditServer, token: str) -> int:
    """What a request with the key gets from an endpoint that takes keys."""
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": "none"}
    return (await server.client.get("/api/events", headers=headers)).status_code


async def test_a_key_is_shown_once_and_works(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    key = await made(computer, cap_usd="2.50")
    assert key["token"].startswith("tp_")
    assert key["token"].startswith(key["shown"])
    assert key["cap_usd"] == "2.5"
    (seen,) = (await computer.ask("GET", "/api/keys")).json()["keys"]
    assert "token" not in seen
    assert seen["drawn_this_month_usd"] == "0"
    assert await use(server, key["token"]) == 400  # identified: the wrong id is what it refuses
    assert await server.run("SELECT cap_pusd FROM api_keys") == [(2_500_000_000_000,)]


async def test_what_a_key_drew_is_of_this_month_alone(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    key = await made(computer)
    columns = "tenant, at_ms, id, ended_ms, account, api_key, kind, model, route, host, own_key"
    columns += ", payer, ending, input_tokens, output_tokens, plan_tokens, charged_pusd, cost_pusd"
    columns += ", lost_pusd, upstream_id, flagged, reason"
    at_ms = int(server.time.at.timestamp() * 1000)
    month_ms = 31 * 24 * 3_600_000
    for number, (when, ending, cost) in enumerate(
        [
            (at_ms, "complete", 1_250_000_000),
            (at_ms, "incomplete", None),
            (at_ms, "released", 7_000_000_000),
            (at_ms - month_ms, "complete", 9_000_000_000),
        ]
    ):
        values = (computer.account, when, f"r{number}", when, computer.account, key["id"])
        values += ("chat", "m", "r", "h", "", "plan", ending, 1, 1, 1, 0, cost, 0, "", "", "")
        marks = ", ".join("?" * len(values))
        await server.run(f"INSERT INTO requests ({columns}) VALUES ({marks})", *values)
    (seen,) = (await computer.ask("GET", "/api/keys")).json()["keys"]
    assert seen["drawn_this_month_usd"] == "0.00125"


async def test_a_key_is_renamed_and_capped_one_at_a_time(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    path = f"/api/keys/{(await made(computer, cap_usd=5))['id']}"
    renamed = (await computer.ask("PATCH", path, {"name": " New   name "})).json()
    assert (renamed["name"], renamed["cap_usd"]) == ("New name", "5")
    uncapped = (await computer.ask("PATCH", path, {"cap_usd": None})).json()
    assert (uncapped["name"], uncapped["cap_usd"]) == ("New name", None)
    for wrong in ({"cap_usd": -1}, {"cap_usd": "NaN"}, {"cap_usd": 0}, {"name": ""}, {"x": 1}):
        assert (await computer.ask("PATCH", path, wrong)).status_code == 400
    assert (await computer.ask("PATCH", path, {"name": None})).status_code == 400
    assert (await computer.ask("PATCH", path, {"name": "  "})).status_code == 400
    finer = {"cap_usd": "0.0000000000001"}
    assert (await computer.ask("PATCH", path, finer)).status_code == 400


async def test_a_revoked_key_is_refused_at_once(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    key = await made(computer)
    assert (await computer.ask("DELETE", f"/api/keys/{key['id']}")).status_code == 204
    assert await use(server, key["token"]) == 401
    assert await listed(computer) == []
    assert (await computer.ask("DELETE", f"/api/keys/{key['id']}")).status_code == 404


async def test_a_key_of_somebody_else_is_not_there(credit_server: CreditServer) -> None:
    mine, other = await registered(credit_server), await registered(credit_server)
    path = f"/api/keys/{(await made(other))['id']}"
    for method, body in (("PATCH", {"name": "mine"}), ("DELETE", None)):
        answer = await mine.ask(method, path, body)
        assert (answer.status_code, code_of(answer)) == (404, "not_found")
    assert await listed(mine) == []
    assert len(await listed(other)) == 1


async def test_a_key_makes_no_keys(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    computer.token = (await made(computer))["token"]
    assert (await computer.ask("POST", "/api/keys", {"name": "more"})).status_code == 403
    assert (await computer.ask("GET", "/api/keys")).status_code == 403


async def test_in_an_organization_a_role_says_who_has_keys(credit_server: CreditServer) -> None:
    server = credit_server
    admin, builder, viewer = [
        await member(server, "o_acme", role) for role in ("admin", "builder", "viewer")
    ]
    key = await made(builder)
    rows = await server.run("SELECT tenant, account FROM api_keys")
    assert rows == [("o_acme", builder.account)]
    assert (await viewer.ask("POST", "/api/keys", {"name": "x"})).status_code == 403
    assert await listed(viewer) == []
    assert await listed(builder) == [key["id"]]
    assert await listed(admin) == [key["id"]]
    path = f"/api/keys/{key['id']}"
    assert (await viewer.ask("DELETE", path)).status_code == 404
    other = await member(server, "o_acme", "builder")
    assert (await other.ask("PATCH", path, {"name": "mine"})).status_code == 404
    assert (await admin.ask("PATCH", path, {"cap_usd": 1})).status_code == 200
    assert (await admin.ask("DELETE", path)).status_code == 204
    assert await use(server, key["token"]) == 401


async def test_who_is_no_member_sees_no_organization(credit_server: CreditServer) -> None:
    await member(credit_server, "o_acme", "admin")
    stranger = await registered(credit_server)
    stranger.acts_for = "o_acme"
    for method, path in (("GET", "/api/keys"), ("POST", "/api/keys"), ("GET", "/api/account")):
        answer = await stranger.ask(method, path, {"name": "x"} if method == "POST" else None)
        assert answer.status_code == 404


async def test_a_hundred_keys_are_the_most(credit_server: CreditServer) -> None:
    computer = await registered(credit_server)
    await made(computer)
    await credit_server.run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
        " INSERT INTO api_keys (tenant, id, token_hash, account, name, shown, created_ms)"
        " SELECT ?, 'k' || i, 'h' || i, ?, 'x', 'x', 0 FROM n",
        computer.account,
        computer.account,
    )
    answer = await computer.ask("POST", "/api/keys", {"name": "one more"})
    assert (answer.status_code, code_of(answer)) == (409, "keys_full")
