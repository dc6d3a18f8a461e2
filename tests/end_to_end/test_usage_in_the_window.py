"""The usage page in the real window: what it shows, the file it writes and the command agree."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

from app.clock import Clock
from app.money import format_usd, pico_from_usd
from app.store.shelves import open_shelves
from tests.end_to_end.conftest import UseWindow, run_program
from tests.fixtures.provider_server import ProviderServer, recorded

OPENAI_STREAM = "openai-chat-1bc05d89"


def test_the_page_its_file_and_the_command_say_the_same(
    openai_key: str,
    use_window: UseWindow,
    provider_server: ProviderServer,
    own_profile: Path,
    tmp_path: Path,
) -> None:
    provider_server.replies = [recorded(OPENAI_STREAM), recorded(OPENAI_STREAM)]
    path = tmp_path / "parts.csv"
    use_window("see_usage", str(path), _expected_total())

    shelves = open_shelves(own_profile, Clock())
    (kept,) = shelves.database.rows("SELECT sum(cost_pusd), count(*) FROM usage")
    shelves.database.close()
    parts = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert kept[1] == 2
    assert sum(pico_from_usd(row["amount_usd"]) for row in parts) == kept[0]
    assert {row["payer"] for row in parts} == {"your OpenAI key"}
    said = json.loads(run_program("usage", "--json").stdout)
    assert Decimal(said["total"]["cost_usd"]) * 10**12 == kept[0]
    assert run_program("usage", "--items", "--csv").stdout == path.read_text("utf-8")
    assert format_usd(kept[0]) == _expected_total()


def _expected_total() -> str:
    """Twice what the recording's own usage comes to at GPT-4o's price."""
    lines = recorded(OPENAI_STREAM).body.decode().splitlines()
    chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    usage = next(chunk["usage"] for chunk in chunks if chunk.get("usage"))
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    usd = (
        Decimal(usage["prompt_tokens"] - cached) * Decimal("2.5")
        + Decimal(cached) * Decimal("1.25")
        + Decimal(usage["completion_tokens"]) * 10
    ) / 10**6
    return format_usd(int(2 * usd * 10**12))
