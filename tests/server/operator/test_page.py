"""The operator's page in a real browser without scripts, in light and in dark; and who is kept
out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.server.operator.entrance import enter_by_link, make_link, new_link_token
from app.server.operator.page_entered import COOKIE
from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.operator.chrome import Chrome, chrome
from tests.server.operator.office import WHY, Office, lively
from tests.server.proxy.conftest import serving

PASSWORD = "k4rl-m0nt-9wz-quer"
PLACES = ("", "/holds", "/events", "/routes", "/margins", "/log")


@dataclass
class Page:
    """The page of a lively server on a real socket."""

    server: CreditServer
    url: str
    ada: Person
    bob: Person
    dead: str

    async def link(self) -> str:
        """As the command line prints it."""
        said = await Office(self.server).admin("page")
        assert isinstance(said.plain, dict)
        return self.url + "/" + said.plain["url"].split("/", 3)[3]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with running_server(tmp_path / "server", OPERATOR_PASSWORD=PASSWORD) as server:
        people = await lively(server)
        async with serving(server) as url:
            yield Page(server, url, *people)


async def _cookie(server: CreditServer) -> str:
    """A visit's cookie, as a link becomes one."""
    token, run = new_link_token(), server.services.database.run
    await run(make_link, token, "olga", server.time.at)
    visit = await run(enter_by_link, token, server.time.at)
    assert visit is not None
    return visit


