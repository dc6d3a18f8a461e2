"""Every command: what writes is on the audit log, in the transaction of the act; what only looks
writes nothing; and nothing else is possible."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from app.errors import TuppenceError
from app.ledger.steps import Sql, Steps
from app.licensing.keys import SigningKey
from app.server.accounts.passphrases import keep_passphrase
from app.server.errors import Refused
from app.server.licenses.signing_keys import signing_at
from app.server.operator.audit import WritesNothing
from app.server.operator.commands import COMMANDS
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import sound
from tests.server.operator.office import WHY, Office, lively

DEVICE = SigningKey.from_seed(b"d" * 32).public.text
# Words for each command; {ada}, {bob}, {dead}, {group} are ids, {file} a path of the test's own.
EXAMPLES = {
    ("accounts", "list"): "",
    ("accounts", "show"): "{ada}",
    ("accounts", "mark"): "suspended {ada} --reason '{why}'",
    ("accounts", "plan"): "{bob} premium --reason '{why}'",
    ("grants", "give"): "{bob} 5000 --reason '{why}'",
    ("grants", "revoke"): "{wallet} --amount 100 --reason '{why}'",
    ("workspaces", "list"): "",
    ("workspaces", "show"): "{group}",
    ("workspaces", "mark"): "unlimited {group} --reason '{why}'",
    ("workspaces", "plan"): "{group} managed-unlimited --reason '{why}'",
    ("workspaces", "seats"): "{group} 7 --reason '{why}'",
    ("workspaces", "amount"): "{group} managed-credit 25.50 --reason '{why}'",
    ("workspaces", "bulk"): "make-all-unlimited --reason '{why}'",
    ("organizations", "list"): "",
    ("organizations", "show"): "{company}",
    ("organizations", "mark"): "past_due {company} --reason '{why}'",
    ("passphrases", "list"): "",
    ("passphrases", "create"): "--name friends",
    ("passphrases", "rotate"): "--name friends",
    ("passphrases", "revoke"): "pp_1 --reason '{why}'",
    ("licenses", "list"): "{ada}",
    ("licenses", "issue"): "{ada} --device-key {device} --days 30",
    ("licenses", "revoke"): "{ada} {license} --reason '{why}'",
    ("licenses", "restore"): "{ada} {license} --reason '{why}'",
    ("keys", "list"): "",
    ("keys", "rotate"): "",
    ("keys", "revoke"): "{key} --reason '{why}'",
    ("keys", "begin-anew"): "--reason '{why}'",
    ("events", "list"): "",
    ("events", "inspect"): "stripe evt_1QxSetAside",
    ("events", "resend"): "stripe evt_1QxSetAside",
    ("holds", "list"): "",
    ("holds", "settle"): "{dead} --reason '{why}'",
    ("sweep",): "",
    ("ledger", "check"): "",
    ("ledger", "rebuild"): "--reason '{why}'",
    ("ledger", "correct"): "{charged} --reason '{why}'",
    ("margins",): "",
    ("reconcile", "payments"): "",
    ("reconcile", "provider"): "openrouter --bill 0",
    ("export",): "journal",
    ("catalog", "plan"): "",
    ("catalog", "apply"): "",
    ("routes", "list"): "",
    ("routes", "disable"): "openrouter --reason '{why}'",
    ("routes", "enable"): "openrouter",
    ("backup",): "{file}",
    ("restore",): "{file} --yes",
    ("page",): "",
    ("log",): "",
}
# What these need cannot be had beside the others: they have tests of their own.
APART = {("restore",), ("keys", "begin-anew"), ("events", "resend")}
# Their catalog has no routes, or no passphrases.
OF_WORKSPACES = {words for words in EXAMPLES if words[0] == "workspaces"}
OF_PASSPHRASES = {words for words in EXAMPLES if words[0] == "passphrases"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with running_server(tmp_path / "server") as server:
        yield Office(server)


def test_every_command_is_tried_here() -> None:
    assert {command.words for command in COMMANDS} == set(EXAMPLES)


async def _groups(server: CreditServer, plan: str) -> dict[str, str]:
    for account, kind in (("w_group", "workspace"), ("o_company", "organization")):
        await server.run(
            "INSERT INTO accounts (id, kind, name, plan, created_ms) VALUES (?, ?, ?, ?, 1)",
            account, kind, kind.title(), plan,
        )  # fmt: skip
    return {"group": "w_group", "company": "o_company"}


async def _names(server: CreditServer, tmp_path: Path) -> dict[str, str]:
    """What the words of the examples stand for."""
    found = await _groups(server, server.services.catalog.start_plan)
    ada, bob, dead = await lively(server)
    office = Office(server)
    given = await office.admin(f"grants give {bob.caller.account} 900 --reason '{WHY}'")
    assert isinstance(given.plain, dict)
    issued = await office.admin(f"licenses issue {ada.caller.account} --device-key {DEVICE}")
    assert isinstance(issued.plain, dict)
    signing = await signing_at(server.services, server.time.at)
    ((charged,),) = await server.run(
        "SELECT id FROM requests WHERE tenant = ? AND ending = 'complete'", bob.caller.tenant
    )
    return {
        **found,
        "ada": ada.caller.account,
        "bob": bob.caller.account,
        "dead": dead,
        "charged": str(charged),
        "wallet": given.plain["grant"],
        "license": issued.plain["id"],
        "key": signing.key.id,
        "device": DEVICE,
        "why": WHY,
        "file": str(tmp_path / "copy.db"),
    }


async def _dump(server: CreditServer) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, the audit log aside."""
    names = await server.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        str(name): await server.run(f"SELECT * FROM {name}")
        for (name,) in names
        if name != "operator_acts"
    }


