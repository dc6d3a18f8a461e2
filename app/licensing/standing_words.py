"""What is said about a license: how it stands, what that means, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.licensing.dates import date_words, days_words

_YOURS = "Your chats, files and keys are all there, and can be read, searched and exported."
_FREE = "the rules of a free account hold"

ABSENT = f"There is no license on this computer, so {_FREE}. {_YOURS}"
OTHER_DEVICE = f"The license here is for another computer, so {_FREE}. {_YOURS}"

ASK_FOR_THIS_DEVICE = "Sign in on this computer, or ask for a license for its device key."
ASK_FOR_NEW = "Ask the operator of your server for a new license, and paste it here."
CONNECT = "Connect to the internet once; the license is renewed by itself."
SET_CLOCK = "Set date and time of this computer; then everything is as before."


def valid_online(plan: str, expires: datetime) -> str:
    return (
        f"Your plan is “{plan}”. The license is renewed daily, and works without internet until "
        f"{date_words(expires)}."
    )


def valid_offline(plan: str, expires: datetime) -> str:
    return (
        f"Your plan is “{plan}”. The license works on this computer without internet until "
        f"{date_words(expires)}."
    )


def ends_soon(left: timedelta) -> str:
    return f"It ends in {days_words(left)}. {ASK_FOR_NEW}"


def not_renewed(plan: str, last_moment: datetime) -> str:
    return (
        f"The license for “{plan}” could not be renewed for a while. Nothing changes until "
        f"{date_words(last_moment)}; from then on {_FREE}."
    )


def over(plan: str, expires: datetime) -> str:
    return f"The license for “{plan}” ended on {date_words(expires)}, so {_FREE}. {_YOURS}"


def over_by_seen(plan: str, now: datetime, seen: datetime, expires: datetime) -> str:
    return f"{_behind(now, seen)} {over(plan, expires)}"


def clock_behind(plan: str, now: datetime, seen: datetime, left: timedelta) -> str:
    return (
        f"{_behind(now, seen)} The license for “{plan}” works for {days_words(left)} more like "
        f"this; from then on {_FREE}, until the clock is right."
    )


def clock_behind_too_long(plan: str, now: datetime, seen: datetime) -> str:
    return (
        f"{_behind(now, seen)} That went on for 14 days: until it is right the license "
        f"for “{plan}” is not looked at, and {_FREE}. {_YOURS}"
    )


def _behind(now: datetime, seen: datetime) -> str:
    return (
        f"The clock of this computer says {date_words(now)}, and it was {date_words(seen)} before."
    )
