"""What the usage page says: spans of days, sums, bars and calls. No widgets here."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDate

from app.seam.usage_views import UsageBar, UsageCall, UsageLine, UsagePeriod, UsageSum, UsageView
from app.seam.views import Certainty
from app.ui import words
from app.ui.hosted.wording import amount_of, drawn_from, drawn_sum, number

PERIODS = {
    UsagePeriod.MONTH: str(QT_TRANSLATE_NOOP("usage", "This month")),
    UsagePeriod.LAST_MONTH: str(QT_TRANSLATE_NOOP("usage", "Last month")),
    UsagePeriod.DAYS_7: str(QT_TRANSLATE_NOOP("usage", "Last 7 days")),
    UsagePeriod.DAYS_30: str(QT_TRANSLATE_NOOP("usage", "Last 30 days")),
    UsagePeriod.DAYS_90: str(QT_TRANSLATE_NOOP("usage", "Last 90 days")),
    UsagePeriod.YEAR: str(QT_TRANSLATE_NOOP("usage", "This year")),
    UsagePeriod.ALL: str(QT_TRANSLATE_NOOP("usage", "All time")),
    UsagePeriod.CUSTOM: str(QT_TRANSLATE_NOOP("usage", "From – to")),
}
NARROWED = {
    "model": str(QT_TRANSLATE_NOOP("usage", "Model: {0}")),
    "chat": str(QT_TRANSLATE_NOOP("usage", "Chat: {0}")),
    "key": str(QT_TRANSLATE_NOOP("usage", "Key: {0}")),
    "payer": str(QT_TRANSLATE_NOOP("usage", "Payer: {0}")),
}


def tr(text: str) -> str:
    """A word of this file in the user's language."""
    return QCoreApplication.translate("usage", text)


def qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def day_text(day: date) -> str:
    """`Sat 21 Nov 2026`."""
    return words.day_text(day, "ddd d MMM yyyy")


def span_text(first: date, last: date) -> str:
    """`1 – 21 November 2026`, with what is the same said once."""
    if first == last:
        return words.day_text(first, "d MMMM yyyy")
    form = "d MMMM yyyy"
    if first.year == last.year:
        form = "d" if first.month == last.month else "d MMMM"
    return f"{words.day_text(first, form)} – {words.day_text(last, 'd MMMM yyyy')}"


def total(sum_: UsageSum) -> str:
    """A sum is a figure, also where nothing was paid: `$0` and not "free"; `$4.02 + 1,935 tokens`
    where own keys and hosted credit paid."""
    if sum_.drawn and not sum_.total_pusd:
        return drawn_sum(sum_.drawn)
    if sum_.drawn:
        return f"{_money(sum_)} + {drawn_sum(sum_.drawn)}"
    return _money(sum_)


def _money(sum_: UsageSum) -> str:
    if sum_.total_pusd is None:
        return tr("price unknown")
    return words.about(words.money(sum_.total_pusd), sum_.certainty)


def cost(total_pusd: int | None, certainty: Certainty) -> str:
    """What a line or a call cost: `$0.021`, `about $0.021`, `free`, `price unknown`."""
    if total_pusd is None:
        return tr("price unknown")
    return words.cost(total_pusd, certainty)


def charge(sum_: UsageSum) -> str:
    """What a line came to, tokens beside money."""
    return total(sum_) if sum_.drawn else cost(sum_.total_pusd, sum_.certainty)


def call_charge(call: UsageCall) -> str:
    """What a call came to: what was drawn where hosted credit paid."""
    if call.drawn:
        return drawn_sum(call.drawn)
    return cost(call.cost_pusd, call.certainty)


def grants(line: UsageLine) -> str:
    """What each grant of a payer drew: `Free 1,588 · Starter pack 347`."""
    if len(line.grants) < 2:
        return ""
    return " · ".join(f"{each.name} {number(each.unit, each.amount)}" for each in line.grants)


