from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.errors import HoldMoved, LedgerError
from app.ledger.accounts import balances, open_accounts
from app.ledger.calls import heartbeat, next_attempt, park, release
from app.ledger.holds import attempts_of, hold_by_id, hold_by_key
from app.ledger.records import AccountKind, AdmitEnd, Settle, Short
from app.metering.hold import Basis, HoldState, Proof
from tests.ledger.given import MINUTE, NOW, TOKENS, USD, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Ledger


def sent(ledger: Ledger, name: str = "1", amount: int = 100) -> None:
    """A call that is under way."""
    wish = a_call(name, amount, openings=(window(),))
    assert ledger.admit(wish).end is AdmitEnd.HELD
    ledger.dispatch(wish.hold_id, route="openai", owner="one", lease_until=NOW + MINUTE)


def free(ledger: Ledger, account: str = WINDOW) -> int | None:
    return ledger.read(balances, [account])[account].free


def test_a_call_is_held_sent_and_charged_and_the_rest_comes_back(ledger: Ledger) -> None:
    sent(ledger)
    assert free(ledger) == 900
    settled = ledger.settle(an_end(charge=60))
    assert settled.charges == {WINDOW: 60}
    account = ledger.read(balances, [WINDOW])[WINDOW]
    assert (account.posted, account.held, account.used) == (940, 0, 60)


def test_a_hold_says_all_that_it_was_admitted_and_ended_with(ledger: Ledger) -> None:
    sent(ledger)
    ledger.settle(
        Settle("hold-1", Basis.COUNTED_PARTIAL, NOW, {WINDOW: 7}, flagged="odd", receipt="{}")
    )
    hold = ledger.read(hold_by_key, "ann", "key-1")
    assert hold is not None
    assert hold == ledger.read(hold_by_id, "hold-1")
    assert (hold.state, hold.basis, hold.ended_at) == (
        HoldState.SETTLED,
        Basis.COUNTED_PARTIAL,
        NOW,
    )
    assert (hold.flagged, hold.receipt, hold.frozen) == ("odd", "{}", '{"rate": 5}')
    assert [(draw.amount, draw.charged) for draw in hold.draws] == [(100, 7)]


def test_what_is_not_covered_is_refused_by_name_and_sets_nothing_aside(ledger: Ledger) -> None:
    cap = window(50, id_="cap", kind=AccountKind.CAP)
    wish = a_call(draws={WINDOW: 100, "cap": 100}, openings=(window(), cap))
    answer = ledger.admit(wish)
    assert (answer.end, answer.short) == (AdmitEnd.SHORT, (Short("cap", 100, 50),))
    assert [free(ledger), free(ledger, "cap")] == [1000, 50]
    assert ledger.read(hold_by_id, "hold-1") is None


def test_the_last_unit_can_be_held_and_none_beyond_it(ledger: Ledger) -> None:
    assert ledger.admit(a_call("1", 999, openings=(window(),))).end is AdmitEnd.HELD
    assert ledger.admit(a_call("2", 2)).end is AdmitEnd.SHORT
    assert ledger.admit(a_call("3", 1)).end is AdmitEnd.HELD
    assert ledger.admit(a_call("4", 1)).end is AdmitEnd.SHORT


def test_an_account_without_a_limit_is_only_counted(ledger: Ledger) -> None:
    key = window(None, id_="key", kind=AccountKind.SPENT, unit=USD)
    assert ledger.admit(a_call(draws={"key": 10**15}, openings=(key,))).end is AdmitEnd.HELD
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)
    ledger.settle(Settle("hold-1", Basis.PROVIDER_USAGE, NOW, {"key": 10**14}))
    account = ledger.read(balances, ["key"])["key"]
    assert (account.free, account.used, account.held) == (None, 10**14, 0)


def test_the_same_key_is_the_same_call(ledger: Ledger) -> None:
    wish = a_call(openings=(window(),))
    assert ledger.admit(wish).end is AdmitEnd.HELD
    again = ledger.admit(wish)
    assert again.end is AdmitEnd.RUNNING
    assert again.hold is not None
    assert again.hold.id == "hold-1"
    assert ledger.admit(a_call(body="other")).end is AdmitEnd.OTHER_BODY
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)
    ledger.settle(Settle("hold-1", Basis.PROVIDER_USAGE, NOW, {WINDOW: 5}, receipt="the receipt"))
    done = ledger.admit(wish)
    assert done.end is AdmitEnd.DONE
    assert done.hold is not None
    assert done.hold.receipt == "the receipt"
    assert free(ledger) == 995


def test_a_refused_call_may_come_again_with_its_key(ledger: Ledger) -> None:
    assert ledger.admit(a_call(amount=2000, openings=(window(),))).end is AdmitEnd.SHORT
    assert ledger.admit(a_call(amount=10)).end is AdmitEnd.HELD


