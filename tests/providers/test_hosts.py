"""The table of hosts: keys told by their form, languages by model, prices by their book."""

from __future__ import annotations

import pytest

from app.catalog.pricebook import load_price_book
from app.config import resources_folder
from app.providers.hosts import HOSTS, custom_host, host_of_url, recognize_key
from app.providers.languages import Language


@pytest.mark.parametrize(
    ("secret", "host"),
    [
        ("sk-proj-" + "a" * 40, "openai"),
        ("sk-" + "a" * 20 + "T3BlbkFJ" + "b" * 20, "openai"),
        ("sk-ant-api03-" + "a" * 80, "anthropic"),
        ("sk-or-v1-" + "a" * 64, "openrouter"),
        ("AIza" + "a" * 35, "gemini"),
        ("gsk_" + "a" * 52, "groq"),
        ("xai-" + "a" * 80, "xai"),
        (" sk-ant-abc \n", "anthropic"),
        ("0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp", "zai"),
        ("sk-" + "a" * 32, None),  # several hosts give such keys
        ("hello", None),
    ],
)
def test_a_key_is_recognized_from_its_form(secret: str, host: str | None) -> None:
    found = recognize_key(secret)
    assert (found.id if found else None) == host


def test_which_language_a_model_is_asked_in_is_data() -> None:
    assert HOSTS["openai"].language_of("gpt-4o") is Language.OPENAI_CHAT
    assert HOSTS["openai"].language_of("gpt-5.2") is Language.OPENAI_RESPONSES
    assert HOSTS["openrouter"].language_of("openai/gpt-5.2") is Language.OPENAI_CHAT


def test_every_host_with_a_key_is_encrypted_and_says_where_keys_are_made() -> None:
    for host in HOSTS.values():
        assert host.base_url.startswith("http://localhost:" if host.local else "https://")
        assert not host.base_url.endswith("/")
        assert host.local or host.key_page.startswith("https://")
        assert host.needs_key is not host.local


def test_prices_are_in_the_book_under_the_hosts_name() -> None:
    known = set(load_price_book(resources_folder() / "prices").providers())
    missing = {h.id for h in HOSTS.values() if not h.local and h.price_provider not in known}
    assert missing == {"crusoe"}  # no public price list


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.mistral.ai/v1/chat/completions#stream", "mistral"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions", "qwen"),
        ("https://evil.example/api.openai.com/v1", None),
        ("https://api.openai.com.evil.example/v1", None),
    ],
)
def test_an_address_is_told_by_its_place_alone(url: str, host: str | None) -> None:
    found = host_of_url(url)
    assert (found.id if found else None) == host


def test_a_host_of_ones_own_needs_no_key() -> None:
    assert custom_host("http://192.168.1.5:8000/v1", "Lab").needs_key is False
