"""Kept keys and the providers one can add, as lines of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.chat.own_prices import OwnPrice, takes_own_price
from app.chat.routes import host_of
from app.chat.spending import sum_certainty
from app.providers.hosts import CUSTOM_HOST, HOSTS
from app.seam.views import Certainty, KeyRow, OwnPriceView, ProviderRow
from app.store.records import KeyRecord, SpendRecord


def key_rows(
    keys: Sequence[KeyRecord],
    month: Mapping[str, SpendRecord],
    own_price: Callable[[str], OwnPrice | None],
    *,
    checking: str = "",
) -> tuple[KeyRow, ...]:
    """A line for each key; `checking` is the id of the one that is being asked about."""
    return tuple(
        replace(
            _row(key, month.get(key.id), checking=key.id == checking),
            takes_own_price=takes_own_price(key.provider),
            own_price=_price_view(own_price(key.id)),
        )
        for key in keys
    )


def provider_rows() -> tuple[ProviderRow, ...]:
    """The providers of the table, then any other address."""
    hosts = [host for host in HOSTS.values() if not host.local]
    rows = [
        ProviderRow(
            id=host.id,
            name=host.name,
            key_hints=host.key_prefixes,
            key_page=host.key_page,
            needs_key=host.needs_key,
        )
        for host in hosts
    ]
    rows.append(
        ProviderRow(CUSTOM_HOST, "Another address", (), "", needs_url=True, needs_key=False)
    )
    return tuple(rows)


def _price_view(price: OwnPrice | None) -> OwnPriceView | None:
    if price is None:
        return None
    return OwnPriceView(price.input_usd, price.output_usd, price.cache_read_usd, price.dated)


def _row(key: KeyRecord, month: SpendRecord | None, *, checking: bool) -> KeyRow:
    host = host_of(key)
    return KeyRow(
        id=key.id,
        provider=key.provider,
        provider_name=host.name,
        label=key.label,
        ends_in=key.ends_in,
        state="checking" if checking else key.state,
        detail="asking the provider …" if checking else key.detail,
        month_pusd=month.total_pusd if month else 0,
        certainty=sum_certainty(month) if month else Certainty.EXACT,
        where=key.where,
        base_url=key.base_url,
    )
