"""An admitted call as the JSON text that its hold keeps, and back: what settlement needs after a
crash, or on another worker, is what was frozen at admission and nothing else."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from typing import Any

from app.by_identity import ByIdentity
from app.catalog.models_sold import Markup
from app.catalog.plans import Unit
from app.catalog.prices import Price
from app.errors import LedgerError
from app.ledger.records import HeldDraw, HoldRow
from app.ledger.rows import at_from, ms_from
from app.metering.allowances import Grant
from app.metering.allowances_split import Draw
from app.metering.payer import PayerKind
from app.server.accounts.identify import Caller
from app.server.credits.records import AdmittedCall, CallKind, PricedRoute, SideHold
from app.server.fast_json import json_text

VERSION = 1

_price_text = ByIdentity(Price.to_json, kept_max=1024)
_price_of = lru_cache(maxsize=1024)(Price.from_json)


def call_to_json(call: AdmittedCall) -> str:
    """The frozen form of an admitted call."""
    caller = call.caller
    return json_text(
        {
            "version": VERSION,
            "caller": [caller.account, caller.device, caller.api_key, caller.role, caller.address],
            "kind": call.kind,
            "model": call.model,
            "tokens": [call.input_tokens, call.output_tokens_max],
            "routes": [
                [
                    each.route,
                    each.host,
                    each.model,
                    each.own_key,
                    each.price and _price_text(each.price),
                ]
                for each in call.routes
            ],
            "payer": call.payer,
            "draws": [_draw_to_plain(draw) for draw in call.draws],
            "plan": call.plan,
            "weight": call.weight,
            "worst": call.worst_pusd,
            "counted": call.counted,
            "sides": [
                [side.id, side.tenant, [[draw.account, draw.amount] for draw in side.draws]]
                for side in call.sides
            ],
            "shortened": call.shortened,
            "priority": call.priority,
            "not_before": None if call.not_before is None else ms_from(call.not_before),
        }
    )


def call_of_hold(hold: HoldRow) -> AdmittedCall:
    """The call that a hold was admitted for. Raises LedgerError where the hold is another's."""
    try:
        return _call(hold, json.loads(hold.frozen))
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"What {hold.id} was admitted with cannot be read: {error!r}.") from error


def _call(hold: HoldRow, plain: dict[str, Any]) -> AdmittedCall:
    if plain["version"] != VERSION:
        raise ValueError(f"version {plain['version']!r} is not known")
    account, device, api_key, role, address = plain["caller"]
    input_tokens, output_tokens_max = plain["tokens"]
    not_before = plain["not_before"]
    return AdmittedCall(
        request_id=hold.id,
        caller=Caller(hold.tenant, account, device, api_key, role, address),
        kind=CallKind(plain["kind"]),
        model=plain["model"],
        input_tokens=input_tokens,
        output_tokens_max=output_tokens_max,
        routes=tuple(
            PricedRoute(route, host, model, price and _price_of(price), own_key)
            for route, host, model, own_key, price in plain["routes"]
        ),
        payer=PayerKind(plain["payer"]),
        draws=tuple(_draw_from_plain(draw) for draw in plain["draws"]),
        admitted_at=hold.created_at,
        shortened=plain["shortened"],
        priority=plain["priority"],
        not_before=None if not_before is None else at_from(not_before),
        plan=plain["plan"],
        weight=plain["weight"],
        worst_pusd=plain["worst"],
        held=tuple(HeldDraw(draw.account, draw.amount) for draw in hold.draws),
        counted=tuple(plain["counted"]),
        sides=tuple(
            SideHold(id_, tenant, tuple(HeldDraw(*draw) for draw in draws))
            for id_, tenant, draws in plain["sides"]
        ),
    )


def _draw_to_plain(draw: Draw) -> list[Any]:
    grant = draw.grant
    return [
        grant.id,
        grant.source,
        grant.name,
        grant.unit,
        grant.amount,
        None if grant.resets is None else ms_from(grant.resets),
        None if grant.markup is None else [grant.markup.cost_pusd, grant.markup.charge_pusd],
        grant.cap_id,
        grant.limited,
        draw.amount,
        draw.share.numerator,
        draw.share.denominator,
    ]


def _draw_from_plain(plain: list[Any]) -> Draw:
    id_, source, name, unit, amount, resets, markup, cap_id, limited, drawn, top, bottom = plain
    grant = Grant(
        id=id_,
        source=source,
        name=name,
        unit=Unit(unit),
        amount=amount,
        used=0,
        held=0,
        resets=None if resets is None else at_from(resets),
        markup=None if markup is None else Markup(*markup),
        cap_id=cap_id,
        limited=limited,
    )
    return Draw(grant, drawn, Fraction(top, bottom))
