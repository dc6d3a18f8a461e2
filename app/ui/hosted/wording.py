"""Balances in words: amounts in their unit, windows, and how long until a grant is made anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.hosted_views import (
    DrawnView,
    GrantView,
    HostedModelView,
    LeftView,
    LicenseView,
    ServerView,
    WalletView,
)
from app.ui import words

_WINDOWS = {
    "day": str(QT_TRANSLATE_NOOP("hosted", "each day")),
    "month": str(QT_TRANSLATE_NOOP("hosted", "each month")),
    "billing_day": str(QT_TRANSLATE_NOOP("hosted", "each day of the subscription")),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("hosted", text)


def number(unit: str, amount: int) -> str:
    """The figure alone: `8,412`, `$0.40`."""
    return words.money(amount) if unit == "usd" else words.count(amount)


def short_number(amount: int) -> str:
    """For a narrow place, rounded down: `8,412`, `208k`, `1.23M`."""
    for step, sign in ((10**6, "M"), (10**3, "k")):
        if amount >= step * (1 if step == 10**6 else 100):
            whole, rest = divmod(amount, step)
            if whole >= 100:
                return f"{words.count(whole)}{sign}"
            part = f"{rest * 100 // step:02}".rstrip("0")
            return (
                f"{whole}{words.locale().decimalPoint()}{part}{sign}" if part else f"{whole}{sign}"
            )
    return words.count(amount)


def amount_of(unit: str, amount: int) -> str:
    """`8,412 tokens`, `1 request`, `$0.40`."""
    if unit == "usd":
        return words.money(amount)
    if unit == "requests":
        pattern = tr("{0} request") if amount == 1 else tr("{0} requests")
    else:
        pattern = tr("{0} token") if amount == 1 else tr("{0} tokens")
    return pattern.format(words.count(amount))


def drawn_sum(drawn: Sequence[DrawnView]) -> str:
    """What was drawn in all, each unit once: `1,935 tokens`, `1,935 tokens + 2 requests`. A free
    model's own tokens are named beside those of a plan: `8,980 tokens + 190 of free models`."""
    units: dict[str, int] = {}
    for each in drawn:
        units[each.unit] = units.get(each.unit, 0) + each.amount
    named = {}
    if "plan_tokens" in units and "tokens" in units:
        named["tokens"] = tr("{0} of free models").format(words.count(units["tokens"]))
    return " + ".join(named.get(unit) or amount_of(unit, units[unit]) for unit in units)


def drawn_from(drawn: Sequence[DrawnView]) -> str:
    """`1,588 tokens from Free, 347 tokens from Starter pack`."""
    return ", ".join(
        tr("{0} from {1}").format(
            amount_of(each.unit, each.amount),
            tr("{0} of {1}").format(each.name, each.group) if each.group else each.name,
        )
        for each in drawn
    )


def left_of(grant: GrantView) -> str:
    """`8,412 of 10,000`, with its unit where that is not tokens; of a member's cap, of that."""
    return _of(grant.unit, grant.left, most_of(grant))


def pool_of(grant: GrantView) -> str:
    """`The pool: $1.45 of $1.48`, beside a member's cap; empty where there is none."""
    if not is_capped(grant):
        return ""
    left = max(grant.granted - grant.used - grant.held, 0)
    return tr("The pool: {0}").format(_of(grant.unit, left, grant.granted))


def is_capped(grant: GrantView) -> bool:
    """Whether a member may draw less of it than there is."""
    return grant.cap is not None and grant.cap < grant.granted


def most_of(grant: GrantView) -> int:
    """What can be drawn of it in a window, by this member."""
    return grant.cap if grant.cap is not None and is_capped(grant) else grant.granted


def _of(unit: str, left: int, most: int) -> str:
    pattern = tr("{0} of {1} requests") if unit == "requests" else tr("{0} of {1}")
    return pattern.format(number(unit, left), number(unit, most))


def short_left(grant: GrantView) -> str:
    """For a line of many: `961k of 1M`, `47 of 50`, with "today" where it is a day's."""
    left = tr("{0} of {1}").format(short_number(grant.left), short_number(most_of(grant)))
    if grant.unit == "usd":
        left = left_of(grant)
    return tr("{0} today").format(left) if grant.window in ("day", "billing_day") else left


