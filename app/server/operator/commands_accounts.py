"""`admin accounts` and `grants`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from app.catalog.plans import Unit
from app.server.credits.refusals import amount_words
from app.server.errors import not_found
from app.server.operator.account_rows import (
    FoundAccount,
    Mark,
    Which,
    WholeAccount,
    chosen,
    find_accounts,
    mark,
    set_person_plan,
    whole_account,
)
from app.server.operator.commands_said import Command, Said, dollars, in_columns, moment, whole
from app.server.operator.granting import grant, revoke_grant
from app.server.operator.operator import Operator, need_reason

_HEAD = ("ID", "KIND", "NAME", "E-MAIL", "PLAN", "MARKS", "CREATED")
Namespace = argparse.Namespace


def need_reason_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="why, for the audit log")


def list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help="in the id, the name or the address")
    parser.add_argument("--mark", default="", choices=("", *(m for m in Mark if m != Mark.NORMAL)))


def mark_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mark", choices=[str(each) for each in Mark])
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--all", action="store_true", help="everybody that --plan leaves")
    parser.add_argument("--plan", default="", help="with --all: on this plan alone")
    parser.add_argument("--clear", action="store_true", help="take the mark away")
    parser.add_argument("--dry-run", action="store_true", help="only say who it would be")
    need_reason_argument(parser)


def one_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")


async def list_accounts(operator: Operator, given: Namespace, kind: str = "") -> Said:
    found = await operator.looks.database.read(
        find_accounts, given.text, kind=kind, flag=given.mark
    )
    return Said(_table(found), [plain_account(each) for each in found])


async def show_account(operator: Operator, given: Namespace, kind: str = "") -> Said:
    now = operator.looks.clock.now()
    found = await operator.looks.database.read(whole_account, given.id, now)
    if kind and found.account.kind != kind:
        raise not_found(kind)
    return Said(_whole_text(found), _whole_plain(found))


async def mark_accounts(operator: Operator, given: Namespace, kind: str = "") -> Said:
    which = Which(tuple(given.ids), given.all, kind, given.plan)
    if given.dry_run:
        need_reason(given.reason)
        found: Sequence[FoundAccount] = await operator.looks.database.read(chosen, which)
        text = _table(found) + f"{len(found)} accounts; nothing was changed.\n"
    else:
        found = await mark(operator, which, Mark(given.mark), given.reason, clear=given.clear)
        text = f"{len(found)} accounts changed.\n"
    return Said(text, {"accounts": [each.id for each in found], "dry_run": given.dry_run})


async def _plan(operator: Operator, given: Namespace) -> Said:
    catalog = operator.looks.catalog
    before = await set_person_plan(operator, catalog, given.id, given.plan, given.reason)
    return Said(f"{given.id}: {before} becomes {given.plan}.\n", {"before": before})


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    one_account(parser)
    parser.add_argument("plan")
    need_reason_argument(parser)


async def _grant(operator: Operator, given: Namespace) -> Said:
    unit = Unit(given.unit)
    amount = dollars(given.amount) if unit is Unit.USD else whole(given.amount)
    wallet = await grant(operator, given.id, amount, unit, given.reason, given.name)
    text = f"{amount_words(unit, amount)} given. To take it back: grants revoke {wallet}\n"
    return Said(text, {"grant": wallet, "unit": str(unit), "amount": amount})


def _grant_arguments(parser: argparse.ArgumentParser) -> None:
    one_account(parser)
    parser.add_argument("amount", help="plan tokens, or with --unit usd dollars")
    parser.add_argument("--unit", default="plan_tokens", choices=[str(each) for each in Unit])
    parser.add_argument("--name", default="", help="what its holder reads")
    need_reason_argument(parser)


async def _revoke_grant(operator: Operator, given: Namespace) -> Said:
    taken = await revoke_grant(operator, given.grant, given.reason, given.amount)
    return Said(f"{taken:,} taken back.\n", {"grant": given.grant, "taken": taken})


def _revoke_grant_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("grant", help="as grants give and accounts show name it")
    parser.add_argument("--amount", type=whole, help="in its unit; everything unspent without it")
    need_reason_argument(parser)


def _table(found: Sequence[FoundAccount]) -> str:
    rows = [
        (each.id, each.kind, each.name, each.email or "", each.plan, " ".join(each.marks),
         moment(each.created_at))
        for each in found
    ]  # fmt: skip
    return in_columns(_HEAD, rows)


def plain_account(found: FoundAccount) -> dict[str, object]:
    return {
        "id": found.id,
        "kind": found.kind,
        "name": found.name,
        "email": found.email,
        "plan": found.plan,
        "marks": list(found.marks),
        "reason": found.flag_reason,
        "seats": found.seats,
        "amounts": json.loads(found.custom_amounts),
        "paid_until": moment(found.paid_until) or None,
        "created": moment(found.created_at),
        "deleted": moment(found.deleted_at) or None,
    }


def _whole_text(found: WholeAccount) -> str:
    account = found.account
    text = _table([account])
    if account.flag_reason:
        text += f"marked because: {account.flag_reason}\n"
    rows = [
        (each.id, str(each.kind), str(each.unit), f"{each.granted:,}", f"{each.posted:,}",
         f"{each.held:,}", moment(each.closes_at))
        for each in found.balances
    ]  # fmt: skip
    head = ("GRANT", "KIND", "UNIT", "GRANTED", "UNSPENT", "HELD", "ENDS")
    text += "\n" + in_columns(head, rows, right="GRANTED UNSPENT HELD")
    holds = [(each.id, str(each.state), moment(each.created_at)) for each in found.holds]
    text += "\n" + in_columns(("HOLD", "STATE", "SINCE"), holds)
    asked = [
        (moment(_at(each.at_ms)), each.model, each.ending, f"{each.plan_tokens:,}", each.id)
        for each in found.requests
    ]
    return text + "\n" + in_columns(("AT", "MODEL", "ENDED", "TOKENS", "REQUEST"), asked)


def _at(milliseconds: int) -> Any:
    from app.ledger.rows import at_from

    return at_from(milliseconds)


def _whole_plain(found: WholeAccount) -> dict[str, object]:
    return {
        **plain_account(found.account),
        "grants": [
            {"id": each.id, "kind": str(each.kind), "unit": str(each.unit),
             "granted": each.granted, "unspent": each.posted, "held": each.held,
             "ends": moment(each.closes_at) or None}
            for each in found.balances
        ],
        "holds": [{"id": each.id, "state": str(each.state)} for each in found.holds],
        "requests": [
            {"id": each.id, "at": moment(_at(each.at_ms)), "model": each.model,
             "ending": each.ending, "plan_tokens": each.plan_tokens}
            for each in found.requests
        ],
    }  # fmt: skip


COMMANDS = (
    Command(("accounts", "list"), "accounts that hold a text", list_accounts, list_arguments),
    Command(("accounts", "show"), "one account with all that it has", show_account, one_account),
    Command(("accounts", "mark"), "mark accounts, one, some or all", mark_accounts, mark_arguments,
            acts=True),
    Command(("accounts", "plan"), "put a person on a plan", _plan, _plan_arguments, acts=True),
    Command(("grants", "give"), "give tokens that never expire", _grant, _grant_arguments,
            acts=True),
    Command(("grants", "revoke"), "take back what is unspent of it", _revoke_grant,
            _revoke_grant_arguments, acts=True),
)  # fmt: skip
