"""`admin events`, `holds`, `sweep`, `margins`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from app.ledger.holds import open_holds
from app.ledger.steps import Sql, Steps
from app.metering.hold import Proof
from app.money import format_usd, usd_text
from app.server.credits.receipts import receipt_json
from app.server.errors import not_found
from app.server.operator import margins as figures
from app.server.operator.commands_accounts import need_reason_argument
from app.server.operator.commands_said import DONE, FAILED, Command, Said, a_day, in_columns, moment
from app.server.operator.open_calls import end_hold, sweep_now
from app.server.operator.operator import Operator
from app.server.payments.kept_events import kept_event, kept_events, take_again
from app.server.payments.till import Till

Namespace = argparse.Namespace
OUTCOMES = ("set_aside", "credited", "credited_before", "recorded")


async def _events(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(kept_events, given.outcome, given.most)
    rows = [
        (moment(each.at), each.processor, each.mode, each.event_id, each.kind, each.reason)
        for each in found
    ]
    head = ("AT", "PROCESSOR", "MODE", "EVENT", "KIND", "REASON")
    plain = [dict(zip(("at", "processor", "mode", "event", "kind", "reason"), row, strict=True))
             for row in rows]  # fmt: skip
    return Said(in_columns(head, rows), plain)


def _events_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--outcome", default="set_aside", choices=OUTCOMES)
    parser.add_argument("--most", type=int, default=200)


async def _inspect(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(kept_event, given.processor, given.event)
    if found is None:
        raise not_found("event")
    body = json.loads(found.body) if found.body else None
    text = (
        f"{found.processor} {found.mode} {found.event_id} ({found.kind}), {moment(found.at)}\n"
        f"{found.outcome}: {found.reason or 'as it should be'}\n"
        f"{json.dumps(body, indent=1, ensure_ascii=True) if body else 'It came without a body.'}\n"
    )
    plain = {**asdict(found), "at": moment(found.at), "body": body}
    return Said(text, plain)


def _event_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("processor", choices=("stripe", "lemon_squeezy"))
    parser.add_argument("event")


async def resend(operator: Operator, processor: str, event_id: str, reason: str) -> list[str]:
    """Handle a kept event again; how each of its parts ended. Raises Refused."""

    def look() -> Steps[object]:
        rows = yield Sql(
            "SELECT event_id, outcome, reason FROM payment_events WHERE processor = ?"
            " AND substr(event_id, 1, length(?)) = ? ORDER BY event_id",
            (processor, event_id, event_id),
        )
        return {str(row[0]): [str(row[1]), str(row[2])] for row in rows}

    services = operator.act("events resend", f"{processor}/{event_id}", reason, look)
    answers = await take_again(Till(services), processor, event_id)
    return [f"{each.end}{f': {each.reason}' if each.reason else ''}" for each in answers]


async def _resend(operator: Operator, given: Namespace) -> Said:
    ends = await resend(operator, given.processor, given.event, given.reason)
    code = FAILED if any(end.startswith("set_aside") for end in ends) else DONE
    return Said("".join(f"{end}\n" for end in ends), {"ends": ends}, code)


def _resend_arguments(parser: argparse.ArgumentParser) -> None:
    _event_arguments(parser)
    parser.add_argument("--reason", default="")


async def _holds(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(open_holds, given.account)
    rows = [
        (each.id, each.tenant, str(each.state), moment(each.created_at), moment(each.lease_until),
         each.route, f"{each.output_tokens_seen:,}")
        for each in found
    ]  # fmt: skip
    head = ("HOLD", "ACCOUNT", "STATE", "SINCE", "LEASE", "ROUTE", "SEEN")
    plain = [
        {"id": each.id, "account": each.tenant, "state": str(each.state),
         "since": moment(each.created_at), "lease": moment(each.lease_until) or None,
         "held": {draw.account: draw.amount for draw in each.draws}}
        for each in found
    ]  # fmt: skip
    return Said(in_columns(head, rows, right="SEEN"), plain)


def _holds_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", help="of this account alone")


async def _settle(operator: Operator, given: Namespace) -> Said:
    proof = Proof(given.release) if given.release else None
    receipt = await end_hold(operator, given.hold, given.reason, proof)
    plain = receipt_json(receipt)
    return Said(f"Ended. {plain.get('rule', '')}\n", plain)


def _settle_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("hold")
    parser.add_argument(
        "--release",
        choices=[str(each) for each in Proof],
        help="give it back: the proof that the provider bills nothing",
    )
    need_reason_argument(parser)


async def _sweep(operator: Operator, given: Namespace) -> Said:
    swept, ended = await sweep_now(operator)
    text = f"{swept} released or parked, {ended} ended.\n"
    return Said(text, {"swept": swept, "ended": ended})


async def _margins(operator: Operator, given: Namespace) -> Said:
    last_days = figures.days_back(operator.looks.clock.now(), 7)
    first, last = given.first or last_days[0], given.last or last_days[1]
    found = await operator.looks.database.read(figures.margins, first, last)
    together = figures.total(found)
    rows = [_margin_row(str(each.day), each) for each in found] + [_margin_row("all", together)]
    head = ("DAY", "MODEL", "CALLS", "TOKENS", "CHARGED", "EARNED", "COST", "LOST", "MARGIN")
    right = "CALLS TOKENS CHARGED EARNED COST LOST MARGIN"
    text = in_columns(head, rows, right=right)
    if together.unpriced:
        text += f"{together.unpriced:,} calls have no known price and are not in COST.\n"
    return Said(text, [_margin_plain(each) for each in found])


def _margin_row(day: str, each: figures.Margin) -> tuple[str, ...]:
    money = (each.charged_pusd, each.earned_pusd, each.cost_pusd, each.lost_pusd, each.margin_pusd)
    return (day, each.model, f"{each.calls:,}", f"{each.plan_tokens:,}", *map(format_usd, money))


def _margin_plain(each: figures.Margin) -> dict[str, object]:
    return {
        **asdict(each),
        "day": each.day.isoformat(),
        "charged_usd": usd_text(each.charged_pusd),
        "earned_usd": usd_text(each.earned_pusd),
        "cost_usd": usd_text(each.cost_pusd),
        "margin_usd": usd_text(each.margin_pusd),
    }


def _margins_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--first", type=a_day, help="2026-11-01; a week ago without it")
    parser.add_argument("--last", type=a_day)


COMMANDS = (
    Command(("events", "list"), "payment events, those set aside first of all", _events,
            _events_arguments),
    Command(("events", "inspect"), "one event as it came", _inspect, _event_arguments),
    Command(("events", "resend"), "handle one again", _resend, _resend_arguments, acts=True),
    Command(("holds", "list"), "calls that have not ended", _holds, _holds_arguments),
    Command(("holds", "settle"), "end one whose worker died", _settle, _settle_arguments,
            acts=True),
    Command(("sweep",), "release, park and end what was forgotten, now", _sweep, acts=True),
    Command(("margins",), "what came in and what it cost, by model and day", _margins,
            _margins_arguments),
)  # fmt: skip
