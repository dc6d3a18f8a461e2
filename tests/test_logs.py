"""The log: what a line holds, when the file turns over, and that no secret reaches it."""

from __future__ import annotations

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs import JsonLines, Redactor, RotatingFile, start_logging


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    yield start_logging(tmp_path, "info")
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefgh12345678",
        "sk-ant-api03-ABCDEFGH_ijklmnop-qr",
        "AIzaSyA0123456789abcdefghijklmnopqrstu",
        "gsk_abcdefghij0123456789",
        "xai-abcdefghij0123456789",
    ],
)
def test_what_looks_like_a_providers_key_is_hidden(redactor: Redactor, secret: str) -> None:
    assert secret not in redactor.clean(f"the key {secret} was refused")


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cretvalue9",
        "x-api-key: s3cretvalue9",
        '{"api_key": "s3cretvalue9"}',
        "https://host/path?access_token=s3cretvalue9&x=1",
        "http://me:s3cretvalue9@proxy:8080",
        "password = s3cretvalue9",
        "TUPPENCE_PASSPHRASE=s3cretvalue9",
    ],
)
def test_a_value_with_a_telling_name_is_hidden(redactor: Redactor, text: str) -> None:
    assert "s3cretvalue9" not in redactor.clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "output_tokens=312, input_tokens: 75",
        "keyring: the collection is locked",
        "GET https://api.example.com/v1/models 200",
        "skipped 3 of 12 rows",
    ],
)
def test_ordinary_words_stay_readable(redactor: Redactor, text: str) -> None:
    assert redactor.clean(text) == text


_BEGINNINGS = st.sampled_from(
    ["sk-", "pk_", "rk-", "gsk_", "xai-", "hf_", "r8_", "ghp_", "pplx-", "fw_", "nvapi-", "AIza"]
    + [
        "Bearer",
        "basic",
        "://",
        "@",
        "key",
        "token",
        ":",
        "=",
        " ",
        "\t",
        "\u00a0",
        '"',
        "[hidden]",
    ]
)
_RANDOM = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=24)


@given(st.lists(_BEGINNINGS | _RANDOM, max_size=8))
def test_what_holds_nothing_telling_is_as_it_would_be_looked_through(pieces: list[str]) -> None:
    text, redactor = "".join(pieces), Redactor()
    # A space at the end is no part of any secret, and has the text looked through in any case.
    assert redactor.clean(text) == redactor.clean(f"{text} ")[:-1]


def test_a_registered_secret_of_any_form_is_hidden(redactor: Redactor) -> None:
    redactor.register("correct horse battery")
    assert "horse" not in redactor.clean("it said: correct horse battery!")


def test_a_very_short_secret_does_not_blot_out_words(redactor: Redactor) -> None:
    redactor.register("on")
    assert redactor.clean("on and on") == "on and on"


def test_a_record_becomes_one_line_with_its_fields(log_file: Path) -> None:
    logging.getLogger("app.test").warning("slow: %d ms", 41, extra={"chat": "c1", "count": 3})
    (line,) = lines_of(log_file)
    assert (line["level"], line["where"], line["message"]) == (
        "warning",
        "app.test",
        "slow: 41 ms",
    )
    assert (line["chat"], line["count"]) == ("c1", 3)
    assert str(line["at"]).endswith("+00:00")


def test_an_exceptions_text_is_redacted_too(log_file: Path) -> None:
    log = logging.getLogger("app.test")
    try:
        raise ValueError("refused sk-abcdefgh12345678")
    except ValueError:
        log.exception("failed")
    (line,) = lines_of(log_file)
    assert "ValueError" in str(line["error"])
    assert "sk-abcdefgh12345678" not in log_file.read_text(encoding="utf-8")


def test_a_field_named_like_a_secret_is_hidden(log_file: Path) -> None:
    logging.getLogger("app.test").info("kept", extra={"api_key": "whatever it is"})
    assert lines_of(log_file)[0]["api_key"] == "[hidden]"


def test_a_wrong_log_call_keeps_what_it_wanted_to_say() -> None:
    record = logging.makeLogRecord({"msg": "two %s %s", "args": ("words",)})
    line = json.loads(JsonLines(Redactor()).format(record))
    assert "two" in line["message"]
    assert "words" in line["message"]


def test_below_the_level_nothing_is_written(log_file: Path) -> None:
    logging.getLogger("app.test").debug("quiet")
    assert not log_file.exists()


def test_starting_again_moves_the_log_instead_of_doubling_it(
    log_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    second = start_logging(tmp_path / "new", "info")
    logging.getLogger("app.test").info("once")
    assert len(lines_of(second)) == 1
    assert not log_file.exists()


def test_a_full_file_turns_over_and_only_the_last_few_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "tuppence.log"
    handler = RotatingFile(path, bytes_max=200, kept=3)
    handler.setFormatter(JsonLines(Redactor()))
    for number in range(40):
        handler.handle(logging.makeLogRecord({"msg": f"line {number:03} {'x' * 40}"}))
    handler.close()
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["tuppence.log", "tuppence.log.1", "tuppence.log.2"]
    assert "line 039" in path.read_text(encoding="utf-8")
    assert all(file.stat().st_size < 600 for file in tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_file_is_readable_by_its_owner_alone(log_file: Path) -> None:
    logging.getLogger("app.test").info("here")
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
