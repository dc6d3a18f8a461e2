"""What machines ask: alive, ready, figures; and to whom the figures are told."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from app.server.app import build_app
from app.server.licenses.signing_keys import key_file, signing_at
from app.server.operator.counting import counts_of
from app.server.operator.figures import METRICS, Sample, rendered, write_own
from tests.fixtures.credit_server import CreditServer, running_server

TOKEN = "7b1f4c9e2d8a6350" * 4
LINE = re.compile(r'^[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? (NaN|[-+]?[0-9.]+(e[-+]?[0-9]+)?)$')


def _asking(server: CreditServer, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(build_app(server.services), client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://server")


async def _figures(server: CreditServer) -> str:
    async with _asking(server, "127.0.0.1") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_process_that_answers_is_alive(credit_server: CreditServer) -> None:
    answer = await credit_server.client.get("/healthz")
    assert answer.json() == {"alive": True}


async def test_a_server_with_all_its_parts_is_ready(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    await signing_at(server.services, server.time.at)
    answer = await server.client.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json()["parts"] == {"database": "ok", "catalog": "ok", "signing_key": "ok"}


async def test_a_server_without_its_database_is_not_ready(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    await server.services.database.close()
    answer = await server.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "cannot be reached"
    await server.services.database.open()


async def test_a_server_without_its_signing_key_is_not_ready(credit_server: CreditServer) -> None:
    services = credit_server.services
    await signing_at(services, credit_server.time.at)
    key_file(services.settings.data, 1).unlink()
    answer = await credit_server.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["signing_key"] == "is missing"
    assert str(services.settings.data) not in answer.text


async def test_figures_are_for_this_computer_alone(credit_server: CreditServer) -> None:
    assert (await credit_server.client.get("/metrics")).status_code == 404
    person = await credit_server.person()
    for address, headers, expected in (
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", person.headers, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
    ):
        async with _asking(credit_server, address) as client:
            assert (await client.get("/metrics", headers=headers)).status_code == expected


async def test_a_token_opens_the_figures_from_anywhere_and_nothing_else_does(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path / "server", METRICS_TOKEN=TOKEN) as server:
        get = server.client.get
        right = {"Authorization": f"Bearer {TOKEN}"}
        wrong = {"Authorization": f"Bearer {TOKEN[:-1]}x"}
        assert (await get("/metrics", headers=right)).status_code == 200
        assert (await get("/metrics", headers=wrong)).status_code == 404
        async with _asking(server, "127.0.0.1") as client:
            assert (await client.get("/metrics")).status_code == 404
        assert TOKEN not in repr(server.services.settings)


async def test_every_line_of_the_figures_can_be_read(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    await server.client.get("/healthz")
    await server.client.get("/nowhere/at-all")
    counts_of(server.services).upstream_failed("openrouter", ConnectionError())
    text = await _figures(server)
    lines = [re.sub('worker="[0-9a-f]{8}"', "W", line) for line in text.splitlines()]
    assert text.endswith("\n")
    assert all(LINE.match(line) for line in text.splitlines() if not line.startswith("#")), text
    assert 'tuppence_requests_total{path="/healthz",status="200",W} 1' in lines
    assert 'tuppence_requests_total{path="other",status="404",W} 1' in lines
    assert 'tuppence_upstream_errors_total{route="openrouter",error="ConnectionError",W} 1' in lines
    for metric in METRICS:
        assert lines.count(f"# TYPE {metric.name} {metric.kind}") == 1


async def test_open_holds_are_told_by_their_age(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    made_ms = int(server.time.at.timestamp() * 1000)
    for number, age_s in enumerate((0, 61, 4000)):
        await server.run(
            "INSERT INTO ledger_holds (id, tenant, key, body_hash, state, created_ms, expires_ms)"
            " VALUES (?, 'a', ?, '', 'held', ?, ?)",
            f"h{number}", f"k{number}", made_ms - age_s * 1000, made_ms,
        )  # fmt: skip
    text = await _figures(server)
    assert 'tuppence_holds_open{state="held"} 3' in text
    for seconds, number in ((10, 2), (60, 2), (300, 1), (3600, 1)):
        assert f'tuppence_holds_open_age{{seconds="{seconds}"}} {number}' in text


async def test_one_worker_answers_for_all(tmp_path: Path, postgres_url: str) -> None:
    async with (
        running_server(tmp_path / "one", database_url=postgres_url) as one,
        running_server(tmp_path / "two", database_url=postgres_url) as two,
    ):
        for _ in range(3):
            await two.client.get("/healthz")
        await write_own(two.services)
        text = await _figures(one)
        own = re.findall('tuppence_streams_open{worker="([0-9a-f]{8})"}', text)
        assert len(set(own)) == 2
        assert re.search('path="/healthz",status="200",worker="[0-9a-f]{8}"} 3', text)
        await write_own(one.services)
        told = re.findall('tuppence_streams_open{worker="([0-9a-f]{8})"}', await _figures(two))
        assert sorted(told) == sorted(own)  # whichever worker answers
        assert "tuppence_workers 2" in text
        one.time.pass_by(minutes=2)
        assert "tuppence_workers 1" in await _figures(one)


async def test_an_event_that_was_handled_after_all_waits_no_more(
    any_credit_server: CreditServer,
) -> None:
    server = any_credit_server
    insert = (
        "INSERT INTO payment_events (processor, mode, event_id, kind, outcome, reason, body, at_ms)"
        " VALUES ('stripe', 'live', ?, 'x', ?, '', '', 1)"
    )
    await server.run(insert, "evt_1", "set_aside")
    await server.run(insert, "evt_2", "set_aside")
    assert "tuppence_events_set_aside 2" in await _figures(server)
    await server.run(insert, "evt_1/again/7", "credited")
    assert "tuppence_events_set_aside 1" in await _figures(server)


@pytest.mark.parametrize("word", ['a"b', "a\nb", "a\\b"])
def test_a_word_with_signs_stays_one_label(word: str) -> None:
    line = rendered([Sample("tuppence_workers", 1, (("x", word),))]).splitlines()
    assert next(each for each in line if not each.startswith("#")).startswith("tuppence_workers{x=")
    assert sum(1 for each in line if each.startswith("tuppence_workers")) == 1


async def test_figures_hold_no_secret_and_no_account(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", METRICS_TOKEN=TOKEN) as server:
        person = await server.person()
        await server.client.get(f"/api/account/{person.caller.account}", headers=person.headers)
        await server.client.get("/api/me", headers=person.headers)
        answer = await server.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        for secret in (TOKEN, person.token, person.caller.account):
            assert secret not in answer.text
