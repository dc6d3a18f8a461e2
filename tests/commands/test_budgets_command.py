"""`budgets` and what `ask` does where one stops it, in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

import pytest

RECORDING = "openai-chat-1bc05d89"
KEY = "sk-test-0123456789abcdefghijklmnop"


class Done(Protocol):
    code: int
    out: str
    err: str


class Provider(Protocol):
    url: str
    model: str
    requests: list[dict[str, object]]


CommandLine = Callable[..., Done]
Serve = Callable[[str], Provider]


def listed(tuppence: CommandLine) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(tuppence("budgets", "list", "--json").out)
    return found


def test_a_budget_is_set_listed_changed_and_removed(tuppence: CommandLine) -> None:
    assert "No budget is set" in tuppence("budgets").err
    assert tuppence("budgets", "set", "month", "10").code == 0
    assert tuppence("budgets", "set", "month", "$12.50", "--soft").code == 0
    [budget] = listed(tuppence)
    assert (budget["limit_usd"], budget["hard"], budget["spent_usd"]) == ("12.5", False, "0")
    shown = tuppence("budgets").out
    assert "everything, per month" in shown
    assert "$12.50" in shown
    assert tuppence("budgets", "remove", str(budget["id"])[:6]).code == 0
    assert listed(tuppence) == []


def test_what_is_no_sum_or_no_budget_is_said_in_words(tuppence: CommandLine) -> None:
    done = tuppence("budgets", "set", "day", "ten")
    assert (done.code, done.err.startswith("tuppence: This is not a sum of money.")) == (1, True)
    assert tuppence("budgets", "remove", "nothing").code == 1
    assert tuppence("budgets", "set", "year", "10").code == 2
    assert tuppence("budgets", "set", "key", "10").code == 1
    done = tuppence("budgets", "set", "assistant", "10", "--for", "Tutor")
    assert (done.code, "There is no assistant “Tutor”" in done.err) == (1, True)


@pytest.fixture
def openai(tuppence: CommandLine, provider: Serve) -> Provider:
    """OpenAI's recording behind a kept key, so that its prices hold."""
    loopback = provider(RECORDING)
    words = ("keys", "add", "--provider", "openai", "--url", loopback.url, "--where", "vault")
    done = tuppence(*words, stdin=f"{KEY}\n")
    assert done.code == 0, done.err
    return loopback


def test_ask_ends_with_its_own_code_where_a_budget_stops_it(
    tuppence: CommandLine, openai: Provider
) -> None:
    assert tuppence("budgets", "set", "key", "0.0001", "--for", "openai", "--per", "day").code == 0
    done = tuppence("ask", "-m", openai.model, "Hello")
    assert (done.code, done.out) == (3, "")
    assert "your daily budget for this key of $0.0001" in done.err
    assert openai.requests == []
    assert tuppence("budgets", "set", "key", "5", "--for", "openai", "--per", "day").code == 0
    assert tuppence("ask", "-m", openai.model, "Hello").code == 0
    [budget] = listed(tuppence)
    assert (budget["limit_usd"], budget["held_usd"]) == ("5", "0")
    assert Decimal(str(budget["spent_usd"])) > 0


def test_ask_wants_a_yes_where_no_price_is_known_under_a_budget(
    tuppence: CommandLine, openai: Provider
) -> None:
    key = json.loads(tuppence("keys", "list", "--json").out)[0]["id"]
    ref = f"{key}/a-model-nobody-priced"
    assert tuppence("budgets", "set", "month", "5").code == 0
    done = tuppence("ask", "-m", ref, "Hello")
    assert (done.code, done.out) == (3, "")
    assert "tuppence ask --yes" in done.err
    assert openai.requests == []
    assert tuppence("ask", "--yes", "-m", ref, "Hello").code == 0
    assert len(openai.requests) == 1
