"""Statements that arrive together, sent together: one way there and back, one commit for all.

Each is judged alone all the same: where one of them fails, nothing of the whole was done, and each
is sent again by itself. Statements are prepared once. libpq's pipeline without an explicit
transaction is one transaction up to its end:
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, read 2026-11-21.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from app.ledger.steps import Row
from app.quick_init import quick_init

Connection = psycopg.AsyncConnection[Any]
Values = Mapping[str, Any] | Sequence[Any]

TOGETHER_MAX = 32  # statements in one commit
ANSWER_WITHIN_S = 10.0  # then the connection is given up
LOCK_WITHIN = "250ms"  # whoever waits longer for a row waits alone, not with all the others

_INT8 = 20
_TEXTS, _NUMBERS = {str}, {int}
_NAMED = re.compile(r"%\((\w+)\)s|%%")
_ENDS = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


@quick_init
@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement did: its rows where it gives any, and how many it gave or changed."""

    rows: Sequence[Row]
    count: int


@dataclass(slots=True, eq=False)
class _Order:
    """A statement with its values on the way. `place` is where it stands among others: who lock
    several tenants' rows in one transaction all go by the same order."""

    text: bytes
    values: list[bytes | None]
    types: tuple[int, ...]
    place: str
    answer: asyncio.Future[Answer]
    alone: bool = False
    found: list[PGresult] = field(default_factory=list)


