"""Shared passphrases: opening a plan, waiting after wrong ones, rotation and revocation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.metering.allowances import Balance, grants_for
from app.metering.allowances_passphrases import IssuedPassphrase
from app.server.accounts.identify import identify
from app.server.accounts.jobs import jobs
from app.server.accounts.pace import wait_after
from app.server.accounts.passphrase_checks import (
    issue_passphrase,
    matching,
    new_words,
    rotate_passphrase,
)
from app.server.accounts.passphrases import KeptPassphrase, live_passphrases, revoke_passphrase
from app.server.credits.reading import Ask, read_situation
from app.server.errors import Refused
from tests.fixtures.credit_server import START, CreditServer, running_server
from tests.server.accounts.computers import Computer, code_of, registered

PLAN = "global-lifetime"
WORDS = "correct horse battery staple"


@pytest.fixture(params=["sqlite", "postgres"])
async def lifetime(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CreditServer]:
    """A server whose catalog has a plan that passphrases open, behind a trusted proxy."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with running_server(
        tmp_path / "server",
        database_url=url,
        catalog="daily-budgets",
        TRUSTED_PROXIES="192.0.2.0/24",
        DEVICES_PER_ADDRESS_DAY="50",
    ) as server:
        yield server


async def give(computer: Computer, words: str) -> tuple[int, str]:
    """Status, and the error's code or how the passphrase stands."""
    answer = await computer.ask("POST", "/api/passphrase", {"passphrase": words})
    good = answer.is_success
    return answer.status_code, answer.json()["standing"] if good else code_of(answer)


async def plan_of(server: CreditServer, computer: Computer) -> object:
    return (await server.run("SELECT plan FROM accounts WHERE id = ?", computer.account))[0][0]


async def retire(server: CreditServer) -> None:
    (job,) = [job for job in jobs(server.services) if job.name == "retire passphrases"]
    await job.work()


async def test_the_right_words_open_the_plan(lifetime: CreditServer) -> None:
    await issue_passphrase(lifetime.services, words=WORDS)
    computer = await registered(lifetime)
    assert await give(computer, "Correct horse battery staple") == (403, "passphrase_wrong")
    assert await plan_of(lifetime, computer) == "free"
    assert await give(computer, f"  {WORDS.replace(' ', '   ')} ") == (200, "current")
    assert await plan_of(lifetime, computer) == PLAN
    view = (await computer.ask("GET", "/api/account")).json()
    assert view["passphrase"] == {"plan": PLAN, "standing": "current", "until": None}


async def test_what_it_opens_is_counted_for_each_address(lifetime: CreditServer) -> None:
    server = lifetime
    await issue_passphrase(server.services, words=WORDS)
    both = []
    for address in ("203.0.113.1", "203.0.113.2"):
        computer = await registered(server)
        computer.address = address
        await give(computer, WORDS)
        both.append(computer)
    ids = []
    for computer in both:
        caller = await server.services.database.read(
            identify, computer.token, "", computer.address, server.time.at
        )
        situation = await server.services.database.read(
            read_situation, server.services.catalog, Ask(caller, server.time.at, "", ())
        )
        (grant,) = grants_for(server.services.catalog, situation.account, "gpt-4o", server.time.at)
        assert grant.amount == 350_000_000_000
        assert situation.account.balances.get(grant.id, Balance()) == Balance()
        ids.append(grant.id)
    assert ids[0] != ids[1]


async def test_after_wrong_ones_an_address_waits_longer_and_longer(
    lifetime: CreditServer,
) -> None:
    server = lifetime
    await issue_passphrase(server.services, words=WORDS)
    computer = await registered(server)
    for _ in range(4):
        assert await give(computer, "wrong words") == (403, "passphrase_wrong")
    assert await give(computer, WORDS) == (429, "wrong_too_often")
    server.time.pass_by(seconds=2)
    assert await give(computer, "wrong words") == (403, "passphrase_wrong")
    server.time.pass_by(seconds=3)
    assert await give(computer, WORDS) == (429, "wrong_too_often")
    other = await registered(server)
    other.address = "203.0.113.1"
    assert await give(other, WORDS) == (200, "current")
    server.time.pass_by(seconds=1)
    assert await give(computer, WORDS) == (200, "current")
    # Forgiven: the next three wrong ones cost no time again.
    assert [(await give(computer, "wrong"))[0] for _ in range(4)] == [403] * 4


async def test_many_wrong_ones_at_once_are_four(lifetime: CreditServer) -> None:
    await issue_passphrase(lifetime.services, words=WORDS)
    computer = await registered(lifetime)
    answers = await asyncio.gather(*(give(computer, "wrong words") for _ in range(30)))
    assert sorted(status for status, _ in answers) == [403] * 4 + [429] * 26


