from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.catalog.plans import Window
from app.ledger.accounts import accounts_of, balances
from app.ledger.audit import audit
from app.ledger.calls import heartbeat, release
from app.ledger.holds import hold_by_id, unresolved
from app.ledger.records import AccountKind, AdmitEnd, Opening, Settle
from app.ledger.rows import IDS_PER_STATEMENT
from app.ledger.sweeping import sweep
from app.metering.allowances_windows import span_at
from app.metering.hold import Basis, HoldState
from tests.ledger.given import MINUTE, NOW, TOKENS, WINDOW, a_call, an_end, window
from tests.ledger.ledgers import Ledger


def state(ledger: Ledger, name: str) -> HoldState:
    hold = ledger.read(hold_by_id, f"hold-{name}")
    assert hold is not None
    return hold.state


def test_what_never_left_is_released_when_its_time_is_over(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    before = NOW + MINUTE - timedelta(milliseconds=1)
    assert ledger.run(sweep, before).released == ()
    assert ledger.run(sweep, NOW + MINUTE).released == ("hold-1",)
    assert ledger.read(balances, [WINDOW])[WINDOW].free == 1000


def test_what_was_sent_is_parked_and_never_freed_by_time(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    ledger.dispatch("hold-1", route="", owner="me", lease_until=NOW + MINUTE)
    assert ledger.run(sweep, NOW).parked == ()
    assert ledger.run(sweep, NOW + MINUTE).parked == ("hold-1",)
    for _ in range(3):
        assert ledger.run(sweep, NOW + timedelta(days=365)) == ledger.run(sweep, NOW)
    assert state(ledger, "1") is HoldState.UNKNOWN
    assert ledger.read(balances, [WINDOW])[WINDOW].held == 100


def test_a_heartbeat_keeps_the_sweeper_away(ledger: Ledger) -> None:
    ledger.admit(a_call(openings=(window(),)))
    ledger.dispatch("hold-1", route="", owner="me", lease_until=NOW + MINUTE)
    ledger.run(heartbeat, "hold-1", owner="me", output_tokens=1, lease_until=NOW + 3 * MINUTE)
    assert ledger.run(sweep, NOW + 2 * MINUTE).parked == ()


def test_the_resolver_finds_the_parked_and_which_of_them_are_overdue(ledger: Ledger) -> None:
    for name, minutes in (("1", 1), ("2", 10)):
        ledger.admit(a_call(name, openings=(window(),)))
        ledger.dispatch(f"hold-{name}", route="", owner="", lease_until=NOW + minutes * MINUTE)
    ledger.run(sweep, NOW + 10 * MINUTE)
    at = NOW + 16 * MINUTE
    assert [hold.id for hold in ledger.read(unresolved, at)] == ["hold-1", "hold-2"]
    assert [hold.id for hold in ledger.read(unresolved, at, overdue=True)] == ["hold-1"]
    ledger.settle(an_end("1", 10, at=at))
    assert [hold.id for hold in ledger.read(unresolved, at)] == ["hold-2"]


def test_many_are_swept_in_batches(ledger: Ledger) -> None:
    many = IDS_PER_STATEMENT + 3
    for number in range(many):
        ledger.admit(a_call(str(number), 1, openings=(window(),)))
    first = ledger.run(sweep, NOW + MINUTE)
    second = ledger.run(sweep, NOW + MINUTE)
    assert (len(first.released), first.more) == (IDS_PER_STATEMENT, True)
    assert (len(second.released), second.more) == (3, False)
    assert ledger.read(balances, [WINDOW])[WINDOW].free == 1000
    assert ledger.read(audit, NOW + MINUTE) == ()


def opening(kind: Window, at: datetime, subscribed: datetime | None = None) -> Opening:
    span = span_at(kind, at, subscribed)
    assert span is not None
    name = f"ann/{kind}/{span.name}"
    return Opening(name, "ann", AccountKind.WINDOW, TOKENS, 5000, span.end)


BILLED = datetime(2026, 2, 3, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "edge"),
    [
        (Window.DAY, datetime(2026, 11, 22, tzinfo=UTC)),
        (Window.MONTH, datetime(2026, 12, 1, tzinfo=UTC)),
        (Window.DAY, datetime(2028, 3, 1, tzinfo=UTC)),
        (Window.MONTH, datetime(2028, 3, 1, tzinfo=UTC)),
        (Window.BILLING_DAY, datetime(2026, 11, 21, 17, 30, tzinfo=UTC)),
    ],
)
def test_what_is_given_back_after_a_window_ended_is_back_in_its_own(
    ledger: Ledger, kind: Window, edge: datetime
) -> None:
    """1,000 holds around the edge, ended after it in any of the ways; the clock is also set back
    in between."""
    moments = [edge - MINUTE, edge - timedelta(milliseconds=1), edge, edge + MINUTE]
    expected: dict[str, int] = {}
    for number in range(1000):
        at = moments[(number * 7) % 4]  # forward and back again
        account = opening(kind, at, BILLED)
        wish = a_call(str(number), draws={account.id: 10}, openings=(account,), at=at)
        assert ledger.admit(wish).end is AdmitEnd.HELD
        charge = number % 11
        expected[account.id] = expected.get(account.id, 0) + (charge if number % 3 == 0 else 0)
        if number % 3 == 0:
            ledger.dispatch(wish.hold_id, route="", owner="", lease_until=at)
            order = Settle(
                wish.hold_id, Basis.PROVIDER_USAGE, edge + MINUTE, {account.id: charge % 11}
            )
            ledger.settle(order)
        elif number % 3 == 1:
            ledger.run(release, wish.hold_id, now=edge - MINUTE)
    while ledger.run(sweep, edge + timedelta(days=40)).more:
        continue
    found = {row.id: (row.used, row.held) for row in ledger.read(accounts_of, "ann")}
    assert found == {name: (used, 0) for name, used in expected.items()}
    assert len(found) == 2
    assert ledger.read(audit, edge + timedelta(days=40)) == ()
