"""`usage` against the window: the same figures to the picodollar, as words, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.catalog.prices import Price, Rate
from app.chat.receipts import receipt_view
from app.commands.parser import WrongUse, parse
from app.commands.usage import run_usage
from app.errors import StoreError, TuppenceError
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import ReceiptCall, make_receipt
from app.metering.usage import Certainty, Usage
from app.money import pico_from_usd
from app.seam.usage_views import UsageLine, UsageOrder, UsagePeriod, UsageScope
from app.store.assistants import AssistantRecord
from app.store.records import MessageRecord, State, UsageRecord
from tests.fixtures.core import CoreDriver

PRICE = Price(
    "openai", "gpt-4o",
    (("input", Rate(2_500_001)), ("output", Rate(10_000_003)), ("cache_read", Rate(1_250_000))),
    units=(("web_search", 10_000_000_007),), source="a list, 1 May 2026",
)  # fmt: skip
OWN = Payer(PayerKind.OWN_KEY, "your OpenAI key", "k1")
OTHER = Payer(PayerKind.OWN_KEY, "your Anthropic key", "k2")
EVIL = '=HYPERLINK("http://evil","x")'
CHATS = ("Sourdough", EVIL, "+1+1", "@SUM(A1)", "-2+3", "\t=1", 'Grüße, "Zitat"\nund Zeile')


@dataclass(slots=True)
class Collected:
    """What a command wrote."""

    folder: Path
    local: bool = True
    written: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def out(self, text: str) -> None:
        self.written.append(text)

    async def err(self, text: str) -> None:
        self.said.append(text)

    async def read_input(self) -> str:
        return ""

    async def ask_secret(self) -> str:
        return ""

    async def ask_passphrase(self) -> str:
        return ""


@pytest.fixture
def used(driver: CoreDriver) -> CoreDriver:
    """Sixty answers of two months: exact, estimated, unknown, with a cost of the provider's own."""
    shelves = driver.core.shelves
    for number, title in enumerate(CHATS):
        shelves.chats.create(f"chat-{number}", title, ())
    shelves.assistants.save(AssistantRecord("tutor", EVIL))
    with shelves.database.transaction():
        for message, rows in _answers(driver.core.clock.now()):
            shelves.messages.add(message)
            shelves.messages.finish(message, rows, None)
            if len(rows) > 1:
                for row in rows:
                    shelves.assistants.note_call(row.id, "tutor", message.id)
    return driver


