"""Who called last, as this worker knows them: what it read of them, and what it moved since.

The next call of theirs is counted, compared, held and sent by one statement (`postgres_known`),
which does nothing where the database has anything else than what is remembered here. So nothing
depends on whether this is right: where it is not, the situation is read as ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from app.ledger.records import HeldDraw
from app.ledger.steps import Row
from app.metering.allowances import Balance
from app.server.accounts.identify import Caller
from app.server.credits.reading import Situation
from app.server.services import OfWorker

TENANTS_MAX = 2_000  # some KiB each
# Whose rows another worker moves as well is not remembered for so long.
AVOIDED = timedelta(minutes=1)

Key = tuple[str, ...]  # a token's hash, whom it acts for, the network address
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(slots=True, eq=False)
class _Line:
    """An account of the ledger, as the database has it once all that was sent is done."""

    granted: int
    posted: int
    held: int


class Known:
    """One caller with the situation as it stands by now. `stays` are the rows of the situation
    that no call moves, as the database writes them."""

    __slots__ = ("_balances", "_lines", "caller", "situation", "stays")

    def __init__(
        self, caller: Caller, situation: Situation, stays: str, ledger: Iterable[Row]
    ) -> None:
        """`ledger` are the rows of the tenant's own accounts."""
        self._lines = {row[1]: _Line(row[6], row[7], row[8]) for row in sorted(ledger, key=_id_of)}
        self._balances = dict(situation.account.balances)
        self.caller = caller
        self.situation = replace(
            situation, account=replace(situation.account, balances=self._balances)
        )
        self.stays = stays

    @property
    def moves(self) -> str:
        """What calls move, in the database's own words."""
        return ",".join([f"{line.posted}/{line.held}" for line in self._lines.values()])

    def is_below(self, account: str, percent: int) -> bool:
        """Whether less than that of an account is used even if everything held is charged."""
        line = self._lines.get(account)
        if line is None:
            return False
        return (line.granted - line.posted + line.held) * 100 < line.granted * percent

    def hold(self, draws: Iterable[HeldDraw]) -> bool:
        """A hold is on its way; False where it moves what is not known here."""
        for draw in draws:
            line = self._lines.get(draw.account)
            if line is None:
                return False
            line.held += draw.amount
            self._balances[draw.account] = Balance(line.granted - line.posted, line.held)
        return True

    def settle(self, draws: Iterable[HeldDraw], charges: Mapping[str, int]) -> bool:
        """The end of a hold is on its way; as `hold`."""
        for draw in draws:
            line = self._lines.get(draw.account)
            if line is None:
                return False
            line.held -= draw.amount
            line.posted -= charges.get(draw.account, 0)
            self._balances[draw.account] = Balance(line.granted - line.posted, line.held)
        return True


@dataclass(slots=True, eq=False)
class _Tenant:
    """`under_way` is how many statements move its accounts now, `moved_at` when one of them ended
    last, by the memory's own count."""

    key: Key | None = None
    known: Known | None = None
    under_way: int = 0
    moved_at: int = 0
    avoided_until_s: float = 0.0


class Memory:
    """One worker's, of one caller for each tenant.

    Statements that move accounts are told when they are sent and when they are over: what is sent
    over one connection is done in that order. `look` is asked before a situation is read.
    """

    def __init__(self) -> None:
        self._tenants: OrderedDict[str, _Tenant] = OrderedDict()
        self._tenant_of: OrderedDict[Key, str] = OrderedDict()
        self._ended = 0

    def known(self, key: Key) -> Known | None:
        """Who called with this key, where nobody else of their tenant did since."""
        tenant = self._tenants.get(self._tenant_of.get(key, ""))
        return tenant.known if tenant is not None and tenant.key == key else None

    def look(self) -> int:
        """A moment, for `remember`."""
        return self._ended

    def remember(
        self, key: Key, name: str, looked: int, now_s: float, make: Callable[[], Known]
    ) -> None:
        """Keep what `make` gives of what was read since `looked` of a tenant, where nothing was
        moved in the meantime."""
        tenant = self._tenants.get(name)
        if tenant is None:
            tenant = _kept(self._tenants, name, _Tenant(), TENANTS_MAX)
        is_known = tenant.known is not None and tenant.key == key
        is_moved = tenant.under_way > 0 or tenant.moved_at > looked
        if is_known or is_moved or now_s < tenant.avoided_until_s:
            return
        tenant.key, tenant.known = key, make()
        _kept(self._tenant_of, key, name, TENANTS_MAX)

    def holds(self, name: str, draws: Sequence[HeldDraw], *, in_order: bool = True) -> None:
        """A hold is sent: `over` follows. `in_order` is false on another connection."""
        known = self._moving(name)
        if known is not None and not (in_order and known.hold(draws)):
            self.forget(name)

    def settles(
        self,
        name: str,
        draws: Sequence[HeldDraw],
        charges: Mapping[str, int],
        *,
        in_order: bool = True,
    ) -> None:
        """The settlement of a hold is sent; as `holds`."""
        known = self._moving(name)
        if known is not None and not (in_order and known.settle(draws, charges)):
            self.forget(name)

    def is_below(self, name: str, account: str, percent: int) -> bool:
        """Whether less than that of a tenant's account is used, as far as is known here."""
        tenant = self._tenants.get(name)
        known = tenant.known if tenant is not None else None
        return known is not None and known.is_below(account, percent)

    def _moving(self, name: str) -> Known | None:
        tenant = self._tenants.get(name)
        if tenant is None:
            return None
        tenant.under_way += 1
        return tenant.known

    @contextmanager
    def unsure(self, name: str) -> Iterator[None]:
        """Something moves a tenant's accounts that is not known here, or on another connection."""
        self._moving(name)
        self.forget(name)
        try:
            yield
        finally:
            self.over(name, done=False)

    async def done(self, name: str, statement: Awaitable[bool]) -> bool:
        """Send a statement that was told of, and whether it did what it is for."""
        done = False
        try:
            done = await statement
        finally:
            self.over(name, done=done)
        return done

    def over(self, name: str, *, done: bool) -> None:
        """What was sent is done, or nothing of it was."""
        self._ended += 1
        tenant = self._tenants.get(name)
        if tenant is not None:
            tenant.under_way = max(0, tenant.under_way - 1)
            tenant.moved_at = self._ended
            if not done:
                tenant.known = None

    def forget(self, name: str) -> None:
        """What is remembered is not what the database has."""
        tenant = self._tenants.get(name)
        if tenant is not None:
            tenant.known = None

    def avoid(self, name: str, now_s: float) -> None:
        """Somebody else has changed a tenant's rows: to remember them is of no use for a while."""
        self.forget(name)
        tenant = self._tenants.get(name)
        if tenant is not None:
            tenant.avoided_until_s = now_s + AVOIDED.total_seconds()


def _kept(kept: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> _V:
    """Put it in as the newest; the oldest goes where there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
    return value


def _id_of(row: Row) -> str:
    name: str = row[1]
    return name


memory_of = OfWorker(lambda _: Memory())
