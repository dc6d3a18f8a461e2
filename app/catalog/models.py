"""What is known of a model besides its price: name, limits, abilities.

The facts come from the price book; what a provider lists for a key belongs to the provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model at one provider. Limits are tokens, None where the sources name none.

    `abilities` are of images, tools, thinks, audio, files, video, draws, speaks. `differs` says
    where the two sources disagree on the price; `comments` is what the price's source adds.
    """

    id: str
    provider: str
    name: str
    family: str = ""
    context_tokens: int | None = None
    output_tokens_max: int | None = None
    abilities: frozenset[str] = frozenset()
    deprecated: bool = False
    released: date | None = None
    differs: str = ""
    comments: str = ""
