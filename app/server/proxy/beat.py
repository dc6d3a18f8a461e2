"""A sign of life of one call, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """`output_tokens` so far; `upstream_id` is empty while it is not known."""

    tenant: str
    hold_id: str
    output_tokens: int
    upstream_id: str
