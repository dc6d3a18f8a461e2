"""A simulated month as plain JSON values: money is text in dollars, other amounts are whole."""

from __future__ import annotations

from collections.abc import Mapping

from app.catalog.plans import Unit
from app.metering.allowances import Grant
from app.metering.allowances_admission import Admitted, Refused
from app.metering.allowances_split import Draw
from app.metering.allowances_sums import Sums
from app.metering.allowances_walk import Purchase, Step, Walk
from app.money import usd_text

Plain = dict[str, object]


def walk_to_plain(walked: Walk, sums: Sums, unpriced: Mapping[str, str], prices: str) -> Plain:
    """Everything about a walk; `prices` says where the price book's prices come from."""
    profile = walked.profile
    return {
        "catalog": walked.catalog.name,
        "profile": {
            "title": profile.title,
            "plan": profile.plan,
            "start": profile.start.isoformat(),
            "days": profile.days,
            "seats": profile.seats,
            "own_key": profile.own_key.value,
            "seed": profile.seed,
        },
        "messages": [_step(step) for step in walked.steps],
        "purchases": [_purchase(each) for each in walked.purchases],
        "packs_left": [_grant(grant) for grant in walked.packs],
        "no_price_known": dict(unpriced),
        "prices": prices,
        "sums": _sums(sums),
    }


def _step(step: Step) -> Plain:
    call = step.call
    return {
        "at": call.at.isoformat(),
        "member": call.member + 1,
        "model": call.model,
        "input_tokens": call.input_tokens,
        "output_tokens": step.output_tokens,
        "cost_usd": None if step.cost_pusd is None else usd_text(step.cost_pusd),
        **_answer(step.answer),
        "paid": [_draw(draw) for draw in step.draws],
        "left": [_grant(grant) for grant in step.left],
        "notices": [
            {"name": each.name, "percent": each.percent, "grant": each.grant}
            for each in step.notices
        ],
        "bought": [each.pack for each in step.bought],
    }


def _answer(answer: Admitted | Refused) -> Plain:
    match answer:
        case Admitted():
            return {
                "payer": answer.payer.value,
                "output_tokens_max": answer.output_tokens_max,
                "shortened": answer.shortened,
                "priority": answer.priority,
                "throttled": answer.throttled,
                "not_before": answer.not_before.isoformat() if answer.not_before else None,
                "refused": None,
            }
        case Refused():
            return {
                "payer": None,
                "refused": answer.reason.value,
                "short": [
                    {"limit": each.limit, "unit": each.unit.value,
                     "amount": _amount(each.unit, each.amount)}
                    for each in answer.short
                ],
                "resets": answer.resets.isoformat() if answer.resets else None,
                "offers": [offer.id for offer in answer.offers],
                "free_models": list(answer.free_models),
            }  # fmt: skip


def _draw(draw: Draw) -> Plain:
    return {
        "grant": draw.grant.id,
        "source": draw.grant.source,
        "name": draw.grant.name,
        "unit": draw.grant.unit.value,
        "amount": _amount(draw.grant.unit, draw.amount),
        "share": str(draw.share),
    }


def _grant(grant: Grant) -> Plain:
    return {
        "grant": grant.id,
        "name": grant.name,
        "unit": grant.unit.value,
        "granted": _amount(grant.unit, grant.amount) if grant.limited else None,
        "used": _amount(grant.unit, grant.used),
        "left": _amount(grant.unit, grant.left) if grant.limited else None,
        "resets": grant.resets.isoformat() if grant.resets else None,
    }


def _purchase(each: Purchase) -> Plain:
    return {
        "at": each.at.isoformat(),
        "pack": each.pack,
        "price_usd": usd_text(each.price_pusd),
        "on_demand": each.on_demand,
    }


def _sums(sums: Sums) -> Plain:
    money = {
        "plan_usd": sums.plan_pusd,
        "packs_usd": sums.packs_pusd,
        "managed_credit_usd": sums.managed_pusd,
        "revenue_usd": sums.revenue_pusd,
        "cost_usd": sums.cost_pusd,
        "margin_usd": sums.margin_pusd,
        "own_key_usd": sums.own_key_pusd,
    }
    return {
        "messages": sums.messages,
        "hosted": sums.hosted,
        "own_key": sums.own_key,
        "own_key_unpriced": sums.own_key_unpriced,
        "shortened": sums.shortened,
        "throttled": sums.throttled,
        "refused": dict(sums.refused),
        **{name: None if each is None else usd_text(each) for name, each in money.items()},
        "margin_permille": sums.margin_permille,
        "allowances": [
            {
                "source": each.source,
                "name": each.name,
                "unit": each.unit.value,
                "windows": each.windows,
                "granted": None if each.granted is None else _amount(each.unit, each.granted),
                "used": _amount(each.unit, each.used),
            }
            for each in sums.sources
        ],
    }


def _amount(unit: Unit, amount: int) -> int | str:
    return usd_text(amount) if unit is Unit.USD else amount
