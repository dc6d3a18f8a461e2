"""Usage in the words of OpenAI's two languages; every part stands inside the totals."""

from __future__ import annotations

from app.metering.usage import Usage

Json = dict[str, object]


def chat_usage(usage: Usage) -> Json:
    """`usage` of a chat completion."""
    read, written = usage.input_total, usage.output_total
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read + usage.cache_read_audio + usage.cache_read_image,
            "cache_write_tokens": usage.cache_write,
            "audio_tokens": usage.input_audio + usage.cache_read_audio,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": usage.output_audio,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def responses_usage(usage: Usage) -> Json:
    """`usage` of a response."""
    read, written = usage.input_total, usage.output_total
    return {
        "input_tokens": read,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read + usage.cache_read_audio + usage.cache_read_image,
            "cache_write_tokens": usage.cache_write,
        },
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": read + written,
    }
