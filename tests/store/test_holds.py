from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from app.errors import LedgerError, LimitReached, StoreError
from app.metering.hold import HoldState, How, Proof
from app.store.holds import Holds
from app.store.records import LimitRecord
from app.store.shelves import Shelves
from tests.store.given import Records

ENDS = {
    "release": lambda holds: holds.release("hold", proof=Proof.NO_OUTPUT),
    "settle": lambda holds: holds.settle("hold", 1, "provider_usage"),
}


@pytest.fixture
def holds(shelves: Shelves, records: Records) -> Holds:
    shelves.holds.admit(records.hold())
    return shelves.holds


def test_a_hold_comes_back_as_it_was_admitted(holds: Holds, records: Records) -> None:
    assert holds.get("hold") == records.hold()


def test_a_negative_hold_is_refused(shelves: Shelves, records: Records) -> None:
    with pytest.raises(LedgerError):
        shelves.holds.admit(records.hold(amount_pusd=-1))


def test_a_hold_begins_as_held(shelves: Shelves, records: Records) -> None:
    with pytest.raises(LedgerError):
        shelves.holds.admit(records.hold(state=HoldState.DISPATCHED))


def test_a_dispatched_hold_settles_with_amount_and_basis(holds: Holds, records: Records) -> None:
    holds.dispatch("hold")
    holds.settle("hold", 42, "counted_partial")
    assert holds.get("hold") == replace(
        records.hold(), state=HoldState.SETTLED, settled_pusd=42, basis="counted_partial"
    )


def test_a_call_without_a_price_settles_at_an_unknown_amount(holds: Holds) -> None:
    holds.dispatch("hold")
    holds.settle("hold", None, "provider_usage")
    assert holds.get("hold").settled_pusd is None


def test_a_held_hold_never_settles(holds: Holds) -> None:
    with pytest.raises(LedgerError):
        holds.settle("hold", 1, "provider_usage")


def test_a_hold_is_dispatched_once(holds: Holds) -> None:
    holds.dispatch("hold")
    with pytest.raises(LedgerError):
        holds.dispatch("hold")


def test_a_held_hold_is_released_without_proof(holds: Holds) -> None:
    holds.release("hold")
    assert holds.get("hold").state is HoldState.RELEASED


@pytest.mark.parametrize("parked", [False, True])
def test_a_hold_that_left_is_released_only_with_proof(holds: Holds, parked: bool) -> None:
    holds.dispatch("hold")
    if parked:
        holds.park("hold")
    with pytest.raises(LedgerError):
        holds.release("hold")
    holds.release("hold", proof=Proof.NO_OUTPUT)
    assert holds.get("hold").state is HoldState.RELEASED


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", [*ENDS, "dispatch", "park"])
def test_a_hold_ends_exactly_once(holds: Holds, first: str, second: str) -> None:
    holds.dispatch("hold")
    ENDS[first](holds)
    ended = holds.get("hold")
    steps = ENDS | {"dispatch": lambda h: h.dispatch("hold"), "park": lambda h: h.park("hold")}
    with pytest.raises(LedgerError):
        steps[second](holds)
    assert holds.get("hold") == ended


def test_an_ended_hold_cannot_change_behind_the_rules_either(
    shelves: Shelves, holds: Holds
) -> None:
    holds.release("hold")
    with pytest.raises(StoreError, match="exactly once"):
        shelves.database.write("UPDATE holds SET state = 'held' WHERE id = 'hold'")


def test_a_parked_hold_can_still_be_settled(holds: Holds) -> None:
    holds.dispatch("hold")
    holds.park("hold")
    holds.settle("hold", 3, "provider_lookup")
    assert holds.get("hold").state is HoldState.SETTLED


def test_the_newest_hold_of_a_message_is_its_own(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold("first"))
    shelves.holds.release("first")
    shelves.holds.admit(records.hold("second"))
    assert shelves.holds.for_message("answer").id == "second"
    assert [hold.id for hold in shelves.holds.open_holds()] == ["second"]


def test_a_hold_that_is_not_there_says_so(shelves: Shelves) -> None:
    with pytest.raises(LedgerError, match="no hold"):
        shelves.holds.dispatch("nothing")


def balance(shelves: Shelves, account: str) -> tuple[int, int]:
    """What an account has left or was charged, and what is set aside in it."""
    row = shelves.database.first(
        "SELECT posted, held FROM ledger_accounts WHERE id = ?", (account,)
    )
    assert row is not None
    return row[0], row[1]


def test_a_key_counts_what_it_was_charged(shelves: Shelves, holds: Holds, records: Records) -> None:
    amount = records.hold().amount_pusd
    assert balance(shelves, "spent/key") == (0, amount)
    holds.dispatch("hold")
    holds.settle("hold", 42, "provider_usage")
    assert balance(shelves, "spent/key") == (-42, 0)


def test_a_provider_is_owed_more_than_was_set_aside(
    shelves: Shelves, holds: Holds, records: Records
) -> None:
    holds.dispatch("hold")
    above = records.hold().amount_pusd + 7
    holds.settle("hold", above, "provider_usage")
    assert balance(shelves, "spent/key") == (-above, 0)


def day_limit(limit: int | None, spent: int = 0) -> LimitRecord:
    return LimitRecord("budget/day/2026-11-21", limit, spent, name="Every day")


def test_a_limit_refuses_what_it_does_not_cover_and_sets_nothing_aside(
    shelves: Shelves, records: Records
) -> None:
    with pytest.raises(LimitReached) as refused:
        shelves.holds.admit(records.hold(amount_pusd=60, limits=(day_limit(100, spent=50),)))
    assert (refused.value.wanted, refused.value.free) == (60, 50)
    assert shelves.holds.open_holds() == []
    assert shelves.database.rows("SELECT id FROM ledger_holds") == []


