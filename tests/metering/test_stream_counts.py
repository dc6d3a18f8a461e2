"""The same measure on recorded streams, whose requests no weight was fitted to."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from app.metering.tokens import TokenCounter
from tests.metering.wire_requests import billed_input, read_request

ROOT = Path(__file__).resolve().parents[2]
STREAMS = sorted((ROOT / "tests" / "golden" / "streams").glob("*.json"))
COUNTER = TokenCounter(ROOT / "resources" / "tokenizers")


def as_row(path: Path) -> dict[str, Any] | None:
    """The request with the usage that its stream ended with; None where it named none."""
    recorded = json.loads(path.read_text("utf-8"))
    request = recorded["request"]
    provider, api = path.name.split("-")[:2]
    row: dict[str, Any] = {
        "provider": provider,
        "api": api,
        "request": json.loads(request) if isinstance(request, str) else request,
        "usage": {},
    }
    for line in recorded["body"].splitlines():
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            _read_event(row, json.loads(line[5:]))
    return row if row["usage"] and row["request"] else None


def _read_event(row: dict[str, Any], event: dict[str, Any]) -> None:
    for place in (event, event.get("response") or {}, event.get("message") or {}):
        row["usage"] |= place.get("usage") or place.get("usageMetadata") or {}
        model = place.get("model") or place.get("modelVersion")
        row["response_model"] = row.get("response_model") or model


def off(provider: str, api: str, *, tools: bool) -> list[float]:
    found = []
    for path in STREAMS:
        if not path.name.startswith(f"{provider}-{api}-"):
            continue
        row = as_row(path)
        if row is None or bool(row["request"].get("tools")) is not tools:
            continue
        request, hints = read_request(row)
        ours = COUNTER.count(
            request, provider=provider, model=request.model, language=api, hints=hints
        )
        billed = billed_input(row)
        found.append(abs(ours.tokens - billed) / billed)
    return found


@pytest.mark.parametrize(
    ("provider", "api", "tools", "bound_permille"),
    [
        ("openai", "chat", False, 1),
        ("openai", "chat", True, 5),
        ("openai", "responses", False, 1),
        ("openai", "responses", True, 60),
        ("anthropic", "messages", False, 10),
        ("anthropic", "messages", True, 100),
        ("gemini", "generate", True, 70),
    ],
)
def test_streams_are_counted_as_closely_as_the_requests_that_were_fitted(
    provider: str, api: str, tools: bool, bound_permille: int
) -> None:
    assert median(off(provider, api, tools=tools)) * 1000 <= bound_permille
