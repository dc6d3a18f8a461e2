"""`reconcile` from a terminal and over the seam: files, a provider on loopback, admin keys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.catalog.prices import Price, Rate
from app.clock import Clock
from app.commands.parser import WrongUse, parse
from app.commands.reconcile import run_reconcile
from app.errors import KeyRefused, TuppenceError
from app.logs import HIDDEN, redact
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import ReceiptCall, make_receipt
from app.metering.usage import Usage
from app.seam import reconciliation as seam
from app.store.records import KeyRecord, MessageRecord, State, UsageRecord
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "usage_reports"
ADMIN = "sk-admin-0123456789abcdefghijklmnop"
NOVEMBER = date(2026, 11, 1)
GPT = Price("openai", "gpt-4o", (("input", Rate(2_500_000)), ("output", Rate(10_000_000)),
                                 ("cache_read", Rate(1_250_000))))  # fmt: skip
HAIKU = Price("anthropic", "claude-haiku-4-5-20251001", (
    ("input", Rate(1_000_000)), ("output", Rate(5_000_000)), ("cache_read", Rate(100_000)),
    ("cache_write_5m", Rate(1_250_000)),
))  # fmt: skip
MINI = Price("openrouter", "openai/gpt-4o-mini",
             (("input", Rate(150_000)), ("output", Rate(600_000))))  # fmt: skip


@dataclass(slots=True)
class Typed:
    """A terminal: what is typed into it, and what was written."""

    folder: Path = GOLDEN
    secret: str = ""
    local: bool = True
    written: list[str] = field(default_factory=list)

    async def out(self, text: str) -> None:
        self.written.append(text)

    async def err(self, text: str) -> None:
        self.written.append(text)

    async def read_input(self) -> str:
        return ""

    async def ask_secret(self) -> str:
        return self.secret

    async def ask_passphrase(self) -> str:
        return ""

    @property
    def text(self) -> str:
        return "".join(self.written)


def keep_key(driver: CoreDriver, id_: str, provider: str, ends_in: str, label: str = "") -> None:
    now = datetime(2026, 10, 1, tzinfo=UTC)
    driver.core.shelves.keys.save(
        KeyRecord(id_, provider, label, ends_in, "", "session", "works", "", None, now)
    )


def use(
    driver: CoreDriver, key_id: str, price: Price, at: datetime, usage: Usage,
    request_id: str | None = None,
) -> None:  # fmt: skip
    """One answered message with its receipt and its row in the usage cache."""
    shelves = driver.core.shelves
    payer = Payer(PayerKind.OWN_KEY, "your key", key_id)
    call = ReceiptCall(price.provider, price.model, at, usage, charge(usage, price), price,
                       request_id=request_id, basis="provider_usage", payer=payer)  # fmt: skip
    id_ = Clock().new_id()
    message = MessageRecord(id_, "c1", None, "assistant", "Yes.", State.COMPLETE, at,
                            receipt_json=make_receipt([call], payer).to_json())  # fmt: skip
    row = UsageRecord(f"{id_}-0", id_, "c1", at, key_id, price.provider, price.model,
                      usage.input, usage.cache_read, usage.cache_write, usage.output, 0,
                      call.charge.total_pusd,
                      str(call.charge.certainty))  # fmt: skip
    with shelves.database.transaction():
        if shelves.chats.get("c1") is None:
            shelves.chats.create("c1", "Chat", ())
        shelves.messages.add(message)
        shelves.messages.finish(message, [row], None)


def noon(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


@pytest.fixture
def openai(driver: CoreDriver, provider_server: ProviderServer) -> ProviderServer:
    """A month that OpenAI has too, with a web search and another program's key on top."""
    keep_key(driver, "k1", "openai", "Aa1b")
    use(driver, "k1", GPT, noon(3), Usage(input=1_000, output=200))
    use(driver, "k1", GPT, noon(5), Usage(input=1_000, output=300))
    use(driver, "k1", GPT, noon(5), Usage(input=976, cache_read=1_024, output=200))
    for part, name in (
        ("page=page_AAAAAGdGxdEi", "openai-usage-2.json"),
        ("/usage/completions", "openai-usage-1.json"),
        ("/organization/costs", "openai-costs.json"), ("/api_keys", "openai-keys.json"),
        ("/organization/projects", "openai-projects.json"),
    ):  # fmt: skip
        provider_server.show(part, (GOLDEN / name).read_bytes())
    return provider_server


async def run(driver: CoreDriver, *words: str, streams: Typed | None = None) -> tuple[int, str]:
    streams = streams or Typed()
    code = await run_reconcile(parse(["reconcile", *words]), driver.core, streams)
    return code, streams.text


