from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from app.errors import LedgerError
from app.ledger.accounts import accounts_of, balances, open_accounts
from app.ledger.audit import audit
from app.ledger.calls import release
from app.ledger.debts import debt_account
from app.ledger.payments import (
    DisputeState,
    Event,
    Paid,
    PaymentAnswer,
    PaymentEnd,
    Sold,
    credit,
    dispute,
    refund,
)
from app.ledger.records import AccountKind, AdmitEnd, Settle
from app.metering.hold import Basis
from tests.ledger.given import MINUTE, NOW, TOKENS, a_call, window
from tests.ledger.ledgers import Ledger, Place

PAID = Paid("price_5", 500, "usd")
PACK = "ann/pack"


def event(id_: str, payment: str = "pay_1", **changed: Any) -> Event:
    return replace(Event("stripe", "live", id_, "paid", payment, NOW), **changed)


def sold(account: str = PACK, granted: int = 1000) -> Sold:
    wallet = window(0, id_=account, kind=AccountKind.WALLET)
    return Sold("price_5", 500, "usd", "live", wallet, granted)


def bought(ledger: Ledger, payment: str = "pay_1", account: str = PACK) -> PaymentAnswer:
    return ledger.run(credit, event(f"evt_{payment}", payment), PAID, sold(account))


def refunded(ledger: Ledger, total: int, id_: str = "evt_r", payment: str = "pay_1") -> None:
    ledger.run(refund, event(id_, payment), total_minor=total, currency="USD")


def spent(ledger: Ledger, amount: int, account: str = PACK, name: str = "spent") -> None:
    assert ledger.admit(a_call(name, draws={account: amount})).end is AdmitEnd.HELD
    ledger.dispatch(f"hold-{name}", route="", owner="", lease_until=NOW + MINUTE)
    ledger.settle(Settle(f"hold-{name}", Basis.PROVIDER_USAGE, NOW, {account: amount}))


def has(ledger: Ledger, account: str = PACK) -> int | None:
    return ledger.read(balances, [account])[account].free


def owes(ledger: Ledger) -> int:
    name = debt_account("ann", TOKENS)
    found = ledger.read(balances, [name])
    return -found[name].posted if name in found else 0


def test_a_payment_is_credited_with_what_the_catalog_gives(place: Place) -> None:
    assert bought(place.ledger).end is PaymentEnd.CREDITED
    assert has(place.ledger) == 1000
    rows = place.by_hand("SELECT account, amount FROM ledger_postings ORDER BY account")
    assert rows == [(PACK, 1000), ("cash/plan_tokens/2026-11-21/stripe", -1000)]


def test_an_event_that_comes_again_credits_nothing(ledger: Ledger) -> None:
    bought(ledger)
    assert bought(ledger).end is PaymentEnd.REPEATED
    assert has(ledger) == 1000


def test_two_events_of_one_payment_credit_it_once(ledger: Ledger) -> None:
    bought(ledger)
    again = ledger.run(credit, event("evt_async_succeeded"), PAID, sold())
    assert again.end is PaymentEnd.CREDITED_BEFORE
    assert has(ledger) == 1000
    assert ledger.read(audit) == ()


@pytest.mark.parametrize(
    ("event_", "paid", "named"),
    [
        (event("e", mode="test"), PAID, "mode is test and not live"),
        (event("e", seller="other"), PAID, "account is other"),
        (event("e"), replace(PAID, price="price_1"), "price is price_1"),
        (event("e"), replace(PAID, amount_minor=499), "amount is 499 and not 500"),
        (event("e"), replace(PAID, amount_minor=50000), "amount is 50000"),
        (event("e"), replace(PAID, currency="eur"), "currency is eur and not usd"),
    ],
)
def test_what_is_not_what_is_sold_is_set_aside(
    ledger: Ledger, event_: Event, paid: Paid, named: str
) -> None:
    ledger.run(open_accounts, [sold().wallet], NOW)
    answer = ledger.run(credit, event_, paid, sold())
    assert answer.end is PaymentEnd.SET_ASIDE
    assert named in answer.reason
    assert has(ledger) == 0
    assert ledger.run(credit, event_, paid, sold()).end is PaymentEnd.REPEATED


def test_a_price_that_nobody_sells_is_set_aside(ledger: Ledger) -> None:
    assert ledger.run(credit, event("e"), PAID, None).end is PaymentEnd.SET_ASIDE
    assert ledger.read(accounts_of, "ann") == ()


def test_what_fails_half_way_can_be_tried_again(place: Place) -> None:
    broken = replace(sold(), wallet=window(7, id_=PACK, kind=AccountKind.WALLET))
    with pytest.raises(LedgerError):
        place.ledger.run(credit, event("evt_pay_1"), PAID, broken)
    assert place.by_hand("SELECT count(*) FROM ledger_events") == [(0,)]
    assert bought(place.ledger).end is PaymentEnd.CREDITED


