"""What an image counts as in tokens, by each vendor's published rule.

OpenAI: platform.openai.com/docs/guides/images-vision. Anthropic:
docs.anthropic.com/en/docs/build-with-claude/vision. Gemini:
ai.google.dev/gemini-api/docs/image-understanding. As of 2026-08.
"""

from __future__ import annotations

from collections.abc import Callable

UNKNOWN_SIDE = 1024  # where an image's size is not known

# OpenAI's tile models: (tokens at least, tokens per tile of 512 pixels).
_OPENAI_TILES = (
    ("gpt-4o-mini", 2833, 5667),
    ("gpt-4o", 85, 170),
    ("gpt-4.1-mini", 0, 0),
    ("gpt-4.1-nano", 0, 0),
    ("gpt-4.1", 85, 170),
    ("gpt-4.5", 85, 170),
    ("gpt-5-mini", 0, 0),
    ("gpt-5-nano", 0, 0),
    ("gpt-5", 70, 140),
    ("computer-use", 65, 129),
    ("o4-mini", 0, 0),
    ("o1", 75, 150),
    ("o3", 75, 150),
)
# OpenAI's patch models: thousandths of a token per patch of 32 pixels.
_OPENAI_PATCHES = (
    ("gpt-5-mini", 1620),
    ("gpt-5-nano", 2460),
    ("gpt-4.1-mini", 1620),
    ("gpt-4.1-nano", 2460),
    ("o4-mini", 1720),
)
_PATCHES_MAX = 1536
_ANTHROPIC_SIDE_MAX = 1568
_ANTHROPIC_TOKENS_MAX = 1600


def image_tokens(rule: str, model: str, width: int, height: int) -> int:
    """Tokens of one image; `rule` is openai, anthropic, gemini or mistral."""
    count = _RULES.get(rule, _anthropic)
    return count(model.lower(), width or UNKNOWN_SIDE, height or UNKNOWN_SIDE)


def _openai(model: str, width: int, height: int) -> int:
    bare = model.rpartition("/")[2]
    for name, permille in _OPENAI_PATCHES:
        if bare.startswith(name):
            return _patches(width, height) * permille // 1000
    for name, least, per_tile in _OPENAI_TILES:
        if bare.startswith(name):
            return least + per_tile * _tiles(width, height)
    return 85 + 170 * _tiles(width, height)


def _up(size: int, unit: int) -> int:
    """How many units it takes, the last one begun."""
    return -(-size // unit)


def _tiles(width: int, height: int) -> int:
    """Fit into 2048 x 2048, bring the shorter side to 768, count squares of 512."""
    longest = max(width, height)
    if longest > 2048:
        width, height = width * 2048 // longest, height * 2048 // longest
    shortest = max(1, min(width, height))
    if shortest > 768:
        width, height = width * 768 // shortest, height * 768 // shortest
    return _up(width, 512) * _up(height, 512)


def _patches(width: int, height: int) -> int:
    patches = _up(width, 32) * _up(height, 32)
    return min(patches, _PATCHES_MAX)


def _anthropic(_model: str, width: int, height: int) -> int:
    longest = max(width, height)
    if longest > _ANTHROPIC_SIDE_MAX:
        width = width * _ANTHROPIC_SIDE_MAX // longest
        height = height * _ANTHROPIC_SIDE_MAX // longest
    return min(_ANTHROPIC_TOKENS_MAX, _up(width * height, 750))


def _gemini(model: str, width: int, height: int) -> int:
    if "gemini-3" in model:
        return 1120  # media resolution "high", the default for images
    if width <= 384 and height <= 384:
        return 258
    unit = max(1, min(width, height) * 2 // 3)
    return 258 * max(1, _up(width, unit) * _up(height, unit))


def _mistral(_model: str, width: int, height: int) -> int:
    longest = max(width, height)
    if longest > 1540:
        width, height = width * 1540 // longest, height * 1540 // longest
    columns, rows = _up(width, 28), _up(height, 28)
    return columns * rows + rows


_RULES: dict[str, Callable[[str, int, int], int]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "mistral": _mistral,
}