@pytest.mark.parametrize(
    "words", sorted(set(EXAMPLES) - APART - OF_WORKSPACES - OF_PASSPHRASES), ids=" ".join
)
async def test_an_act_is_on_the_log_and_a_look_changes_nothing(
    office: Office, tmp_path: Path, words: tuple[str, ...]
) -> None:
    server = office.server
    names = await _names(server, tmp_path)
    if words == ("licenses", "restore"):
        await office.admin(f"licenses revoke {names['ada']} {names['license']} --reason '{WHY}'")
    if words == ("routes", "enable"):
        await office.admin(f"routes disable openrouter --reason '{WHY}'")
    await _tried(office, words, names)


@pytest.fixture
async def workspaces_office(tmp_path: Path) -> AsyncIterator[Office]:
    async with running_server(tmp_path / "server", catalog="workspaces") as server:
        yield Office(server)


@pytest.mark.parametrize("words", sorted(OF_WORKSPACES), ids=" ".join)
async def test_the_same_for_workspaces(workspaces_office: Office, words: tuple[str, ...]) -> None:
    catalog = workspaces_office.server.services.catalog
    free = next(plan.id for plan in catalog.plans if plan.id != "UNLIMITED")
    names = {**await _groups(workspaces_office.server, free), "why": WHY}
    plans = [plan.id for plan in catalog.plans if plan.id != free]
    allowances = [each.id for each in catalog.allowances if each.amount is None]
    text = EXAMPLES[words].format(**names)
    text = text.replace("managed-unlimited", plans[0]).replace("managed-credit", allowances[0])
    text = text.replace("make-all-unlimited", catalog.bulk_changes[0].id)
    await _tried(workspaces_office, words, names, text)


@pytest.fixture
async def passphrases_office(tmp_path: Path) -> AsyncIterator[Office]:
    async with running_server(tmp_path / "server", catalog="daily-budgets") as server:
        assert server.services.catalog.passphrases is not None
        await server.services.database.run(keep_passphrase, "pp_1", "x", "hash", server.time.at)
        yield Office(server)


@pytest.mark.parametrize("words", sorted(OF_PASSPHRASES), ids=" ".join)
async def test_the_same_for_passphrases(passphrases_office: Office, words: tuple[str, ...]) -> None:
    await _tried(passphrases_office, words, {"why": WHY})


async def _tried(
    office: Office, words: tuple[str, ...], names: dict[str, str], text: str | None = None
) -> None:
    command = next(each for each in COMMANDS if each.words == words)
    before, dump = await office.log(), await _dump(office.server)
    said = await office.admin(f"{' '.join(words)} {text or EXAMPLES[words].format(**names)}")
    json.dumps(said.plain, default=str)
    after, now = await office.log(), await _dump(office.server)
    if command.acts:
        new = after[len(before) :]
        assert new, f"{words} is on no log"
        assert all(line[2] == "olga" for line in new)
        needs = "reason" in EXAMPLES[words]
        assert not needs or all(line[3] == WHY for line in new), new
    else:
        assert after == before
        assert now == dump, f"{words} changed something"
    await sound(office.server)


async def test_a_look_that_would_write_is_stopped(office: Office) -> None:
    def write() -> Steps[None]:
        yield Sql("DELETE FROM accounts")

    looks = office.operator.looks.database
    with pytest.raises(WritesNothing):
        await looks.run(write)
    with pytest.raises(WritesNothing):
        await looks.ask(Sql("DELETE FROM accounts"))