async def test_a_month_is_compared_with_what_the_provider_says(
    driver: CoreDriver, openai: ProviderServer
) -> None:
    key = await driver.core.reconciler.admin_keys.add(ADMIN, where="session", base_url=openai.url)
    code, text = await run(driver, "--month", "2026-11", "--admin-key-id", key.id)
    assert code == 0
    assert "November 2026 (UTC), OpenAI: OpenAI's usage and costs interface" in text
    line = next(line for line in text.splitlines() if line.startswith("OpenAI …Aa1b  GPT"))
    assert "they call the model gpt-4o-2024-08-06" in line
    assert "made with the key “Backend”, which Tuppence does not have (+3 calls, +$0.0030)" in text
    assert "charged for something else than tokens: web search tool calls (+$0.010)" in text
    assert "Every difference has its name." in text


async def test_a_call_that_they_do_not_list_makes_the_exit_code_1(
    driver: CoreDriver, openai: ProviderServer
) -> None:
    key = await driver.core.reconciler.admin_keys.add(ADMIN, where="session", base_url=openai.url)
    use(driver, "k1", GPT, noon(5), Usage(input=50, output=20))
    code, text = await run(driver, "--month", "2026-11", "--admin-key-id", key.id)
    assert code == 1
    assert "Not explained: they do not list these calls (-1 calls, −$0.0003" in text


async def test_json_has_every_figure_exactly_and_adds_up(
    driver: CoreDriver, openai: ProviderServer
) -> None:
    await driver.core.reconciler.admin_keys.add(ADMIN, where="session", base_url=openai.url)
    _, text = await run(driver, "--month", "2026-11", "--provider", "openai", "--json")
    found = json.loads(text, parse_float=lambda digits: pytest.fail(f"a float: {digits}"))
    assert found["agrees"] is True
    assert found["total"]["theirs"]["cost_usd"] == "0.02877"
    for side in ("ours", "theirs"):
        costs = [line[side]["cost_pusd"] for line in found["lines"]]
        assert sum(costs) == found["total"][side]["cost_pusd"]
    difference = sum(part["cost_pusd"] for part in found["total"]["parts"])
    whole = found["total"]["theirs"]["cost_pusd"] - found["total"]["ours"]["cost_pusd"]
    assert difference == whole


async def test_anthropics_costs_for_all_keys_come_to_ours_to_the_last_picodollar(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    keep_key(driver, "k1", "anthropic", "Aa1b")
    use(driver, "k1", HAIKU, noon(3), Usage(input=1_500, output=500))
    use(driver, "k1", HAIKU, noon(4),
        Usage(input=1_000, cache_read=2_000, cache_write_5m=500, output=300))  # fmt: skip
    for path, name in (
        ("/usage_report/messages", "anthropic-usage.json"),
        ("/cost_report", "anthropic-costs.json"), ("/api_keys", "anthropic-keys.json"),
    ):  # fmt: skip
        provider_server.show(path, (GOLDEN / name).read_bytes())
    key = await driver.core.reconciler.admin_keys.add(
        "sk-ant-admin01-0123456789abcdef", where="session", base_url=provider_server.url
    )
    code, text = await run(driver, "--month", "2026-11", "--admin-key-id", key.id, "--json")
    assert code == 0
    mine, *others = json.loads(text)["lines"]
    assert (mine["key"], mine["parts"]) == ("Anthropic …Aa1b", [])
    assert mine["theirs"]["cost_usd"] == mine["ours"]["cost_usd"] == "0.007325"
    assert [line["parts"][0]["reason"] for line in others] == ["not_tokens", "other_key"]


async def test_two_files_of_one_provider_are_taken_together(driver: CoreDriver) -> None:
    keep_key(driver, "k1", "openai", "Aa1b")
    use(driver, "k1", GPT, noon(3), Usage(input=1_000, output=200))
    code, text = await run(
        driver, "--month", "2026-11", "--csv", "openai-usage.csv", "--csv", "openai-costs.csv"
    )
    assert code == 0
    assert "openai-usage.csv, openai-costs.csv" in text
    assert "they call the model gpt-4o-2024-08-06" in text


async def test_single_calls_of_a_file_are_compared_by_their_id(driver: CoreDriver) -> None:
    keep_key(driver, "k1", "openrouter", "Aa1b", label="laptop")
    used = Usage(input=1_000, output=500)
    use(driver, "k1", MINI, noon(3), used, request_id="gen-1762166000-AAAA")
    use(driver, "k1", MINI, noon(3), used, request_id="gen-lost")
    code, text = await run(driver, "--month", "2026-11", "--csv", "openrouter-calls.csv", "--rows")
    assert code == 1
    assert "1 calls agree one by one; these do not:" in text
    assert "gen-lost" in text
    assert "gen-1762166001-BBBB  not there" in text
    assert "made with the key “Backend”" in text


async def test_openrouter_is_asked_about_each_call_without_an_admin_key(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.show("/generation?id=gen-1762166000-AAAA",
                         (GOLDEN / "openrouter-generation.json").read_bytes())  # fmt: skip
    key_id = await driver.add_key(provider_server.url, provider="openrouter")
    used = Usage(input=1_000, output=500)
    use(driver, key_id, MINI, noon(3), used, request_id="gen-1762166000-AAAA")
    code, text = await run(driver, "--month", "2026-11", "--provider", "OpenRouter", "--rows")
    assert code == 0
    assert "Both sides agree." in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--csv", "nothing.csv"), "it cannot be opened"),
        (("--csv", "NOTICE.md"), "no layout that is known"),
        (("--csv", "openai-costs.csv", "--csv", "openrouter-days.csv"), "several providers"),
        (("--month", "2026-10", "--csv", "openai-costs.csv"), "not about October 2026"),
        (("--admin-key-id", "admin-x"), "There is no such admin key"),
        (("--provider", "anthropic"), "There is no admin key of Anthropic"),
        ((), "There is no such admin key"),
    ],
)
async def test_what_cannot_be_compared_is_said_in_words(
    driver: CoreDriver, words: tuple[str, ...], said: str
) -> None:
    month = () if "--month" in words else ("--month", "2026-11")
    with pytest.raises(TuppenceError) as error:
        await run(driver, *month, *words)
    assert said in str(error.value)


