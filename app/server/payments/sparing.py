"""One object of a processor's that cannot be read keeps no other from being read."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from app.errors import LedgerError
from app.server.errors import Refused
from app.server.payments.stripe_events import EventUnreadable

_log = logging.getLogger(__name__)
_UNREACHABLE = 503


async def spared(looking: Awaitable[int]) -> int:
    """What it returns, or 0 where this one object has gone, is not ours or makes no sense.

    Raises Refused where the processor itself cannot be reached: then no other can be read either.
    """
    try:
        return await looking
    except (EventUnreadable, LedgerError) as error:
        _log.warning("an object of a payment processor makes no sense: %s", error)
    except Refused as error:
        if error.status == _UNREACHABLE:
            raise
        _log.warning("an object of a payment processor could not be read: %s", error)
    return 0
