"""Counting what a request will be billed for, before it is sent.

OpenAI's vocabularies count text; framing, tools and images follow the vendors' published rules
or, where there are none, what their bills show. Other vendors are a factor of o200k.
"""

from __future__ import annotations

from pathlib import Path

from app.metering.token_count import TokenCount
from app.request import ChatRequest


class TokenCounter:
    """Counts requests and texts. Loads nothing before the first count; keeps counts of texts.

    Not safe for several threads at once: one thread owns it.
    """

    def __init__(self, resources_folder: Path) -> None:
        """`resources_folder` holds the vocabulary files."""
        self._folder = resources_folder

    @property
    def notice(self) -> str:
        """Why counts are rougher than usual, in the user's words; empty where all is well."""
        raise NotImplementedError

    def warm_up(self, family: str = "o200k_base") -> None:
        """Load a vocabulary now, so that the first count is quick."""
        raise NotImplementedError

    def count(
        self, request: ChatRequest, *, provider: str, model: str, language: str = ""
    ) -> TokenCount:
        """The input tokens that the provider will bill for a request.

        `provider` is a price provider id; `language` the wire language (`openai-responses` ...)
        where it matters, empty: the provider's usual one.
        """
        raise NotImplementedError

    def count_text(self, text: str, family: str = "o200k_base") -> int:
        """The tokens of a bare text in a model family's counting, without framing."""
        raise NotImplementedError
