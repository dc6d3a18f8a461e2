from __future__ import annotations

import pytest

from app.errors import LedgerError
from app.ledger.accounts import balances
from app.ledger.audit import audit
from app.ledger.corrections import correct
from tests.ledger.given import MINUTE, NOW, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Place


@pytest.fixture
def charge(place: Place) -> int:
    """The id of an entry that charged 60."""
    place.ledger.admit(a_call(openings=(window(),)))
    place.ledger.dispatch("hold-1", route="", owner="", lease_until=NOW + MINUTE)
    place.ledger.settle(an_end(charge=60))
    ((entry_id,),) = place.by_hand("SELECT id FROM ledger_entries WHERE kind = 'charge'")
    return int(entry_id)


def test_a_correction_gives_back_and_names_what_it_mends(place: Place, charge: int) -> None:
    mended = place.ledger.run(correct, charge, NOW, note="counted twice")
    assert place.ledger.read(balances, [WINDOW])[WINDOW].used == 0
    rows = place.by_hand(f"SELECT kind, corrects, hold_id FROM ledger_entries WHERE id = {mended}")
    assert rows == [("correction", charge, "hold-1")]
    assert place.ledger.read(audit, NOW) == ()


def test_an_entry_is_corrected_once(place: Place, charge: int) -> None:
    mended = place.ledger.run(correct, charge, NOW, note="")
    for entry_id in (charge, mended, 1, 99):
        with pytest.raises(LedgerError):
            place.ledger.run(correct, entry_id, NOW, note="")
    assert place.ledger.read(balances, [WINDOW])[WINDOW].free == 1000
