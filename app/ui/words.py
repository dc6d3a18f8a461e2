"""Figures and dates as the window says them: money, tokens, times, in the user's locale.

Exact and estimated never look alike: an estimate always says "about".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

if TYPE_CHECKING:
    from datetime import date, datetime

    from PySide6.QtCore import QDate

    from app.seam.views import AttachmentView, Certainty

UNKNOWN = "?"
_DOCUMENTS = (".docx", ".pdf")
_DAY_OF_MONTH = re.compile(r"\bd\b")


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("words", text)


def locale() -> QLocale:
    """The user's locale; the plain "C" of a bare system reads as US English."""
    found = QLocale()
    if found.language() == QLocale.Language.C:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    return found


def count(number: int) -> str:
    """A whole number with the locale's grouping: `2,950`."""
    return locale().toString(number)


def rounded(tokens: int) -> int:
    """Three leading digits: more would promise what an estimate cannot."""
    step = 10 ** max(0, len(str(tokens)) - 3)
    return (tokens + step // 2) // step * step


def money(amount_pusd: int | None) -> str:
    """An amount in dollars the locale's way: `$0.021`, `0,021 $`; `?` where unknown."""
    from app.money import format_usd

    if amount_pusd is None:
        return UNKNOWN
    return _localized(format_usd(amount_pusd))


def exact_money(amount_pusd: int | None) -> str:
    """The whole amount, not rounded, with cents at least: `$0.10153`; `?` where unknown."""
    from app.money import usd_text

    if amount_pusd is None:
        return UNKNOWN
    whole, _, part = usd_text(abs(amount_pusd)).partition(".")
    return _localized(f"{'−' if amount_pusd < 0 else ''}${int(whole):,}.{part:0<2}")


def _localized(text: str) -> str:
    place = locale()
    if place.decimalPoint() == "." and place.groupSeparator() == ",":
        return text
    mark = text[: text.index("$")]
    whole, _, part = text[len(mark) + 1 :].partition(".")
    figure = place.toString(int(whole.replace(",", "")))
    figure += f"{place.decimalPoint()}{part}" if part else ""
    return f"{mark}{figure}\u00a0$"


def about(text: str, certainty: Certainty) -> str:
    """The figure as it is where it is exact, with "about" before it otherwise."""
    return text if certainty == "exact" else tr("about {0}").format(text)


def cost(total_pusd: int | None, certainty: Certainty) -> str:
    """What something cost: `$0.021`, `about $0.021`, `free`, `?`."""
    if total_pusd is None or certainty == "unknown":
        return UNKNOWN
    if total_pusd == 0 and certainty in ("exact", "estimated"):
        # Tokens may be estimated; times a price of zero they cost nothing all the same.
        return tr("free")
    return about(money(total_pusd), certainty)


def short_cost(total_pusd: int | None, certainty: Certainty) -> str:
    """As `cost`, for a narrow column: `~$0.021` for an estimate, nothing while it is not known."""
    if not total_pusd and certainty == "pending":
        return ""
    text = cost(total_pusd, certainty)
    if not total_pusd or certainty in ("exact", "unknown"):
        return text
    return f"~{money(total_pusd)}"


def seconds(duration_s: float) -> str:
    """How long something took: `1.9 s`, `41 s`, `3 min 5 s`."""
    if duration_s < 10:
        return tr("{0} s").format(locale().toString(duration_s, "f", 1))
    whole = round(duration_s)
    if whole < 60:
        return tr("{0} s").format(whole)
    return tr("{0} min {1} s").format(whole // 60, whole % 60)


def file_size(file: AttachmentView) -> str:
    """How much of a file goes with a message: `2.1 MB`; of a document its text alone: `14 kB of
    text`."""
    form = QLocale.DataSizeFormat.DataSizeSIFormat
    size = locale().formattedDataSize(file.size_bytes, 1, form)
    read_out = file.media_type == "text/plain" and file.name.lower().endswith(_DOCUMENTS)
    return tr("{0} of text").format(size) if read_out else size


def rate(rate_pusd: int | None) -> str:
    """A price per million tokens: `$2.50`, `$0.075`; `?` where unknown.

    A rate is picodollars per token, which is micro-dollars per million.
    """
    if rate_pusd is None:
        return UNKNOWN
    per_million_pusd = rate_pusd * 10**6
    text = money(per_million_pusd)
    return text if "." not in text or len(text.partition(".")[2]) > 1 else f"{text}0"


def clock_time(at: datetime) -> str:
    """The time of day of a moment, where the user is."""
    from PySide6.QtCore import QTime

    local = at.astimezone()
    return locale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def short_date(at: datetime) -> str:
    """`14:05` today, `21 Nov` this year, the full date before."""
    from datetime import datetime

    local, today = at.astimezone(), datetime.now().astimezone().date()
    if local.date() == today:
        return clock_time(at)
    return day_text(local.date(), "d MMM" if local.year == today.year else "d MMM yyyy")


def day_text(day: date, form: str) -> str:
    """A day in a form of Qt's, such as `d MMM`, as the language writes it: `21 Nov`, `21. Nov.`"""
    return locale().toString(_qdate(day), day_form(form))


def day_form(form: str) -> str:
    """The form for the user's language: in German the day of a month is an ordinal."""
    if locale().language() != QLocale.Language.German:
        return form
    return _DAY_OF_MONTH.sub("d.", form)


def day_group(at: datetime, today: date) -> str:
    """The heading a chat stands under: Today, Yesterday, `November`, `December 2025`."""
    day = at.astimezone().date()
    age = (today - day).days
    if age <= 0:
        return tr("Today")
    if age == 1:
        return tr("Yesterday")
    form = "MMMM" if day.year == today.year else "MMMM yyyy"
    return locale().toString(_qdate(day), form)


def _qdate(day: date) -> QDate:
    from PySide6.QtCore import QDate

    return QDate(day.year, day.month, day.day)
