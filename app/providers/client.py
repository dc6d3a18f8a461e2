"""One provider, ready to be asked: messages, its models, its word on a key, its token counter.

Knows no vendor: languages and hosts are data elsewhere. Nothing is stored here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from app.clock import Clock
from app.errors import (
    KeyRefused,
    NotTheProvider,
    ProviderError,
    ProviderUnreachable,
    RequestRejected,
    StreamBroken,
)
from app.providers.closing import closed_after
from app.providers.connection import JSON_BODY, Call, Http, HttpAnswer, Key
from app.providers.decode import Decoder, decoder_for
from app.providers.encode import encode, encode_count
from app.providers.events import Begun, Paused, Resumed, StreamEvent
from app.providers.faults import (
    error_of_response,
    fault_from,
    not_the_provider,
)
from app.providers.hosts import Host
from app.providers.json_text import Json, as_object, read_json
from app.providers.languages import Language
from app.providers.learning import without_unsupported
from app.providers.listing import ListedModel, model_pages, models_of
from app.providers.retry import Retry
from app.providers.wire import Body
from app.request import ChatRequest

_QUESTION_S = 30.0  # what is asked beside a message must not keep anyone waiting
_STREAM_TYPES = frozenset(
    {"text/event-stream", "application/x-ndjson", "application/stream+json", "application/jsonl"}
)


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """A key that works, with the models that it may ask."""

    models: tuple[ListedModel, ...]


class Provider(Protocol):
    """Whoever answers: a host on the network, or a script."""

    @property
    def host(self) -> Host: ...

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """The answer as it comes; raises ProviderError before any event, ends with Finished."""
        ...

    async def list_models(self) -> tuple[ListedModel, ...]: ...

    async def check_key(self) -> KeyCheck: ...

    async def count_input(self, request: ChatRequest) -> int | None:
        """The provider's own count of a request, free of charge; None where it has no counter."""
        ...


def connect(
    host: Host,
    *,
    secret: str | None,
    http: Http,
    base_url: str = "",
    clock: Clock | None = None,
    retry: Retry | None = None,
) -> Provider:
    """A provider behind a host's row. `base_url` replaces the row's address (a region, a server).

    No connection is made yet.
    """
    del clock  # time is the retry's; kept for callers that own a clock
    return connect_http(host, secret=secret, http=http, base_url=base_url, retry=retry)


def connect_http(
    host: Host,
    *,
    secret: str | None,
    http: Http,
    base_url: str = "",
    retry: Retry | None = None,
) -> HttpProvider:
    """The same, for who wants a provider's bytes as they come (`HttpProvider.opened`)."""
    return HttpProvider(
        host, secret, http, (base_url or host.base_url).rstrip("/"), retry or Retry()
    )


