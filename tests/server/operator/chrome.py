"""A real Chromium, driven as a person drives it: pages are opened, fields typed into, buttons
clicked, by its own debugging interface; scripts of pages run only where a test says so."""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

WITHIN_S = 30.0
A4_INCH = (8.27, 11.69)
Json = dict[str, Any]


class Chrome:
    """One window without a screen. `scheme` is `light` or `dark`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._loaded = asyncio.Event()
        self._session = ""
        self._reading = asyncio.create_task(self._read())

    async def begin(self, scheme: str, width: int, height: int, *, scripts: bool) -> None:
        """A tab of this size and scheme."""
        made = await self._ask("Target.createTarget", url="about:blank")
        joined = await self._ask("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = joined["sessionId"]
        await self._ask("Page.enable")
        await self._ask("DOM.enable")
        await self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        await self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await self._ask("Emulation.setEmulatedMedia", features=[feature])

    async def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        self._loaded.clear()
        await self._ask("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), WITHIN_S)

    async def type(self, selector: str, text: str) -> None:
        """Click into a field and write."""
        await self._ask("DOM.focus", nodeId=await self._node(selector))
        await self._ask("Input.insertText", text=text)

    async def choose(self, selector: str, letter: str) -> None:
        """Choose in a list by the first letter of its words."""
        await self._ask("DOM.focus", nodeId=await self._node(selector))
        for kind in ("keyDown", "keyUp"):
            key = {"text": letter} if kind == "keyDown" else {}
            await self._ask("Input.dispatchKeyEvent", type=kind, key=letter, **key)

    async def click(self, selector: str) -> None:
        """Click what is there, and wait for the page that it leads to."""
        node = await self._node(selector)
        await self._ask("DOM.scrollIntoViewIfNeeded", nodeId=node)
        box = (await self._ask("DOM.getBoxModel", nodeId=node))["model"]["content"]
        place = {"x": (box[0] + box[4]) / 2, "y": (box[1] + box[5]) / 2}
        self._loaded.clear()
        for kind in ("mousePressed", "mouseReleased"):
            await self._ask(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place
            )
        await asyncio.wait_for(self._loaded.wait(), WITHIN_S)

    async def text(self) -> str:
        """The page's words, without its tags."""
        root = await self._ask("DOM.getDocument", depth=0)
        html = await self._ask("DOM.getOuterHTML", nodeId=root["root"]["nodeId"])
        return " ".join(re.sub(r"<[^>]+>", " ", html["outerHTML"]).split())

    async def picture(self, path: Path) -> bytes:
        """The whole page as a PNG."""
        size = (await self._ask("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = await self._ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        found = base64.b64decode(shot["data"])
        path.write_bytes(found)
        return found

    async def width(self) -> int:
        """How wide the page is; wider than its window means that it has to be moved sideways."""
        size = (await self._ask("Page.getLayoutMetrics"))["cssContentSize"]
        return int(size["width"])

    async def paper(self, *, backgrounds: bool = False) -> bytes:
        """The page as Chromium prints it on A4, as a PDF."""
        printed = await self._ask(
            "Page.printToPDF",
            paperWidth=A4_INCH[0], paperHeight=A4_INCH[1], printBackground=backgrounds,
        )  # fmt: skip
        return base64.b64decode(printed["data"])

    async def as_on_paper(self, width: int) -> None:
        """From now on the page is laid out for paper with so many pixels between its margins."""
        await self._ask("Emulation.setEmulatedMedia", media="print")
        await self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=1000, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _node(self, selector: str) -> int:
        root = await self._ask("DOM.getDocument", depth=0)
        found = await self._ask(
            "DOM.querySelector", nodeId=root["root"]["nodeId"], selector=selector
        )
        assert found["nodeId"], f"no {selector} on the page: {await self.text()}"
        return int(found["nodeId"])

    async def _ask(self, method: str, **parameters: object) -> Json:
        number = next(self._numbers)
        said: Json = {"id": number, "method": method, "params": parameters}
        if self._session:
            said["sessionId"] = self._session
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(said)
        answer = await asyncio.wait_for(self._answers[number], WITHIN_S)
        del self._answers[number]
        assert "error" not in answer, (method, answer)
        result: Json = answer["result"]
        return result

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            if said.get("method") == "Page.loadEventFired":
                self._loaded.set()
            elif (waiting := self._answers.get(said.get("id", 0))) is not None:
                waiting.set_result(said)


@asynccontextmanager
async def chrome(
    program: str,
    profile: Path,
    scheme: str = "light",
    width: int = 1280,
    height: int = 900,
    *,
    scripts: bool = False,
) -> AsyncIterator[Chrome]:
    """A Chromium of its own, ended with the block."""
    process = await asyncio.create_subprocess_exec(
        program,
        *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
        *("--no-first-run", "--hide-scrollbars", f"--user-data-dir={profile}", "about:blank"),
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        address = await asyncio.wait_for(_address(process), WITHIN_S)
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(address, max_msg_size=0) as socket,
        ):
            window = Chrome(socket)
            await window.begin(scheme, width, height, scripts=scripts)
            try:
                yield window
            finally:
                await window.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if found := re.search(rb"ws://\S+", line):
            return found[0].decode()
    raise AssertionError("Chromium ended before it could be driven")
