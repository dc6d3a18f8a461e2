"""Buying: a purchase is begun here and paid at the processor; only its signed word credits it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlsplit

from app.catalog.plans import Holder, Right
from app.catalog.rights import buyer_of, may, roles_with
from app.ledger.steps import Steps
from app.server.accounts.identify import Caller
from app.server.accounts.pace import HOUR
from app.server.errors import Refused, bad_request, conflict, not_allowed, not_found, too_many
from app.server.limits import take
from app.server.payments import repository, simulated
from app.server.payments.accounts import Buyer, buyer, standing_now
from app.server.payments.orders import CheckoutOrder
from app.server.payments.repository import Checkout
from app.server.payments.shelf import CURRENCY, LEMON_SQUEEZY, SIMULATED, STRIPE, OnSale
from app.server.payments.till import Till, nothing_set_up

# Where a buyer may be sent back to beside the server itself: the desktop program.
_OWN_SCHEME = "tuppence"
CHECKOUTS_PER_HOUR = 60


def require_billing(till: Till, caller: Caller) -> None:
    """Whoever is a member needs a role that may pay. Raises Refused (403)."""
    catalog = till.services.catalog
    if not may(caller.role, Right.BILLING, catalog):
        who = " or ".join(roles_with(Right.BILLING, catalog)) or "its owner"
        raise not_allowed(f"Your role may not buy for this account. Ask its {who}.")


def require_session(caller: Caller) -> None:
    """A third-party tool's key may not change what somebody is billed. Raises Refused (403)."""
    if caller.api_key:
        raise not_allowed("An API key cannot change a subscription. Sign in with the program.")


async def begin(
    till: Till, caller: Caller, offer_id: str, *, seats: int | None = None, back: str = ""
) -> Checkout:
    """Begin to buy an offer; the checkout with the page where it is paid. Raises Refused."""
    require_billing(till, caller)
    back = allowed_return(till, back)
    sold = find_sold(till, offer_id)
    quantity = _quantity(till, sold, seats)
    services = till.services
    who = await services.database.read(_may_buy, till, caller.tenant, sold)
    await _hurry(till, caller.tenant)
    checkout, secret = _new_checkout(till, who, sold, quantity), ""
    if sold.processor == SIMULATED:
        checkout, secret = simulated.with_secret(checkout)
    await services.database.run(repository.add_checkout, checkout)
    return await _open(till, checkout, sold, back, secret)


async def _hurry(till: Till, tenant: str) -> None:
    """Count one more checkout of an account: each is a page at the processor, which is asked about
    until it is paid or over. Raises Refused (429)."""
    services = till.services
    name, now = f"checkouts/{tenant}", services.clock.now()
    wait_s = await services.database.run(take, name, CHECKOUTS_PER_HOUR, HOUR, now)
    if wait_s is not None:
        raise too_many("Too many purchases were begun within an hour.", retry_after_s=wait_s)


def _new_checkout(till: Till, who: Buyer, sold: OnSale, quantity: int) -> Checkout:
    setup = till.shelf.setup(sold.processor)
    assert setup is not None  # it sells the offer
    return Checkout(
        tenant=who.tenant,
        id=till.services.clock.new_id(),
        processor=sold.processor,
        mode=setup.mode,
        session="",
        subscription="",
        offer=sold.offer.id,
        offer_kind=str(sold.offer.kind),
        price=sold.price,
        quantity=quantity,
        amount_minor=sold.amount_minor,
        currency=CURRENCY,
        email=who.email,
        hint="",
        secret_hash="",
        state="pending",
        url="",
        created_at=till.services.clock.now(),
    )


async def _open(till: Till, checkout: Checkout, sold: OnSale, back: str, secret: str) -> Checkout:
    services = till.services
    if sold.processor == SIMULATED:
        url = simulated.page_url(services.settings.address, checkout, secret, back)
        session = f"simulated-{checkout.id}"
    else:
        customer = await services.database.read(
            repository.customer_of, checkout.tenant, checkout.processor, checkout.mode
        )
        order = _order(services.settings.address, checkout, sold, back, customer)
        try:
            opened = await till.open_checkout(sold.processor, order)
        except Refused:
            await services.database.run(repository.advance, checkout, "failed")
            raise
        url, session = opened.url, opened.session
    await services.database.run(repository.opened, checkout.tenant, checkout.id, session, url)
    return replace(checkout, session=session, url=url)


def _order(
    address: str, checkout: Checkout, sold: OnSale, back: str, customer: str
) -> CheckoutOrder:
    query = f"checkout={checkout.id}" + (f"&return={quote(back, safe='')}" if back else "")
    return CheckoutOrder(
        checkout=checkout.id,
        tenant=checkout.tenant,
        price=checkout.price,
        quantity=checkout.quantity,
        monthly=sold.offer.monthly,
        success_url=f"{address}/checkout/done?{query}",
        cancel_url=f"{address}/checkout/cancelled?{query}",
        email=checkout.email,
        customer=customer,
    )


