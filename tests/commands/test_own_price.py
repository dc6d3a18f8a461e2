"""`keys add --price-in` and `keys price`: what a server of one's own charges."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

import pytest

RECORDING = "openai-chat-1bc05d89"


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    def __call__(self, *words: str, stdin: str = "") -> Done: ...


class Provider(Protocol):
    url: str
    model: str


@pytest.fixture
def server(provider: Callable[[str], Provider]) -> Provider:
    return provider(RECORDING)


def add(tuppence: CommandLine, server: Provider, *words: str) -> Done:
    return tuppence("keys", "add", "--no-key", "--url", server.url, "--where", "vault", *words)


def test_a_price_is_given_with_the_key_and_charged(tuppence: CommandLine, server: Provider) -> None:
    added = add(tuppence, server, "--price-in", "0.5", "--price-out", "1,5")
    assert added.code == 0, added.err
    (key,) = json.loads(tuppence("keys", "list", "--json").out)
    assert key["own_price"]["input_usd_per_million"] == "0.5"
    assert key["own_price"]["output_usd_per_million"] == "1.5"
    assert key["own_price"]["cached_input_usd_per_million"] is None
    asked = tuppence("ask", "--json", "-m", server.model, "Where is Paris?")
    assert asked.code == 0, asked.err
    usage = tuppence("usage", "--items", "--json")
    assert "your own price" in usage.out


def test_a_price_is_told_changed_and_forgotten(tuppence: CommandLine, server: Provider) -> None:
    assert add(tuppence, server).code == 0
    assert "no price of your own" in tuppence("keys", "price", "custom").out
    changed = tuppence(
        "keys", "price", "custom", "--price-in", "1", "--price-out", "2", "--price-cached", ".1"
    )
    assert "$1 in, $2 out, $0.1 cached per million tokens" in changed.out
    assert "$2 out" in tuppence("keys", "price", "custom").out
    assert tuppence("keys", "price", "custom", "--unknown").code == 0
    assert "no price of your own" in tuppence("keys", "price", "custom").out


@pytest.mark.parametrize("figure", ["-1", "NaN", "1,500", "cheap"])
def test_what_is_no_price_is_refused_and_nothing_is_kept(
    tuppence: CommandLine, server: Provider, figure: str
) -> None:
    added = add(tuppence, server, f"--price-in={figure}", "--price-out", "1")
    assert added.code == 1
    assert figure in added.err
    assert json.loads(tuppence("keys", "list", "--json").out) == []
