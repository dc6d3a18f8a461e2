from __future__ import annotations

import pytest

from app.ledger.accounts import balances
from app.ledger.audit import audit
from app.ledger.payments import Event, Paid, Sold, credit
from app.ledger.rebuild import rebuild
from app.ledger.records import AccountKind
from tests.ledger.given import MINUTE, NOW, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Place

OF_ANN = f"account {WINDOW}"
WALLET = window(0, id_="ann/pack", kind=AccountKind.WALLET)


@pytest.fixture
def busy(place: Place) -> Place:
    """A ledger with a charge, an open hold of each state, and a payment."""
    ledger = place.ledger
    for name in ("1", "2", "3"):
        ledger.admit(a_call(name, openings=(window(),)))
    for name in ("1", "2"):
        ledger.dispatch(f"hold-{name}", route="r", owner="o", lease_until=NOW + MINUTE)
    ledger.settle(an_end("1", 60))
    ledger.admit(
        a_call("bob", tenant="bob", draws={"bob": 5}, openings=(window(id_="bob", tenant="bob"),))
    )
    event = Event("stripe", "test", "evt_1", "paid", "pay_1", NOW)
    ledger.run(credit, event, Paid("p", 500, "usd"), Sold("p", 500, "usd", "test", WALLET, 200))
    assert ledger.read(audit) == ()
    return place