async def test_a_rotated_passphrase_works_until_its_grace_is_over(
    lifetime: CreditServer,
) -> None:
    server = lifetime
    old = await issue_passphrase(server.services, words=WORDS)
    early, late, faithful = [await registered(server) for _ in range(3)]
    await give(early, WORDS)
    await give(faithful, WORDS)
    new = await rotate_passphrase(server.services)
    assert new.replaced == (old.id,)
    assert await give(late, WORDS) == (200, "in_grace")
    assert await give(faithful, new.passphrase) == (200, "current")
    told = await server.run(
        "SELECT tenant, facts FROM announcements WHERE kind = 'notice' ORDER BY id"
    )
    assert {tenant for tenant, _ in told} == {early.account, faithful.account}
    assert "passphrase_replaced" in str(told[0][1])
    server.time.pass_by(days=13, hours=23)
    await retire(server)
    assert await plan_of(server, early) == PLAN
    server.time.pass_by(hours=1)
    await early.sign_in()
    assert await give(early, WORDS) == (403, "passphrase_wrong")
    await retire(server)
    plans = [await plan_of(server, each) for each in (early, late, faithful)]
    assert plans == ["free", "free", PLAN]


async def test_a_revoked_passphrase_ends_at_once_what_it_opened(lifetime: CreditServer) -> None:
    server = lifetime
    issued = await issue_passphrase(server.services, words=WORDS)
    computer = await registered(server)
    await give(computer, WORDS)
    moved = await server.services.database.run(
        revoke_passphrase, server.services.catalog, issued.id, server.time.at
    )
    assert moved == 1
    assert await plan_of(server, computer) == "free"
    assert await give(computer, WORDS) == (403, "passphrase_wrong")
    with pytest.raises(Refused, match="no such passphrase"):
        await server.services.database.run(
            revoke_passphrase, server.services.catalog, "pp_none", server.time.at
        )


async def test_one_of_several_is_rotated_alone(lifetime: CreditServer) -> None:
    services = lifetime.services
    first = await issue_passphrase(services, name="spring")
    second = await issue_passphrase(services, name="autumn")
    new = await rotate_passphrase(services, replaces=[first.id])
    assert new.replaced == (first.id,)
    assert services.catalog.passphrases is not None
    live = await services.database.read(
        live_passphrases, services.catalog.passphrases, lifetime.time.at
    )
    assert {each.id for each in live} == {first.id, second.id, new.id}
    assert live[-1].id == first.id  # those in grace are asked last
    with pytest.raises(Refused, match="no such passphrase"):
        await rotate_passphrase(services, replaces=["pp_none"])


async def test_who_has_bought_a_plan_keeps_it(lifetime: CreditServer) -> None:
    await issue_passphrase(lifetime.services, words=WORDS)
    computer = await registered(lifetime)
    await lifetime.run("UPDATE accounts SET plan = 'creator' WHERE id = ?", computer.account)
    assert await give(computer, WORDS) == (409, "plan_in_force")
    assert await plan_of(lifetime, computer) == "creator"


def test_a_wrong_passphrase_costs_as_much_work_as_a_right_one() -> None:
    """Processor time of the whole process: the hash works on several cores."""
    second = "another one of them"
    kept = tuple(
        KeptPassphrase(IssuedPassphrase(words, START), "", PasswordHasher().hash(words), None)
        for words in (WORDS, second)
    )

    def work(live: tuple[KeptPassphrase, ...], words: str) -> float:
        took = []
        for _ in range(3):
            start = time.process_time()
            matching(live, words)
            took.append(time.process_time() - start)
        return min(took)

    matching((), WORDS)  # what is made once is made
    right, last, none = (work(kept, words) for words in (WORDS, second, "none of them at all"))
    assert max(right, last, none) < 1.5 * min(right, last, none)
    # Also where there is nothing to compare with, the work is done once.
    assert work((), WORDS) > 0.3 * right


async def test_words_are_nowhere_in_the_database(lifetime: CreditServer) -> None:
    issued = await issue_passphrase(lifetime.services)
    rows = await lifetime.run("SELECT * FROM passphrases")
    assert issued.passphrase not in str(rows)
    assert "$argon2id$" in str(rows)
    assert issued.passphrase not in repr(issued)


async def test_short_words_are_no_passphrase(lifetime: CreditServer) -> None:
    with pytest.raises(Refused, match="12 to 256"):
        await issue_passphrase(lifetime.services, words="short words")


async def test_a_catalog_without_such_a_plan_has_no_passphrases(
    credit_server: CreditServer,
) -> None:
    computer = await registered(credit_server)
    assert (await give(computer, WORDS))[0] == 404
    with pytest.raises(Refused):
        await issue_passphrase(credit_server.services)


def test_a_made_up_passphrase_is_long_and_never_the_same() -> None:
    made = {new_words() for _ in range(100)}
    assert len(made) == 100
    assert {len(each) for each in made} == {24}


def test_the_wait_doubles_and_ends_at_an_hour() -> None:
    seconds = [wait_after(wrong).total_seconds() for wrong in (1, 3, 4, 5, 6, 14, 15, 1000)]
    assert seconds == [0, 0, 2, 4, 8, 2048, 3600, 3600]