def find_sold(till: Till, offer_id: str) -> OnSale:
    """What is sold under an offer's name. Raises Refused: 404 for a name that the catalog does not
    have and where nothing is sold at all, 409 for what is not for sale."""
    offer = till.shelf.offer(offer_id)
    if offer is None:
        raise not_found("offer")
    if not offer.for_sale:
        why = f": {offer.price_text}" if offer.price_pusd is None else ""
        raise conflict("not_for_sale", f"{offer.name} cannot be bought{why}.")
    if not any(setup.key for setup in till.shelf.setups):
        raise nothing_set_up()
    sold = till.shelf.to_buy(offer_id)
    if sold is None:
        raise conflict("not_for_sale", f"{offer.name} cannot be bought on this server yet.")
    return sold


def _quantity(till: Till, sold: OnSale, seats: int | None) -> int:
    """How often the offer is bought. A plan with seats is sold as a whole, with the seats that the
    catalog names; what more of them cost it does not say."""
    plan = till.shelf.plan(sold)
    if plan is None or plan.seats is None:
        if seats is not None:
            raise bad_request(f"{sold.offer.name} has no seats.", "seats")
        return 1
    if seats is not None and seats < plan.seats.least:
        raise bad_request(f"{plan.name} begins at {plan.seats.least} seats.", "seats")
    if seats is not None and seats > plan.seats.least:
        raise conflict(
            "seats_not_for_sale",
            f"{plan.name} comes with {plan.seats.least} seats; more of them are not for sale yet.",
        )
    return 1


def _may_buy(till: Till, tenant: str, sold: OnSale) -> Steps[Buyer]:
    who = yield from buyer(tenant)
    if who is None:
        raise not_found("account")
    plan = till.shelf.plan(sold)
    if plan is None:
        return who
    is_organization = who.kind == "organization"
    wanted_holder = buyer_of(plan, till.services.catalog)
    if is_organization != (wanted_holder is Holder.ORGANIZATION):
        wanted = "an organization" if plan.holder is Holder.ORGANIZATION else "one person"
        raise conflict("wrong_holder", f"{plan.name} is for {wanted}. Choose that account first.")
    standing = yield from standing_now(till.services.catalog, tenant)
    if standing is not None:
        raise conflict(
            "already_subscribed", "This account has a subscription already. Change that one."
        )
    return who


def allowed_return(till: Till, back: str) -> str:
    """The address to go back to, where it is one of ours or the program's on the buyer's own
    computer. Raises Refused (400): a payment page must not lead to strangers."""
    if not back:
        return ""
    own = urlsplit(till.services.settings.address)
    try:
        parts = urlsplit(back)
        port = parts.port
    except ValueError:
        raise bad_request("This is no address.", "return") from None
    plain = "@" not in parts.netloc and "\\" not in back and back.isprintable()
    is_local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    is_own = (parts.scheme, parts.hostname, port) == (own.scheme, own.hostname, own.port)
    if plain and (parts.scheme == _OWN_SCHEME or is_own or is_local):
        return back
    raise bad_request("The way back has to lead to this server or to the program.", "return")


async def checkout_of(till: Till, caller: Caller, checkout_id: str) -> Checkout:
    """A checkout of the caller's own. Raises Refused (404)."""
    found = await till.services.database.read(repository.checkout_by_id, checkout_id, caller.tenant)
    if found is None:
        raise not_found("checkout")
    return found


async def came_back(till: Till, checkout_id: str, order: str) -> None:
    """A buyer came back from Lemon Squeezy with an order's identifier, which nobody has signed:
    where to look for a payment whose webhook was lost, never a payment itself."""
    if checkout_id and order and len(order) <= 64 and order.isascii():
        await till.services.database.run(repository.remember_hint, checkout_id, order)


async def portal_url(till: Till, caller: Caller, back: str = "") -> str:
    """The processor's page for invoices and cards. Raises Refused."""
    require_billing(till, caller)
    require_session(caller)
    back = allowed_return(till, back) or f"{till.services.settings.address}/account"
    place = await till.services.database.read(_portal_place, till, caller.tenant)
    processor, customer, subscription = place
    if processor == SIMULATED:
        raise conflict("simulated", "This is the demo: nothing was paid, and there is no bill.")
    if processor == STRIPE:
        async with till.stripe() as stripe:
            return await stripe.portal(customer, back)
    async with till.lemon_squeezy() as lemon_squeezy:
        return await lemon_squeezy.portal(subscription)


def _portal_place(till: Till, tenant: str) -> Steps[tuple[str, str, str]]:
    """Processor, customer and subscription; the subscription's processor before any other."""
    standing = yield from standing_now(till.services.catalog, tenant)
    if standing is not None:
        row = standing.subscription
        return row.processor, row.customer, row.id
    for setup in till.shelf.setups:
        customer = yield from repository.customer_of(tenant, setup.id, setup.mode)
        if customer and setup.id != LEMON_SQUEEZY:
            return setup.id, customer, ""
    raise conflict("nothing_bought", "Nothing was bought with this account yet.")
