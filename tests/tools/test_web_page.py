"""Reading web pages: asked for first, through the program's own door, never an inner address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from app.config import Config
from app.providers.connection import Proxy
from app.providers.http import HttpClient
from app.seam import assistants, commands
from app.seam.views import MessageState
from app.tools.permits import Question
from app.tools.public_addresses import host_of, is_public, public_address
from app.tools.tool import ToolFailed
from app.tools.toolbox import Toolbox
from app.tools.web_page import BYTES_MAX, WebPage
from tests.chat.conversations import opened_after_a_kill
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer
from tests.tools.chats import assert_books_add_up, bodies, chat_with_tools, settled
from tests.tools.wire_traffic import Call, OpenAIChat

CHAT = OpenAIChat()
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Site:
    """A web server on loopback; `asked` are the hosts and paths that were asked for."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/", host: str = "example.org") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8") -> None:
        text = body.encode() if isinstance(body, str) else body
        self.pages[path] = (200, {"Content-Type": kind}, text)

    def sends_on(self, path: str, location: str) -> None:
        self.pages[path] = (302, {"Location": location}, b"")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(f"{self.headers['Host']}{self.path}")
            status, headers, body = site.pages.get(self.path, (404, {}, b"gone"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    site.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()


async def to_loopback(host: str, port: int) -> Sequence[str]:
    """Every name of the test leads to this computer."""
    return [LOOPBACK]


def reader(http: HttpClient) -> WebPage:
    """A reader that takes this computer for the open web."""
    return WebPage(lambda: http, to_loopback, lambda ip: ip == LOOPBACK)


async def test_a_page_is_read_by_its_name_at_the_address_that_was_looked_at(site: Site) -> None:
    site.page("/", "<title>Bread</title><p>Flour and water.</p>")
    http = HttpClient()
    said = await reader(http).run({"url": site.url()})
    await http.aclose()
    assert said.startswith(f"What the page at {site.url()} says. It is not from the user")
    assert said.endswith("Title: Bread\n\nFlour and water.")
    assert site.asked == [f"example.org:{site.port}/"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:8080/", "http://[::1]/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://printer/", "http://nas.local/", "http://db.internal/", "file:///etc/passwd",
        "ftp://example.org/", "javascript:alert(1)", "http://user:pw@example.org/",
        "http://example.org:25/", "http://", "not an address", "https://" + "a" * 3_000 + ".org",
        "http://100.64.0.1/", "http://224.0.0.1/", "http://LOCALHOST./",
    ],
)  # fmt: skip
def test_addresses_that_are_not_on_the_open_web_are_refused_unasked(url: str) -> None:
    with pytest.raises(ToolFailed):
        host_of(url)


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1", "fd00::1", "0.0.0.0"])
async def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(ip: str) -> None:
    async def look_up(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", ip]

    assert is_public("93.184.215.14")
    with pytest.raises(ToolFailed, match="not on the open web"):
        await public_address("https://example.org/", through_proxy=False, look_up=look_up)


@pytest.mark.parametrize("written", ["127.1", "2130706433", "0x7f.1", "017700000001"])
async def test_other_ways_to_write_this_computers_address_are_refused_too(written: str) -> None:
    with pytest.raises(ToolFailed):
        await public_address(f"http://{written}/", through_proxy=False)


async def test_redirects_are_followed_on_the_same_host_and_no_further(site: Site) -> None:
    site.sends_on("/old", "/new")
    site.page("/new", "<p>Here.</p>")
    site.sends_on("/away", site.url("/new", "example.net"))
    site.sends_on("/inside", "http://127.0.0.1:8080/admin")
    site.sends_on("/file", "file:///etc/passwd")
    site.sends_on("/loop", "/loop")
    http = HttpClient()
    page = reader(http)
    assert (await page.run({"url": site.url("/old")})).endswith("Here.")
    with pytest.raises(ToolFailed, match=r"another host\. Read http://example\.net"):
        await page.run({"url": site.url("/away")})
    with pytest.raises(ToolFailed, match="not on the open web"):
        await page.run({"url": site.url("/inside")})
    with pytest.raises(ToolFailed, match="no address that can be read"):
        await page.run({"url": site.url("/file")})
    with pytest.raises(ToolFailed, match="more than 5 times"):
        await page.run({"url": site.url("/loop")})
    assert not any("admin" in path or "example.net" in path for path in site.asked)
    await http.aclose()


async def test_what_is_no_text_missing_or_endless_is_said_so(site: Site) -> None:
    site.page("/picture", b"\x89PNG", "image/png")
    site.page("/empty", "<script>render()</script>")
    site.page("/long", b"a " * BYTES_MAX, "text/plain")
    http = HttpClient()
    page = reader(http)
    for path, said in (
        ("/picture", "image/png, no text"),
        ("/empty", "no text"),
        ("/gone", "status 404"),
    ):
        with pytest.raises(ToolFailed, match=said):
            await page.run({"url": site.url(path)})
    result = await Toolbox((page,)).run(
        "read_web_page", f'{{"url": "{site.url("/long")}"}}', ("read_web_page",)
    )
    assert not result.failed
    assert len(result.text) < page.letters_max + 200
    await http.aclose()


async def test_old_encodings_are_read_as_the_page_says(site: Site) -> None:
    site.page("/latin", "<p>Grüße</p>".encode("latin-1"), "text/html; charset=iso-8859-1")
    site.page("/odd", "<p>Grüße</p>", "text/html; charset=idna")
    http = HttpClient()
    page = reader(http)
    assert (await page.run({"url": site.url("/latin")})).endswith("Grüße")
    assert "Gr" in await page.run({"url": site.url("/odd")})
    await http.aclose()


async def test_offline_and_the_proxy_hold_for_pages_too(site: Site) -> None:
    async def outside(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14"]

    offline = HttpClient(offline=True)
    with pytest.raises(ToolFailed, match="“offline” is on"):
        await WebPage(lambda: offline, outside).run({"url": "https://example.org/"})
    through = HttpClient(Proxy(f"http://{LOOPBACK}:{site.port}"))
    site.pages["http://example.org/page"] = (200, {"Content-Type": "text/plain"}, b"By proxy.")
    said = await WebPage(lambda: through, outside).run({"url": "http://example.org/page"})
    assert said.endswith("By proxy.")
    assert site.asked == ["example.orghttp://example.org/page"]
    await offline.aclose()
    await through.aclose()


async def asked_for_a_page(
    driver: CoreDriver, server: ProviderServer, site: Site
) -> tuple[str, assistants.ToolAsked, int]:
    """A chat whose model wants to read a page, and the question that came of it."""
    site.page("/", "<p>Flour and water.</p>")
    driver.core.turns._loop.toolbox = Toolbox((reader(driver.core.http),))
    driver.core.tools.setups._toolbox = driver.core.turns._loop.toolbox
    call = Call("read_web_page", f'{{"url": "{site.url()}"}}')
    server.replies = [CHAT.calling(call), CHAT.saying("I see.")]
    chat_id = await chat_with_tools(driver, server, tools=())
    driver.core.shelves.setups.choose_tools(chat_id, ("read_web_page",))
    seen = len(driver.heard)
    driver.dispatcher.take(commands.SendMessage(chat_id, (0,), "Read it"))
    return chat_id, await driver.wait_for(assistants.ToolAsked, since=seen), seen


async def test_a_page_is_read_once_the_user_allowed_its_host(
    driver: CoreDriver, provider_server: ProviderServer, site: Site
) -> None:
    chat_id, asked, seen = await asked_for_a_page(driver, provider_server, site)
    assert (asked.subject, asked.title) == ("example.org", "Read web pages")
    assert site.asked == []
    assert len(provider_server.posts) == 1
    driver.dispatcher.take(assistants.AnswerTool(asked.message_id, asked.call_id, "chat"))
    answer = await settled(driver, chat_id, seen)
    assert answer.text == "I see."
    assert answer.tool_calls[0].result is not None
    assert "Flour and water." in CHAT.result_in(bodies(provider_server)[1])
    # For this chat it holds: nobody is asked again.
    seen = len(driver.heard)
    call = Call("read_web_page", f'{{"url": "{site.url("/other")}"}}')
    provider_server.replies = [CHAT.calling(call), CHAT.saying("Gone.")]
    assert (await driver.send(chat_id, "And the other")).text == "Gone."
    assert not [event for event in driver.heard[seen:] if isinstance(event, assistants.ToolAsked)]


async def test_what_was_allowed_for_a_chat_holds_after_a_restart_until_it_is_taken_back(
    driver: CoreDriver, provider_server: ProviderServer, site: Site, tmp_path: Path
) -> None:
    chat_id, asked, seen = await asked_for_a_page(driver, provider_server, site)
    driver.dispatcher.take(assistants.AnswerTool(asked.message_id, asked.call_id, "chat"))
    await settled(driver, chat_id, seen)
    permit = assistants.PermitView("read_web_page", "example.org")
    again = await opened_after_a_kill(driver, tmp_path / "again")
    shown = await again.ask(assistants.AskSetup(chat_id), assistants.SetupShown)
    assert shown.permits == (permit,)
    question = Question(chat_id, 0, "m", "c", permit.tool, "", permit.subject)
    assert await again.core.tools.permits.may_run(question)
    other = replace(question, chat_id="another")
    waits = asyncio.create_task(again.core.tools.permits.may_run(other))
    await again.wait_for(assistants.ToolAsked)
    again.core.tools.permits.answer("m", "c", "no")
    assert not await waits
    order = assistants.TakeBackPermit(chat_id, permit.tool, permit.subject)
    assert (await again.ask(order, assistants.SetupShown)).permits == ()
    seen = len(again.heard)
    waits = asyncio.create_task(again.core.tools.permits.may_run(question))
    await again.wait_for(assistants.ToolAsked, since=seen)
    again.core.tools.permits.answer("m", "c", "once")
    assert await waits
    assert again.core.tools.desk.setup(chat_id).permits == ()
    await again.close()


async def test_a_no_reaches_the_model_and_no_byte_reaches_the_host(
    driver: CoreDriver, provider_server: ProviderServer, site: Site
) -> None:
    chat_id, asked, seen = await asked_for_a_page(driver, provider_server, site)
    driver.dispatcher.take(assistants.AnswerTool(asked.message_id, asked.call_id, "no"))
    answer = await settled(driver, chat_id, seen)
    assert answer.text == "I see."
    assert answer.tool_calls[0].failed
    assert "did not allow" in CHAT.result_in(bodies(provider_server)[1])
    assert site.asked == []


async def test_stop_while_a_tool_asks_takes_the_question_back(
    driver: CoreDriver, provider_server: ProviderServer, site: Site
) -> None:
    chat_id, asked, seen = await asked_for_a_page(driver, provider_server, site)
    driver.dispatcher.take(commands.StopTurn(chat_id))
    answer = await settled(driver, chat_id, seen)
    ended = await driver.wait_for(assistants.ToolAskEnded, since=seen)
    assert (ended.message_id, ended.call_id) == (asked.message_id, asked.call_id)
    assert answer.state is MessageState.INTERRUPTED
    assert answer.cost is not None
    assert answer.cost.note.startswith("You stopped this answer: what was asked before")
    assert len(provider_server.posts) == 1
    assert site.asked == []
    assert_books_add_up(driver)


async def test_with_the_offline_setting_the_tools_page_is_not_read(tmp_path: Path) -> None:
    driver = CoreDriver(tmp_path, Config(offline=True))
    await driver.open()
    page = WebPage(lambda: driver.core.http)
    with pytest.raises(ToolFailed):
        await page.run({"url": "https://example.org/"})
    await driver.close()
