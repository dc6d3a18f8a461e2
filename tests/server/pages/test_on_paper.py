"""Receipts and statements on paper: a real Chromium prints them on A4, from a light window and
from a dark one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.credit_server import CreditServer, Person, running_server
from tests.server.credits.given import GPT_4O, whole_call
from tests.server.operator.chrome import Chrome, chrome
from tests.server.pages.paper import sheets
from tests.server.pages.test_pages import _session as session_of
from tests.server.proxy.conftest import serving

A4 = (595.0, 842.0)  # points
BETWEEN_MARGINS = 673  # pixels: 210 mm without 16 mm on either side
SCREEN_ONLY = ("Print this page", "Back to the account")
LONG = "somebody/" + "a_model_with_a_very_long_name_" * 4 + "1"
HEAD = "Model Calls Input Output Tokens Cost"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[CreditServer]:
    async with running_server(tmp_path / "server", DEMO="true") as running:
        yield running


async def enter(window: Chrome, server: CreditServer, url: str, person: Person) -> None:
    """The account's page, by a link as the program opens it, with a pack that was bought."""
    headers = await session_of(server, person)
    for path, body in (("/api/checkout", {"offer": "power-pack"}), ("/api/account/link", {})):
        answer = await server.client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        await window.open(url + "/" + str(answer.json()["url"]).split("/", 3)[3])
        if path == "/api/checkout":
            await window.click("button[value=yes]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_receipt_is_one_sheet_with_what_was_paid_and_nothing_to_click(
    server: CreditServer, chromium: str, tmp_path: Path, scheme: str
) -> None:
    ann = await server.person(name="Ann")
    async with serving(server) as url, chrome(chromium, tmp_path / "profile", scheme) as window:
        await enter(window, server, url, ann)
        await window.click("td a")
        shown = await window.text()
        (sheet,) = sheets(await window.paper(backgrounds=True))
        await window.as_on_paper(BETWEEN_MARGINS)
        assert await window.width() <= BETWEEN_MARGINS
    assert sheet.size == pytest.approx(A4, abs=1)
    for words in ("Receipt", "Number", "For Ann", "Power Pack", "500,000 tokens", "Total $10.00"):
        assert words in sheet.words
    for words in SCREEN_ONLY:
        assert words in shown
        assert words not in sheet.words
    # Dark ink, though the window was dark and its own words light.
    assert all(max(ink) < 0.7 for ink in sheet.inks), sheet.inks


async def test_a_long_statement_goes_on_over_the_sheet_with_its_head_and_cuts_nothing(
    server: CreditServer, chromium: str, tmp_path: Path
) -> None:
    ann = await server.person(flags="unlimited", name="Ann")
    models = [f"somebody/model-{number:02}" for number in range(30)]
    for model in (*models, LONG):
        await whole_call(server, ann.caller, GPT_4O)
        await server.run("UPDATE requests SET model = ? WHERE model = ?", model, GPT_4O)
    async with serving(server) as url, chrome(chromium, tmp_path / "profile") as window:
        await enter(window, server, url, ann)
        await window.open(f"{url}/account/statement")
        printed = sheets(await window.paper())
        await window.as_on_paper(BETWEEN_MARGINS)
        assert await window.width() <= BETWEEN_MARGINS
    assert len(printed) >= 2
    words = " ".join(sheet.words for sheet in printed)
    for model in models:
        assert f"{model} 1 312 75" in words
    assert LONG in words.replace(" ", "")
    assert [HEAD in sheet.words for sheet in printed[:2]] == [True, True]
    assert words.count("Total") == 1, "the sum of all stands under all"
    assert (
        words.index("model-29")
        < words.index("Total")
        < words.index("Purchases")
        < words.index("Power Pack")
    )
    assert not any(each in words for each in SCREEN_ONLY)
    for sheet in printed:
        assert sheet.size == pytest.approx(A4, abs=1)
