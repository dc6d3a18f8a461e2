"""Whether a model can answer what would be sent: said before sending, where its card is known."""

from __future__ import annotations

from collections.abc import Sequence

from app.chat.routes import Route
from app.errors import ContextTooLong, ImagesNotTaken
from app.metering.quote import Quote
from app.request import ImagePart, RequestMessage


def require_answerable(route: Route, messages: Sequence[RequestMessage], quote: Quote) -> None:
    """Raise ImagesNotTaken or ContextTooLong where the model cannot take these messages."""
    _require_sight(route, messages)
    _require_fit(route, quote)


def _require_sight(route: Route, messages: Sequence[RequestMessage]) -> None:
    abilities = route.card.abilities if route.card is not None else frozenset()
    # A card without any ability is one whose abilities nobody has written down.
    if not abilities or "images" in abilities:
        return
    if not messages or not any(_has_image(message) for message in messages):
        return
    if _has_image(messages[-1]):
        raise ImagesNotTaken(
            f"{route.model_name} reads text only, no images.",
            "Take the images out, or choose a model that sees them.",
        )
    raise ImagesNotTaken(
        f"There are images in this conversation, and {route.model_name} reads text only.",
        "Choose a model that sees images, or start a new chat.",
    )


def _has_image(message: RequestMessage) -> bool:
    return any(isinstance(part, ImagePart) for part in message.parts)


def _require_fit(route: Route, quote: Quote) -> None:
    """Refuse what cannot fit: only where the count is sure enough to say so."""
    limit = route.card.context_tokens if route.card is not None else None
    if limit is None or quote.input_tokens <= limit + limit // 10:
        return
    tokens = quote.input_tokens
    # Three leading digits: more would promise what an estimate cannot.
    shown = round(tokens, min(0, 3 - len(str(tokens))))
    raise ContextTooLong(
        f"This conversation has about {shown:,} tokens; "
        f"{route.model_name} reads {limit:,} at most.",
        "Shorten it, start a new chat, or choose a model that reads more.",
    )
