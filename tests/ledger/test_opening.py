from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import LedgerError
from app.ledger.accounts import accounts_of, balances, open_accounts
from app.ledger.audit import audit
from app.ledger.calls import release
from app.ledger.notices import notice_thresholds
from app.ledger.records import AccountKind, AccountRow, AdmitEnd
from tests.ledger.given import MINUTE, NOW, USD, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Ledger, Place


def opened(ledger: Ledger, granted: int | None) -> AccountRow:
    ledger.run(open_accounts, [window(granted)], NOW)
    return ledger.read(balances, [WINDOW])[WINDOW]


def used_and_held(ledger: Ledger, used: int, held: int) -> None:
    ledger.admit(a_call("used", used))
    ledger.dispatch("hold-used", route="", owner="", lease_until=NOW + MINUTE)
    ledger.settle(an_end("used", used))
    ledger.admit(a_call("held", held))


def test_opening_again_changes_nothing(place: Place) -> None:
    first = opened(place.ledger, 1000)
    assert opened(place.ledger, 1000) == first
    assert place.by_hand("SELECT count(*) FROM ledger_entries") == [(1,)]


def test_a_raised_grant_is_free_at_once(ledger: Ledger) -> None:
    opened(ledger, 1000)
    used_and_held(ledger, 100, 200)
    account = opened(ledger, 5000)
    assert (account.used, account.held, account.free) == (100, 200, 4700)


def test_a_lowered_grant_takes_only_what_is_free(ledger: Ledger) -> None:
    opened(ledger, 1000)
    used_and_held(ledger, 100, 200)
    account = opened(ledger, 50)
    assert (account.used, account.held, account.free, account.granted) == (100, 200, 0, 300)
    ledger.run(release, "hold-held", now=NOW)
    account = opened(ledger, 50)
    assert (account.used, account.held, account.free, account.granted) == (100, 0, 0, 100)
    assert ledger.read(audit) == ()


def test_a_limit_can_be_lifted_and_set_again(ledger: Ledger) -> None:
    opened(ledger, 1000)
    used_and_held(ledger, 100, 200)
    account = opened(ledger, None)
    assert (account.limited, account.free, account.used) == (False, None, 100)
    assert ledger.admit(a_call("big", 10**6)).end is AdmitEnd.HELD
    ledger.run(release, "hold-big", now=NOW)
    account = opened(ledger, 400)
    assert (account.limited, account.free, account.used) == (True, 100, 100)
    assert ledger.read(audit) == ()


def test_admission_opens_what_it_draws_on_and_brings_it_up_to_date(ledger: Ledger) -> None:
    assert ledger.admit(a_call("1", 10, openings=(window(10),))).end is AdmitEnd.HELD
    assert ledger.admit(a_call("2", 10, openings=(window(10),))).end is AdmitEnd.SHORT
    assert ledger.admit(a_call("3", 10, openings=(window(20),))).end is AdmitEnd.HELD
    assert ledger.admit(a_call("4", 10, openings=(window(None),))).end is AdmitEnd.HELD
    named = replace(window(None), name="Free, November")
    assert ledger.admit(a_call("5", 1, openings=(named,))).end is AdmitEnd.HELD
    assert [row.name for row in ledger.read(accounts_of, "ann")] == ["Free, November"]


def test_a_wallet_keeps_what_was_paid_into_it(ledger: Ledger) -> None:
    wallet = window(500, kind=AccountKind.WALLET)
    ledger.run(open_accounts, [wallet], NOW)
    ledger.run(open_accounts, [replace(wallet, granted=0)], NOW)
    assert ledger.read(balances, [WINDOW])[WINDOW].free == 500


@pytest.mark.parametrize(
    "other",
    [window(tenant="bob"), window(unit=USD), window(kind=AccountKind.CAP)],
)
def test_an_account_stays_whose_and_what_it_is(ledger: Ledger, other: object) -> None:
    opened(ledger, 1000)
    with pytest.raises(LedgerError, match="another one already"):
        ledger.run(open_accounts, [other], NOW)  # type: ignore[list-item]


def test_a_call_opens_no_account_under_another_name(ledger: Ledger) -> None:
    opened(ledger, 1000)
    with pytest.raises(LedgerError, match="another one already"):
        ledger.admit(a_call(openings=(window(tenant="bob"),)))


def test_nobody_opens_an_account_of_the_system(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        ledger.run(open_accounts, [window(kind=AccountKind.CASH)], NOW)


def test_a_threshold_is_told_once_for_a_grant(ledger: Ledger) -> None:
    opened(ledger, 1000)
    used_and_held(ledger, 799, 0)
    assert ledger.run(notice_thresholds, [WINDOW], (80, 100), NOW) == ()
    ledger.admit(a_call("more", 201))
    assert ledger.run(notice_thresholds, [WINDOW], (80, 100), NOW) == ()
    ledger.dispatch("hold-more", route="", owner="", lease_until=NOW + MINUTE)
    ledger.settle(an_end("more", 1))
    (notice,) = ledger.run(notice_thresholds, [WINDOW], (80, 100), NOW)
    assert (notice.percent, notice.used, notice.granted) == (80, 800, 1000)
    assert ledger.run(notice_thresholds, [WINDOW], (80, 100), NOW) == ()