def test_of_twenty_calls_at_once_only_those_pass_that_the_limit_covers(
    shelves: Shelves, records: Records
) -> None:
    passed = 0
    for number in range(20):
        with contextlib.suppress(LimitReached):
            shelves.holds.admit(
                records.hold(f"call {number}", amount_pusd=25, limits=(day_limit(100),))
            )
            passed += 1
    assert passed == 4
    assert balance(shelves, "budget/day/2026-11-21") == (100, 100)


def test_a_settled_call_leaves_the_limit_what_it_did_not_cost(
    shelves: Shelves, records: Records
) -> None:
    shelves.holds.admit(records.hold(amount_pusd=60, limits=(day_limit(100),)))
    shelves.holds.dispatch("hold")
    shelves.holds.settle("hold", 10, "provider_usage")
    assert balance(shelves, "budget/day/2026-11-21") == (90, 0)
    shelves.holds.admit(records.hold("next", amount_pusd=90, limits=(day_limit(100, spent=10),)))


def test_a_limit_is_never_passed_even_where_the_provider_bills_more(
    shelves: Shelves, records: Records
) -> None:
    shelves.holds.admit(records.hold(amount_pusd=60, limits=(day_limit(100),)))
    shelves.holds.dispatch("hold")
    shelves.holds.settle("hold", 130, "provider_usage")
    assert balance(shelves, "budget/day/2026-11-21") == (0, 0)
    assert balance(shelves, "spent/key") == (-130, 0)


def test_a_limit_without_a_sum_only_counts(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold(amount_pusd=60, limits=(day_limit(None),)))
    shelves.holds.dispatch("hold")
    shelves.holds.settle("hold", 45, "provider_usage")
    assert balance(shelves, "budget/day/2026-11-21") == (-45, 0)


def test_a_lowered_limit_takes_nothing_that_was_used(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold(amount_pusd=60, limits=(day_limit(100),)))
    shelves.holds.dispatch("hold")
    shelves.holds.settle("hold", 60, "provider_usage")
    with pytest.raises(LimitReached):
        shelves.holds.admit(records.hold("next", amount_pusd=1, limits=(day_limit(50, spent=60),)))
    shelves.holds.admit(records.hold("raised", amount_pusd=40, limits=(day_limit(100, spent=60),)))
    assert balance(shelves, "budget/day/2026-11-21") == (40, 40)


def test_another_key_that_answered_is_charged_and_not_the_first(
    shelves: Shelves, holds: Holds, records: Records
) -> None:
    holds.dispatch("hold")
    holds.reroute("hold", key_id="other", model_ref="other/gpt-4o", price_json='{"new": 1}')
    rerouted = holds.get("hold")
    assert (rerouted.key_id, rerouted.price_json) == ("other", '{"new": 1}')
    holds.settle("hold", 42, "provider_usage")
    assert balance(shelves, "spent/key") == (0, 0)
    assert balance(shelves, "spent/other") == (-42, 0)


def test_a_hold_that_has_not_left_is_not_rerouted(holds: Holds) -> None:
    with pytest.raises(LedgerError):
        holds.reroute("hold", key_id="other", model_ref="other/m", price_json=None)
    assert holds.get("hold").key_id == "key"


def test_the_providers_id_of_a_call_is_kept_with_a_heartbeat_and_the_first_one_stays(
    shelves: Shelves, holds: Holds, records: Records
) -> None:
    holds.dispatch("hold")
    message_id = records.hold().message_id
    holds.heartbeat(message_id, 1)
    assert shelves.generations.id_of("hold") is None
    holds.heartbeat(message_id, 2, "gen-1")
    holds.heartbeat(message_id, 3, "gen-2")
    assert shelves.generations.id_of("hold") == "gen-1"
    assert shelves.generations.all_parked() == []


def test_a_call_parked_for_its_record_says_since_when_and_what_was_counted(
    shelves: Shelves, holds: Holds, records: Records
) -> None:
    holds.dispatch("hold")
    holds.park_for_lookup("hold", "gen-1", output_tokens=7, how=How.FAILED)
    (parked,) = shelves.generations.all_parked()
    assert parked == shelves.generations.parked("hold")
    assert (parked.generation_id, parked.output_tokens, parked.how) == ("gen-1", 7, How.FAILED)
    assert parked.parked_at == records.noon
    assert holds.get("hold").state is HoldState.UNKNOWN


def test_a_hold_that_ended_is_not_parked_for_its_record(shelves: Shelves, holds: Holds) -> None:
    holds.dispatch("hold")
    holds.settle("hold", 1, "provider_usage")
    with pytest.raises(LedgerError):
        holds.park_for_lookup("hold", "gen-1", output_tokens=7, how=How.DIED)
    assert shelves.generations.id_of("hold") is None


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_end_of_a_hold_forgets_its_record(shelves: Shelves, holds: Holds, end: object) -> None:
    holds.dispatch("hold")
    holds.park_for_lookup("hold", "gen-1", output_tokens=7, how=How.DIED)
    end(holds)
    assert shelves.generations.id_of("hold") is None


def test_a_call_that_is_asked_elsewhere_has_another_record(shelves: Shelves, holds: Holds) -> None:
    holds.dispatch("hold")
    holds.heartbeat("answer", 0, "gen-1")
    holds.reroute("hold", key_id="second", model_ref="second/m", price_json=None)
    assert shelves.generations.id_of("hold") is None