def title_of(wallet: WalletView) -> str:
    """Whose tokens they are, where they are not one's own."""
    if wallet.kind == "person" or not wallet.name:
        return tr("Tokens")
    return tr("Tokens of {0}").format(wallet.name)


def figure_of(wallet: WalletView, shared: Sequence[GrantView]) -> str:
    """What is left in all; empty where it cannot be said in one unit."""
    if "unlimited" in wallet.flags:
        return tr("Unlimited")
    if (tokens := tokens_left(wallet)) is not None:
        return words.count(tokens)
    units = _left_by_unit(shared).items()
    return " + ".join(number(unit, left) for unit, left in units if unit != "requests")


def tokens_left(wallet: WalletView) -> int | None:
    """What is left in plan tokens; None where there are dollars: how many tokens those are differs
    from model to model."""
    shared = [grant for grant in wallet.grants if not grant.only]
    if shared and all(grant.unit == "usd" for grant in shared):
        return None
    return wallet.available


def held_of(shared: Sequence[GrantView]) -> str:
    """`45,655 held`, for answers that are being written or settled; empty where nothing is."""
    held: dict[str, int] = {}
    for grant in shared:
        if grant.held and grant.unit != "requests":
            held[grant.unit] = held.get(grant.unit, 0) + grant.held
    amounts = " + ".join(number(unit, amount) for unit, amount in held.items())
    return tr("{0} held").format(amounts) if amounts else ""


def _left_by_unit(shared: Sequence[GrantView]) -> dict[str, int]:
    found: dict[str, int] = {}
    for grant in shared:
        found[grant.unit] = found.get(grant.unit, 0) + grant.left
    return found


def is_used_up(wallet: WalletView, shared: Sequence[GrantView]) -> bool:
    """Whether nothing is left of what every model may draw on."""
    if "unlimited" in wallet.flags:
        return False
    return wallet.available == 0 or (bool(shared) and not any(grant.left for grant in shared))


def lasts(wallet: WalletView) -> str:
    """`At this pace until 24 November`, or that it is too soon to say; empty where nothing is."""
    found = wallet.forecast
    if found is None:
        used = any(day.plan_tokens or day.pusd for day in wallet.days)
        left = wallet.available is None or wallet.available > 0
        return tr("Too few days yet to say how long they last") if used and left else ""
    if found.until is None:
        return tr("At this pace for more than three months")
    if found.until <= datetime.now(UTC).date():
        return tr("At this pace they end today") if wallet.available else ""
    return tr("At this pace until {0}").format(words.day_text(found.until, "d MMMM"))


def pace(wallet: WalletView) -> str:
    """`About 1,935 tokens a day, over the last two weeks.`; empty where no pace is known."""
    found = wallet.forecast
    if found is None:
        return ""
    amount = amount_of(found.unit, words.rounded(found.per_day))
    if found.unit == "usd":
        amount = words.money(found.per_day)
    return tr("About {0} a day, over the last two weeks.").format(amount)


_LICENSES = {
    "valid": str(QT_TRANSLATE_NOOP("hosted", "License valid")),
    "grace": str(QT_TRANSLATE_NOOP("hosted", "License needs a look")),
    "expired": str(QT_TRANSLATE_NOOP("hosted", "License is over")),
    "other_device": str(QT_TRANSLATE_NOOP("hosted", "License of another computer")),
}


def license_line(license_: LicenseView) -> str:
    """`License valid · renews 22 Nov`; empty where there is none."""
    state = _LICENSES.get(license_.status)
    if state is None:
        return ""
    if license_.status != "valid" or license_.renew_at is None:
        return tr(state)
    if license_.renew_at <= datetime.now(UTC):
        return " · ".join((tr(state), tr("renewal due")))
    renews = tr("renews {0}").format(words.short_date(license_.renew_at))
    return f"{tr(state)} · {renews}"


def license_tone(license_: LicenseView) -> str:
    """Quiet while there is nothing to do."""
    return "3" if license_.status == "valid" else "warn"


