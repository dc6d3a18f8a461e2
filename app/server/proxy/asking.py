"""From a body on the raw path to a request that was read and counted: which endpoint, how many
tokens, at most how many back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.metering.token_count import TokenCount
from app.providers.hosts import HOSTS
from app.server.credits.prices import sold
from app.server.credits.records import CallKind
from app.server.errors import bad_request
from app.server.proxy.asked_chat import ChatAsked
from app.server.proxy.asked_whole import WholeAsked
from app.server.proxy.exchange import Asked
from app.server.services import Services
from app.server.wire.audio_request import (
    ListenCall,
    SoundFile,
    SpeechCall,
    read_listen,
    read_speech,
)
from app.server.wire.call import ChatCall
from app.server.wire.chat_request import read_chat
from app.server.wire.embeddings_request import EmbeddingsCall, read_embeddings
from app.server.wire.images_request import ImagesCall, read_images
from app.server.wire.reading import read_body
from app.server.wire.responses_request import read_responses

_LARGE = 64 * 1024  # bytes; reading and counting more would hold up every stream
_TRANSLATIONS = "/v1/audio/translations"
_FORM_FIELDS_MAX = 20
# Sound: tokens for a second of it, and the fewest bytes that a second of speech is packed in.
_HEARD_TOKENS, _SAID_TOKENS, _SOUND_BYTES = 17, 6, 1000
# A picture's tokens at most, by its quality; larger sizes take half as many again.
# https://platform.openai.com/docs/guides/image-generation, read 2026-11-21.
_PICTURE_TOKENS = {"low": 408, "medium": 1584, "standard": 1584}
_PICTURE_TOKENS_MOST = 6240
_SPOKEN_TOKENS_PER_LETTER = 2

_Call = ChatCall | EmbeddingsCall | ImagesCall | SpeechCall | ListenCall


async def read_request(
    services: Services,
    path: str,
    kind: CallKind,
    content_type: str,
    body: bytes,
    *,
    with_digest: bool,
) -> Asked:
    """The request, read and counted; raises Refused (400) naming the field that is wrong."""
    form = await _form(content_type, body) if kind is CallKind.TRANSCRIPTION else None
    if len(body) <= _LARGE:
        return _asked(services, path, kind, body, form, with_digest=with_digest)
    return await asyncio.to_thread(
        _asked, services, path, kind, body, form, with_digest=with_digest
    )


def _asked(
    services: Services,
    path: str,
    kind: CallKind,
    body: bytes,
    form: _Form | None,
    *,
    with_digest: bool,
) -> Asked:
    digest = _digest(path, form.digest if form else body) if with_digest else ""
    match kind:
        case CallKind.CHAT | CallKind.RESPONSES:
            read = read_chat if kind is CallKind.CHAT else read_responses
            call = read(read_body(body))
            return ChatAsked(kind, call, digest, _count_chat(services, call))
        case CallKind.EMBEDDINGS:
            vectors = read_embeddings(read_body(body))
            tokens = sum(_count(services, text, vectors.model) for text in vectors.texts)
            return WholeAsked(kind, vectors, digest, _rough(tokens + vectors.tokens), 0)
        case CallKind.IMAGES:
            images = read_images(read_body(body))
            tokens = _count(services, images.prompt, images.model)
            return WholeAsked(kind, images, digest, _rough(tokens), _picture_tokens(images))
        case CallKind.SPEECH:
            speech = read_speech(read_body(body))
            tokens = _count(services, speech.text, speech.model)
            most = _SPOKEN_TOKENS_PER_LETTER * len(speech.text) + 100
            return WholeAsked(kind, speech, digest, _rough(tokens), most)
        case CallKind.TRANSCRIPTION:
            assert form is not None
            heard = read_listen(form.fields, form.file, translate=path == _TRANSLATIONS)
            seconds = 1 + len(heard.file.content) // _SOUND_BYTES
            count = TokenCount(seconds * _HEARD_TOKENS)
            return WholeAsked(kind, heard, digest, count, seconds * _SAID_TOKENS + 256)


def _digest(path: str, body: bytes) -> str:
    return hashlib.sha256(path.encode() + b"\0" + body).hexdigest()


def _count_chat(services: Services, call: ChatCall) -> TokenCount:
    """The input's tokens as the model's first route counts them."""
    routes = sold(services, call.model, services.clock.now()).routes
    host = HOSTS.get(routes[0].host) if routes else None
    return services.counter.count(
        call.request,
        provider=host.price_provider if host else "",
        model=routes[0].model if routes else call.model,
        language=str(host.language_of(routes[0].model)) if host else "",
        hints=call.hints,
    )


def _count(services: Services, text: str, model: str) -> int:
    return services.counter.count_text(text, model)


def _rough(tokens: int) -> TokenCount:
    """A bare text's count with a margin for vocabularies that are not public."""
    return TokenCount(tokens, spread=8 + tokens // 10)


def _picture_tokens(call: ImagesCall) -> int:
    return call.count * _PICTURE_TOKENS.get(call.quality, _PICTURE_TOKENS_MOST)


class _Form:
    """A form's fields and its file."""

    def __init__(self, fields: dict[str, str], file: SoundFile | None) -> None:
        self.fields = fields
        self.file = file

    @property
    def digest(self) -> bytes:
        """The same for the same fields, whatever stood between them."""
        whole = hashlib.sha256(repr(sorted(self.fields.items())).encode())
        whole.update(self.file.content if self.file else b"")
        return whole.digest()


async def _form(content_type: str, body: bytes) -> _Form:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield body

    if not content_type.lower().startswith("multipart/form-data"):
        raise bad_request("Send the file as a form (multipart/form-data).", None, "invalid_form")
    headers = Headers({"content-type": content_type})
    try:
        form = await MultiPartParser(
            headers, pieces(), max_files=1, max_fields=_FORM_FIELDS_MAX
        ).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise bad_request("The form cannot be read.", None, "invalid_form") from error
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    upload = form.get("file")
    file = None
    if isinstance(upload, UploadFile):
        file = SoundFile(upload.filename or "", await upload.read())
    await form.close()
    return _Form(fields, file)
