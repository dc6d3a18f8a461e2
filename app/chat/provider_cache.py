"""What a provider that caches by itself will likely read from its cache.

A conversation is sent again as a whole, so that its beginning was seen by the call before.
https://platform.openai.com/docs/guides/prompt-caching: from 1,024 tokens on, in steps of 128,
for five to ten minutes; read 2026-11-21.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.chat.routes import Route
from app.metering.receipt import Receipt
from app.store.records import MessageRecord

KEPT = timedelta(minutes=5)
STEP_TOKENS = 128


def likely_cached(route: Route, before: MessageRecord | None, at: datetime) -> int:
    """Input tokens that the call before has left in the provider's cache; 0 where none.

    `before` is the answer that the new message follows, with its receipt.
    """
    least = route.host.quirks.caches_from
    if not least or before is None or before.receipt_json is None:
        return 0
    if before.model_ref != route.ref:
        return 0
    last = Receipt.from_json(before.receipt_json).calls[-1]
    seen = last.usage.input_total
    age = at - last.at
    if seen < least or not timedelta() <= age <= KEPT:
        return 0
    return seen // STEP_TOKENS * STEP_TOKENS
