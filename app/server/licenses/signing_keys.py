"""The keys that sign licenses: private halves in files of the data folder, public ones in the
database with the signed lists that announce them.

    license-signing.pem      the first key
    license-signing-2.pem    the key after it, and so on: a key's file is found by its content

The key that begins last signs the next list, so that its file may lie in a drawer until its day.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.errors import ConfigError
from app.ledger.rows import ms_from
from app.ledger.steps import Sql, Steps
from app.licensing.key_list import KeyList, first_key_list, sign_key_list
from app.licensing.keys import SigningKey
from app.licensing.pinned import PinnedKey, PinnedKeys
from app.server.secret import read_or_make
from app.server.services import Services

STEM = "license-signing"
FIRST_FILE = f"{STEM}.pem"
KEY_LIFE = timedelta(days=365)  # from one key to the next, unless the operator rotates earlier


@dataclass(frozen=True, slots=True)
class Signing:
    """The key that signs at a moment, and the list that says so."""

    key: SigningKey
    announced: KeyList


async def signing_at(services: Services, now: datetime) -> Signing:
    """The key that signs licenses now; at the very first time it is made.

    Raises ConfigError where its file is gone: a new key would not be believed by anybody.
    """
    announced = await announced_keys(services) or await _begin(services, now)
    current = announced.pins.current(now)
    key = None if current is None else private_keys(services.settings.data).get(current.key.id)
    if key is None:
        raise _lost(services.settings.data, current)
    return Signing(key, announced)


async def make_ready(services: Services) -> None:
    """Before a server starts: its keys are there, and the one that signs can be read.

    Raises ConfigError. Opens the database and closes it again.
    """
    await services.database.open()
    try:
        await signing_at(services, services.clock.now())
    finally:
        await services.database.close()


async def announced_keys(services: Services) -> KeyList | None:
    """The newest list; None before the first start."""
    blocks = await services.database.read(lists_after, -1, newest_only=True)
    return first_key_list(blocks[0]) if blocks else None


def private_keys(data: Path) -> dict[str, SigningKey]:
    """Every private key in the data folder, by its id. Raises ConfigError for a file that others
    may read, SigningKeyUnreadable for one that holds no key."""
    found = (SigningKey.from_pem(read_or_make(path, b"")) for path in sorted(_files(data)))
    return {key.id: key for key in found}


def key_file(data: Path, number: int) -> Path:
    """The file of the first key, the second, and so on."""
    return data / (FIRST_FILE if number == 1 else f"{STEM}-{number}.pem")


def read_or_make_key(data: Path, number: int) -> SigningKey:
    """The key of that number, made where there is none: a repeat finds the same one."""
    pem = SigningKey.from_seed(os.urandom(32)).to_pem()
    return SigningKey.from_pem(read_or_make(key_file(data, number), pem))


def whole_second(at: datetime) -> datetime:
    """Keys begin and lists are dated at whole seconds."""
    return at.replace(microsecond=0)


async def publish(
    services: Services,
    key: SigningKey,
    announced: KeyList,
    *,
    reason: str = "",
    alone: bool = False,
) -> bool:
    """Sign a list and keep it with its keys; False where another was faster with this number.

    `alone`: nothing leads from the lists of before to this one, so they go.
    """
    block = sign_key_list(announced, key)
    return await services.database.run(_keep, announced, block, reason, alone=alone)


def lists_after(number: int, *, newest_only: bool = False) -> Steps[Sequence[str]]:
    """The blocks of the lists with higher numbers, in order."""
    order = "DESC LIMIT 1" if newest_only else "ASC"
    rows = yield Sql(
        f"SELECT block FROM license_key_lists WHERE number > ? ORDER BY number {order}", (number,)
    )
    return [str(row[0]) for row in rows]


def count_keys() -> Steps[int]:
    """How many keys there have ever been."""
    rows = yield Sql("SELECT count(*) FROM license_keys")
    return int(rows[0][0])


async def _begin(services: Services, now: datetime) -> KeyList:
    """The first key and the one after it. Who starts at the same time finds the same files."""
    data, start = services.settings.data, whole_second(now)
    first, coming = read_or_make_key(data, 1), read_or_make_key(data, 2)
    # The first has no beginning: what it signs today is good on a clock that is behind.
    pins = PinnedKeys((PinnedKey(first.public),)).with_next(coming.public, start + KEY_LIFE)
    await publish(services, first, KeyList(pins, 1, start))
    announced = await announced_keys(services)
    assert announced is not None
    return announced


def _keep(announced: KeyList, block: str, reason: str, *, alone: bool) -> Steps[bool]:
    issued_ms = ms_from(announced.issued)
    kept = yield Sql(
        "INSERT INTO license_key_lists (number, issued_ms, block) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING number",
        (announced.number, issued_ms, block),
    )
    if not kept:
        return False
    if alone:
        yield Sql("DELETE FROM license_key_lists WHERE number < ?", (announced.number,))
    for each in announced.pins.keys:
        is_revoked = each.key.id in announced.pins.revoked
        yield Sql(
            "INSERT INTO license_keys"
            " (id, public_key, signs_from_ms, signs_until_ms, revoked_ms, reason, created_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " signs_from_ms = excluded.signs_from_ms, signs_until_ms = excluded.signs_until_ms,"
            " revoked_ms = coalesce(license_keys.revoked_ms, excluded.revoked_ms),"
            " reason = CASE WHEN license_keys.revoked_ms IS NULL THEN excluded.reason"
            " ELSE license_keys.reason END",
            (
                each.key.id,
                each.key.text,
                None if each.signs_from is None else ms_from(each.signs_from),
                None if each.signs_until is None else ms_from(each.signs_until),
                issued_ms if is_revoked else None,
                reason if is_revoked else "",
                issued_ms,
            ),
        )
    return True


def _files(data: Path) -> list[Path]:
    return list(data.glob(f"{STEM}*.pem"))


def _lost(data: Path, current: PinnedKey | None) -> ConfigError:
    known = "" if current is None else f" (key {current.key.id})"
    return ConfigError(
        f"The key that signs licenses{known} is not in {data}, and copies out there know it.",
        f"Put {FIRST_FILE} and its kin back from your backup. If it is lost for good, go over to "
        "the next key, or begin anew, which every copy has to be told.",
    )
