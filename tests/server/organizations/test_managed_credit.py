"""Managed credit: charged with its markup, up to a month's limit that blocks or slows; alerts once;
a statement that is right to the unit."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.config import resources_folder
from app.money import pico_from_usd
from app.server.accounts.identify import Caller
from app.server.credits.calls import settle
from app.server.organizations.alerts import mail_alerts
from tests.fixtures.credit_server import CreditServer
from tests.server.accounts.computers import Computer, code_of, registered
from tests.server.accounts.mail_server import MailServer, mail_server, text_of
from tests.server.credits.given import dispatched, ended, whole_call, wish
from tests.server.organizations.crew import WORKSPACES, founded
from tests.server.organizations.workplace import (
    CHARGE_PUSD,
    MODEL,
    OWN_KEY,
    Workspace,
    workspace_at,
)

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MODELS = ("gpt-3.5-turbo", "gpt-4", "gpt-4o")


def for_workspace(here: Workspace, member: Computer) -> Caller:
    return Caller(here.id, member.account, device=member.device, role="builder")


async def charged(server: CreditServer) -> list[int]:
    rows = await server.run("SELECT charged_pusd FROM requests ORDER BY at_ms, id")
    return [int(str(row[0])) for row in rows]


# The limit.


async def test_a_limit_blocks_and_opens_anew_with_the_month(workspace: Workspace) -> None:
    limit = 5 * CHARGE_PUSD
    await workspace.with_credit(limit)
    answers = [await workspace.call(workspace.admin.token) for _ in range(6)]
    codes = [answer.status_code for answer in answers]
    done = codes.count(200)
    assert codes == [200] * done + [402] * (6 - done)
    assert 3 <= done <= 5  # the last is not begun where its worst case would pass the limit
    assert await charged(workspace.server) == [CHARGE_PUSD] * done
    error = answers[-1].json()["error"]
    assert error["code"] == "used_up"
    assert error["details"]["resets"] == "2026-12-01T00:00:00+00:00"
    assert error["details"]["offers"] == []  # credit is agreed with the operator, not bought
    workspace.server.time.at = DECEMBER - timedelta(milliseconds=1)
    await workspace.admin.sign_in()
    assert (await workspace.call(workspace.admin.token)).status_code == 402
    workspace.server.time.at = DECEMBER
    assert (await workspace.call(workspace.admin.token)).status_code == 200
    assert (await workspace.statement())["charged_usd"] == "0.000306666667"
    assert await workspace.place.troubles() == []


async def test_a_burst_does_not_pass_the_limit(workspace: Workspace) -> None:
    await workspace.with_credit(4 * CHARGE_PUSD)
    people = [await workspace.joined() for _ in range(3)]
    answers = await asyncio.gather(
        *(workspace.call(person.token) for person in people for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {200, 402}
    assert sum(await charged(workspace.server)) <= 4 * CHARGE_PUSD
    assert await workspace.place.troubles() == []


async def test_without_credit_and_key_nothing_runs(here: Workspace) -> None:
    answer = await here.call(here.admin.token)
    assert answer.status_code == 402
    assert here.chats() == []


def slowed_catalog(folder: Path) -> str:
    """The catalog of workspaces, with calls slowed at the limit, one a second."""
    text = (resources_folder() / "catalogs" / "workspaces.toml").read_text()
    slowed = text.replace('when_reached = "block"', 'when_reached = "throttle"\nthrottle_s = 1')
    assert slowed != text
    (folder / "workspaces.toml").write_text(slowed)
    return str(folder / "workspaces")


async def test_where_the_catalog_says_so_it_slows_and_the_rest_is_on_the_statement(
    tmp_path: Path,
) -> None:
    async with workspace_at(tmp_path / "s", catalog=slowed_catalog(tmp_path)) as here:
        await here.with_credit(1_000_000)
        assert (await here.call(here.admin.token)).status_code == 200
        began = time.monotonic()
        second = asyncio.create_task(here.call(here.admin.token))
        await asyncio.sleep(0.4)
        third = await here.call(here.admin.token)
        assert (third.status_code, code_of(third)) == (429, "throttled")
        assert third.headers["retry-after"] == "1"
        assert (await second).status_code == 200
        assert time.monotonic() - began >= 1.0
        sheet = await here.statement()
        assert pico_from_usd(sheet["charged_usd"]) == 2 * CHARGE_PUSD
        assert pico_from_usd(sheet["beyond_limit_usd"]) == 2 * CHARGE_PUSD - 1_000_000
        assert await here.place.troubles() == []


# Alerts.


async def _write_to(server: CreditServer, person: Computer, address: str) -> None:
    await server.run("UPDATE accounts SET email = ? WHERE id = ?", address, person.account)


def _subjects(mails: MailServer, address: str) -> list[str]:
    return [mail["Subject"].rpartition(": ")[2] for mail in mails.to(address)]


async def test_each_threshold_is_mailed_once_to_who_may_bill(tmp_path: Path) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with workspace_at(tmp_path, **smtp) as here:
            server, builder = here.server, await here.joined()
            await _write_to(server, here.admin, "ann@example.org")
            await _write_to(server, builder, "ben@example.org")
            await here.with_credit(40_000_000_000)
            caller = for_workspace(here, builder)
            assert await mail_alerts(server.services) == 0
            await whole_call(server, caller, MODEL, 6_000, 1_000, 1_000)  # 83 %
            await asyncio.gather(*(mail_alerts(server.services) for _ in range(4)))
            assert _subjects(mails, "ann@example.org") == ["Managed credit is 80 % used"]
            assert "1 December 2026" in text_of(mails.mails[0]).replace("01 ", "1 ")
            await whole_call(server, caller, MODEL, 1_000, 30, 30)
            assert await mail_alerts(server.services) == 0
            server.time.at = DECEMBER + timedelta(hours=1)
            await whole_call(server, caller, MODEL, 6_000, 1_000, 1_000)
            await asyncio.gather(*(mail_alerts(server.services) for _ in range(4)))
            assert _subjects(mails, "ann@example.org") == ["Managed credit is 80 % used"] * 2
            assert mails.to("ben@example.org") == []


async def test_all_of_it_used_is_an_alert_of_its_own(tmp_path: Path) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with workspace_at(tmp_path, **smtp) as here:
            await _write_to(here.server, here.admin, "ann@example.org")
            caller = for_workspace(here, here.admin)
            await here.with_credit(
                sum(-(-(tokens * 2_500_000) * 4 // 3) for tokens in (5_000, 1_000))
            )
            await whole_call(here.server, caller, MODEL, 5_000, 0, 10)
            await whole_call(here.server, caller, MODEL, 1_000, 0, 0)
            assert await mail_alerts(here.server.services) == 2
            wanted = ["Managed credit is 80 % used", "Managed credit is used up"]
            assert _subjects(mails, "ann@example.org") == wanted


async def test_a_mail_server_that_is_down_is_tried_again(tmp_path: Path) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with workspace_at(tmp_path, **smtp) as here:
            await _write_to(here.server, here.admin, "ann@example.org")
            await here.with_credit(40_000_000_000)
            await whole_call(
                here.server, for_workspace(here, here.admin), MODEL, 6_000, 1_000, 1_000
            )
            mails.answer = "451 Later"
            assert await mail_alerts(here.server.services) == 0
            mails.answer = "250 OK"
            assert await mail_alerts(here.server.services) == 1
            assert await mail_alerts(here.server.services) == 0


async def test_groups_that_nobody_can_be_written_about_do_not_stand_before_others(
    tmp_path: Path,
) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with workspace_at(tmp_path, **smtp) as here:
            await here.with_credit(40_000_000_000)
            caller = for_workspace(here, here.admin)
            await whole_call(here.server, caller, MODEL, 6_000, 1_000, 1_000)
            for number in range(120):
                await here.server.run(
                    "INSERT INTO ledger_notices (account, percent, at_ms)"
                    " SELECT account, ?, at_ms - 1000 FROM ledger_notices WHERE percent = 80",
                    1_000 + number,
                )
            other = await registered(here.server)
            group = await founded(here.server, other, WORKSPACES)
            await _write_to(here.server, other, "cid@example.org")
            second = replace(here, admin=other, id=group)
            await second.with_credit(40_000_000_000)
            caller = for_workspace(second, other)
            await whole_call(here.server, caller, MODEL, 6_000, 1_000, 1_000)
            assert await mail_alerts(here.server.services) == 1
            assert [mail["To"] for mail in mails.mails] == ["cid@example.org"]


# The statement.


async def _ledger_of(here: Workspace, month_end: datetime) -> int:
    """What the month's windows of managed credit were charged, by the books."""
    rows = await here.server.run(
        "SELECT CAST(coalesce(sum(coalesce(granted, 0) - posted), 0) AS BIGINT)"
        " FROM ledger_accounts WHERE tenant = ? AND closes_ms = ? AND id LIKE ?",
        here.id,
        int(month_end.timestamp() * 1000),
        "%managed-monthly%",
    )
    return int(str(rows[0][0]))


