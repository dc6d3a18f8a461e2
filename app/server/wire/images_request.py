"""A request of `POST /v1/images/generations`, by allow-list.

Source: https://platform.openai.com/docs/api-reference/images/create, read 2026-11-21.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from app.server.wire.reading import Fields, Json, WireLimits

_CHOICES = {
    "quality": ("auto", "low", "medium", "high", "standard", "hd"),
    "background": ("auto", "transparent", "opaque"),
    "output_format": ("png", "jpeg", "webp"),
    "style": ("vivid", "natural"),
}
_REFUSED = {
    "stream": "Pictures come whole here.",
    "partial_images": "Pictures come whole here.",
    "svg": "This cannot be made here.",
    "frame_count": "This cannot be made here.",
}
_SIZE = re.compile(r"auto|[1-9]\d{1,3}x[1-9]\d{1,3}")
_KNOWN = frozenset(
    {"model", "prompt", "n", "size", "response_format", "output_compression", *_CHOICES, *_REFUSED}
)


@dataclass(frozen=True, slots=True)
class ImagesCall:
    """`size` is `auto` or pixels as `1024x1024`, `quality` a word; both empty where not given."""

    model: str
    prompt: str = field(repr=False)
    count: int
    size: str
    quality: str
    fields: tuple[tuple[str, object], ...] = field(repr=False)
    dropped: tuple[str, ...] = ()

    def body(self, model: str) -> bytes:
        """The body for an upstream, in its name for the model."""
        asked = {"model": model, "prompt": self.prompt, "n": self.count, **dict(self.fields)}
        return json.dumps(asked, ensure_ascii=False).encode()


def read_images(body: Json, limits: WireLimits | None = None) -> ImagesCall:
    """The call; raises BadRequest naming the field that cannot be taken.

    Pictures come as base64: an address would lead the client to a provider's own store.
    """
    limits = limits or WireLimits()
    fields = Fields(body)
    fields.refuse(_REFUSED)
    kept: dict[str, object] = {}
    for name, options in _CHOICES.items():
        if (value := fields.choice(name, options)) is not None:
            kept[name] = value
    if (size := fields.text("size")) is not None:
        if _SIZE.fullmatch(size) is None:
            raise fields.bad("size", "This is auto, or pixels as in 1024x1024.")
        kept["size"] = size
    if (packing := fields.whole("output_compression", 0, 100)) is not None:
        kept["output_compression"] = packing
    if (form := fields.text("response_format")) is not None:
        if form != "b64_json":
            message = "Pictures come as b64_json here."
            raise fields.bad("response_format", message, "unsupported_value")
        kept["response_format"] = form
    return ImagesCall(
        fields.wanted_text("model", length_max=256),
        fields.wanted_text("prompt", length_max=32_000),
        fields.whole("n", 1, limits.pictures_max) or 1,
        str(kept.get("size", "")),
        str(kept.get("quality", "")),
        tuple(kept.items()),
        fields.others(_KNOWN),
    )
