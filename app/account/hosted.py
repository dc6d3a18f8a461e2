"""A credit server as a provider of answers: asked once, under a key that makes it once for good.

The request's id goes along as the Idempotency-Key. Where it is not known what became of a call,
the error says so (`billed` None), and whoever keeps the books asks the server by that id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from app.account.client import Asking, CreditServer
from app.account.session import Session
from app.account.shapes import Fields
from app.errors import (
    CreditServerDown,
    CreditServerError,
    KeychainError,
    KeyRefused,
    MeteringError,
    ModelUnknown,
    OutOfProviderCredit,
    ProviderDown,
    ProviderError,
    RateLimited,
    RequestRejected,
    ServerRefused,
    SignedOut,
)
from app.metering.receipt import Receipt
from app.providers.client import KeyCheck
from app.providers.encode import encode
from app.providers.events import Fault, Finished, StreamEvent
from app.providers.hosts import Host
from app.providers.json_text import Json, as_list, as_object, as_text
from app.providers.listing import ListedModel
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.stream_decoder import DecoderOptions
from app.request import ChatRequest

RECEIPT = "tuppence"
_PATH = "/v1/chat/completions"
_NOT_FOUND, _STILL_RUNS, _GONE = 404, 409, 410
_NO_SUCH_ORDER = (404, 405)


class OutOfTokens(OutOfProviderCredit):
    """Hosted credit does not cover a message. `details` is what the server says of it: what is
    short, when it resets, which offers would cover it and which free models can answer now."""

    def __init__(self, message: str, details: Json, *, code: str = "used_up") -> None:
        super().__init__(message, "", status=402, billed=False)
        self.details = details
        self.code = code

    @property
    def lasting(self) -> str:
        """What stays true of it: the ways on change, and models and packs are ids in `message`."""
        reason = as_text(self.details.get("reason")) or self.code
        short = map(as_object, as_list(self.details.get("short")))
        if reason == "capped" or any(each.get("cap") is not None for each in short):
            return "Your cap on the shared tokens did not cover this message."
        if reason != "used_up":
            return self.message
        return "What was left did not cover this message."


@dataclass(slots=True)
class HostedProvider:
    """One server, for whoever is chosen; made anew for each turn."""

    host: Host
    session: Session
    acts_for: str
    _server: CreditServer = field(init=False)

    def __post_init__(self) -> None:
        self._server = self.session.server

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """The answer as it comes; `Finished` carries the server's receipt where it came."""
        body = encode(request, self.host).body
        for again in (True, False):
            token = ""
            try:
                token = await self.session.token()
                async for event in self._stream(request, body, token):
                    yield event
                return
            except ServerRefused as refused:
                if refused.status == 401 and again:
                    self.session.forget(token)  # it ended at the server; nothing was begun
                    continue
                raise await self._as_provider_error(refused, request) from refused
            except CreditServerError as error:
                sent = request if token else None
                raise await self._as_provider_error(error, sent) from error

    async def _stream(
        self, request: ChatRequest, body: Mapping[str, object], token: str
    ) -> AsyncIterator[StreamEvent]:
        asking = Asking(token, self.acts_for)
        call = self._server.call(
            "POST", _PATH, body, asking, (("Idempotency-Key", request.request_id),)
        )
        decoder = HostedDecoder(DecoderOptions(self.host.name, request.output_tokens_max))
        async with self._server.opened(call) as answer:
            if answer.content_type != "text/event-stream":
                raise self._server.not_a_server()
            try:
                async for piece in answer.pieces():
                    for event in decoder.feed(piece):
                        yield decoder.with_receipt(event)
            except ProviderError as error:
                fault = Fault("StreamBroken", error.message, error.advice)
                for event in decoder.abort(fault):
                    yield decoder.with_receipt(event)
                return
            for event in decoder.close():
                yield decoder.with_receipt(event)

    async def _as_provider_error(
        self, error: CreditServerError, sent: ChatRequest | None
    ) -> ProviderError:
        """What the rest of the program understands: who may be asked instead, what is owed.
        `sent` is None where the sign-in before it failed."""
        match error:
            case ServerRefused():
                return self._refusal(error)
            case SignedOut():
                return KeyRefused(error.message, error.advice, billed=False)
            case CreditServerDown() if error.status == 429:
                limited = RateLimited(error.message, error.advice, billed=False)
                limited.wait_s = error.wait_s
                return limited
            case _:
                # Also a gateway that waited in vain, or a page of its making: whoever answered may
                # have passed the message on before.
                billed = False if sent is None else await self._given_up(sent)
                return ProviderDown(error.message, error.advice, billed=billed)

    def _refusal(self, refused: ServerRefused) -> ProviderError:
        status, details = refused.status, refused.details
        words = (refused.message, refused.advice)
        if status == 402:
            return OutOfTokens(refused.message, details, code=refused.code)
        if status in (401, 403):
            return KeyRefused(*words, status=status, billed=False)
        if status == 404:
            return ModelUnknown(*words, status=status, billed=False)
        if status == 409:
            # The same message runs there already, or ran: its end is asked for by its id.
            return ProviderDown(*words, status=status, billed=None)
        return RequestRejected(*words, status=status, billed=False)

    async def _given_up(self, request: ChatRequest) -> bool | None:
        """False once the server says that a call which ended with a fault cost nothing and never
        will; None where that is not known."""
        try:
            found = await give_up_call(self.session, request.request_id, self.acts_for)
        except (CreditServerError, ProviderError, KeychainError):
            return None
        return False if found is not None and found.is_over and not found.is_charged else None

    async def list_models(self) -> tuple[ListedModel, ...]:
        fields = await self.session.ask("GET", "/v1/models", acts_for="")
        return tuple(
            ListedModel(each.text("id"), each.text("name"), each.whole_or_none("context_tokens"))
            for each in fields.objects("data")
        )

    async def check_key(self) -> KeyCheck:
        return KeyCheck(await self.list_models())

    async def count_input(self, request: ChatRequest) -> int | None:
        """The server quotes; it has no counter of its own."""
        return None


