"""Buying, subscriptions, passphrases and the license."""

from __future__ import annotations

from app.account.wallet import OFFERS, PURCHASES
from app.engine.core import Core
from app.engine.handlers.accounts import done
from app.errors import LicenseError, SignedOut
from app.seam import hosted as commands
from app.store.servers import ServerRecord


async def ask_shop(core: Core, command: commands.AskShop) -> None:
    """What is known at once; then what the server says, where that is wanted."""
    core.hosted.show_shop()
    if command.serial:
        await done(core, command.serial, _ask_shop(core, refresh=command.refresh))
    else:
        await _ask_shop(core, refresh=command.refresh)


async def buy(core: Core, command: commands.Buy) -> None:
    await done(core, command.serial, _buy(core, command))


def give_up_purchase(core: Core, command: commands.GiveUpPurchase) -> None:
    core.hosted.purchases.give_up(command.checkout_id)


async def cancel_purchase(core: Core, command: commands.CancelPurchase) -> None:
    await done(core, command.serial, core.hosted.purchases.cancel(command.checkout_id))


async def change_subscription(core: Core, command: commands.ChangeSubscription) -> None:
    await done(core, command.serial, _change(core, command))


async def open_portal(core: Core, command: commands.OpenPortal) -> None:
    await done(core, command.serial, _portal(core))


async def open_account_page(core: Core, command: commands.OpenAccountPage) -> None:
    await done(core, command.serial, _account_page(core, command.receipt))


async def use_passphrase(core: Core, command: commands.UsePassphrase) -> None:
    await done(core, command.serial, _passphrase(core, command.passphrase))


async def ask_license(core: Core, command: commands.AskLicense) -> None:
    hosted = core.hosted
    work = hosted.renew_license() if command.renew else hosted.show_license()
    if command.serial:
        await done(core, command.serial, work)
    else:
        await work


async def keep_license(core: Core, command: commands.KeepLicense) -> None:
    await done(core, command.serial, _keep(core, command))


def chosen(core: Core) -> ServerRecord:
    """The chosen server; raises SignedOut where there is none."""
    record = core.hosted.desk.chosen()
    if record is None:
        raise SignedOut("There is no account yet.", "Start with free tokens first.")
    return record


async def _ask_shop(core: Core, *, refresh: bool) -> None:
    record = core.hosted.desk.chosen()
    if refresh and record is not None and record.is_signed_in:
        await core.hosted.wallets.refresh(record, OFFERS, PURCHASES)


async def _account_page(core: Core, receipt: str) -> None:
    url = await core.hosted.purchases.account_page(chosen(core), receipt)
    core.emit(commands.OpenPage(url))


async def _buy(core: Core, command: commands.Buy) -> str:
    purchases = core.hosted.purchases
    begun = await purchases.buy(chosen(core), command.offer, command.seats)
    if begun.url:
        core.emit(commands.OpenPage(begun.url))
    return begun.id


async def _change(core: Core, command: commands.ChangeSubscription) -> None:
    purchases = core.hosted.purchases
    await purchases.change_subscription(chosen(core), command.action, command.offer)
    await core.hosted.renew_license()


async def _portal(core: Core) -> None:
    core.emit(commands.OpenPage(await core.hosted.purchases.portal(chosen(core))))


async def _passphrase(core: Core, passphrase: str) -> None:
    await core.hosted.purchases.use_passphrase(chosen(core), passphrase)
    await core.hosted.renew_license()


async def _keep(core: Core, command: commands.KeepLicense) -> None:
    licenses, record = core.hosted.licenses, chosen(core)
    if command.path:
        await licenses.keep_file(record, command.path)
    elif command.text.strip():
        await licenses.keep_text(record, command.text)
    else:
        raise LicenseError("There is no license in it.", "Paste the whole text, or open the file.")
    await core.hosted.show_license()