def _answers(now: datetime) -> Iterator[tuple[MessageRecord, list[UsageRecord]]]:
    chosen = random.Random(3)
    for number in range(60):
        at = now - timedelta(hours=20 * number, microseconds=number)
        calls = [_call(chosen, at + timedelta(seconds=2 * n)) for n in range(1 + number % 3 // 2)]
        receipt = make_receipt(calls, calls[-1].payer or OWN, rule="You stopped." * (number % 2))
        id_ = f"{number:032x}"
        chat_id = f"chat-{number % len(CHATS)}"
        message = MessageRecord(
            id_, chat_id, None, "assistant", "An answer.", State.COMPLETE, at,
            receipt_json=receipt.to_json(),
        )  # fmt: skip
        yield message, [_row(message, call, n) for n, call in enumerate(calls)]


def _call(chosen: random.Random, at: datetime) -> ReceiptCall:
    usage = Usage(
        input=chosen.randrange(10_000),
        output=chosen.randrange(2_000),
        reasoning=chosen.choice((0, 0, 77)),
        cache_read=chosen.choice((0, 512)),
        tool_units=chosen.choice(((), (("web_search", 2),))),
        certainty=chosen.choice((Certainty.EXACT, Certainty.ESTIMATED)),
        reported_cost_pusd=chosen.choice((None, None, 123_456_789_012)),
    )
    price = chosen.choice((PRICE, PRICE, PRICE, None))
    model, payer = chosen.choice((("gpt-4o", OWN), ("gpt-4o-mini", OWN), ("gpt-4o", OTHER)))
    return ReceiptCall(
        "openai", model, at, usage, charge(usage, price), price,
        request_id=chosen.choice((None, "req-1", "=req")), basis="provider_usage", payer=payer,
    )  # fmt: skip


def _row(message: MessageRecord, call: ReceiptCall, number: int) -> UsageRecord:
    usage = call.usage
    return UsageRecord(
        f"{message.id}-{number}", message.id, message.chat_id, call.at,
        call.payer.id if call.payer else "", call.provider, call.model,
        usage.input_total - usage.cache_read - usage.cache_write, usage.cache_read,
        usage.cache_write, usage.output_total - usage.reasoning, usage.reasoning,
        call.charge.total_pusd, str(call.charge.certainty),
    )  # fmt: skip


async def printed(driver: CoreDriver, *words: str) -> str:
    streams = Collected(driver.folder)
    assert await run_usage(parse(["usage", *words]), driver.core, streams) == 0
    return "".join(streams.written)


def ever(driver: CoreDriver) -> list[str]:
    first = driver.core.clock.now().astimezone(UTC).date() - timedelta(days=60)
    return ["--from", first.isoformat()]


def scope(driver: CoreDriver) -> UsageScope:
    today = driver.core.clock.now().astimezone(UTC).date()
    return UsageScope(UsagePeriod.CUSTOM, today - timedelta(days=60), today)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def pico(text: str | None) -> int:
    return pico_from_usd(text) if text else 0


def figures(line: UsageLine) -> tuple[object, ...]:
    total = line.sum
    return (
        line.id, total.total_pusd, total.certainty.value, total.estimated_pusd, total.unpriced,
        total.calls, total.messages, total.input_tokens, total.output_tokens,
    )  # fmt: skip


def read_figures(row: dict[str, Any]) -> tuple[object, ...]:
    cost = row["cost_usd"]
    counts = ("unpriced_calls", "calls", "messages", "input_tokens", "output_tokens")
    return (
        row["id"], pico_from_usd(cost) if cost else None, row["certainty"],
        pico(row["estimated_usd"]), *(int(row[name]) for name in counts),
    )  # fmt: skip


@pytest.mark.parametrize("group", ["model", "chat", "key", "payer", "assistant"])
async def test_window_json_and_csv_have_the_same_lines_to_the_picodollar(
    used: CoreDriver, group: str
) -> None:
    view = used.core.spending.page.view(scope(used))
    shown = [figures(line) for line in getattr(view, f"{group}s")]
    as_json = json.loads(await printed(used, *ever(used), "--by", group, "--json"))
    as_csv = table(await printed(used, *ever(used), "--by", group, "--csv"))
    assert shown
    assert [read_figures(row) for row in as_json] == shown
    assert [read_figures(row) for row in as_csv] == shown
    whole = json.loads(await printed(used, *ever(used), "--json"))
    assert [read_figures(row) for row in whole[f"{group}s"]] == shown


async def test_days_are_the_bars_of_the_window(used: CoreDriver) -> None:
    view = used.core.spending.page.view(scope(used))
    bars = {
        bar.first.isoformat(): bar.exact_pusd + bar.estimated_pusd
        for bar in view.bars
        if bar.messages or bar.unpriced
    }
    rows = table(await printed(used, *ever(used), "--by", "day", "--csv"))
    assert {row["id"]: pico(row["cost_usd"]) for row in rows} == bars


async def test_calls_and_parts_add_up_to_what_the_window_shows(used: CoreDriver) -> None:
    total = used.core.spending.page.view(scope(used)).total
    calls = table(await printed(used, *ever(used), "--csv"))
    parts = table(await printed(used, *ever(used), "--items", "--csv"))
    items = json.loads(await printed(used, *ever(used), "--items", "--json"))
    assert total.total_pusd is not None
    assert total.total_pusd > 0
    assert sum(pico(row["cost_usd"]) for row in calls) == total.total_pusd
    assert sum(pico(row["amount_usd"]) for row in parts) == total.total_pusd
    assert sum(pico(item["cost_usd"]) for item in items) == total.total_pusd
    amounts = (pico(part["amount_usd"]) for item in items for part in item["parts"])
    assert sum(amounts) == total.total_pusd
    estimated = (pico(row["cost_usd"]) for row in calls if row["certainty"] != "exact")
    assert sum(estimated) == total.estimated_pusd
    assert sum(not row["cost_usd"] for row in calls) == total.unpriced


async def test_each_call_is_the_windows_line(used: CoreDriver) -> None:
    shown = used.core.spending.page.calls(scope(used), UsageOrder.OLDEST, 0, 500)
    calls = table(await printed(used, *ever(used), "--csv"))
    assert [row["call"] for row in calls] == [call.id for call in shown]
    for row, call in zip(calls, shown, strict=True):
        assert (pico_from_usd(row["cost_usd"]) if row["cost_usd"] else None) == call.cost_pusd
        assert row["model_name"] == call.model
        read = ("input_tokens", "cache_read_tokens", "cache_write_tokens")
        assert sum(int(row[name]) for name in read) == call.input_tokens


async def test_parts_carry_frozen_rates_source_payer_rule_and_request_id(used: CoreDriver) -> None:
    rows = table(await printed(used, *ever(used), "--items", "--csv"))
    for row in rows:
        if row["rate_usd"]:
            assert pico(row["rate_usd"]) * int(row["quantity"]) == pico(row["amount_usd"])
            assert row["price_source"] == "a list, 1 May 2026"
        assert row["rule"]
        assert row["payer"] in ("your OpenAI key", "your Anthropic key")
        assert row["request_id"] in ("", "req-1", "'=req")
        assert row["basis"] == "as the provider counted"
    assert {row["part"] for row in rows} >= {"input", "output", "web_search"}


async def test_no_cell_begins_like_a_formula(used: CoreDriver) -> None:
    for words in (["--csv"], ["--items", "--csv"], ["--by", "chat", "--csv"]):
        rows = table(await printed(used, *ever(used), *words))
        cells = [cell for row in rows for name, cell in row.items() if not name.endswith("_usd")]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert any("HYPERLINK" in cell for cell in cells)


async def test_a_receipt_is_the_windows_own(used: CoreDriver) -> None:
    message = used.core.shelves.messages.get(f"{5:032x}")
    assert message is not None
    view = receipt_view(message, used.core.spending.names)
    assert view is not None
    assert len(view.calls) == 2
    found = json.loads(await printed(used, "--receipt", message.id, "--json"))
    assert pico(found["total_usd"]) == (view.total_pusd or 0)
    assert found["rule"] == view.rule
    assert [call["payer"] for call in found["calls"]] == [call.payer for call in view.calls]
    names = ("part", "quantity", "rate")
    assert [
        [(*(part[name] for name in names), pico(part["amount_usd"])) for part in call["parts"]]
        for call in found["calls"]
    ] == [
        [(part.label, part.quantity, part.rate_text, part.amount_pusd or 0) for part in c.parts]
        for c in view.calls
    ]  # fmt: skip
    words = await printed(used, "--receipt", message.id)
    for text in (view.rule, view.calls[0].payer, "a list, 1 May 2026", "Call 2 of 2: ", "Input"):
        assert text in words
    rows = table(await printed(used, "--receipt", message.id, "--csv"))
    assert sum(pico(row["amount_usd"]) for row in rows) == (view.total_pusd or 0)


async def test_a_receipt_is_found_by_how_its_id_begins(used: CoreDriver) -> None:
    with pytest.raises(TuppenceError, match="Several"):
        await printed(used, "--receipt", "0" * 10)
    with pytest.raises(TuppenceError, match="There is no message"):
        await printed(used, "--receipt", "nothing-here")
    assert "Rule:" in await printed(used, "--receipt", f"{5:032x}")


async def test_words_say_what_is_estimated_and_what_has_no_price(used: CoreDriver) -> None:
    text = await printed(used, *ever(used))
    assert "(UTC): about $" in text
    assert "of it are estimated." in text
    assert "without a known price have been left out of the sum." in text
    assert "GPT-4o (OpenAI)" in text
    for line in (await printed(used, *ever(used), "--items")).splitlines():
        assert "\t" not in line


async def test_a_file_is_written_whole(used: CoreDriver) -> None:
    streams = Collected(used.folder)
    arguments = parse(["usage", *ever(used), "--csv", "spent.csv"])
    await run_usage(arguments, used.core, streams)
    path = used.folder / "spent.csv"
    assert path.read_text("utf-8") == await printed(used, *ever(used), "--csv")
    assert streams.said == [f"Written to {path}\n"]
    with pytest.raises(StoreError):
        await printed(used, *ever(used), "--csv", str(used.folder / "nowhere" / "spent.csv"))
    assert list(used.folder.glob("*.part")) == []


async def test_days_that_contradict_each_other_are_refused(used: CoreDriver) -> None:
    for words in (
        ["--from", "2026-11-02", "--to", "2026-11-01"],
        ["--month", "2026-11", "--from", "2026-11-01"],
    ):
        with pytest.raises(TuppenceError):
            await printed(used, *words)
    for wrong in (["--json", "--csv"], ["--by", "hour"], ["--from", "yesterday"],
                  ["--items", "--by", "day"]):  # fmt: skip
        with pytest.raises(WrongUse):
            parse(["usage", *wrong])
