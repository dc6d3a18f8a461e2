"""What is left: from the local cache at once, then fresh from the server, with its age."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from app.account.about import About, read_about
from app.account.desk import ABOUT, AccountDesk
from app.account.shapes import Fields
from app.account.wallet_shapes import (
    HostedModel,
    Offers,
    Wallet,
    read_models,
    read_offers,
    read_wallet,
)
from app.clock import Clock
from app.errors import AnswerImpossible
from app.store.servers import ServerRecord, Servers

T = TypeVar("T")
ME, MODELS, OFFERS, PURCHASES = "me", "models", "offers", "purchases"
DAYS, MEMBERS = "usage-by-day", "usage-by-member"
_PATHS = {
    ME: "/api/me",
    MODELS: "/v1/models",
    OFFERS: "/api/tokens/packages",
    PURCHASES: "/api/purchases",
    DAYS: "/api/usage?by=day",
    MEMBERS: "/api/usage?by=member",
}
_CHECKS: dict[str, Callable[[Fields], object]] = {
    ME: read_wallet,
    MODELS: read_models,
    OFFERS: read_offers,
}
# What is the server's and not somebody's.
_EVERYBODYS = frozenset({MODELS, OFFERS, ABOUT})


@dataclass(frozen=True, slots=True)
class Aged:
    """Something that was read, and when the server said it."""

    fields: Fields
    at: datetime


class Wallets:
    """Keeps what servers said. `changed` hears of each subject that was read anew."""

    def __init__(
        self,
        servers: Servers,
        desk: AccountDesk,
        clock: Clock,
        changed: Callable[[ServerRecord, str], None],
    ) -> None:
        self._servers = servers
        self._desk = desk
        self._clock = clock
        self._changed = changed
        self._read: dict[tuple[str, str, str], tuple[str, object]] = {}
        self._asking: dict[tuple[str, str, str], asyncio.Future[Fields]] = {}
        self._next: dict[tuple[str, str, str], asyncio.Future[Fields]] = {}

    def wallet(self, record: ServerRecord) -> Wallet | None:
        """The wallet of whoever is chosen, as it was last said; None before the first time."""
        return self._of(record, ME, read_wallet)

    def models(self, record: ServerRecord) -> tuple[HostedModel, ...]:
        return self._of(record, MODELS, read_models) or ()

    def offers(self, record: ServerRecord) -> Offers | None:
        return self._of(record, OFFERS, read_offers)

    def about(self, record: ServerRecord) -> About | None:
        return self._of(record, ABOUT, read_about)

    def aged(self, record: ServerRecord, subject: str) -> Aged | None:
        """A subject's fields with their age; None where nothing readable is kept."""
        kept = self._servers.kept(record.id, _holder(record, subject), subject)
        value = None if kept is None else _object(kept.content)
        if kept is None or value is None:
            return None
        return Aged(Fields(value, record.title), kept.at)

    async def refresh(self, record: ServerRecord, *subjects: str) -> None:
        """Ask for subjects anew; each is kept as it comes. Raises what asking raises.

        Whoever asks for one that is being asked for already waits for the question after it: the
        answer that is under way may have left before what they know of happened.
        """
        for subject in subjects or (ME, MODELS, OFFERS):
            await asyncio.shield(self._asked(record, subject))

    def keep(self, record: ServerRecord, subject: str, value: Mapping[str, object]) -> None:
        """Keep what was made of several answers; nobody is told."""
        content = json.dumps(dict(value), ensure_ascii=False)
        self._servers.keep(record.id, _holder(record, subject), subject, content, self._clock.now())

    def _asked(self, record: ServerRecord, subject: str) -> asyncio.Future[Fields]:
        key = (record.id, _holder(record, subject), subject)
        running = self._asking.get(key)
        if running is None:
            return self._begin(key, record)
        if key not in self._next:
            self._next[key] = asyncio.ensure_future(self._ask_after(running, key, record))
            self._next[key].add_done_callback(_heard)
        return self._next[key]

    def _begin(self, key: tuple[str, str, str], record: ServerRecord) -> asyncio.Future[Fields]:
        asking = self._asking[key] = asyncio.ensure_future(self._ask(record, key[2]))
        asking.add_done_callback(lambda done: self._done(key, done))
        return asking

    async def _ask_after(
        self, running: asyncio.Future[Fields], key: tuple[str, str, str], record: ServerRecord
    ) -> Fields:
        await asyncio.wait({running})
        del self._next[key]
        return await (self._asking.get(key) or self._begin(key, record))

    def _done(self, key: tuple[str, str, str], asking: asyncio.Future[Fields]) -> None:
        self._asking.pop(key, None)
        _heard(asking)

    async def _ask(self, record: ServerRecord, subject: str) -> Fields:
        session = self._desk.session(record.id)
        acts_for = "" if subject in _EVERYBODYS else record.acts_for
        fields = await session.ask("GET", _PATHS[subject], acts_for=acts_for)
        if (check := _CHECKS.get(subject)) is not None:
            check(fields)  # refused before it is kept: what was there stays
        content = json.dumps(dict(fields.value), ensure_ascii=False)
        holder, now = _holder(record, subject), self._clock.now()
        self._servers.keep(record.id, holder, subject, content, now)
        self._changed(record, subject)
        return fields

    def _of(self, record: ServerRecord, subject: str, read: Callable[[Fields], T]) -> T | None:
        key = (record.id, _holder(record, subject), subject)
        kept = self._servers.kept(*key)
        if kept is None:
            return None
        known = self._read.get(key)
        if known is None or known[0] != kept.content:
            value = _object(kept.content)
            try:
                found = None if value is None else read(Fields(value, record.title))
            except AnswerImpossible:
                found = None  # kept by another version: it is asked for anew
            known = self._read[key] = (kept.content, found)
        return known[1]  # type: ignore[return-value]


def _heard(asking: asyncio.Future[Fields]) -> None:
    # What went wrong is heard by whoever waits; there may be nobody.
    if not asking.cancelled():
        asking.exception()


def _holder(record: ServerRecord, subject: str) -> str:
    return "" if subject in _EVERYBODYS else record.holder


def _object(content: str) -> dict[str, object] | None:
    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
