"""Who pays for a call, and in which unit: a value, so that quotes, holds and receipts agree.

Which allowance may pay is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.quick_init import quick_init


class PayerKind(StrEnum):
    OWN_KEY = "own_key"  # the provider bills the user
    LOCAL = "local"  # a program on this computer: nobody pays
    DEMO = "demo"
    ALLOWANCE = "allowance"  # hosted credit


class Unit(StrEnum):
    """What an amount is counted in."""

    PICODOLLARS = "usd"
    PLAN_TOKENS = "plan_tokens"
    REQUESTS = "requests"
    TOKENS = "tokens"


UNITS: Mapping[str, Unit] = {unit.value: unit for unit in Unit}  # `Unit(...)` costs ten times that


@quick_init
@dataclass(frozen=True, slots=True)
class Payer:
    """`id` is a key's or a grant's; `words` is how users read it: `your OpenAI key`."""

    kind: PayerKind
    words: str
    id: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class Amount:
    """A whole, never negative quantity of a unit, from one payer."""

    payer: Payer
    value: int
    unit: Unit = Unit.PICODOLLARS
