"""A provider, a payment processor and a mail server that tell everybody whatever they were told:
keys in bodies, headers, addresses and frames, in every way that an answer can be wrong."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

ORGANIZATION = "org-canary4711organization"
STATUSES = (302, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 429,
            500, 501, 502, 503, 504, 520, 529)  # fmt: skip
FORMS = ("json", "deep", "html", "text", "huge", "empty", "broken", "list", "reset")
# What is wrong with an answer that has a status of 200.
ANSWERS = ("html", "json-error", "no-json", "frame-error", "frame-broken", "fields", "cut",
           "huge-line", "content-type", "tool", "empty", "named-event", "whole-fields")  # fmt: skip
TROUBLES: tuple[tuple[int, str], ...] = (
    *((status, form) for status in STATUSES for form in FORMS),
    *((200, answer) for answer in ANSWERS),
)
_HUGE = 3 * 1024 * 1024


@dataclass
class Leaking:
    """`trouble` is what the next request meets; `asked` counts them. `elsewhere` counts those that
    followed a redirect, which nobody should."""

    trouble: tuple[int, str] = (400, "json")
    asked: int = 0
    elsewhere: int = 0
    port: int = 0
    told: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/elsewhere":
            self.elsewhere += 1
        self.asked += 1
        await request.read()
        secret = " ".join((*_secrets(request), ORGANIZATION))
        status, form = self.trouble
        if status == 200:
            return await _answered(request, form, secret)
        return _refused(request, status, form, secret)


def _secrets(request: web.Request) -> list[str]:
    names = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
    return [request.headers[name] for name in names if name in request.headers]


def _headers(secret: str) -> dict[str, str]:
    return {
        "openai-organization": ORGANIZATION,
        "x-request-id": secret,
        "www-authenticate": f'Bearer realm="{secret}"',
        "set-cookie": f"key={secret}",
        "location": f"/elsewhere?key={secret}".replace(" ", "+"),
        "retry-after": secret,
        "x-ratelimit-reset-requests": secret,
        "server": secret,
    }


def _refused(request: web.Request, status: int, form: str, secret: str) -> web.Response:
    words = f"Incorrect API key provided: {secret}."
    error = {
        "error": {
            "message": words, "type": secret, "param": secret, "code": secret,
            "metadata": {"raw": words, "provider_name": secret}, "status": secret,
            "details": [{"reason": secret, "retryDelay": secret}],
        },
        "message": words, "user_id": ORGANIZATION, "request_id": secret,
    }  # fmt: skip
    kind, text = "application/json", json.dumps(error)
    match form:
        case "deep":
            text = '{"error":' * 3000 + json.dumps(secret) + "}" * 3000
        case "html":
            kind, text = "text/html", f"<html><title>{secret}</title><h1>{words}</h1></html>"
        case "text":
            kind, text = "text/plain", words
        case "huge":
            text = json.dumps({"error": {"message": (words + " ") * (_HUGE // len(words))}})
        case "empty":
            text = ""
        case "broken":
            text = text[: len(text) // 2]
        case "list":
            text = json.dumps([error])
        case "reset":
            assert request.transport is not None
            request.transport.abort()
    return web.Response(
        body=text.encode(), status=status, reason=secret[:60], content_type=kind,
        headers=_headers(secret),
    )  # fmt: skip


def _frames(form: str, secret: str) -> tuple[str, list[str]]:
    """The content type and the pieces of an answer that begins well."""
    error = {"error": {"message": secret, "type": secret, "code": secret, "param": secret}}
    begin, last = _data(_chunk(secret, {"content": "Hello"})), _data(_last(secret))
    call = {"index": 0, "type": secret, "organization": secret,
            "function": {"name": "weather", "arguments": "{}", "key": secret}}  # fmt: skip
    named = f"event: {secret}\nid: {secret}\nretry: 1\n"
    events, whole = "text/event-stream", "application/json"
    known: dict[str, tuple[str, list[str]]] = {
        "html": ("text/html", [f"<h1>{secret}</h1>"]),
        "json-error": (whole, [json.dumps(error)]),
        "no-json": (whole, [f"{{{secret}"]),
        "frame-error": (events, [begin, _data(error)]),
        "frame-broken": (events, [begin, f"data: {{{secret}\n\n"]),
        "fields": (events, [begin, f": {secret}\n\n", last, "data: [DONE]\n\n"]),
        "cut": (events, [begin, f'data: {{"id": "{secret}']),
        "huge-line": (events, [begin, "data: " + secret * (_HUGE // len(secret))]),
        "content-type": (f"text/x-{secret[-8:]}", [begin, last]),
        "tool": (events, [_data(_chunk(secret, {"tool_calls": [call]})), last]),
        "named-event": (events, [named + begin, _data(error)]),
        "whole-fields": (whole, [json.dumps(_whole(secret))]),
        "empty": (events, []),
    }
    return known[form]


async def _answered(request: web.Request, form: str, secret: str) -> web.StreamResponse:
    kind, frames = _frames(form, secret)
    headers = {name: value for name, value in _headers(secret).items() if name != "location"}
    response = web.StreamResponse(headers={**headers, "content-type": kind})
    await response.prepare(request)
    for frame in frames:
        await response.write(frame.encode())
    if form == "cut":
        assert request.transport is not None
        request.transport.abort()
    return response


def _head(secret: str) -> dict[str, object]:
    return {
        "id": secret, "object": secret, "model": secret, "system_fingerprint": secret,
        "service_tier": secret, "provider": secret, "organization": secret, "created": 1,
        "debug": {"key": secret},
    }  # fmt: skip


def _chunk(secret: str, delta: dict[str, object]) -> dict[str, object]:
    choice = {"index": 0, "delta": {**delta, "key": secret}, "native": secret, "logprobs": secret}
    return {**_head(secret), "choices": [choice]}


def _last(secret: str) -> dict[str, object]:
    choice = {"index": 0, "delta": {}, "finish_reason": secret, "stop_reason": secret}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "key": secret,
             "cost_details": {secret: secret}}  # fmt: skip
    return {**_head(secret), "choices": [choice], "usage": usage}


def _whole(secret: str) -> dict[str, object]:
    message = {"role": "assistant", "content": "Hello", "key": secret, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": secret, "native": secret}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4, "key": secret}
    row = {"object": secret, "index": 0, "embedding": [0.5], "b64_json": "aGVsbG8=", "key": secret}
    return {**_head(secret), "choices": [choice], "usage": usage, "data": [row], "text": "Hello"}


def _data(value: object) -> str:
    return f"data: {json.dumps(value)}\n\n"


@contextmanager
def leaking() -> Iterator[Leaking]:
    """Such a provider in a thread of its own."""
    place = Leaking()
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", place.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        place.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        ready.set()
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    try:
        assert ready.wait(60)
        yield place
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()
