"""`ask` against real recorded traffic from a server on loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
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

    def __call__(self, *words: str, stdin: str = "") -> Done: ...
    def begin(self, *words: str) -> subprocess.Popen[str]: ...
    def argv(self, *words: str) -> list[str]: ...


class Provider(Protocol):
    url: str
    model: str
    status: int
    recording: dict[str, str]
    requests: list[dict[str, object]]
    goes_on: threading.Event
    half_sent: threading.Event
    hung_up: threading.Event


Serve = Callable[[str], Provider]


def _chunks(provider: Provider) -> list[dict[str, object]]:
    lines = str(provider.recording["body"]).split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def _answer(provider: Provider) -> str:
    chunks = [chunk for chunk in _chunks(provider) if chunk["choices"]]
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)


def _usage(provider: Provider) -> tuple[int, int]:
    usage = next(chunk["usage"] for chunk in _chunks(provider) if chunk.get("usage"))
    return usage["prompt_tokens"], usage["completion_tokens"]


@pytest.fixture
def openai(tuppence: CommandLine, provider: Serve) -> Provider:
    """OpenAI's recording behind OpenAI's key, kept in the vault; so OpenAI's prices hold."""
    loopback = provider(RECORDING)
    words = ("keys", "add", "--provider", "openai", "--url", loopback.url, "--where", "vault")
    done = tuppence(*words, stdin=f"{KEY}\n")
    assert done.code == 0, done.err
    return loopback


def test_the_answer_is_on_standard_output_and_the_cost_on_standard_error(
    tuppence: CommandLine, openai: Provider
) -> None:
    done = tuppence("ask", "-m", openai.model, "What is the capital of France?")
    assert (done.code, done.out) == (0, _answer(openai) + "\n")
    read, wrote = _usage(openai)
    assert f"{read:,} in · {wrote:,} out · your OpenAI key" in done.err
    assert openai.requests[0]["_authorization"] == f"Bearer {KEY}"


def test_the_receipt_is_exact_to_the_last_picodollar(
    tuppence: CommandLine, openai: Provider
) -> None:
    done = tuppence("ask", "--json", "-m", openai.model, "What is the capital of France?")
    answer = json.loads(done.out)
    read, wrote = _usage(openai)
    # gpt-4o: $2.50 and $10 per million tokens, nothing cached in this recording.
    assert Decimal(answer["cost_usd"]) == (read * Decimal("2.50") + wrote * 10) / 1_000_000
    assert answer["certainty"] == "exact"
    assert answer["text"] == _answer(openai)
    assert answer["state"] == "complete"


def test_standard_input_is_sent_behind_the_words(tuppence: CommandLine, openai: Provider) -> None:
    tuppence("ask", "-m", openai.model, "Sum up:", stdin="first line\nsecond line\n")
    sent = json.dumps(openai.requests[0]["messages"])
    assert "Sum up:\\n\\nfirst line\\nsecond line" in sent


def test_standard_input_alone_is_a_message(tuppence: CommandLine, openai: Provider) -> None:
    assert tuppence("ask", "-m", openai.model, stdin="piped question").code == 0
    assert "piped question" in json.dumps(openai.requests[0]["messages"])


@pytest.mark.parametrize("stdin", ["", "\n", "   \n"])
def test_nothing_to_ask_is_said_so(tuppence: CommandLine, stdin: str) -> None:
    done = tuppence("ask", "-m", "demo", stdin=stdin)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tuppence: There is nothing to ask.")


def test_an_unknown_model_is_said_so_and_costs_nothing(
    tuppence: CommandLine, openai: Provider
) -> None:
    done = tuppence("ask", "-m", "gpt-99-turbo", "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "tuppence: There is no model “gpt-99-turbo”. See which there are: tuppence models\n"
    )
    assert openai.requests == []


def test_without_any_model_the_way_to_one_is_said(tuppence: CommandLine) -> None:
    done = tuppence("ask", "Hello")
    assert (done.code, done.out) == (1, "")
    assert "tuppence keys add" in done.err


