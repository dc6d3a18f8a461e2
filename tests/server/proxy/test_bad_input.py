"""What clients send that they should not: refused in words, at no charge, and nobody is asked."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from tests.server.proxy.conftest import MODEL, Place

HELLO = [{"role": "user", "content": "Hello"}]
INNER = "http://169.254.169.254/latest/meta-data"


async def ask(place: Place, body: object, token: str | None = None, **headers: str) -> Any:
    if token is None:
        token = (await place.person()).token
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    async with httpx2.AsyncClient(base_url=place.url) as client:
        return await client.post("/v1/chat/completions", content=content, headers=sent)


def chat(**fields: object) -> dict[str, object]:
    return {"model": MODEL, "messages": HELLO, **fields}


async def test_no_key_a_wrong_one_and_a_revoked_one(place: Place) -> None:
    async with httpx2.AsyncClient(base_url=place.url) as client:
        assert (await client.post("/v1/chat/completions", json=chat())).status_code == 401
    assert (await ask(place, chat(), "tp_wrong")).status_code == 401
    person = await place.person()
    assert (await ask(place, chat(), person.token)).status_code == 200
    await place.server.run("UPDATE api_keys SET revoked_ms = 1")
    assert (await ask(place, chat(), person.token)).status_code == 401
    assert len(place.provider.calls) == 1


async def test_a_key_that_has_used_up_its_cap(place: Place) -> None:
    person = await place.person()
    await place.server.run("UPDATE api_keys SET cap_pusd = 1")
    answer = await ask(place, chat(), person.token)
    assert answer.status_code == 402
    assert answer.json()["error"]["code"] == "key_cap"
    assert place.provider.calls == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"no JSON", None),
        (b"[]", None),
        (b'{"model": "x", "messages": ' + b"[" * 100_000, None),
        (b'{"a":' * 500 + b"1" + b"}" * 500, None),
        (b'{"model": NaN}', None),
        (b"\xff\xfe\x00", None),
        ({"messages": HELLO}, "model"),
        ({"model": MODEL}, "messages"),
        (chat(n=1_000_000), "n"),
        (chat(max_tokens=-5), "max_tokens"),
        (chat(max_tokens="many"), "max_tokens"),
        (chat(temperature=99), "temperature"),
        (chat(messages=[{"role": "boss", "content": "x"}]), "messages[0].role"),
        (
            chat(
                messages=[
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": INNER}}],
                    }
                ]
            ),
            "messages[0].content[0].image_url.url",
        ),
    ],
)
async def test_a_request_that_cannot_be_taken_names_what_is_wrong(
    place: Place, body: object, param: str | None
) -> None:
    answer = await ask(place, body)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["param"] == param
    assert error["message"]
    assert error["type"] == "invalid_request_error"
    assert place.provider.calls == []
    assert await place.open_holds() == 0


async def test_a_model_that_nobody_sells(place: Place) -> None:
    answer = await ask(place, chat(model="nobody/nothing"))
    assert answer.status_code == 404
    assert answer.json()["error"]["param"] == "model"


async def test_a_cap_beyond_every_model_is_brought_down(place: Place) -> None:
    person = await place.person(flags="unlimited")
    answer = await ask(place, chat(max_tokens=10**9), person.token)
    assert answer.status_code == 200
    (call,) = place.provider.calls
    assert 0 < int(str(call.body["max_tokens"])) < 200_000


async def test_unknown_fields_headers_and_addresses_reach_no_provider(place: Place) -> None:
    body = chat(
        secret_field="canary-field", user="canary-user", metadata={"a": "canary-meta"}, store=True,
        base_url=INNER, api_key="canary-key",
    )  # fmt: skip
    answer = await ask(place, body, **{"X-Canary": "canary-header", "OpenAI-Organization": "org-x"})
    assert answer.status_code == 200
    (call,) = place.provider.calls
    assert "canary-field" not in json.dumps([call.body, call.headers])
    assert "canary-header" not in json.dumps(call.headers)
    assert "canary-user" not in json.dumps(call.body)
    assert INNER not in json.dumps(call.body)
    assert "org-x" not in json.dumps(call.headers)


async def test_a_body_that_is_too_long(place: Place) -> None:
    most = place.server.services.settings.limits.body_bytes
    answer = await ask(place, b" " * (most + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_long"


@pytest.mark.parametrize("key", ["two words", "x" * 256, "\x07"])
async def test_an_idempotency_key_of_the_wrong_form(place: Place, key: str) -> None:
    answer = await ask(place, chat(), **{"Idempotency-Key": key})
    assert answer.status_code == 400


async def test_many_requests_a_minute_are_told_when_to_come_again(place: Place) -> None:
    person = await place.person()
    await place.server.run("UPDATE buckets SET count = 1000000")
    assert (await ask(place, chat(), person.token)).status_code == 200
    await place.server.run("UPDATE buckets SET count = 1000000")
    answer = await ask(place, chat(), person.token)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_the_document_describes_every_raw_path(place: Place) -> None:
    async with httpx2.AsyncClient(base_url=place.url) as client:
        document = (await client.get("/openapi.json")).json()
    for path in ("chat/completions", "responses", "embeddings", "images/generations",
                 "audio/speech", "audio/transcriptions", "audio/translations"):  # fmt: skip
        described = document["paths"][f"/v1/{path}"]["post"]
        assert described["requestBody"]["content"]
        assert {"200", "402", "409", "429"} <= described["responses"].keys()
