"""`admin ledger`: check the books, write their balances anew, take a charge back."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from app.catalog.plans import Unit
from app.ledger.audit import audit
from app.ledger.rebuild import rebuild
from app.ledger.steps import Steps
from app.server.credits.refusals import amount_words
from app.server.operator.commands_accounts import need_reason_argument
from app.server.operator.commands_said import DONE, FAILED, Command, Said, in_columns
from app.server.operator.correcting import charge_of, correct_call
from app.server.operator.operator import Operator, need_reason

Namespace = argparse.Namespace


async def _check(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(audit)
    text = "".join(f"{each.where}: {each.what} (invariant {each.invariant})\n" for each in found)
    text += f"{len(found)} things do not add up.\n" if found else "Everything adds up.\n"
    return Said(text, [asdict(each) for each in found], FAILED if found else DONE)


async def _rebuild(operator: Operator, given: Namespace) -> Said:
    services = operator.act("ledger rebuild", "ledger", need_reason(given.reason), _differing)
    changed = await services.database.run(rebuild)
    return Said(f"{len(changed)} balances were written anew.\n", {"changed": list(changed)})


def _differing() -> Steps[object]:
    found = yield from audit()
    return [f"{each.where}: {each.what}" for each in found]


async def _correct(operator: Operator, given: Namespace) -> Said:
    if given.dry_run:
        need_reason(given.reason)
        now = operator.looks.clock.now()
        found = await operator.looks.database.read(charge_of, given.request, now)
    else:
        found = await correct_call(operator, given.request, given.reason)
    rows = [
        (
            each.account,
            amount_words(Unit(each.unit), each.amount),
            "is over" if each.is_over else "",
        )
        for each in found.back
    ]
    text = in_columns(("ACCOUNT", "BACK", "WINDOW"), rows, right="BACK")
    text += "Nothing was changed.\n" if given.dry_run else "Given back.\n"
    if any(each.is_over for each in found.back):
        text += "What goes back to a window that is over can be spent by nobody: grants give.\n"
    plain = {
        "request": given.request,
        "tenant": found.hold.tenant,
        "back": [{**asdict(each), "unit": str(each.unit)} for each in found.back],
        "dry_run": given.dry_run,
    }
    return Said(text, plain)


def _correct_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", help="the id on its receipt")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go back")
    need_reason_argument(parser)


COMMANDS = (
    Command(("ledger", "check"), "every row against the rules of the books", _check),
    Command(("ledger", "rebuild"), "balances anew from the journal", _rebuild,
            need_reason_argument, acts=True),
    Command(("ledger", "correct"), "take back what a request was charged", _correct,
            _correct_arguments, acts=True),
)  # fmt: skip