def test_two_tenants_may_use_the_same_key(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    other = window(tenant="bob", id_="bob/free")
    wish = a_call("1", tenant="bob", draws={"bob/free": 1}, openings=(other,))
    assert ledger.admit(replace(wish, hold_id="hold-bob")).end is AdmitEnd.HELD


def test_nobody_draws_on_the_account_of_another(ledger: Ledger) -> None:
    ledger.run(open_accounts, [window()], NOW)
    with pytest.raises(LedgerError, match="not bob's"):
        ledger.admit(a_call(tenant="bob"))
    with pytest.raises(LedgerError, match="no account nowhere"):
        ledger.admit(a_call(draws={"nowhere": 1}))


@pytest.mark.parametrize("amount", [-1, 1.0, True, 2**63])
def test_only_whole_amounts_are_held(ledger: Ledger, amount: int) -> None:
    with pytest.raises(LedgerError):
        ledger.admit(a_call(amount=amount, openings=(window(),)))


def test_a_call_that_was_never_sent_is_not_charged(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    with pytest.raises(HoldMoved):
        ledger.settle(an_end())
    assert free(ledger) == 900


def test_a_call_is_sent_once(ledger: Ledger) -> None:
    sent(ledger)
    with pytest.raises(HoldMoved):
        ledger.dispatch("hold-1", route="b", owner="two", lease_until=NOW)
    hold = ledger.read(hold_by_id, "hold-1")
    assert hold is not None
    assert (hold.attempt, hold.route, hold.owner) == (1, "openai", "one")


def test_a_call_is_charged_once(ledger: Ledger) -> None:
    sent(ledger)
    ledger.settle(an_end(charge=60))
    with pytest.raises(HoldMoved):
        ledger.settle(an_end(charge=60))
    with pytest.raises(HoldMoved):
        ledger.run(release, "hold-1", now=NOW, proof=Proof.NO_OUTPUT)
    assert free(ledger) == 940


def test_what_was_not_sent_is_released_freely(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    ledger.run(release, "hold-1", now=NOW)
    assert free(ledger) == 1000
    with pytest.raises(HoldMoved):
        ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)


@pytest.mark.parametrize("parked", [False, True])
def test_what_was_sent_is_released_only_with_proof(ledger: Ledger, parked: bool) -> None:
    sent(ledger)
    if parked:
        ledger.run(park, "hold-1")
    with pytest.raises(HoldMoved):
        ledger.run(release, "hold-1", now=NOW)
    assert free(ledger) == 900
    ledger.run(release, "hold-1", now=NOW, proof=Proof.REFUSED)
    assert free(ledger) == 1000


def test_a_parked_call_keeps_its_hold_and_can_be_charged(ledger: Ledger) -> None:
    sent(ledger)
    ledger.run(park, "hold-1")
    assert free(ledger) == 900
    ledger.settle(an_end(charge=1))
    assert free(ledger) == 999


def test_a_heartbeat_only_lengthens_and_only_counts_up(ledger: Ledger) -> None:
    sent(ledger)
    later = NOW + 2 * MINUTE
    assert ledger.run(heartbeat, "hold-1", owner="one", output_tokens=50, lease_until=later)
    assert ledger.run(heartbeat, "hold-1", owner="one", output_tokens=40, lease_until=NOW)
    hold = ledger.read(hold_by_id, "hold-1")
    assert hold is not None
    assert (hold.output_tokens_seen, hold.lease_until) == (50, later)


def test_a_heartbeat_of_another_owner_or_of_a_parked_call_is_refused(ledger: Ledger) -> None:
    sent(ledger)
    assert not ledger.run(heartbeat, "hold-1", owner="two", output_tokens=9, lease_until=NOW)
    ledger.run(park, "hold-1")
    assert not ledger.run(heartbeat, "hold-1", owner="one", output_tokens=9, lease_until=NOW)


def test_a_failover_keeps_the_hold_and_begins_to_count_again(ledger: Ledger) -> None:
    sent(ledger)
    ledger.run(heartbeat, "hold-1", owner="one", output_tokens=5, lease_until=NOW)
    later = NOW + timedelta(seconds=5)
    number = ledger.run(
        next_attempt, "hold-1", route="azure", owner="one", lease_until=later, now=NOW, reason="503"
    )
    hold = ledger.read(hold_by_id, "hold-1")
    assert hold is not None
    assert (number, hold.attempt, hold.route, hold.output_tokens_seen) == (2, 2, "azure", 0)
    (given_up,) = ledger.read(attempts_of, "hold-1")
    assert (given_up.number, given_up.route, given_up.output_tokens_seen, given_up.reason) == (
        (1, "openai", 5, "503")
    )
    ledger.settle(an_end(charge=3))
    assert free(ledger) == 997


def test_a_charge_above_the_hold_needs_somebody_to_divide_it(ledger: Ledger) -> None:
    sent(ledger, amount=100)
    with pytest.raises(LedgerError, match="charged 101 and held 100"):
        ledger.settle(an_end(charge=101))
    with pytest.raises(LedgerError):
        ledger.settle(an_end(charge=-1))
    assert free(ledger) == 900


def test_a_charge_of_nothing_writes_no_entry(ledger: Ledger) -> None:
    sent(ledger)
    assert ledger.settle(an_end(charge=0)).charges == {}
    assert free(ledger) == 1000


def test_a_hold_without_any_account_runs_through(ledger: Ledger) -> None:
    assert ledger.admit(a_call(draws={})).end is AdmitEnd.HELD
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)
    assert ledger.settle(Settle("hold-1", Basis.PROVIDER_USAGE, NOW)).charges == {}


def test_amounts_stay_in_their_units(ledger: Ledger) -> None:
    budget = window(10**12, id_="budget", kind=AccountKind.BUDGET, unit=USD)
    ledger.admit(a_call(draws={WINDOW: 10, "budget": 10**9}, openings=(window(), budget)))
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)
    ledger.settle(Settle("hold-1", Basis.PROVIDER_USAGE, NOW, {WINDOW: 4, "budget": 10**8}))
    found = ledger.read(balances, [WINDOW, "budget"])
    assert {name: (row.unit, row.used) for name, row in found.items()} == {
        WINDOW: (TOKENS, 4),
        "budget": (USD, 10**8),
    }