class Lane:
    """One connection, to be used inside one event loop.

    `connect` gives a connection in autocommit that nobody else uses. `ask` raises what the driver
    raises; psycopg.OperationalError where the connection is lost, and then it is not known what
    was done.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._transformer: abc.Transformer | None = (
            None  # it knows how the connection writes values
        )
        self._socket = -1
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: deque[_Order] = deque()
        self._sent: list[_Order] = []
        self._answering: deque[tuple[_Order | None, bool]] = deque()
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._made: set[bytes] = set()
        self._watch: asyncio.TimerHandle | None = None
        self._called = False
        self._is_full = False  # libpq has more to send than the socket takes

    def ask(
        self, text: str, values: Values, place: str, *, alone: bool = False
    ) -> asyncio.Future[Answer]:
        """Carry a statement out with others that come now, or `alone` in a commit of its own. Marks
        are `?` for a sequence of values, `%(name)s` for a mapping."""
        native, picked = _native(text)
        dumped, types = _all_dumped(values if picked is None else picked(values))
        loop = asyncio.get_running_loop()
        order = _Order(native, dumped, types, place, loop.create_future(), alone)
        self._waiting.append(order)
        if not self._called and not self._sent:
            self._called = True
            loop.call_soon(self._go)
        return order.answer

    def close(self) -> None:
        """Close the connection; who still waits is told that it is lost."""
        if self._connecting is not None:
            self._connecting.cancel()
        closed = psycopg.OperationalError("the connection is closed")
        self._refuse(list(self._waiting), closed)
        self._waiting.clear()
        self._lose(closed)

    def _go(self) -> None:
        self._called = False
        if self._sent or not self._waiting or self._connecting is not None:
            return
        connection = self._connection
        if connection is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect_again())
            return
        try:
            self._send(connection.pgconn)
        except psycopg.OperationalError as error:
            self._lose(error)

    async def _connect_again(self) -> None:
        try:
            connection = await self._connect()
            connection.pgconn.nonblocking = 1
            connection.pgconn.enter_pipeline_mode()
            self._connection, self._socket = connection, connection.pgconn.socket
            self._transformer = Transformer(connection)
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        except psycopg.OperationalError as error:
            self._refuse(list(self._waiting), error)
            self._waiting.clear()
            return
        finally:
            self._connecting = None
        self._go()

    def _send(self, pgconn: PGconn) -> None:
        """Everything that waits, up to where one has to go alone."""
        while self._waiting and len(self._sent) < TOGETHER_MAX:
            if self._waiting[0].alone and self._sent:
                break
            order = self._waiting.popleft()
            if order.answer.done():  # nobody waits for it any more
                continue
            self._sent.append(order)
            if order.alone:
                break
        if not self._sent:
            return
        if len(self._sent) > 1:
            self._sent.sort(key=_place)
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(ANSWER_WITHIN_S, self._give_up)
        for order in self._sent:
            self._send_one(pgconn, order)
        pgconn.pipeline_sync()
        self._answering.append((None, False))
        self._flush()

    def _send_one(self, pgconn: PGconn, order: _Order) -> None:
        key = order.text, order.types
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = b"lane_%d" % len(self._names)
        if name not in self._made:
            # Known only when it was answered: a statement before it may fail.
            pgconn.send_prepare(name, order.text, order.types)
            self._answering.append((order, True))
        pgconn.send_query_prepared(name, order.values)
        self._answering.append((order, False))

    def _flush(self) -> None:
        connection = self._connection
        if connection is None:
            return
        loop, pgconn = asyncio.get_running_loop(), connection.pgconn
        try:
            if pgconn.flush():
                loop.add_writer(self._socket, self._flush)
                self._is_full = True
            elif self._is_full:
                loop.remove_writer(self._socket)
                self._is_full = False
        except psycopg.OperationalError as error:
            self._lose(error)

    def _read(self) -> None:
        connection, transformer = self._connection, self._transformer
        if connection is None or transformer is None:
            return
        pgconn = connection.pgconn
        try:
            pgconn.consume_input()
            while self._answering and not pgconn.is_busy():
                result = pgconn.get_result()
                if result is not None:
                    self._take(transformer, result)
        except psycopg.OperationalError as error:
            self._lose(error)

    def _take(self, transformer: abc.Transformer, result: PGresult) -> None:
        order, is_preparing = self._answering.popleft()
        if order is None:
            self._finish(transformer)
        elif is_preparing and result.status in _ENDS:
            self._made.add(self._names[order.text, order.types])
        else:
            order.found.append(result)

    def _finish(self, transformer: abc.Transformer) -> None:
        """The end of what was sent together: committed, or nothing of it was done."""
        sent, self._sent = self._sent, []
        self._stop_watch()
        if not _has_failed(sent):
            for order in sent:
                if not order.answer.done():
                    order.answer.set_result(_answer(transformer, order.found[-1]))
        elif len(sent) == 1:
            self._refuse(sent, _error(sent[0]))
        else:
            for order in reversed(sent):
                order.alone = True
                order.found.clear()
                self._waiting.appendleft(order)
        self._go()

    def _give_up(self) -> None:
        self._lose(psycopg.OperationalError("PostgreSQL does not answer"))

    def _lose(self, error: psycopg.OperationalError) -> None:
        connection, self._connection = self._connection, None
        self._stop_watch()
        if connection is not None:
            loop = asyncio.get_running_loop()
            # By its number: libpq has closed the socket already and does not name it any more.
            loop.remove_reader(self._socket)
            loop.remove_writer(self._socket)
            connection.pgconn.finish()
        self._is_full = False
        self._made.clear()
        self._answering.clear()
        sent, self._sent = self._sent, []
        self._refuse(sent, error)
        self._go()

    def _refuse(self, orders: Sequence[_Order], error: psycopg.Error) -> None:
        for order in orders:
            if not order.answer.done():
                order.answer.set_exception(error)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def _has_failed(sent: Sequence[_Order]) -> bool:
    for order in sent:
        for result in order.found:
            if result.status not in _ENDS:
                return True
    return False


def _place(order: _Order) -> str:
    return order.place


def _answer(transformer: abc.Transformer, result: PGresult) -> Answer:
    if result.status == ExecStatus.TUPLES_OK:
        transformer.set_pgresult(result)
        return Answer(transformer.load_rows(0, result.ntuples, tuple), result.ntuples)
    return Answer([], result.command_tuples or 0)


def _error(order: _Order) -> psycopg.Error:
    result = next(each for each in order.found if each.status not in _ENDS)
    state = (result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) or b"XX000").decode()
    try:
        kind = psycopg.errors.lookup(state)
    except KeyError:
        kind = psycopg.DatabaseError
    words = result.error_field(psycopg.pq.DiagnosticField.MESSAGE_PRIMARY) or b""
    return kind(words.decode(errors="replace"))


@lru_cache(maxsize=256)
def _native(text: str) -> tuple[bytes, Callable[[Values], tuple[object, ...]] | None]:
    """The statement with PostgreSQL's own marks, and what picks its values by their names."""
    if "%(" not in text:
        parts = text.split("?")
        numbered = [f"{part}${at}" for at, part in enumerate(parts[:-1], 1)]
        return "".join((*numbered, parts[-1])).encode(), None
    names: dict[str, int] = {}

    def mark(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    native = _NAMED.sub(mark, text).encode()
    if len(names) > 1:
        return native, itemgetter(*names)
    return native, lambda values: tuple(values[name] for name in names)


def _all_dumped(values: Iterable[object]) -> tuple[list[bytes | None], tuple[int, ...]]:
    """The values as they travel, and their types. A call has some sixty, nearly all of them texts
    and numbers: those need no call of their own."""
    dumped: list[bytes | None] = []
    types: list[int] = []
    for value in values:
        if type(value) is str and "\0" not in value:
            dumped.append(value.encode())
            types.append(0)
        elif type(value) is int:
            dumped.append(b"%d" % value)
            types.append(_INT8)
        elif value is None:
            dumped.append(None)
            types.append(0)
        else:
            dumped.append(_dumped(value))
            types.append(_INT8 if isinstance(value, int) else 0)
    return dumped, tuple(types)


def _dumped(value: object) -> bytes | None:
    match value:
        case str():
            if "\0" in value:
                raise psycopg.DataError("PostgreSQL's texts hold no NUL")
            return value.encode()
        case int():
            return b"%d" % value
        case None:
            return None
        case list() | tuple():
            return _array(value)
        case _:
            raise TypeError(f"The lane takes no {type(value).__name__}.")


def _array(values: Sequence[object]) -> bytes:
    """Texts alone in which nothing has to be escaped, and numbers alone, go all at once."""
    kinds = set(map(type, values))
    if kinds == _NUMBERS:
        return f"{{{','.join(map(str, values))}}}".encode()
    if kinds == _TEXTS:
        text = '","'.join(values)  # type: ignore[arg-type]
        plain = "\\" not in text and "\0" not in text
        if plain and text.count('"') == 2 * (len(values) - 1):
            return f'{{"{text}"}}'.encode()
    return b"{" + b",".join(map(_element, values)) + b"}"


def _element(value: object) -> bytes:
    dumped = _dumped(value)
    if dumped is None:
        return b"NULL"
    if isinstance(value, int):
        return dumped
    return b'"' + dumped.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
