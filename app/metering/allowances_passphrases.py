"""Which of the passphrases that open a plan are good at a moment: the newest, and replaced ones
for as long as the catalog's grace period.

Only times are looked at. Comparing a passphrase with its hash is for whoever keeps them; what it
opens is counted for each network address, whichever passphrase was given there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.catalog.plan_catalog import Passphrases


class Standing(StrEnum):
    CURRENT = "current"
    IN_GRACE = "in_grace"  # replaced; it still opens the plan, and its users are told
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class IssuedPassphrase:
    """One of the passphrases that were given out; `replaced_at` None: it is the newest."""

    id: str
    issued_at: datetime
    replaced_at: datetime | None = None


def standing_of(one: IssuedPassphrase, rule: Passphrases, now: datetime) -> Standing:
    """What a passphrase is worth; one that is issued for later opens nothing yet."""
    if now < one.issued_at:
        return Standing.RETIRED
    if one.replaced_at is None or now < one.replaced_at:
        return Standing.CURRENT
    return Standing.IN_GRACE if now < retires_at(one, rule) else Standing.RETIRED


def retires_at(one: IssuedPassphrase, rule: Passphrases) -> datetime:
    """When a replaced passphrase stops to work; raises ValueError where it is not replaced."""
    if one.replaced_at is None:
        raise ValueError("a passphrase that was not replaced does not retire")
    return one.replaced_at + timedelta(days=rule.grace_days)


def rotated(
    issued: Sequence[IssuedPassphrase], new_id: str, now: datetime
) -> tuple[IssuedPassphrase, ...]:
    """The passphrases after a new one is given out: those in use begin their grace period."""
    kept = (
        replace(one, replaced_at=now) if one.replaced_at is None or one.replaced_at > now else one
        for one in issued
    )
    return (*kept, IssuedPassphrase(new_id, now))
