"""The same machine with payment processors in between: twice, late, in any order, wrong."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import initialize, invariant, rule

from app.ledger import payments
from app.ledger.payments import PaymentEnd
from app.ledger.records import AccountKind, HeldDraw
from tests.ledger.crashing import Crash, cut_short
from tests.ledger.machine import TENANTS, CallMachine
from tests.ledger.plain_book import PlainPayment

# Some come often, so that one and the same is spent, refunded and disputed.
PAYMENTS = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4])
# The second is one that a float cannot say.
GRANTED = (900, 2**53 + 1, 1_000, 3, 901)


class LedgerMachine(CallMachine):
    """Calls and payments of two tenants; five purchases, each known from the first word of it."""

    @initialize(data=st.data())
    def something_was_bought_and_is_being_spent(self, data: st.DataObject) -> None:
        for number, tenant in enumerate(TENANTS):
            self.a_payment_is_complete(number, "completed")
            bought = f"{tenant}/bought/0"
            call = self._call(data, tenant, f"spent-{number}", "a", most=600)
            draw = HeldDraw(bought, data.draw(st.integers(1, 800)))
            self._admit(replace(call, draws=(draw,)))
            self._dispatch(call.hold_id, "one")

    def _payment(self, number: int) -> str:
        """One of the purchases that these tests know, made when it is first spoken of."""
        name = f"pi_{number}"
        tenant = TENANTS[number % 2]
        if name not in self.book.payments:
            wallet = f"{tenant}/bought/{number // 2}"
            self.book.payments[name] = PlainPayment(tenant, wallet, GRANTED[number], 500)
        return name

    def _event(self, name: str, event_id: str) -> payments.Event:
        return payments.Event("stripe", "live", event_id, "any", name, self.now)

    def _sold(self, name: str) -> payments.Sold:
        payment = self.book.payments[name]
        wallet = self._opening(payment.wallet, AccountKind.WALLET, 0)
        return payments.Sold("price_1", payment.paid_minor, "usd", "live", wallet, payment.granted)

    @rule(number=PAYMENTS, which=st.sampled_from(["completed", "async"]))
    def a_payment_is_complete(self, number: int, which: str) -> None:
        name = self._payment(number)
        event, sold = self._event(name, f"{which}/{name}"), self._sold(name)
        answer = self.place.ledger.run(
            payments.credit, event, payments.Paid("price_1", sold.amount_minor, "USD"), sold
        )
        if not self.book.is_new(event.event_id):
            assert answer.end is PaymentEnd.REPEATED, "invariant_8: an event counted twice"
            return
        if sold.wallet.id not in self.book.accounts:
            self.book.open(sold.wallet)
        credited = self.book.credit(name)
        expected = PaymentEnd.CREDITED if credited else PaymentEnd.CREDITED_BEFORE
        assert answer.end is expected, f"invariant_8: {answer.end} and not {expected}"

    @rule(
        number=PAYMENTS,
        wrong=st.sampled_from(["mode", "amount", "currency", "price", "unknown", "seller"]),
    )
    def invariant_10_what_does_not_fit_credits_nothing(self, number: int, wrong: str) -> None:
        name = self._payment(number)
        sold = self._sold(name)
        event = self._event(name, f"wrong/{next(self.serial)}")
        paid = payments.Paid("price_1", sold.amount_minor, "usd")
        match wrong:
            case "mode":
                event = replace(event, mode="test")
            case "amount":
                paid = replace(paid, amount_minor=sold.amount_minor - 1)
            case "currency":
                paid = replace(paid, currency="eur")
            case "price":
                paid = replace(paid, price="price_2")
            case "seller":
                event = replace(event, seller="another")
        answer = self.place.ledger.run(
            payments.credit, event, paid, None if wrong == "unknown" else sold
        )
        assert (answer.end, bool(answer.reason)) == (PaymentEnd.SET_ASIDE, True)

    @rule(number=PAYMENTS, total=st.sampled_from([1, 100, 250, 500, 700]))
    def a_refund(self, number: int, total: int) -> None:
        name = self._payment(number)
        event = self._event(name, f"refund/{name}/{total}")
        answer = self.place.ledger.run(payments.refund, event, total_minor=total, currency="usd")
        if not self.book.is_new(event.event_id):
            assert answer.end is PaymentEnd.REPEATED, "invariant_8: an event counted twice"
            return
        assert answer.end is PaymentEnd.RECORDED
        payment = self.book.payments[name]
        payment.refunded = max(payment.refunded, total)
        self._taken_back(payment)

    @rule(
        number=PAYMENTS, dispute=st.sampled_from(["d1", "d2"]),
        state=st.sampled_from(list(payments.DisputeState)),
    )  # fmt: skip
    def a_dispute(self, number: int, dispute: str, state: payments.DisputeState) -> None:
        name = self._payment(number)
        event = self._event(name, f"dispute/{name}/{dispute}/{state}")
        answer = self.place.ledger.run(
            payments.dispute, event, dispute_id=dispute, amount_minor=300, currency="usd",
            state=state,
        )  # fmt: skip
        if not self.book.is_new(event.event_id):
            assert answer.end is PaymentEnd.REPEATED, "invariant_8: an event counted twice"
            return
        payment = self.book.payments[name]
        order = ["open", "won", "lost"]
        before = payment.disputes.get(dispute, (0, "open"))[1]
        payment.disputes[dispute] = (300, max(before, str(state), key=order.index))
        self._taken_back(payment)

    def _taken_back(self, payment: PlainPayment) -> None:
        if payment.credited:
            self.book.square(payment.tenant)

    @rule(after=st.integers(0, 20), number=PAYMENTS)
    def a_crash_while_crediting(self, after: int, number: int) -> None:
        name = self._payment(number)
        event, sold = self._event(name, f"crash/{next(self.serial)}"), self._sold(name)
        with pytest.raises(Crash):
            self.place.ledger.run(
                cut_short(payments.credit, after),
                event, payments.Paid("price_1", sold.amount_minor, "usd"), sold,
            )  # fmt: skip

    @invariant()
    def invariant_11_what_was_taken_back_is_as_the_book_says(self) -> None:
        rows = self.place.by_hand("SELECT payment, taken_back FROM ledger_credits")
        assert dict(rows) == {
            name: payment.taken_back
            for name, payment in self.book.payments.items()
            if payment.credited
        }

    @invariant()
    def invariant_11_debts_are_as_the_book_says(self) -> None:
        rows = self.place.by_hand(
            "SELECT tenant, -posted FROM ledger_accounts WHERE kind = 'debt' AND posted < 0"
        )
        assert dict(rows) == {name: owed for name, owed in self.book.debts.items() if owed}
