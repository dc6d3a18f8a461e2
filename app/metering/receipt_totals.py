"""What a kept receipt comes to, read without making all of it: a long chat shows thousands.

The whole receipt, with its lines and frozen prices, is `Receipt.from_json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.errors import MeteringError
from app.metering.receipt import ReceiptCertainty
from app.metering.receipt_json import VERSION
from app.metering.usage import OUTPUT_PARTS, Part, Usage

_WRITTEN = frozenset(part.value for part in OUTPUT_PARTS)
_READ = frozenset(part.value for part in Part) - _WRITTEN
_NO_COUNTS = frozenset(field.name for field in fields(Usage)) - _WRITTEN - _READ
_decode = json.JSONDecoder().raw_decode
_CERTAINTIES = {certainty.value: certainty for certainty in ReceiptCertainty}


@dataclass(frozen=True, slots=True)
class ReceiptTotals:
    """Tokens over all calls; `output_tokens` holds the `thinking_tokens` too.

    `payer` is in words, all of them where several paid; `cached_tokens` are those of
    `input_tokens` that were read from a cache. `weight` is how many plan tokens each token drew,
    None where that is not the same for all calls.
    """

    total_pusd: int | None
    certainty: ReceiptCertainty
    payer: str
    rule: str
    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    cached_tokens: int
    # Grant, unit, amount, and the account, organization or workspace whose grant it is.
    drawn: tuple[tuple[str, str, int, str], ...] = ()
    weight: int | None = None


def totals_from_json(text: str) -> ReceiptTotals:
    """Raises MeteringError where the text is no receipt that this version can read."""
    try:
        plain, end = _decode(text)  # as json.loads does, without its questions about bytes
        if text[end:].strip():
            raise ValueError("there is more behind it")
        if plain["version"] != VERSION:
            raise ValueError(f"version {plain['version']!r} is not known")
        return _totals(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MeteringError(
            f"A kept receipt cannot be read: {error}.", "The message itself is not affected."
        ) from error


def _totals(plain: Mapping[str, Any]) -> ReceiptTotals:
    read = written = thinking = cached = 0
    _, newest, _ = plain["payer"]
    payers: dict[str, None] = {}
    weights: set[int | None] = set()
    for call in plain["calls"]:
        usage = call["usage"]
        weights.add(call.get("weight"))
        if call["delivered"]:
            payers[call["payer"][1] if "payer" in call else newest] = None
        for name, count in usage.items():
            if name in _READ:
                read += _whole(count)
            elif name in _WRITTEN:
                written += _whole(count)
            elif name not in _NO_COUNTS:
                raise ValueError(f"{name} is not a part of a usage")
        thinking += usage.get("reasoning", 0)
        cached += usage.get("cache_read", 0)
    total_pusd = plain["total_pusd"]
    return ReceiptTotals(
        None if total_pusd is None else _whole(total_pusd),
        _CERTAINTIES[plain["certainty"]],
        " and ".join(payers) or newest,
        plain["rule"],
        read,
        written,
        thinking,
        cached,
        tuple(
            (str(payer[1]), str(unit), _whole(amount), str(payer[2]).partition("/")[0])
            for payer, amount, unit in plain.get("amounts", ())
        ),
        weights.pop() if len(weights) == 1 else None,
    )


def _whole(value: object) -> int:
    # True and False are ints to Python, not to a receipt.
    if type(value) is not int:
        raise TypeError(f"not a whole amount: {value!r}")
    return value
