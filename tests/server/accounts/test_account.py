"""An account's own view, its export and its end; and what no row and no log line may hold."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from app.server.accounts.jobs import jobs
from app.server.accounts.own_data import LEFT_OUT, ROWS_AT_ONCE, SECTIONS
from app.server.accounts.passphrase_checks import issue_passphrase
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer, code_of, registered
from tests.server.accounts.mail_server import mail_server
from tests.server.accounts.test_keys import made, member


async def end(computer: Computer) -> tuple[int, str]:
    answer = await computer.ask("DELETE", "/api/account", {"confirm": computer.account})
    return answer.status_code, "" if answer.is_success else code_of(answer)


async def test_an_account_sees_itself(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await member(server, "o_acme", "builder")
    computer.acts_for = ""
    assert (await computer.ask("GET", "/api/account")).json() == {
        "id": computer.account,
        "created_at": "2026-11-21T12:00:00Z",
        "plan": "free",
        "email": None,
        "devices": 1,
        "belongs_to": [{"id": "o_acme", "kind": "organization", "name": "Acme", "role": "builder"}],
        "passphrase": None,
    }


async def test_an_export_holds_all_of_ones_own_and_nothing_else(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    computer, other = await registered(server, "Mine"), await registered(server, "Theirs")
    key = await made(computer, name="My key")
    await made(other, name="Their key")
    count = ROWS_AT_ONCE + 5
    await _requests(server, computer.account, count)
    await _requests(server, other.account, 3)
    answer = await computer.ask("GET", "/api/account/export")
    facts = json.loads(answer.text)
    assert set(facts) == {"format", *(section.name for section in SECTIONS)}
    assert [each["name"] for each in facts["devices"]] == ["Mine"]
    assert [each["id"] for each in facts["api_keys"]] == [key["id"]]
    assert len({each["id"] for each in facts["requests"]}) == count
    assert other.account not in answer.text
    for secret in (computer.token, key["token"]):
        assert secret not in answer.text
    hashes = await server.run("SELECT token_hash FROM sessions")
    assert not any(str(row[0]) in answer.text for row in hashes)


async def test_every_table_with_rows_of_ones_own_is_in_the_export_or_left_out_for_a_reason(
    credit_server: CreditServer,
) -> None:
    rows = await credit_server.run(
        "SELECT DISTINCT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND c.name IN ('tenant', 'account')"
    )
    exported = {section.table for section in SECTIONS} - {"accounts"}
    assert {row[0] for row in rows} == exported | set(LEFT_OUT)
    assert not exported & set(LEFT_OUT)
    assert all(LEFT_OUT.values())


async def _requests(server: CreditServer, account: str, count: int) -> None:
    """Rows of ended calls; several in one millisecond."""
    columns = "tenant, at_ms, id, ended_ms, account, api_key, kind, model, route, host, own_key"
    columns += ", payer, ending, input_tokens, output_tokens, plan_tokens, charged_pusd, cost_pusd"
    columns += ", lost_pusd, upstream_id, flagged, reason"
    await server.run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        f" INSERT INTO requests ({columns}) SELECT ?, i / 7, 'r' || i, 0, ?, '', 'chat', 'm', 'r',"
        " 'h', '', 'plan', 'complete', 1, 1, 1, 0, 0, 0, '', '', '' FROM n",
        count,
        account,
        account,
    )


async def test_a_deleted_account_is_closed_on_every_side(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    key = await made(computer)
    await server.run("UPDATE accounts SET email = 'me@example.org', name = 'Me'")
    await server.run(
        "INSERT INTO answers (tenant, id, answer, expires_ms) VALUES (?, 'r', 'text', 9)",
        computer.account,
    )
    wrong = await computer.ask("DELETE", "/api/account", {"confirm": "yes"})
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "confirm")
    assert await end(computer) == (204, "")
    assert (await computer.ask("GET", "/api/account")).status_code == 401
    assert code_of(await computer.sign_in()) == "device_removed"
    headers = {"Authorization": f"Bearer {key['token']}"}
    assert (await server.client.get("/api/events", headers=headers)).status_code == 401
    rows = await server.run("SELECT id, email, name, created_from FROM accounts")
    assert rows == [(computer.account, None, "", "")]
    assert await server.run("SELECT count(*) FROM answers") == [(0,)]
    assert await server.run("SELECT count(*) FROM sessions") == [(0,)]


async def test_a_running_subscription_has_to_be_cancelled_first(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    computer = await registered(server)
    await server.run(
        "INSERT INTO subscriptions (tenant, processor, mode, id, plan, price, quantity, state,"
        " cancel_at_end, subscribed_ms, seen) VALUES (?, 'stripe', 'test', 's', 'premium', 'p', 1,"
        " 'active', 0, 0, '')",
        computer.account,
    )
    assert await end(computer) == (409, "subscription_running")
    assert (await computer.ask("GET", "/api/account")).status_code == 200
    await server.run("UPDATE subscriptions SET cancel_at_end = 1")
    assert await end(computer) == (204, "")


async def test_an_organization_is_never_left_without_a_manager(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    admin, builder = [await member(server, "o_acme", role) for role in ("admin", "builder")]
    assert await end(admin) == (409, "last_manager")
    key = await made(builder)
    assert await end(builder) == (204, "")
    headers = {"Authorization": f"Bearer {key['token']}"}
    assert (await server.client.get("/api/events", headers=headers)).status_code == 401
    # Nobody else is there any more: it ends with its last member.
    assert await end(admin) == (204, "")
    rows = await server.run("SELECT deleted_ms IS NOT NULL FROM accounts WHERE id = 'o_acme'")
    assert bool(rows[0][0])


async def test_what_is_over_is_forgotten(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    computer = await registered(server)
    await computer.challenge()
    await computer.ask("POST", "/api/email", {"email": "me@example.org"})
    server.time.pass_by(days=4)
    for job in jobs(server.services):
        await job.work()
    for table in ("challenges", "sessions", "email_codes", "buckets", "waits", "streams"):
        assert await server.run(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert (await computer.sign_in()).status_code == 200


async def test_no_secret_is_in_the_database_or_in_a_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, "mail.log")  # the test's mail server, which shows what it got
    secrets = []
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        data = tmp_path / "server"
        async with running_server(data, catalog="daily-budgets", **smtp) as server:
            secrets.append((await issue_passphrase(server.services)).passphrase)
            computer = Computer(server.client)
            challenge = await computer.challenge()
            await computer.register()
            secrets += [challenge, computer.token]
            secrets.append((await made(computer))["token"])
            await computer.ask("POST", "/api/email", {"email": "me@example.org"})
            code = mails.code_to("me@example.org")
            await computer.ask("POST", "/api/passphrase", {"passphrase": secrets[0]})
            await computer.ask("POST", "/api/passphrase", {"passphrase": "wrong-" + secrets[0]})
            rows = str(await server.run("SELECT code_mac FROM email_codes"))
            assert code not in rows
    files = [path for path in data.iterdir() if path.is_file()]
    assert any(path.name == "server.db" for path in files)
    for secret in secrets:
        assert secret not in caplog.text
        assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert code not in caplog.text