class HostedDecoder(OpenAIChatDecoder):
    """OpenAI's chunks with the server's receipt among them."""

    def __init__(self, options: DecoderOptions) -> None:
        super().__init__(options)
        self.receipt: str | None = None

    def _take(self, name: str, message: Json, payload: bytes) -> None:
        if RECEIPT in message:
            self.receipt = receipt_text(as_object(message[RECEIPT]))
        super()._take(name, message, payload)

    def with_receipt(self, event: StreamEvent) -> StreamEvent:
        return replace(event, receipt=self.receipt) if isinstance(event, Finished) else event


def receipt_text(plain: Json) -> str | None:
    """The whole receipt in what the server tells of a call; None while it is not booked."""
    text = as_text(plain.get("receipt"))
    if not text:
        return None
    try:
        receipt = Receipt.from_json(text)
    except MeteringError:
        return None
    sound = all(amount.value >= 0 for amount in receipt.amounts)
    return text if sound and receipt.request_id else None


@dataclass(frozen=True, slots=True)
class FoundCall:
    """What a server knows of a call. `receipt` None: it is not over, or was never there.

    One that is not known is over only where it was given up. `answer` is OpenAI's completion, None
    where it is kept no longer.
    """

    is_known: bool
    is_over: bool
    receipt: str | None = None
    answer: Json | None = None
    status: int = 0

    @property
    def is_charged(self) -> bool:
        """Whether anything was drawn or billed for it."""
        if self.receipt is None:
            return False
        receipt = Receipt.from_json(self.receipt)
        return bool(receipt.calls) or any(amount.value for amount in receipt.amounts)

    @property
    def text(self) -> str:
        return as_text(_message(self.answer).get("content"))

    @property
    def thinking(self) -> str:
        return as_text(_message(self.answer).get("reasoning_content"))

    @property
    def is_whole(self) -> bool:
        """Whether the answer was written to its end: no rule but the usual one was applied."""
        if self.receipt is None or self.status != 200:
            return False
        receipt = Receipt.from_json(self.receipt)
        return bool(receipt.calls) and not receipt.rule


async def ask_for_call(session: Session, request_id: str, acts_for: str) -> FoundCall:
    """A call by the id that it was sent with. Raises what asking raises."""
    try:
        fields = await session.ask("GET", f"/api/requests/{request_id}", acts_for=acts_for)
    except ServerRefused as refused:
        if refused.status == _NOT_FOUND:
            return FoundCall(is_known=False, is_over=False)
        if refused.status == _STILL_RUNS:
            return FoundCall(is_known=True, is_over=False)
        raise
    return _found(fields)


async def give_up_call(session: Session, request_id: str, acts_for: str) -> FoundCall | None:
    """Have a call refused that has not come to the server yet; what it knows where it has come.

    None where the server is an older one that takes no such order. Raises what asking raises: it
    is not known then whether the order came, and it may be given again.
    """
    try:
        fields = await session.ask("POST", f"/api/requests/{request_id}/close", acts_for=acts_for)
    except ServerRefused as refused:
        if refused.status in _NO_SUCH_ORDER:
            return None
        if refused.status == _STILL_RUNS:
            return FoundCall(is_known=True, is_over=False)
        raise
    if fields.whole("status") == _GONE:
        return FoundCall(is_known=False, is_over=True)
    return _found(fields)


def _found(fields: Fields) -> FoundCall:
    receipt = fields.inner_or_none("receipt")
    text = None if receipt is None else receipt_text(receipt.value)
    if text is None:
        raise fields.wrong("receipt", "cannot be read")
    kept = isinstance(fields.value.get("answer"), dict)
    answer = fields.inner("answer") if kept else None
    return FoundCall(
        is_known=True,
        is_over=True,
        receipt=text,
        answer=None if answer is None else answer.value,
        status=fields.whole("status"),
    )


def _message(answer: Json | None) -> Json:
    choices = (answer or {}).get("choices")
    first = as_object(choices[0]) if isinstance(choices, list) and choices else {}
    return as_object(first.get("message"))
