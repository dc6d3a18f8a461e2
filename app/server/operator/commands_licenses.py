"""`admin licenses` and `keys`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import ConfigError
from app.ledger.steps import Sql, Steps
from app.licensing.key_list import KeyList
from app.server.licenses import rotation, service
from app.server.licenses.repository import LicenseRow, licenses_of, restore_license
from app.server.operator.account_rows import account_by_id
from app.server.operator.commands_accounts import need_reason_argument, one_account
from app.server.operator.commands_said import Command, Said, a_moment, in_columns, moment
from app.server.operator.operator import Operator, need_reason

Namespace = argparse.Namespace


async def _list(operator: Operator, given: Namespace) -> Said:
    await operator.looks.database.read(account_by_id, given.id)
    found = await operator.looks.database.read(licenses_of, given.id)
    rows = [
        (each.id, str(each.kind), each.plan, moment(each.issued_at), moment(each.expires_at),
         "revoked" if each.revoked_at else "", each.note or each.reason)
        for each in found
    ]  # fmt: skip
    head = ("ID", "KIND", "PLAN", "ISSUED", "EXPIRES", "", "NOTE")
    return Said(in_columns(head, rows), [_plain(each) for each in found])


async def _issue(operator: Operator, given: Namespace) -> Said:
    target = Path(given.out).expanduser() if given.out else None
    if target is not None and target.exists():
        raise ConfigError(f"{target} is there already.", "Name another file.")

    def look() -> Steps[object]:
        found = yield from licenses_of(given.id)
        return [each.id for each in found]

    services = operator.act("licenses issue", given.id, given.note, look)
    row = await service.issue_offline(
        services, given.id, given.device_key, days=given.days, note=given.note
    )
    if target is not None:
        target.write_text(row.block, encoding="utf-8")
    text = f"{row.id}, until {moment(row.expires_at)}" + (f": {target}\n" if target else "\n")
    plain = {**_plain(row), "block": row.block}
    return Said(text if target else text + row.block, plain)


def _issue_arguments(parser: argparse.ArgumentParser) -> None:
    one_account(parser)
    parser.add_argument("--device-key", required=True, help="as the machine without internet says")
    parser.add_argument("--days", type=int, default=service.DAYS_MAX)
    parser.add_argument("--note", default="", help="for yourself")
    parser.add_argument("--out", default="", help="a new file for the license")


async def _revoke(operator: Operator, given: Namespace) -> Said:
    words = need_reason(given.reason)

    def look() -> Steps[object]:
        found = yield from licenses_of(given.id)
        return {each.id: moment(each.revoked_at) for each in found if each.id == given.license}

    name = "licenses restore" if given.restores else "licenses revoke"
    services = operator.act(name, given.id, words, look)
    if given.restores:
        await services.database.run(restore_license, given.id, given.license)
        return Said("Its device may have a license again.\n", {"license": given.license})
    row = await service.revoke(services, given.id, given.license, words)
    return Said(f"{row.id} is revoked.\n", _plain(row))


def _revoke_arguments(parser: argparse.ArgumentParser, *, restores: bool = False) -> None:
    one_account(parser)
    parser.set_defaults(restores=restores)
    parser.add_argument("license")
    need_reason_argument(parser)


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    _revoke_arguments(parser, restores=True)


async def _keys(operator: Operator, given: Namespace) -> Said:
    found = await operator.looks.database.read(_look_at_keys)
    assert isinstance(found, dict)
    rows = [
        (key, each["signs_from"], each["signs_until"], each["revoked"], each["reason"])
        for key, each in found.items()
    ]
    head = ("KEY", "SIGNS FROM", "UNTIL", "REVOKED", "REASON")
    return Said(in_columns(head, rows), found)


async def _rotate(operator: Operator, given: Namespace) -> Said:
    services = operator.act("keys rotate", "license keys", given.reason, _look_at_keys)
    return _said(await rotation.rotate(services, given.begins))


def _rotate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--begins", type=a_moment, help="in UTC; at once without it")
    parser.add_argument("--reason", default="")


async def _revoke_key(operator: Operator, given: Namespace) -> Said:
    words = need_reason(given.reason)
    services = operator.act("keys revoke", given.key, words, _look_at_keys)
    return _said(await rotation.revoke_key(services, given.key, words))


def _revoke_key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key")
    need_reason_argument(parser)


async def _anew(operator: Operator, given: Namespace) -> Said:
    words = need_reason(given.reason)
    services = operator.act("keys begin-anew", "license keys", words, _look_at_keys)
    return _said(await rotation.begin_anew(services, words))


def _said(announced: KeyList) -> Said:
    rows = [
        (each.key.id, moment(each.signs_from), moment(each.signs_until),
         "revoked" if each.key.id in announced.pins.revoked else "")
        for each in announced.pins.keys
    ]  # fmt: skip
    text = f"List {announced.number} is announced. Keep the .pem files of the data folder safe.\n"
    plain = {"number": announced.number, "keys": [row[0] for row in rows],
             "revoked": sorted(announced.pins.revoked)}  # fmt: skip
    return Said(text + in_columns(("KEY", "SIGNS FROM", "UNTIL", ""), rows), plain)


def _look_at_keys() -> Steps[object]:
    from app.ledger.rows import at_from

    rows = yield Sql(
        "SELECT id, signs_from_ms, signs_until_ms, revoked_ms, reason FROM license_keys ORDER BY id"
    )
    names = ("signs_from", "signs_until", "revoked")
    return {
        str(row[0]): {
            **{
                name: "" if value is None else moment(at_from(value))
                for name, value in zip(names, row[1:4], strict=True)
            },
            "reason": str(row[4]),
        }
        for row in rows
    }


def _plain(row: LicenseRow) -> dict[str, object]:
    return {
        "id": row.id,
        "account": row.tenant,
        "kind": str(row.kind),
        "plan": row.plan,
        "key": row.key_id,
        "issued": moment(row.issued_at),
        "expires": moment(row.expires_at),
        "revoked": moment(row.revoked_at) or None,
        "reason": row.reason,
        "note": row.note,
    }


COMMANDS = (
    Command(("licenses", "list"), "an account's licenses", _list, one_account),
    Command(("licenses", "issue"), "a license for a machine without internet", _issue,
            _issue_arguments, acts=True),
    Command(("licenses", "revoke"), "call one back", _revoke, _revoke_arguments, acts=True),
    Command(("licenses", "restore"), "take that back", _revoke, _restore_arguments, acts=True),
    Command(("keys", "list"), "the keys that sign licenses", _keys),
    Command(("keys", "rotate"), "go over to the next key", _rotate, _rotate_arguments, acts=True),
    Command(("keys", "revoke"), "take the trust from a key and all that it signed", _revoke_key,
            _revoke_key_arguments, acts=True),
    Command(("keys", "begin-anew"), "two new keys where the old ones are lost", _anew,
            need_reason_argument, acts=True),
)  # fmt: skip
