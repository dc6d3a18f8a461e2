"""A profile as after some weeks of use: chats over days, receipts, two keys.

Written through the store itself, priced by the price book, so that every sum adds up.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from screenshots import stories

from app.catalog.pricebook import load_price_book
from app.clock import Clock
from app.config import resources_folder
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import ReceiptCall, make_receipt
from app.metering.usage import Certainty, Usage
from app.store.chats import Chats
from app.store.records import KeyRecord, MessageRecord, PaneRecord, State, UsageRecord
from app.store.shelves import Shelves, open_shelves

OPENAI_SECRET = "sk-proj-4b1f0a7c93d24e5f8a61f3Qk"
ANTHROPIC_SECRET = "sk-ant-api03-7d2c91b0aa34ef9xAA"
OPENAI_MODELS = (
    "gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "o3", "o4-mini",
)  # fmt: skip
ANTHROPIC_MODELS = (
    "claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-3-5-haiku-20241022",
)  # fmt: skip
GPT = ("openai", "gpt-4o", "GPT-4o")
CLAUDE = ("anthropic", "claude-sonnet-4-5", "Claude Sonnet 4.5")
PAYERS = {"openai": "your OpenAI key", "anthropic": "your Anthropic key"}
TABLE_CHAT = "Bread hydration table"


@dataclass(frozen=True, slots=True)
class Past:
    """A chat of the past: how long ago, by which model, with how many tokens in and out."""

    title: str
    age: timedelta
    model: tuple[str, str, str]
    tokens: tuple[int, int]
    turns: int = 1
    pinned: bool = False
    estimated: bool = False


PASTS = (
    Past("Thesis: related work", timedelta(days=8), CLAUDE, (41_200, 2_310), 9, pinned=True),
    Past("Dinner for six, no nuts", timedelta(minutes=12), GPT, (410, 620)),
    Past("Regex for UK postcodes", timedelta(minutes=31), GPT, (290, 180)),
    Past("Cover letter, second draft", timedelta(days=1, hours=1), CLAUDE, (1_150, 690)),
    Past("Why is my build slow?", timedelta(hours=27), CLAUDE, (24_900, 3_110), estimated=True),
    Past("Translate lease, DE to EN", timedelta(days=1, hours=5), GPT, (5_900, 3_200)),
    Past(TABLE_CHAT, timedelta(days=4), CLAUDE, (188, 512)),
    Past("Interview prep: systems", timedelta(days=6), CLAUDE, (32_000, 4_100), 3),
    Past("Holiday in the Azores", timedelta(days=11), GPT, (830, 690)),
    Past("Names for a boat", timedelta(days=9), GPT, (210, 150), 6),
    Past("Letter to the council", timedelta(days=12), CLAUDE, (3_400, 2_900), 2, estimated=True),
)  # fmt: skip


def fill(folder: Path, *, openai_url: str, anthropic_url: str) -> None:
    """Write the keys, as they were checked, and the chats."""
    clock = Clock()
    shelves = open_shelves(folder, clock)
    with shelves.database.transaction():
        for provider, secret, url in (
            ("openai", OPENAI_SECRET, openai_url),
            ("anthropic", ANTHROPIC_SECRET, anthropic_url),
        ):
            shelves.keys.save(_key(provider, secret, url, clock.now()))
        shelves.settings.set("default_model_ref", "key-openai/gpt-4o")
        for past in PASTS:
            _write_chat(shelves, past, clock)
        for model in ("key-openai/gpt-4o", "key-anthropic/claude-sonnet-4-5"):
            shelves.marks.set_favorite(model, True)
    shelves.database.close()


def _key(provider: str, secret: str, url: str, at: datetime) -> KeyRecord:
    return KeyRecord(
        id=f"key-{provider}",
        provider=provider,
        label="",
        ends_in=secret[-4:],
        base_url=url,
        where="session",
        state="works",
        detail="",
        checked_at=at,
        created_at=at - timedelta(days=20),
        models_json=json.dumps([]),
    )


def _write_chat(shelves: Shelves, past: Past, clock: Clock) -> None:
    chat_id = clock.new_id()
    at = clock.now() - past.age
    # A chat is as old as the clock says when it is made.
    Chats(shelves.database, Clock(now=lambda: at)).create(chat_id, past.title, ())
    leaf: str | None = None
    for turn in range(past.turns):
        leaf = _write_turn(shelves, past, chat_id, leaf, at + timedelta(minutes=turn))
    shelves.chats.set_panes(chat_id, [PaneRecord(0, f"key-{past.model[0]}/{past.model[1]}", leaf)])
    shelves.chats.pin(chat_id, past.pinned)


def _write_turn(
    shelves: Shelves, past: Past, chat_id: str, parent: str | None, at: datetime
) -> str:
    ids = random.Random(f"{past.title}{at}")
    asked, answered = (f"{ids.getrandbits(128):032x}" for _ in range(2))
    shelves.messages.add(
        MessageRecord(asked, chat_id, parent, "user", _question(past), State.COMPLETE, at)
    )
    answer = _answer(past, chat_id, asked, answered, at + timedelta(seconds=6))
    shelves.messages.add(answer)
    shelves.messages.finish(answer, [_usage_row(past, answer)], None)
    return answered


def _question(past: Past) -> str:
    if past.title == TABLE_CHAT:
        return "How wet is which dough? A table, and the sum for a 500 g loaf in Python, please."
    return past.title


def _answer(past: Past, chat_id: str, parent: str, own_id: str, at: datetime) -> MessageRecord:
    table = past.title == TABLE_CHAT
    provider, model, name = past.model
    price = load_price_book(resources_folder() / "prices").price(provider, model, at)
    usage = _usage(past)
    call = ReceiptCall(provider, model, at, usage, charge(usage, price), price, "req_011CUx")
    payer = Payer(PayerKind.OWN_KEY, PAYERS[provider])
    return MessageRecord(
        id=own_id,
        chat_id=chat_id,
        parent_id=parent,
        role="assistant",
        text=stories.BREAD if table else f"A few thoughts on “{past.title}”, as you asked.",
        state=State.COMPLETE,
        created_at=at,
        thinking=stories.BREAD_THINKING if table else "",
        thinking_s=3.2 if table else None,
        duration_s=5.4,
        model_ref=f"key-{provider}/{model}",
        model_name=name,
        receipt_json=make_receipt([call], payer).to_json(),
    )


def _usage(past: Past) -> Usage:
    certainty = Certainty.ESTIMATED if past.estimated else Certainty.EXACT
    thinking = 96 if past.title == TABLE_CHAT else 0
    return Usage(
        input=past.tokens[0], output=past.tokens[1], reasoning=thinking, certainty=certainty
    )


def _usage_row(past: Past, answer: MessageRecord) -> UsageRecord:
    usage = _usage(past)
    price = load_price_book(resources_folder() / "prices").price(*past.model[:2], answer.created_at)
    return UsageRecord(
        id=f"{answer.id}-1",
        message_id=answer.id,
        chat_id=answer.chat_id,
        at=answer.created_at,
        key_id=f"key-{past.model[0]}",
        provider=past.model[0],
        model=past.model[1],
        input_tokens=usage.input,
        cache_read_tokens=0,
        cache_write_tokens=0,
        output_tokens=usage.output,
        reasoning_tokens=usage.reasoning,
        cost_pusd=charge(usage, price).total_pusd,
        certainty=str(usage.certainty),
    )
