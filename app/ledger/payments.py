"""What payment processors tell us: credit for a payment, refunds and disputes, once each.

One transaction holds the event, its effect and the mark that it was handled: a failure undoes all
of it, and the processor's next try works. What the signature says was checked before. Events may
come late, twice and in any order; the end is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.errors import LedgerError
from app.ledger.accounts import locked, open_accounts, regrant
from app.ledger.debts import square
from app.ledger.posting import post, system_account
from app.ledger.records import AccountKind, EntryKind, Opening, Posting
from app.ledger.rows import ms_from, whole
from app.ledger.steps import Sql, Steps


@dataclass(frozen=True, slots=True)
class Event:
    """One message of a processor. `payment` names what was paid, the same in all its events.

    `mode` is live or test, `seller` our account there (may be empty where there is only one).
    """

    processor: str
    mode: str
    event_id: str
    kind: str
    payment: str
    at: datetime
    seller: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What the event says was paid: for which price, in the currency's smallest coin."""

    price: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Sold:
    """What the catalog says about the price: what it costs, where, and what it gives.

    `wallet` is opened without a grant where it is not there. One payment is credited once for
    each `kind`.
    """

    price: str
    amount_minor: int
    currency: str
    mode: str
    wallet: Opening
    granted: int
    seller: str = ""
    kind: str = "purchase"


class PaymentEnd(StrEnum):
    CREDITED = "credited"
    REPEATED = "repeated"  # this very event was handled before
    CREDITED_BEFORE = "credited_before"  # another event of this payment was
    SET_ASIDE = "set_aside"  # no credit: a person has to look at it
    RECORDED = "recorded"  # a refund or a dispute, as far as its payment is here; what else it says


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """How an event ended, and why where it was set aside."""

    end: PaymentEnd
    reason: str = ""


def mismatch(event: Event, paid: Paid, sold: Sold | None) -> str:
    """Why there is no credit; empty where all that was paid is what the catalog sells."""
    if sold is None:
        return f"no price {paid.price} is for sale"
    pairs = (
        ("mode", event.mode, sold.mode),
        ("account", event.seller, sold.seller),
        ("price", paid.price, sold.price),
        ("currency", paid.currency.lower(), sold.currency.lower()),
        ("amount", paid.amount_minor, sold.amount_minor),
    )
    wrong = [f"{name} is {is_} and not {should}" for name, is_, should in pairs if is_ != should]
    return ", ".join(wrong)


def credit(event: Event, paid: Paid, sold: Sold | None) -> Steps[PaymentAnswer]:
    """Credit a payment that is complete, with what the catalog gives for it, once.

    What a refund asked back before is taken from it at once, what the tenant owes is paid first.
    """
    if not (yield from _begin(event)):
        return PaymentAnswer(PaymentEnd.REPEATED)
    reason = mismatch(event, paid, sold)
    if sold is None or reason:
        return (yield from _handled(event, PaymentAnswer(PaymentEnd.SET_ASIDE, reason)))
    _refuse_odd(sold)
    yield from _total(event, sold.currency, "", 0, "refunded")
    yield from open_accounts([sold.wallet], event.at)
    yield from locked([sold.wallet.id], sold.wallet.tenant)
    known = yield Sql(
        "SELECT 1 FROM ledger_credits WHERE processor = ? AND payment = ? AND kind = ?",
        (event.processor, event.payment, sold.kind),
    )
    if known:
        return (yield from _handled(event, PaymentAnswer(PaymentEnd.CREDITED_BEFORE)))
    yield from _credit(event, sold)
    yield from _take_back(event, sold.currency)
    yield from square(sold.wallet.tenant, event.at, processor=event.processor)
    return (yield from _handled(event, PaymentAnswer(PaymentEnd.CREDITED)))


def refund(event: Event, *, total_minor: int, currency: str) -> Steps[PaymentAnswer]:
    """What was refunded of a payment in all so far: never less than before.

    What is unspent of it is taken back; the rest is owed. A currency that is not the payment's
    takes nothing back.
    """
    whole(total_minor, "What was refunded")
    if not (yield from _begin(event)):
        return PaymentAnswer(PaymentEnd.REPEATED)
    yield from _total(event, currency, "", total_minor, "refunded")
    return (yield from _asked_back(event, currency))


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"  # the money is ours again
    LOST = "lost"


def dispute(
    event: Event, *, dispute_id: str, amount_minor: int, currency: str, state: DisputeState
) -> Steps[PaymentAnswer]:
    """A chargeback. Its amount is taken back as a refund's, and given back where it is won."""
    whole(amount_minor, "What is disputed")
    if not dispute_id:
        raise LedgerError("A dispute has to have an id.")
    if not (yield from _begin(event)):
        return PaymentAnswer(PaymentEnd.REPEATED)
    yield from _total(event, currency, dispute_id, amount_minor, str(state))
    return (yield from _asked_back(event, currency))


def set_aside(event: Event, reason: str) -> Steps[PaymentAnswer]:
    """Remember an event that has no effect, and why, so that it is looked at once."""
    if not (yield from _begin(event)):
        return PaymentAnswer(PaymentEnd.REPEATED)
    return (yield from _handled(event, PaymentAnswer(PaymentEnd.SET_ASIDE, reason)))


