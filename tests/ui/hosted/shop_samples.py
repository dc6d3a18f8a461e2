"""A shop as the core tells it: packs, plans, what is under way and what was bought."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.seam.hosted import CheckoutChanged, ShopShown
from app.seam.hosted_views import (
    CheckoutView,
    OfferView,
    PurchaseView,
    ShopView,
    SubscriptionView,
    WeightView,
)

NOW = datetime.now(UTC)
MESSAGES = {
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


def pack(offer_id: str, name: str, dollars: int, tokens: int) -> OfferView:
    return OfferView(
        offer_id, "pack", name, f"${dollars}", False, True, "plan_tokens", tokens,
        price_cents=dollars * 100,
    )  # fmt: skip


STARTER = pack("starter-pack", "Starter Pack", 5, 200_000)
PACKS = (
    STARTER,
    pack("power-pack", "Power Pack", 10, 500_000),
    pack("pro-pack", "Pro Pack", 15, 1_000_000),
    pack("ultra-pack", "Ultra Pack", 20, 2_000_000),
)
FREE = OfferView("free", "plan", "Free", "$0", True, False, price_cents=0)
PREMIUM = OfferView(
    "premium", "plan", "Premium", "$10 a month", True, True, price_cents=1_000,
    benefits=("Priority processing", "Premium support"),
)  # fmt: skip
CREATOR = OfferView("creator", "plan", "Creator", "$18 a month", True, True, price_cents=1_800)
LIFETIME = OfferView("lifetime", "plan", "Lifetime", "Invite-only", True, False)
RUNS = SubscriptionView("premium", 1, False, False, NOW + timedelta(days=20), "Premium")
BOUGHT = (
    PurchaseView(
        "pay-2", "plan", "Premium", NOW - timedelta(days=10), "$10.00", "", "", 0, 0,
        NOW + timedelta(days=20),
    ),
    PurchaseView(
        "pay-1", "pack", "Starter Pack", NOW - timedelta(days=40), "$5.00", "$5.00",
        "plan_tokens", 200_000, 200_000,
    ),
)  # fmt: skip


def checkout(state: str, offer: OfferView = PACKS[2], number: int = 1) -> CheckoutView:
    cents = offer.price_cents or 0
    url = "https://pay.example.com/1" if state in ("pending", "slow") else ""
    return CheckoutView(
        f"k{number}", "s1", offer.id, offer.name, state, url, f"${cents // 100}.00", NOW,
        MESSAGES[state],
    )  # fmt: skip


def shop(**changes: object) -> ShopShown:
    view = ShopView(
        server_id="s1", packs=PACKS, plans=(FREE, PREMIUM, LIFETIME), add_ons=(), purchases=(),
        subscription=None, checkouts=(), demo="", as_of=NOW,
        weights=(
            WeightView(1, ("GPT-4o mini", "Llama 3 70B", "Gemini Flash")),
            WeightView(5, ("GPT-4o",)),
        ),
        per_message=None,
    )  # fmt: skip
    return ShopShown(replace(view, **changes))  # type: ignore[arg-type]


def moved(state: str, offer: OfferView = PACKS[2]) -> CheckoutChanged:
    return CheckoutChanged(checkout(state, offer))
