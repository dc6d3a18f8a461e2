"""The shelf with the doors to the processors that fill its orders. Made anew for each request: a
purchase is rare, and a connection that nobody keeps is one that nobody has to close."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.server.errors import Refused
from app.server.payments.lemon_squeezy import LemonSqueezyDoor
from app.server.payments.orders import CheckoutOrder, OpenedCheckout
from app.server.payments.shelf import LEMON_SQUEEZY, STRIPE, Setup, Shelf
from app.server.services import Services

if TYPE_CHECKING:
    from app.server.payments.stripe_door import StripeDoor

# Another address of a processor's API, such as a double of it.
STRIPE_ADDRESS = "STRIPE_BASE_URL"
LEMON_SQUEEZY_ADDRESS = "LEMONSQUEEZY_BASE_URL"


class Till:
    """What one worker needs to sell."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.shelf = Shelf(services.catalog, services.settings)
        if self.shelf.setup(STRIPE) is not None:
            # Now, and not while answers stream.
            from app.server.payments import stripe_door  # noqa: F401

    @asynccontextmanager
    async def stripe(self) -> AsyncIterator[StripeDoor]:
        from app.server.payments.stripe_door import StripeDoor

        setup = self._with_key(STRIPE)
        door = StripeDoor(setup.key, self.services.settings.variable(STRIPE_ADDRESS))
        try:
            yield door
        finally:
            await door.close()

    @asynccontextmanager
    async def lemon_squeezy(self) -> AsyncIterator[LemonSqueezyDoor]:
        setup = self._with_key(LEMON_SQUEEZY)
        address = self.services.settings.variable(LEMON_SQUEEZY_ADDRESS)
        door = LemonSqueezyDoor(setup.key, setup.seller, address)
        try:
            yield door
        finally:
            await door.close()

    async def open_checkout(self, processor: str, order: CheckoutOrder) -> OpenedCheckout:
        """A page of the processor's where an order is paid. Raises Refused."""
        if processor == STRIPE:
            async with self.stripe() as stripe:
                return await stripe.open_checkout(order)
        async with self.lemon_squeezy() as lemon_squeezy:
            return await lemon_squeezy.open_checkout(order)

    def _with_key(self, processor: str) -> Setup:
        setup = self.shelf.setup(processor)
        if setup is None or not setup.key:
            raise nothing_set_up()
        return setup


def nothing_set_up() -> Refused:
    return Refused(
        404,
        "payments_not_set_up",
        "Nothing can be bought on this server: its operator has set up no payment processor.",
    )
