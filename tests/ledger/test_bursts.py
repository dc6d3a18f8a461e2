"""Many at once, from a barrier, over real connections and real processes."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from app.errors import HoldMoved
from app.ledger.accounts import balances, open_accounts
from app.ledger.audit import audit
from app.ledger.calls import release
from app.ledger.postgres import PostgresLedger
from app.ledger.records import AdmitEnd
from app.ledger.sqlite import SqliteLedger
from app.ledger.sweeping import sweep
from app.metering.hold import Proof
from tests.ledger.given import MINUTE, NOW, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Ledger, Lent

SPENDS = 1000


def spend(ledger: Ledger, name: str) -> AdmitEnd:
    """One whole call: 10 held, 7 charged where it was admitted."""
    answer = ledger.admit(a_call(name, 10))
    if answer.end is AdmitEnd.HELD:
        ledger.dispatch(f"hold-{name}", route="r", owner="o", lease_until=NOW + MINUTE)
        ledger.settle(an_end(name, 7))
    return answer.end


def at_once(many: int, work: Callable[[int], object]) -> list[object]:
    """The work of so many threads that begin together."""
    barrier = threading.Barrier(many)

    def begin(number: int) -> object:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(begin, range(many)))


@pytest.mark.parametrize("connections", [20, 200])
def test_a_thousand_spends_of_one_wallet_pass_as_many_as_fit(
    postgres_dsn: str, connections: int
) -> None:
    """7 each of 3,500: 500 fit, less what could not be held while the last ones ran."""
    lent = Lent(postgres_dsn, connections)
    ledger = PostgresLedger(lent.connection)
    ledger.run(open_accounts, [window(3500)], NOW)
    each = SPENDS // connections

    def work(number: int) -> Counter[AdmitEnd]:
        return Counter(spend(ledger, f"{number}-{turn}") for turn in range(each))

    ends: Counter[AdmitEnd] = sum(at_once(connections, work), Counter())  # type: ignore[call-overload]
    account = ledger.read(balances, [WINDOW])[WINDOW]
    assert ends[AdmitEnd.HELD] + ends[AdmitEnd.SHORT] == SPENDS
    assert (account.used, account.held) == (7 * ends[AdmitEnd.HELD], 0)
    assert account.posted < 10 * connections
    assert ledger.read(audit, NOW + MINUTE) == ()
    lent.close()


def test_a_burst_of_twenty_with_money_for_four_admits_four(postgres_dsn: str) -> None:
    lent = Lent(postgres_dsn, 20)
    ledger = PostgresLedger(lent.connection)
    for turn in range(10):
        opened = window(49, id_=f"burst-{turn}")
        ledger.run(open_accounts, [opened], NOW)

        def work(number: int, turn: int = turn, account: str = opened.id) -> AdmitEnd:
            return ledger.admit(a_call(f"{turn}-{number}", draws={account: 12})).end

        assert Counter(at_once(20, work)) == {AdmitEnd.HELD: 4, AdmitEnd.SHORT: 16}
    assert ledger.read(audit) == ()
    lent.close()


def test_a_thousand_calls_with_one_key_are_one_charge(postgres_dsn: str) -> None:
    lent = Lent(postgres_dsn, 50)
    ledger = PostgresLedger(lent.connection)
    ledger.run(open_accounts, [window()], NOW)

    def work(number: int) -> Counter[AdmitEnd]:
        return Counter(spend(ledger, "same") for _ in range(20))

    ends: Counter[AdmitEnd] = sum(at_once(50, work), Counter())  # type: ignore[call-overload]
    assert ends[AdmitEnd.HELD] == 1
    assert ends[AdmitEnd.RUNNING] + ends[AdmitEnd.DONE] == SPENDS - 1
    assert ledger.read(balances, [WINDOW])[WINDOW].used == 7
    assert ledger.read(audit) == ()
    lent.close()


def test_many_that_end_the_same_call_end_it_once(postgres_dsn: str) -> None:
    lent = Lent(postgres_dsn, 20)
    ledger = PostgresLedger(lent.connection)
    ledger.run(open_accounts, [window()], NOW)
    for turn in range(10):
        ledger.admit(a_call(str(turn), 10))
        ledger.dispatch(f"hold-{turn}", route="", owner="", lease_until=NOW)

        def end(number: int, turn: int = turn) -> str:
            try:
                if number % 3 == 0:
                    ledger.settle(an_end(str(turn), 7))
                elif number % 3 == 1:
                    ledger.run(release, f"hold-{turn}", now=NOW, proof=Proof.NO_OUTPUT)
                else:
                    ledger.run(sweep, NOW)
                    return "swept"
            except HoldMoved:
                return "late"
            return "ended"

        assert Counter(at_once(20, end))["ended"] == 1
    assert ledger.read(balances, [WINDOW])[WINDOW].held == 0
    assert ledger.read(audit) == ()
    lent.close()


def test_draws_on_many_accounts_in_any_order_block_nobody_for_good(postgres_dsn: str) -> None:
    lent = Lent(postgres_dsn, 20)
    ledger = PostgresLedger(lent.connection)
    names = [f"account-{number}" for number in range(6)]
    ledger.run(open_accounts, [window(10**6, id_=name) for name in names], NOW)

    def work(number: int) -> None:
        for turn in range(20):
            order = names[(number + turn) % 6 :] + names[: (number + turn) % 6]
            if turn % 2:
                order.reverse()
            name = f"{number}-{turn}"
            at = NOW + 5 * MINUTE if turn % 3 else NOW
            ledger.admit(a_call(name, draws=dict.fromkeys(order, 1), at=at))
            if turn % 3:
                ledger.dispatch(f"hold-{name}", route="", owner="", lease_until=NOW + 2 * MINUTE)
                ledger.run(release, f"hold-{name}", now=NOW, proof=Proof.REFUSED)
            else:
                ledger.run(sweep, NOW + MINUTE)

    at_once(20, work)
    ledger.run(sweep, NOW + 10 * MINUTE)
    assert {row.held for row in ledger.read(balances, names).values()} == {0}
    assert ledger.read(audit) == ()
    lent.close()


def _spend_in_a_process(path: str, number: int, each: int) -> None:
    with SqliteLedger(path) as ledger:
        for turn in range(each):
            spend(ledger, f"{number}-{turn}")


def test_eight_processes_on_one_file_pass_as_many_as_fit(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        ledger.run(open_accounts, [window(700)], NOW)
        context = multiprocessing.get_context("spawn")
        processes = [
            context.Process(target=_spend_in_a_process, args=(str(path), number, 25))
            for number in range(8)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 8
        account = ledger.read(balances, [WINDOW])[WINDOW]
        assert account.held == 0
        assert account.used % 7 == 0
        assert account.posted < 80
        assert ledger.read(audit) == ()


def test_a_connection_that_is_not_in_autocommit_is_refused(postgres_dsn: str) -> None:
    from contextlib import nullcontext

    from app.errors import LedgerError

    with psycopg.connect(postgres_dsn) as connection:
        ledger = PostgresLedger(lambda: nullcontext(connection))
        with pytest.raises(LedgerError, match="autocommit"):
            ledger.admit(a_call())
