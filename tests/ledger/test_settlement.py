from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.errors import LedgerError
from app.ledger.accounts import balances, open_accounts
from app.ledger.audit import audit
from app.ledger.records import AccountKind, AdmitEnd, Division, Settle, Settled
from app.ledger.settlement import Loss, write_off
from app.metering.hold import Basis
from app.metering.payer import Unit
from tests.ledger.given import MINUTE, NOW, TOKENS, USD, WINDOW, a_call, window
from tests.ledger.ledgers import Ledger, Place

Free = Mapping[str, int | None]
PACK = "ann/pack"


@pytest.fixture
def running(ledger: Ledger) -> Ledger:
    """A window of 100 with 60 held by a call under way and 30 by another; a pack of 50."""
    pack = window(50, id_=PACK)
    assert ledger.admit(a_call("1", 60, openings=(window(100), pack))).end is AdmitEnd.HELD
    assert ledger.admit(a_call("2", 30)).end is AdmitEnd.HELD
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW + MINUTE)
    return ledger


def cost(ledger: Ledger, amount: int) -> Settled:
    """Settle at a cost that the window pays first and the pack after it."""

    def divide(free: Free) -> Division:
        left, charges = amount, {}
        for account in (WINDOW, PACK):
            charges[account] = min(left, free[account] or 0)
            left -= charges[account]
        return Division(charges, {TOKENS: left})

    return ledger.settle(
        Settle("hold-1", Basis.PROVIDER_USAGE, NOW, divide=divide, also_from=(PACK,))
    )


def used(ledger: Ledger) -> dict[str, int]:
    return {name: row.used for name, row in ledger.read(balances, [WINDOW, PACK]).items()}


def test_what_is_above_the_hold_comes_from_what_is_free(running: Ledger) -> None:
    assert cost(running, 90) == Settled("hold-1", {WINDOW: 70, PACK: 20})
    assert used(running) == {WINDOW: 70, PACK: 20}
    assert running.read(audit) == ()


def test_what_others_hold_is_never_taken_and_the_rest_is_written_off(place: Place) -> None:
    ledger = place.ledger
    ledger.admit(a_call("1", 60, openings=(window(100), window(50, id_=PACK))))
    ledger.admit(a_call("2", 30))
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW + MINUTE)
    assert cost(ledger, 125) == Settled("hold-1", {WINDOW: 70, PACK: 50}, {TOKENS: 5})
    lost = place.by_hand(
        "SELECT p.account, p.amount, e.hold_id FROM ledger_postings p JOIN ledger_entries e"
        " ON e.id = p.entry_id WHERE e.kind = 'write_off' ORDER BY p.account"
    )
    assert lost == [
        ("revenue/plan_tokens/2026-11-21", 5, "hold-1"),
        ("write_off/plan_tokens/2026-11-21", -5, "hold-1"),
    ]
    assert ledger.read(balances, [WINDOW])[WINDOW].held == 30
    assert ledger.read(audit) == ()


def test_a_division_within_the_hold_gives_the_rest_back(running: Ledger) -> None:
    assert cost(running, 10).charges == {WINDOW: 10}
    assert used(running) == {WINDOW: 10, PACK: 0}


@pytest.mark.parametrize(
    "division",
    [
        Division({WINDOW: 71}),
        Division({WINDOW: -1}),
        Division({"elsewhere": 1}),
        Division({WINDOW: 1.5}),  # type: ignore[dict-item]
        Division({WINDOW: 1}, {TOKENS: -1}),
    ],
)
def test_a_wrong_division_is_refused_and_changes_nothing(
    running: Ledger, division: Division
) -> None:
    order = Settle("hold-1", Basis.PROVIDER_USAGE, NOW, divide=lambda _: division)
    with pytest.raises(LedgerError):
        running.settle(order)
    assert used(running) == {WINDOW: 0, PACK: 0}
    assert running.read(audit) == ()


def test_a_call_takes_nothing_from_another_tenant(running: Ledger) -> None:
    running.run(open_accounts, [window(id_="bob", tenant="bob")], NOW)
    order = Settle(
        "hold-1",
        Basis.PROVIDER_USAGE,
        NOW,
        divide=lambda free: Division(dict.fromkeys(free, 1)),
        also_from=("bob",),
    )
    with pytest.raises(LedgerError, match="not ann's"):
        running.settle(order)


def test_what_only_counts_is_on_nobodys_revenue(place: Place) -> None:
    budget = window(None, id_="key", kind=AccountKind.SPENT, unit=USD)
    place.ledger.admit(a_call("1", draws={WINDOW: 9, "key": 9}, openings=(window(), budget)))
    place.ledger.dispatch("hold-1", route="", owner="", lease_until=NOW)
    place.ledger.settle(Settle("hold-1", Basis.INPUT_ONLY, NOW, {WINDOW: 3, "key": 4}))
    found = place.by_hand(
        "SELECT account, tenant, amount FROM ledger_postings p JOIN ledger_entries e"
        " ON e.id = entry_id WHERE e.kind = 'charge' ORDER BY account"
    )
    assert found == [
        (WINDOW, "ann", -3),
        ("counted/usd/2026-11-21", "", 4),
        ("key", "ann", -4),
        ("revenue/plan_tokens/2026-11-21", "", 3),
    ]


def test_what_a_provider_bills_for_a_released_call_is_written_off(place: Place) -> None:
    place.ledger.run(open_accounts, [window()], NOW)
    place.ledger.admit(a_call("1"))
    place.ledger.run(write_off, Loss("hold-1", Unit.PICODOLLARS, 77, "billed all the same"), NOW)
    assert place.by_hand("SELECT kind, hold_id, note FROM ledger_entries WHERE id > 1") == [
        ("write_off", "hold-1", "billed all the same")
    ]
    assert place.ledger.read(audit) == ()
