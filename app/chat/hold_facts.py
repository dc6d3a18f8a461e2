"""What a hold alone still tells of its call: its figures, and the price that was frozen."""

from __future__ import annotations

import logging

from app.catalog.prices import Price
from app.errors import CatalogError
from app.metering.hold import CallEnd, How
from app.store.records import HoldRecord

_log = logging.getLogger(__name__)


def facts_of_hold(hold: HoldRecord, how: How, counted_output: int) -> CallEnd:
    """What is known of a call when its end was not seen."""
    return CallEnd(
        how=how,
        dispatched=True,
        counted_input=hold.input_tokens,
        counted_output=counted_output,
        output_tokens_max=hold.output_tokens_max,
        maybe_billed=True,
    )


def frozen_price(hold: HoldRecord) -> Price | None:
    """The price of a hold; unknown where it cannot be read, which keeps no start from settling."""
    try:
        return Price.from_json(hold.price_json) if hold.price_json else None
    except CatalogError as error:
        _log.error("the price of hold %s: %s", hold.id, error)
        return None
