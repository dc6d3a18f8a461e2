"""`models`, `usage`, `chats`, `export` and `keys`: what they print and what they refuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

KEY = "sk-test-0123456789abcdefghijklmnop"
RECORDING = "openai-chat-1bc05d89"


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "", cwd: Path | None = None) -> Done: ...


class Provider(Protocol):
    url: str
    model: str
    status: int


Serve = Callable[[str], Provider]


@pytest.fixture
def openai(tuppence: CommandLine, provider: Serve) -> Provider:
    loopback = provider(RECORDING)
    words = ("keys", "add", "--provider", "openai", "--url", loopback.url, "--where", "vault")
    assert tuppence(*words, stdin=f"{KEY}\n").code == 0
    return loopback


@pytest.fixture
def asked(tuppence: CommandLine, openai: Provider) -> dict[str, str]:
    """One answered question; the answer as `ask --json` gave it."""
    done = tuppence("ask", "--json", "-m", openai.model, "Where is Paris?")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert isinstance(answer, dict)
    return answer


def test_the_models_of_a_key_are_listed_with_prices(
    tuppence: CommandLine, openai: Provider
) -> None:
    done = tuppence("models", "--json")
    (row,) = [row for row in json.loads(done.out) if row["id"] == openai.model]
    assert row["payer"] == "your OpenAI key"
    assert (row["input_usd_per_million"], row["output_usd_per_million"]) == ("2.5", "10")
    table = tuppence("models").out
    assert openai.model in table
    assert "2.5" in table


def test_without_a_key_the_way_to_models_is_said(tuppence: CommandLine) -> None:
    done = tuppence("models")
    assert done.code == 0
    assert "tuppence keys add" in done.err
    assert json.loads(tuppence("models", "--json").out) == []


def test_the_usage_of_a_month_adds_up_to_the_receipts(
    tuppence: CommandLine, asked: dict[str, str]
) -> None:
    rows = list(csv.DictReader(io.StringIO(tuppence("usage", "--csv").out)))
    assert [Decimal(row["cost_usd"]) for row in rows] == [Decimal(asked["cost_usd"])]
    assert rows[0]["model"] == "gpt-4o"
    assert rows[0]["certainty"] == "exact"
    summary = tuppence("usage").out
    assert "1 message," in summary
    assert "OpenAI …mnop" in summary


def test_the_usage_of_another_month_is_empty(tuppence: CommandLine, asked: dict[str, str]) -> None:
    done = tuppence("usage", "--csv", "--month", "2019-02")
    assert done.code == 0
    assert len(done.out.splitlines()) == 1
    assert "February 2019 (UTC): $0, 0 messages" in tuppence("usage", "--month", "2019-02").out


def test_chats_are_listed_with_their_cost(tuppence: CommandLine, asked: dict[str, str]) -> None:
    (chat,) = json.loads(tuppence("chats", "list", "--json").out)
    assert (chat["id"], chat["title"]) == (asked["chat"], "Where is Paris?")
    assert Decimal(chat["cost_usd"]) == Decimal(asked["cost_usd"])
    assert "Where is Paris?" in tuppence("chats", "list").out


def test_any_text_can_be_searched_for(tuppence: CommandLine, asked: dict[str, str]) -> None:
    assert "Where is Paris?" in tuppence("chats", "search", "Paris").out
    for text in ('"', "AND (", "pär*"):
        done = tuppence("chats", "search", text)
        assert (done.code, done.out) == (0, ""), done.err


def test_what_is_not_found_is_said_so(tuppence: CommandLine) -> None:
    done = tuppence("chats", "search", "unicorn")
    assert (done.code, done.out, done.err) == (0, "", "Nothing was found.\n")


def test_a_chat_is_exported_as_markdown_with_its_cost(
    tuppence: CommandLine, asked: dict[str, str]
) -> None:
    done = tuppence("export", asked["chat"][:12])
    assert done.code == 0
    assert done.out.startswith("# Where is Paris?")
    assert asked["text"] in done.out
    assert "your OpenAI key" in done.out


def test_a_chat_is_exported_as_json_with_its_receipt(
    tuppence: CommandLine, asked: dict[str, str], tmp_path: Path
) -> None:
    done = tuppence("export", "paris", "--form", "json", "-o", "out.json", cwd=tmp_path)
    assert done.code == 0, done.err
    chat = json.loads((tmp_path / "out.json").read_text())
    assert chat["total_usd"] == asked["cost_usd"]
    assert chat["messages"][-1]["receipt"] is not None


def test_an_export_into_nowhere_is_one_line(
    tuppence: CommandLine, asked: dict[str, str], tmp_path: Path
) -> None:
    for target in (str(tmp_path), str(tmp_path / "no" / "such" / "folder.md")):
        done = tuppence("export", "paris", "-o", target)
        assert (done.code, done.err.count("\n")) == (1, 1)


def test_keys_are_listed_without_the_key(tuppence: CommandLine, openai: Provider) -> None:
    (key,) = json.loads(tuppence("keys", "list", "--json").out)
    assert (key["provider"], key["ends_in"], key["where"]) == ("openai", "mnop", "vault")
    for words in (("keys", "list"), ("keys", "list", "--json")):
        done = tuppence(*words)
        assert KEY not in done.out + done.err


def test_a_key_is_checked_with_its_provider(tuppence: CommandLine, openai: Provider) -> None:
    works = tuppence("keys", "check")
    assert works.code == 0, works.err
    assert "works, 1 model" in works.out
    openai.status = 401
    refused = tuppence("keys", "check", "mnop")
    assert refused.code == 1
    assert "works" not in refused.out


def test_a_refused_key_is_not_kept(tuppence: CommandLine, provider: Serve) -> None:
    loopback = provider(RECORDING)
    loopback.status = 401
    words = ("keys", "add", "--provider", "openai", "--url", loopback.url, "--where", "vault")
    done = tuppence(*words, stdin=f"{KEY}\n")
    assert (done.code, done.out) == (1, "")
    assert json.loads(tuppence("keys", "list", "--json").out) == []


def test_a_removed_key_is_gone_from_the_vault(tuppence: CommandLine, openai: Provider) -> None:
    done = tuppence("keys", "remove", "openai")
    assert done.code == 0, done.err
    assert json.loads(tuppence("keys", "list", "--json").out) == []
    assert json.loads((tuppence.home / "vault.json").read_text())["entries"] == {}


def test_without_a_keyring_the_choice_is_the_users(tuppence: CommandLine, provider: Serve) -> None:
    loopback = provider(RECORDING)
    words = ("keys", "add", "--provider", "openai", "--url", loopback.url)
    done = tuppence(*words, stdin=f"{KEY}\n")
    assert (done.code, done.out) == (1, "")
    assert "--where vault" in done.err
    assert not (tuppence.home / "vault.json").exists()


def test_a_key_for_a_session_makes_no_sense_for_one_command(tuppence: CommandLine) -> None:
    done = tuppence("keys", "add", "--where", "session", stdin=f"{KEY}\n")
    assert done.code == 1
    assert "gone when this command ends" in done.err


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        ("", "There is no key yet"),
        ("not a key\n", "space or a line break"),
        ("äöü\n", "no key has"),
    ],
)
def test_what_is_no_key_is_refused_with_the_reason(
    tuppence: CommandLine, stdin: str, words: str
) -> None:
    done = tuppence("keys", "add", "--provider", "openai", "--where", "vault", stdin=stdin)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
