"""Mails about thresholds: one for each grant and percent, whichever worker sends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.server.operator.threshold_mails import mail_thresholds
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.mail_server import MailServer, mail_server, text_of
from tests.server.credits.given import GPT_4O, whole_call

ANN = "ann@example.org"


@asynccontextmanager
async def _serving(tmp_path: Path, url: str) -> AsyncIterator[tuple[CreditServer, MailServer]]:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with running_server(tmp_path / "server", database_url=url, **smtp) as server:
            yield server, mails


@pytest.fixture(params=["sqlite", "postgres"])
async def mailing(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[CreditServer, MailServer]]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with _serving(tmp_path, url) as both:
        yield both


async def _each_worker(server: CreditServer) -> int:
    return sum(await asyncio.gather(*(mail_thresholds(server.services) for _ in range(4))))


async def test_each_threshold_of_each_grant_is_one_mail(
    mailing: tuple[CreditServer, MailServer],
) -> None:
    server, mails = mailing
    person = await server.person(email=ANN)
    await server.person(email="bob@example.org")
    assert await _each_worker(server) == 0
    await whole_call(server, person.caller, GPT_4O, 1_600, 0, 256)  # 80 %
    assert await _each_worker(server) == 1
    assert await _each_worker(server) == 0
    await whole_call(server, person.caller, GPT_4O, 144, 256, 256)  # all
    assert await _each_worker(server) == 1
    server.time.pass_by(days=11)  # a new month
    await whole_call(server, person.caller, GPT_4O, 1_600, 0, 256)
    assert await _each_worker(server) == 1
    subjects = [str(mail["Subject"]) for mail in mails.mails]
    assert subjects == ["Free is 80 % used", "Free is used up", "Free is 80 % used"]
    assert {str(mail["To"]) for mail in mails.mails} == {ANN}
    assert "10,000 tokens" in text_of(mails.mails[0])
    assert "01 December 2026" in text_of(mails.mails[0])


async def test_a_mail_server_that_is_down_is_tried_again(
    mailing: tuple[CreditServer, MailServer],
) -> None:
    server, mails = mailing
    person = await server.person(email=ANN)
    await whole_call(server, person.caller, GPT_4O, 1_600, 0, 256)
    mails.answer = "451 not now"
    assert await mail_thresholds(server.services) == 0
    mails.answer = "250 OK"
    assert await mail_thresholds(server.services) == 1
    assert len(mails.mails) == 1


async def test_who_has_no_address_gets_no_mail(
    mailing: tuple[CreditServer, MailServer],
) -> None:
    server, mails = mailing
    person = await server.person()
    await whole_call(server, person.caller, GPT_4O, 1_600, 0, 256)
    assert await _each_worker(server) == 0
    assert mails.mails == []


async def test_without_a_mail_server_nothing_is_claimed(credit_server: CreditServer) -> None:
    person = await credit_server.person(email=ANN)
    await whole_call(credit_server, person.caller, GPT_4O, 1_600, 0, 256)
    assert await mail_thresholds(credit_server.services) == 0
    assert await credit_server.run("SELECT * FROM notice_mails") == []
