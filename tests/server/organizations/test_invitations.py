"""Invitations: once, for one, until they expire, and never beyond the seats that were bought."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.credit_server import CreditServer, running_server
from tests.server.accounts.computers import code_of, registered
from tests.server.accounts.mail_server import mail_server, text_of
from tests.server.organizations.crew import (
    ORGANIZATIONS,
    accepts,
    founded,
    invited,
    joined,
    ten_seats,
    with_seats,
)


async def test_who_accepts_belongs_there_with_the_role(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    person = await registered(server)
    sent = await invited(admin, group, "viewer")
    answer = await accepts(person, sent["link"])
    assert answer.json() == {"id": group, "kind": "organization", "name": "Crew"}
    seen = (await person.ask("GET", f"{ORGANIZATIONS}/{group}")).json()
    assert (seen["role"], seen["members"]) == ("viewer", 2)
    assert (await admin.ask("GET", f"{ORGANIZATIONS}/{group}/invitations")).json() == {
        "invitations": []
    }


async def test_the_token_is_shown_once_and_kept_as_a_hash(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    sent = await invited(admin, group)
    listed = await admin.ask("GET", f"{ORGANIZATIONS}/{group}/invitations")
    assert sent["id"] in listed.text
    assert sent["token"] not in listed.text
    data = credit_server.services.settings.data
    kept = b"".join(path.read_bytes() for path in data.glob("server.db*"))
    assert sent["token"].encode() not in kept


@pytest.mark.parametrize("again", ["the same person", "another"])
async def test_it_is_accepted_once(any_credit_server: CreditServer, again: str) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    person = await registered(server)
    token = (await invited(admin, group))["token"]
    assert (await accepts(person, token)).status_code == 200
    second = person if again == "the same person" else await registered(server)
    answer = await accepts(second, token)
    assert (answer.status_code, code_of(answer)) == (409, "invitation_used")


async def test_twenty_who_accept_one_at_once_are_one(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    people = [await registered(server) for _ in range(20)]
    token = (await invited(admin, group))["token"]
    answers = await asyncio.gather(*(accepts(person, token) for person in people))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert await server.run("SELECT count(*) FROM members WHERE tenant = ?", group) == [(2,)]


async def test_seats_hold_however_many_accept_at_once(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    admin, group = await ten_seats(server)
    people = [await registered(server) for _ in range(20)]
    tokens = [(await invited(admin, group))["token"] for _ in people]
    answers = await asyncio.gather(
        *(accepts(person, token) for person, token in zip(people, tokens, strict=True))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * 9 + [409] * 11
    assert {code_of(answer) for answer in answers if answer.status_code == 409} == {"seats_full"}
    assert await server.run("SELECT count(*) FROM members WHERE tenant = ?", group) == [(10,)]


async def test_a_full_one_says_what_to_do_and_the_invitation_works_after_it(
    credit_server: CreditServer,
) -> None:
    server = credit_server
    admin = await registered(server)
    group = await founded(server, admin)  # nothing bought: one seat
    person = await registered(server)
    token = (await invited(admin, group))["token"]
    answer = await accepts(person, token)
    assert (answer.status_code, code_of(answer)) == (409, "seats_full")
    assert "get more seats" in answer.text
    assert (await person.ask("GET", f"{ORGANIZATIONS}/{group}")).status_code == 404
    await with_seats(server, group, 5)
    assert (await accepts(person, token)).status_code == 200


@pytest.mark.parametrize("columns", ["flags = 'past_due'", "paid_until_ms = 1"])
async def test_unpaid_seats_let_nobody_in_and_put_nobody_out(
    credit_server: CreditServer, columns: str
) -> None:
    server = credit_server
    admin, group = await ten_seats(server)
    member = await joined(server, admin, group)
    await server.run(f"UPDATE accounts SET {columns} WHERE id = ?", group)
    person = await registered(server)
    answer = await accepts(person, (await invited(admin, group))["token"])
    assert code_of(answer) == "seats_full"
    assert (await member.ask("GET", f"{ORGANIZATIONS}/{group}")).status_code == 200


async def test_an_old_one_is_refused(credit_server: CreditServer) -> None:
    server = credit_server
    admin, group = await ten_seats(server)
    token = (await invited(admin, group))["token"]
    server.time.pass_by(days=7)
    person = await registered(server)
    answer = await accepts(person, token)
    assert (answer.status_code, code_of(answer)) == (409, "invitation_expired")


async def test_one_that_was_taken_back_is_refused(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    sent = await invited(admin, group)
    path = f"{ORGANIZATIONS}/{group}/invitations/{sent['id']}"
    assert (await admin.ask("DELETE", path)).status_code == 204
    assert (await admin.ask("DELETE", path)).status_code == 404
    answer = await accepts(await registered(credit_server), sent["token"])
    assert code_of(answer) == "invitation_revoked"


async def test_a_member_does_not_use_one_up(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    token = (await invited(admin, group))["token"]
    answer = await accepts(admin, token)
    assert code_of(answer) == "already_member"
    assert (await accepts(await registered(credit_server), token)).status_code == 200


async def test_an_unknown_token_is_not_there(credit_server: CreditServer) -> None:
    answer = await accepts(await registered(credit_server), "ti_" + "x" * 43)
    assert answer.status_code == 404


async def test_one_of_a_deleted_organization_is_not_there(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    token = (await invited(admin, group))["token"]
    await admin.ask("DELETE", f"{ORGANIZATIONS}/{group}", {"confirm": group})
    assert (await accepts(await registered(credit_server), token)).status_code == 404


async def test_without_a_mail_server_the_link_is_handed_over(
    credit_server: CreditServer,
) -> None:
    admin, group = await ten_seats(credit_server)
    body = {"role": "builder", "email": "Ann@Example.org"}
    answer = await admin.ask("POST", f"{ORGANIZATIONS}/{group}/invitations", body)
    sent = answer.json()
    assert (sent["email"], sent["mailed"]) == ("ann@example.org", False)
    assert sent["link"].endswith(f"/invitation#{sent['token']}")
    page = await credit_server.client.get("/invitation")
    assert page.status_code == 200
    assert "paste it in Tuppence" in page.text


async def test_more_than_a_hundred_a_day_are_refused(credit_server: CreditServer) -> None:
    admin, group = await ten_seats(credit_server)
    await credit_server.run("UPDATE buckets SET count = 0")
    await invited(admin, group)
    await credit_server.run("UPDATE buckets SET count = 100 WHERE name = ?", f"invitations/{group}")
    answer = await admin.ask("POST", f"{ORGANIZATIONS}/{group}/invitations", {"role": "viewer"})
    assert answer.status_code == 429


async def test_a_mailed_one_is_for_who_has_confirmed_its_address(tmp_path: Path) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with running_server(tmp_path, **smtp) as server:
            admin, group = await ten_seats(server)
            body = {"role": "builder", "email": "Ann@Example.org"}
            path = f"{ORGANIZATIONS}/{group}/invitations"
            sent = (await admin.ask("POST", path, body)).json()
            assert sent["mailed"] is True
            assert sent["link"] in text_of(mails.to("ann@example.org")[0])
            ann, ben, nobody = [await registered(server) for _ in range(3)]
            await server.run("UPDATE accounts SET email = ? WHERE id = ?", "ben@b.org", ben.account)
            for wrong in (ben, nobody):
                answer = await accepts(wrong, sent["link"])
                assert (answer.status_code, code_of(answer)) == (403, "invitation_for_another")
                assert "ann@" not in answer.text
                assert (await wrong.ask("GET", f"{ORGANIZATIONS}/{group}")).status_code == 404
            asked = (await ann.ask("POST", "/api/email", {"email": "ann@example.org"})).json()
            code = mails.code_to("ann@example.org")
            typed = {"request": asked["request"], "code": code}
            assert (await ann.ask("POST", "/api/email/confirm", typed)).status_code == 200
            assert (await accepts(ann, sent["link"])).status_code == 200


async def test_a_link_without_an_address_is_for_whoever_has_it(tmp_path: Path) -> None:
    async with mail_server() as mails:
        smtp = {"SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "MAIL_FROM": "post@example.org"}
        async with running_server(tmp_path, **smtp) as server:
            admin, group = await ten_seats(server)
            token = (await invited(admin, group))["token"]
            assert (await accepts(await registered(server), token)).status_code == 200
            assert mails.mails == []
