"""The wire languages, by name."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """How a host is spoken to; one file each."""

    OPENAI_CHAT = "openai_chat"
    OPENAI_RESPONSES = "openai_responses"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    OLLAMA = "ollama"
