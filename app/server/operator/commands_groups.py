"""`admin organizations` and `workspaces`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from app.catalog.plans import Unit
from app.ledger.steps import Steps
from app.server.operator.account_rows import account_by_id
from app.server.operator.commands_accounts import (
    list_accounts,
    list_arguments,
    mark_accounts,
    mark_arguments,
    need_reason_argument,
    one_account,
    plain_account,
    show_account,
)
from app.server.operator.commands_said import Command, Said, dollars, in_columns, whole
from app.server.operator.operator import Operator, need_reason
from app.server.organizations.plans import bulk_change, set_amount, set_plan, set_seats

Namespace = argparse.Namespace


def _of_kind(kind: str) -> tuple[Any, Any, Any]:
    async def listed(operator: Operator, given: Namespace) -> Said:
        return await list_accounts(operator, given, kind)

    async def shown(operator: Operator, given: Namespace) -> Said:
        return await show_account(operator, given, kind)

    async def marked(operator: Operator, given: Namespace) -> Said:
        return await mark_accounts(operator, given, kind)

    return listed, shown, marked


async def _set(operator: Operator, given: Namespace) -> Said:
    """Plan, seats or an amount of a group, whichever was given."""
    words = need_reason(given.reason)

    def look() -> Steps[object]:
        found = yield from account_by_id(given.id)
        return {"plan": found.plan, "seats": found.seats, "amounts": found.custom_amounts}

    services = operator.act(f"workspaces {given.what}", given.id, words, look)
    catalog, now = services.catalog, services.clock.now()
    if given.what == "plan":
        await services.database.run(set_plan, catalog, given.id, given.value, now)
    elif given.what == "seats":
        await services.database.run(set_seats, catalog, given.id, given.seats, now)
    else:
        amount = None if given.amount == "none" else _amount(operator, given)
        await services.database.run(set_amount, catalog, given.id, given.allowance, amount, now)
    found = await operator.looks.database.read(account_by_id, given.id)
    return Said(f"{given.id}: done.\n", plain_account(found))


def _amount(operator: Operator, given: Namespace) -> int:
    allowance = operator.looks.catalog.allowance(given.allowance)
    is_money = allowance is not None and allowance.unit is Unit.USD
    return dollars(given.amount) if is_money else whole(given.amount)


def _set_arguments(what: str) -> Any:
    def add(parser: argparse.ArgumentParser) -> None:
        parser.set_defaults(what=what)
        one_account(parser)
        if what == "plan":
            parser.add_argument("value", metavar="PLAN")
        elif what == "seats":
            parser.add_argument("seats", type=int, help="0: what the plan says")
        else:
            parser.add_argument("allowance")
            parser.add_argument("amount", help="in dollars or whole units; none takes it away")
        need_reason_argument(parser)

    return add


async def _bulk(operator: Operator, given: Namespace) -> Said:
    now = operator.looks.clock.now()
    catalog = operator.looks.catalog
    planned = await operator.looks.database.read(
        bulk_change, catalog, given.change, now, dry_run=True
    )
    if not given.dry_run and planned.moved:
        words = need_reason(given.reason)
        ids = tuple(each.tenant for each in planned.moved)

        def look() -> Steps[object]:
            found = {}
            for account_id in ids:
                account = yield from account_by_id(account_id)
                found[account_id] = {"plan": account.plan, "marks": list(account.marks)}
            return found

        services = operator.act_on_many("workspaces bulk", given.change, words, look)
        planned = await services.database.run(
            bulk_change, catalog, given.change, now, dry_run=False
        )
    rows = [(m.tenant, m.name, m.from_plan, m.to_plan, " ".join(m.cleared)) for m in planned.moved]
    ended = "nothing was changed" if given.dry_run else "moved"
    text = in_columns(("ID", "NAME", "FROM", "TO", "CLEARED"), rows)
    text += f"{len(planned.moved)} {ended}.\n"
    for plan, number in planned.left:
        text += f"{number} on {plan}: not moved by this change.\n"
    return Said(text, {**asdict(planned), "dry_run": given.dry_run})


def _bulk_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("change", help="a bulk change of the catalog")
    parser.add_argument("--dry-run", action="store_true", help="only say whom it would move")
    parser.add_argument("--reason", default="", help="why, for the audit log")


_GROUPS = {kind: _of_kind(kind) for kind in ("workspace", "organization")}

COMMANDS = (
    *(
        command
        for kind, (listed, shown, marked) in _GROUPS.items()
        for command in (
            Command((f"{kind}s", "list"), f"{kind}s that hold a text", listed, list_arguments),
            Command((f"{kind}s", "show"), f"one {kind} with all that it has", shown, one_account),
            Command((f"{kind}s", "mark"), f"mark {kind}s, one, some or all", marked,
                    mark_arguments, acts=True),
        )
    ),
    *(
        Command(("workspaces", what), about, _set, _set_arguments(what), acts=True)
        for what, about in (
            ("plan", "put an organization or workspace on a plan"),
            ("seats", "set its seats"),
            ("amount", "set what an allowance grants it, such as its monthly credit"),
        )
    ),
    Command(("workspaces", "bulk"), "carry out a bulk change of the catalog", _bulk,
            _bulk_arguments, acts=True),
)  # fmt: skip
