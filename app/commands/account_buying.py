"""`account`: offers, buying, subscriptions, passphrases."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from app.account.shop_views import checkout_view
from app.account.wallet import OFFERS, PURCHASES
from app.commands.account_words import amount_words, chosen
from app.commands.columns import in_columns, one_line
from app.commands.exits import DONE, FAILED
from app.commands.vault import with_vault_open
from app.seam.hosted_views import OfferView, ShopView

if TYPE_CHECKING:
    from app.commands.streams import Streams
    from app.engine.core import Core

_LOOK_S = 0.2


async def run_buying(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    hosted, record = core.hosted, chosen(core)
    match arguments.action:
        case "offers":
            await with_vault_open(core, streams, lambda: hosted.wallets.refresh(record, OFFERS))
            await _offers(_shop(core), streams, as_json=arguments.json)
        case "purchases":
            await with_vault_open(core, streams, lambda: hosted.wallets.refresh(record, PURCHASES))
            await _purchases(_shop(core), streams)
        case "buy":
            return await _buy(arguments, core, streams)
        case "cancel" | "resume":
            change = hosted.purchases.change_subscription
            await with_vault_open(core, streams, lambda: change(record, arguments.action))
            await _subscription(_shop(core), streams)
        case "portal":
            url = await with_vault_open(core, streams, lambda: hosted.purchases.portal(record))
            await streams.out(f"{url}\n")
        case _:
            passphrase = (await streams.ask_secret()).strip()
            plan = await with_vault_open(
                core, streams, lambda: hosted.purchases.use_passphrase(record, passphrase)
            )
            await streams.out(f"The plan {one_line(plan)} is open.\n")
    return DONE


async def _buy(arguments: argparse.Namespace, core: Core, streams: Streams) -> int:
    """The page on standard output, what becomes of it on standard error."""
    purchases, record = core.hosted.purchases, chosen(core)
    begun = await with_vault_open(
        core, streams, lambda: purchases.buy(record, arguments.offer, arguments.seats)
    )
    if begun.url:
        await streams.out(f"{begun.url}\n")
    if arguments.no_wait:
        return DONE
    said = ""
    while True:
        now = core.shelves.checkouts.get(begun.id) or begun
        view = checkout_view(now, purchases)
        if view.message != said:
            said = view.message
            await streams.err(f"{one_line(view.name)}, {view.price}: {said}\n")
        if not now.is_waiting:
            return DONE if now.state == "credited" else FAILED
        await asyncio.sleep(_LOOK_S)


async def _offers(shop: ShopView, streams: Streams, *, as_json: bool) -> None:
    offers = (*shop.packs, *shop.plans, *shop.add_ons)
    if as_json:
        plain = [
            {"id": one.id, "kind": one.kind, "name": one.name, "price": one.price,
             "available": one.available, "unit": one.unit, "amount": one.amount}
            for one in offers
        ]  # fmt: skip
        await streams.out(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
        return
    if shop.demo:
        await streams.err(f"{shop.demo}\n")
    await streams.out(in_columns([_offer_cells(one) for one in offers]))


def _offer_cells(offer: OfferView) -> tuple[str, ...]:
    gives = "" if offer.amount is None else amount_words(offer.unit, offer.amount)
    can = "" if offer.available else "not for sale here"
    return offer.id, one_line(offer.name), offer.price, gives, can


async def _purchases(shop: ShopView, streams: Streams) -> None:
    cells = [
        (f"{one.at:%Y-%m-%d}", one_line(one.name), one.price,
         f"{one.refunded} back" if one.refunded else "")
        for one in shop.purchases
    ]  # fmt: skip
    cells += [
        (f"{one.begun_at:%Y-%m-%d}", one_line(one.name), one.price, one.state)
        for one in shop.checkouts
        if one.state != "credited"
    ]
    await streams.out(in_columns(cells) if cells else "")
    if shop.subscription is not None:
        await _subscription(shop, streams)


async def _subscription(shop: ShopView, streams: Streams) -> None:
    found = shop.subscription
    if found is None:
        await streams.out("There is no subscription.\n")
        return
    ends = "ends" if found.cancels_at_end else "is paid until"
    await streams.out(f"{one_line(found.plan)} {ends} {found.paid_until:%Y-%m-%d}.\n")


def _shop(core: Core) -> ShopView:
    return core.hosted.shop_views.shop(chosen(core))
