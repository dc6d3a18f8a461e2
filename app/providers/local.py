"""Programs on this computer that answer: Ollama, LM Studio, llama.cpp, found by themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from app.errors import ProviderError
from app.providers.connection import Call, Http
from app.providers.hosts import HOSTS, Host
from app.providers.json_text import EMPTY, Json, as_object, read_json
from app.providers.listing import model_pages, models_of

_ANSWER_WITHIN_S = 0.8


@dataclass(frozen=True, slots=True)
class LocalHost:
    """A program that answered, with its models by id."""

    host: Host
    base_url: str
    models: tuple[str, ...]


async def find_local(http: Http) -> tuple[LocalHost, ...]:
    """Everything that answers on this computer, asked all at once; takes under a second."""
    hosts = [host for host in HOSTS.values() if host.local]
    found = await asyncio.gather(*(_ask(http, host) for host in hosts))
    return tuple(local for local in found if local is not None)


async def _ask(http: Http, host: Host) -> LocalHost | None:
    call = Call("GET", host.base_url + model_pages(host)[0], host.name)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            async with http.open(call, within_s=_ANSWER_WITHIN_S) as answer:
                listed = _object(await answer.body()) if answer.status == 200 else EMPTY
    except (ProviderError, TimeoutError):
        return None
    # Many programs sit on port 8080: only one that lists models is taken for a provider.
    if not any(isinstance(listed.get(name), list) for name in ("data", "models")):
        return None
    models = tuple(model.id for model in models_of(listed, host.language))
    return LocalHost(host, host.base_url, models)


def _object(body: bytes) -> Json:
    try:
        return as_object(read_json(body))
    except ValueError:
        return EMPTY