def drawn_by(hosted: HostedModelView) -> str:
    """What a hosted model draws: `5× tokens`, `free`; empty where it costs dollars."""
    if hosted.free:
        return words.tr("free")
    return "" if hosted.weight is None else tr("{0}× tokens").format(words.count(hosted.weight))


def left_line(left: LeftView) -> str:
    """`Free: 8,412 of 10,000 left · resets in 10 d 4 h`."""
    of = tr("{0} of {1} requests") if left.unit == "requests" else tr("{0} of {1}")
    figures = of.format(number(left.unit, left.left), number(left.unit, left.granted))
    text = f"{left.name}: {tr('{0} left').format(figures)}"
    return text if left.resets is None else f"{text} · {resets_in(left.resets)}"


def window_of(grant: GrantView, now: datetime | None = None) -> str:
    """`each month · resets in 10 d 4 h`; `does not expire` where it never resets."""
    window = each_window(grant.window)
    capped = tr("your cap") if is_capped(grant) else ""
    if grant.resets is None:
        return " · ".join(filter(None, (capped, window or tr("does not expire"))))
    return " · ".join(filter(None, (capped, window, resets_in(grant.resets, now))))


def each_window(window: str) -> str:
    """`each month`; empty for what is given once."""
    return tr(_WINDOWS[window]) if window in _WINDOWS else ""


def resets_in(at: datetime, now: datetime | None = None) -> str:
    """`resets in 10 d 4 h`, `resets in 3 h 20 min`, `resets now`."""
    left = at - (now or datetime.now(UTC))
    return tr("resets now") if left <= timedelta(0) else tr("resets in {0}").format(span_of(left))


def span_of(left: timedelta) -> str:
    """The two largest steps of a time to come: `10 d 4 h`, `3 h 20 min`, `5 min`, `9 d`."""
    minutes = max(1, int(left.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return (tr("{0} d {1} h") if hours else tr("{0} d")).format(days, hours)
    if hours:
        return (tr("{0} h {1} min") if rest else tr("{0} h")).format(hours, rest)
    return tr("{0} min").format(rest)


def age_of(wallet: WalletView) -> str:
    """How old the figures are while the server is out of reach; empty while it is not."""
    return "" if wallet.online else tr("offline, as of {0}").format(words.short_date(wallet.as_of))


def chip_name(server: ServerView, wallet: WalletView | None) -> str:
    """Whose tokens are spent: the group's name, or one's own plan."""
    if wallet is None:
        return server.title
    if wallet.kind != "person" and wallet.name:
        return wallet.name
    return tr("{0} plan").format(wallet.plan_name) if wallet.plan_name else server.title


def chip_line(server: ServerView, wallet: WalletView | None) -> str:
    """What is left, or why that is not known."""
    if server.state == "signed_out":
        return tr("signed out")
    if server.state == "removed":
        return tr("this computer was removed")
    if wallet is None:
        return tr("asking what is left …") if server.online else tr("offline")
    left = left_in_all(wallet)
    if wallet.online:
        return left
    # Two short lines: an old figure whose age is cut off would be a wrong one.
    return "\n".join(filter(None, (left, tr("as of {0}").format(words.short_date(wallet.as_of)))))


def left_in_all(wallet: WalletView) -> str:
    """`8,412 tokens left`, `208k tokens left`, `$1.48 left`, `200k tokens + $1.48 left`."""
    if wallet.in_debt:
        return tr("payment outstanding")
    if (tokens := tokens_left(wallet)) is not None:
        if tokens == 1:
            return tr("{0} left").format(amount_of("plan_tokens", 1))
        return tr("{0} left").format(tr("{0} tokens").format(short_number(tokens)))
    shared = [grant for grant in wallet.grants if not grant.only]
    parts = [
        amount_of(unit, left)
        if unit in ("usd", "requests")
        else tr("{0} tokens").format(short_number(left))
        for unit, left in _left_by_unit(shared).items()
        if left or len(shared) == 1
    ]
    return tr("{0} left").format(" + ".join(parts)) if parts else ""
