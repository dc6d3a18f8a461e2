"""Bills against the books: what agrees, what has a name, and what makes the command fail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.metering.hold import Proof
from app.money import usd_text
from app.server.credits.calls import drop, settle
from app.server.credits.records import CallDropped
from app.server.operator.commands_said import Said
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.credits.given import admitted, dispatched, ended, whole_call, wish
from tests.server.operator.office import Office, lively
from tests.server.payments.shop import Shop, open_shop

HEAD = "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n"


def plain(said: Said) -> dict[str, Any]:
    assert isinstance(said.plain, dict)
    return said.plain


async def _report(server: CreditServer, file: Path, *more: str) -> Path:
    """What OpenRouter would list of the calls in the books, and lines beside them."""
    rows = await server.run(
        "SELECT at_ms / 86400000, model, CAST(sum(cost_pusd) AS BIGINT), count(*),"
        " CAST(sum(input_tokens) AS BIGINT), CAST(sum(output_tokens) AS BIGINT) FROM requests"
        " WHERE ending <> 'released' GROUP BY at_ms / 86400000, model"
    )
    lines = [
        f'"{_day(int(str(day)))} 00:00:00","{model}","{usd_text(int(str(cost)))}","0",'
        f'"{calls}","{read}","{written}","0"\n'
        for day, model, cost, calls, read, written in rows
    ]
    file.write_text(HEAD + "".join([*lines, *more]), encoding="utf-8")
    return file


def _day(number: int) -> str:
    from datetime import date

    return str(date(1970, 1, 1) + timedelta(days=number))


async def test_a_bill_that_is_the_books_agrees(
    any_credit_server: CreditServer, tmp_path: Path
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    await lively(server)
    await server.run("UPDATE ledger_holds SET lease_ms = 0 WHERE ended_ms IS NULL AND attempt > 0")
    await office.admin("sweep")
    server.time.pass_by(days=2)
    file = await _report(server, tmp_path / "report.csv")
    said = await office.admin(f"reconcile provider openrouter --report {file}")
    found = plain(said)
    assert found["without_a_name_usd"] == "0"
    assert all(each["reason"] not in ("unexplained", "missing_there")
               for each in found["differences"])  # fmt: skip
    bill = found["bill_usd"]
    (sums,) = await server.run("SELECT CAST(sum(cost_pusd) AS BIGINT) FROM requests")
    assert bill == usd_text(int(str(sums[0])))
    assert said.code == 0, said.text


async def test_what_the_bill_has_more_is_named_and_fails_the_command(
    any_credit_server: CreditServer, tmp_path: Path
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person("premium", subscribed_ms=0)
    await whole_call(server, person.caller)
    server.time.pass_by(days=2)
    more = '"2026-11-21 00:00:00","openai/gpt-4o","0.5","0","3","90","7","0"\n'
    file = await _report(server, tmp_path / "report.csv", more)
    said = await office.admin(f"reconcile provider openrouter --report {file}")
    found = plain(said)
    assert found["differences"]
    assert found["without_a_name_usd"] == "0"
    named = sum(float(each["usd"]) for each in found["differences"])
    assert named == pytest.approx(0.5)
    less = tmp_path / "less.csv"
    less.write_text(HEAD + '"2026-11-21 00:00:00","openai/gpt-4o","0","0","0","0","0","0"\n')
    said = await office.admin(f"reconcile provider openrouter --report {less}")
    assert said.code == 1
    assert "It does not agree." in said.text


async def test_a_bills_one_figure_is_charges_and_write_off(
    any_credit_server: CreditServer,
) -> None:
    server, office = any_credit_server, Office(any_credit_server)
    person = await server.person("premium", subscribed_ms=0)
    await whole_call(server, person.caller)
    lost = await dispatched(server, person.caller, wish())
    dropped = CallDropped("billed all the same", Proof.NO_OUTPUT, lost.routes[0].route, 2_000_000)
    await drop(server.services, lost, dropped)
    rows = await server.run("SELECT cost_pusd, lost_pusd FROM requests ORDER BY id")
    charged = sum(int(str(cost)) - int(str(gone)) for cost, gone in rows)
    bill = usd_text(charged + 2_000_000)
    said = await office.admin(f"reconcile provider openrouter --bill {bill}")
    assert said.code == 0, said.text
    assert plain(said)["written_off_usd"] == usd_text(2_000_000)
    assert plain(said)["charged_usd"] == usd_text(charged)
    wrong = await office.admin("reconcile provider openrouter --bill 99")
    assert wrong.code == 1
    assert plain(wrong)["differences"][0]["reason"] == "unexplained"


async def test_calls_on_a_tenants_own_key_are_on_no_bill_of_ours(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    person = await server.person("premium", subscribed_ms=0)
    call = await admitted(server, person.caller, wish())
    await server.services.database.dispatch(
        call.request_id, route=call.routes[0].route, owner="t",
        lease_until=server.time.at + timedelta(seconds=30),
    )  # fmt: skip
    await settle(server.services, call, ended(call))
    await server.run("UPDATE requests SET own_key = 'key-1'")
    said = await Office(server).admin("reconcile provider openrouter --bill 0")
    assert said.code == 0, said.text


async def test_a_missing_admin_key_says_where_to_get_one(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server:
        with pytest.raises(Exception, match="There is no management key yet"):
            await Office(server).admin("reconcile provider openrouter")


# --- processors ---


@pytest.fixture(params=["sqlite", "postgres"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with open_shop(tmp_path / "server", database_url=url) as made:
        yield made


async def test_what_no_webhook_told_is_taken_in_and_agrees(shop: Shop) -> None:
    office, ann = Office(shop.server), await shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    shop.pass_by(minutes=30)
    said = await office.admin("reconcile payments")
    assert said.code == 0, said.text
    assert plain(said)["taken_in"] > 0
    assert "10.00" in said.text
    assert await shop.free(ann) >= 500_000
    lines = await office.log()
    assert {line[0] for line in lines} == {"reconcile payments"}
    await shop.sound()


async def test_an_event_that_is_set_aside_fails_it_until_it_is_handled(shop: Shop) -> None:
    office, ann = Office(shop.server), await shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    run = shop.server.run
    await run("UPDATE accounts SET deleted_ms = 1 WHERE id = ?", ann.caller.tenant)
    assert await shop.deliver() == ["set_aside"]
    await run("UPDATE accounts SET deleted_ms = NULL WHERE id = ?", ann.caller.tenant)
    said = await office.admin("reconcile payments")
    assert said.code == 1
    assert "set_aside" in said.text
    listed = await office.admin("events list")
    assert isinstance(listed.plain, list)
    event = listed.plain[0]["event"]
    shown = await office.admin(f"events inspect stripe {event}")
    assert plain(shown)["body"]["id"] == event
    again = await office.admin(f"events resend stripe {event} --reason 'she is back'")
    assert (again.code, plain(again)["ends"]) == (0, ["credited"])
    assert await shop.free(ann) == 500_000
    once_more = await office.admin(f"events resend stripe {event} --reason 'once more'")
    assert plain(once_more)["ends"] == ["credited_before"]
    said = await office.admin("reconcile payments")
    assert said.code == 0, said.text
    assert ("events resend", f"stripe/{event}", "olga", "she is back") in await office.log()
    await shop.sound()


async def test_a_processor_that_cannot_be_read_is_no_agreement(shop: Shop) -> None:
    await shop.poll()
    shop.pass_by(hours=3)
    shop.stripe_api.down = True  # type: ignore[attr-defined]
    said = await Office(shop.server).admin("reconcile payments")
    assert said.code == 1
    assert "not_read" in said.text