def test_a_refund_takes_back_what_is_unspent_and_the_rest_is_owed(ledger: Ledger) -> None:
    bought(ledger)
    spent(ledger, 600)
    refunded(ledger, 500)
    assert (has(ledger), owes(ledger)) == (0, 600)
    assert ledger.read(audit, NOW) == ()


def test_refund_totals_are_totals_and_only_grow(ledger: Ledger) -> None:
    bought(ledger)
    refunded(ledger, 200, "evt_r1")
    assert has(ledger) == 600
    refunded(ledger, 300, "evt_r2")
    assert has(ledger) == 400
    refunded(ledger, 200, "evt_late")
    assert has(ledger) == 400
    refunded(ledger, 9999, "evt_r3")
    assert (has(ledger), owes(ledger)) == (0, 0)


def test_a_refund_in_another_currency_or_mode_takes_nothing(ledger: Ledger) -> None:
    bought(ledger)
    ledger.run(refund, event("r1"), total_minor=500, currency="eur")
    ledger.run(refund, event("r2", mode="test"), total_minor=500, currency="usd")
    assert has(ledger) == 1000


def test_who_owes_is_not_admitted_and_pays_with_the_next_purchase(ledger: Ledger) -> None:
    bought(ledger)
    spent(ledger, 600)
    refunded(ledger, 500)
    ledger.run(open_accounts, [window()], NOW)
    assert ledger.admit(a_call(amount=1)).end is AdmitEnd.IN_DEBT
    bought(ledger, "pay_2", "ann/pack-2")
    assert (has(ledger, "ann/pack-2"), owes(ledger)) == (400, 0)
    assert ledger.admit(a_call(amount=1)).end is AdmitEnd.HELD


def test_what_a_running_call_gives_back_is_taken_for_the_refund(ledger: Ledger) -> None:
    bought(ledger)
    ledger.admit(a_call("1", draws={PACK: 700}))
    ledger.admit(a_call("2", draws={PACK: 300}))
    refunded(ledger, 500)
    assert (has(ledger), owes(ledger)) == (0, 1000)
    ledger.run(release, "hold-2", now=NOW)
    ledger.dispatch("hold-1", route="", owner="", lease_until=NOW + MINUTE)
    ledger.settle(Settle("hold-1", Basis.PROVIDER_USAGE, NOW, {PACK: 100}))
    assert (has(ledger), owes(ledger)) == (0, 100)
    assert ledger.read(audit, NOW) == ()


def test_a_dispute_takes_back_and_gives_back_where_it_is_won(ledger: Ledger) -> None:
    bought(ledger)
    spent(ledger, 600)

    def disputed(id_: str, state: DisputeState) -> None:
        ledger.run(
            dispute, event(id_), dispute_id="dp_1", amount_minor=500, currency="usd", state=state
        )

    disputed("evt_d1", DisputeState.OPEN)
    assert (has(ledger), owes(ledger)) == (0, 600)
    disputed("evt_d2", DisputeState.WON)
    assert (has(ledger), owes(ledger)) == (400, 0)
    disputed("evt_d3", DisputeState.OPEN)
    assert (has(ledger), owes(ledger)) == (400, 0)
    assert ledger.read(audit, NOW) == ()


def test_a_payment_that_is_refunded_and_disputed_is_taken_back_once(ledger: Ledger) -> None:
    bought(ledger)
    refunded(ledger, 400)
    ledger.run(
        dispute,
        event("evt_d"),
        dispute_id="dp",
        amount_minor=500,
        currency="usd",
        state=DisputeState.LOST,
    )
    assert (has(ledger), owes(ledger)) == (0, 0)


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
def test_the_end_depends_on_the_events_and_not_on_their_order(
    place: Place, order: tuple[int, ...]
) -> None:
    ledger = place.ledger
    ledger.run(open_accounts, [sold("ann/a").wallet, sold("ann/b").wallet], NOW)
    bought(ledger, "pay_0", "ann/a")
    spent(ledger, 900, "ann/a")

    def lost() -> None:
        disputed = event("evt_d", "pay_0")
        state = DisputeState.OPEN
        ledger.run(dispute, disputed, dispute_id="d", amount_minor=250, currency="usd", state=state)

    steps = [
        lambda: bought(ledger, "pay_1", "ann/b"),
        lambda: bought(ledger, "pay_2", "ann/c"),
        lambda: refunded(ledger, 500, "evt_r0", "pay_0"),
        lambda: refunded(ledger, 100, "evt_r1", "pay_1"),
        lost,
    ]
    for index in (*order, *order):
        steps[index]()
    found = {row.id: row.posted for row in ledger.read(accounts_of, "ann") if row.posted}
    assert found == {"ann/c": 900}
    assert ledger.read(audit, NOW) == ()