class HttpProvider:
    """A provider on the network."""

    def __init__(
        self, host: Host, secret: str | None, http: Http, base_url: str, retry: Retry
    ) -> None:
        self.host = host
        self._secret = secret.strip() if secret else None
        self._http = http
        self._base_url = base_url
        self._retry = retry

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Ask once; again only after a refusal that cost nothing."""
        encoded = encode(request, self.host)
        body, learned, attempt = encoded.body, False, 0
        while True:
            received = False
            try:
                async with closed_after(self._ask(encoded.path, body, request)) as events:
                    async for event in events:
                        received = True
                        yield event
                return
            except RequestRejected as error:
                better = None if received or learned else without_unsupported(body, error)
                if better is None:
                    raise
                body, learned = better, True
            except ProviderError as error:
                pause_s = None if received else self._retry.pause_s(error, attempt)
                if pause_s is None:
                    raise
                yield Paused(pause_s)
                await self._retry.sleep(pause_s)
                yield Resumed()
                attempt += 1

    @asynccontextmanager
    async def opened(
        self, path: str, body: Body | bytes, *, content_type: str = JSON_BODY
    ) -> AsyncIterator[HttpAnswer]:
        """The provider's answer to one request as it comes, always with status 200.

        Raises the ProviderError tree where it refuses, without a second try but one: where the
        refusal names a parameter that the model does not take, the request goes out without it.
        `path` goes behind the base address; a `body` of bytes goes as it is.
        """
        refused: RequestRejected | None = None
        for _ in range(2):
            async with self._http.open(self._call("POST", path, body, content_type)) as answer:
                if answer.status == 200:
                    yield answer
                    return
                error = await self._refusal(answer)
            if refused is not None or not isinstance(error, RequestRejected):
                raise error
            better = None if isinstance(body, bytes) else without_unsupported(body, error)
            if better is None:
                raise error
            body, refused = better, error

    async def list_models(self) -> tuple[ListedModel, ...]:
        """What the provider offers for chats, in its order."""
        models: list[ListedModel] = []
        for path in model_pages(self.host):
            value = await self._get(path)
            models.extend(models_of(value, self.host.language))
        return tuple(models)

    async def check_key(self) -> KeyCheck:
        """Whether the key works, by the cheapest question that needs it; costs nothing."""
        if self.host.needs_key and not self._secret:
            raise KeyRefused("There is no key yet.", "Paste the key that the provider showed you.")
        if self.host.quirks.key_path:
            await self._get(self.host.quirks.key_path)
        return KeyCheck(await self.list_models())

    async def count_input(self, request: ChatRequest) -> int | None:
        encoded = encode_count(request, self.host)
        if encoded is None:
            return None
        value = as_object(await self._question("POST", encoded.path, encoded.body))
        count = value.get("input_tokens", value.get("totalTokens"))
        return count if isinstance(count, int) and count >= 0 else None

    async def _ask(self, path: str, body: Body, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        language = self.host.language_of(request.model)
        decoder = decoder_for(
            language, host=self.host.name, output_tokens_max=request.output_tokens_max
        )
        async with self._http.open(self._call("POST", path, body)) as answer:
            if answer.status != 200:
                raise await self._refusal(answer)
            if answer.content_type in _STREAM_TYPES:
                stream = _read(answer, decoder, tells_id=bool(self.host.quirks.lookup_path))
            else:
                stream = self._read_unsure(answer, decoder, language)
            async with closed_after(stream) as events:
                async for event in events:
                    yield event

    async def _read_unsure(
        self, answer: HttpAnswer, decoder: Decoder, language: Language
    ) -> AsyncIterator[StreamEvent]:
        """A 200 that does not say it is a stream: a whole answer, an error, a sign-in page, or one
        of the servers that name their streams wrongly."""
        if answer.content_type in ("text/html", "application/xhtml+xml"):
            raise not_the_provider(self.host.name, answer.status)
        if answer.content_type != "application/json" or language is Language.OLLAMA:
            async with closed_after(_read(answer, decoder, self._require_stream)) as events:
                async for event in events:
                    yield event
            return
        body = await answer.body()
        self._object(body, answer)
        for event in decoder.feed_body(body):
            yield event

    def _require_stream(self, beginning: bytes) -> None:
        if beginning.lstrip()[:1] == b"<":
            raise not_the_provider(self.host.name)

    async def _get(self, path: str) -> Json:
        return await self._question("GET", path, None)

    async def _question(self, method: str, path: str, body: Body | None) -> Json:
        call = self._call(method, path, body)
        async with self._http.open(call, within_s=_QUESTION_S) as answer:
            if answer.status != 200:
                raise await self._refusal(answer)
            try:
                text = await answer.body()
            except StreamBroken as error:
                raise ProviderUnreachable(
                    f"The connection to {self.host.name} was lost.", "Try again."
                ) from error
            return self._object(text, answer)

    async def _refusal(self, answer: HttpAnswer) -> ProviderError:
        try:
            body = await answer.body()
        except StreamBroken:
            # The status has said it already; only the provider's words are missing.
            body = b""
        return error_of_response(
            answer.status,
            body,
            host=self.host.name,
            headers=answer.headers,
            secret=self._secret,
        )

    def _object(self, body: bytes, answer: HttpAnswer) -> Json:
        """The JSON object of a 200; a list stands for an object with `data`."""
        if body.lstrip()[:1] == b"<":
            raise not_the_provider(self.host.name, answer.status)
        try:
            value = read_json(body)
        except ValueError as error:
            raise NotTheProvider(
                f"What {self.host.name} sent cannot be read.",
                "Check the address of this provider.",
                status=answer.status,
            ) from error
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            value = {"data": value}
        if not isinstance(value, dict):
            raise NotTheProvider(
                f"What {self.host.name} sent is no answer.",
                "Check the address of this provider.",
                status=answer.status,
            )
        if value.get("error") and not any(name in value for name in ("choices", "output")):
            raise error_of_response(
                answer.status,
                body,
                host=self.host.name,
                headers=answer.headers,
                secret=self._secret,
            )
        return as_object(value)

    def _call(
        self, method: str, path: str, body: Body | bytes | None, content_type: str = JSON_BODY
    ) -> Call:
        key = None
        if self._secret:
            header = self.host.auth_header
            key = Key(header, self.host.auth_value(self._secret), self._base_url)
        return Call(
            method=method,
            url=self._base_url + path,
            host=self.host.name,
            body=json.dumps(body, ensure_ascii=False).encode() if isinstance(body, dict) else body,
            headers=self.host.quirks.headers,
            key=key,
            content_type=content_type,
        )


async def _read(
    answer: HttpAnswer, decoder: Decoder, check: object = None, *, tells_id: bool = False
) -> AsyncIterator[StreamEvent]:
    """Bytes into events; what breaks off after the first event ends with a fault inside.

    With `tells_id` the call's own id is told as soon as it has come.
    """
    received = False
    try:
        async with closed_after(answer.pieces()) as pieces:
            async for piece in pieces:
                if callable(check) and not received:
                    check(piece)
                events = decoder.feed(piece)
                if tells_id and decoder.request_id is not None and not decoder.ended:
                    tells_id = False
                    yield Begun(decoder.request_id)
                for event in events:
                    received = True
                    yield event
                if decoder.ended:
                    return
    except StreamBroken as error:
        if not received:
            raise
        for event in decoder.abort(fault_from(error)):
            yield event
        return
    for event in decoder.close():
        yield event