def test_a_refused_key_is_one_line(tuppence: CommandLine, openai: Provider) -> None:
    openai.status = 401
    done = tuppence("ask", "-m", openai.model, "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("tuppence: ") == 1
    assert "Traceback" not in done.err
    assert KEY not in done.err


def test_a_server_that_is_gone_is_one_line(tuppence: CommandLine, openai: Provider) -> None:
    words = ("keys", "add", "--url", "http://127.0.0.1:9/v1", "--where", "vault", "--unchecked")
    assert tuppence(*words, stdin=f"{KEY}\n").code == 0
    key = next(
        key for key in json.loads(tuppence("keys", "list", "--json").out) if key["base_url"]
        and ":9/" in key["base_url"]
    )  # fmt: skip
    done = tuppence("ask", "-m", f"{key['id']}/any-model", "Hello")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("tuppence: ") == 1


def test_an_answer_is_printed_while_it_comes(tuppence: CommandLine, openai: Provider) -> None:
    openai.goes_on.clear()
    asking = tuppence.begin("ask", "-m", openai.model, "Hello")
    assert asking.stdout is not None
    assert asking.stdout.read(3) == _answer(openai)[:3]
    assert asking.poll() is None
    openai.goes_on.set()
    assert _answer(openai)[:3] + asking.stdout.read() == _answer(openai) + "\n"
    assert asking.wait(30) == 0


def test_interrupting_charges_what_came_and_keeps_it(
    tuppence: CommandLine, openai: Provider
) -> None:
    openai.goes_on.clear()
    asking = tuppence.begin("ask", "-m", openai.model, "Hello there")
    assert asking.stdout is not None
    first = asking.stdout.read(3)
    asking.send_signal(signal.SIGINT)
    assert asking.stderr is not None
    out, err = first + asking.stdout.read(), asking.stderr.read()
    assert asking.wait(30) == 130
    assert "Traceback" not in err
    assert " in · " in err
    openai.goes_on.set()
    chat = json.loads(tuppence("export", "Hello there", "--form", "json").out)
    kept = chat["messages"][-1]
    assert kept["state"] == "interrupted"
    assert kept["text"] + "\n" == out


def test_a_reader_that_leaves_is_no_error(tuppence: CommandLine, openai: Provider) -> None:
    openai.goes_on.clear()
    asking = tuppence.begin("ask", "-m", openai.model, "Hello")
    assert asking.stdout is not None
    assert asking.stdout.read(1)
    asking.stdout.close()
    openai.goes_on.set()
    assert asking.stderr is not None
    err = asking.stderr.read()
    assert asking.wait(30) == 0
    assert "Traceback" not in err
    assert "Broken" not in err


def test_the_demo_answers_without_key_and_network(tuppence: CommandLine) -> None:
    done = tuppence("ask", "-m", "demo", "Hello")
    assert done.code == 0, done.err
    assert done.out.strip()
    assert "demo" in done.err


def test_the_demos_folders_are_its_own(tuppence: CommandLine) -> None:
    assert tuppence("--demo", "ask", "Hello from the demo").code == 0
    assert "Hello from the demo" in tuppence("--demo", "chats", "list").out
    assert "Hello from the demo" not in tuppence("chats", "list").out


def test_demo_means_the_same_behind_the_command(tuppence: CommandLine) -> None:
    assert tuppence("ask", "--demo", "Hello from the demo").code == 0
    assert "Hello from the demo" in tuppence("chats", "list", "--demo").out
    assert "1 message" in tuppence("usage", "--demo").out
    assert "Hello from the demo" not in tuppence("chats", "list").out


def test_a_wrong_passphrase_leaves_everything_as_it_was(
    tuppence: CommandLine, openai: Provider
) -> None:
    tuppence.environment["TUPPENCE_PASSPHRASE"] = "not this one at all"
    done = tuppence("ask", "-m", openai.model, "Hello")
    assert (done.code, done.out) == (1, "")
    assert "not the vault's passphrase" in done.err
    assert openai.requests == []
    assert json.loads(tuppence("chats", "list", "--json").out) == []


def test_no_file_holds_the_key(tuppence: CommandLine, openai: Provider) -> None:
    tuppence.environment["TUPPENCE_LOG_LEVEL"] = "debug"
    assert tuppence("ask", "-m", openai.model, "Hello").code == 0
    files = [path for path in tuppence.home.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert KEY.encode() not in content, path
        assert KEY.encode("utf-16-le") not in content, path


def test_a_terminal_that_cannot_show_a_letter_is_no_crash(
    tuppence: CommandLine, openai: Provider
) -> None:
    tuppence.environment["PYTHONIOENCODING"] = "ascii"
    done = tuppence("ask", "-m", "demo", "Zähl €")
    assert done.code == 0, done.err