async def test_a_statement_adds_up_to_the_unit_three_times_over(workspace: Workspace) -> None:
    await workspace.with_credit(10**14)
    chance = random.Random(20261121)
    people = [workspace.admin, *[await workspace.joined() for _ in range(2)]]
    receipts = []
    for number in range(30):
        if number == 20:
            await workspace.add_key()  # OpenAI sells all three models: from here on own key
        receipt = await whole_call(
            workspace.server,
            for_workspace(workspace, chance.choice(people)),
            chance.choice(MODELS),
            chance.randrange(1, 9_999),
            chance.randrange(1, 999),
        )
        receipts.append(receipt)
    sheet = await workspace.statement()
    told = sum(amount.value for receipt in receipts for amount in receipt.amounts)
    costs = await workspace.server.run(
        "SELECT CAST(sum(cost_pusd) AS BIGINT) FROM requests WHERE payer = 'own_key'"
    )
    assert pico_from_usd(sheet["charged_usd"]) == told == await _ledger_of(workspace, DECEMBER)
    assert [(pico_from_usd(sheet["own_key_usd"]),)] == costs
    for section in ("models", "members"):
        for side, whole in (("platform", "charged_usd"), ("own_key", "own_key_usd")):
            parts = sum(pico_from_usd(row[side]["usd"]) for row in sheet[section])
            assert parts == pico_from_usd(sheet[whole])
    path = f"{workspace.path}/statement?format=csv"
    lines = list(csv.reader(io.StringIO((await workspace.admin.ask("GET", path)).text)))
    total = dict(zip(lines[0], lines[-1], strict=True))
    assert (total["section"], total["name"], total["calls"]) == ("total", "2026-11", "20")
    assert (total["charged_usd"], total["own_key_usd"]) == (
        sheet["charged_usd"],
        sheet["own_key_usd"],
    )
    assert total["own_key_calls"] == "10"


