from __future__ import annotations

import os
import struct
import threading
import zlib
from pathlib import Path

import pytest

from app.chat.files import IMAGE_BYTES_MAX, TEXT_BYTES_MAX, accept, read_file, read_in_time, text_of
from app.errors import AttachmentError
from app.seam import commands, events
from tests.fixtures.core import CoreDriver


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def test_a_text_file_goes_with_its_name() -> None:
    file = accept("notes.md", "Grüße".encode())
    assert not file.is_image
    assert text_of(file.name, file.content) == "File “notes.md”:\n\nGrüße\n"


def test_an_image_is_told_from_its_first_bytes_and_measured() -> None:
    file = accept("picture.txt", png(640, 480))
    assert (file.media_type, file.width, file.height) == ("image/png", 640, 480)


def test_windows_encodings_are_read() -> None:
    assert "naïve" in text_of("a.txt", "naïve".encode("cp1252"))
    assert "naïve" in text_of("a.txt", "naïve".encode("utf-16"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "is empty"),
        ("program.bin", bytes(range(256)) * 40, "neither text nor an image"),
        ("zeros.txt", b"abc\0def", "neither text nor an image"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged image"),
        ("huge.png", png(40_000, 10), "too large"),
        ("long.txt", b"x" * (TEXT_BYTES_MAX + 1), "too large"),
    ],
)
def test_what_no_model_can_read_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(AttachmentError, match=words) as caught:
        accept(name, content)
    assert name in caught.value.message
    assert caught.value.advice


def test_a_file_of_500_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.write(b"text")
        file.truncate(500 * 1024 * 1024)
    with pytest.raises(AttachmentError, match="too large"):
        read_file(path)
    assert IMAGE_BYTES_MAX < 500 * 1024 * 1024


def test_a_file_that_vanished_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(AttachmentError, match="not there any more"):
        read_file(tmp_path / "gone.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AttachmentError, match="is a folder"):
        read_file(tmp_path)


def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A socket cannot be opened by anybody, not even by root.
    import socket

    path = tmp_path / "s"
    monkeypatch.chdir(tmp_path)  # a socket's path may be short only
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("s")
        with pytest.raises(AttachmentError, match="no ordinary file"):
            read_file(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
async def test_a_named_pipe_is_refused_and_the_next_file_is_read(
    driver: CoreDriver, tmp_path: Path
) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)
    refused = await driver.ask(
        commands.AttachFile(1, "chat", path.name, str(path)), events.FileRefused
    )
    assert "is no ordinary file" in refused.message
    # A later one is read as ever.
    good = tmp_path / "good.txt"
    good.write_text("hello")
    assert await driver.ask(
        commands.AttachFile(2, "chat", good.name, str(good)), events.FileAttached
    )


async def test_a_file_that_never_answers_is_refused_and_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()

    def opened(path: Path) -> None:
        never.wait()
        raise FileNotFoundError(path)

    monkeypatch.setattr("app.chat.files.open_regular", opened)
    monkeypatch.setattr("app.chat.files.READING_LIMIT_S", 0.05)
    with pytest.raises(AttachmentError, match="does not answer"):
        await read_in_time(tmp_path / "far.txt")
    never.set()