def record(event: Event, effect: Callable[[], Steps[None]]) -> Steps[PaymentAnswer]:
    """An event that moves nothing in the books, such as a subscription's: its effect on rows of
    the caller's own, once."""
    if not (yield from _begin(event)):
        return PaymentAnswer(PaymentEnd.REPEATED)
    yield from effect()
    return (yield from _handled(event, PaymentAnswer(PaymentEnd.RECORDED)))


def _begin(event: Event) -> Steps[bool]:
    """False where the event was handled before; another one that runs now is waited for."""
    if not (event.processor and event.mode and event.event_id and event.payment):
        raise LedgerError("An event has to say processor, mode, its id and its payment.")
    rows = yield Sql(
        "INSERT INTO ledger_events (processor, mode, event_id, kind, payment, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING event_id",
        (
            event.processor,
            event.mode,
            event.event_id,
            event.kind,
            event.payment,
            ms_from(event.at),
        ),
    )
    return bool(rows)


def _handled(event: Event, answer: PaymentAnswer) -> Steps[PaymentAnswer]:
    yield Sql(
        "UPDATE ledger_events SET handled = 1, outcome = ?, reason = ?"
        " WHERE processor = ? AND mode = ? AND event_id = ?",
        (str(answer.end), answer.reason, event.processor, event.mode, event.event_id),
    )
    return answer


def _refuse_odd(sold: Sold) -> None:
    whole(sold.granted, "What a payment gives")
    if not sold.granted or sold.amount_minor <= 0:
        raise LedgerError("What is sold has to give something and to cost something.")
    if sold.wallet.kind is not AccountKind.WALLET or sold.wallet.granted != 0:
        raise LedgerError("A payment is credited to a wallet that is opened empty.")


def _total(event: Event, currency: str, dispute_id: str, amount: int, state: str) -> Steps[None]:
    """Keep the highest total and the latest state; until the transaction ends, no other event of
    the payment gets past this row."""
    rank = "CASE {} WHEN 'lost' THEN 2 WHEN 'open' THEN 0 ELSE 1 END"
    new, old = (rank.format(f"{row}.state") for row in ("excluded", "ledger_refunds"))
    yield Sql(
        "INSERT INTO ledger_refunds (processor, mode, payment, currency, dispute, amount_minor,"
        " state, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (processor, mode, payment, currency, dispute) DO UPDATE SET amount_minor ="
        " CASE WHEN excluded.amount_minor > ledger_refunds.amount_minor"
        " THEN excluded.amount_minor ELSE ledger_refunds.amount_minor END,"
        f" state = CASE WHEN {new} > {old} THEN excluded.state ELSE ledger_refunds.state END",
        (
            event.processor,
            event.mode,
            event.payment,
            currency.lower(),
            dispute_id,
            amount,
            state,
            ms_from(event.at),
        ),
    )


def _credit(event: Event, sold: Sold) -> Steps[None]:
    wallet = sold.wallet
    cash = system_account(AccountKind.CASH, wallet.unit, event.at, event.processor)
    postings = (
        Posting(wallet.id, wallet.tenant, wallet.unit, sold.granted),
        Posting(cash, "", wallet.unit, -sold.granted),
    )
    entry_id = yield from post(EntryKind.CREDIT, event.at, postings, note=event.payment)
    yield from regrant(wallet.id, sold.granted)
    yield Sql(
        "INSERT INTO ledger_credits (processor, payment, kind, mode, event_id, price,"
        " amount_minor, currency, tenant, account, unit, granted, entry_id, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.processor,
            event.payment,
            sold.kind,
            event.mode,
            event.event_id,
            sold.price,
            sold.amount_minor,
            sold.currency.lower(),
            wallet.tenant,
            wallet.id,
            str(wallet.unit),
            sold.granted,
            entry_id,
            ms_from(event.at),
        ),
    )


def _asked_back(event: Event, currency: str) -> Steps[PaymentAnswer]:
    # The totals' row of refunds is what all events of a payment wait for.
    yield from _total(event, currency, "", 0, "refunded")
    tenants = yield from _take_back(event, currency)
    for tenant in tenants:
        yield from square(tenant, event.at, processor=event.processor)
    return (yield from _handled(event, PaymentAnswer(PaymentEnd.RECORDED)))


def taken_back_of(granted: int, paid_minor: int, asked_back_minor: int) -> int:
    """What a refund in all takes back of what a payment gave: its share, rounded down."""
    return granted * min(asked_back_minor, paid_minor) // paid_minor


def _take_back(event: Event, currency: str) -> Steps[Sequence[str]]:
    """Bring the payment's credits to what is asked back of it; the tenants that it concerns."""
    asked = yield Sql(
        "SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM ledger_refunds"
        " WHERE processor = ? AND mode = ? AND payment = ? AND currency = ? AND state <> 'won'",
        (event.processor, event.mode, event.payment, currency.lower()),
    )
    credited = yield Sql(
        "SELECT kind, tenant, granted, amount_minor, taken_back FROM ledger_credits"
        " WHERE processor = ? AND payment = ? AND mode = ? AND currency = ? ORDER BY kind",
        (event.processor, event.payment, event.mode, currency.lower()),
    )
    for kind, _, granted, paid_minor, before in credited:
        taken_back = taken_back_of(granted, paid_minor, asked[0][0])
        if taken_back != before:
            yield Sql(
                "UPDATE ledger_credits SET taken_back = ?"
                " WHERE processor = ? AND payment = ? AND kind = ?",
                (taken_back, event.processor, event.payment, kind),
            )
    return sorted({str(row[1]) for row in credited})
