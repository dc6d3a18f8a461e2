"""The rows of licenses; each function is steps for the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.licensing.claims import GRACE, Claims, Kind
from app.server.errors import conflict, not_found

_COLUMNS = (
    "tenant, id, kind, account, device, device_key, plan, key_id, issued_ms, expires_ms, block,"
    " note, revoked_ms, reason"
)


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """A license that was issued. `account` and `device` are empty for one by the operator; `note`
    is the operator's. `block` is the license itself."""

    tenant: str
    id: str
    kind: Kind
    account: str
    device: str
    device_key: str
    plan: str
    key_id: str
    issued_at: datetime
    expires_at: datetime
    block: str = field(repr=False)
    note: str = ""
    revoked_at: datetime | None = None
    reason: str = ""


def row_of(
    claims: Claims, block: str, key_id: str, *, account: str = "", device: str = "", note: str = ""
) -> LicenseRow:
    """The row of a license that was signed just now."""
    return LicenseRow(
        claims.account,
        claims.id,
        claims.kind,
        account,
        device,
        claims.device_key.text,
        claims.plan,
        key_id,
        claims.issued,
        claims.expires,
        block,
        note,
    )


def keep_license(row: LicenseRow) -> Steps[None]:
    """An online license takes the place of the device's one before it."""
    if row.kind is Kind.ONLINE:
        yield Sql(
            "DELETE FROM licenses WHERE tenant = ? AND device_key = ? AND kind = 'online'",
            (row.tenant, row.device_key),
        )
    yield Sql(
        f"INSERT INTO licenses ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '')",
        (
            row.tenant,
            row.id,
            str(row.kind),
            row.account,
            row.device,
            row.device_key,
            row.plan,
            row.key_id,
            ms_from(row.issued_at),
            ms_from(row.expires_at),
            row.block,
            row.note,
        ),
    )


def online_license(tenant: str, device_key: str) -> Steps[LicenseRow | None]:
    """The newest one of a device."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM licenses WHERE tenant = ? AND device_key = ? AND kind = 'online'",
        (tenant, device_key),
    )
    return _license(rows[0]) if rows else None


def licenses_of(tenant: str, at_most: int = 1000) -> Steps[tuple[LicenseRow, ...]]:
    """An account's licenses, the newest first."""
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM licenses WHERE tenant = ? ORDER BY issued_ms DESC, id LIMIT ?",
        (tenant, at_most),
    )
    return tuple(_license(row) for row in rows)


def revoke_license(tenant: str, license_id: str, reason: str, now: datetime) -> Steps[LicenseRow]:
    """Issue nothing more for its device. Raises Refused: 404, 409 where it is revoked already."""
    rows = yield Sql(
        "UPDATE licenses SET revoked_ms = ?, reason = ? WHERE tenant = ? AND id = ?"
        f" AND revoked_ms IS NULL RETURNING {_COLUMNS}",
        (ms_from(now), reason, tenant, license_id),
    )
    if rows:
        return _license(rows[0])
    there = yield Sql("SELECT id FROM licenses WHERE tenant = ? AND id = ?", (tenant, license_id))
    if there:
        raise conflict("license_revoked", "This license was revoked before.")
    raise not_found("license")


def restore_license(tenant: str, license_id: str) -> Steps[None]:
    """Take a revocation back. Raises Refused (404)."""
    rows = yield Sql(
        "UPDATE licenses SET revoked_ms = NULL, reason = '' WHERE tenant = ? AND id = ?"
        " AND revoked_ms IS NOT NULL RETURNING id",
        (tenant, license_id),
    )
    if not rows:
        raise not_found("license")


def revoked_ids(tenant: str, device_key: str, now: datetime) -> Steps[tuple[str, ...]]:
    """The licenses of a device that were revoked and would still hold, grace included."""
    rows = yield Sql(
        "SELECT id FROM licenses WHERE tenant = ? AND device_key = ? AND revoked_ms IS NOT NULL"
        " AND expires_ms > ? ORDER BY id",
        (tenant, device_key, ms_from(now - GRACE)),
    )
    return tuple(str(row[0]) for row in rows)


def forget_licenses(now: datetime) -> Steps[None]:
    """Online ones that are over, grace included; a revocation stays, it blocks its device."""
    yield Sql(
        "DELETE FROM licenses WHERE kind = 'online' AND revoked_ms IS NULL AND expires_ms < ?",
        (ms_from(now - GRACE),),
    )


def _license(row: Row) -> LicenseRow:
    return LicenseRow(
        row[0],
        row[1],
        Kind(row[2]),
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        at_from(row[8]),
        at_from(row[9]),
        row[10],
        row[11],
        None if row[12] is None else at_from(row[12]),
        row[13],
    )
