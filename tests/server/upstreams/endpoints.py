"""The upstream's other endpoints: models, embeddings, images and audio, with their usage."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.server.upstreams.scripts import Script, script_for

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\nloopback").decode()
SPEECH = b"ID3loopback-speech" * 64


def add(app: web.Application, refusal: Callable[[Any, Script], web.Response]) -> None:
    """Add the routes. `refusal` answers models named `refuse-…`."""

    async def models(request: web.Request) -> web.Response:
        rows = [{"id": "plain", "object": "model", "owned_by": "loopback"}]
        return web.json_response({"object": "list", "data": rows})

    async def embeddings(request: web.Request) -> web.Response:
        body = await request.json()
        given = body["input"]
        rows = given if isinstance(given, list) and not isinstance(given[0], int) else [given]
        data = [
            {"object": "embedding", "index": place, "embedding": [0.5, -0.5]}
            for place in range(len(rows))
        ]
        usage = {"prompt_tokens": 4 * len(rows), "total_tokens": 4 * len(rows)}
        answer = {"object": "list", "model": body["model"], "data": data, "usage": usage}
        return _refused(body) or web.json_response(answer)

    async def images(request: web.Request) -> web.Response:
        body = await request.json()
        data = [{"b64_json": PICTURE} for _ in range(body.get("n", 1))]
        usage = {"input_tokens": 9, "output_tokens": 272 * len(data), "total_tokens": 9 + 272}
        answer = {"created": 1_763_000_000, "data": data, "usage": usage}
        return _refused(body) or web.json_response(answer)

    async def speech(request: web.Request) -> web.Response:
        body = await request.json()
        return _refused(body) or web.Response(body=SPEECH, content_type="audio/mpeg")

    async def transcription(request: web.Request) -> web.Response:
        form = await request.post()
        heard = form["file"].file.read()  # type: ignore[union-attr]
        usage = {"type": "duration", "seconds": max(1, len(heard) // 1000)}
        answer = {"text": f"heard {len(heard)} bytes", "usage": usage}
        return _refused({"model": form["model"]}) or web.json_response(answer)

    def _refused(body: dict[str, Any]) -> web.Response | None:
        script = script_for(str(body.get("model", "")), {})
        return refusal(_Nobody(), script) if script.refuse else None

    app.router.add_get("/v1/models", models)
    app.router.add_post("/v1/embeddings", embeddings)
    app.router.add_post("/v1/images/generations", images)
    app.router.add_post("/v1/audio/speech", speech)
    app.router.add_post("/v1/audio/transcriptions", transcription)
    app.router.add_post("/v1/audio/translations", transcription)


class _Nobody:
    """Stands for a call where none is kept."""

    ended: str | None = None
