"""A price that the user sets for a server of their own: read exactly, frozen, on the receipt."""

from __future__ import annotations

from datetime import date

import pytest

from app.chat.own_prices import OwnPrice, PriceFormError, read_own_price
from app.metering.receipt import Receipt
from app.seam import commands, events
from app.seam.views import Certainty, OwnPriceView
from tests.fixtures.core import CoreDriver
from tests.fixtures.provider_server import ProviderServer, recorded

DAY = date(2026, 11, 21)
STREAM = "openai-chat-1bc05d89"  # 15 tokens read, 8 written, none cached


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0.5", "0.5"), ("0,5", "0.5"), (" $0.50 ", "0.5"), ("1", "1"), ("015.10", "15.1"),
        (".25", "0.25"), ("0", "0"), ("0.000001", "0.000001"), ("1500", "1500"), ("0,125", "0.125"),
    ],
)  # fmt: skip
def test_a_figure_is_kept_exactly_as_it_was_meant(typed: str, kept: str) -> None:
    assert read_own_price(typed, "2", "", DAY) == OwnPrice(kept, "2", "", DAY)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "negative"), ("−0.5", "negative"), ("NaN", "no price"), ("inf", "no price"),
        ("1e-3", "no price"), ("free", "no price"), ("1.2.3", "no price"), ("1 500", "no price"),
        ("1,500", "two ways"), ("0.0000001", "digits"), ("2000000", "No input costs"),
        ("٣", "no price"), ("1_000", "no price"), ("0x1", "no price"), ("9" * 400, "no price"),
    ],
)  # fmt: skip
def test_what_is_no_price_is_said_in_words(typed: str, words: str) -> None:
    with pytest.raises(PriceFormError, match=words):
        read_own_price(typed, "2", "", DAY)


def test_all_fields_empty_is_unknown_and_half_a_price_is_none() -> None:
    assert read_own_price("", " ", "", DAY) is None
    for fields in (("1", "", ""), ("", "1", ""), ("", "", "1")):
        with pytest.raises(PriceFormError, match="input and one for output"):
            read_own_price(*fields, DAY)


def test_zero_for_both_is_the_users_word_that_it_is_free() -> None:
    price = read_own_price("0", "0,0", "", DAY)
    assert price is not None
    assert price.price("custom", "any").free


async def own_server(driver: CoreDriver, server: ProviderServer, **more: object) -> str:
    """A server of the user's own whose key was kept; its id."""
    server.replies = [recorded(STREAM)]
    checked = await driver.ask(
        commands.CheckAndKeepKey(
            1, "", provider="custom", base_url=f"{server.url}/v1", where="session", **more
        ),
        events.KeyChecked,
    )
    assert checked.kept, checked
    return driver.core.shelves.keys.rows()[0].id


async def receipt_of_an_answer(driver: CoreDriver, key_id: str) -> Receipt:
    chat = await driver.new_chat(f"{key_id}/my-model")
    answer = await driver.send(chat.id, "Hello")
    stored = driver.core.shelves.messages.get(answer.id)
    assert stored is not None
    assert stored.receipt_json is not None
    return Receipt.from_json(stored.receipt_json)


