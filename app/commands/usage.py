"""`usage`: what was spent, by day, model, chat, key and payer; every call; one receipt.

Words for people, JSON and CSV with exact dollars for scripts. The figures are the window's own.
"""

from __future__ import annotations

import argparse
import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from app.chat.spending_drawn import member_lines
from app.commands import usage_items, usage_receipt
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE
from app.commands.usage_json import LINE_COLUMNS, as_json, line_cells, line_row, summary_object
from app.commands.usage_words import drawn_words
from app.errors import TuppenceError
from app.money import format_usd
from app.seam.usage_views import UsageLine, UsagePeriod, UsageScope, UsageSum, UsageView
from app.seam.views import Certainty

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_RIGHT = frozenset({1, 2, 3})
_EVERY_CHAT = 10**9


async def run_usage(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    if arguments.receipt:
        await usage_receipt.print_receipt(arguments, core, streams)
        return DONE
    scope = scope_of(arguments, core.clock.now())
    if arguments.by:
        await _print_group(arguments, core, streams, scope)
    elif arguments.items or arguments.csv:
        await usage_items.print_calls(arguments, core, streams, scope)
    elif arguments.json:
        page = core.spending.page
        days = page.days(page.span(scope))
        await streams.out(as_json(summary_object(page.view(scope), days)) + "\n")
    else:
        await streams.out(_summary(core, scope))
    return DONE


def scope_of(arguments: argparse.Namespace, now: datetime) -> UsageScope:
    """The days that were asked for; raises TuppenceError where they contradict each other."""
    first, last = arguments.from_day, arguments.to_day
    if arguments.month is not None:
        if first or last:
            raise TuppenceError("--month and --from or --to are two answers.", "Give one of them.")
        year, month = int(arguments.month[:4]), int(arguments.month[5:])
        end = calendar.monthrange(year, month)[1]
        return UsageScope(UsagePeriod.CUSTOM, date(year, month, 1), date(year, month, end))
    if first is None and last is None:
        return UsageScope(UsagePeriod.MONTH)
    first, last = first or date.min, last or now.astimezone(UTC).date()
    if first > last:
        raise TuppenceError(f"{first} is after {last}.", "Give the earlier day with --from.")
    return UsageScope(UsagePeriod.CUSTOM, first, last)


def lines_of(core: Core, scope: UsageScope, group: str) -> tuple[UsageLine, ...]:
    """The lines of one group: every one, also of chats."""
    page = core.spending.page
    match group:
        case "day":
            return page.days(page.span(scope))
        case "chat":
            return page.chats(page.span(scope), _EVERY_CHAT)
        case "model":
            return page.view(scope).models
        case "key":
            return page.view(scope).keys
        case "payer":
            return page.view(scope).payers
        case "assistant":
            return page.assistants(page.span(scope))
        case "member":
            return _members(core)
        case _:
            raise ValueError(f"not a group: {group}")


def _members(core: Core) -> tuple[UsageLine, ...]:
    """What the server said last of the group whose tokens are spent, over 30 days."""
    wallet = core.hosted.chosen_wallet()
    if wallet is None or wallet.kind == "person":
        raise TuppenceError(
            "Members are those of an organization or workspace.",
            "`tuppence account act-for` chooses one.",
        )
    return member_lines(wallet)


async def _print_group(
    arguments: argparse.Namespace, core: Core, streams: Streams, scope: UsageScope
) -> None:
    lines = lines_of(core, scope, arguments.by)
    if arguments.json:
        await streams.out(as_json([line_row(line) for line in lines]) + "\n")
    elif arguments.csv:
        rows = [line_cells(line) for line in lines]
        await usage_items.write_rows(arguments.csv, streams, LINE_COLUMNS, rows)
    elif lines:
        await streams.out(_table(arguments.by.upper(), lines))


def _summary(core: Core, scope: UsageScope) -> str:
    view = core.spending.page.view(scope)
    total = view.total
    first, last = view.scope.first or view.today, view.scope.last or view.today
    words = f"{_days(first, last)} (UTC): {amount(total)}, {number(total.messages, 'message')}"
    tokens = total.input_tokens + total.output_tokens
    lines = [f"{words}, {_about(total)}{number(tokens, 'token')}\n"]
    if total.estimated_pusd:
        lines.append(f"{format_usd(total.estimated_pusd)} of it are estimated.\n")
    if total.unpriced:
        have = "has" if total.unpriced == 1 else "have"
        calls = number(total.unpriced, "call")
        lines.append(f"{calls} without a known price {have} been left out of the sum.\n")
    for title, group in _groups(view):
        if group:
            lines.append("\n" + _table(title, group))
    return "".join(lines)


def _groups(view: UsageView) -> list[tuple[str, Sequence[UsageLine]]]:
    """Payers too, where tokens paid beside own keys; assistants where there were any."""
    payers = view.payers if view.total.drawn else ()
    return [
        ("MODEL", view.models),
        ("KEY", view.keys),
        ("PAYER", payers),
        ("ASSISTANT", view.assistants),
    ]


def number(count: int, what: str) -> str:
    """`1 message`, `1,200 messages`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _days(first: date, last: date) -> str:
    """`November 2026` where it is that month, up to today too; else both days."""
    same_month = (first.year, first.month) == (last.year, last.month)
    if first.day == 1 and same_month:
        return f"{first:%B %Y}"
    return f"{first} to {last}" if first != last else f"{first}"


def _table(title: str, lines: Sequence[UsageLine]) -> str:
    header = (title, "COST", "MESSAGES", "TOKENS")
    return in_columns([header, *(_cells(line) for line in lines)], _RIGHT)


def _cells(line: UsageLine) -> tuple[str, ...]:
    name = f"{line.label} ({line.note})" if line.note else line.label
    tokens = line.sum.input_tokens + line.sum.output_tokens
    return (
        one_line(name),
        amount(line.sum),
        f"{line.sum.messages:,}",
        f"{_about(line.sum)}{tokens:,}",
    )


def _about(total: UsageSum) -> str:
    """Before counts: some of the calls were estimated."""
    return "about " if total.estimated else ""


def amount(total: UsageSum) -> str:
    """A sum as people read it: `$6.18`, `about $6.18 + 1,935 tokens`, `price unknown`."""
    if total.total_pusd is None:
        return "price unknown"
    drawn = drawn_words(total.drawn)
    if drawn and not total.total_pusd:
        return drawn
    about = "" if total.certainty is Certainty.EXACT else "about "
    money = about + format_usd(total.total_pusd)
    return f"{money} + {drawn}" if drawn else money
