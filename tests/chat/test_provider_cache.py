"""What a quote expects a provider to read from its cache."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.chat.provider_cache import likely_cached
from app.chat.routes import Route
from app.metering.cost import charge
from app.metering.payer import Payer, PayerKind
from app.metering.receipt import ReceiptCall, make_receipt
from app.metering.usage import Usage
from app.providers.hosts import HOSTS
from app.store.records import MessageRecord, State

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
PAYER = Payer(PayerKind.OWN_KEY, "your key")


def _route(host: str = "openai") -> Route:
    return Route("key/m", "key", HOSTS[host], "m", "M", None, None, PAYER)


def _answer(input_tokens: int, *, ref: str = "key/m") -> MessageRecord:
    usage = Usage(input=input_tokens, output=5)
    call = ReceiptCall("openai", "m", AT, usage, charge(usage, None), None)
    receipt = make_receipt([call], PAYER).to_json()
    return MessageRecord(
        "a", "c", None, "assistant", "Hi", State.COMPLETE, AT, model_ref=ref, receipt_json=receipt
    )


def test_the_last_calls_input_is_likely_cached_in_whole_steps() -> None:
    assert likely_cached(_route(), _answer(3000), AT + timedelta(minutes=2)) == 2944


@pytest.mark.parametrize(
    ("host", "answer", "later"),
    [
        ("anthropic", _answer(3000), timedelta(minutes=1)),
        ("openai", None, timedelta(minutes=1)),
        ("openai", _answer(1000), timedelta(minutes=1)),
        ("openai", _answer(3000), timedelta(minutes=6)),
        ("openai", _answer(3000), -timedelta(minutes=1)),
        ("openai", _answer(3000, ref="key/other"), timedelta(minutes=1)),
    ],
    ids=["asks first", "first message", "too short", "too late", "clock jump", "other model"],
)
def test_nothing_is_counted_on_where_the_cache_cannot_have_it(
    host: str, answer: MessageRecord | None, later: timedelta
) -> None:
    assert likely_cached(_route(host), answer, AT + later) == 0
