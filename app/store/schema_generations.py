"""The step that brings what a provider's record of a call is found by, while the call is open."""

from __future__ import annotations

# The row goes with the end of its hold. What is NULL is not known before the call was parked.
_GENERATIONS = """
CREATE TABLE generations (
    seq INTEGER PRIMARY KEY,
    hold_id TEXT NOT NULL UNIQUE,
    generation_id TEXT NOT NULL,
    parked_ms INTEGER,
    output_tokens INTEGER CHECK (output_tokens >= 0),
    how TEXT CHECK (how IN ('died', 'failed')),
    CHECK ((parked_ms IS NULL) = (output_tokens IS NULL)),
    CHECK ((parked_ms IS NULL) = (how IS NULL))
) STRICT"""

BRING_GENERATIONS = (_GENERATIONS,)
