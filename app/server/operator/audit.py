"""The audit log, and the one way in which an operator's act reaches the books.

An act runs on a database that writes down who did what, why, and how it was before and after, in
the very transaction of the act. Everything else of the operator's runs on one that writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from app.ledger import admission, calls, settlement
from app.ledger.postgres_statements import Hot
from app.ledger.records import Admission, Admit, Settle, Settled
from app.ledger.rows import at_from, ms_from
from app.ledger.steps import Row, Sql, Steps
from app.server.database import Database
from app.server.services import Services

T = TypeVar("T")
P = ParamSpec("P")
Look = Callable[[], Steps[object]]

REASON_LETTERS_MAX = 500
_COLUMNS = "id, part, subject, at_ms, who, act, reason, was, became"


@dataclass(frozen=True, slots=True)
class Act:
    """What the operator does. `look` reads what it changes, as JSON, before and after; `subjects`
    are named where one act concerns several, and `look` is then a mapping by subject."""

    who: str
    name: str
    subject: str
    reason: str = ""
    look: Look | None = None
    each: bool = False


@dataclass(frozen=True, slots=True)
class WrittenAct:
    """A line of the audit log; `was` and `became` are JSON."""

    id: str
    part: int
    subject: str
    at: datetime
    who: str
    act: str
    reason: str
    was: Any
    became: Any


class WritesNothing(AssertionError):
    """A reading command tried to write: a defect."""


class ReadingDatabase:
    """A database for looking: every way of writing is closed."""

    has_short_ways = False

    def __init__(self, inner: Database) -> None:
        self._inner = inner

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        raise WritesNothing(f"{getattr(operation, '__name__', operation)} is no act")

    async def read(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._inner.read(operation, *args, **kwargs)

    async def ask(self, statement: Sql) -> Sequence[Row]:
        if statement.text.startswith("SELECT"):
            return await self._inner.ask(statement)
        return await self.run(_one, statement)

    async def at_once(self, statement: Hot) -> bool:
        return False

    async def count_at_once(self, statement: Hot) -> tuple[bool, bool]:
        return False, False

    async def admit(self, wish: Admit) -> Admission:
        return await self.run(admission.admit, wish)

    async def dispatch(
        self, hold_id: str, *, route: str, owner: str, lease_until: datetime
    ) -> None:
        await self.run(calls.dispatch, hold_id, route=route, owner=owner, lease_until=lease_until)

    async def settle(self, order: Settle) -> Settled:
        return await self.run(settlement.settle, order)

    async def open(self) -> None:
        """Whoever made the inner one opens and closes it."""

    async def close(self) -> None:
        """As `open`."""


class AuditedDatabase(ReadingDatabase):
    """A database for one act: each transaction that is written takes its line along."""

    def __init__(self, inner: Database, act: Act, act_id: str, now: datetime) -> None:
        super().__init__(inner)
        self._act = act
        self._id = act_id
        self._now = now
        self._parts = 0

    async def run(self, operation: Callable[P, Steps[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self._parts += 1
        part = self._parts

        def with_its_line() -> Steps[T]:
            was = yield from self._looked()
            answer = yield from operation(*args, **kwargs)
            became = yield from self._looked()
            yield from self._write(part, was, became)
            return answer

        return await self._inner.run(with_its_line)

    def _looked(self) -> Steps[object]:
        if self._act.look is None:
            return None
        return (yield from self._act.look())

    def _write(self, part: int, was: object, became: object) -> Steps[None]:
        act = self._act
        for subject, before, after in _lines(act, was, became):
            yield Sql(
                f"INSERT INTO operator_acts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._id,
                    part,
                    subject,
                    ms_from(self._now),
                    act.who,
                    act.name,
                    act.reason[:REASON_LETTERS_MAX],
                    json.dumps(before, sort_keys=True),
                    json.dumps(after, sort_keys=True),
                ),
            )


def _lines(act: Act, was: object, became: object) -> Sequence[tuple[str, object, object]]:
    """One line, or for an act on many one for each that it changed and one for the whole."""
    if not act.each:
        return [(act.subject, was, became)]
    assert isinstance(was, Mapping)
    assert isinstance(became, Mapping)
    names = sorted({*was, *became})
    changed = [name for name in names if was.get(name) != became.get(name)]
    told = {"changed": len(changed)}
    return [
        (act.subject, None, told),
        *((name, was.get(name), became.get(name)) for name in changed if name != act.subject),
    ]


def looking(services: Services) -> Services:
    """The same services, for whoever only looks."""
    return replace(services, database=ReadingDatabase(services.database))


def acting(services: Services, act: Act) -> Services:
    """Services whose every transaction is on the audit log."""
    clock = services.clock
    audited = AuditedDatabase(services.database, act, clock.new_id(), clock.now())
    return replace(services, database=audited)


def acts(
    *, subject: str = "", before: datetime | None = None, at_most: int = 200
) -> Steps[tuple[WrittenAct, ...]]:
    """The newest lines of the log, of one subject or of all."""
    where, values = ["1 = 1"], list[object]()
    if subject:
        where.append("subject = ?")
        values.append(subject)
    if before is not None:
        where.append("at_ms < ?")
        values.append(ms_from(before))
    rows = yield Sql(
        f"SELECT {_COLUMNS} FROM operator_acts WHERE {' AND '.join(where)}"
        " ORDER BY at_ms DESC, id DESC, part, subject LIMIT ?",
        (*values, at_most),
    )
    return tuple(
        WrittenAct(
            row[0], row[1], row[2], at_from(row[3]), row[4], row[5], row[6],
            json.loads(row[7]), json.loads(row[8]),
        )
        for row in rows
    )  # fmt: skip


def _one(statement: Sql) -> Steps[Sequence[Row]]:
    return (yield statement)