async def test_a_price_from_the_form_is_quoted_held_and_on_the_receipt(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await own_server(driver, provider_server, own_price=("0,5", "1.5", "0.05"))
    row = driver.all(events.KeysListed)[-1].rows[0]
    assert row.takes_own_price
    assert row.own_price == OwnPriceView("0.5", "1.5", "0.05", driver.clock.now().date())
    listed = [row for row in driver.core.model_list.rows() if row.ref.startswith(key_id)]
    assert {(row.input_rate, row.output_rate) for row in listed} == {(500_000, 1_500_000)}
    receipt = await receipt_of_an_answer(driver, key_id)
    usage = receipt.calls[0].usage
    assert usage.cache_read == 0
    total_pusd = usage.input * 500_000 + usage.output_total * 1_500_000
    assert receipt.total_pusd == total_pusd > 0
    assert receipt.price_source.startswith("your own price, ")
    assert driver.clock.now().strftime("%B %Y") in receipt.price_source
    hold = driver.core.shelves.holds.for_message(receipt_message(driver))
    assert hold is not None
    assert hold.settled_pusd == total_pusd
    assert hold.amount_pusd is not None
    assert hold.amount_pusd >= total_pusd


def receipt_message(driver: CoreDriver) -> str:
    settled = [event for event in driver.all(events.MessageChanged) if event.settled]
    return settled[-1].message.id


async def test_without_a_price_the_cost_stays_unknown(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await own_server(driver, provider_server)
    assert driver.all(events.KeysListed)[-1].rows[0].own_price is None
    receipt = await receipt_of_an_answer(driver, key_id)
    assert receipt.total_pusd is None
    settled = [event for event in driver.all(events.MessageChanged) if event.settled]
    assert settled[-1].message.cost is not None
    assert settled[-1].message.cost.certainty is Certainty.UNKNOWN


async def test_a_price_that_is_set_later_changes_the_next_receipt_and_no_old_one(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await own_server(driver, provider_server, own_price=("1", "1", ""))
    first = await receipt_of_an_answer(driver, key_id)
    first_id = receipt_message(driver)
    answer = await driver.ask(commands.SetKeyPrice(key_id, ("10", "10", "")), events.KeyPriceSet)
    assert answer.kept
    second = await receipt_of_an_answer(driver, key_id)
    assert first.total_pusd is not None
    assert second.total_pusd == 10 * first.total_pusd
    old = driver.core.shelves.messages.get(first_id)
    assert old is not None
    assert old.receipt_json is not None
    assert Receipt.from_json(old.receipt_json).total_pusd == first.total_pusd


async def test_a_price_is_there_after_a_restart_and_gone_with_its_key(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await own_server(driver, provider_server, own_price=("0.5", "1.5", ""))
    await driver.close()
    await driver.open()
    kept = driver.core.key_desk.own_price(key_id)
    assert kept is not None
    assert kept.output_usd == "1.5"
    await driver.core.key_desk.remove(key_id)
    assert driver.core.key_desk.own_price(key_id) is None
    assert driver.core.shelves.settings.get(f"prices/{key_id}") is None


async def test_a_price_can_be_forgotten_and_a_wrong_one_changes_nothing(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    key_id = await own_server(driver, provider_server, own_price=("0.5", "1.5", ""))
    wrong = await driver.ask(commands.SetKeyPrice(key_id, ("-1", "2", "")), events.KeyPriceSet)
    assert not wrong.kept
    assert "negative" in wrong.message
    assert driver.core.key_desk.own_price(key_id) is not None
    seen = len(driver.heard)
    driver.dispatcher.take(commands.SetKeyPrice(key_id, ("", "", "")))
    await driver.wait_for(events.KeyPriceSet, lambda event: event.kept, since=seen)
    assert driver.core.key_desk.own_price(key_id) is None


async def test_a_wrong_price_in_the_form_keeps_no_key_and_asks_nobody(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    checked = await driver.ask(
        commands.CheckAndKeepKey(
            1,
            "",
            provider="custom",
            base_url=f"{provider_server.url}/v1",
            where="session",
            own_price=("1", "", ""),
        ),
        events.KeyChecked,
    )
    assert not checked.kept
    assert "output" in checked.message
    assert provider_server.asked == []


async def test_a_host_with_published_prices_takes_none(
    driver: CoreDriver, provider_server: ProviderServer
) -> None:
    checked = await driver.ask(
        commands.CheckAndKeepKey(
            1,
            "sk-test-0123456789abcdef",
            provider="openai",
            base_url=f"{provider_server.url}/v1",
            where="session",
            keep_unchecked=True,
            own_price=("1", "1", ""),
        ),
        events.KeyChecked,
    )
    assert not checked.kept
    assert "OpenAI" in checked.message
