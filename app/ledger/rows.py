"""Between rows and records: column lists, times in milliseconds, and what values may be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from app.errors import LedgerError
from app.ledger.records import AccountKind, AccountRow, HeldDraw, HoldRow
from app.ledger.steps import Row
from app.metering.hold import Basis, HoldState, Proof
from app.metering.payer import Unit

AMOUNT_MAX = 2**62  # two of them still fit into the database's 64 bits
IDS_PER_STATEMENT = 500

ACCOUNT_COLUMNS = "id, tenant, kind, unit, limited, granted, posted, held, closes_ms, name, taken"
HOLD_COLUMNS = (
    "id, tenant, key, body_hash, state, created_ms, expires_ms, frozen, facts, attempt, route,"
    " owner, lease_ms, output_tokens_seen, ended_ms, basis, proof, flagged, receipt"
)
DRAW_COLUMNS = "hold_id, account, amount, charged"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY_MS = 86_400_000


def ms_from(at: datetime) -> int:
    """Milliseconds since 1970, rounded down. Raises LedgerError for a time without a zone."""
    if at.tzinfo is None:
        raise LedgerError("A time without a zone could be any hour.")
    since = at - _EPOCH
    return since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def at_from(milliseconds: int) -> datetime:
    """The time in UTC."""
    return _EPOCH + milliseconds * _MILLISECOND


def whole(amount: int, what: str) -> int:
    """The amount, where it is one: a whole number, not negative. Raises LedgerError if not."""
    if type(amount) is not int:
        raise LedgerError(f"{what} has to be a whole number, not {amount!r}.")
    if not 0 <= amount <= AMOUNT_MAX:
        raise LedgerError(f"{what} is out of range: {amount}.")
    return amount


def account_row(row: Row) -> AccountRow:
    """A row of ACCOUNT_COLUMNS."""
    closes_ms = row[8]
    return AccountRow(
        id=row[0],
        tenant=row[1],
        kind=AccountKind(row[2]),
        unit=Unit(row[3]),
        limited=bool(row[4]),
        granted=row[5],
        posted=row[6],
        held=row[7],
        closes_at=None if closes_ms is None else at_from(closes_ms),
        name=row[9],
        taken=row[10],
    )


def hold_row(row: Row, draws: Iterable[Row]) -> HoldRow:
    """A row of HOLD_COLUMNS with its rows of DRAW_COLUMNS."""
    return HoldRow(
        id=row[0],
        tenant=row[1],
        key=row[2],
        body_hash=row[3],
        state=HoldState(row[4]),
        created_at=at_from(row[5]),
        expires_at=at_from(row[6]),
        draws=tuple(HeldDraw(draw[1], draw[2], draw[3]) for draw in draws),
        frozen=row[7],
        facts=row[8],
        attempt=row[9],
        route=row[10],
        owner=row[11],
        lease_until=None if row[12] is None else at_from(row[12]),
        output_tokens_seen=row[13],
        ended_at=None if row[14] is None else at_from(row[14]),
        basis=None if row[15] is None else Basis(row[15]),
        proof=None if row[16] is None else Proof(row[16]),
        flagged=row[17],
        receipt=row[18],
    )


def marks(values: Sequence[object]) -> str:
    """As many placeholders as values."""
    return ", ".join("?" * len(values))


def in_parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """The ids in pieces that one statement takes."""
    for start in range(0, len(ids), IDS_PER_STATEMENT):
        yield ids[start : start + IDS_PER_STATEMENT]
