"""Vendors' figures into disjoint parts, by each vendor's rules."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.metering.usage import Usage
from app.providers.json_text import as_object, read_json_exact
from app.providers.usage_anthropic import anthropic_usage
from app.providers.usage_gemini import gemini_usage
from app.providers.usage_openai import openai_usage
from tests.providers.recordings import GOLDEN


def _openai(text: str, **options: int) -> Usage:
    return openai_usage(as_object(read_json_exact(text.encode())), **options)


def test_openai_counts_cached_audio_and_thinking_inside_its_totals() -> None:
    usage = _openai(
        '{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":'
        '{"cached_tokens":30,"audio_tokens":20,"cache_write_tokens":10},"completion_tokens_details":'
        '{"reasoning_tokens":15,"audio_tokens":5}}'
    )
    assert usage == Usage(
        input=40,
        cache_read=30,
        cache_write_5m=10,
        input_audio=20,
        output=30,
        reasoning=15,
        output_audio=5,
    )


def test_xai_counts_thinking_beside_its_output() -> None:
    usage = _openai(
        '{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,'
        '"completion_tokens_details":{"reasoning_tokens":20}}'
    )
    assert (usage.output, usage.reasoning) == (5, 20)


def test_deepseek_tells_hits_and_misses() -> None:
    usage = _openai(
        '{"prompt_tokens":563,"completion_tokens":116,"prompt_cache_hit_tokens":512,'
        '"prompt_cache_miss_tokens":51}'
    )
    assert (usage.input, usage.cache_read, usage.unknown_fields) == (51, 512, ())


@pytest.mark.parametrize(
    ("cost", "pico"),
    [
        ("0.000837", 837_000_000),
        ("1.13e-05", 11_300_000),
        ("0", 0),
        ("0.123456789012", 123456789012),
        ("0.1234567890125", 123456789012),
        ("3", 3 * 10**12),
    ],
)
def test_a_reported_cost_is_read_to_the_last_digit(cost: str, pico: int) -> None:
    usage = _openai(f'{{"prompt_tokens":1,"completion_tokens":1,"cost":{cost}}}')
    assert usage.reported_cost_pusd == pico
    assert not usage.clamped


@pytest.mark.parametrize("cost", ["-1", "NaN", "1e99", '"0.1"', "Infinity"])
def test_an_absurd_cost_is_no_cost(cost: str) -> None:
    usage = _openai(f'{{"prompt_tokens":1,"completion_tokens":1,"cost":{cost}}}')
    assert usage.reported_cost_pusd is None


def test_with_an_own_key_behind_the_gateway_both_bills_count() -> None:
    usage = _openai(
        '{"prompt_tokens":1,"completion_tokens":1,"cost":0.01,"is_byok":true,'
        '"cost_details":{"upstream_inference_cost":0.2}}'
    )
    assert usage.reported_cost_pusd == 210_000_000_000


def test_xai_ticks_are_ten_to_the_minus_ten_dollars() -> None:
    usage = _openai('{"prompt_tokens":1,"completion_tokens":1,"cost_in_usd_ticks":37756000}')
    assert usage.reported_cost_pusd == 3_775_600_000


def test_a_figure_that_nobody_knows_is_named() -> None:
    usage = _openai('{"prompt_tokens":9,"completion_tokens":1,"new_tokens":4,"x":{"y":2,"z":0}}')
    assert usage.unknown_fields == ("new_tokens", "x.y")


@pytest.mark.parametrize("figure", ["-7", "NaN", "1e30", '"many"', "[1]", "1.5"])
def test_an_absurd_figure_is_brought_within_bounds_and_flagged(figure: str) -> None:
    usage = _openai(f'{{"prompt_tokens":{figure},"completion_tokens":3}}')
    assert usage.clamped
    assert 0 <= usage.input <= 10**9
    assert usage.output == 3


def test_output_above_the_cap_that_was_sent_is_clamped_to_it() -> None:
    usage = _openai('{"prompt_tokens":5,"completion_tokens":900}', output_tokens_max=100)
    assert (usage.output, usage.clamped) == (100, True)


def test_more_thinking_than_output_never_makes_a_negative_part() -> None:
    usage = _openai(
        '{"prompt_tokens":43,"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":11}}'
    )
    assert (usage.output, usage.reasoning, usage.clamped) == (0, 10, True)


def test_anthropic_adds_up_and_keeps_the_lifetimes_apart() -> None:
    usage = anthropic_usage(
        {
            "input_tokens": 4,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 50,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
            "output_tokens": 9,
            "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
        }
    )
    assert usage == Usage(
        input=4,
        cache_read=100,
        cache_write_5m=20,
        cache_write_1h=30,
        output=9,
        tool_units=(("web_search", 2),),
    )


def test_another_models_tokens_make_the_price_incomplete() -> None:
    usage = anthropic_usage(
        {"input_tokens": 1, "output_tokens": 1, "iterations": [{"type": "advisor_message"}]}
    )
    assert usage.unknown_fields == ("iterations.advisor_message",)


def test_gemini_keeps_the_cached_inside_and_the_thoughts_beside() -> None:
    usage = gemini_usage(
        {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 40,
            "toolUsePromptTokenCount": 7,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 30,
            "totalTokenCount": 157,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 60},
                {"modality": "AUDIO", "tokenCount": 40},
            ],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 15}],
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 12}],
        }
    )
    assert usage == Usage(
        input=42,
        cache_read=25,
        cache_read_audio=15,
        input_audio=25,
        output=8,
        output_image=12,
        reasoning=30,
    )


def test_every_billed_request_of_the_collection_adds_up() -> None:
    """The vendors' totals are the sum of our parts, for all 435."""
    lines = (GOLDEN / "usage.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 435
    for line in lines:
        row = json.loads(line, parse_float=Decimal)
        raw = row["usage"]
        if row["api"] in ("chat", "responses"):
            usage = openai_usage(raw)
            total = raw["total_tokens"]
            # Gemini behind OpenAI's words hides its thoughts: the total alone shows them.
            hidden = 0 if "total_tokens" not in usage.unknown_fields else None
            assert hidden is None or usage.input_total + usage.output_total == total
            assert hidden is not None or row["provider"] == "gemini"
        elif row["api"] == "messages":
            usage = anthropic_usage(raw)
            assert usage.output_total == raw["output_tokens"]
            assert usage.input == raw["input_tokens"]
        elif row["api"] == "generate":
            usage = gemini_usage(raw)
            assert usage.input_total + usage.output_total == raw["totalTokenCount"]
        else:
            continue
        assert not usage.clamped