def _sent(cookie: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={cookie}"}


async def _form(server: CreditServer, cookie: str) -> str:
    shown = await server.client.get("/operator/routes", headers=_sent(cookie))
    found = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert found is not None, shown.text
    return found[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_operator_sees_and_acts_without_scripts(
    page: Page, chromium: str, tmp_path: Path, scheme: str
) -> None:
    async with chrome(chromium, tmp_path / "profile", scheme) as window:
        await window.open(await page.link())
        assert "Ada Lovelace" in await window.text()
        brightness = []
        for place in PLACES:
            await window.open(f"{page.url}/operator{place}")
            shown = await window.picture(tmp_path / f"{scheme}{place.replace('/', '-')}.png")
            brightness.append(_first_pixel(shown))
            assert await window.width() <= 1280
        assert all((light > 128) == (scheme == "light") for light in brightness)
        await _close_a_route(window, page)
        await _mark_and_give(window, page, tmp_path / f"{scheme}-account.png")
        await _end_a_hold(window, page)
    assert len(await Office(page.server).log()) == 5  # the link, and four acts
    rows = await page.server.run("SELECT DISTINCT who FROM operator_acts WHERE act <> 'page'")
    assert rows == [("olga (page)",)]


def _first_pixel(png: bytes) -> int:
    """How bright the corner of a picture is, 0 to 255."""
    picture = QImage.fromData(png)
    assert not picture.isNull()
    return picture.pixelColor(3, 3).lightness()


async def _close_a_route(window: Chrome, page: Page) -> None:
    await window.open(f"{page.url}/operator/routes")
    await window.type("tr:nth-child(1) input[name=reason]", "Its prices are being checked")
    await window.click("tr:nth-child(1) button")
    assert "openrouter is closed." in await window.text()
    models = await page.server.client.get("/v1/models", headers=page.ada.headers)
    assert "Its prices are being checked" in models.text


async def _mark_and_give(window: Chrome, page: Page, picture: Path) -> None:
    await window.open(f"{page.url}/operator?text=ada%40example")
    assert "Bob" not in await window.text()
    await window.click(".card td a")
    await window.choose("#mark", "q")
    await window.type("form[action$=mark] input[name=reason]", WHY)
    await window.click("form[action$=mark] button")
    assert "Marked: quarantined." in await window.text()
    await window.type("#amount", "12,500")
    await window.type("form[action$=grant] input[name=reason]", WHY)
    await window.click("form[action$=grant] button")
    assert "12,500 tokens given." in await window.text()
    await window.picture(picture)
    rows = await page.server.run("SELECT flags FROM accounts WHERE id = ?", page.ada.caller.account)
    assert rows == [("quarantined",)]


async def _end_a_hold(window: Chrome, page: Page) -> None:
    await window.open(f"{page.url}/operator/holds")
    assert page.dead in await window.text()
    await window.type("input[name=reason]", WHY)
    await window.click("td button")
    assert "The hold has ended." in await window.text()
    rows = await page.server.run("SELECT ended_ms FROM ledger_holds WHERE id = ?", page.dead)
    assert rows[0][0] is not None


async def test_the_password_of_the_environment_opens_it(
    page: Page, chromium: str, tmp_path: Path
) -> None:
    async with chrome(chromium, tmp_path / "profile", width=420) as window:
        await window.open(f"{page.url}/operator")
        assert "Ada" not in await window.text()
        await window.type("#password", "guess-guess-guess")
        await window.click(".actions button")
        assert "This is not the password." in await window.text()
        await window.picture(tmp_path / "enter.png")
        await window.type("#password", PASSWORD)
        await window.click(".actions button")
        assert "Ada Lovelace" in await window.text()
        for place in PLACES:
            await window.open(f"{page.url}/operator{place}")
            assert await window.width() <= 420, place
        await window.picture(tmp_path / "narrow.png")
        await window.click("header button")
        await window.open(f"{page.url}/operator")
        assert "Ada" not in await window.text()


async def test_a_link_works_once_and_for_five_minutes(any_credit_server: CreditServer) -> None:
    server = any_credit_server
    token, run = new_link_token(), server.services.database.run
    await run(make_link, token, "olga", server.time.at)
    assert await run(enter_by_link, token, server.time.at) is not None
    assert await run(enter_by_link, token, server.time.at) is None
    await run(make_link, other := new_link_token(), "olga", server.time.at)
    assert await run(enter_by_link, other, server.time.pass_by(minutes=5, seconds=1)) is None


async def test_a_visit_ends_after_hours(credit_server: CreditServer) -> None:
    cookie = await _cookie(credit_server)
    get = credit_server.client.get
    assert (await get("/operator", headers=_sent(cookie))).status_code == 200
    credit_server.time.pass_by(hours=4, seconds=1)
    assert (await get("/operator", headers=_sent(cookie))).status_code == 401


async def test_the_password_is_tried_a_few_times_and_not_more(page: Page) -> None:
    post, right = page.server.client.post, {"password": PASSWORD}
    for _ in range(5):
        answer = await post("/operator/enter", data={"password": "wrong-wrong-wrong"})
        assert answer.status_code == 401
    assert (await post("/operator/enter", data=right)).status_code == 429
    page.server.time.pass_by(minutes=10)
    answer = await post("/operator/enter", data=right)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/operator"))


async def test_without_a_password_none_opens_it(credit_server: CreditServer) -> None:
    for tried in ("", "anything-at-all"):
        answer = await credit_server.client.post("/operator/enter", data={"password": tried})
        assert answer.status_code in (400, 404)
    shown = await credit_server.client.get("/operator/enter")
    assert "password" not in shown.text


async def test_no_account_comes_in(page: Page) -> None:
    server = page.server
    paths = [*PLACES, f"/account?id={page.ada.caller.account}", "/event?processor=stripe&id=x"]
    for headers in (
        {},
        page.ada.headers,
        _sent(page.ada.token),
        _sent("tov_guess"),
        {"Authorization": f"Bearer {PASSWORD}"},
    ):
        for path in paths:
            answer = await server.client.get(f"/operator{path}", headers=headers)
            assert answer.status_code == 401
            assert "Ada" not in answer.text


FORMS = {
    "/operator/account/mark": {"account": "a_p000", "mark": "suspended", "reason": WHY},
    "/operator/account/grant": {
        "account": "a_p000", "amount": "5", "unit": "plan_tokens", "reason": WHY,
    },
    "/operator/account/take-back": {"account": "a_p000", "wallet": "x", "reason": WHY},
    "/operator/holds/end": {"hold": "x", "reason": WHY},
    "/operator/events/again": {"processor": "stripe", "event": "evt_1QxSetAside"},
    "/operator/routes/switch": {"route": "openrouter", "to": "closed", "reason": WHY},
}  # fmt: skip


def test_every_form_is_tried_below(credit_server: CreditServer) -> None:
    from app.server.operator.page_acts import router

    assert {getattr(route, "path", "") for route in router.routes} == set(FORMS)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_does_nothing(page: Page, path: str) -> None:
    server, cookie = page.server, await _cookie(page.server)
    other = await _form(server, await _cookie(server))
    for form in ("", "0" * 64, other):
        answer = await server.client.post(
            path, data={**FORMS[path], "form": form}, headers=_sent(cookie)
        )
        assert answer.status_code in (400, 403), answer.text
    own = await _form(server, cookie)
    answer = await server.client.post(path, data={**FORMS[path], "form": own})
    assert answer.status_code == 401
    assert await Office(server).log() == []


async def test_an_act_that_is_refused_says_why_and_is_on_no_log(page: Page) -> None:
    server, cookie = page.server, await _cookie(page.server)
    form = await _form(server, cookie)
    for path, change, words in (
        ("/operator/account/mark", {"reason": "x"}, "Give a reason"),
        ("/operator/account/mark", {"account": "a_nobody"}, "no such account"),
        ("/operator/account/grant", {"amount": "1.5"}, "Write a whole number"),
        ("/operator/account/grant", {"amount": "-5", "unit": "usd"}, "above zero"),
        ("/operator/account/take-back", {}, "no such grant"),
        ("/operator/holds/end", {}, "no such hold"),
        ("/operator/events/again", {"event": "evt_none"}, "no such event"),
        ("/operator/routes/switch", {"route": "none"}, "no such route"),
        ("/operator/routes/switch", {"to": "open"}, "This route is open"),
    ):
        sent = {**FORMS[path], "form": form, **change}
        answer = await server.client.post(path, data=sent, headers=_sent(cookie))
        assert 400 <= answer.status_code < 500, answer.text
        assert words in answer.text, answer.text
    assert await Office(server).log() == []


async def test_names_that_are_markup_stay_words(credit_server: CreditServer) -> None:
    await credit_server.person(name="<script>alert(1)</script>", email='"><b>@x')
    shown = await credit_server.client.get(
        "/operator?text=%3Cscript", headers=_sent(await _cookie(credit_server))
    )
    assert "&lt;script&gt;alert" in shown.text
    assert "<script" not in shown.text
    assert "<b>" not in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
