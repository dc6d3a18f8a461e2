"""A request of `POST /v1/embeddings`, by allow-list.

Source: https://platform.openai.com/docs/api-reference/embeddings/create, read 2026-11-21.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from app.server.wire.reading import BadRequest, Fields, Json, WireLimits, whole_text

_KNOWN = frozenset({"model", "input", "dimensions", "encoding_format"})
_TOKEN_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class EmbeddingsCall:
    """`texts` are to be counted; `tokens` is how many came as tokens already."""

    model: str
    texts: tuple[str, ...] = field(repr=False)
    tokens: int
    fields: tuple[tuple[str, object], ...] = field(repr=False)
    dropped: tuple[str, ...] = ()

    def body(self, model: str) -> bytes:
        """The body for an upstream, in its name for the model."""
        return json.dumps({"model": model, **dict(self.fields)}, ensure_ascii=False).encode()


def read_embeddings(body: Json, limits: WireLimits | None = None) -> EmbeddingsCall:
    """The call; raises BadRequest naming the field that cannot be taken."""
    limits = limits or WireLimits()
    fields = Fields(body)
    texts, tokens, cleaned = _input(fields, limits)
    kept: list[tuple[str, object]] = [("input", cleaned)]
    if (dimensions := fields.whole("dimensions", 1, 65_536)) is not None:
        kept.append(("dimensions", dimensions))
    if (form := fields.choice("encoding_format", ("float", "base64"))) is not None:
        kept.append(("encoding_format", form))
    model = fields.wanted_text("model", length_max=256)
    return EmbeddingsCall(model, texts, tokens, tuple(kept), fields.others(_KNOWN))


def _input(fields: Fields, limits: WireLimits) -> tuple[tuple[str, ...], int, object]:
    """A text, texts, tokens or lists of tokens."""
    value = fields.value.get("input")
    if isinstance(value, str):
        text = fields.wanted_text("input")
        return (text,), 0, text
    if isinstance(value, list) and value and _are_tokens(value):
        return (), len(value), value
    rows = fields.items("input", count_max=limits.inputs_max)
    if rows and all(isinstance(row, str) and row for row in rows):
        texts = tuple(whole_text(str(row)) for row in rows)
        return texts, 0, list(texts)
    if rows and all(isinstance(row, list) and row and _are_tokens(row) for row in rows):
        return (), sum(len(row) for row in rows if isinstance(row, list)), rows
    raise BadRequest("input: This is a text or a list of texts, none of them empty.", "input")


def _are_tokens(row: list[object]) -> bool:
    return all(type(item) is int and 0 <= item < _TOKEN_MOST for item in row)
