"""A provider on loopback that speaks five languages, makes trouble on demand and keeps a bill.

    with upstream() as provider:            # own thread, free port; also good for other processes
        provider.scripts["mine"] = Script(tokens=7, cut_after=3)
        ...ask provider.base_url(Language.OPENAI_CHAT) for model "mine"...
        assert provider.calls[-1].billed_output == 3

The model's name chooses what happens: a name in `provider.scripts`, one of `scripts.USUAL` (with
the six troubles), `refuse-401`, `tokens-500`, or `recording:openai-chat-1bc05d89`, which plays that
file of tests/golden/streams. As a program: `python -m tests.server.upstreams [--port N]` prints its
address; `GET /_bill` tells there what the attributes tell here.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aiohttp import web

from app.providers.languages import Language
from tests.server.upstreams import endpoints
from tests.server.upstreams.frames import Frames, frames_for, refusal_body
from tests.server.upstreams.scripts import Billing, Script, script_for

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "streams"
BASES = {
    Language.OPENAI_CHAT: "/v1",
    Language.OPENAI_RESPONSES: "/v1",
    Language.ANTHROPIC: "/v1",
    Language.GEMINI: "/v1beta",
    Language.OLLAMA: "",
}
_BACKLOG = 1024


@dataclass(slots=True)
class UpstreamCall:
    """One request and what it will cost. Tokens; `ended` is None while it runs.

    `billed_output` includes thinking. `ended` is done, left (the client hung up), refused, cut,
    error or silent. `body` is what came, `headers` with names in lower case.
    """

    id: str
    model: str
    language: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]
    billed_input: int = 0
    billed_output: int = 0
    ended: str | None = None


@dataclass(slots=True)
class Upstream:
    """The running provider. `calls` in the order of their coming; safe to read at any time."""

    scripts: dict[str, Script] = field(default_factory=dict)
    plays: dict[str, str] = field(default_factory=dict)  # the recording that a model answers with
    calls: list[UpstreamCall] = field(default_factory=list)
    open_now: int = 0
    connections: int = 0  # ever made
    port: int = 0
    _peers: set[object] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def base_url(self, language: Language) -> str:
        """The address to give to a provider or route of this language."""
        return self.url + BASES[language]

    @property
    def billed_output(self) -> int:
        """Output tokens of all calls so far."""
        return sum(call.billed_output for call in self.calls)

    def wait_until_ended(self, count: int = 1, timeout_s: float = 10.0) -> list[UpstreamCall]:
        """Block until so many calls have ended; raises TimeoutError.

        In a coroutine through `asyncio.to_thread`: a blocked loop closes no connection.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._ended()) >= count, timeout_s):
                raise TimeoutError(f"{len(self._ended())} of {count} calls have ended")
            return self._ended()

    def bill(self) -> dict[str, object]:
        """Everything as JSON."""
        return {
            "open_now": self.open_now,
            "connections": self.connections,
            "billed_output": self.billed_output,
            "calls": [asdict(call) for call in self.calls],
        }

    def application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/responses", self._responses)
        app.router.add_post("/v1/messages", self._anthropic)
        app.router.add_post("/v1beta/models/{model:.+}:streamGenerateContent", self._gemini)
        app.router.add_post("/v1beta/models/{model:.+}:generateContent", self._gemini)
        app.router.add_post("/api/chat", self._ollama)
        app.router.add_get("/_bill", self._bill)
        endpoints.add(app, self.refusal)
        return app

    # Requests.

    async def _bill(self, request: web.Request) -> web.Response:
        return web.json_response(self.bill())

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, Language.OPENAI_CHAT)

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, Language.OPENAI_RESPONSES)

    async def _anthropic(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, Language.ANTHROPIC)

    async def _gemini(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, Language.GEMINI)

    async def _ollama(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, Language.OLLAMA)

    async def _answer(self, request: web.Request, language: Language) -> web.StreamResponse:
        body = await request.json()
        model = request.match_info.get("model") or str(body.get("model", ""))
        call = self._begin(request, model, language, body)
        streamed = "stream" in request.path if language is Language.GEMINI else body.get("stream")
        self.open_now += 1
        try:
            if model.partition(":")[0].endswith("recording"):
                return await self._play(request, call, model.partition(":")[2])
            if model in self.plays:
                return await self._play(request, call, self.plays[model])
            script = script_for(model, self.scripts)
            if script.refuse:
                return self.refusal(call, script)
            frames = frames_for(language, script, model, call.id)
            tokens = min(script.tokens, _cap(body, language) - script.thinking_tokens)
            tokens = max(tokens, 0)
            call.billed_input = script.prompt_tokens
            if not streamed:
                await asyncio.sleep(script.first_byte_s)
                call.billed_output = tokens + script.thinking_tokens
                call.ended = "done"
                return web.json_response(frames.whole(script.text(tokens), tokens))
            return await self._stream(request, call, script, frames, tokens)
        finally:
            self.open_now -= 1
            with self._changed:
                call.ended = call.ended or "left"
                self._changed.notify_all()

    def _begin(
        self, request: web.Request, model: str, language: str, body: dict[str, object]
    ) -> UpstreamCall:
        if request.transport not in self._peers:
            self._peers.add(request.transport)
            self.connections += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        place = f"call_{len(self.calls) + 1}"
        call = UpstreamCall(place, model, str(language), request.path_qs, headers, body)
        self.calls.append(call)
        return call

    def refusal(self, call: UpstreamCall, script: Script) -> web.Response:
        """The error that the script wants, with canaries in it."""
        call.ended = "refused"
        headers = {"openai-organization": "org-canary4711organization"}
        if script.retry_after_s is not None:
            headers["Retry-After"] = str(script.retry_after_s)
        return web.json_response(refusal_body(script.refuse), status=script.refuse, headers=headers)

    async def _play(self, request: web.Request, call: UpstreamCall, name: str) -> web.Response:
        recorded = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
        call.ended = "done"
        return web.Response(
            status=recorded["status"],
            body=recorded["body"].encode(),
            headers={"Content-Type": recorded["content_type"]},
        )

    async def _stream(
        self,
        request: web.Request,
        call: UpstreamCall,
        script: Script,
        frames: Frames,
        tokens: int,
    ) -> web.StreamResponse:
        await asyncio.sleep(script.first_byte_s)
        response = web.StreamResponse(headers={"Content-Type": frames.content_type})
        response.enable_chunked_encoding()
        line = _Line(request)
        await response.prepare(request)
        for frame in frames.begin():
            await line.send(response, frame)
        for place in range(script.thinking_tokens):
            await line.send(response, frames.thought(script.text_of(place)))
            call.billed_output += 1
        for place in range(tokens):
            if line.gone and script.billing is Billing.STOPS:
                return response
            if await self._trouble(request, response, call, script, frames, place):
                return response
            await line.send(response, frames.token(script.text_of(place)))
            call.billed_output += 0 if line.gone and script.billing is Billing.STOPS else 1
            await asyncio.sleep(script.chunk_s)
        reason = "length" if tokens < script.tokens else "stop"
        for frame in frames.end(tokens, reason):
            await line.send(response, frame)
        if not line.gone:
            call.ended = "done"
            await response.write_eof()
        return response

    async def _trouble(
        self,
        request: web.Request,
        response: web.StreamResponse,
        call: UpstreamCall,
        script: Script,
        frames: Frames,
        place: int,
    ) -> bool:
        """What the script does instead of this token; False where it just goes on."""
        if place == script.error_after:
            call.ended = "error"
            await response.write(frames.error())
            await response.write_eof()
            return True
        if place == script.cut_after and request.transport is not None:
            call.ended = "cut"
            request.transport.close()
            return True
        if place == script.silent_after:
            while request.transport is not None and not request.transport.is_closing():
                await asyncio.sleep(0.01)
            call.ended = "silent"
            return True
        return False

    def _ended(self) -> list[UpstreamCall]:
        return [call for call in self.calls if call.ended is not None]


