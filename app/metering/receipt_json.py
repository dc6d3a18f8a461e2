"""Receipts as JSON text, versioned: every receipt ever written stays readable."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from app.by_identity import ByIdentity
from app.catalog.prices import price_from_plain, price_to_plain
from app.errors import MeteringError
from app.metering.cost import Charge, ChargeLine
from app.metering.payer import Amount, Payer, PayerKind, Unit
from app.metering.receipt import Receipt, ReceiptCall, ReceiptCertainty
from app.metering.usage import Certainty, Part, Usage

VERSION = 1
_price_to_plain = ByIdentity(price_to_plain)  # every receipt of a model has the same one
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PARTS = tuple(part.value for part in Part)
_USUAL = {field.name: field.default for field in fields(Usage) if field.name not in _PARTS}
_beside_parts = attrgetter(*_USUAL)
_USUAL_BESIDE = tuple(_USUAL.values())


def receipt_to_json(receipt: Receipt) -> str:
    """The frozen form of a receipt."""
    return _ENCODE(receipt_to_plain(receipt))


def receipt_to_plain(receipt: Receipt) -> dict[str, Any]:
    """The same as values of JSON, to be written and not to be changed."""
    plain: dict[str, Any] = {
        "version": VERSION,
        "payer": _payer_to_plain(receipt.payer),
        "total_pusd": receipt.total_pusd,
        "certainty": receipt.certainty,
        "rule": receipt.rule,
        "quoted": [
            receipt.quoted_likely_pusd,
            receipt.quoted_most_pusd,
            receipt.quoted_input_tokens,
        ],
        "notes": list(receipt.notes),
        "calls": [_call_to_plain(call) for call in receipt.calls],
    }
    if receipt.amounts:
        plain["amounts"] = [
            [_payer_to_plain(amount.payer), amount.value, amount.unit] for amount in receipt.amounts
        ]
    if receipt.request_id:
        plain["request_id"] = receipt.request_id
    return plain


def receipt_from_json(text: str) -> Receipt:
    """Raises MeteringError where the text is no receipt that this version can read."""
    try:
        plain = json.loads(text)
        if plain["version"] != VERSION:
            raise ValueError(f"version {plain['version']!r} is not known")
        return _receipt(plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MeteringError(
            f"A kept receipt cannot be read: {error}.", "The message itself is not affected."
        ) from error


def _receipt(plain: dict[str, Any]) -> Receipt:
    likely, most, input_tokens = plain["quoted"]
    return Receipt(
        calls=tuple(_call_from_plain(call) for call in plain["calls"]),
        payer=_payer_from_plain(plain["payer"]),
        total_pusd=_amount(plain["total_pusd"]),
        certainty=ReceiptCertainty(plain["certainty"]),
        rule=plain["rule"],
        quoted_likely_pusd=_amount(likely),
        quoted_most_pusd=_amount(most),
        quoted_input_tokens=_amount(input_tokens),
        notes=tuple(plain["notes"]),
        amounts=tuple(
            Amount(_payer_from_plain(payer), _amount(value) or 0, Unit(unit))
            for payer, value, unit in plain.get("amounts", ())
        ),
        request_id=plain.get("request_id", ""),
    )


def _call_to_plain(call: ReceiptCall) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "provider": call.provider,
        "model": call.model,
        "at": call.at.isoformat(),
        "usage": _usage_to_plain(call.usage),
        "charge": _charge_to_plain(call.charge),
        "price": _price_to_plain(call.price) if call.price is not None else None,
        "request_id": call.request_id,
        "answered_by": call.answered_by,
        "delivered": call.delivered,
        "basis": call.basis,
    }
    if call.payer is not None:
        plain["payer"] = _payer_to_plain(call.payer)
    if call.weight is not None:
        plain["weight"] = call.weight
    return plain


def _call_from_plain(plain: dict[str, Any]) -> ReceiptCall:
    price = plain["price"]
    return ReceiptCall(
        provider=plain["provider"],
        model=plain["model"],
        at=datetime.fromisoformat(plain["at"]),
        usage=_usage_from_plain(plain["usage"]),
        charge=_charge_from_plain(plain["charge"]),
        price=price_from_plain(price) if price is not None else None,
        request_id=plain["request_id"],
        answered_by=plain["answered_by"],
        delivered=plain["delivered"] is True,
        basis=plain["basis"],
        payer=_payer_from_plain(plain["payer"]) if "payer" in plain else None,
        weight=_amount(plain.get("weight")),
    )


def _payer_to_plain(payer: Payer) -> list[str]:
    return [payer.kind, payer.words, payer.id]


def _payer_from_plain(plain: list[str]) -> Payer:
    kind, words, id_ = plain
    return Payer(PayerKind(kind), words, id_)


def _usage_to_plain(usage: Usage) -> dict[str, Any]:
    """Only what is not at its default: most parts are zero."""
    plain: dict[str, Any] = dict(usage.counts())
    beside = _beside_parts(usage)
    if beside != _USUAL_BESIDE:
        values = zip(_USUAL.items(), beside, strict=True)
        plain |= {name: value for (name, usual), value in values if value != usual}
    return plain


def _usage_from_plain(plain: dict[str, Any]) -> Usage:
    values = dict(plain)
    if "tool_units" in values:
        values["tool_units"] = tuple((name, count) for name, count in values["tool_units"])
    if "unknown_fields" in values:
        values["unknown_fields"] = tuple(values["unknown_fields"])
    if "certainty" in values:
        values["certainty"] = Certainty(values["certainty"])
    for name in _PARTS:
        _amount(values.get(name, 0))
    return Usage(**values)


def _charge_to_plain(charge: Charge) -> dict[str, Any]:
    return {
        "lines": [
            [line.name, line.quantity, line.unit, line.rate_pusd, line.amount_pusd]
            for line in charge.lines
        ],
        "total": charge.total_pusd,
        "calculated": charge.calculated_pusd,
        "reported": charge.reported_pusd,
        "certainty": charge.certainty,
        "complete": charge.complete,
        "notes": list(charge.notes),
    }


def _charge_from_plain(plain: dict[str, Any]) -> Charge:
    return Charge(
        lines=tuple(ChargeLine(*line) for line in plain["lines"]),
        total_pusd=_amount(plain["total"]),
        certainty=Certainty(plain["certainty"]),
        notes=tuple(plain["notes"]),
        calculated_pusd=_amount(plain["calculated"]),
        reported_pusd=_amount(plain["reported"]),
        complete=plain["complete"] is True,
    )


def _amount(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError(f"not a whole amount: {value!r}")
    return value
