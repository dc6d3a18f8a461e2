from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import StoreError
from app.metering.hold import HoldState
from app.store.holds import Holds
from app.store.shelves import Shelves
from tests.store.given import Records

ENDS = {
    "release": lambda holds: holds.release("hold", proof=True),
    "settle": lambda holds: holds.settle("hold", 1, "provider_usage"),
}


@pytest.fixture
def holds(shelves: Shelves, records: Records) -> Holds:
    shelves.holds.admit(records.hold())
    return shelves.holds


def test_a_hold_comes_back_as_it_was_admitted(holds: Holds, records: Records) -> None:
    assert holds.get("hold") == records.hold()


def test_a_negative_hold_is_refused(shelves: Shelves, records: Records) -> None:
    with pytest.raises(StoreError):
        shelves.holds.admit(records.hold(amount_pusd=-1))


def test_a_hold_begins_as_held(shelves: Shelves, records: Records) -> None:
    with pytest.raises(StoreError):
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
    with pytest.raises(StoreError):
        holds.settle("hold", 1, "provider_usage")


def test_a_hold_is_dispatched_once(holds: Holds) -> None:
    holds.dispatch("hold")
    with pytest.raises(StoreError):
        holds.dispatch("hold")


def test_a_held_hold_is_released_without_proof(holds: Holds) -> None:
    holds.release("hold")
    assert holds.get("hold").state is HoldState.RELEASED


@pytest.mark.parametrize("parked", [False, True])
def test_a_hold_that_left_is_released_only_with_proof(holds: Holds, parked: bool) -> None:
    holds.dispatch("hold")
    if parked:
        holds.park("hold")
    with pytest.raises(StoreError):
        holds.release("hold")
    holds.release("hold", proof=True)
    assert holds.get("hold").state is HoldState.RELEASED


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", [*ENDS, "dispatch", "park"])
def test_a_hold_ends_exactly_once(holds: Holds, first: str, second: str) -> None:
    holds.dispatch("hold")
    ENDS[first](holds)
    ended = holds.get("hold")
    steps = ENDS | {"dispatch": lambda h: h.dispatch("hold"), "park": lambda h: h.park("hold")}
    with pytest.raises(StoreError):
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


def test_a_sweep_releases_what_never_left_and_parks_what_did(
    shelves: Shelves, records: Records
) -> None:
    for id_ in ("stayed", "left", "done"):
        shelves.holds.admit(records.hold(id_))
    for id_ in ("left", "done"):
        shelves.holds.dispatch(id_)
    shelves.holds.settle("done", 1, "provider_usage")
    parked = shelves.holds.sweep()
    assert [(hold.id, hold.state) for hold in parked] == [("left", HoldState.UNKNOWN)]
    assert shelves.holds.get("stayed").state is HoldState.RELEASED
    assert shelves.holds.get("done").state is HoldState.SETTLED


def test_a_second_sweep_changes_nothing(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold())
    shelves.holds.dispatch("hold")
    assert shelves.holds.sweep() == shelves.holds.sweep()


def test_the_newest_hold_of_a_message_is_its_own(shelves: Shelves, records: Records) -> None:
    shelves.holds.admit(records.hold("first"))
    shelves.holds.release("first")
    shelves.holds.admit(records.hold("second"))
    assert shelves.holds.for_message("answer").id == "second"
    assert [hold.id for hold in shelves.holds.open_holds()] == ["second"]


def test_a_hold_that_is_not_there_says_so(shelves: Shelves) -> None:
    with pytest.raises(StoreError, match="not there"):
        shelves.holds.dispatch("nothing")
