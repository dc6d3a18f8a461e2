"""The search for leaks finds what it is for: without this the other tests prove nothing."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

SECRET = "sk-proj-a-key-that-nobody-may-read-8d1f"


@pytest.mark.parametrize(
    "content",
    [
        SECRET.encode(),
        SECRET.encode("utf-16"),
        SECRET.encode("utf-16-be"),
        base64.b64encode(b"x" + SECRET.encode()),
        base64.b64encode(b"xy" + SECRET.encode("utf-16-le") + b"z"),
        base64.b64encode(SECRET.encode()),
        SECRET.encode().hex().encode(),
        SECRET[:16].encode(),
    ],
)
def test_a_planted_secret_is_found(
    find_leaks: Callable[[str], list[str]], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"before" + content + b"after")
    assert find_leaks(SECRET) == [str(tmp_path / "deep" / "file")]


def test_a_logged_secret_is_found(find_leaks: Callable[[str], list[str]]) -> None:
    logging.getLogger("keyring").debug("keeping %s", SECRET)
    assert find_leaks(SECRET) == ["the log"]
