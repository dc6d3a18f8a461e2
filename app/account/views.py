"""Accounts, wallets and refusals as the window shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from app.account.desk import AccountDesk, Device
from app.account.drawing import Drawing
from app.account.groups import Groups
from app.account.hosted import OutOfTokens
from app.account.wallet import ME, Wallets
from app.account.wallet_shapes import GrantLine, Offer, Offers
from app.catalog.plans import Right
from app.providers.json_text import Json, as_list, as_object, as_text
from app.seam.hosted_views import (
    AccountsView,
    DeviceView,
    GrantedView,
    GrantView,
    InsteadView,
    OfferView,
    OutOfTokensView,
    ServerView,
    ShortView,
    WalletView,
)
from app.store.servers import ServerRecord


class AccountViews:
    """Builds views from what is kept; nothing is asked for here."""

    def __init__(
        self,
        desk: AccountDesk,
        wallets: Wallets,
        groups: Groups,
        drawing: Drawing,
        is_online: Callable[[str], bool],
    ) -> None:
        self._desk = desk
        self._wallets = wallets
        self._groups = groups
        self._drawing = drawing
        self._is_online = is_online

    def accounts(self, rows: list[ServerRecord]) -> AccountsView:
        chosen = self._desk.chosen()
        return AccountsView(
            servers=tuple(self._server(row) for row in rows),
            chosen="" if chosen is None else chosen.id,
            default_address=self._desk.default_address,
            wallet=None if chosen is None else self.wallet(chosen),
            groups=() if chosen is None else self._groups.known(chosen),
        )

    def wallet(self, record: ServerRecord) -> WalletView | None:
        """What is left, with its age; None before the first answer, and for who is signed out."""
        wallet, aged = self._wallets.wallet(record), self._wallets.aged(record, ME)
        if wallet is None or aged is None or not record.is_signed_in:
            return None
        names = {model.id: model.name for model in self._wallets.models(record)}
        return WalletView(
            server_id=record.id,
            server=record.title,
            account=wallet.account,
            name=wallet.name,
            kind=wallet.kind,
            role=wallet.role or "",
            email=wallet.email or "",
            plan=wallet.plan,
            plan_name=wallet.plan_name,
            plan_price=wallet.plan_price,
            grants=tuple(_grant(line, names) for line in wallet.grants),
            available=wallet.available,
            next_reset=wallet.next_reset,
            used_this_month=wallet.used_this_month,
            month_limit=wallet.month_limit,
            flags=wallet.flags,
            in_debt=wallet.in_debt,
            as_of=aged.at,
            online=self._is_online(record.id),
            days=self._drawing.days(record),
            forecast=self._drawing.forecast(record, wallet),
            members=self._drawing.members(record),
            may_buy=self.may_buy(record),
        )

    def may_buy(self, record: ServerRecord) -> bool:
        """Whether whose tokens are spent now can be bought more by the account; the server
        decides, and an older one does not say."""
        group = next((one for one in self._groups.known(record) if one.id == record.acts_for), None)
        return group is None or not group.rights or Right.BILLING in group.rights

    def _server(self, row: ServerRecord) -> ServerView:
        return ServerView(
            id=row.id,
            url=row.url,
            title=row.title,
            demo=row.demo,
            state=row.state.value,
            account=row.account,
            acts_for=row.acts_for,
            online=self._is_online(row.id),
        )


def out_of_tokens_view(
    error: OutOfTokens,
    model: str,
    *,
    free: Callable[[str], InsteadView | None],
    own_keys: tuple[InsteadView, ...],
    offers: Offers | None,
    kind: str,
    may_buy: bool = True,
) -> OutOfTokensView:
    """Every way on that the server named, and the keys that are kept here. `free` finds the line
    of a free model by its id; `kind` is of whom is acted for: what they cannot buy is left out,
    and everything where `may_buy` says that they buy nothing."""
    details = error.details
    offered = [_offered(as_object(each), offers) for each in as_list(details.get("offers"))]
    ours = [each for each in offered if may_buy and _is_for(each, kind)]
    found = [free(as_text(name)) for name in as_list(details.get("free_models"))]
    return OutOfTokensView(
        reason=as_text(details.get("reason")) or error.code,
        message=error.message,
        model=model,
        short=tuple(_short(as_object(each)) for each in as_list(details.get("short"))),
        resets=_moment(details.get("resets")),
        free_models=tuple(view for view in found if view is not None),
        own_keys=own_keys,
        offers=tuple(sorted(ours, key=_how_dear)),
        for_groups=not ours
        and kind == "person"
        and any(each.holder == "organization" for each in offered),
    )


def offer_view(offer: Offer) -> OfferView:
    return OfferView(
        id=offer.id,
        kind=offer.kind,
        name=offer.name,
        price=offer.price,
        monthly=offer.monthly,
        available=offer.available,
        unit="" if offer.unit is None else offer.unit.value,
        amount=offer.amount,
        benefits=offer.benefits,
        price_cents=offer.price_cents if offer.currency.lower() == "usd" else None,
        seats=offer.seats,
        holder=offer.holder,
        grants=tuple(
            GrantedView(each.unit.value, each.amount, each.window) for each in offer.grants
        ),
    )


def device_view(device: Device) -> DeviceView:
    return DeviceView(
        device.id, device.name, device.key_id, device.created_at, device.seen_at, device.is_this
    )


def _grant(line: GrantLine, models: Mapping[str, str]) -> GrantView:
    """A grant of one model alone is told by the model: several of them share the grant's name."""
    one = line.models[0] if line.only and len(line.models) == 1 else ""
    return GrantView(
        name=models.get(one, one) or line.name,
        source=line.source,
        unit=line.unit.value,
        window=line.window,
        granted=line.granted,
        used=line.used,
        held=line.held,
        left=line.left,
        resets=line.resets,
        models=line.models,
        only=line.only,
        cap=line.cap,
    )


def _short(fields: Json) -> ShortView:
    amount = fields.get("amount")
    return ShortView(
        as_text(fields.get("limit"))[:120],
        as_text(fields.get("unit")),
        amount if isinstance(amount, int) and not isinstance(amount, bool) else 0,
        _moment(fields.get("resets")),
    )


def _offered(fields: Json, offers: Offers | None) -> OfferView:
    """An offer as the list has it, with what it gives; else as the refusal names it."""
    known = offers.find(as_text(fields.get("id"))) if offers is not None else None
    if known is not None:
        return offer_view(known)
    return OfferView(
        id=as_text(fields.get("id")),
        kind=as_text(fields.get("kind")),
        name=as_text(fields.get("name")),
        price=as_text(fields.get("price")),
        monthly=fields.get("monthly") is True,
        available=True,
    )


def _is_for(offer: OfferView, kind: str) -> bool:
    """Whether a person, organization or workspace can have it."""
    return not offer.holder or (offer.holder == "organization") == (kind == "organization")


def _how_dear(offer: OfferView) -> tuple[bool, int]:
    """What is paid once comes first, the cheapest before the others."""
    return offer.monthly, offer.price_cents or 0


def _moment(value: object) -> datetime | None:
    with suppress(ValueError):
        found = datetime.fromisoformat(as_text(value)) if value else None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)
    return None
