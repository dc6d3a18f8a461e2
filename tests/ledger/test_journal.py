from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction

from app.ledger.journal import account_name, beancount_lines, csv_lines, whole_journal
from app.ledger.payments import Event, Paid, Sold, credit, refund
from app.ledger.records import AccountKind, Settle
from app.metering.hold import Basis
from tests.ledger.given import MINUTE, NOW, USD, a_call, window
from tests.ledger.ledgers import Ledger


@pytest.fixture
def kept(ledger: Ledger) -> Ledger:
    """Charges in two units, a payment, and a refund that became a debt."""
    wallet = window(0, id_='ann/pack "5 €"', kind=AccountKind.WALLET)
    event = Event("stripe", "live", "evt_1", "paid", "pay_1", NOW)
    ledger.run(credit, event, Paid("p", 500, "usd"), Sold("p", 500, "usd", "live", wallet, 1000))
    key = window(None, id_="key", kind=AccountKind.SPENT, unit=USD)
    for name, charge in (("1", 300), ("2", 250)):
        ledger.admit(a_call(name, draws={wallet.id: 300, "key": 10**12}, openings=(key,)))
        ledger.dispatch(f"hold-{name}", route="", owner="", lease_until=NOW + MINUTE)
        charges = {wallet.id: charge, "key": 123_456_789_012 + charge}
        ledger.settle(Settle(f"hold-{name}", Basis.PROVIDER_USAGE, NOW, charges))
    event = Event("stripe", "live", "evt_2", "refunded", "pay_1", NOW)
    ledger.run(refund, event, total_minor=500, currency="usd")
    return ledger


def test_another_bookkeeper_reads_the_journal_without_an_error(kept: Ledger) -> None:
    entries, accounts = kept.read(whole_journal)
    directives, errors, _ = loader.load_string("".join(beancount_lines(entries, accounts)))
    assert errors == []
    sums: Counter[tuple[str, str]] = Counter()
    for directive in directives:
        if isinstance(directive, Transaction):
            for posting in directive.postings:
                sums[posting.account, posting.units.currency] += posting.units.number
    name = {account.id: account_name(account.id, account.kind) for account in accounts}
    assert sums[name["key"], "USD"] == Decimal("0.246913578574")
    assert sums[name["debt/ann/plan_tokens"], "PLANTOKENS"] == 550
    assert sums["Income:Revenue", "PLANTOKENS"] == -550
    assert sums["Assets:Cash:Stripe", "PLANTOKENS"] == 0
    for account in accounts:
        mine = sum(number for (named, _), number in sums.items() if named == name[account.id])
        assert mine == -account.posted or account.unit is USD


def test_another_bookkeeper_finds_a_balance_that_is_not_the_journals(kept: Ledger) -> None:
    entries, accounts = kept.read(whole_journal)
    text = "".join(beancount_lines(entries, accounts))
    wrong = text.replace("0.246913578574 ~ 0 USD", "0.246913578573 ~ 0 USD")
    assert wrong != text
    _, errors, _ = loader.load_string(wrong)
    assert len(errors) == 1
    _, errors, _ = loader.load_string(text.replace("-1000 PLANTOKENS", "-1001 PLANTOKENS", 1))
    assert errors


def test_the_csv_has_every_posting_as_it_was_written(kept: Ledger) -> None:
    entries, _ = kept.read(whole_journal)
    rows = list(csv.DictReader(csv_lines(entries)))
    assert len(rows) == sum(len(entry.postings) for entry in entries)
    by_entry: Counter[tuple[str, str]] = Counter()
    for row in rows:
        by_entry[row["entry"], row["unit"]] += int(row["amount"])
    assert set(by_entry.values()) == {0}
    assert {row["hold"] for row in rows if row["kind"] == "charge"} == {"hold-1", "hold-2"}


def test_an_empty_ledger_is_an_empty_journal(ledger: Ledger) -> None:
    entries, accounts = ledger.read(whole_journal)
    assert len(list(csv_lines(entries))) == 1
    _, errors, _ = loader.load_string("".join(beancount_lines(entries, accounts)))
    assert errors == []


def test_no_two_accounts_share_a_name() -> None:
    ids = ["ann/free", "ann free", "ann-free", "Ann/Free", "ann/freé", "/", "//", "1", "日本"]
    assert len({account_name(each, AccountKind.WALLET) for each in ids}) == len(ids)
