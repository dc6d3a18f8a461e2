"""The providers' usage interfaces over the wire, and keys that are not the kind they want."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from app.errors import KeyRefused, NotTheProvider, ProviderDown
from app.metering.reconciliation_rows import Figures, ReportedUsage
from app.providers.http import HttpClient
from app.providers.usage_reports import (
    SITES,
    OwnKey,
    ReportAsked,
    matching_key,
    recognize_admin_key,
    require_admin_form,
)
from app.providers.usage_reports_figures import count_of, pusd_of
from app.providers.usage_reports_openai import cost_line
from app.providers.usage_reports_openrouter import generation_rows, rest_of
from app.providers.usage_reports_sources import check_admin_key, fetch_report
from tests.fixtures.provider_server import ProviderServer

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "usage_reports"
OPENAI_KEY = "sk-admin-0123456789abcdefghijklmnop"
ANTHROPIC_KEY = "sk-ant-admin01-0123456789abcdefghijklmnop"
OPENROUTER_KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ASKED = ReportAsked(date(2026, 11, 1), date(2026, 11, 30), NOW, (OwnKey("k1", "Aa1b", "secret-1"),))


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.aclose()


@pytest.fixture
def openai(provider_server: ProviderServer) -> ProviderServer:
    provider_server.show("page=page_AAAAAGdGxdEi", golden("openai-usage-2.json"))
    provider_server.show("/organization/usage/completions", golden("openai-usage-1.json"))
    provider_server.show("/organization/costs", golden("openai-costs.json"))
    provider_server.show("/api_keys", golden("openai-keys.json"))
    provider_server.show("/organization/projects", golden("openai-projects.json"))
    return provider_server


@pytest.fixture
def anthropic(provider_server: ProviderServer) -> ProviderServer:
    provider_server.show("/usage_report/messages", golden("anthropic-usage.json"))
    provider_server.show("/cost_report", golden("anthropic-costs.json"))
    provider_server.show("/api_keys", golden("anthropic-keys.json"))
    return provider_server


def costs(rows: tuple[ReportedUsage, ...]) -> int:
    return sum(row.figures.cost_pusd or 0 for row in rows)


async def test_openai_is_asked_for_days_models_keys_and_every_page(
    http: HttpClient, openai: ProviderServer
) -> None:
    report = await fetch_report(http, "openai", OPENAI_KEY, ASKED, openai.url)
    usage, second, *rest = [asked.path for asked in openai.asked]
    assert usage.startswith("/organization/usage/completions?start_time=1793404800&end_time=")
    assert "bucket_width=1d" in usage
    assert "group_by=model&group_by=api_key_id" in usage
    assert "page=page_AAAAAGdGxdEi" in second
    assert "group_by=line_item&group_by=api_key_id" in rest[0]
    assert {asked.headers["authorization"] for asked in openai.asked} == {f"Bearer {OPENAI_KEY}"}
    assert report.facts.keys == {"key_Main1": "k1"}
    assert report.facts.key_names["key_Back2"] == "Backend"
    assert report.facts.keys_known


async def test_openai_tells_tokens_by_model_and_costs_to_the_last_digit(
    http: HttpClient, openai: ProviderServer
) -> None:
    report = await fetch_report(http, "openai", OPENAI_KEY, ASKED, openai.url)
    tokens = [row for row in report.rows if row.figures.read is not None]
    assert tokens[1].figures == Figures(2, 3_000, 1_024, None, 500)
    assert (tokens[1].key, tokens[1].model) == ("key_Main1", "gpt-4o-2024-08-06")
    # 0.004940000000000001 was sent: half a picodollar is the most that is lost.
    day_5 = [row.figures.cost_pusd for row in report.rows if row.part and row.day.day == 5]
    assert day_5[0] == 4_940_000_000
    assert costs(report.rows) == pusd_of("0.02877")
    items = [row.item for row in report.rows if row.item]
    assert items == ["web search tool calls"]


async def test_openai_costs_without_keys_are_asked_for_again_by_line_alone(
    http: HttpClient, openai: ProviderServer
) -> None:
    refusal = json.dumps({"error": {"message": "Invalid group_by", "param": "group_by"}}).encode()
    openai.pages.insert(0, ("line_item&group_by=api_key_id", 400, refusal))
    report = await fetch_report(http, "openai", OPENAI_KEY, ASKED, openai.url)
    assert costs(report.rows) == pusd_of("0.02877")


async def test_names_of_keys_that_cannot_be_read_are_a_note(
    http: HttpClient, openai: ProviderServer
) -> None:
    openai.pages.insert(0, ("/organization/projects", 403, golden("openai-wrong-key.json")))
    report = await fetch_report(http, "openai", OPENAI_KEY, ASKED, openai.url)
    assert not report.facts.keys_known
    assert "names of the keys" in report.facts.notes[0]


async def test_anthropic_is_asked_with_its_own_header_and_version(
    http: HttpClient, anthropic: ProviderServer
) -> None:
    report = await fetch_report(http, "anthropic", ANTHROPIC_KEY, ASKED, anthropic.url)
    first = anthropic.asked[0]
    assert first.headers["x-api-key"] == ANTHROPIC_KEY
    assert first.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in first.headers
    assert "starting_at=2026-10-31T00%3A00%3A00Z" in first.path
    assert "group_by%5B%5D=model&group_by%5B%5D=api_key_id" in first.path
    assert "requests" not in report.facts.told
    assert report.facts.keys == {"apikey_01Main": "k1"}


async def test_anthropic_amounts_are_cents_and_its_input_is_put_together(
    http: HttpClient, anthropic: ProviderServer
) -> None:
    report = await fetch_report(http, "anthropic", ANTHROPIC_KEY, ASKED, anthropic.url)
    tokens = [row for row in report.rows if row.figures.read is not None]
    assert tokens[1].figures == Figures(None, 3_500, 2_000, 500, 300)
    money = [row for row in report.rows if row.figures.cost_pusd is not None]
    assert money[0].figures.cost_pusd == 1_500_000_000  # 0.15 cents
    assert (money[0].part, money[1].part) == ("input", "output")
    assert money[-1].item == "Web Search Usage"


async def test_openrouter_tells_our_keys_by_their_hash_and_the_rest_is_others(
    http: HttpClient, provider_server: ProviderServer
) -> None:
    hash_ = hashlib.sha256(b"secret-1").hexdigest()
    provider_server.show(f"api_key_hash={hash_}", golden("openrouter-activity-own.json"))
    provider_server.show("/activity", golden("openrouter-activity.json"))
    report = await fetch_report(http, "openrouter", OPENROUTER_KEY, ASKED, provider_server.url)
    told = [(row.key_id, row.key, row.day.day, row.figures.cost_pusd) for row in report.rows]
    assert told == [
        ("k1", None, 3, 450_000_000),
        ("k1", None, 4, 900_000_000),
        (None, "", 3, 900_000_000),
    ]
    assert (report.facts.first, report.facts.last) == (date(2026, 10, 31), date(2026, 11, 20))


async def test_openrouter_that_does_not_tell_by_key_is_taken_as_a_whole(
    http: HttpClient, provider_server: ProviderServer
) -> None:
    provider_server.show("/activity", golden("openrouter-activity.json"))
    two = replace(ASKED, keys=(*ASKED.keys, OwnKey("k2", "Bb2c", "secret-2")))
    report = await fetch_report(http, "openrouter", OPENROUTER_KEY, two, provider_server.url)
    assert len(report.rows) == 2
    assert not report.facts.keys_known


async def test_single_generations_are_asked_for_by_their_id(
    http: HttpClient, provider_server: ProviderServer
) -> None:
    missing = json.dumps({"error": {"message": "Generation not found", "code": 404}}).encode()
    provider_server.show("id=gen-1762166000-AAAA", golden("openrouter-generation.json"))
    provider_server.show("/generation", missing, 404)
    rows, lost = await generation_rows(
        http, "secret-1", ["gen-1762166000-AAAA", "gen-lost"], "k1", provider_server.url
    )
    assert rows[0].figures == Figures(1, 1_000, 0, None, 500, 450_000_000)
    assert (rows[0].request_id, rows[0].key_id) == ("gen-1762166000-AAAA", "k1")
    assert lost == ["gen-lost"]


WRONG_KIND = [
    ("openai", OPENAI_KEY, "openai-wrong-key.json", 403),
    ("anthropic", ANTHROPIC_KEY, "anthropic-wrong-key.json", 401),
    ("openrouter", OPENROUTER_KEY, "openrouter-wrong-key.json", 403),
]


@pytest.mark.parametrize(("provider", "key", "answer", "status"), WRONG_KIND)
async def test_a_refused_key_says_which_kind_is_needed_and_where_to_make_one(
    http: HttpClient, provider_server: ProviderServer,
    provider: str, key: str, answer: str, status: int,
) -> None:  # fmt: skip
    provider_server.show("/", golden(answer), status)
    with pytest.raises(KeyRefused) as refused:
        await fetch_report(http, provider, key, ASKED, provider_server.url)
    assert SITES[provider].key_name in refused.value.message
    assert SITES[provider].key_page in refused.value.advice
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    ("provider", "key", "words"),
    [
        ("openai", "sk-proj-0123456789abcdef", "another kind of key, the admin key"),
        ("anthropic", "sk-ant-api03-0123456789abcdef", "another kind of key, the admin key"),
        ("openai", ANTHROPIC_KEY, "a key of Anthropic, not of OpenAI"),
        ("openrouter", OPENAI_KEY, "a key of OpenAI, not of OpenRouter"),
        ("openai", "", "There is no admin key yet"),
        ("openrouter", "hello", "no management key of OpenRouter"),
    ],
)
async def test_a_key_of_the_wrong_form_is_never_sent(
    http: HttpClient, provider_server: ProviderServer, provider: str, key: str, words: str
) -> None:
    with pytest.raises(KeyRefused, match=words) as refused:
        await fetch_report(http, provider, key, ASKED, provider_server.url)
    assert SITES[provider].key_page in refused.value.advice
    assert provider_server.asked == []


@pytest.mark.parametrize("provider", list(SITES))
async def test_a_key_is_checked_with_one_small_question(
    http: HttpClient, provider_server: ProviderServer, provider: str
) -> None:
    provider_server.show("/", b'{"data": [], "has_more": false}')
    key = {"openai": OPENAI_KEY, "anthropic": ANTHROPIC_KEY, "openrouter": OPENROUTER_KEY}[provider]
    await check_admin_key(http, provider, key, NOW, provider_server.url)
    assert len(provider_server.asked) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>sign in</html>", NotTheProvider),
        (b"[1, 2]", NotTheProvider),
        (b'{"object": "list"}', NotTheProvider),
        (b'{"data": [{"start_time": "soon", "results": [{}]}]}', NotTheProvider),
        (b'{"data": [{"start_time": 1793664000, "results": [{"output_tokens": 1}]}]}',
         NotTheProvider),
        ((b'{"data": [{"start_time": 1793664000, "results": [{"input_tokens": -1,'
         b' "output_tokens": 1}]}]}'), NotTheProvider),
        (b'{"data": [], "has_more": true, "next_page": "same"}', NotTheProvider),
    ],
)  # fmt: skip
async def test_what_is_no_report_is_said_to_be_none(
    http: HttpClient, provider_server: ProviderServer, body: bytes, error: type[Exception]
) -> None:
    provider_server.show("/", body)
    with pytest.raises(error):
        await fetch_report(http, "openai", OPENAI_KEY, ASKED, provider_server.url)


async def test_costs_in_another_currency_are_not_taken_for_dollars(
    http: HttpClient, openai: ProviderServer
) -> None:
    text = golden("openai-costs.json").replace(b'"usd"', b'"eur"')
    openai.pages.insert(0, ("/organization/costs", 200, text))
    with pytest.raises(NotTheProvider, match="costs in eur"):
        await fetch_report(http, "openai", OPENAI_KEY, ASKED, openai.url)


async def test_a_redirect_takes_no_key_along(
    http: HttpClient, provider_server: ProviderServer
) -> None:
    provider_server.show("/", b"{}", 307)
    with pytest.raises(NotTheProvider, match="no key left"):
        await fetch_report(http, "anthropic", ANTHROPIC_KEY, ASKED, provider_server.url)
    assert len(provider_server.asked) == 1


async def test_a_provider_that_is_down_is_said_to_be(
    http: HttpClient, provider_server: ProviderServer
) -> None:
    provider_server.show("/", b'{"error": {"message": "overloaded"}}', 503)
    with pytest.raises(ProviderDown):
        await fetch_report(http, "anthropic", ANTHROPIC_KEY, ASKED, provider_server.url)


def test_line_items_say_their_model_and_part() -> None:
    forms = {
        "gpt-4o-2024-08-06, cached input": ("gpt-4o-2024-08-06", "cache_read", ""),
        "gpt-image-1 image, output": ("gpt-image-1", "output", ""),
        "priority | gpt-5.6, output, long context": ("gpt-5.6", "output", ""),
        "whisper-1, audio": ("whisper-1", "", ""),
        "web search tool calls": (None, "", "web search tool calls"),
    }
    for words, expected in forms.items():
        line = cost_line(words)
        assert (line.model, line.part, line.item) == expected


def test_what_is_more_than_all_of_it_was_not_told_by_key() -> None:
    row = ReportedUsage(date(2026, 11, 3), None, "m", Figures(1, 10, None, None, 5, 7))
    assert rest_of([row], [row, row]) is None
    assert rest_of([row], [row]) == [row]


@pytest.mark.parametrize(
    ("hint", "found"),
    [("sk-...Aa1b", "k1"), ("sk-proj-****a1b", "k1"), ("sk-...Zz9y", None), ("sk-...1b", None),
     ("Aa1b", None)],
)  # fmt: skip
def test_a_key_is_known_by_its_end_alone_where_enough_of_it_is_shown(
    hint: str, found: str | None
) -> None:
    assert matching_key(hint, ASKED.keys) == found


def test_two_keys_that_end_alike_are_not_told_apart() -> None:
    assert matching_key("sk-...Aa1b", (*ASKED.keys, OwnKey("k2", "Aa1b"))) is None


def test_admin_keys_are_known_by_their_form() -> None:
    assert recognize_admin_key(OPENAI_KEY) == "openai"
    assert recognize_admin_key(ANTHROPIC_KEY) == "anthropic"
    assert recognize_admin_key("sk-proj-abc") is None
    require_admin_form(SITES["openrouter"], OPENROUTER_KEY)


@pytest.mark.parametrize("value", [True, 0.1, "many", Decimal("NaN"), Decimal("1e999999999"), None])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        pusd_of(value)


@pytest.mark.parametrize("value", [True, -1, 0.5, "7", Decimal("1.5"), Decimal("1e99"), 10**16])
def test_what_is_no_count_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a count"):
        count_of(value)
