"""The endpoints of proxy: the OpenAI interface, answered past the framework and described in its
document all the same."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.server.bounded import Asgi
from app.server.credits.records import CallKind
from app.server.errors import not_found
from app.server.proxy.answering import RawEndpoint
from app.server.proxy.desk import desk_of
from app.server.proxy.document import PATHS, Path
from app.server.services import Services

router = APIRouter(tags=["models"])

_KINDS: Mapping[str, CallKind] = {
    "/v1/chat/completions": CallKind.CHAT,
    "/v1/responses": CallKind.RESPONSES,
    "/v1/embeddings": CallKind.EMBEDDINGS,
    "/v1/images/generations": CallKind.IMAGES,
    "/v1/audio/speech": CallKind.SPEECH,
    "/v1/audio/transcriptions": CallKind.TRANSCRIPTION,
    "/v1/audio/translations": CallKind.TRANSCRIPTION,
}


def raw_paths(services: Services) -> Mapping[tuple[str, str], Asgi]:
    """What is answered past the framework, by method and path."""
    desk = desk_of(services)
    return {("POST", path): RawEndpoint(desk, kind, path) for path, kind in _KINDS.items()}


def _describe(path: Path) -> None:
    """A route for the document alone: the raw path stands before it."""

    async def described(request: Request) -> Response:
        raise not_found("address")

    router.add_api_route(
        path.path,
        described,
        methods=["POST"],
        name=path.name,
        summary=path.summary,
        response_class=Response,
        responses=path.responses,
        openapi_extra={"requestBody": path.request_body, "security": [{"bearer": []}]},
    )


for _path in PATHS:
    _describe(_path)