async def test_the_markup_is_four_thirds_rounded_up_once_for_each_call(here: Workspace) -> None:
    await here.with_credit(10**13)
    caller = for_workspace(here, here.admin)
    costs = []
    for tokens in (1, 2, 3, 1_000):
        await whole_call(here.server, caller, MODEL, tokens, tokens, 2_000)
        costs.append(tokens * (2_500_000 + 10_000_000))
    assert await charged(here.server) == [-(-cost * 4 // 3) for cost in costs]


async def test_a_call_belongs_to_the_month_in_utc_that_it_began_in(workspace: Workspace) -> None:
    server = workspace.server
    await workspace.with_credit(10**13)
    caller = for_workspace(workspace, workspace.admin)
    server.time.at = DECEMBER - timedelta(milliseconds=1)
    await whole_call(server, caller, MODEL, 10, 10)
    over_midnight = await dispatched(server, caller, wish(MODEL, 100, 500))
    server.time.at = DECEMBER
    await whole_call(server, caller, MODEL, 20, 20)
    await workspace.admin.sign_in()
    assert (await workspace.statement("2026-11"))["final"] is False  # one still runs
    server.time.at = DECEMBER + timedelta(seconds=30)
    await settle(server.services, over_midnight, ended(over_midnight, 100, 50))
    november, december = (
        await workspace.statement("2026-11"),
        await workspace.statement(),
    )
    assert (november["start"], november["end"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert (november["final"], december["final"]) == (True, False)
    rate = 2_500_000 + 10_000_000
    first = -(-10 * rate * 4 // 3) + -(-(100 * 2_500_000 + 50 * 10_000_000) * 4 // 3)
    assert pico_from_usd(november["charged_usd"]) == first
    assert pico_from_usd(december["charged_usd"]) == -(-20 * rate * 4 // 3)
    assert await _ledger_of(workspace, DECEMBER) == first
    assert await _ledger_of(workspace, datetime(2027, 1, 1, tzinfo=UTC)) == -(-20 * rate * 4 // 3)
    assert [row["platform"]["calls"] for row in november["models"]] == [2]


async def test_the_year_ends_with_december_and_a_leap_day_counts(here: Workspace) -> None:
    server = here.server
    await here.with_credit(10**13)
    caller = for_workspace(here, here.admin)
    for at in (
        datetime(2027, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2028, 1, 1, tzinfo=UTC),
        datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
        datetime(2028, 3, 1, tzinfo=UTC),
    ):
        server.time.at = at
        await whole_call(server, caller, MODEL, 10, 10)
    await here.admin.sign_in()
    calls = {
        month: sum(row["platform"]["calls"] for row in (await here.statement(month))["models"])
        for month in ("2027-11", "2027-12", "2028-01", "2028-02", "2028-03")
    }
    assert calls == {"2027-11": 0, "2027-12": 1, "2028-01": 1, "2028-02": 1, "2028-03": 1}
    assert (await here.statement("2027-12"))["end"] == "2028-01-01T00:00:00Z"


@pytest.mark.parametrize("month", ["2026-12", "1999-12", "2026-13", "2026", "11-2026", "2026-1x"])
async def test_what_is_no_month_has_no_statement(here: Workspace, month: str) -> None:
    answer = await here.admin.ask("GET", f"{here.path}/statement?month={month}")
    assert (answer.status_code, code_of(answer)) == (400, "invalid_value")


# Billing switched off: every new workspace on UNLIMITED.


@pytest.mark.parametrize("named", ["UNLIMITED", "unlimited"])
async def test_new_workspaces_begin_on_the_operators_plan(tmp_path: Path, named: str) -> None:
    async with workspace_at(tmp_path, DEFAULT_WORKSPACE_PLAN=named) as here:
        found = (await here.admin.ask("GET", here.path)).json()
        assert (found["plan"], found["seats"], found["managed_limit_usd"]) == (
            "unlimited",
            None,
            None,
        )
        for _ in range(7):
            await here.joined("viewer")  # no seat is counted


async def test_with_billing_off_nothing_is_for_sale_and_nothing_is_charged(
    tmp_path: Path,
) -> None:
    async with workspace_at(tmp_path, DEFAULT_WORKSPACE_PLAN="UNLIMITED") as here:
        admin = replace(here.admin, acts_for=here.id)
        shelf = (await admin.ask("GET", "/api/tokens/packages")).json()
        assert [each for each in shelf["packs"] + shelf["plans"] if each["available"]] == []
        for plan in shelf["plans"]:
            bought = await admin.ask("POST", "/api/checkout", {"offer": plan["id"]})
            assert bought.status_code == 409, bought.text
        assert (await admin.ask("POST", "/api/billing/portal", {})).status_code in (404, 409, 503)
        hook = await here.server.client.post("/api/billing/webhook", content=b"{}")
        assert hook.status_code == 404
        await here.add_key()
        for _ in range(3):
            assert (await here.call(here.admin.token)).status_code == 200
        assert here.key_upstream() == OWN_KEY
        assert (await here.statement())["charged_usd"] == "0"
        assert await charged(here.server) == [0, 0, 0]


async def test_a_workspace_marked_unlimited_is_counted_and_never_charged(
    workspace: Workspace,
) -> None:
    await workspace.server.run(
        "UPDATE accounts SET plan = 'unlimited', flags = 'unlimited' WHERE id = ?", workspace.id
    )
    answer = await workspace.call(workspace.admin.token)
    assert answer.json()["tuppence"]["drawn"] == []
    sheet = await workspace.statement()
    assert sheet["charged_usd"] == "0"
    assert sheet["models"][0]["platform"]["calls"] == 1
    assert await workspace.place.troubles() == []


async def test_only_who_may_bill_reads_a_statement(here: Workspace) -> None:
    for role in ("builder", "viewer"):
        member = await here.joined(role)
        assert (await member.ask("GET", f"{here.path}/statement")).status_code == 403
    path = f"{WORKSPACES}/{here.id}/statement"
    assert (await here.admin.ask("GET", path)).status_code == 200
