"""The end of a call into the books: once, however long they are out of reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from app.metering.receipt import Receipt
from app.server.credits import calls as credits_calls
from app.server.credits.records import AdmittedCall, CallDropped, CallEnd
from app.server.errors import Refused
from app.server.fast_json import json_text
from app.server.operator.counting import counts_of
from app.server.proxy.exchange import Reader
from app.server.services import Services

ANSWER_KEPT_MAX = 8 * 1024 * 1024

_AGAIN_S = (0.1, 0.3, 1.0, 2.0, 3.0, 5.0)
_TIMES_MAX = 1000

_log = logging.getLogger(__name__)


async def book(
    services: Services, call: AdmittedCall, ended: CallEnd | CallDropped
) -> Receipt | None:
    """End the hold, again and again while the books cannot be reached; None where it was tried
    for more than an hour: by then another worker has ended it."""
    for times in range(_TIMES_MAX):
        try:
            if isinstance(ended, CallDropped):
                receipt = await credits_calls.drop(services, call, ended)
            else:
                receipt = await credits_calls.settle(services, call, ended)
        except Refused as refused:
            _log.warning("the end of %s is booked later: %s", call.request_id, refused)
            await asyncio.sleep(_AGAIN_S[min(times, len(_AGAIN_S) - 1)])
        else:
            counts_of(services).call_ended(ended)
            return receipt
    return None


async def book_and_tell(
    services: Services,
    call: AdmittedCall,
    ended: CallEnd | CallDropped,
    tell: Callable[[Receipt | None], Coroutine[Any, Any, None]],
    *,
    within_s: float,
) -> None:
    """Book the end, then `tell` the client; where the books cannot be reached in time, tell first
    that it is booked later."""
    told: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    late = loop.call_later(within_s, lambda: told.append(loop.create_task(tell(None))))
    try:
        receipt = await book(services, call, ended)
    finally:
        late.cancel()
    await (told[0] if told else tell(receipt))


def kept_answer(reader: Reader) -> str:
    """The answer to be given again to who lost it; empty where there is none, or too much."""
    answer = reader.answer() if reader.began else None
    text = json_text(answer) if answer else ""
    return text if len(text) <= ANSWER_KEPT_MAX else ""