class _Line:
    """The way to the client, which may hang up."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self.gone = False

    async def send(self, response: web.StreamResponse, frame: bytes) -> None:
        transport = self._request.transport
        if self.gone or transport is None or transport.is_closing():
            self.gone = True
            return
        try:
            await response.write(frame)
        except ConnectionError:
            self.gone = True


def _cap(body: dict[str, object], language: Language) -> int:
    """The output cap that was sent, wherever the language has it."""
    if language is Language.GEMINI:
        outer, name = body.get("generationConfig"), "maxOutputTokens"
    elif language is Language.OLLAMA:
        outer, name = body.get("options"), "num_predict"
    else:
        outer = body
        names = ("max_completion_tokens", "max_tokens", "max_output_tokens")
        name = next((given for given in names if given in body), "")
    cap = outer.get(name) if isinstance(outer, dict) else None
    return cap if isinstance(cap, int) else 10**9


@contextmanager
def upstream(**scripts: Script) -> Iterator[Upstream]:
    """A provider in a thread of its own, for the length of the block."""
    place = Upstream(scripts=dict(scripts))
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        runner = web.AppRunner(place.application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=_BACKLOG)
        await site.start()
        place.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        ready.set()
        await over.wait()
        await runner.cleanup()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, name="upstream", daemon=True)
    thread.start()
    try:
        if not ready.wait(60):
            raise TimeoutError("the upstream did not start")
        yield place
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
