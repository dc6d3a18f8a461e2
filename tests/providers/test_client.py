"""A provider as its callers see it: retries, refusals that teach, keys, lists, counters."""

from __future__ import annotations

import httpx2
import pytest

from app.errors import (
    ContextTooLong,
    KeyRefused,
    ModelUnknown,
    NotTheProvider,
    ProviderDown,
    RateLimited,
    RequestRejected,
)
from app.providers.client import Provider
from app.providers.events import (
    Begun,
    Finished,
    Outcome,
    Paused,
    Resumed,
    StreamEvent,
    TextArrived,
)
from app.providers.hosts import HOSTS, custom_host
from app.providers.http import HttpClient
from app.providers.listing import ListedModel
from app.request import ChatRequest, RequestMessage, Role, TextPart
from tests.providers.loopback import Answers, ask, provider_at, refusal, stream_of
from tests.providers.recordings import recordings

URL = "https://api.openai.com/v1"
GOOD = (
    'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    "data: [DONE]\n\n"
)
HALF = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'


def _provider(transport: Answers, host: str = "openai") -> Provider:
    return provider_at(HOSTS[host].base_url, HttpClient(transport=transport), HOSTS[host])


async def _all(provider: Provider, request: ChatRequest | None = None) -> list[StreamEvent]:
    return [event async for event in provider.stream(request or ask())]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
async def test_a_limit_or_fault_is_asked_again_while_nothing_came(status: int) -> None:
    transport = Answers(refusal(status, {"error": {"message": "later"}}), stream_of(GOOD))
    events = await _all(_provider(transport))
    assert [type(event) for event in events[:2]] == [Paused, Resumed]
    assert events[2] == TextArrived("Hi")
    assert len(transport.requests) == 2


async def test_a_host_with_records_tells_its_own_id_before_the_first_token() -> None:
    role = 'data: {"id":"gen-1","model":"m","choices":[{"index":0,"delta":{"role":"x"}}]}\n\n'
    events = await _all(_provider(Answers(stream_of(role + HALF)), "openrouter"))
    assert events[:2] == [Begun("gen-1"), TextArrived("Hi")]
    assert sum(isinstance(event, Begun) for event in events) == 1


async def test_a_host_without_records_tells_no_id_of_its_own() -> None:
    role = 'data: {"id":"chatcmpl-1","model":"m","choices":[]}\n\n'
    events = await _all(_provider(Answers(stream_of(role + HALF))))
    assert events[0] == TextArrived("Hi")


@pytest.mark.parametrize("status", [408, 504])
async def test_a_gateways_timeout_may_have_been_billed_and_is_not_asked_again(status: int) -> None:
    transport = Answers(refusal(status, {"error": {"message": "timeout"}}))
    with pytest.raises(ProviderDown):
        await _all(_provider(transport))
    assert len(transport.requests) == 1


async def test_after_three_times_the_fault_is_told_with_the_wait() -> None:
    slow = {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}
    transport = Answers(*(refusal(429, slow, **{"retry-after": "2"}) for _ in range(3)))
    with pytest.raises(RateLimited) as raised:
        await _all(_provider(transport))
    assert raised.value.wait_s == 2
    assert len(transport.requests) == 3


async def test_a_long_wait_is_told_at_once() -> None:
    transport = Answers(refusal(429, {"error": {"message": "slow"}}, **{"retry-after": "600"}))
    with pytest.raises(RateLimited) as raised:
        await _all(_provider(transport))
    assert raised.value.wait_s == 600


async def test_nothing_is_sent_again_after_the_first_token() -> None:
    transport = Answers(stream_of(HALF))
    events = await _all(_provider(transport))
    assert events[-1].outcome is Outcome.BROKEN
    assert len(transport.requests) == 1


async def test_a_refused_parameter_is_renamed_once() -> None:
    words = "Unsupported parameter: 'max_completion_tokens' is not supported with this model."
    error = {"message": words, "param": "max_completion_tokens", "code": "unsupported_parameter"}
    transport = Answers(refusal(400, {"error": error}), stream_of(GOOD))
    await _all(_provider(transport))
    assert transport.body(0)["max_completion_tokens"] == 100
    assert transport.body(1)["max_tokens"] == 100
    assert "max_completion_tokens" not in transport.body(1)


async def test_a_refused_temperature_is_dropped_and_the_cap_stays() -> None:
    words = "Unsupported value: 'temperature' does not support 0.2 with this model."
    error = {"message": words, "param": "temperature", "code": "unsupported_value"}
    transport = Answers(refusal(400, {"error": error}), stream_of(GOOD))
    await _all(_provider(transport), ask(temperature=0.2))
    assert "temperature" not in transport.body(1)
    assert transport.body(1)["max_completion_tokens"] == 100


async def test_the_recorded_refusal_of_the_developer_role_teaches_system() -> None:
    recorded = next(r for r in recordings("errors") if "15870cdd" in r.path.name)
    body = httpx2.Response(400, content=recorded.body.encode())
    transport = Answers(body, stream_of("data: [DONE]\n\n"))
    request = ask(model="o1")
    system = RequestMessage(Role.SYSTEM, (TextPart("Be brief."),))
    await _all(_provider(transport), ChatRequest("o1", (system, *request.messages), 100))
    roles = [[m["role"] for m in transport.body(place)["messages"]] for place in (0, 1)]
    assert roles == [["developer", "user"], ["system", "user"]]


async def test_a_value_out_of_range_teaches_nothing() -> None:
    recorded = next(r for r in recordings("errors") if "03c8abed" in r.path.name)
    transport = Answers(httpx2.Response(400, content=recorded.body.encode()))
    with pytest.raises(RequestRejected) as raised:
        await _all(_provider(transport), ask(temperature=-1.0))
    assert raised.value.parameter == "temperature"