def test_a_file_and_an_admin_key_at_once_are_no_command() -> None:
    with pytest.raises(WrongUse, match="not allowed with argument"):
        parse(["reconcile", "--csv", "a.csv", "--admin-key-id", "b"])


async def test_an_admin_key_is_kept_apart_from_keys_for_messages(
    driver: CoreDriver, openai: ProviderServer
) -> None:
    key = await driver.core.reconciler.admin_keys.add(ADMIN, where="session", base_url=openai.url)
    core = driver.core
    assert await core.keychain.read(key.id) == ADMIN
    assert [row.id for row in core.shelves.keys.rows()] == ["k1"]
    assert ADMIN not in json.dumps(core.shelves.settings.all())
    assert redact(f"sent {ADMIN} there") == f"sent {HIDDEN} there"
    code, text = await run(driver, "--admin-keys")
    assert (code, ADMIN in text) == (0, False)
    assert f"{key.id}  OpenAI admin key …mnop  session" in text
    await run(driver, "--remove-admin-key", key.id)
    assert await core.keychain.read(key.id, "session") is None
    assert core.reconciler.admin_keys.rows() == []


async def test_a_key_for_messages_is_not_kept_as_an_admin_key(
    driver: CoreDriver, openai: ProviderServer
) -> None:
    with pytest.raises(KeyRefused, match="another kind of key") as refused:
        await run(driver, "--add-admin-key", "--provider", "openai", "--where", "session",
                  streams=Typed(secret="sk-proj-0123456789abcdef"))  # fmt: skip
    assert "https://platform.openai.com/settings/organization/admin-keys" in refused.value.advice
    assert driver.core.reconciler.admin_keys.rows() == []
    assert openai.asked == []


async def test_the_window_asks_for_the_same(driver: CoreDriver, openai: ProviderServer) -> None:
    key = await driver.core.reconciler.admin_keys.add(ADMIN, where="session", base_url=openai.url)
    ready = await driver.ask(seam.AskReconciliationSources(), seam.ReconciliationSourcesReady)
    assert [known.id for known in ready.sources.admin_keys] == [key.id]
    assert ready.sources.used == ("openai",)
    shown = await driver.ask(
        seam.AskReconciliation(7, NOVEMBER, admin_key_id=key.id), seam.ReconciliationShown
    )
    assert shown.serial == 7
    assert shown.view is not None
    assert [(line.key, line.own) for line in shown.view.lines] == [
        ("OpenAI …Aa1b", True), ("OpenAI …Aa1b", True), ("Backend", False),
    ]  # fmt: skip
    failed = await driver.ask(
        seam.AskReconciliation(8, NOVEMBER, files=("/nowhere.csv",)), seam.ReconciliationShown
    )
    assert (failed.view, failed.message) == (
        None, "nowhere.csv: it cannot be opened: No such file or directory.",
    )  # fmt: skip


async def test_the_window_hears_why_an_admin_key_was_not_kept(driver: CoreDriver) -> None:
    kept = await driver.ask(
        seam.KeepAdminKey(3, "openai", "sk-proj-0123456789abcdef", "session"), seam.AdminKeyKept
    )
    assert (kept.serial, kept.key_id) == (3, "")
    assert "admin key" in kept.message
    assert "sk-proj" not in repr(seam.KeepAdminKey(3, "openai", "sk-proj-0123456789abcdef"))
