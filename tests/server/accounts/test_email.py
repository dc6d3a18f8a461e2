"""An account's e-mail address over HTTP, with codes from a real mail server on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.server.accounts.email_addresses import email_address
from app.server.accounts.proofs import Purpose
from app.server.errors import Refused
from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import Computer, code_of, registered
from tests.server.accounts.mail_server import MailServer, mail_server, text_of

ME = "me@example.org"


@dataclass
class Post:
    """A credit server that sends mail, and the mail server that takes it."""

    server: CreditServer
    mails: MailServer

    async def person(self, email: str = "") -> Computer:
        computer = await registered(self.server)
        if email:
            answer = await computer.ask("POST", "/api/email", {"email": email})
            assert answer.status_code == 202, answer.text
            code = {"request": answer.json()["request"], "code": self.mails.code_to(email)}
            answer = await computer.ask("POST", "/api/email/confirm", code)
            assert answer.json() == {"email": email}
        return computer

    async def ask_recover(self, email: str) -> str:
        body = {"email": email}
        answer = await self.server.client.post("/api/email/recover", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["request"])


@pytest.fixture(params=["sqlite", "postgres"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with running_server(tmp_path / "server", database_url=url, **smtp) as server:
            yield Post(server, mails)


async def come_back(computer: Computer, request: str, code: str) -> int:
    body = computer.proof(Purpose.ADD, await computer.challenge())
    answer = await computer.ask(
        "POST", "/api/email/recover/confirm", body | {"request": request, "code": code}
    )
    if answer.is_success:
        computer.token, computer.account = answer.json()["token"], answer.json()["account"]
    return answer.status_code


async def test_an_address_is_the_accounts_once_its_code_came_back(post: Post) -> None:
    computer = await post.person()
    answer = await computer.ask("POST", "/api/email", {"email": " Me@Example.ORG "})
    assert answer.status_code == 202
    assert await post.server.run("SELECT email FROM accounts") == [(None,)]
    body = {"request": answer.json()["request"], "code": post.mails.code_to(ME)}
    assert (await computer.ask("POST", "/api/email/confirm", body)).json() == {"email": ME}
    assert await post.server.run("SELECT email FROM accounts") == [(ME,)]
    assert code_of(await computer.ask("POST", "/api/email/confirm", body)) == "code_unknown"


async def test_ten_wrong_codes_open_nothing_and_the_right_one_comes_too_late(post: Post) -> None:
    computer = await post.person()
    request = (await computer.ask("POST", "/api/email", {"email": ME})).json()["request"]
    right = post.mails.code_to(ME)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    codes = [
        code_of(
            await computer.ask("POST", "/api/email/confirm", {"request": request, "code": wrong})
        )
        for _ in range(10)
    ]
    assert codes == ["code_wrong"] * 5 + ["code_locked"] * 5
    late = await computer.ask("POST", "/api/email/confirm", {"request": request, "code": right})
    assert code_of(late) == "code_locked"
    assert await post.server.run("SELECT email FROM accounts") == [(None,)]


async def test_fifty_wrong_codes_at_once_are_five_tries(post: Post) -> None:
    computer = await post.person()
    request = (await computer.ask("POST", "/api/email", {"email": ME})).json()["request"]
    wrong = f"{(int(post.mails.code_to(ME)) + 1) % 10**6:06d}"
    body = {"request": request, "code": wrong}
    answers = await asyncio.gather(
        *(computer.ask("POST", "/api/email/confirm", body) for _ in range(25))
    )
    assert (
        sorted(code_of(answer) for answer in answers) == ["code_locked"] * 20 + ["code_wrong"] * 5
    )


async def test_a_code_expires_after_ten_minutes(post: Post) -> None:
    computer = await post.person()
    request = (await computer.ask("POST", "/api/email", {"email": ME})).json()["request"]
    post.server.time.pass_by(minutes=10)
    body = {"request": request, "code": post.mails.code_to(ME)}
    assert code_of(await computer.ask("POST", "/api/email/confirm", body)) == "code_expired"


async def test_a_code_of_one_account_is_none_for_another(post: Post) -> None:
    mine, other = await post.person(), await post.person()
    request = (await mine.ask("POST", "/api/email", {"email": ME})).json()["request"]
    body = {"request": request, "code": post.mails.code_to(ME)}
    assert code_of(await other.ask("POST", "/api/email/confirm", body)) == "code_unknown"
    assert (await mine.ask("POST", "/api/email/confirm", body)).status_code == 200


async def test_a_new_device_finds_the_account_by_its_address(post: Post) -> None:
    first = await post.person(ME)
    new = Computer(post.server.client)
    request = await post.ask_recover(ME)
    assert await come_back(new, request, post.mails.code_to(ME)) == 201
    assert new.account == first.account
    assert len((await new.ask("GET", "/api/devices")).json()["devices"]) == 2
    assert await come_back(Computer(post.server.client), request, post.mails.code_to(ME)) == 400


async def test_nobody_learns_whether_an_address_is_known(post: Post) -> None:
    await post.person(ME)
    known, unknown = await post.ask_recover(ME), await post.ask_recover("no@example.org")
    assert len(known) == len(unknown)
    assert "there is none" in text_of(post.mails.to("no@example.org")[-1])
    tried = Computer(post.server.client)
    answers = {}
    for request in (known, unknown):
        answers[request] = [await come_back(tried, request, "000000") for _ in range(6)]
    assert answers[known] == answers[unknown] == [400] * 6


async def test_even_the_code_of_nobodys_address_opens_nothing(post: Post) -> None:
    request = await post.ask_recover("no@example.org")
    services = post.server.services
    from app.server.accounts.email_codes import code_mac

    await post.server.run(
        "UPDATE email_codes SET code_mac = ?", code_mac(services.secret, request, "123456")
    )
    assert await come_back(Computer(post.server.client), request, "123456") == 400
    assert await post.server.run("SELECT count(*) FROM accounts") == [(0,)]


async def test_an_address_of_another_account_is_told_so_and_stays_there(post: Post) -> None:
    await post.person(ME)
    other = await post.person()
    answer = await other.ask("POST", "/api/email", {"email": ME})
    assert answer.status_code == 202
    assert "belongs to one" in text_of(post.mails.to(ME)[-1])


async def test_one_address_that_two_confirm_at_once_is_one_accounts(post: Post) -> None:
    both = [await post.person(), await post.person()]
    bodies = []
    for computer in both:
        request = (await computer.ask("POST", "/api/email", {"email": ME})).json()["request"]
        bodies.append({"request": request, "code": post.mails.code_to(ME)})
    answers = await asyncio.gather(
        *(
            computer.ask("POST", "/api/email/confirm", body)
            for computer, body in zip(both, bodies, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await post.server.run("SELECT count(*) FROM accounts WHERE email = ?", ME) == [(1,)]


async def test_a_device_with_an_account_needs_a_new_key_for_another(post: Post) -> None:
    await post.person(ME)
    other = await post.person()
    request = await post.ask_recover(ME)
    assert await come_back(other, request, post.mails.code_to(ME)) == 409


async def test_the_old_address_is_told_of_the_new_one(post: Post) -> None:
    computer = await post.person(ME)
    answer = await computer.ask("POST", "/api/email", {"email": "new@example.org"})
    body = {"request": answer.json()["request"], "code": post.mails.code_to("new@example.org")}
    assert (await computer.ask("POST", "/api/email/confirm", body)).status_code == 200
    assert "opens it no longer" in text_of(post.mails.to(ME)[-1])
    assert (await computer.ask("DELETE", "/api/email")).status_code == 204
    assert await post.server.run("SELECT email FROM accounts") == [(None,)]


async def test_six_mails_a_day_go_to_one_address(post: Post) -> None:
    answers = []
    for _ in range(8):
        body = {"email": ME}
        answers.append(await post.server.client.post("/api/email/recover", json=body))
    assert [answer.status_code for answer in answers] == [202] * 6 + [429] * 2
    assert len(post.mails.to(ME)) == 6


async def test_an_account_and_a_network_have_limits_of_their_own(post: Post) -> None:
    computer = await post.person()
    statuses = [
        (await computer.ask("POST", "/api/email", {"email": f"n{n}@example.org"})).status_code
        for n in range(12)
    ]
    assert statuses == [202] * 10 + [429] * 2
    others = [
        (await post.server.client.post("/api/email/recover", json={"email": f"m{n}@example.org"}))
        for n in range(11)
    ]
    # Ten were the account's, of twenty for the network.
    assert [answer.status_code for answer in others] == [202] * 10 + [429]


async def test_a_mail_that_cannot_be_sent_is_said_and_its_code_not_logged(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    computer = await post.person()
    post.mails.answer = "451 later, you wrote {content}"
    with caplog.at_level(logging.DEBUG, "app"):
        answer = await computer.ask("POST", "/api/email", {"email": ME})
    assert (answer.status_code, code_of(answer)) == (503, "mail_not_sent")
    assert "could not be handed" in caplog.text
    assert "the code that adds" not in caplog.text


async def test_no_code_is_in_any_row(post: Post) -> None:
    computer = await post.person()
    await computer.ask("POST", "/api/email", {"email": ME})
    rows = await post.server.run("SELECT * FROM email_codes")
    assert post.mails.code_to(ME) not in str(rows)


@pytest.mark.parametrize(
    "text",
    ["", "me", "me@", "@example.org", "me@example", "me@exa mple.org", "me@a..b", "me@-a.org"]
    + [
        "me\r\nBcc: x@example.org",
        "a b@example.org",
        ".me@example.org",
        "mé@a.org",
    ]
    + [f"{'x' * 65}@example.org", f"me@{'x' * 64}.org", f"me@{'x.' * 130}org"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no e-mail address"):
        email_address(text)


def test_an_address_has_one_text() -> None:
    assert email_address("me@example.org\n") == ME
    assert email_address(" Me.Too+x@Example.ORG ") == "me.too+x@example.org"
    assert email_address("me@bücher.example") == "me@xn--bcher-kva.example"
