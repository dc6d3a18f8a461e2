"""How sealed thinking travels through a client and comes back to the upstream that sealed it."""

from __future__ import annotations

# The ids of our items of thinking. What such an item has sealed is an upstream's signature as it
# came; behind any other id the seal is OpenAI's own and belongs to that id.
OUR_THINKING = "rs_raw"


def signature_of(item_id: str, sealed: str) -> str:
    """What goes back to the upstream for a Responses item of thinking."""
    return sealed if item_id.startswith(OUR_THINKING) else f"{item_id}:{sealed}"
