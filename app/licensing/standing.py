"""Where a license stands at a moment: in force, in grace, or over, and what holds then.

    online   issued ---- 30 days at most ---- expires ---- 14 days of grace ---- free rules
    offline  issued ---- 365 days at most --- expires -------------------------- free rules

The time that counts never runs backwards: it is the higher of the clock and of what was seen of
it. More than 24 hours behind that, a license that is not over is in grace while the clock stays
wrong, for 14 days at most, and as before once it is right. Words are `standing_words`'.

Nothing here locks anything: the free rules are those of an account without a license, and what is
stored stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.licensing import standing_words as words
from app.licensing.claims import GRACE, Claims, Kind, last_moment
from app.licensing.clock_guard import TOLERANCE, is_behind
from app.licensing.keys import PublicKey
from app.licensing.license import License
from app.licensing.rights import FREE_RIGHTS, Rights, rights_of_claims

RENEW_EVERY = timedelta(days=1)
REMIND_BEFORE = timedelta(days=30)  # an offline license ends

_NONE = timedelta(0)


class Status(StrEnum):
    """How a license stands. In the first two its rights hold, in the others the free rules."""

    VALID = "valid"
    GRACE = "grace"
    EXPIRED = "expired"
    OTHER_DEVICE = "other_device"
    ABSENT = "absent"


class Cause(StrEnum):
    """Why a license is in grace, or over."""

    NOT_RENEWED = "not_renewed"
    CLOCK_TURNED_BACK = "clock_turned_back"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a license stands at one moment, and what follows. Times are UTC, by this clock.

    `rights` hold now. `renew_at` is when to ask the server for a new one, in the past when that
    is overdue; None where no server is asked. `changes_at` is the next moment at which status,
    cause or words about the end change by the clock alone, None where none will. `message` says
    how it is, `advice` what to do about it, empty where there is nothing to do.
    """

    status: Status
    rights: Rights
    message: str
    advice: str = ""
    cause: Cause | None = None
    renew_at: datetime | None = None
    changes_at: datetime | None = None

    @property
    def is_free(self) -> bool:
        """Whether the free rules hold."""
        return self.status not in (Status.VALID, Status.GRACE)

    def renewal_is_due(self, now: datetime) -> bool:
        return self.renew_at is not None and now >= self.renew_at


def standing(
    found: License | None,
    *,
    now: datetime,
    device_key: PublicKey,
    highest_time_seen: datetime | None = None,
    last_renewal: datetime | None = None,
    turned_back_for: timedelta = _NONE,
    free: Rights = FREE_RIGHTS,
) -> Standing:
    """How a license stands.

    `highest_time_seen` and `turned_back_for` are the clock guard's. `last_renewal` is what this
    computer's clock said when the server issued this license, None where it was pasted: from it
    the days of an online license are counted on a computer whose clock is wrong. `free` are the
    rights without a license, those of the start plan of the server's catalog.
    """
    if found is None:
        return Standing(Status.ABSENT, free, words.ABSENT)
    claims = found.claims
    if claims.device_key != device_key:
        return Standing(Status.OTHER_DEVICE, free, words.OTHER_DEVICE, words.ASK_FOR_THIS_DEVICE)
    clock = _clock(claims, now, highest_time_seen, last_renewal)
    renew_at = _renew_at(claims, clock, last_renewal)
    if clock.time >= clock.last_moment or (clock.is_behind and turned_back_for >= GRACE):
        return _over(claims, clock, free, renew_at)
    rights = rights_of_claims(claims)
    if clock.is_behind:
        return _in_clock_grace(claims, clock, rights, renew_at, turned_back_for)
    if clock.time >= clock.expires:
        return _in_grace(claims, clock, rights, renew_at)
    return _valid(claims, clock, rights, renew_at)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The clock, the highest time that it or the server said, and a license's two ends."""

    now: datetime
    seen: datetime
    expires: datetime
    last_moment: datetime

    @property
    def time(self) -> datetime:
        """The time that counts: it never runs backwards."""
        return max(self.now, self.seen)

    @property
    def is_behind(self) -> bool:
        return is_behind(self.now, self.seen)

    @property
    def right_again(self) -> datetime:
        """When a clock that is behind is behind no more, if nobody sets it."""
        return self.seen - TOLERANCE


def _clock(
    claims: Claims,
    now: datetime,
    highest_time_seen: datetime | None,
    last_renewal: datetime | None,
) -> _Clock:
    seen = max(highest_time_seen or now, last_renewal or claims.issued)
    expires = claims.expires
    if (
        claims.kind is Kind.ONLINE
        and last_renewal is not None
        and abs(last_renewal - claims.issued) > TOLERANCE
    ):
        # This clock is wrong, and was so when the server answered: count the days, not the dates.
        expires = last_renewal + (claims.expires - claims.issued)
    return _Clock(now, seen, expires, expires + (last_moment(claims) - claims.expires))


def _valid(claims: Claims, clock: _Clock, rights: Rights, renew_at: datetime | None) -> Standing:
    if claims.kind is Kind.ONLINE:
        message = words.valid_online(claims.plan, clock.expires)
        return Standing(Status.VALID, rights, message, renew_at=renew_at, changes_at=clock.expires)
    remind_at = clock.expires - REMIND_BEFORE
    early = clock.time < remind_at
    return Standing(
        Status.VALID,
        rights,
        words.valid_offline(claims.plan, clock.expires),
        "" if early else words.ends_soon(clock.expires - clock.time),
        changes_at=remind_at if early else clock.expires,
    )


def _in_grace(claims: Claims, clock: _Clock, rights: Rights, renew_at: datetime | None) -> Standing:
    return Standing(
        Status.GRACE,
        rights,
        words.not_renewed(claims.plan, clock.last_moment),
        words.CONNECT,
        Cause.NOT_RENEWED,
        renew_at,
        clock.last_moment,
    )


def _in_clock_grace(
    claims: Claims,
    clock: _Clock,
    rights: Rights,
    renew_at: datetime | None,
    turned_back_for: timedelta,
) -> Standing:
    ends = clock.now + GRACE - turned_back_for
    return Standing(
        Status.GRACE,
        rights,
        words.clock_behind(claims.plan, clock.now, clock.seen, ends - clock.now),
        words.SET_CLOCK,
        Cause.CLOCK_TURNED_BACK,
        renew_at,
        min(ends, clock.right_again),
    )


def _over(claims: Claims, clock: _Clock, free: Rights, renew_at: datetime | None) -> Standing:
    if clock.time >= clock.last_moment:
        online = claims.kind is Kind.ONLINE
        advice = words.CONNECT if online else words.ASK_FOR_NEW
        if clock.is_behind:
            message = words.over_by_seen(claims.plan, clock.now, clock.seen, clock.expires)
        else:
            message = words.over(claims.plan, clock.expires)
        return Standing(Status.EXPIRED, free, message, advice, Cause.NOT_RENEWED, renew_at)
    return Standing(
        Status.EXPIRED,
        free,
        words.clock_behind_too_long(claims.plan, clock.now, clock.seen),
        words.SET_CLOCK,
        Cause.CLOCK_TURNED_BACK,
        renew_at,
        clock.right_again,
    )


def _renew_at(claims: Claims, clock: _Clock, last_renewal: datetime | None) -> datetime | None:
    if claims.kind is Kind.OFFLINE:
        return None
    if clock.is_behind:
        return clock.now  # the server's answer is what mends it
    return (last_renewal or claims.issued) + RENEW_EVERY
