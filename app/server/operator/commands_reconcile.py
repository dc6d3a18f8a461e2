"""`admin reconcile` and `export`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path

from app.errors import ConfigError
from app.money import format_usd, usd_text
from app.server.operator import exporting
from app.server.operator.commands_said import (
    DONE,
    FAILED,
    Command,
    Said,
    a_day,
    a_month,
    dollars,
    in_columns,
)
from app.server.operator.margins import days_back
from app.server.operator.operator import Operator
from app.server.operator.reconciling_payments import reconcile_payments
from app.server.operator.reconciling_providers import (
    ProviderResult,
    with_bill,
    with_files,
    with_interface,
)

Namespace = argparse.Namespace
FILE_MODE = 0o600


async def _payments(operator: Operator, given: Namespace) -> Said:
    since = operator.looks.clock.now() - timedelta(days=given.days)
    found = await reconcile_payments(operator, since)
    head = ("PROCESSOR", "MODE", "CURRENCY", "CREDITED", "SUBSCRIBED", "REFUNDED")
    rows = [
        (each.processor, each.mode, each.currency, *map(_cents, (each.credited_minor,
         each.subscribed_minor, each.refunded_minor)))
        for each in found.sums
    ]  # fmt: skip
    text = in_columns(head, rows, right="CREDITED SUBSCRIBED REFUNDED")
    open_rows = [(str(each.trouble), each.processor, each.id, each.words) for each in found.open]
    if open_rows:
        text += "\n" + in_columns(("TROUBLE", "PROCESSOR", "ID", "WHAT"), open_rows)
    else:
        text += "Nothing is open.\n"
    return Said(text, asdict(found), DONE if found.agrees else FAILED)


def _payments_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=30, help="how far back (30)")


def _cents(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


async def _provider(operator: Operator, given: Namespace) -> Said:
    month = given.month or operator.looks.clock.now().astimezone(UTC).date().replace(day=1)
    if given.report:
        paths = [Path(name).expanduser() for name in given.report]
        found = await with_files(operator.looks, given.provider, month, paths)
    elif given.bill is not None:
        found = await with_bill(operator.looks, given.provider, month, given.bill)
    else:
        found = await with_interface(operator.looks, given.provider, month)
    return Said(_provider_text(found), _provider_plain(found), DONE if found.agrees else FAILED)


def _provider_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", help="such as openrouter, openai, anthropic")
    parser.add_argument("--month", type=a_month, help="2026-11; this month without it")
    by = parser.add_mutually_exclusive_group()
    by.add_argument("--report", action="append", metavar="FILE", help="what was downloaded there")
    by.add_argument("--bill", type=dollars, metavar="USD", help="only the figure of the bill")


def _provider_text(found: ProviderResult) -> str:
    rows = [
        ("charged to accounts", format_usd(found.charged_pusd)),
        ("written off", format_usd(found.written_off_pusd)),
        *(
            (f"{part.reason}{f' ({part.detail})' if part.detail else ''}",
             format_usd(part.cost_pusd))
            for part in found.differences
        ),
    ]  # fmt: skip
    if found.rest_pusd:
        rows.append(("without a name", format_usd(found.rest_pusd)))
    bill = "not told" if found.bill_pusd is None else format_usd(found.bill_pusd)
    rows.append(("bill", bill))
    head = (f"{found.provider}, {found.first} to {found.last}, {found.source}", "AMOUNT")
    ended = "It agrees.\n" if found.agrees else "It does not agree.\n"
    return in_columns(head, rows, right="AMOUNT") + ended


def _provider_plain(found: ProviderResult) -> dict[str, object]:
    return {
        "provider": found.provider,
        "source": found.source,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "bill_usd": None if found.bill_pusd is None else usd_text(found.bill_pusd),
        "charged_usd": usd_text(found.charged_pusd),
        "written_off_usd": usd_text(found.written_off_pusd),
        "differences": [
            {"reason": str(part.reason), "usd": usd_text(part.cost_pusd),
             "requests": part.requests, "tokens": part.tokens, "detail": part.detail}
            for part in found.differences
        ],
        "without_a_name_usd": usd_text(found.rest_pusd),
        "agrees": found.agrees,
    }  # fmt: skip


async def _export(operator: Operator, given: Namespace) -> Said:
    database = operator.looks.database
    if given.what == "journal":
        form = "beancount" if given.form == "beancount" else "csv"
        lines: Iterable[str] = await database.read(exporting.journal, form)
    elif given.what == "accounts":
        rows = await database.read(exporting.all_accounts)
        lines = _in_form(exporting.ACCOUNT_COLUMNS, rows, given.form)
    else:
        recent = days_back(operator.looks.clock.now(), 31)
        first, last = given.first or recent[0], given.last or recent[1]
        rows = await database.read(exporting.all_usage, first, last)
        lines = _in_form(exporting.usage_columns(), rows, given.form)
    if not given.out:
        return Said("".join(lines), None)
    target, count = Path(given.out).expanduser(), 0
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror}.", "Name a new file."
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    return Said(f"{count:,} lines: {target}\n", {"lines": count, "file": str(target)})


def _in_form(columns: tuple[str, ...], rows: list[dict[str, object]], form: str) -> Iterable[str]:
    if form == "json":
        return exporting.as_json_lines(rows)
    return exporting.as_csv(columns, rows)


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("journal", "accounts", "usage"))
    parser.add_argument("--form", default="csv", choices=("csv", "json", "beancount"))
    parser.add_argument("--first", type=a_day, help="usage from this day on")
    parser.add_argument("--last", type=a_day)
    parser.add_argument("--out", default="", help="a new file; standard output without it")


COMMANDS = (
    Command(("reconcile", "payments"), "processors against the books", _payments,
            _payments_arguments, acts=True),
    Command(("reconcile", "provider"), "a provider's bill against the books", _provider,
            _provider_arguments),
    Command(("export",), "the journal, accounts or usage for other programs", _export,
            _export_arguments),
)  # fmt: skip
