"""How many tokens a message has that a client wants to have quoted, in OpenAI's form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.providers.hosts import HOSTS
from app.request import ChatRequest, RequestMessage, Role, TextPart
from app.server.credits.prices import sold
from app.server.errors import bad_request
from app.server.services import Services

# Small pictures cost less, big ones are cut down to about this by the vendors.
_IMAGE_TOKENS = 1_500


def input_tokens_of(
    services: Services, model_id: str, messages: Sequence[Mapping[str, Any]]
) -> int:
    """The count with the model's margin; raises Refused (400) for what are no messages."""
    found = sold(services, model_id, services.clock.now())
    route = found.routes[0] if found.routes else None
    model = route.model if route else model_id
    images = 0
    read = []
    for number, message in enumerate(messages):
        texts, pictures = _texts(message, number)
        images += pictures
        read.append(RequestMessage(_role(message, number), tuple(map(TextPart, texts))))
    request = ChatRequest(model, tuple(read), output_tokens_max=1)
    provider = HOSTS[route.host].price_provider if route and route.host in HOSTS else ""
    return services.counter.count(request, provider=provider, model=model).most + (
        images * _IMAGE_TOKENS
    )


def _role(message: Mapping[str, Any], number: int) -> Role:
    role = message.get("role")
    role = "system" if role == "developer" else role
    if role not in set(Role):
        raise bad_request("A message has a role: system, user, assistant or tool.", _at(number))
    return Role(str(role))


def _texts(message: Mapping[str, Any], number: int) -> tuple[list[str], int]:
    content = message.get("content")
    if content is None:
        return [], 0
    if isinstance(content, str):
        return [content], 0
    if not isinstance(content, list):
        raise bad_request("A message's content is a text or a list of parts.", _at(number))
    return list(_part_texts(content)), sum("image" in _kind(part) for part in content)


def _part_texts(parts: Sequence[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Mapping) and isinstance(part.get("text"), str):
            yield part["text"]


def _kind(part: object) -> str:
    return str(part.get("type", "")) if isinstance(part, Mapping) else ""


def _at(number: int) -> str:
    return f"messages.{number}"
