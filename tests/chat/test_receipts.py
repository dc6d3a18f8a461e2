"""What a receipt tells the window: calls, parts, who paid what share, and how things are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.pricebook import load_price_book
from app.catalog.prices import Price, Rate
from app.chat.names import Names, dated_name, told_apart
from app.chat.receipts import cost_line, percents_of, receipt_view
from app.clock import Clock
from app.config import resources_folder
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import Receipt, ReceiptCall, make_receipt
from app.metering.usage import Certainty, Usage
from app.seam import commands, events
from app.seam.views import ReceiptView
from app.store.database import Database
from app.store.keys import Keys
from app.store.records import KeyRecord, MessageRecord, State
from tests.chat.conversations import unchecked_chat
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "receipts"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPENAI = Payer(PayerKind.OWN_KEY, "your OpenAI key", "k1")
ANTHROPIC = Payer(PayerKind.OWN_KEY, "your Anthropic key", "k2")
PRICE = Price(
    "openai", "gpt-4o", (("input", Rate(1_000_000)), ("output", Rate(2_000_000))),
    source="a list, 1 May 2026",
)  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Names:
    keys = Keys(Database.in_memory(Clock(now=lambda: AT)))
    for key_id, provider in (("k1", "openai"), ("k2", "anthropic")):
        keys.save(KeyRecord(key_id, provider, "", "f3Qk", "", "keyring", "works", "", None, AT))
    return Names(keys, load_price_book(resources_folder() / "prices"))


def call(usage: Usage, payer: Payer | None = OPENAI, **more: object) -> ReceiptCall:
    provider = "anthropic" if payer is ANTHROPIC else "openai"
    made = ReceiptCall(
        provider, "gpt-4o", AT, usage, charge(usage, PRICE), PRICE, "req-1", payer=payer
    )
    return replace(made, **more)  # type: ignore[arg-type]


def message(receipt: Receipt | str) -> MessageRecord:
    text = receipt if isinstance(receipt, str) else receipt.to_json()
    return MessageRecord("m", "c", None, "assistant", "", State.COMPLETE, AT, receipt_json=text)


def view_of(receipt: Receipt | str, names: Names) -> ReceiptView:
    view = receipt_view(message(receipt), names)
    assert view is not None
    return view


def test_each_call_names_who_paid_it_and_the_shares_add_up(names: Names) -> None:
    calls = [call(Usage(input=30)), call(Usage(input=70), ANTHROPIC), call(Usage(input=1))]
    view = view_of(make_receipt(calls, OPENAI), names)
    assert [made.payer for made in view.calls] == [
        "your OpenAI key", "your Anthropic key", "your OpenAI key",
    ]  # fmt: skip
    assert [(share.payer, share.total_pusd, share.percent) for share in view.shares] == [
        ("your OpenAI key", 31_000_000, 31),
        ("your Anthropic key", 70_000_000, 69),
    ]
    assert view.payer == "your OpenAI key and your Anthropic key"
    line = cost_line(make_receipt(calls, OPENAI).to_json(), None)
    assert line is not None
    assert line.payer == view.payer


def test_a_share_is_estimated_where_one_of_its_calls_is(names: Names) -> None:
    about = Usage(input=7, certainty=Certainty.ESTIMATED)
    view = view_of(make_receipt([call(Usage(input=1)), call(about, ANTHROPIC)], OPENAI), names)
    assert [share.certainty for share in view.shares] == ["exact", "estimated"]


@pytest.mark.parametrize(
    ("certainty", "basis", "said"),
    [
        (Certainty.EXACT, "provider_usage", "as the provider counted"),
        (Certainty.ESTIMATED, "provider_usage", ""),  # it guessed: that is no count
        (Certainty.ESTIMATED, "counted_partial", "counted by the server"),
    ],
)
def test_a_servers_receipt_says_one_thing_of_what_it_rests_on(
    names: Names, certainty: Certainty, basis: str, said: str
) -> None:
    free = Payer(PayerKind.ALLOWANCE, "Free", "a1/free")
    made = call(Usage(input=7, certainty=certainty), free, basis=basis)
    [shown] = view_of(make_receipt([made], free), names).calls
    assert (shown.is_hosted, shown.certainty.value, shown.basis) == (True, certainty.value, said)


def test_an_attempt_that_was_not_delivered_is_nobodys_share(names: Names) -> None:
    failed = call(Usage(), ANTHROPIC, delivered=False)
    view = view_of(make_receipt([failed, call(Usage(input=1))], OPENAI), names)
    assert [share.payer for share in view.shares] == ["your OpenAI key"]
    assert view.calls[0].basis == "asked first, gave no answer"


def test_a_receipt_from_before_calls_named_their_payers_is_the_receipts_payers(
    names: Names,
) -> None:
    text = (GOLDEN / "version-1.json").read_text("utf-8").strip()
    view = view_of(text, names)
    assert {made.payer for made in view.calls} == {"your Anthropic key"}
    assert Receipt.from_json(text).to_json() == text


def test_a_payer_of_a_call_is_written_and_read_again() -> None:
    receipt = make_receipt([call(Usage(input=1), ANTHROPIC), call(Usage(), None)], OPENAI)
    assert Receipt.from_json(receipt.to_json()) == receipt


def test_frozen_rates_come_with_source_and_date(names: Names) -> None:
    view = view_of(make_receipt([call(Usage(input=3, output=4))], OPENAI), names)
    assert view.calls[0].price_source == "a list, 1 May 2026"
    assert [(part.label, part.quantity, part.rate_text) for part in view.calls[0].parts] == [
        ("Input", 3, "$1.00 per million"),
        ("Output", 4, "$2.00 per million"),
    ]


@pytest.mark.parametrize("reported", [0, 5_000_000, 99_000_000, 3_000_000])
def test_the_parts_add_up_to_the_total_also_where_the_provider_said_another_figure(
    names: Names, reported: int
) -> None:
    usage = Usage(input=1, output=1, reported_cost_pusd=reported)
    shown = view_of(make_receipt([call(usage)], OPENAI), names).calls[0]
    assert shown.total_pusd == reported
    assert sum(part.amount_pusd or 0 for part in shown.parts) == reported
    named = [part.label for part in shown.parts if not part.unit]
    assert named == ([] if reported == 3_000_000 else ["To the provider's own figure"])


def test_providers_and_models_have_their_display_names(names: Names) -> None:
    made = call(Usage(input=1), ANTHROPIC, model="claude-sonnet-4-5")
    dated = replace(made, answered_by="claude-sonnet-4-5-20250929")
    other = replace(made, answered_by="claude-haiku-4-5")
    shown = view_of(make_receipt([made, dated, other], ANTHROPIC), names).calls
    assert [(one.model, one.provider, one.asked_model) for one in shown] == [
        ("Claude Sonnet 4.5", "Anthropic", ""),
        ("Claude Sonnet 4.5 (2025-09-29)", "Anthropic", ""),
        ("Claude Haiku 4.5", "Anthropic", "Claude Sonnet 4.5"),
    ]


def test_ids_of_the_price_list_are_hosts_too(names: Names) -> None:
    assert names.host("google") == names.host("gemini") == "Google Gemini"
    assert names.host("x-ai") == "xAI"
    assert names.host("nobody-knows-it") == "nobody-knows-it"
    assert names.host("custom") == "A server of your own"
    assert names.host("demo") == "Demo"


def test_no_model_is_called_latest(names: Names) -> None:
    book = load_price_book(resources_folder() / "prices")
    found = [card.name for id_ in book.providers() for card in book.cards(id_)]
    assert len(found) > 1000
    assert not [name for name in found if "(latest)" in name]


def test_a_key_that_the_program_died_with_is_named_all_the_same(names: Names) -> None:
    nameless = Payer(PayerKind.OWN_KEY, "your key", "k1")
    assert names.payer(nameless) == "your OpenAI key"
    assert names.payer(replace(nameless, id="gone")) == "your key"


def test_models_that_share_a_name_are_told_apart() -> None:
    assert told_apart(
        ["S", "S", "T", "U", "U"], ["s-4", "s-4-20250929", "t", "u-latest", "u"]
    ) == ["S", "S (2025-09-29)", "T", "U (u-latest)", "U (u)"]  # fmt: skip


def test_a_date_is_not_said_twice() -> None:
    assert dated_name("GPT-4o (2024-08-06)", "gpt-4o-2024-08-06") == "GPT-4o (2024-08-06)"
    assert dated_name("Model", "model-99999999") == "Model"


@given(st.lists(st.none() | st.integers(0, 10**15), min_size=1, max_size=8))
def test_percentages_add_up_to_a_hundred_or_are_not_said(amounts: list[int | None]) -> None:
    found = percents_of(amounts)
    assert len(found) == len(amounts)
    if None in amounts or not any(amounts):
        assert set(found) == {None}
    else:
        assert sum(percent or 0 for percent in found) == 100


async def test_going_on_with_another_key_leaves_each_call_with_its_own_payer(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    provider_server.replies = [recorded("openai-chat-1bc05d89")]
    url = f"{provider_server.url}/v1"
    chat_id = await unchecked_chat(driver, url)
    answer = await driver.send(chat_id, "One")
    first = {key.id for key in driver.core.shelves.keys.rows()}
    await driver.ask(
        commands.CheckAndKeepKey(
            2, "sk-other-0123456789abcdef", provider="openai", base_url=url, label="Work",
            where="session", keep_unchecked=True,
        ),
        events.KeyChecked,
    )  # fmt: skip
    second = next(key.id for key in driver.core.shelves.keys.rows() if key.id not in first)
    await driver.ask(commands.ChooseModel(chat_id, 0, f"{second}/gpt-4o"), events.SettingsChanged)
    await driver.ask(
        commands.ContinueAnswer(chat_id, 0, answer.id),
        events.MessageChanged,
        lambda event: event.settled,
    )
    receipt = (await driver.ask(commands.AskReceipt(answer.id), events.ReceiptReady)).receipt
    assert [call.payer for call in receipt.calls] == ["your OpenAI key", "your Work key"]
    assert [share.percent for share in receipt.shares] == [50, 50]
    rows = driver.core.shelves.database.rows("SELECT key_id, cost_pusd FROM usage ORDER BY seq")
    assert [row[0] for row in rows] == [*first, second]
    assert [row[1] for row in rows] == [share.total_pusd for share in receipt.shares]
