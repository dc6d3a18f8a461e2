"""The shop in words: what an offer gives, what that means, and how a purchase stands."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.seam.hosted_views import (
    OfferView,
    PurchaseView,
    ShopView,
    SubscriptionView,
    WalletView,
    WeightView,
)
from app.ui import words
from app.ui.hosted import wording

_PICODOLLARS_PER_CENT = 10**10
_MILLION = 1_000_000
LASTS_MAX_DAYS = 999
WEIGHTS_MAX, MODELS_MAX = 4, 2  # of each; the tooltip has all of them

# How a purchase stands, beside its name.
STATES = {
    "pending": str(QT_TRANSLATE_NOOP("shop", "Waiting for the payment")),
    "slow": str(QT_TRANSLATE_NOOP("shop", "Still waiting for the payment")),
    "paid": str(QT_TRANSLATE_NOOP("shop", "Paid")),
    "credited": str(QT_TRANSLATE_NOOP("shop", "Credited")),
    "canceled": str(QT_TRANSLATE_NOOP("shop", "Canceled")),
    "expired": str(QT_TRANSLATE_NOOP("shop", "Expired")),
    "failed": str(QT_TRANSLATE_NOOP("shop", "Failed")),
    "given_up": str(QT_TRANSLATE_NOOP("shop", "Not waited for")),
}
TONES = {"credited": "ok", "paid": "ok", "failed": "danger", "slow": "warn"}
WAITING = ("pending", "slow", "paid")


def tr(text: str) -> str:
    """A word of the shop in the user's language."""
    return QCoreApplication.translate("shop", text)


def state_words(state: str) -> str:
    """`Waiting for the payment`, `Credited`."""
    return tr(STATES[state]) if state in STATES else state


def price_of(offer: OfferView) -> str:
    """`$15`, `$10 a month`, or the catalog's own words where it names no sum."""
    if offer.price_cents is None:
        return offer.price
    amount = words.money(offer.price_cents * _PICODOLLARS_PER_CENT)
    if offer.price_cents % 100 == 0:
        amount = amount.replace(f"{words.locale().decimalPoint()}00", "", 1)
    return tr("{0} a month").format(amount) if offer.monthly and offer.price_cents else amount


def gives(offer: OfferView) -> str:
    """`1,000,000 tokens`; empty where it gives no amount of its own."""
    return "" if offer.amount is None else wording.amount_of(offer.unit, offer.amount)


def per_million(offer: OfferView) -> str:
    """`$15.00 a million`; empty where that cannot be said."""
    if offer.price_cents is None or not offer.amount or offer.unit != "plan_tokens":
        return ""
    rate = offer.price_cents * _PICODOLLARS_PER_CENT * _MILLION // offer.amount
    return tr("{0} a million").format(words.money(rate))


def messages(offer: OfferView, per_message: int | None) -> str:
    """`about 340 messages`; empty while nobody knows what is usual."""
    if not per_message or not offer.amount or offer.unit != "plan_tokens":
        return ""
    number = offer.amount // per_message
    step = 10 ** max(0, len(str(number)) - 2)  # two digits: more would promise too much
    pattern = tr("about {0} messages")
    return pattern.format(words.count(number // step * step)) if number > 1 else ""


def lasts(offer: OfferView, wallet: WalletView | None) -> str:
    """`At your pace of the last two weeks, Pro Pack lasts about 74 days.`; empty where no pace is
    known, or where it would be a guess over years."""
    pace = None if wallet is None else wallet.forecast
    if pace is None or offer.unit != pace.unit or not offer.amount or pace.per_day <= 0:
        return ""
    days = offer.amount // pace.per_day
    if not 1 < days <= LASTS_MAX_DAYS:
        return ""
    pattern = tr("At your pace of the last two weeks, {0} lasts about {1} days.")
    return pattern.format(offer.name, words.count(days))


def packs_note(shop: ShopView) -> str:
    """What holds for all packs, and where the number of messages comes from."""
    note = tr("They never expire.")
    if shop.per_message is None:
        return note
    pattern = tr("Messages as yours were in the last 30 days: {0} each.")
    drawn = wording.amount_of("plan_tokens", words.rounded(shop.per_message))
    return f"{note} {pattern.format(drawn)}"


def weights_line(weights: tuple[WeightView, ...]) -> str:
    """What a token of a model draws: `2 GPT-3.5 Turbo, DeepSeek Chat · 5 GPT-4o`."""
    if not weights:
        return ""
    shown = weights
    if len(weights) > WEIGHTS_MAX:
        last = len(weights) - 1
        places = [last * place // (WEIGHTS_MAX - 1) for place in range(WEIGHTS_MAX)]
        shown = tuple(weights[place] for place in places)
    parts = [f"{each.weight}× {', '.join(each.models[:MODELS_MAX])}" for each in shown]
    return tr("A token of a model draws: {0}").format(" · ".join(parts))


def all_weights(weights: tuple[WeightView, ...]) -> str:
    """Every model with its weight, a line for each weight."""
    return "\n".join(f"{each.weight}× {', '.join(each.models)}" for each in weights)


def plan_name(offer: OfferView) -> str:
    """`Premium, $10 a month`; the name alone of what costs nothing."""
    return offer.name if offer.price_cents == 0 else f"{offer.name}, {price_of(offer)}"


def why_not(offer: OfferView, kind: str) -> str:
    """Why a plan cannot be had by a person, organization or workspace; empty where it can."""
    if not offer.available:
        return tr("Not sold here")
    if offer.holder and (offer.holder == "organization") != (kind == "organization"):
        is_for_many = offer.holder == "organization"
        return tr("For an organization") if is_for_many else tr("For one person")
    return ""


def wants_group(offer: OfferView, kind: str) -> bool:
    """Whether an organization is all that a person or workspace lacks for a plan."""
    return offer.available and offer.holder == "organization" and kind != "organization"


def plan_line(offer: OfferView) -> str:
    """What a plan gives and is good for: `30,000 tokens each day · Priority processing`."""
    gives = [
        f"{wording.amount_of(each.unit, each.amount)} {wording.each_window(each.window)}".strip()
        for each in offer.grants
    ]
    seats = "" if offer.seats is None else tr("{0} seats").format(words.count(offer.seats))
    return " · ".join(filter(None, (*gives, seats, *offer.benefits)))


def age(shop: ShopView, *, online: bool) -> str:
    """How old the list is while the server is out of reach; empty while it is not."""
    if online or shop.as_of is None:
        return ""
    pattern = tr("Offline, prices as of {0}. Buying needs the network.")
    return pattern.format(words.short_date(shop.as_of))


def subscription_line(subscription: SubscriptionView, now: datetime) -> str:
    """`paid until 21 Dec, then renewed`."""
    day = words.short_date(subscription.paid_until)
    if subscription.past_due:
        return tr(
            "The last payment did not go through. Look at the card with “Invoices and cards”."
        )
    if subscription.cancels_at_end:
        return tr("Ends {0}; it is not renewed.").format(day)
    return tr("Paid until {0}, then renewed.").format(day)


def purchase_line(bought: PurchaseView) -> str:
    """What a purchase gave, and what was taken back: `1,000,000 tokens · $5.00 refunded`."""
    gave = wording.amount_of(bought.unit, bought.granted) if bought.granted else ""
    until = ""
    if bought.until is not None:
        until = tr("until {0}").format(words.short_date(bought.until))
    back = tr("{0} refunded").format(bought.refunded) if bought.refunded else ""
    return " · ".join(filter(None, (gave, until, back)))
