"""`replay` on recordings, and on files that are none."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import pytest

STREAMS = Path(__file__).resolve().parents[1] / "golden" / "streams"
END_FIELDS = [
    "type", "file", "outcome", "model", "text", "thinking", "tool_calls", "usage", "cost_usd",
]  # fmt: skip
USAGE_FIELDS = ["input", "cache_read", "cache_write", "output", "reasoning", "status"]


class Done(Protocol):
    code: int
    out: str
    err: str


class CommandLine(Protocol):
    home: Path
    environment: dict[str, str]

    def __call__(self, *words: str, stdin: str = "") -> Done: ...
    def argv(self, *words: str) -> list[str]: ...


def _lines(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_every_recording_ends_with_its_end_line(tuppence: CommandLine) -> None:
    files = sorted(STREAMS.glob("*.json"))
    assert files
    done = tuppence("replay", *map(str, files))
    ends = [line for line in _lines(done) if line["type"] == "end"]
    assert [end["file"] for end in ends] == [str(file) for file in files]
    for end in ends:
        assert list(end) == END_FIELDS
        assert list(end["usage"]) == USAGE_FIELDS
    assert (done.code, done.err) == (0, "")


def test_the_text_of_the_events_is_the_text_of_the_end(tuppence: CommandLine) -> None:
    lines = _lines(tuppence("replay", str(STREAMS / "openai-chat-1bc05d89.json")))
    text = "".join(str(line["text"]) for line in lines if line["type"] == "text")
    assert lines[-1]["text"] == text
    assert text


def test_the_cost_is_the_usage_times_the_price(tuppence: CommandLine) -> None:
    end = _lines(tuppence("replay", str(STREAMS / "openai-chat-1bc05d89.json")))[-1]
    usage = end["usage"]
    expected = (usage["input"] * Decimal("2.5") + usage["output"] * 10) / 1_000_000
    assert usage["cache_read"] == usage["cache_write"] == usage["reasoning"] == 0
    assert Decimal(end["cost_usd"]) == expected
    assert usage["status"] == "exact"


def test_a_day_chooses_the_prices(tuppence: CommandLine) -> None:
    recording = str(STREAMS / "anthropic-messages-47c10f61.json")  # dearer from September 2026 on
    costs = [
        _lines(tuppence("replay", "--at", day, recording))[-1]["cost_usd"]
        for day in ("2026-03-01", "2026-11-21")
    ]
    assert costs == ["0.006272", "0.009408"]


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "20260301", ""])
def test_a_day_that_is_none_is_wrong_use(tuppence: CommandLine, day: str) -> None:
    done = tuppence("replay", "--at", day, "file.json")
    assert done.code == 2
    assert "is not a day" in done.err


def test_a_fault_is_named_by_its_kind(tuppence: CommandLine, tmp_path: Path) -> None:
    recording = json.loads((STREAMS / "openai-chat-1bc05d89.json").read_text(encoding="utf-8"))
    recording["body"] = recording["body"][:400]
    cut = tmp_path / "cut.json"
    cut.write_text(json.dumps(recording), encoding="utf-8")
    (finished,) = [
        line for line in _lines(tuppence("replay", str(cut))) if line["type"] == "finished"
    ]
    assert finished["fault"] == "StreamBroken"
    assert "stopped in the middle" in str(finished["fault_words"])


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"not json", b'{"status": 200}', b"\xff\xfe\x00", b"[" * 100_000],
    ids=["empty", "bare", "list", "text", "no body", "bytes", "deep"],
)
def test_a_file_that_is_no_recording_is_an_error_and_the_others_are_still_done(
    tuppence: CommandLine, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    good = STREAMS / "openai-chat-1bc05d89.json"
    done = tuppence("replay", str(bad), str(good))
    ends = [line for line in _lines(done) if line["type"] == "end"]
    assert [end["outcome"] for end in ends] == ["error", "complete"]
    assert list(ends[0]) == END_FIELDS
    assert list(ends[0]["usage"]) == USAGE_FIELDS
    assert done.code == 1
    assert done.err.startswith(f"tuppence: {bad}: ")
    assert done.err.count("\n") == 1


def test_a_missing_file_is_an_error_line(tuppence: CommandLine, tmp_path: Path) -> None:
    done = tuppence("replay", str(tmp_path / "nowhere.json"))
    assert done.code == 1
    assert _lines(done)[-1]["outcome"] == "error"
    assert done.err.count("\n") == 1


def test_replay_needs_no_data_folder(tuppence: CommandLine) -> None:
    tuppence.environment["TUPPENCE_HOME"] = "/proc/nowhere"
    done = tuppence("replay", str(STREAMS / "openai-chat-1bc05d89.json"))
    assert (done.code, done.err) == (0, "")


def test_a_reader_that_leaves_is_no_error(tuppence: CommandLine) -> None:
    files = [str(file) for file in STREAMS.glob("*.json")]
    replaying = subprocess.Popen(
        tuppence.argv("replay", *files), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=tuppence.environment,
    )  # fmt: skip
    assert replaying.stdout is not None
    assert replaying.stderr is not None
    replaying.stdout.readline()
    replaying.stdout.close()
    assert replaying.stderr.read() == b""
    assert replaying.wait(60) == 0


def test_output_is_plain_ascii_whatever_the_model_wrote(tuppence: CommandLine) -> None:
    files = [str(file) for file in sorted(STREAMS.glob("*.json"))]
    assert tuppence("replay", *files).out.isascii()
