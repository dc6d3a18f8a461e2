"""What a model cannot take is said before it is sent, with a way on."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

from app.seam import commands, events
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer


def _png(folder: Path) -> str:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\0\0")
    path = folder / "dot.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
    return str(path)


async def _attached(driver: CoreDriver, chat_id: str, folder: Path) -> str:
    added = await driver.ask(
        commands.AttachFile(1, chat_id, "dot.png", _png(folder)), events.FileAttached
    )
    return added.attachment.id


async def test_an_image_is_refused_before_sending_where_the_model_reads_text_only(
    driver: CoreDriver, provider_server: ProviderServer, tmp_path: Path
) -> None:
    chat_id = await unchecked_chat(
        driver, provider_server.url, provider="deepseek", model="deepseek-chat"
    )
    image = await _attached(driver, chat_id, tmp_path)
    quoted = await driver.ask(
        commands.AskQuote(1, chat_id, "What is this?", (image,)), events.QuoteReady
    )
    assert "reads text only" in quoted.quotes[0].blocked
    refused = await driver.ask(
        commands.SendMessage(chat_id, (0,), "What is this?", (image,)), events.SendRefused
    )
    assert (refused.fault.kind, refused.fault.action) == ("ImagesNotTaken", "model")
    assert provider_server.posts == []


async def test_an_image_goes_with_a_model_that_sees(
    driver: CoreDriver, provider_server: ProviderServer, tmp_path: Path
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1")
    image = await _attached(driver, chat_id, tmp_path)
    quoted = await driver.ask(
        commands.AskQuote(1, chat_id, "What is this?", (image,)), events.QuoteReady
    )
    assert quoted.quotes[0].blocked == ""


async def test_a_model_nobody_has_written_about_is_not_said_to_be_blind(
    driver: CoreDriver, provider_server: ProviderServer, tmp_path: Path
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1", model="brand-new")
    image = await _attached(driver, chat_id, tmp_path)
    quoted = await driver.ask(
        commands.AskQuote(1, chat_id, "What is this?", (image,)), events.QuoteReady
    )
    assert quoted.quotes[0].blocked == ""


async def test_a_count_that_is_about_is_rounded(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    chat_id = await unchecked_chat(driver, f"{provider_server.url}/v1", model="gpt-4")
    long = commands.AskQuote(1, chat_id, "sourdough and rye " * 5_001)
    [quote] = (await driver.ask(long, events.QuoteReady)).quotes
    figure = re.match(r"This conversation has about ([\d,]+) tokens; ", quote.blocked)
    assert figure is not None, quote.blocked
    digits = figure[1].replace(",", "")
    assert digits[3:] == "0" * (len(digits) - 3)
    assert abs(int(digits) - quote.input_tokens) < quote.input_tokens // 100