def counts(sum_: UsageSum) -> str:
    """`214 messages · 1,204,311 tokens in · 220,012 out`; "about" where a call was estimated."""
    pattern = tr("{0} messages · {1} tokens in · {2} out")
    if sum_.messages == 1:
        pattern = tr("{0} message · {1} tokens in · {2} out")
    read, written = tokens(sum_.input_tokens, sum_), tokens(sum_.output_tokens, sum_)
    return pattern.format(words.count(sum_.messages), read, written)


def tokens(count: int, sum_: UsageSum) -> str:
    """A count of a sum: `about 427` where a call of it was estimated."""
    sure = not sum_.estimated
    return words.about(words.count(count), Certainty.EXACT if sure else Certainty.ESTIMATED)


def call_tokens(count: int, call: UsageCall) -> str:
    """A count of one call."""
    certainty = call.certainty
    if certainty is not Certainty.ESTIMATED:
        certainty = Certainty.EXACT  # a price that is not known leaves the counts as they are
    return words.about(words.count(count), certainty)


def certainty(sum_: UsageSum) -> str:
    """What of a sum is not exact: `$1.08 of it is estimated.`; empty where all of it is."""
    said = []
    if sum_.estimated_pusd:
        said.append(tr("{0} of it is estimated.").format(words.money(sum_.estimated_pusd)))
    if sum_.unpriced:
        pattern = tr("{0} calls have no known price and are not in the sum.")
        if sum_.unpriced == 1:
            pattern = tr("{0} call has no known price and is not in the sum.")
        said.append(pattern.format(words.count(sum_.unpriced)))
    return " ".join(said)


def bar_name(bar: UsageBar) -> str:
    """Its day or days."""
    return day_text(bar.first) if bar.first == bar.last else span_text(bar.first, bar.last)


def bar_text(bar: UsageBar) -> str:
    """`Sat 21 Nov 2026: about $0.41, 14 messages`."""
    name = bar_name(bar)
    if not (bar.messages or bar.unpriced or bar.exact_pusd or bar.estimated_pusd):
        return tr("{0}: nothing").format(name)
    pattern = tr("{0}: {1}, {2} messages")
    if bar.messages == 1:
        pattern = tr("{0}: {1}, {2} message")
    text = pattern.format(name, bar_cost(bar), words.count(bar.messages))
    if not bar.messages:
        # An answer of another day went on here: it is counted where it began.
        text = f"{name}: {bar_cost(bar)}"
    if bar.unpriced:
        return tr("{0}, {1} without a known price").format(text, words.count(bar.unpriced))
    return text


def bar_cost(bar: UsageBar) -> str:
    """What a bar comes to, tokens beside money."""
    if not bar.drawn_tokens:
        return _bar_money(bar)
    tokens = amount_of("plan_tokens", bar.drawn_tokens)
    nothing = not (bar.exact_pusd or bar.estimated_pusd or bar.unpriced)
    return tokens if nothing else f"{_bar_money(bar)} + {tokens}"


def _bar_money(bar: UsageBar) -> str:
    amount = bar.exact_pusd + bar.estimated_pusd
    if not amount and bar.unpriced:
        return tr("price unknown")
    sure = not (bar.estimated_pusd or bar.unpriced)
    return words.cost(amount, Certainty.EXACT if sure else Certainty.ESTIMATED)


def moment(at: datetime) -> str:
    """When a call was made, in the user's time: `21 Nov 14:05`, with the year of past ones."""
    local = at.astimezone()
    form = "d MMM" if local.year == datetime.now().astimezone().year else "d MMM yyyy"
    return f"{words.day_text(local.date(), form)} {words.clock_time(at)}"


def call_tip(call: UsageCall) -> str:
    """The whole of a call's line, and what can be done with it."""
    lines = [call.chat_title, call.text, f"{call.model} · {call.key} · {moment(call.at)}"]
    if call.drawn:
        lines.append(drawn_from(call.drawn))
    lines.append(
        tr("Its chat was deleted.") if call.gone else tr("Enter goes to it, Space to its receipt.")
    )
    return "\n".join(line for line in lines if line)


def file_name(view: UsageView) -> str:
    """`usage-2026-11-01-to-2026-11-21.csv`."""
    return f"usage-{view.scope.first}-to-{view.scope.last}.csv"
