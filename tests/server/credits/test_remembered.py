"""The call of somebody who is remembered is decided as if everything had been read anew, counted
exactly once, and whatever changed since their last one is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.ledger.rows import ms_from
from app.metering.hold import Proof
from app.server.accounts.identify import Caller
from app.server.credits.arrival import Arrival, Token, arrive, arrive_known
from app.server.credits.calls import admit, drop, settle
from app.server.credits.records import AdmittedCall, CallDropped
from app.server.credits.remembered import Known, Memory, memory_of
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.accounts.computers import registered
from tests.server.credits.given import change, ended, give, sound, whole_call, wish
from tests.server.organizations.crew import founded, with_seats

ADDRESS = "192.0.2.1"
Change = Callable[[CreditServer, Person], Awaitable[object]]


def told(person: Person) -> Token:
    return Token(person.token, "", ADDRESS)


def known_of(server: CreditServer, person: Person) -> Known | None:
    """What is remembered of them."""
    found = arrive_known(server.services, told(person), "")
    return found.known if found is not None else None


async def a_call(server: CreditServer, person: Person) -> AdmittedCall:
    """A call as the door makes it."""
    services = server.services
    arrival = arrive_known(services, told(person), "")
    if arrival is None:
        arrival = await arrive(services, told(person), "")
    call = await admit(services, wish(input_tokens=20, output_tokens_max=20), arrival)
    assert isinstance(call, AdmittedCall)
    return call


async def sent(server: CreditServer, call: AdmittedCall) -> None:
    await server.services.database.dispatch(
        call.request_id,
        route=call.routes[0].route,
        owner="tests",
        lease_until=server.time.at + timedelta(seconds=30),
    )


async def remembered(server: CreditServer, plan: str = "premium") -> Person:
    """Somebody whose windows are open and who is known."""
    person = await server.person(plan, subscribed_ms=0)
    await whole_call(server, person.caller)
    call = await a_call(server, person)
    await sent(server, call)
    await settle(server.services, call, ended(call, 20, 10))
    return person


async def test_the_first_call_of_a_window_is_followed_by_calls_of_somebody_known(
    tmp_path: Path, postgres_url: str
) -> None:
    """A new month's account is not there yet. That is nobody else's doing, after which the rows of
    a tenant are not remembered for a while."""
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        assert known_of(server, person) is not None
        server.time.pass_by(days=40)
        for _ in range(2):
            call = await a_call(server, person)
            await sent(server, call)
            await settle(server.services, call, ended(call, 20, 10))
        known = known_of(server, person)
        assert known is not None
        assert known.moves == await moves_of_open(server, person)
        await sound(server)


async def moves_of_open(server: CreditServer, person: Person) -> str:
    """What the database has of their accounts whose windows are open."""
    rows = await server.run(
        "SELECT posted, held FROM ledger_accounts WHERE tenant = ?"
        " AND (closes_ms > ? OR closes_ms IS NULL) ORDER BY id",
        person.caller.tenant,
        ms_from(server.time.at),
    )
    return ",".join(f"{posted}/{held}" for posted, held in rows)


async def moves_of(server: CreditServer, person: Person) -> str:
    """What the database has of their accounts."""
    rows = await server.run(
        "SELECT posted, held FROM ledger_accounts WHERE tenant = ? ORDER BY id",
        person.caller.tenant,
    )
    return ",".join(f"{posted}/{held}" for posted, held in rows)


def outcome(found: object, person: Person) -> object:
    """What was decided, without the names that differ between two people."""
    if isinstance(found, Refused):
        return found.status, found.code, str(found)
    assert isinstance(found, AdmittedCall)
    plain = replace(
        found,
        request_id="",
        caller=Caller("", "", role=found.caller.role),
        sides=(),
    )
    return repr(plain).replace(person.caller.tenant, "…").replace(person.caller.api_key, "…")


async def decided(server: CreditServer, person: Person) -> object:
    try:
        return outcome(await a_call(server, person), person)
    except Refused as refused:
        return outcome(refused, person)


async def own_key(server: CreditServer, person: Person) -> None:
    await server.run(
        "INSERT INTO own_keys (tenant, host, id) VALUES (?, 'openai', 'ok1')", person.caller.tenant
    )


async def revoked(server: CreditServer, person: Person) -> None:
    await server.run("UPDATE api_keys SET revoked_ms = 1 WHERE account = ?", person.caller.account)


async def capped(server: CreditServer, person: Person) -> None:
    await server.run("UPDATE api_keys SET cap_pusd = 10 WHERE account = ?", person.caller.account)


async def in_debt(server: CreditServer, person: Person) -> None:
    await server.run(
        "INSERT INTO ledger_accounts (id, tenant, kind, unit, limited, posted)"
        " VALUES (?, ?, 'debt', 'plan_tokens', 0, -5)",
        f"{person.caller.tenant}/debt/plan_tokens",
        person.caller.tenant,
    )


async def used_elsewhere(server: CreditServer, person: Person) -> None:
    await server.run(
        "UPDATE ledger_accounts SET posted = 150 WHERE tenant = ? AND kind = 'window'",
        person.caller.tenant,
    )


async def used_up(server: CreditServer, person: Person) -> None:
    await server.run(
        "UPDATE ledger_accounts SET posted = 0 WHERE tenant = ? AND kind = 'window'",
        person.caller.tenant,
    )


CHANGES: dict[str, Change] = {
    "nothing": lambda server, person: asyncio.sleep(0),
    "another plan": lambda server, person: change(server, person, plan="free"),
    "no limit": lambda server, person: change(server, person, flags="unlimited"),
    "past due": lambda server, person: change(server, person, flags="past_due"),
    "suspended": lambda server, person: change(server, person, flags="suspended"),
    "amounts of their own": lambda server, person: change(
        server, person, custom_amounts='{"premium-daily": 500}'
    ),
    "not paid any more": lambda server, person: change(server, person, paid_until_ms=1),
    "deleted": lambda server, person: change(server, person, deleted_ms=1),
    "a pack": lambda server, person: give(server, person, 50_000),
    "a key of their own": own_key,
    "a revoked key": revoked,
    "a cap": capped,
    "a debt": in_debt,
    "used elsewhere": used_elsewhere,
    "used up elsewhere": used_up,
}


_BESIDE_THE_JOURNAL = ("a debt", "used elsewhere", "used up elsewhere")


@pytest.mark.parametrize("name", CHANGES)
async def test_whatever_changed_since_is_seen(name: str, tmp_path: Path, postgres_url: str) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        one, other = await remembered(server), await remembered(server)
        assert known_of(server, one) is not None
        memory_of(server.services).forget(other.caller.tenant)
        for person in (one, other):
            await CHANGES[name](server, person)
        assert await decided(server, one) == await decided(server, other)
        assert (known_of(server, one) is None) == (name != "nothing")
        if name not in _BESIDE_THE_JOURNAL:
            await sound(server)


async def test_a_window_that_has_closed_is_not_drawn_on(tmp_path: Path, postgres_url: str) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        before = (await a_call(server, person)).held[0].account
        server.time.pass_by(days=1)
        after = (await a_call(server, person)).held[0].account
        assert before.rpartition("/")[0] == after.rpartition("/")[0]
        assert before != after
        await sound(server)


async def test_what_was_given_back_elsewhere_is_drawn_first(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        daily = (await a_call(server, person)).held[0].account
        window = "UPDATE ledger_accounts SET held = 0, posted = ? WHERE id = ?"
        await server.run(window, 100, daily)
        memory_of(server.services).forget(person.caller.tenant)
        assert [draw.account for draw in (await a_call(server, person)).held][:1] == [daily]
        assert len((await a_call(server, person)).held) == 1, "the window is used up"
        known = known_of(server, person)
        assert known is not None
        assert known.moves == await moves_of(server, person)
        await server.run(window, 20_000, daily)
        assert [draw.account for draw in (await a_call(server, person)).held] == [daily]


@pytest.mark.parametrize("role", ["builder", "viewer"])
async def test_a_member_is_known_by_their_role(
    role: str, tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        admin = await registered(server)
        group = await founded(server, admin)
        await with_seats(server, group, 10)
        services, session = server.services, Token(admin.token, group, ADDRESS)
        for _ in range(3):
            arrival = arrive_known(services, session, "") or await arrive(services, session, "")
            call = await admit(services, wish(), arrival)
            assert isinstance(call, AdmittedCall)
            await sent(server, call)
            await settle(services, call, ended(call))
        assert arrive_known(services, session, "") is not None
        await server.run(
            "UPDATE members SET role = ? WHERE tenant = ? AND role = 'admin'", role, group
        )
        arrival = arrive_known(services, session, "") or await arrive(services, session, "")
        if role == "viewer":
            with pytest.raises(Refused) as refused:
                await admit(services, wish(), arrival)
            assert refused.value.status == 403
        else:
            call = await admit(services, wish(), arrival)
            assert isinstance(call, AdmittedCall)
            assert call.caller.role == role


async def test_a_minute_lets_exactly_so_many_through(tmp_path: Path, postgres_url: str) -> None:
    given = {"REQUESTS_PER_MINUTE": "7"}
    async with running_server(tmp_path / "server", database_url=postgres_url, **given) as server:
        person = await remembered(server)  # one of the seven, and one that did not arrive
        server.time.pass_by(minutes=1)
        ends = await asyncio.gather(
            *(a_call(server, person) for _ in range(12)), return_exceptions=True
        )
        assert sum(isinstance(each, AdmittedCall) for each in ends) == 7
        assert [each.status for each in ends if isinstance(each, Refused)] == [429] * 5
        await sound(server)


async def test_a_request_that_comes_to_no_call_is_counted(
    tmp_path: Path, postgres_url: str
) -> None:
    given = {"REQUESTS_PER_MINUTE": "5"}
    async with running_server(tmp_path / "server", database_url=postgres_url, **given) as server:
        person = await remembered(server)
        server.time.pass_by(minutes=1)
        path = "/v1/chat/completions"
        statuses = []
        for _ in range(7):
            assert known_of(server, person) is not None
            answer = await server.client.post(path, headers=person.headers, content=b"no JSON")
            statuses.append(answer.status_code)
        assert statuses == [400] * 5 + [429] * 2
        await revoked(server, person)
        answer = await server.client.post(path, headers=person.headers, content=b"no JSON")
        assert answer.status_code == 401


async def test_calls_at_once_follow_each_other_without_being_read_again(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        for _ in range(4):
            calls = await asyncio.gather(*(a_call(server, person) for _ in range(6)))
            known = known_of(server, person)
            assert known is not None
            assert known.moves == await moves_of(server, person)
            for call in calls:
                await sent(server, call)
            await asyncio.gather(
                *(settle(server.services, call, ended(call, 20, 10)) for call in calls[:4])
            )
            known = known_of(server, person)
            assert known is not None
            assert known.moves == await moves_of(server, person)
            for call in calls[4:]:
                await drop(server.services, call, CallDropped("test", Proof.NO_OUTPUT))
            await a_call(server, person)
        await sound(server)


async def test_what_was_read_while_something_moved_is_not_kept(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        known = known_of(server, person)
        assert known is not None
        memory, name, key = Memory(), person.caller.tenant, ("key",)
        memory.remember(key, name, memory.look(), 0.0, lambda: known)
        assert memory.known(key) is known
        looked = memory.look()
        memory.forget(name)
        memory.holds(name, ())
        memory.remember(key, name, looked, 0.0, lambda: known)
        assert memory.known(key) is None, "a hold is under way"
        memory.over(name, done=True)
        memory.remember(key, name, looked, 0.0, lambda: known)
        assert memory.known(key) is None, "it ended after what was read"
        memory.remember(key, name, memory.look(), 0.0, lambda: known)
        assert memory.known(key) is known
        memory.avoid(name, 100.0)
        memory.remember(key, name, memory.look(), 150.0, lambda: known)
        assert memory.known(key) is None, "somebody else moves it as well"
        memory.remember(key, name, memory.look(), 161.0, lambda: known)
        assert memory.known(key) is known
        memory.remember(("another",), name, memory.look(), 161.0, lambda: known)
        assert memory.known(key) is None, "one caller for each tenant"


async def test_where_the_books_are_away_nothing_is_remembered(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_server(tmp_path / "server", database_url=postgres_url) as server:
        person = await remembered(server)
        arrival = arrive_known(server.services, told(person), "")
        assert isinstance(arrival, Arrival)
        await server.services.database.close()
        with pytest.raises(Refused) as refused:
            await admit(server.services, wish(), arrival)
        assert refused.value.status == 503
        assert known_of(server, person) is None
        await server.services.database.open()
        await a_call(server, person)
        await sound(server)
