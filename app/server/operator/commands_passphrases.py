"""`admin passphrases`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from app.ledger.steps import Steps
from app.server.accounts.passphrase_checks import issue_passphrase, rotate_passphrase
from app.server.accounts.passphrases import all_passphrases, revoke_passphrase
from app.server.operator.commands_accounts import need_reason_argument, one_account
from app.server.operator.commands_said import Command, Said, in_columns, moment
from app.server.operator.operator import Operator, need_reason

Namespace = argparse.Namespace


async def _passphrases(operator: Operator, given: Namespace) -> Said:
    rule, now = operator.looks.catalog.passphrases, operator.looks.clock.now()
    found = await operator.looks.database.read(all_passphrases)
    rows, plain = [], []
    for each in found:
        standing = str(each.standing(rule, now)) if rule else "no plan"
        until = each.until(rule) if rule else None
        rows.append((each.id, each.name, standing, moment(each.issued.issued_at), moment(until)))
        plain.append(dict(zip(("id", "name", "standing", "issued", "until"), rows[-1],
                              strict=True)))  # fmt: skip
    return Said(in_columns(("ID", "NAME", "STANDING", "ISSUED", "UNTIL"), rows), plain)


def _look_at_passphrases() -> Steps[object]:
    found = yield from all_passphrases()
    return {
        each.id: {"replaced": moment(each.issued.replaced_at), "revoked": moment(each.revoked_at)}
        for each in found
    }


async def _issue(operator: Operator, given: Namespace) -> Said:
    name = "passphrases rotate" if given.rotates else "passphrases create"
    services = operator.act(name, given.name or "passphrases", given.reason, _look_at_passphrases)
    words = sys.stdin.readline().strip() if given.stdin else ""
    if given.rotates:
        issued = await rotate_passphrase(
            services, name=given.name, words=words, replaces=given.replaces or None
        )
    else:
        issued = await issue_passphrase(services, name=given.name, words=words)
    text = f"{issued.id}: {issued.passphrase}\nIt is not shown again.\n"
    if given.rotates and services.catalog.passphrases is not None:
        days = services.catalog.passphrases.grace_days
        text += f"{len(issued.replaced)} before it work for {days} days more.\n"
    plain = {"id": issued.id, "passphrase": issued.passphrase, "replaced": list(issued.replaced)}
    return Said(text, plain)


def _issue_arguments(*, rotates: bool) -> Any:
    def add(parser: argparse.ArgumentParser) -> None:
        parser.set_defaults(rotates=rotates, replaces=None)
        parser.add_argument("--name", default="", help="for whom it is")
        parser.add_argument("--stdin", action="store_true", help="your own words, on one line")
        parser.add_argument("--reason", default="")
        if rotates:
            parser.add_argument("--replaces", action="append", metavar="ID", help="not all of them")

    return add


async def _revoke_passphrase(operator: Operator, given: Namespace) -> Said:
    words = need_reason(given.reason)
    services = operator.act("passphrases revoke", given.id, words, _look_at_passphrases)
    now = services.clock.now()
    moved = await services.database.run(revoke_passphrase, services.catalog, given.id, now)
    return Said(f"Revoked; {moved} accounts went back to the start plan.\n", {"moved": moved})


def _revoke_arguments(parser: argparse.ArgumentParser) -> None:
    one_account(parser)
    need_reason_argument(parser)


COMMANDS = (
    Command(("passphrases", "list"), "every passphrase and how it stands", _passphrases),
    Command(("passphrases", "create"), "one more passphrase", _issue,
            _issue_arguments(rotates=False), acts=True),
    Command(("passphrases", "rotate"), "one in place of those in use", _issue,
            _issue_arguments(rotates=True), acts=True),
    Command(("passphrases", "revoke"), "end one at once", _revoke_passphrase, _revoke_arguments,
            acts=True),
)  # fmt: skip