async def test_what_fails_leaves_neither_an_act_nor_a_line(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    person = await server.person()

    def half() -> Steps[None]:
        yield Sql("UPDATE accounts SET name = 'x' WHERE id = ?", (person.caller.account,))
        raise Refused(409, "stop", "Stop.")

    services = Office(server).operator.act("half", person.caller.account, WHY)
    with pytest.raises(Refused):
        await services.database.run(half)
    assert await Office(server).log() == []
    assert await server.run("SELECT name FROM accounts") == [("",)]


async def test_the_log_says_how_it_was_and_how_it_became(any_credit_server: CreditServer) -> None:
    office = Office(any_credit_server)
    person = await any_credit_server.person(flags="past_due", flag_reason="the card")
    account = person.caller.account
    await office.admin(f"accounts mark suspended {account} --reason '{WHY}'")
    said = await office.admin(f"log --subject {account}")
    assert isinstance(said.plain, list)
    (line,) = said.plain
    assert (line["act"], line["who"], line["reason"]) == ("accounts mark suspended", "olga", WHY)
    assert line["was"] == {"marks": ["past_due"], "reason": "the card"}
    assert line["became"] == {"marks": ["past_due", "suspended"], "reason": WHY}


async def test_the_log_never_holds_a_passphrase_or_a_link(passphrases_office: Office) -> None:
    office = passphrases_office
    made = await office.admin("passphrases create --name friends")
    page = await office.admin("page")
    assert isinstance(made.plain, dict)
    assert isinstance(page.plain, dict)
    rows = await office.server.run("SELECT * FROM operator_acts")
    for secret in (made.plain["passphrase"], page.plain["url"].split("=")[1]):
        assert secret not in str(rows)


@pytest.mark.parametrize(
    "change", ["UPDATE operator_acts SET who = 'x'", "DELETE FROM operator_acts"]
)
async def test_no_statement_changes_the_log(any_credit_server: CreditServer, change: str) -> None:
    office = Office(any_credit_server)
    await office.admin("page")
    before = await office.log()
    assert before
    with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
        await office.server.run(change)
    assert await office.log() == before


async def test_the_page_is_where_the_server_runs(credit_server: CreditServer) -> None:
    office = Office(credit_server)
    credit_server.services.settings.address_file.write_text("http://127.0.0.1:50123", "utf-8")
    page = await office.admin("page")
    assert isinstance(page.plain, dict)
    assert page.plain["url"].startswith("http://127.0.0.1:50123/operator/enter?token=")


_REFUSALS = (Refused, TuppenceError, SystemExit, argparse.ArgumentTypeError)


@pytest.mark.parametrize(
    "words",
    [
        "accounts mark suspended",
        "accounts mark suspended a_none --reason 'long enough'",
        "accounts show a_none",
        "accounts plan a_none premium --reason 'long enough'",
        "grants give a_none 5 --reason 'long enough'",
        "grants revoke a_none/pack --reason 'long enough'",
        "passphrases revoke pp_none --reason 'long enough'",
        "licenses issue a_none --device-key nonsense",
        "keys revoke nothing --reason 'long enough'",
        "holds settle none --reason 'long enough'",
        "ledger correct none --reason 'long enough'",
        "events inspect stripe evt_none",
        "events resend stripe evt_none",
        "routes disable none --reason 'long enough'",
        "routes disable openrouter --reason x",
        "routes enable openrouter",
        "workspaces plan w_none premium --reason 'long enough'",
        "catalog apply nowhere.toml",
        "catalog plan --move nonsense",
        "reconcile provider nobody",
        "reconcile provider openai",
        "grants give {account} 0 --reason 'long enough'",
        "grants give {account} -5 --reason 'long enough'",
        "grants give {account} 1e9 --unit usd --reason 'long enough'",
        "accounts mark wonderful {account} --reason 'long enough'",
        "margins --first yesterday",
        "nonsense",
        "",
    ],
)
async def test_what_is_wrong_is_said_and_done_by_nobody(office: Office, words: str) -> None:
    person = await office.server.person()
    await signing_at(office.server.services, office.server.time.at)
    before = await _dump(office.server)
    with pytest.raises((*_REFUSALS, AttributeError)) as caught:
        await office.admin(words.format(account=person.caller.account))
    if isinstance(caught.value, SystemExit):
        assert caught.value.code == 2
    assert await _dump(office.server) == before
    assert await office.log() == []


async def test_lost_keys_are_begun_anew_on_the_log(office: Office) -> None:
    await signing_at(office.server.services, office.server.time.at)
    for file in office.server.services.settings.data.glob("*.pem"):
        file.unlink()
    office.server.time.pass_by(minutes=1)
    with pytest.raises(TuppenceError):
        await office.admin("keys rotate")
    assert await office.log() == []
    await office.admin(f"keys begin-anew --reason '{WHY}'")
    assert ("keys begin-anew", "license keys", "olga", WHY) in await office.log()
