"""What the operator sees of events, and how one that was set aside is handled after all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.server.errors import Refused
from app.server.payments.kept_events import kept_events, take_again
from app.server.payments.repository import BODIES_KEPT
from tests.server.payments.shop import Shop


async def set_aside(shop: Shop) -> str:
    """A purchase by an account that was away when its payment came; the event's id."""
    ann = await shop.someone()
    await shop.bought(ann, "power-pack", deliver=False)
    await shop.server.run("UPDATE accounts SET deleted_ms = 1 WHERE id = ?", ann.caller.tenant)
    assert await shop.deliver() == ["set_aside"]
    await shop.server.run("UPDATE accounts SET deleted_ms = NULL WHERE id = ?", ann.caller.tenant)
    (kept,) = await shop.server.services.database.read(kept_events)
    assert kept.reason == "the account is not there any more"
    return kept.event_id


async def test_an_event_that_was_set_aside_can_be_handled_again_and_credits_once(
    shop: Shop,
) -> None:
    event_id = await set_aside(shop)
    ends = []
    for _ in range(3):
        answers = await take_again(shop.till, shop.processor, event_id)
        ends.append(str(answers[0].end))
    assert ends == ["credited", "credited_before", "credited_before"]
    assert await shop.free(shop.server.people[0]) == 500_000
    await shop.sound()


async def test_an_event_that_is_not_there_cannot_be_handled_again(stripe_shop: Shop) -> None:
    with pytest.raises(Refused, match="no such event"):
        await take_again(stripe_shop.till, "stripe", "evt_none")


async def test_bodies_are_forgotten_after_a_while(shop: Shop) -> None:
    await set_aside(shop)
    shop.pass_by(seconds=(BODIES_KEPT + timedelta(days=1)).total_seconds())
    shop.stripe.events.clear()
    await shop.poll()
    assert await shop.server.services.database.read(kept_events) == ()
    assert await shop.server.run("SELECT count(*) FROM ledger_events") == [(1,)]
