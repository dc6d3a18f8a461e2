"""Balances of grants in memory, for trying out a catalog and for tests; nothing lasts.

The same three steps as the ledger's (hold, settle, release), without its concurrency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from app.errors import MeteringError
from app.metering.allowances import Balance
from app.metering.allowances_split import Draw, Split, given_back


class Keeper:
    """What is used and held of each grant and of each member's cap, by id."""

    def __init__(self) -> None:
        self._balances: dict[str, Balance] = {}

    @property
    def balances(self) -> Mapping[str, Balance]:
        """A live view for `Account.balances`."""
        return MappingProxyType(self._balances)

    def of(self, name: str) -> Balance:
        return self._balances.get(name, Balance())

    def hold(self, draws: Sequence[Draw]) -> None:
        """Set draws aside, all or none; raises MeteringError where one is above its limit."""
        for draw in draws:
            there = self.of(draw.grant.id)
            if there.used + there.held + draw.amount > draw.grant.amount:
                raise MeteringError(f"{draw.grant.name} does not cover {draw.amount}.")
        for draw in draws:
            for name in names_of(draw):
                self._change(name, used=0, held=draw.amount)

    def settle(self, held: Sequence[Draw], settled: Split) -> dict[str, int]:
        """End a hold with what is charged; returns what each grant got back, by grant id."""
        for draw in held:
            for name in names_of(draw):
                self._change(name, used=0, held=-draw.amount)
        for draw in settled.draws:
            for name in names_of(draw):
                self._change(name, used=draw.amount, held=0)
        return given_back(held, settled)

    def release(self, held: Sequence[Draw]) -> dict[str, int]:
        """End a hold without a charge."""
        return self.settle(held, Split((), Fraction(1)))

    def _change(self, name: str, *, used: int, held: int) -> None:
        there = self.of(name)
        after = Balance(there.used + used, there.held + held)
        if after.used < 0 or after.held < 0:
            raise MeteringError(f"{name} would be below nothing; a hold ended twice.")
        self._balances[name] = after


def names_of(draw: Draw) -> tuple[str, ...]:
    """The balances that a draw counts in: its grant's, and its member's where there is a cap."""
    return (draw.grant.id, draw.grant.cap_id) if draw.grant.cap_id else (draw.grant.id,)
