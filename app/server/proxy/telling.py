"""What the client is told at the end of a call: the rest of its answer, its receipt, or an error
in our own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import ProviderError
from app.metering.receipt import Receipt
from app.providers.events import Outcome
from app.server.credits.calls import receipt_headers, receipt_json
from app.server.credits.records import AdmittedCall, DoneBefore
from app.server.errors import Refused
from app.server.proxy.client import Client, Headers
from app.server.proxy.exchange import Asked, Reader
from app.server.proxy.mapped import error_in_stream, refusal_of
from app.server.proxy.ways import DEMO, Way

# Clients of OpenAI's own library send again after 5xx; what was charged is not sent again unasked.
_NOT_AGAIN = (b"x-should-retry", b"false")


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
    charged: bool = False

    @property
    def early_headers(self) -> Headers:
        """What is known before the first token."""
        headers = [
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
    def extra(self) -> dict[str, Any]:
        """Ours, beside the fields of the answer."""
        plain: dict[str, Any] = {"request_id": self.call.request_id, "receipt": None}
        if self.receipt is not None:
            plain["receipt"] = receipt_json(self.receipt)
        if self.way is not None and self.way.priced.route == DEMO:
            plain["demo"] = "A script wrote this, no model."
        return {"tuppence": plain}


async def tell(client: Client, told: Told) -> None:
    """Finish the client's answer."""
    reader = told.reader
    if reader is None or not reader.began:
        await client.refuse(_refusal(told))
    elif reader.finished is None or reader.finished.outcome is Outcome.BROKEN:
        await _tell_broken(client, told, reader)
    elif told.asked.stream:
        await client.end(reader.last_events(told.extra))
    else:
        await client.answer_json({**reader.answer(), **told.extra}, told.headers)


def _refusal(told: Told) -> Refused:
    if told.error is not None:
        return refusal_of(told.error)
    return Refused(503, "server_stopping", "The server is being restarted. Send it again.")


async def _tell_broken(client: Client, told: Told, reader: Reader) -> None:
    """An answer that stopped in the middle: what came is charged and can be fetched."""
    fault = reader.finished.fault if reader.finished else None
    body = error_in_stream(fault, charged=told.charged)
    if told.asked.stream:
        await client.end(_event({**body, **told.extra}) + b"data: [DONE]\n\n")
        return
    details: Mapping[str, Any] = {**told.extra["tuppence"], "answer": reader.answer()}
    body["error"]["details"] = details
    await client.answer_json(body, [*told.headers, _NOT_AGAIN], status=502)


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


async def tell_again(client: Client, asked: Asked, done: DoneBefore) -> None:
    """The answer and the receipt that the same key got before."""
    plain: dict[str, Any] = {"request_id": done.request_id, "receipt": None, "again": True}
    headers: Headers = [
        (b"x-tuppence-request", done.request_id.encode()),
        (b"x-tuppence-again", b"true"),
    ]
    if done.receipt is not None:
        plain["receipt"] = receipt_json(done.receipt)
        headers = [*headers[1:], *receipt_headers(done.receipt)]
    if not done.answer:
        await _tell_gone(client, done, plain, headers)
        return
    answer = json.loads(done.answer)
    if asked.stream:
        await client.start_events(headers)
        await client.end(asked.answer_as_events(answer, {"tuppence": plain}))
    else:
        await client.answer_json({**answer, "tuppence": plain}, headers, done.status)


async def _tell_gone(
    client: Client, done: DoneBefore, details: Mapping[str, Any], headers: Headers
) -> None:
    """There is a receipt and no answer: it failed, or it is kept no longer."""
    if done.status == 200:
        words = "This request was answered, and its answer is kept no longer."
        refused = Refused(409, "answer_gone", words, details=details)
    else:
        words = "This request ended without an answer. Send it again with a new Idempotency-Key."
        refused = Refused(done.status, "ended_without_answer", words, details=details)
    await client.answer_json(refused.body, [*headers, _NOT_AGAIN], refused.status)