async def test_a_whole_answer_instead_of_a_stream_is_taken() -> None:
    choice = '{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}'
    body = f'{{"id":"1","model":"m","choices":[{choice}]}}'
    events = await _all(_provider(Answers(stream_of(body, "application/json"))))
    assert events == [TextArrived("Hi"), Finished(Outcome.COMPLETE, "m", "1")]


async def test_an_error_inside_a_200_is_a_fault() -> None:
    body = '{"error":{"message":"This model is overloaded","code":503}}'
    transport = Answers(*(stream_of(body, "application/json") for _ in range(3)))
    with pytest.raises(ProviderDown, match="overloaded"):
        await _all(_provider(transport, "openrouter"))


@pytest.mark.parametrize("body", ["7", '"text"', "null", "[1,2]", "{broken"])
async def test_json_that_is_no_answer_is_told(body: str) -> None:
    with pytest.raises(NotTheProvider):
        await _all(_provider(Answers(stream_of(body, "application/json"))))
    with pytest.raises(NotTheProvider):
        await _provider(Answers(stream_of(body, "application/json"))).check_key()


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (
            401,
            {
                "message": "Incorrect API key provided: sk-proj-0123456789abcdefgh",
                "code": "invalid_api_key",
            },
            KeyRefused,
        ),
        (404, {"message": "The model `x` does not exist", "code": "model_not_found"}, ModelUnknown),
        (400, {"message": "too long", "code": "context_length_exceeded"}, ContextTooLong),
    ],
)
async def test_what_is_wrong_is_told_apart(status: int, error: dict, kind: type) -> None:
    transport = Answers(refusal(status, {"error": error}))
    with pytest.raises(kind) as raised:
        await _all(_provider(transport))
    assert "0123456789abcdefgh" not in str(raised.value)
    assert len(transport.requests) == 1


async def test_no_key_is_told_without_asking() -> None:
    transport = Answers()
    provider = provider_at(URL, HttpClient(transport=transport), secret="  ")
    with pytest.raises(KeyRefused, match="no key"):
        await provider.check_key()


async def test_a_key_check_lists_the_models_that_can_chat() -> None:
    listed = {"data": [{"id": "gpt-4o"}, {"id": "text-embedding-3-small"}, {"id": "whisper-1"}]}
    check = await _provider(Answers(httpx2.Response(200, json=listed))).check_key()
    assert check.models == (ListedModel("gpt-4o", "gpt-4o"),)


async def test_openrouters_key_is_asked_where_a_key_is_needed() -> None:
    models = {"data": [{"id": "a/b", "name": "B", "context_length": 1000}]}
    transport = Answers(httpx2.Response(200, json={"data": {}}), httpx2.Response(200, json=models))
    check = await _provider(transport, "openrouter").check_key()
    assert [request.url.path for request in transport.requests] == ["/api/v1/key", "/api/v1/models"]
    assert check.models == (ListedModel("a/b", "B", 1000),)


async def test_geminis_models_lose_their_prefix() -> None:
    listed = {
        "models": [
            {
                "name": "models/gemini-3-pro",
                "displayName": "Gemini 3 Pro",
                "inputTokenLimit": 10,
                "supportedGenerationMethods": ["generateContent"],
            },
            {"name": "models/other", "supportedGenerationMethods": ["predict"]},
        ]
    }
    models = await _provider(Answers(httpx2.Response(200, json=listed)), "gemini").list_models()
    assert models == (ListedModel("gemini-3-pro", "Gemini 3 Pro", 10),)


@pytest.mark.parametrize(
    ("host", "path", "answer"),
    [
        ("openai", "/v1/responses/input_tokens", {"input_tokens": 42}),
        ("anthropic", "/v1/messages/count_tokens", {"input_tokens": 42}),
        ("gemini", "/v1beta/models/gpt-4o:countTokens", {"totalTokens": 42}),
    ],
)
async def test_the_free_counters_are_asked(host: str, path: str, answer: dict) -> None:
    transport = Answers(httpx2.Response(200, json=answer))
    assert await _provider(transport, host).count_input(ask()) == 42
    assert transport.requests[0].url.path == path
    assert "max_tokens" not in transport.body(0)


async def test_a_host_without_a_counter_is_not_asked() -> None:
    assert await _provider(Answers(), "groq").count_input(ask()) is None


async def test_each_host_gets_the_key_in_its_own_header() -> None:
    for host, header in (
        ("openai", "authorization"),
        ("anthropic", "x-api-key"),
        ("gemini", "x-goog-api-key"),
    ):
        transport = Answers(httpx2.Response(200, json={"data": []}))
        await _provider(transport, host).list_models()
        assert header in transport.requests[0].headers


async def test_every_recording_arrives_through_the_whole_client() -> None:
    from app.providers.languages import Language
    from tests.providers.recordings import decode, joined

    hosts = {Language.ANTHROPIC: "anthropic", Language.GEMINI: "gemini"}
    for recorded in recordings("streams")[::3]:
        name = hosts.get(recorded.language, "openai")
        model = "gpt-5" if recorded.language is Language.OPENAI_RESPONSES else "gpt-4o"
        provider = _provider(Answers(stream_of(recorded.body)), name)
        events = await _all(provider, ask(model=model))
        whole = decode(recorded.language, recorded.body.encode())
        # The cap of this request is another, so figures may be clamped: words are compared.
        texts = [e for e in joined(events) if isinstance(e, TextArrived)]
        assert texts == [e for e in joined(whole) if isinstance(e, TextArrived)]


def test_an_address_of_ones_own_is_cleaned() -> None:
    host = custom_host(" llm.example.com/v1/chat/completions/ ", "")
    assert (host.base_url, host.name) == ("https://llm.example.com/v1", "llm.example.com")
