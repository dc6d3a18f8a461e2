"""The bench that counts recorded requests: what it prints, and what it does with odd lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "packaging" / "bench" / "run.py"
ASKED = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello."}]}
ROW = {"provider": "openai", "api": "chat", "request": ASKED, "usage": {"prompt_tokens": 10}}


def bench(folder: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    file = folder / "requests.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    command = [sys.executable, str(BENCH), "estimates", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_each_request_is_a_line_with_both_counts(tmp_path: Path) -> None:
    done = bench(tmp_path, json.dumps(ROW), json.dumps(ROW), "")
    expected = {"provider": "openai", "api": "chat", "tools": False, "estimated": 10, "billed": 10}
    assert [json.loads(line) for line in done.stdout.splitlines()] == [expected] * 2
    assert done.returncode == 0
    assert "median" in done.stderr


def test_odd_lines_are_named_and_skipped_and_the_rest_is_counted(tmp_path: Path) -> None:
    odd = (
        "no JSON",
        "[1]",
        json.dumps(ROW | {"usage": {}}),
        json.dumps(ROW | {"usage": {"prompt_tokens": None}}),
        json.dumps(ROW | {"request": {"model": "gpt-4o", "messages": 5}}),
        json.dumps(ROW | {"provider": 7}),
    )
    done = bench(tmp_path, *odd, json.dumps(ROW))
    assert len(done.stdout.splitlines()) == 1
    assert [f"Line {number} is skipped" in done.stderr for number in range(1, 8)] == [True] * 6 + [
        False
    ]
    assert "Traceback" not in done.stderr
    assert done.returncode == 3


def test_a_median_beyond_its_limit_is_told_by_the_exit_code(tmp_path: Path) -> None:
    done = bench(tmp_path, json.dumps(ROW | {"usage": {"prompt_tokens": 50}}))
    assert done.returncode == 1


def test_a_bill_in_the_file_does_not_change_what_is_counted(tmp_path: Path) -> None:
    bills = [json.dumps(ROW | {"usage": {"prompt_tokens": billed}}) for billed in (10, 500, 10)]
    done = bench(tmp_path, *bills)
    assert {json.loads(line)["estimated"] for line in done.stdout.splitlines()} == {10}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH), "estimates", str(tmp_path / "none.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "none.jsonl" in done.stderr


@pytest.mark.parametrize("usage", [{"input_tokens": 10}, {"promptTokenCount": 10}])
def test_an_api_of_another_name_is_told_by_its_request(
    tmp_path: Path, usage: dict[str, int]
) -> None:
    asked = {"model": "gpt-4o", "input": "Say hello."}
    done = bench(tmp_path, json.dumps(ROW | {"api": "answers", "request": asked, "usage": usage}))
    assert json.loads(done.stdout)["estimated"] == 10
