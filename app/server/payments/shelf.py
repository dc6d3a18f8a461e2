"""What is for sale at which processor, by its price ids: the catalog's offers and the operator's
variables put together. The client names an offer; what it costs is looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.catalog.offers import Offer, OfferKind
from app.catalog.plan_catalog import PlanCatalog
from app.catalog.plan_catalog import Processor as CatalogProcessor
from app.catalog.plans import Pack, Plan
from app.ledger.records import AccountKind, Opening
from app.metering.payer import Unit
from app.money import PICODOLLARS_PER_USD
from app.server.settings import ServerSettings

CURRENCY = "usd"  # what catalogs are written in
STRIPE = "stripe"
LEMON_SQUEEZY = "lemon_squeezy"
SIMULATED = "simulated"
LIVE, TEST = "live", "test"
_PICODOLLARS_PER_CENT = PICODOLLARS_PER_USD // 100
# What a processor's table calls the id that names one price.
_PRICE_WORD = {STRIPE: "price", LEMON_SQUEEZY: "variant"}


@dataclass(frozen=True, slots=True)
class Setup:
    """A processor that the operator has set up. `seller` is our account there: a store's id, or
    empty for the account that the key belongs to. Secrets are empty where they are not set."""

    id: str
    name: str
    mode: str
    seller: str
    key: str
    webhook_secret: str

    def __repr__(self) -> str:
        return f"Setup({self.id}, {self.mode})"


@dataclass(frozen=True, slots=True)
class OnSale:
    """An offer at a processor. `amount_minor` is what one of it costs, in cents."""

    offer: Offer
    processor: str
    price: str
    amount_minor: int


class Shelf:
    """Offers by processor and price id. Where two processors sell the same, the catalog's order
    of processors decides which one is asked."""

    def __init__(self, catalog: PlanCatalog, settings: ServerSettings) -> None:
        self.catalog = catalog
        environment = settings.environment
        if settings.demo:
            simulated = Setup(SIMULATED, "Simulated", TEST, "", "simulated", "")
            self.setups: tuple[Setup, ...] = (simulated,)
        else:
            found = (_setup(each, environment) for each in catalog.processors)
            self.setups = tuple(each for each in found if each.key or each.webhook_secret)
        self._on_sale: dict[tuple[str, str], OnSale] = {}
        self._ambiguous: set[tuple[str, str]] = set()
        for setup in self.setups:
            for offer in catalog.offers():
                self._put(setup, offer, environment)

    def _put(self, setup: Setup, offer: Offer, environment: Mapping[str, str]) -> None:
        price = _price_id(setup, offer, environment)
        amount = _cents(offer)
        if price and amount and offer.for_sale and offer.kind is not OfferKind.ADD_ON:
            place = (setup.id, price)
            if place in self._on_sale or place in self._ambiguous:
                # Two offers with one price id: nobody could say which was bought.
                self._ambiguous.add(place)
                self._on_sale.pop(place, None)
            else:
                self._on_sale[place] = OnSale(offer, setup.id, price, amount)

    def setup(self, processor: str) -> Setup | None:
        return next((each for each in self.setups if each.id == processor), None)

    def at_price(self, processor: str, price: str) -> OnSale | None:
        """What is sold for a processor's price id."""
        return self._on_sale.get((processor, price))

    def offer(self, offer_id: str) -> Offer | None:
        return next((each for each in self.catalog.offers() if each.id == offer_id), None)

    def to_buy(self, offer_id: str, processor: str = "") -> OnSale | None:
        """An offer at the first processor that sells it and can be asked, or at the one named."""
        for setup in self.setups:
            if setup.key and processor in ("", setup.id):
                for sold in self._on_sale.values():
                    if sold.processor == setup.id and sold.offer.id == offer_id:
                        return sold
        return None

    def plans_for(self, processor: str, amount_minor: int) -> tuple[OnSale, ...]:
        """The plans that cost exactly this, for processors that name no price on an invoice."""
        return tuple(
            sold
            for sold in self._on_sale.values()
            if sold.processor == processor
            and sold.offer.kind is OfferKind.PLAN
            and sold.amount_minor == amount_minor
        )

    def plan(self, sold: OnSale) -> Plan | None:
        return self.catalog.plan(sold.offer.id) if sold.offer.kind is OfferKind.PLAN else None

    def pack(self, sold: OnSale) -> Pack | None:
        return self.catalog.pack(sold.offer.id) if sold.offer.kind is OfferKind.PACK else None


def wallet_of(tenant: str, processor: str, payment: str, pack: Pack) -> Opening:
    """The wallet that a bought pack is credited to, opened empty."""
    return Opening(
        id=f"{tenant}/pack/{processor}/{payment}",
        tenant=tenant,
        kind=AccountKind.WALLET,
        unit=Unit(str(pack.unit)),
        granted=0,
        name=pack.name,
    )


def _setup(processor: CatalogProcessor, environment: Mapping[str, str]) -> Setup:
    named = {what: environment.get(name, "").strip() for what, name in processor.variables}
    key = named.get("secret_key") or named.get("api_key") or ""
    if processor.id == STRIPE:
        mode = TEST if key.startswith(("sk_test_", "rk_test_")) else LIVE
        seller = named.get("account", "")
    else:
        # Nothing in a key of Lemon Squeezy says which mode it is for.
        mode = TEST if named.get("mode", "").lower() == TEST else LIVE
        seller = named.get("store", "")
    return Setup(processor.id, processor.name, mode, seller, key, named.get("webhook_secret", ""))


def _price_id(setup: Setup, offer: Offer, environment: Mapping[str, str]) -> str:
    if setup.id == SIMULATED:
        return f"simulated-{offer.id}"
    ids = dict(offer.processor_ids(setup.id, environment) or ())
    return ids.get(_PRICE_WORD.get(setup.id, ""), "")


def _cents(offer: Offer) -> int | None:
    """The price in cents; None where it has none, or is finer than a cent."""
    if offer.price_pusd is None or offer.price_pusd % _PICODOLLARS_PER_CENT:
        return None
    return offer.price_pusd // _PICODOLLARS_PER_CENT
