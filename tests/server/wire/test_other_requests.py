"""Embeddings, pictures and sound: what is kept, what is refused, and what goes out."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

import pytest

from app.server.wire.audio_request import SoundFile, read_listen, read_speech
from app.server.wire.embeddings_request import read_embeddings
from app.server.wire.images_request import read_images
from app.server.wire.reading import BadRequest

SOUND = SoundFile("my secret talk.mp3", b"ID3\r\n--\r\nsound")


@pytest.mark.parametrize(
    ("given", "texts", "tokens"),
    [
        ("Hello", ("Hello",), 0),
        (["a", "b"], ("a", "b"), 0),
        ([1, 2, 3], (), 3),
        ([[1, 2], [3]], (), 3),
    ],
)
def test_what_is_to_be_embedded_is_read(given: object, texts: tuple[str, ...], tokens: int) -> None:
    body = {"model": "m", "input": given, "dimensions": 8, "user": "canary", "x": 1}
    call = read_embeddings(body)
    assert (call.texts, call.tokens) == (texts, tokens)
    assert json.loads(call.body("up")) == {"model": "up", "input": given, "dimensions": 8}
    assert set(call.dropped) == {"user", "x"}


@pytest.mark.parametrize("given", ["", [], [""], [[]], ["a", 1], [-1], [True], {}, None, 5])
def test_what_cannot_be_embedded_is_refused(given: object) -> None:
    with pytest.raises(BadRequest) as raised:
        read_embeddings({"model": "m", "input": given})
    assert raised.value.param == "input"


def test_a_picture_is_asked_for_by_the_list() -> None:
    call = read_images({"model": "m", "prompt": "a cat", "n": 2, "size": "1024x1024", "user": "c"})
    assert json.loads(call.body("up")) == {
        "model": "up",
        "prompt": "a cat",
        "n": 2,
        "size": "1024x1024",
    }
    assert (call.count, call.size, call.quality) == (2, "1024x1024", "")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 11}, "n"),
        ({"n": -1}, "n"),
        ({"response_format": "url"}, "response_format"),
        ({"size": "99999x1"}, "size"),
        ({"size": "big"}, "size"),
        ({"quality": "best"}, "quality"),
        ({"stream": True}, "stream"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
    ],
)
def test_a_wrong_wish_for_a_picture_is_refused(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read_images({"model": "m", "prompt": "a cat", **fields})
    assert raised.value.param == param


def test_a_text_is_spoken_by_the_list() -> None:
    call = read_speech({"model": "m", "input": "Hello", "voice": "alloy", "speed": 2, "user": "c"})
    assert json.loads(call.body("up")) == {
        "model": "up",
        "input": "Hello",
        "voice": "alloy",
        "speed": 2,
    }
    for fields in ({"speed": 9}, {"input": ""}, {"voice": {"id": "x"}}, {"stream_format": "sse"}):
        with pytest.raises(BadRequest):
            read_speech({"model": "m", "input": "Hello", "voice": "alloy", **fields})


def test_sound_goes_out_as_a_form_of_our_own() -> None:
    form = {"model": "m", "language": "de", "temperature": "0.20", "user": "canary"}
    call = read_listen(form, SOUND, translate=False)
    kind, body = call.form("up")
    read = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
    parts = {
        part.get_param("name", header="content-disposition"): (
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in read.iter_parts()
    }
    assert parts == {
        "model": (None, b"up"),
        "language": (None, b"de"),
        "response_format": (None, b"json"),
        "temperature": (None, b"0.2"),
        "file": ("sound.mp3", SOUND.content),
    }
    assert call.path == "/audio/transcriptions"
    assert call.dropped == ("user",)
    assert b"secret talk" not in body


@pytest.mark.parametrize(
    ("form", "file", "param"),
    [
        ({"model": "m"}, None, "file"),
        ({"model": "m"}, SoundFile("a.exe", b"x"), "file"),
        ({"model": "m"}, SoundFile("a.mp3", b""), "file"),
        ({}, SOUND, "model"),
        ({"model": "m", "temperature": "hot"}, SOUND, "temperature"),
        ({"model": "m", "temperature": "nan"}, SOUND, "temperature"),
        ({"model": "m", "response_format": "pdf"}, SOUND, "response_format"),
        ({"model": "m", "stream": "true"}, SOUND, "stream"),
    ],
)
def test_a_wrong_form_is_refused(form: dict[str, str], file: SoundFile | None, param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read_listen(form, file, translate=False)
    assert raised.value.param == param
