"""What one upstream call used, in disjoint parts that add up to what is billed.

Every wire language turns its vendor's figures into this one shape; pricing knows no vendor.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter

from app.quick_init import quick_init


class Certainty(StrEnum):
    """Where a figure comes from."""

    EXACT = "exact"  # the provider said so
    ESTIMATED = "estimated"  # we counted
    PENDING = "pending"  # not known yet


class Part(StrEnum):
    """A kind of billed token. No token is in two parts."""

    INPUT = "input"
    CACHE_READ = "cache_read"
    CACHE_WRITE_5M = "cache_write_5m"
    CACHE_WRITE_1H = "cache_write_1h"
    OUTPUT = "output"
    REASONING = "reasoning"
    INPUT_AUDIO = "input_audio"
    CACHE_READ_AUDIO = "cache_read_audio"
    OUTPUT_AUDIO = "output_audio"
    INPUT_IMAGE = "input_image"
    CACHE_READ_IMAGE = "cache_read_image"
    OUTPUT_IMAGE = "output_image"
    INPUT_VIDEO = "input_video"
    OUTPUT_VIDEO = "output_video"


@quick_init
@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one upstream call; a count is never negative.

    `tool_units` are things billed by the piece: `(("web_search", 2),)`.
    `unknown_fields` names figures of the provider that we have no part for; with any of them
    the price is incomplete. `reported_cost_pusd` is what the provider itself says it charged.
    `clamped` is true where the provider's figure was absurd and was brought within bounds.
    """

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    input_audio: int = 0
    cache_read_audio: int = 0
    output_audio: int = 0
    input_image: int = 0
    cache_read_image: int = 0
    output_image: int = 0
    input_video: int = 0
    output_video: int = 0
    tool_units: tuple[tuple[str, int], ...] = ()
    certainty: Certainty = Certainty.EXACT
    unknown_fields: tuple[str, ...] = ()
    reported_cost_pusd: int | None = None
    service_tier: str | None = None
    clamped: bool = False

    def parts(self) -> list[tuple[Part, int]]:
        """The parts that are not zero, in the order of `Part`."""
        return [(_PARTS[name], count) for name, count in self.counts()]

    def counts(self) -> list[tuple[str, int]]:
        """The same by their names."""
        if (
            self.cache_write_5m
            or self.cache_write_1h
            or self.input_audio
            or self.cache_read_audio
            or self.output_audio
            or self.input_image
            or self.cache_read_image
            or self.output_image
            or self.input_video
            or self.output_video
        ):
            named = zip(_PARTS, _counts(self), strict=True)
            return [(name, count) for name, count in named if count]
        # The parts that nearly every call has alone, asked for several times at its end.
        found = [("input", self.input)] if self.input else []
        if self.cache_read:
            found.append(("cache_read", self.cache_read))
        if self.output:
            found.append(("output", self.output))
        if self.reasoning:
            found.append(("reasoning", self.reasoning))
        return found

    @property
    def cache_write(self) -> int:
        """Tokens written to a cache, of either lifetime."""
        return self.cache_write_5m + self.cache_write_1h

    @property
    def input_total(self) -> int:
        """Everything the model read, cached or not."""
        text = self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h
        audio = self.input_audio + self.cache_read_audio
        return text + audio + self.input_image + self.cache_read_image + self.input_video

    @property
    def output_total(self) -> int:
        """Everything the model wrote, thinking included."""
        media = self.output_audio + self.output_image + self.output_video
        return self.output + self.reasoning + media


OUTPUT_PARTS = frozenset(
    {Part.OUTPUT, Part.REASONING, Part.OUTPUT_AUDIO, Part.OUTPUT_IMAGE, Part.OUTPUT_VIDEO}
)
_PARTS = {part.value: part for part in Part}  # an enum's members are slow to walk through
_counts = attrgetter(*_PARTS)
assert _PARTS.keys() <= {field.name for field in fields(Usage)}