def unlocked(place: Place, table: str) -> None:
    """Take the guards away, as whoever writes by hand can."""
    if place.name == "postgres":
        place.by_hand(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for (name,) in place.by_hand(
            f"SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass"
            " AND contype IN ('c', 'u')"
        ):
            place.by_hand(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        return
    for (name,) in place.by_hand(
        f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
    ):
        place.by_hand(f"DROP TRIGGER {name}")
    place.by_hand("PRAGMA ignore_check_constraints = ON")


@pytest.mark.parametrize(
    ("table", "change", "invariant", "where"),
    [
        ("postings", "UPDATE {} SET amount = 7 WHERE account = {w} AND amount < 0", 1, "entry"),
        ("postings", "DELETE FROM {} WHERE account LIKE 'revenue%'", 1, "journal"),
        ("postings", "DELETE FROM {} WHERE entry_id = 1", 1, "entry 1"),
        ("entries", "DELETE FROM {} WHERE kind = 'charge'", 1, "posting"),
        ("accounts", "UPDATE {} SET posted = posted + 1 WHERE id = {w}", 2, OF_ANN),
        ("accounts", "UPDATE {} SET held = held - 1 WHERE id = {w}", 2, OF_ANN),
        ("hold_draws", "UPDATE {} SET amount = 99 WHERE hold_id = 'hold-2'", 2, OF_ANN),
        ("accounts", "UPDATE {} SET held = 5000 WHERE id = {w}", 3, OF_ANN),
        ("accounts", "UPDATE {} SET granted = 259 WHERE id = {w}", 12, OF_ANN),
        ("accounts", "UPDATE {} SET granted = 9000 WHERE id = {w}", 13, OF_ANN),
        ("accounts", "UPDATE {} SET taken = 1 WHERE id = 'ann/pack'", 13, "account ann/pack"),
        ("holds", "UPDATE {} SET state = 'dispatched' WHERE id = 'hold-1'", 4, "hold hold-1"),
        ("hold_draws", "UPDATE {} SET charged = 61 WHERE hold_id = 'hold-1'", 5, "hold hold-1"),
        ("hold_draws", "UPDATE {} SET charged = 1 WHERE hold_id = 'hold-2'", 5, "hold hold-2"),
        ("holds", "UPDATE {} SET attempt = 0 WHERE id = 'hold-1'", 6, "hold hold-1"),
        ("holds", "UPDATE {} SET state = 'unknown' WHERE id = 'hold-1'", 7, "entry"),
        ("holds", "UPDATE {} SET attempt = 2 WHERE id = 'hold-2'", 7, "hold hold-2"),
        ("events", "UPDATE {} SET handled = 0", 8, "event stripe/test/evt_1"),
        ("events", "UPDATE {} SET outcome = 'set_aside'", 8, "credit stripe/pay_1/purchase"),
        ("credits", "UPDATE {} SET granted = 201", 8, "credit stripe/pay_1/purchase"),
        ("credits", "DELETE FROM {}", 8, "event stripe/test/evt_1"),
        ("credits", "UPDATE {} SET taken_back = 201", 11, "credit stripe/pay_1/purchase"),
        ("credits", "UPDATE {} SET taken_back = 50", 11, "tenant ann"),
        ("accounts", "UPDATE {} SET tenant = 'bob' WHERE id = {w}", 15, "posting"),
        ("accounts", "UPDATE {} SET tenant = 'ann' WHERE id = 'bob'", 15, "hold hold-bob"),
        ("credits", "UPDATE {} SET tenant = 'bob'", 15, "credit stripe/pay_1/purchase"),
    ],
)  # fmt: skip
def test_a_row_that_was_changed_by_hand_is_found_and_named(
    busy: Place, table: str, change: str, invariant: int, where: str
) -> None:
    unlocked(busy, f"ledger_{table}")
    busy.by_hand(change.format(f"ledger_{table}", w=f"'{WINDOW}'"))
    found = busy.ledger.read(audit)
    assert [each for each in found if each.invariant == invariant and each.where.startswith(where)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_postings SET amount = 1",
        "DELETE FROM ledger_postings",
        "UPDATE ledger_entries SET note = 'x'",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_holds",
        "UPDATE ledger_holds SET flagged = 'x' WHERE id = 'hold-1'",
        (
            "UPDATE ledger_holds SET state = 'settled', basis = 'input_only', ended_ms = 1,"
            " attempt = 1, lease_ms = 1 WHERE id = 'hold-3'"
        ),
        "UPDATE ledger_holds SET state = 'released', ended_ms = 1 WHERE id = 'hold-2'",
        "UPDATE ledger_holds SET frozen = 'x' WHERE id = 'hold-2'",
        "UPDATE ledger_hold_draws SET charged = 1 WHERE hold_id = 'hold-1'",
        "UPDATE ledger_accounts SET held = -1",
        "UPDATE ledger_accounts SET posted = 1",
        "UPDATE ledger_accounts SET tenant = 'x'",
        "UPDATE ledger_credits SET taken_back = 201",
        "INSERT INTO ledger_entries (at_ms, kind, hold_id) VALUES (1, 'charge', 'hold-1')",
        "UPDATE ledger_refunds SET amount_minor = -1",
    ],
)
def test_the_database_itself_refuses_what_must_never_happen(busy: Place, change: str) -> None:
    with pytest.raises(busy.refusals):
        busy.by_hand(change)
    assert busy.ledger.read(audit) == ()


def test_balances_are_rebuilt_from_the_journal_and_the_holds(busy: Place) -> None:
    before = busy.ledger.read(balances, [WINDOW, "bob", "ann/pack"])
    unlocked(busy, "ledger_accounts")
    busy.by_hand(f"UPDATE ledger_accounts SET posted = 7, held = 1 WHERE id = '{WINDOW}'")
    busy.by_hand("UPDATE ledger_accounts SET granted = 3, taken = 4 WHERE id = 'ann/pack'")
    assert busy.ledger.run(rebuild) == (WINDOW, "ann/pack")
    assert busy.ledger.read(balances, list(before)) == before
    assert busy.ledger.run(rebuild) == ()
    assert busy.ledger.read(audit) == ()


def test_after_the_deadline_an_open_hold_is_a_finding(busy: Place) -> None:
    assert busy.ledger.read(audit, NOW) == ()
    found = busy.ledger.read(audit, NOW + MINUTE)
    assert [(each.invariant, each.where) for each in found] == [
        (4, "hold hold-2"),
        (4, "hold hold-3"),
        (4, "hold hold-bob"),
    ]
