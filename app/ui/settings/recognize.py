"""Whose key it is, told from how it begins: a hint for the person; the core decides.

No widgets here; nothing of a key is kept or logged.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from app.seam.views import ProviderRow

PASSPHRASE_LENGTH_MIN = 8
# Signs without a shape that come along when text is copied from a page.
_SHAPELESS = "\ufeff\u200b\u200c\u200d\u2060"


def cleaned(pasted: str) -> str:
    """A pasted key without what copying put around it: spaces, line breaks, shapeless signs."""
    return pasted.strip().strip(_SHAPELESS).strip()


def recognized(secret: str, providers: Sequence[ProviderRow]) -> ProviderRow | None:
    """The one provider whose keys begin like this; None where none or several do."""
    fitting = [
        (len(hint), row) for row in providers for hint in row.key_hints if secret.startswith(hint)
    ]
    longest = max((length for length, _ in fitting), default=0)
    best = [row for length, row in fitting if length == longest]
    return best[0] if len(best) == 1 else None


def passphrase_strength(passphrase: str) -> int:
    """0 too short, 1 weak, 2 fair, 3 strong. Length counts for more than odd signs."""
    if len(passphrase) < PASSPHRASE_LENGTH_MIN or len(set(passphrase)) < 4:
        return 0
    kinds = {unicodedata.category(letter)[:1] for letter in passphrase}
    words = len(passphrase.split())
    score = len(passphrase) + 2 * (len(kinds) - 1) + 2 * (words - 1)
    if score >= 22:
        return 3
    return 2 if score >= 15 else 1
