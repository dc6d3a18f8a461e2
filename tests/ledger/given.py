"""What the ledger's tests begin with: a tenant's accounts, calls and a moment in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.ledger.records import AccountKind, Admit, HeldDraw, Opening, Settle
from app.metering.hold import Basis
from app.metering.payer import Unit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKENS = Unit.PLAN_TOKENS
USD = Unit.PICODOLLARS
MINUTE = timedelta(minutes=1)
WINDOW = "ann/free"


def window(
    granted: int | None = 1000,
    *,
    id_: str = WINDOW,
    tenant: str = "ann",
    kind: AccountKind = AccountKind.WINDOW,
    unit: Unit = TOKENS,
) -> Opening:
    return Opening(id_, tenant, kind, unit, granted)


def a_call(
    name: str = "1",
    amount: int = 100,
    *,
    tenant: str = "ann",
    draws: dict[str, int] | None = None,
    body: str = "body",
    openings: tuple[Opening, ...] = (),
    at: datetime = NOW,
) -> Admit:
    """A call that draws `amount` on the window, or what `draws` says."""
    wanted = {WINDOW: amount} if draws is None else draws
    return Admit(
        hold_id=f"hold-{name}",
        tenant=tenant,
        key=f"key-{name}",
        body_hash=body,
        draws=tuple(HeldDraw(account, each) for account, each in wanted.items()),
        now=at,
        expires_at=at + MINUTE,
        openings=openings,
        frozen='{"rate": 5}',
    )


def an_end(name: str = "1", charge: int = 60, *, at: datetime = NOW) -> Settle:
    """A settlement of `charge` from the window."""
    return Settle(f"hold-{name}", Basis.PROVIDER_USAGE, at, {WINDOW: charge})
