"""The bench that counts recorded requests: what it prints, and what it does with odd lines."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.request import ImagePart
from tests.metering.wire_requests import read_request

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
        json.dumps(ROW | {"usage": {"prompt_tokens": float("inf")}}),
        json.dumps(ROW | {"usage": {"prompt_tokens": "17"}}),
        json.dumps(ROW | {"request": {"model": "gpt-4o", "messages": [{"content": "Who?"}]}}),
        json.dumps(ROW | {"request": ASKED | {"tools": [5]}}),
        '{"a":' + "[" * 100_000,
    )
    unknown = ROW | {"provider": "nobody", "request": ASKED | {"model": "gpt-99"}}
    done = bench(tmp_path, *odd, json.dumps(ROW), json.dumps(unknown))
    assert len(done.stdout.splitlines()) == 2
    told = [f"Line {number} is skipped" in done.stderr for number in range(1, len(odd) + 3)]
    assert told == [True] * len(odd) + [False, False]
    assert "“role” is missing" in done.stderr
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


PICTURE = base64.b64encode(
    bytes.fromhex("89504e470d0a1a0a0000000d49484452")
    + (90).to_bytes(4)
    + (60).to_bytes(4)
    + bytes(30)
).decode()
SAID = {"type": "text", "text": "What is it?"}


@pytest.mark.parametrize(
    ("api", "request_"),
    [
        ("chat", {"messages": [{"role": "user", "content": [SAID, {
            "type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}}]}]}),
        ("responses", {"input": [{"role": "user", "content": [SAID, {
            "type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}"}]}]}),
        ("messages", {"messages": [{"role": "user", "content": [SAID, {
            "type": "tool_result", "tool_use_id": "1", "content": [{"type": "image", "source": {
                "type": "base64", "media_type": "image/png", "data": PICTURE}}]}]}]}),
        ("generate", {"contents": [{"parts": [{"text": "What is it?"}, {
            "inlineData": {"mimeType": "image/png", "data": PICTURE}}]}]}),
    ],
)  # fmt: skip
def test_a_picture_in_a_request_is_a_picture_and_no_text(
    api: str, request_: dict[str, Any]
) -> None:
    row = {"provider": "any", "api": api, "request": request_ | {"model": "any"}, "usage": {}}
    request, _ = read_request(row)
    parts = [part for message in request.messages for part in message.parts]
    assert [(p.width, p.height) for p in parts if isinstance(p, ImagePart)] == [(90, 60)]
    assert not any(PICTURE in repr(part) for part in parts if not isinstance(part, ImagePart))


@pytest.mark.parametrize("usage", [{"input_tokens": 10}, {"promptTokenCount": 10}])
def test_an_api_of_another_name_is_told_by_its_request(
    tmp_path: Path, usage: dict[str, int]
) -> None:
    asked = {"model": "gpt-4o", "input": "Say hello."}
    done = bench(tmp_path, json.dumps(ROW | {"api": "answers", "request": asked, "usage": usage}))
    assert json.loads(done.stdout)["estimated"] == 10
