"""What the client is told at the end of a call: the rest of its answer, its receipt, or an error
in our own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import ProviderError
from app.metering.receipt import Receipt
from app.metering.usage import Usage
from app.providers.events import Outcome
from app.quick_init import quick_init
from app.server.credits.calls import receipt_headers, receipt_json
from app.server.credits.records import AdmittedCall, DoneBefore
from app.server.errors import Refused
from app.server.proxy.client import Client, Headers
from app.server.proxy.exchange import Asked, Reader
from app.server.proxy.mapped import refusal_of
from app.server.proxy.ways import DEMO, Way
from app.server.wire.chat_answer import RECEIPT
from app.server.wire.faults import error_of

# Clients of OpenAI's own library send again after 5xx; what was charged is not sent again unasked.
_NOT_AGAIN = (b"x-should-retry", b"false")


@quick_init
@dataclass(frozen=True, slots=True)
class Told:
    """A call as it stands. `receipt` None: its end is booked later, and can be asked for by the
    request's id."""

    call: AdmittedCall
    asked: Asked
    way: Way | None
    reader: Reader | None
    error: ProviderError | None = None
    receipt: Receipt | None = None

    @property
    def early_headers(self) -> Headers:
        """What is known before the first token."""
        headers = [
            (b"x-request-id", self.call.request_id.encode()),
            (b"x-tuppence-request", self.call.request_id.encode()),
            (b"x-tuppence-output-tokens-max", b"%d" % self.call.output_tokens_max),
        ]
        if self.way is not None:
            headers.append((b"x-tuppence-route", self.way.priced.route.encode()))
            if self.way.priced.route == DEMO:
                headers.append((b"x-tuppence-demo", b"scripted"))
        if self.call.shortened:
            headers.append((b"x-tuppence-shortened", b"true"))
        return headers

    @property
    def headers(self) -> Headers:
        """With the receipt."""
        known = dict(self.early_headers)
        known.update(dict(receipt_headers(self.receipt)) if self.receipt else {})
        return list(known.items())

    @property
    def plain_receipt(self) -> dict[str, Any]:
        """What stands in the field `tuppence`."""
        if self.receipt is None:
            plain: dict[str, Any] = {"request_id": self.call.request_id, "pending": True}
        else:
            plain = receipt_json(self.receipt)
        if self.way is not None and self.way.priced.route == DEMO:
            plain["demo"] = "A script wrote this, no model."
        return plain

    @property
    def usage(self) -> Usage | None:
        """What was charged; while that is not booked, what the provider said."""
        if self.receipt is not None and self.receipt.calls:
            return self.receipt.calls[-1].usage
        return self.reader.usage if self.reader is not None else None


async def tell(client: Client, told: Told) -> None:
    """Finish the client's answer."""
    reader = told.reader
    if reader is None or not reader.began:
        await client.refuse(_refusal(told))
    elif told.asked.stream:
        await client.end(reader.last_events(told.usage, told.plain_receipt))
    elif reader.finished is None or reader.finished.outcome is Outcome.BROKEN:
        await _tell_broken(client, told, reader)
    elif (body := reader.whole()) is not None:
        await client.answer(body.content, body.content_type.encode("latin-1"), told.headers)
    else:
        await client.answer_json({**reader.answer(), RECEIPT: told.plain_receipt}, told.headers)


def _refusal(told: Told) -> Refused:
    if told.error is not None:
        is_own = told.way is not None and bool(told.way.priced.own_key)
        return refusal_of(told.error, own_key=is_own)
    return Refused(503, "server_stopping", "The server is being restarted. Send it again.")


async def _tell_broken(client: Client, told: Told, reader: Reader) -> None:
    """An answer that stopped in the middle: what came is charged and given all the same."""
    error = error_of(reader.finished.fault if reader.finished else None)
    error["details"] = {"receipt": told.plain_receipt, "answer": reader.answer()}
    await client.answer_json({"error": error}, [*told.headers, _NOT_AGAIN], status=502)


async def tell_again(client: Client, asked: Asked, done: DoneBefore) -> None:
    """The answer and the receipt that the same key got before."""
    plain: dict[str, Any] = {"request_id": done.request_id}
    headers: Headers = [(b"x-tuppence-again", b"true")]
    if done.receipt is not None:
        plain = receipt_json(done.receipt)
        headers += receipt_headers(done.receipt)
    if not done.answer:
        await _tell_gone(client, done, plain, headers)
        return
    answer = json.loads(done.answer)
    if asked.stream:
        call_id = str(answer.get("id", done.request_id))
        await client.start_events(headers)
        await client.end(asked.answer_as_events(answer, call_id, plain))
    else:
        await client.answer_json({**answer, RECEIPT: plain}, headers, done.status)


async def _tell_gone(
    client: Client, done: DoneBefore, receipt: Mapping[str, Any], headers: Headers
) -> None:
    """There is a receipt and no answer: it failed, or it is kept no longer."""
    if done.status == 200:
        words = "This request was answered, and its answer is kept no longer."
        refused = Refused(409, "answer_gone", words, details={"receipt": receipt})
    else:
        words = "This request ended without an answer. Send it again with a new Idempotency-Key."
        refused = Refused(done.status, "ended_without_answer", words, details={"receipt": receipt})
    await client.answer_json(refused.body, [*headers, _NOT_AGAIN], refused.status)
