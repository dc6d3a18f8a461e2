"""The shop as the window shows it: offers, purchases, what is under way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.account.purchases import Purchases
from app.account.shapes import Fields
from app.account.views import offer_view
from app.account.wallet import OFFERS, PURCHASES, Wallets
from app.account.wallet_shapes import HostedModel, Offers
from app.clock import Clock
from app.errors import AnswerImpossible
from app.metering.payer import Unit
from app.seam.hosted_views import (
    CheckoutView,
    PurchaseView,
    ShopView,
    SubscriptionView,
    WeightView,
)
from app.store.checkouts import CheckoutRecord, Checkouts
from app.store.hosted_calls import HostedCalls
from app.store.servers import ServerRecord

USUAL_SPAN = timedelta(days=30)
USUAL_MESSAGES_MIN = 5  # fewer say nothing of what is usual

_WORDS = {
    "pending": "Finish it in the browser; this window shows it.",
    "slow": "The payment takes longer than usual. Some banks need minutes. Nothing is lost: "
    "this goes on while you work, and after a restart too.",
    "paid": "The payment arrived and is being credited.",
    "credited": "Credited.",
    "canceled": "You canceled this purchase, and nothing was charged.",
    "expired": "The page of payment expired, and nothing was charged. You can begin again.",
    "failed": "The payment failed, and nothing was charged.",
    "given_up": "Not waited for any more. Should it be paid all the same, it is credited.",
}


@dataclass(frozen=True, slots=True)
class ShopViews:
    """Builds views from what is kept; nothing is asked for here."""

    wallets: Wallets
    purchases: Purchases
    checkouts: Checkouts
    calls: HostedCalls
    clock: Clock

    def shop(self, record: ServerRecord) -> ShopView:
        """What is for sale, what was bought and what is under way, with its age."""
        wallets = self.wallets
        offers, aged = wallets.offers(record), wallets.aged(record, PURCHASES)
        bought, subscription = ((), None) if aged is None else _bought(aged.fields, offers)
        listed = wallets.aged(record, OFFERS)
        return ShopView(
            server_id=record.id,
            packs=tuple(map(offer_view, offers.packs)) if offers else (),
            plans=tuple(map(offer_view, offers.plans)) if offers else (),
            add_ons=tuple(map(offer_view, offers.add_ons)) if offers else (),
            purchases=bought,
            subscription=subscription,
            checkouts=tuple(
                checkout_view(each, self.purchases)
                for each in self.checkouts.of(record.id, record.holder)
            ),
            demo=offers.demo if offers else "",
            passphrases=offers is not None and offers.passphrases,
            as_of=None if listed is None else listed.at,
            weights=weights_of(wallets.models(record)),
            per_message=self._per_message(record, self.clock.now() - USUAL_SPAN),
        )

    def _per_message(self, record: ServerRecord, since: datetime) -> int | None:
        unit = Unit.PLAN_TOKENS.value
        messages, amount = self.calls.per_message(record.id, record.holder, unit, since)
        return amount // messages or None if messages >= USUAL_MESSAGES_MIN else None


def weights_of(models: Iterable[HostedModel]) -> tuple[WeightView, ...]:
    """The models that draw plan tokens, by how many; the lightest first."""
    found: dict[int, list[str]] = {}
    for model in models:
        if model.weight is not None and not model.free:
            found.setdefault(model.weight, []).append(model.name)
    return tuple(WeightView(weight, tuple(found[weight])) for weight in sorted(found))


def checkout_view(checkout: CheckoutRecord, purchases: Purchases) -> CheckoutView:
    pending_long = checkout.state == "pending" and purchases.is_slow(checkout)
    state = "slow" if pending_long else checkout.state
    return CheckoutView(
        id=checkout.id,
        server_id=checkout.server_id,
        offer=checkout.offer,
        name=checkout.name,
        state=state,
        url=checkout.url,
        price=money_text(checkout.amount_cents, checkout.currency),
        begun_at=checkout.begun_at,
        message=_WORDS.get(state, ""),
    )


def money_text(cents: int, currency: str) -> str:
    """What was paid, in the currency of the payment: `$15.00`, `15.00 EUR`."""
    amount = f"{cents // 100:,}.{cents % 100:02d}"
    return f"${amount}" if currency.lower() == "usd" else f"{amount} {currency.upper()}"


def _bought(
    fields: Fields, offers: Offers | None
) -> tuple[tuple[PurchaseView, ...], SubscriptionView | None]:
    try:
        purchases = tuple(_purchases(fields.objects("purchases"), offers))
        said = fields.inner_or_none("subscription")
        return purchases, None if said is None else _subscription(said, offers)
    except AnswerImpossible:
        return (), None  # kept by another version: it is asked for anew


def _purchases(items: Iterable[Fields], offers: Offers | None) -> Iterable[PurchaseView]:
    for each in items:
        currency, back = each.text("currency"), each.whole("refunded_cents")
        yield PurchaseView(
            id=each.text("id"),
            kind=each.text("kind"),
            name=_name_of(each.text("name"), offers),
            at=each.moment("at"),
            price=money_text(each.whole("paid_cents"), currency),
            refunded=money_text(back, currency) if back else "",
            unit=each.text("unit", ""),
            granted=each.whole("granted"),
            taken_back=each.whole("taken_back"),
            until=each.moment_or_none("until"),
        )


def _name_of(name: str, offers: Offers | None) -> str:
    """A plan's month bears the plan's id; a pack its name."""
    offer = offers.find(name) if offers is not None else None
    return name if offer is None else offer.name


def _subscription(fields: Fields, offers: Offers | None) -> SubscriptionView:
    return SubscriptionView(
        plan=fields.text("plan"),
        name=_name_of(fields.text("plan"), offers),
        seats=fields.whole("seats"),
        past_due=fields.truth("past_due"),
        cancels_at_end=fields.truth("cancels_at_end"),
        paid_until=fields.moment("paid_until"),
    )
