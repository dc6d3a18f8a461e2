"""Counting what a request will be billed for, before it is sent.

OpenAI's and Mistral's vocabularies count text; framing, tools and images follow the vendors'
published rules or, where there are none, what their bills show (`profiles`). Nothing is sent
anywhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.metering.correction import Correction, corrected
from app.metering.framing import CountHints, CountText, Figures, measure
from app.metering.profiles import Profile, profile_for
from app.metering.text_counts import TextCount, TextCounts
from app.metering.token_count import TokenCount
from app.metering.tool_text import ToolsForm
from app.metering.usage import Certainty
from app.metering.vocabulary import VOCABULARIES
from app.request import ChatRequest

NO_HINTS = CountHints()
_LEAST_SPREAD = 2
_ESTIMATED_BY_CHARACTERS_PERMILLE = 350
_SAMPLED_PERMILLE = 80
_SERVER_TOOLS_PERMILLE = 700


class TokenCounter:
    """Counts requests and texts. Loads nothing before the first count; keeps counts of texts.

    May be asked from several threads; at worst a text is counted twice.
    """

    def __init__(self, resources_folder: Path) -> None:
        """`resources_folder` holds the vocabulary files; they are only read."""
        self._counts = {name: TextCounts(resources_folder, name) for name in VOCABULARIES}

    @property
    def notice(self) -> str:
        """Why counts are rougher than usual, in the user's words; empty where all is well."""
        troubles = [counts.trouble for counts in self._counts.values() if counts.trouble]
        if not troubles:
            return ""
        return (
            f"Tokens are estimated by characters: {'; '.join(troubles)}. "
            "Install the program again to have them counted."
        )

    def warm_up(self, vocabulary: str = "o200k_base") -> None:
        """Load a vocabulary now, so that the first count is quick. Takes about 0.3 s."""
        self._counts[vocabulary].load()

    def count(
        self,
        request: ChatRequest,
        *,
        provider: str,
        model: str,
        language: str = "",
        hints: CountHints = NO_HINTS,
        correction: Correction | None = None,
    ) -> TokenCount:
        """The input tokens that the provider will bill for a request.

        `provider` is a price provider id; `language` the wire language where it matters (OpenAI
        counts tools another way in `responses`). `correction` is what settled calls taught.
        """
        # OpenRouter asks OpenAI's models by the Responses API, whatever way it is asked itself.
        language = "responses" if provider == "openrouter" else language
        profile = profile_for(model, language=language)
        counts = self._counts[profile.vocabulary]
        if request.effort is not None and not hints.thinking:
            hints = replace(hints, thinking=True)
        figures = measure(
            request,
            hints,
            _counting(counts, profile),
            tools_form=profile.tools_form,
            images=profile.images,
            drops_think_tags=profile.drops_think_tags,
        )
        tokens = max(0, weigh(figures, hints, profile))
        spread = _spread(tokens, figures, hints, profile, rough=bool(counts.trouble))
        found = TokenCount(tokens, Certainty.ESTIMATED, spread)
        return corrected(found, correction) if correction is not None else found

    def count_text(self, text: str, family: str = "o200k_base") -> int:
        """The tokens of a bare text, without framing; `family` is a vocabulary or a model."""
        if family in self._counts:
            return self._counts[family].count(text).tokens
        profile = profile_for(family)
        count = _counting(self._counts[profile.vocabulary], profile)
        return _share(count(text).tokens, profile.text_permille)


def _counting(counts: TextCounts, profile: Profile) -> CountText:
    """How a profile counts a text: what is rare in our vocabulary is cut finer in a smaller one."""
    if not profile.rare_permille:
        return counts.count

    def count(text: str) -> TextCount:
        found = counts.count(text, profile.rare_rank)
        more = _share(found.rare, profile.rare_permille)
        return replace(found, tokens=found.tokens + more)

    return count


def weigh(figures: Figures, hints: CountHints, profile: Profile) -> int:
    """The billed tokens of a request's figures by a profile."""
    messages = figures.messages - (profile.free_system and figures.begins_with_system)
    tokens = profile.base + profile.per_message * messages
    tokens += _share(figures.text + figures.call_text, profile.text_permille)
    tokens += figures.images + figures.media + hints.stored_tokens
    tokens += profile.per_call * figures.calls + profile.parallel_call * figures.parallel_calls
    if figures.result_names:
        tokens += _share(figures.result_names, profile.result_name_permille)
    if figures.schema:
        tokens += profile.schema_base + _share(figures.schema, profile.schema_permille)
    if hints.thinking or figures.thinking or figures.signature_chars:
        tokens += _thinking(figures, hints, profile)
    if figures.tools or hints.server_tools:
        tokens += _tools(figures, hints, profile)
    return tokens


def _thinking(figures: Figures, hints: CountHints, profile: Profile) -> int:
    # Most vendors drop what was thought in earlier turns, but read it within a tool loop.
    kept = profile.keeps_thinking
    text = figures.thinking if kept else figures.loop_thinking
    sealed = figures.signature_chars if kept else figures.loop_signature_chars
    sealed = max(0, sealed - profile.signature_free_chars)
    tokens = profile.told_to_think if hints.thinking else 0
    return (
        tokens
        + _share(text, profile.thinking_permille)
        + _share(sealed, profile.signature_permille)
    )


def _tools(figures: Figures, hints: CountHints, profile: Profile) -> int:
    tokens = (
        profile.tools_base if figures.tools or profile.tools_form is not ToolsForm.TYPESCRIPT else 0
    )
    if figures.tools and not figures.has_system:
        tokens += profile.tools_without_system
    tokens += profile.per_tool * figures.tools
    tokens += _share(figures.tools_text, profile.tools_permille)
    return tokens + sum(_server_tool(name, profile) for name in set(hints.server_tools))


def _server_tool(name: str, profile: Profile) -> int:
    """A vendor's own tool by its type name, with or without the date at its end."""
    bare = name.rstrip("0123456789").rstrip("_")
    return profile.server_tools.get(bare, profile.server_tools.get(name, 0))


def _spread(
    tokens: int, figures: Figures, hints: CountHints, profile: Profile, *, rough: bool
) -> int:
    permille = profile.spread_permille
    if hints.server_tools:
        permille = max(permille, _SERVER_TOOLS_PERMILLE)
    permille += _SAMPLED_PERMILLE if figures.sampled else 0
    permille += _ESTIMATED_BY_CHARACTERS_PERMILLE if rough else 0
    unknown = figures.images // 2 if figures.unknown_images else 0
    # A page's text is told by its drawing, and unknown lengths by the bytes.
    unknown += figures.media // 8 + figures.uncertain_media // 2
    return max(_LEAST_SPREAD, _share(tokens, permille)) + unknown


def _share(amount: int, permille: int) -> int:
    """A part of an amount, rounded to the nearest whole."""
    return (amount * permille + 500) // 1000
