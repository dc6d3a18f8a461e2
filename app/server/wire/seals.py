"""How sealed thinking travels through a client and comes back to the upstream that sealed it."""

from __future__ import annotations

from app.providers.languages import Language

# Items of the Responses language have ids of their own; other languages' seals have none.
RAW_SEAL = "rs_raw_"


def seal_of(signature: str, language: Language, place: int) -> tuple[str, str]:
    """The id and the sealed text of a Responses item for what an upstream signed."""
    if language is Language.OPENAI_RESPONSES:
        item_id, _, sealed = signature.partition(":")
        return item_id, sealed
    return f"{RAW_SEAL}{place}", signature
