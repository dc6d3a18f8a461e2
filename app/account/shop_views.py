"""The shop as the window shows it: offers, purchases, what is under way."""

from __future__ import annotations

from collections.abc import Iterable

from app.account.purchases import Purchases
from app.account.shapes import Fields
from app.account.views import offer_view
from app.account.wallet import OFFERS, PURCHASES, Wallets
from app.errors import AnswerImpossible
from app.seam.hosted_views import CheckoutView, PurchaseView, ShopView, SubscriptionView
from app.store.checkouts import CheckoutRecord, Checkouts
from app.store.servers import ServerRecord

_WORDS = {
    "pending": "Waiting for the payment. Finish it in the browser; this window shows it.",
    "slow": "The payment takes longer than usual. Some banks need minutes. Nothing is lost: "
    "this goes on while you work, and after a restart too.",
    "paid": "The payment arrived and is being credited.",
    "credited": "Credited.",
    "expired": "This purchase was not finished, and nothing was charged.",
    "failed": "The payment failed, and nothing was charged.",
    "given_up": "Not waited for any more. Should it be paid all the same, it is credited.",
}


def shop_view(
    record: ServerRecord, wallets: Wallets, purchases: Purchases, checkouts: Checkouts
) -> ShopView:
    """From what is kept; nothing is asked for here."""
    offers, aged = wallets.offers(record), wallets.aged(record, PURCHASES)
    bought, subscription = _bought(aged.fields) if aged is not None else ((), None)
    listed = wallets.aged(record, OFFERS)
    return ShopView(
        server_id=record.id,
        packs=tuple(map(offer_view, offers.packs)) if offers else (),
        plans=tuple(map(offer_view, offers.plans)) if offers else (),
        add_ons=tuple(map(offer_view, offers.add_ons)) if offers else (),
        purchases=bought,
        subscription=subscription,
        checkouts=tuple(
            checkout_view(each, purchases) for each in checkouts.of(record.id, record.holder)
        ),
        demo=offers.demo if offers else "",
        as_of=None if listed is None else listed.at,
    )


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


def _bought(fields: Fields) -> tuple[tuple[PurchaseView, ...], SubscriptionView | None]:
    try:
        purchases = tuple(_purchases(fields.objects("purchases")))
        said = fields.inner_or_none("subscription")
        return purchases, None if said is None else _subscription(said)
    except AnswerImpossible:
        return (), None  # kept by another version: it is asked for anew


def _purchases(items: Iterable[Fields]) -> Iterable[PurchaseView]:
    for each in items:
        currency, back = each.text("currency"), each.whole("refunded_cents")
        yield PurchaseView(
            id=each.text("id"),
            kind=each.text("kind"),
            name=each.text("name"),
            at=each.moment("at"),
            price=money_text(each.whole("paid_cents"), currency),
            refunded=money_text(back, currency) if back else "",
            unit=each.text("unit", ""),
            granted=each.whole("granted"),
            taken_back=each.whole("taken_back"),
        )


def _subscription(fields: Fields) -> SubscriptionView:
    return SubscriptionView(
        plan=fields.text("plan"),
        seats=fields.whole("seats"),
        past_due=fields.truth("past_due"),
        cancels_at_end=fields.truth("cancels_at_end"),
        paid_until=fields.moment("paid_until"),
    )
