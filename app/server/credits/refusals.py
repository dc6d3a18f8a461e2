"""Why a call may not run, in the form that clients get: status, reason, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from app.catalog.offers import Offer
from app.catalog.plans import Unit
from app.ledger.records import HoldRow
from app.metering.allowances_admission import Refusal, Shortfall
from app.metering.allowances_admission import Refused as NotAdmitted
from app.money import format_usd
from app.server.errors import Refused, conflict, too_many

_RUNNING_RETRY_S = 2
_UNIT_WORDS = {
    Unit.PLAN_TOKENS: "tokens",
    Unit.TOKENS: "tokens of the model",
    Unit.REQUESTS: "requests",
}


def amount_words(unit: Unit, amount: int) -> str:
    """An amount as people read it: `1,935 tokens`, `$0.02`."""
    if unit is Unit.USD:
        return format_usd(amount)
    return f"{amount:,} {_UNIT_WORDS[unit]}"


def refused(answer: NotAdmitted, why_not: str = "") -> Refused:
    """The answer of the catalog's rules. `why_not` says what is wrong with the model's price."""
    match answer.reason:
        case Refusal.QUARANTINED:
            return Refused(
                403,
                "account_quarantined",
                "This account is in quarantine: nothing can be sent. Its history can be read.",
            )
        case Refusal.SUSPENDED:
            return Refused(
                403,
                "account_suspended",
                "This account is suspended: only billing is open. Ask the operator.",
            )
        case Refusal.ROLE:
            return Refused(
                403, "role_not_allowed", "Your role here may read and may not ask models."
            )
        case Refusal.NOT_SOLD:
            return Refused(
                404,
                "model_not_found",
                f"The model {answer.model} is not sold here. GET /v1/models lists those that are.",
                "model",
            )
        case Refusal.NO_PRICE:
            return no_price(answer.model, why_not)
        case Refusal.PAST_DUE | Refusal.USED_UP | Refusal.CAPPED:
            return _used_up(answer)
        case _:
            assert_never(answer.reason)


def no_price(model: str, why_not: str) -> Refused:
    """A model that cannot be charged is not sold."""
    return Refused(
        404,
        "model_without_price",
        f"The model {model} cannot be sold: {why_not or 'no price is known for this call'}.",
        "model",
    )


def _used_up(answer: NotAdmitted) -> Refused:
    return Refused(
        402,
        str(answer.reason),
        _used_up_words(answer),
        details={
            "reason": str(answer.reason),
            "model": answer.model,
            "short": [_short_to_plain(short) for short in answer.short],
            "resets": _iso(answer.resets),
            "offers": [offer_to_plain(offer) for offer in answer.offers],
            "free_models": list(answer.free_models),
        },
    )


def _used_up_words(answer: NotAdmitted) -> str:
    if answer.reason is Refusal.PAST_DUE:
        return "A payment is past due: pay it, and what your plan grants covers this again."
    words = ["What you have does not cover this message."]
    capped = [short for short in answer.short if short.cap is not None]
    if capped:
        words = ["Your cap on the shared tokens does not cover this message."]
        words += [f"It is {amount_words(one.unit, one.cap or 0)} of {one.limit}." for one in capped]
        words.append("Whoever sees to the members can raise it.")
    elif answer.short:
        first = answer.short[0]
        words.append(f"{first.limit} is short by {amount_words(first.unit, first.amount)}.")
    if answer.resets is not None:
        words.append(f"It is granted anew on {answer.resets:%d %B %Y, %H:%M} UTC.")
    if answer.offers:
        words.append("Buying " + " or ".join(offer.name for offer in answer.offers) + " covers it.")
    if answer.free_models:
        words.append(f"Free instead: {', '.join(answer.free_models[:3])}.")
    return " ".join(words)


def _short_to_plain(short: Shortfall) -> Mapping[str, Any]:
    return {
        "limit": short.limit,
        "unit": str(short.unit),
        "amount": short.amount,
        "resets": _iso(short.resets),
        **({} if short.cap is None else {"cap": short.cap}),
    }


def offer_to_plain(offer: Offer) -> Mapping[str, Any]:
    """An offer in a refusal: what to name at the checkout, and what it costs."""
    return {
        "id": offer.id,
        "kind": str(offer.kind),
        "name": offer.name,
        "price": offer.price_text,
        "monthly": offer.monthly,
    }


def money_short(
    reason: str, message: str, *, limit: str, wanted: int, free: int, resets: datetime | None
) -> Refused:
    """402 for a limit in money that is none of the catalog's: a key's cap, the free budget."""
    short = Shortfall(limit, Unit.USD, max(wanted - free, 1), resets)
    return Refused(
        402,
        reason,
        message,
        details={
            "reason": reason,
            "short": [_short_to_plain(short)],
            "resets": _iso(resets),
            "offers": [],
            "free_models": [],
        },
    )


def in_debt(owed: Mapping[Unit, int]) -> Refused:
    """402: a refund took back what was spent already."""
    words = " and ".join(amount_words(unit, amount) for unit, amount in owed.items())
    return Refused(
        402,
        "in_debt",
        f"A refund took back {words or 'tokens'} that had been used. Your next purchase pays that "
        "first; until then nothing can be sent.",
        details={
            "reason": "in_debt",
            "short": [
                _short_to_plain(Shortfall("Debt", unit, amount, None))
                for unit, amount in owed.items()
            ],
            "resets": None,
            "offers": [],
            "free_models": [],
        },
    )


def still_running(hold: HoldRow) -> Refused:
    return conflict(
        "request_running",
        f"The request {hold.id} with this Idempotency-Key is still running. Ask again for it.",
        retry_after_s=_RUNNING_RETRY_S,
    )


def other_body() -> Refused:
    return Refused(
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Take a new one for each request.",
    )


def given_up() -> Refused:
    return Refused(
        410,
        "request_given_up",
        "This request was given up before it arrived: it is not answered, and nothing was charged.",
    )


def too_busy() -> Refused:
    """Many calls of one account were faster, again and again."""
    return too_many(
        "Many requests of this account began at the same moment. Try again.", retry_after_s=1
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
