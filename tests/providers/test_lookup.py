"""A call's record at its provider: what it says, and that everything else says nothing."""

from __future__ import annotations

import json

import httpx2
import pytest

from app.metering.usage import Usage
from app.providers.hosts import HOSTS
from app.providers.http import HttpClient
from app.providers.lookup import has_records, lookup, usage_of_record
from tests.providers.loopback import Answers, refusal

OPENROUTER = HOSTS["openrouter"]
# The fields of the documented example; the figures are ours.
RECORD: dict[str, object] = {
    "id": "gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG",
    "total_cost": 0.0015,
    "upstream_inference_cost": 0.0012,
    "cancelled": True,
    "finish_reason": None,
    "tokens_prompt": 9,
    "tokens_completion": 24,
    "native_tokens_prompt": 10,
    "native_tokens_completion": 25,
    "native_tokens_completion_images": 0,
    "native_tokens_reasoning": 5,
    "native_tokens_cached": 3,
    "is_byok": False,
    "usage": 0.0015,
    "service_tier": "priority",
}


def record(**changes: object) -> bytes:
    return json.dumps({"data": RECORD | changes}).encode()


def answering(*answers: httpx2.Response) -> tuple[HttpClient, Answers]:
    transport = Answers(*answers)
    return HttpClient(transport=transport), transport


async def test_a_record_is_asked_for_by_id_with_the_key() -> None:
    http, transport = answering(httpx2.Response(200, content=record()))
    usage = await lookup(OPENROUTER, "sk-or-1", http, "gen-1/&x")
    (asked,) = transport.requests
    assert str(asked.url) == "https://openrouter.ai/api/v1/generation?id=gen-1%2F%26x"
    assert asked.method == "GET"
    assert asked.headers["authorization"] == "Bearer sk-or-1"
    assert usage == Usage(
        input=7,
        cache_read=3,
        output=20,
        reasoning=5,
        reported_cost_pusd=1_500_000_000,
        service_tier="priority",
    )


def test_with_an_own_key_behind_the_gateway_its_bill_is_added_to_the_fee() -> None:
    usage = usage_of_record(record(is_byok=True, total_cost=0.0001))
    assert usage is not None
    assert usage.reported_cost_pusd == 1_300_000_000


def test_a_free_call_costs_nothing_and_is_told() -> None:
    usage = usage_of_record(record(total_cost=0))
    assert usage is not None
    assert usage.reported_cost_pusd == 0


@pytest.mark.parametrize("name", ["total_cost", "native_tokens_prompt", "native_tokens_completion"])
def test_a_record_that_is_not_filled_in_yet_says_nothing(name: str) -> None:
    assert usage_of_record(record(**{name: None})) is None
    left = {key: value for key, value in RECORD.items() if key != name}
    assert usage_of_record(json.dumps({"data": left}).encode()) is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": 1}', b"<html>", b"\xff", b'{"data": {', b"[" * 100_000]
)
def test_what_is_no_record_says_nothing(body: bytes) -> None:
    assert usage_of_record(body) is None


def test_absurd_figures_are_brought_within_bounds_and_flagged() -> None:
    usage = usage_of_record(record(native_tokens_prompt=-5, native_tokens_reasoning=10**30))
    assert usage is not None
    assert usage.clamped
    assert usage.input_total == 0
    assert usage.output_total == 25


@pytest.mark.parametrize("status", [401, 404, 429, 500, 302])
async def test_a_refusal_says_nothing(status: int) -> None:
    http, _ = answering(refusal(status, {"error": {"message": "no"}}))
    assert await lookup(OPENROUTER, "sk-or-1", http, "gen-1") is None


async def test_an_address_that_cannot_be_reached_says_nothing() -> None:
    class Gone(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("no way")

    http = HttpClient(transport=Gone())
    assert await lookup(OPENROUTER, "sk-or-1", http, "gen-1") is None


async def test_offline_nobody_is_asked() -> None:
    transport = Answers(httpx2.Response(200, content=record()))
    http = HttpClient(transport=transport, offline=True)
    assert await lookup(OPENROUTER, "sk-or-1", http, "gen-1") is None
    assert transport.requests == []


async def test_a_host_without_records_is_not_asked() -> None:
    http, transport = answering(httpx2.Response(200, content=record()))
    assert await lookup(HOSTS["openai"], "sk-1", http, "resp_1") is None
    assert transport.requests == []
    assert [host.id for host in HOSTS.values() if has_records(host)] == ["openrouter"]
