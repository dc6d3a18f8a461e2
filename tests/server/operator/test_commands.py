"""What the operator's commands do, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.catalog.plan_file import load_catalog
from app.config import resources_folder
from app.server.errors import Refused
from app.server.operator.closed_routes import read_again
from app.server.operator.commands_said import Said
from app.server.proxy.desk import desk_of
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import (
    admitted,
    dispatched,
    give,
    refused,
    sound,
    whole_call,
    wish,
)
from tests.server.operator.office import WHY, Office, lively

Json = dict[str, Any]


def plain(said: Said) -> Json:
    assert isinstance(said.plain, dict)
    return said.plain


@pytest.mark.parametrize(
    ("mark", "code"), [("suspended", "account_suspended"), ("quarantined", "account_quarantined")]
)
async def test_a_mark_holds_from_the_next_call_and_normal_takes_it_away(
    any_credit_server: CreditServer, mark: str, code: str
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person()
    await office.admin(f"accounts mark {mark} {person.caller.account} --reason '{WHY}'")
    assert (await refused(server, person.caller, wish())).code == code
    await office.admin(f"accounts mark normal {person.caller.account} --reason '{WHY}'")
    await admitted(server, person.caller, wish())


async def test_all_of_a_plan_are_marked_at_once_each_with_a_line(
    any_credit_server: CreditServer,
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    for plan in ("premium", "free", "premium"):
        await server.person(plan)
    dry = await office.admin(f"accounts mark unlimited --all --plan premium --dry-run "
                             f"--reason '{WHY}'")  # fmt: skip
    assert plain(dry)["accounts"] == ["a_p000", "a_p002"]
    assert await office.log() == []
    await office.admin(f"accounts mark unlimited --all --plan premium --reason '{WHY}'")
    rows = await server.run("SELECT flags FROM accounts ORDER BY id")
    assert rows == [("unlimited",), ("",), ("unlimited",)]
    subjects = [line[1] for line in await office.log()]
    assert sorted(map(str, subjects)) == ["2 accounts", "a_p000", "a_p002"]
    again = await office.admin(f"accounts mark unlimited --all --plan premium --reason '{WHY}'")
    assert plain(again)["accounts"] == []


async def test_one_mark_is_cleared_and_the_others_stay(any_credit_server: CreditServer) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person(flags="past_due suspended")
    account = person.caller.account
    await office.admin(f"accounts mark suspended {account} --clear --reason '{WHY}'")
    assert await server.run("SELECT flags FROM accounts") == [("past_due",)]


async def test_an_account_is_found_by_a_part_of_its_words_and_no_sign_is_a_joker(
    any_credit_server: CreditServer,
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    await server.person(name="Ada Lovelace", email="ada@example.org")
    await server.person(name="100% Bob")
    for text, found in (("lovel", 1), ("ADA@", 1), ("p00", 2), ("'%'", 1), ("zzz", 0), ("", 2)):
        said = await office.admin(f"accounts list {text}")
        assert isinstance(said.plain, list)
        assert len(said.plain) == found, text


async def test_given_tokens_are_spent_and_only_what_is_unspent_comes_back(
    any_credit_server: CreditServer,
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person()
    account = person.caller.account
    wallet = plain(await office.admin(f"grants give {account} 100,000 --reason '{WHY}'"))["grant"]
    await whole_call(server, person.caller, input_tokens=4_000, output_tokens=100)
    rows = await server.run("SELECT granted - posted FROM ledger_accounts WHERE id = ?", wallet)
    used = int(str(rows[0][0]))
    assert used > 0
    held = await dispatched(server, person.caller, wish())
    set_aside = sum(draw.amount for draw in held.held if draw.account == wallet)
    taken = plain(await office.admin(f"grants revoke {wallet} --reason '{WHY}'"))["taken"]
    assert taken == 100_000 - used - set_aside
    with pytest.raises(Refused, match="0 of it is unspent"):
        await office.admin(f"grants revoke {wallet} --reason '{WHY}'")
    await sound(server)


async def test_dollars_are_given_as_dollars(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", catalog="free-models") as server:
        person, office = await server.person(), Office(server)
        await office.admin(f"grants give {person.caller.account} 2.50 --unit usd --reason '{WHY}'")
        rows = await server.run("SELECT unit, amount FROM packs")
        assert rows == [("usd", 2_500_000_000_000)]


async def test_what_was_paid_for_is_not_revoked(any_credit_server: CreditServer) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person()
    wallet = await give(server, person, 1_000)
    (entry,) = await server.run("SELECT max(id) FROM ledger_entries")
    await server.run(
        "INSERT INTO ledger_credits (processor, payment, kind, mode, event_id, price,"
        " amount_minor, currency, tenant, account, unit, granted, entry_id, at_ms)"
        " VALUES ('stripe', 'pi', 'pack', 'live', 'evt', 'p', 500, 'usd', ?, ?, 'plan_tokens',"
        " 1000, ?, 1)",
        person.caller.account, wallet, entry[0],
    )  # fmt: skip
    with pytest.raises(Refused, match="refund it at its processor"):
        await office.admin(f"grants revoke {wallet} --reason '{WHY}'")


async def test_a_dead_call_is_charged_or_given_back_as_the_operator_says(
    any_credit_server: CreditServer,
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person("premium", subscribed_ms=0)
    one, other = [await dispatched(server, person.caller, wish()) for _ in "12"]
    with pytest.raises(Refused, match="renews that"):
        await office.admin(f"holds settle {one.request_id} --reason '{WHY}'")
    server.time.pass_by(minutes=1)
    said = await office.admin("holds list")
    assert isinstance(said.plain, list)
    assert {each["id"] for each in said.plain} == {one.request_id, other.request_id}
    await office.admin(f"holds settle {one.request_id} --reason '{WHY}'")
    await office.admin(f"holds settle {other.request_id} --release no_output --reason '{WHY}'")
    rows = await server.run("SELECT id, CAST(state AS TEXT) FROM ledger_holds ORDER BY id")
    assert dict(rows) == {one.request_id: "settled", other.request_id: "released"}
    with pytest.raises(Refused, match="settled already"):
        await office.admin(f"holds settle {one.request_id} --reason '{WHY}'")
    await sound(server)


async def test_a_sweep_ends_what_was_forgotten(any_credit_server: CreditServer) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person("premium", subscribed_ms=0)
    await dispatched(server, person.caller, wish())
    await admitted(server, person.caller, wish())
    server.time.pass_by(hours=2)
    assert plain(await office.admin("sweep")) == {"swept": 2, "ended": 1}
    assert await server.run("SELECT id FROM ledger_holds WHERE ended_ms IS NULL") == []
    await sound(server)


async def test_a_closed_route_is_asked_no_more_and_users_read_why(tmp_path: Path) -> None:
    keys = {"_OPENROUTER_API_KEY": "sk-or-x", "_OPENAI_API_KEY": "sk-x"}
    async with running_server(tmp_path / "server", **keys) as server:
        office, person = Office(server), await server.person()
        call = await admitted(server, person.caller, wish())
        ways = desk_of(server.services).ways
        before = [way.priced.route for way in ways.to(call, {})]
        await office.admin(f"routes disable {before[0]} --reason 'Its prices are wrong'")
        await read_again(server.services)
        rest = before[1:]
        if rest:
            later = await admitted(server, person.caller, wish())
            assert [route.route for route in later.routes] == rest, "it sets nothing aside"
            assert [way.priced.route for way in ways.to(call, {})] == rest
        for route in rest:
            await office.admin(f"routes disable {route} --reason 'Its prices are wrong'")
        await read_again(server.services)
        with pytest.raises(Refused, match="Its prices are wrong"):
            ways.to(call, {})
        await office.admin(f"routes enable {before[0]}")
        await read_again(server.services)
        assert [way.priced.route for way in ways.to(call, {})] == before[:1]


# --- a changed catalog ---


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The shipped catalog with some of its text changed."""
    text = (resources_folder() / "catalogs" / "tuppence.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = tmp_path / "new" / "tuppence.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


async def test_a_lowered_grant_leaves_what_was_used_and_says_so_before(
    any_credit_server: CreditServer, tmp_path: Path
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    ada, bob = await server.person(), await server.person()
    await whole_call(server, ada.caller, input_tokens=1_200, output_tokens=40)
    window = f"{ada.caller.account}/free-monthly/%"
    before = await server.run(
        "SELECT granted, granted - posted FROM ledger_accounts WHERE id LIKE ?", window
    )
    granted, used = (int(str(value)) for value in before[0])
    assert used > 3_000
    new = changed(tmp_path, (f"amount = {granted}".replace("10000", "10_000"), "amount = 3_000"))
    assert load_catalog(new).allowance("free-monthly") is not None
    planned = plain(await office.admin(f"catalog plan {new}"))
    by_account = {each["account"]: each for each in planned["windows"]}
    assert by_account[ada.caller.account]["used"] == used
    assert by_account[ada.caller.account]["becomes"] == 3_000
    assert by_account[ada.caller.account]["left"] == 0
    assert by_account[bob.caller.account]["left"] == 3_000
    assert await office.log() == []
    await office.admin(f"catalog apply {new} --reason '{WHY}'")
    after = await server.run(
        "SELECT granted, granted - posted FROM ledger_accounts WHERE id LIKE ?", window
    )
    assert after == [(used, used)]
    assert plain(await office.admin(f"catalog plan {new}"))["changes"] == ()
    await sound(server)


async def test_a_raised_grant_is_there_at_once(
    any_credit_server: CreditServer, tmp_path: Path
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    ada = await server.person()
    await whole_call(server, ada.caller, input_tokens=1_200, output_tokens=40)
    new = changed(tmp_path, ("amount = 10_000", "amount = 50_000"))
    await office.admin(f"catalog apply {new}")
    rows = await server.run(
        "SELECT granted FROM ledger_accounts WHERE id LIKE ?", f"{ada.caller.account}/free%"
    )
    assert rows == [(50_000,)]
    await sound(server)


async def test_nobody_is_left_on_a_plan_that_is_gone(
    any_credit_server: CreditServer, tmp_path: Path
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    await server.person("retired-plan")
    new = changed(tmp_path, ("amount = 10_000", "amount = 20_000"))
    planned = await office.admin(f"catalog plan {new}")
    assert planned.code == 1
    assert "1 are on retired-plan" in planned.text
    with pytest.raises(Refused, match="retired-plan"):
        await office.admin(f"catalog apply {new}")
    assert await office.log() == []
    await office.admin(f"catalog apply {new} --move retired-plan=premium")
    assert await server.run("SELECT plan FROM accounts") == [("premium",)]


# --- margins and exports ---


async def test_margins_are_the_sums_of_the_calls(any_credit_server: CreditServer) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    await lively(server)
    said = await office.admin("margins")
    assert isinstance(said.plain, list)
    assert {(each["day"], each["model"]) for each in said.plain} == {
        ("2026-11-21", "openai/gpt-4o"),
        ("2026-11-21", "anthropic/claude-sonnet-4"),
        ("2026-11-22", "openai/gpt-4o"),
    }
    (sums,) = await server.run(
        "SELECT count(*), sum(plan_tokens), sum(coalesce(cost_pusd, 0)) FROM requests"
    )
    columns = ("calls", "plan_tokens", "cost_pusd")
    assert tuple(sum(each[name] for each in said.plain) for name in columns) == tuple(
        int(str(value)) for value in sums
    )


async def test_a_pack_earns_its_own_price_token_by_token(any_credit_server: CreditServer) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person()
    wallet = await give(server, person, 200_000)
    (entry,) = await server.run("SELECT max(id) FROM ledger_entries")
    await server.run(
        "INSERT INTO ledger_credits (processor, payment, kind, mode, event_id, price,"
        " amount_minor, currency, tenant, account, unit, granted, entry_id, at_ms)"
        " VALUES ('stripe', 'pi', 'pack', 'live', 'evt', 'p', 500, 'usd', ?, ?, 'plan_tokens',"
        " 200000, ?, 1)",
        person.caller.account, wallet, entry[0],
    )  # fmt: skip
    await whole_call(server, person.caller, input_tokens=4_000, output_tokens=500)
    (row,) = await server.run("SELECT granted - posted FROM ledger_accounts WHERE id = ?", wallet)
    used = int(str(row[0]))
    assert used > 0
    said = await office.admin("margins")
    assert isinstance(said.plain, list)
    assert said.plain[0]["earned_pusd"] == used * 500 * 10**10 // 200_000
    assert said.plain[0]["charged_pusd"] == 0


async def test_exports_hold_every_row(any_credit_server: CreditServer, tmp_path: Path) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    await lively(server)
    (postings,) = await server.run("SELECT count(*) FROM ledger_postings")
    (requests,) = await server.run("SELECT count(*) FROM requests")
    journal = await office.admin("export journal")
    assert len(journal.text.splitlines()) == int(str(postings[0])) + 1
    assert "balance Liabilities:" in (await office.admin("export journal --form beancount")).text
    accounts = await office.admin("export accounts")
    assert "Ada Lovelace" in accounts.text
    file = tmp_path / "usage.csv"
    said = await office.admin(f"export usage --last 2026-11-22 --out {file}")
    assert plain(said)["lines"] == int(str(requests[0])) + 1
    assert file.stat().st_mode & 0o777 == 0o600
    lines = (await office.admin("export usage --form json --last 2026-11-22")).text.splitlines()
    assert len(lines) == int(str(requests[0]))


async def test_an_export_takes_no_formula_along(credit_server: CreditServer) -> None:
    await credit_server.person(name="=cmd()", email="+1@example.org")
    text = (await Office(credit_server).admin("export accounts")).text
    assert "'=cmd()" in text
    assert "'+1@example.org" in text


async def test_the_ledger_is_checked_and_mended(credit_server: CreditServer) -> None:
    office = Office(credit_server)
    await lively(credit_server)
    assert (await office.admin("ledger check")).code == 0
    await credit_server.run("UPDATE ledger_accounts SET posted = posted + 7 WHERE kind = 'wallet'")
    found = await office.admin("ledger check")
    assert found.code == 1
    await office.admin(f"ledger rebuild --reason '{WHY}'")
    assert (await office.admin("ledger check")).code == 0
